//! Remote files from a server on this machine.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::*;

/// Answers from a table, and keeps what was asked.
struct Server {
    address: String,
    asked: Arc<Mutex<Vec<String>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Server {
    /// `answers`: path to the whole answer of the server.
    async fn start(answers: HashMap<&'static str, Vec<u8>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let log = asked.clone();
        let task = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = Vec::new();
                while !request.ends_with(b"\r\n\r\n") {
                    if stream.read_buf(&mut request).await.unwrap_or(0) == 0 {
                        break;
                    }
                }
                let request = String::from_utf8_lossy(&request).into_owned();
                let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
                log.lock().unwrap().push(request);
                let answer = answers.get(path.as_str()).cloned();
                let _ = stream
                    .write_all(&answer.unwrap_or_else(|| status("404 Not Found")))
                    .await;
            }
        });
        Self {
            address,
            asked,
            task,
        }
    }

    fn requests(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn status(line: &str) -> Vec<u8> {
    format!("HTTP/1.1 {line}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").into_bytes()
}

fn page(text: &str) -> Vec<u8> {
    let length = text.len();
    format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{text}")
        .into_bytes()
}

fn moved(to: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    )
    .into_bytes()
}

fn remote(server: &Server, home: &Path, no_cache: bool) -> Remote {
    let mut remote = Remote::new(&LoadOptions {
        start_dir: home.to_owned(),
        home: Some(home.to_owned()),
        no_cache,
    });
    remote.download.sources = Sources {
        github_raw: server.address.clone(),
        github_api: server.address.clone(),
        token: Some("secret".to_owned()),
        timeout: Duration::from_secs(10),
        certificates: None,
    };
    remote
}

async fn get(remote: &Remote, text: &str, notes: &mut Notes) -> Result<String, String> {
    let address = Address::parse(text).unwrap()?;
    let bytes = remote.bytes(&address, text, notes).await;
    let bytes = bytes.map_err(|trouble| trouble.to_string())?;
    Ok(String::from_utf8(bytes).unwrap())
}

#[tokio::test]
async fn the_default_branch_is_asked_for_and_a_copy_is_kept() {
    let server = Server::start(HashMap::from([
        ("/repos/o/r", page(r#"{"default_branch": "trunk"}"#)),
        ("/o/r/trunk/a%20b.drun", page("version: 2.0\n")),
    ]))
    .await;
    let home = tempfile::tempdir().unwrap();
    let remote = remote(&server, home.path(), false);
    let mut notes = Notes::default();
    let address = "github:o/r/a b.drun";
    assert_eq!(
        get(&remote, address, &mut notes).await.as_deref(),
        Ok("version: 2.0\n")
    );
    assert_eq!(
        notes.lines,
        [
            "🌐  Fetching remote include: github:o/r/a b.drun",
            "  ✓  Detecting default branch...",
            "  ✓  Downloaded 0.0 KB",
            "  ✓  Cached with 1m expiration",
        ]
    );
    assert!(
        server.asked.lock().unwrap()[1]
            .to_lowercase()
            .contains("authorization: bearer secret")
    );
    notes.lines.clear();
    get(&remote, address, &mut notes).await.unwrap();
    assert_eq!(notes.lines[1], "  ✓  Cache hit for github:o/r/a b.drun");
    assert_eq!(server.requests(), 2);
    // Without the cache the network is asked again.
    let remote = self::remote(&server, home.path(), true);
    get(&remote, address, &mut notes).await.unwrap();
    assert_eq!(server.requests(), 4);
}

#[tokio::test]
async fn main_and_master_are_tried_when_nobody_tells_the_branch() {
    let server = Server::start(HashMap::from([(
        "/phillarmonic/drun-hub/master/ops/tools.drun",
        page("found"),
    )]))
    .await;
    let home = tempfile::tempdir().unwrap();
    let remote = remote(&server, home.path(), false);
    let mut notes = Notes::default();
    assert_eq!(
        get(&remote, "drunhub:ops/tools", &mut notes)
            .await
            .as_deref(),
        Ok("found")
    );
    let missing = get(&remote, "drunhub:ops/none", &mut notes)
        .await
        .unwrap_err();
    assert!(missing.contains("ops/none.drun"), "{missing}");
}

#[tokio::test]
async fn an_old_copy_is_used_when_the_network_is_down_and_not_when_the_file_is_gone() {
    let server = Server::start(HashMap::from([
        ("/o/r/v1/a.drun", page("old")),
        ("/o/r/v1/down.drun", status("503 Service Unavailable")),
    ]))
    .await;
    let home = tempfile::tempdir().unwrap();
    let mut remote = remote(&server, home.path(), false);
    let mut notes = Notes::default();
    get(&remote, "github:o/r/a.drun@v1", &mut notes)
        .await
        .unwrap();
    let cache = Cache::new(&home.path().join(".drun"));
    let age = |key: &str| {
        let file = fs::File::options()
            .write(true)
            .open(cache.path(key))
            .unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(61))
            .unwrap();
    };
    age("github:o/r/a.drun@v1");
    // A minute later it is fetched again.
    get(&remote, "github:o/r/a.drun@v1", &mut notes)
        .await
        .unwrap();
    assert_eq!(server.requests(), 2);
    age("github:o/r/a.drun@v1");
    assert!(notes.warnings.is_empty());
    // A port that nobody listens on.
    let closed = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    remote.download.sources.github_raw = format!("http://{closed}");
    let copy = get(&remote, "github:o/r/a.drun@v1", &mut notes).await;
    assert_eq!(copy.as_deref(), Ok("old"));
    assert_eq!(notes.warnings.len(), 1);
    assert!(
        get(&remote, "github:o/r/b.drun@v1", &mut notes)
            .await
            .is_err()
    );

    remote.download.sources.github_raw = server.address.clone();
    assert!(cache.keep("github:o/r/gone.drun@v1", b"old"));
    age("github:o/r/gone.drun@v1");
    assert!(
        get(&remote, "github:o/r/gone.drun@v1", &mut notes)
            .await
            .is_err()
    );
    assert!(cache.keep("github:o/r/down.drun@v1", b"old"));
    age("github:o/r/down.drun@v1");
    assert!(
        get(&remote, "github:o/r/down.drun@v1", &mut notes)
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn size_redirects_and_time_are_limited() {
    let long = "x".repeat(10 * 1024 * 1024 + 1);
    let server = Server::start(HashMap::from([
        ("/o/r/v1/long.drun", page(&long)),
        ("/o/r/v1/round.drun", moved("/o/r/v1/round.drun")),
        ("/o/r/v1/once.drun", moved("/o/r/v1/a.drun")),
        ("/o/r/v1/a.drun", page("a")),
    ]))
    .await;
    let home = tempfile::tempdir().unwrap();
    let mut remote = remote(&server, home.path(), false);
    let mut notes = Notes::default();
    let reason = get(&remote, "github:o/r/long.drun@v1", &mut notes)
        .await
        .unwrap_err();
    assert!(reason.contains("larger than 10 MB"), "{reason}");
    assert!(
        get(&remote, "github:o/r/round.drun@v1", &mut notes)
            .await
            .is_err()
    );
    assert_eq!(
        get(&remote, "github:o/r/once.drun@v1", &mut notes)
            .await
            .as_deref(),
        Ok("a")
    );
    // A server that takes the connection and says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    remote.download.sources.github_raw = format!("http://{}", silent.local_addr().unwrap());
    remote.download.sources.timeout = Duration::from_millis(50);
    let reason = get(&remote, "github:o/r/x.drun@v1", &mut notes)
        .await
        .unwrap_err();
    assert!(reason.starts_with("no answer within"), "{reason}");
}

#[tokio::test]
async fn plain_http_never_leaves_the_machine() {
    let server = Server::start(HashMap::from([("/a.drun", page("a"))])).await;
    let download = Download::new(Sources::default());
    let address = Address::Web(format!("{}/a.drun", server.address).parse().unwrap());
    assert!(matches!(
        download.bytes(&address).await,
        Err(Failure::Refused(_))
    ));
    assert_eq!(server.requests(), 0);
}
