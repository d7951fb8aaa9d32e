//! Secrets that are told by what stands before them: `password=…`, `Authorization: …`,
//! `--token …`, `-p…` of a database client, the password of a URL, `set $api_key to "…"`.
//!
//! One pass over the bytes; at each sign that may introduce a value its surroundings are looked
//! at, for a bounded distance.

use std::ops::Range;

use super::names::{Secrecy, is_innocent_value, secrecy};

/// How far a value, or what introduces it, is followed.
const REACH: usize = 4096;

/// Programs whose short option takes a password, and whether the password may be a word of its own.
const PROGRAM_OPTIONS: &[(&str, &str, bool)] = &[
    ("7z", "-p", false),
    ("ansible", "-e", false),
    ("curl", "-u", true),
    ("docker login", "-p", true),
    ("htpasswd", "-b", false),
    ("ldapsearch", "-w", true),
    ("mariadb", "-p", false),
    ("mongo", "-p", true),
    ("mysql", "-p", false),
    ("podman login", "-p", true),
    ("redis-cli", "-a", true),
    ("smbclient", "-U", true),
    ("sqlcmd", "-P", true),
    ("sshpass", "-p", true),
    ("unzip", "-P", true),
    ("zip", "-P", true),
];

/// How tokens begin that tell by themselves what they are.
const TOKEN_STARTS: &[&str] = &[
    "AKIA",
    "eyJhbGci",
    "ghp_",
    "gho_",
    "ghs_",
    "github_pat_",
    "glpat-",
    "npm_",
    "sk-",
    "xoxb-",
    "xoxp-",
];

/// The first value at or after `from` that has to be hidden.
pub(super) fn find(text: &str, from: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let mut at = from;
    while let Some(&byte) = bytes.get(at) {
        let found = match byte {
            b':' | b'=' => url_password(bytes, at).or_else(|| assigned(text, at)),
            b'-' => option(text, at),
            b'"' | b'\'' => set_to(text, at),
            b'A'..=b'Z' | b'a'..=b'z' => token(text, at),
            _ => None,
        };
        if let Some(range) = found
            && range.start >= from
            && let Some(value) = text.get(range.clone())
            && !is_reference(value)
            && !text
                .get(range.start..)
                .is_some_and(|rest| rest.starts_with(super::MARK))
            && !is_innocent_value(value)
        {
            return Some(range);
        }
        at += 1;
    }
    None
}

/// Whether a value only names where the secret comes from.
pub(super) fn is_reference(value: &str) -> bool {
    let whole = |open: &str| {
        value.strip_prefix(open).is_some_and(|rest| {
            rest.strip_suffix('}')
                .is_some_and(|inner| !inner.contains(['{', '}']))
        })
    };
    let name = |rest: &str| {
        rest.bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"_.".contains(&b))
    };
    value == super::MARK
        || whole("{")
        || whole("${")
        || value
            .strip_prefix('$')
            .is_some_and(|rest| name(rest) || rest.starts_with('('))
}

/// `scheme://user:VALUE@host`, and a long `scheme://VALUE@host`.
fn url_password(bytes: &[u8], colon: usize) -> Option<Range<usize>> {
    if !bytes[colon..].starts_with(b"://") {
        return None;
    }
    let start = colon + 3;
    let end = run(bytes, start, |b| {
        !b.is_ascii_whitespace() && !b"/?#\"'`<>|".contains(&b)
    });
    let at = start + bytes[start..end].iter().rposition(|&b| b == b'@')?;
    let value = match bytes[start..at].iter().position(|&b| b == b':') {
        Some(colon) => start + colon + 1,
        None if at - start >= 16 => start,
        None => return None,
    };
    (value < at).then_some(value..at)
}

/// `name=VALUE`, `name: VALUE`, `"name": "VALUE"`, `Header-Name: VALUE`.
fn assigned(text: &str, sign: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let mut name_end = sign;
    while name_end > 0 && b" \t".contains(&bytes[name_end - 1]) && sign - name_end < 8 {
        name_end -= 1;
    }
    let quoted_name = name_end > 0 && b"\"'".contains(&bytes[name_end - 1]);
    // `\"name\"` inside a text that was quoted itself.
    let escaped = quoted_name && name_end > 1 && bytes[name_end - 2] == b'\\';
    name_end -= usize::from(quoted_name) + usize::from(escaped);
    let name = word_before(text, name_end)?;
    let secrecy = secrecy(name);
    if secrecy == Secrecy::None {
        return None;
    }
    let mut start = run(bytes, sign, |b| b":=".contains(&b));
    start = run(bytes, start, |b| b" \t".contains(&b));
    if start > sign + 1
        && bytes.get(sign) == Some(&b'=')
        && sign == name_end
        && bytes[sign + 1] == b' '
    {
        // `NAME= command` assigns nothing.
        return None;
    }
    if let Some(range) = quoted(bytes, start) {
        return Some(range);
    }
    // A placeholder, or an object whose own names decide.
    if bytes[start..].starts_with(b"{") || bytes[start..].starts_with(b"${") {
        return None;
    }
    let header = bytes[sign] == b':' && !quoted_name && (name.contains('-') || is_header(name));
    if header {
        let end = run(bytes, start, |b| !b"\r\n\"'`".contains(&b));
        return (start < end).then_some(start..end);
    }
    let end = run(bytes, start, |b| {
        !b.is_ascii_whitespace() && !b",;&)]}\"'`<>|".contains(&b)
    });
    let prose = bytes[sign] == b':' && secrecy == Secrecy::Likely;
    (start < end && (!prose || end - start >= 16)).then_some(start..end)
}

fn is_header(name: &str) -> bool {
    ["authorization", "cookie"]
        .iter()
        .any(|header| name.eq_ignore_ascii_case(header))
}

/// `--name VALUE` and the short options of [`PROGRAM_OPTIONS`]; `--name=VALUE` is an assignment.
fn option(text: &str, dash: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let begins = dash == 0 || b" \t\n\"'([,".contains(&bytes[dash - 1]);
    if !begins {
        return None;
    }
    if bytes.get(dash + 1) != Some(&b'-') {
        return short_option(text, dash);
    }
    let end = run(bytes, dash + 2, |b| {
        b.is_ascii_alphanumeric() || b"-_".contains(&b)
    });
    let name = text.get(dash + 2..end)?;
    if name == "user" && programs_before(text, dash).any(|program| program.0 == "curl") {
        return after_colon(bytes, argument(bytes, end)?);
    }
    if secrecy(name) == Secrecy::None || name.ends_with("stdin") {
        return None;
    }
    argument(bytes, end)
}

fn short_option(text: &str, dash: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let option = text.get(dash..dash + 2)?;
    let value = dash + 2;
    let of_program = programs_before(text, dash).find(|program| program.1 == option);
    let end = run(bytes, value, |b| {
        !b.is_ascii_whitespace() && !b"\"'`;|&)]".contains(&b)
    });
    match of_program {
        Some(&(program, ..)) if program == "curl" || program == "smbclient" => after_colon(
            bytes,
            if end > value {
                value..end
            } else {
                argument(bytes, value)?
            },
        ),
        Some(_) if end > value => Some(value..end),
        Some(&(_, _, true)) => argument(bytes, value),
        Some(_) => quoted(bytes, value),
        // Of another program only what can't be a bundle of flags, a port or a path.
        None if option == "-p" && looks_like_password(&bytes[value..end]) => Some(value..end),
        None => None,
    }
}

fn looks_like_password(value: &[u8]) -> bool {
    value.len() >= 5
        && value[0].is_ascii_alphabetic()
        && value[1..]
            .iter()
            .any(|b| b.is_ascii_digit() || b"!@#$%^*+_".contains(b))
        && !value.iter().any(|b| b":/=.".contains(b))
}

/// The entries of [`PROGRAM_OPTIONS`] whose program is called shortly before `at`.
fn programs_before(
    text: &str,
    at: usize,
) -> impl Iterator<Item = &'static (&'static str, &'static str, bool)> {
    let start = text.floor_char_boundary(at.saturating_sub(200));
    let before = text.get(start..at).unwrap_or_default();
    let line = before.rsplit(['\n', ';', '|']).next().unwrap_or_default();
    PROGRAM_OPTIONS
        .iter()
        .filter(move |(program, ..)| line.contains(program))
}

/// The word behind an option: quoted, or up to the next blank; none when it is another option.
fn argument(bytes: &[u8], after: usize) -> Option<Range<usize>> {
    // Of a list of arguments, `", "` may stand between option and value.
    let start = run(bytes, after, |b| b" \t\",'".contains(&b));
    if start == after || bytes.get(start) == Some(&b'-') {
        return None;
    }
    if start > 0
        && b"\"'".contains(&bytes[start - 1])
        && let Some(range) = quoted(bytes, start - 1)
    {
        return Some(range);
    }
    let end = run(bytes, start, |b| {
        !b.is_ascii_whitespace() && !b"\"'`;|&)]".contains(&b)
    });
    (start < end).then_some(start..end)
}

fn after_colon(bytes: &[u8], range: Range<usize>) -> Option<Range<usize>> {
    let colon = bytes[range.clone()].iter().position(|&b| b == b':')?;
    let start = range.start + colon + 1;
    (start < range.end).then_some(start..range.end)
}

/// `set $name to "VALUE"`, `let name be "VALUE"`, `given $name defaults to "VALUE"`.
fn set_to(text: &str, quote: usize) -> Option<Range<usize>> {
    let start = text.floor_char_boundary(quote.saturating_sub(160));
    let mut before = text.get(start..quote)?.strip_suffix(' ')?.trim_end();
    before = ["to", "be", "is", "equals", "not"]
        .iter()
        .find_map(|word| before.strip_suffix(word))?;
    before = before.strip_suffix(' ')?.trim_end();
    if sets_secret(before) {
        return quoted(text.as_bytes(), quote);
    }
    for word in ["defaults", "is", " list", " string", " number", " as"] {
        before = before.strip_suffix(word).unwrap_or(before).trim_end();
    }
    let name = word_before(before, before.len())?;
    (secrecy(name) != Secrecy::None)
        .then(|| quoted(text.as_bytes(), quote))
        .flatten()
}

/// Whether a text ends in `secret set "KEY"`, whatever the key is called.
fn sets_secret(before: &str) -> bool {
    let key = before
        .strip_suffix('"')
        .and_then(|key| key.rsplit_once('"'));
    key.is_some_and(|(before, _)| before.trim_end().ends_with("secret set"))
}

/// `Bearer VALUE`, and tokens that are known by their first characters.
fn token(text: &str, at: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    if at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] == b'_') {
        return None;
    }
    let part = |b: u8| b.is_ascii_alphanumeric() || b"-_.~+/=".contains(&b);
    let scheme = bytes.get(at..at + 7)?;
    if scheme.eq_ignore_ascii_case(b"bearer ") {
        let end = run(bytes, at + 7, part);
        return (end > at + 7 + 7).then_some(at + 7..end);
    }
    let rest = text.get(at..)?;
    if !TOKEN_STARTS.iter().any(|start| rest.starts_with(start)) {
        return None;
    }
    let end = run(bytes, at, part);
    (end - at >= 20).then_some(at..end)
}

/// The inside of a quoted text that begins at `at`, an escaped quote included.
fn quoted(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let (quote, start) = match bytes.get(at..)? {
        [b'\\', quote @ (b'"' | b'\''), ..] => (*quote, at + 2),
        [quote @ (b'"' | b'\''), ..] => (*quote, at + 1),
        _ => return None,
    };
    let escaped = start == at + 2;
    let mut end = start;
    while end < bytes.len() && end - start < REACH && bytes[end] != quote {
        // A backslash protects what follows it, unless the quotes are escaped themselves.
        end += if bytes[end] == b'\\' && !escaped {
            2
        } else {
            1
        };
    }
    let mut end = end.min(bytes.len());
    if escaped && end > start && bytes[end - 1] == b'\\' {
        end -= 1;
    }
    (start < end).then(|| start..boundary(bytes, end))
}

/// The end of the run of bytes from `at` for which `part` holds.
fn run(bytes: &[u8], at: usize, part: impl Fn(u8) -> bool) -> usize {
    let mut end = at.min(bytes.len());
    while end < bytes.len() && end - at < REACH && part(bytes[end]) {
        end += 1;
    }
    boundary(bytes, end)
}

/// Moves an end that falls inside a character behind it.
fn boundary(bytes: &[u8], mut end: usize) -> usize {
    while bytes.get(end).is_some_and(|byte| byte & 0xc0 == 0x80) {
        end += 1;
    }
    end
}

/// The name that ends at `end`.
fn word_before(text: &str, end: usize) -> Option<&str> {
    let bytes = text.as_bytes().get(..end)?;
    let part = |b: &&u8| b.is_ascii_alphanumeric() || b"_-.$".contains(b);
    let len = bytes.iter().rev().take(128).take_while(part).count();
    let name = text.get(end - len..end)?;
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests;
