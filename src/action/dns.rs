//! Names of the network: addresses from the system, other records from its name servers.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tokio::net::UdpSocket;

/// How long one name server may take.
const LIMIT: Duration = Duration::from_secs(5);
const CNAME: u16 = 5;
const MX: u16 = 15;

/// The addresses of a domain, as the system finds them.
///
/// # Errors
/// Why there are none.
pub(super) async fn addresses(domain: &str) -> Result<Vec<IpAddr>, String> {
    let found = tokio::net::lookup_host((domain.trim(), 0)).await;
    let found = found.map_err(|error| format!("cannot look up '{domain}': {error}"))?;
    let mut all: Vec<IpAddr> = Vec::new();
    for address in found.map(|address| address.ip()) {
        if !all.contains(&address) {
            all.push(address);
        }
    }
    Ok(all)
}

/// Whether a domain has records of a type: `A`, `AAAA`, `CNAME`, `MX`.
///
/// # Errors
/// Another type; a lookup that fails.
pub(super) async fn has_records(domain: &str, kind: &str) -> Result<bool, String> {
    match kind.trim().to_uppercase().as_str() {
        "A" => Ok(addresses(domain).await?.iter().any(IpAddr::is_ipv4)),
        "AAAA" => Ok(addresses(domain).await?.iter().any(IpAddr::is_ipv6)),
        "CNAME" => ask(domain, CNAME).await,
        "MX" => ask(domain, MX).await,
        _ => Err(format!(
            "unknown type of record '{kind}': A, AAAA, CNAME and MX are known"
        )),
    }
}

/// Asks the name servers of the system, one after the other.
async fn ask(domain: &str, kind: u16) -> Result<bool, String> {
    let failed = |reason: &str| format!("cannot look up '{domain}': {reason}");
    let id = std::process::id() as u16 ^ kind;
    let question = question(id, domain, kind).ok_or_else(|| failed("it is no domain name"))?;
    let servers = name_servers().await;
    for server in &servers {
        let answer = tokio::time::timeout(LIMIT, exchange(*server, &question)).await;
        if let Ok(Ok(answer)) = answer
            && let Some(verdict) = read(id, kind, &answer)
        {
            return verdict.map_err(failed);
        }
    }
    Err(failed("no name server answers"))
}

/// The name servers of `/etc/resolv.conf`.
async fn name_servers() -> Vec<SocketAddr> {
    let text = tokio::fs::read_to_string("/etc/resolv.conf").await;
    let text = text.unwrap_or_default();
    let servers = text.lines().filter_map(|line| {
        let address = line.trim().strip_prefix("nameserver")?.trim();
        Some(SocketAddr::new(address.parse().ok()?, 53))
    });
    servers.collect()
}

async fn exchange(server: SocketAddr, question: &[u8]) -> std::io::Result<Vec<u8>> {
    let own = if server.is_ipv4() {
        "0.0.0.0:0"
    } else {
        "[::]:0"
    };
    let socket = UdpSocket::bind(own).await?;
    socket.connect(server).await?;
    socket.send(question).await?;
    let mut answer = vec![0; 4096];
    let length = socket.recv(&mut answer).await?;
    answer.truncate(length);
    Ok(answer)
}

/// The message that asks for records; `None` when the name cannot be asked for.
fn question(id: u16, domain: &str, kind: u16) -> Option<Vec<u8>> {
    let mut message = Vec::with_capacity(64);
    // One question, and the server is to find the answer itself.
    for word in [id, 0x0100, 1, 0, 0, 0] {
        message.extend(word.to_be_bytes());
    }
    let labels = domain.trim().trim_end_matches('.').split('.');
    for label in labels {
        let length = u8::try_from(label.len())
            .ok()
            .filter(|length| (1..=63).contains(length))?;
        message.push(length);
        message.extend(label.as_bytes());
    }
    message.push(0);
    message.extend(kind.to_be_bytes());
    message.extend(1_u16.to_be_bytes());
    Some(message)
}

/// Whether an answer has a record of a type; `None` when it is no usable answer to the question.
fn read(id: u16, kind: u16, answer: &[u8]) -> Option<Result<bool, &'static str>> {
    let word = |at: usize| Some(u16::from_be_bytes([*answer.get(at)?, *answer.get(at + 1)?]));
    let flags = word(2)?;
    if word(0)? != id || flags & 0x8000 == 0 {
        return None;
    }
    match flags & 0x000f {
        0 => {}
        3 => return Some(Err("there is no such domain")),
        _ => return None,
    }
    let mut at = 12;
    for _ in 0..word(4)? {
        at = behind_name(answer, at)? + 4;
    }
    for _ in 0..word(6)? {
        at = behind_name(answer, at)?;
        if word(at)? == kind {
            return Some(Ok(true));
        }
        at += 10 + usize::from(word(at + 8)?);
    }
    Some(Ok(false))
}

/// The place behind a name: a pointer, or labels up to an empty one.
fn behind_name(message: &[u8], mut at: usize) -> Option<usize> {
    loop {
        match *message.get(at)? {
            0 => return Some(at + 1),
            length if length >= 0xC0 => return Some(at + 2),
            length => at += 1 + usize::from(length),
        }
    }
}

/// Reads `bytes` as an answer, and as a name that is asked for.
#[cfg(fuzzing)]
pub(super) fn fuzz(bytes: &[u8]) {
    let id = bytes.first_chunk().map_or(0, |id| u16::from_be_bytes(*id));
    let _ = read(id, MX, bytes);
    question(id, &String::from_utf8_lossy(bytes), MX);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An answer with one record of `kind` whose name is a pointer to the question.
    fn answer(id: u16, asked: u16, kind: u16, code: u8) -> Vec<u8> {
        let mut message = question(id, "a.example", asked).unwrap();
        message[2] = 0x81;
        message[3] = 0x80 | code;
        message[7] = 1;
        message.extend([0xC0, 12]);
        message.extend(kind.to_be_bytes());
        message.extend([0, 1, 0, 0, 0, 60, 0, 2, 9, 9]);
        message
    }

    #[test]
    fn an_answer_is_read_to_its_end() {
        assert_eq!(read(7, MX, &answer(7, MX, MX, 0)), Some(Ok(true)));
        assert_eq!(read(7, MX, &answer(7, MX, CNAME, 0)), Some(Ok(false)));
        assert_eq!(read(8, MX, &answer(7, MX, MX, 0)), None);
        assert!(matches!(read(7, MX, &answer(7, MX, MX, 3)), Some(Err(_))));
        let whole = answer(7, MX, CNAME, 0);
        for length in 0..whole.len() - 12 {
            assert_eq!(read(7, MX, &whole[..length]), None, "{length}");
        }
    }

    #[test]
    fn what_is_no_name_is_not_asked_for() {
        assert_eq!(question(1, "a..b", MX), None);
        assert_eq!(question(1, "", MX), None);
        assert_eq!(question(1, &"x".repeat(64), MX), None);
    }

    #[tokio::test]
    async fn unknown_types_are_refused() {
        let error = has_records("localhost", "TXT").await.unwrap_err();
        assert!(error.contains("'TXT'"));
    }
}
