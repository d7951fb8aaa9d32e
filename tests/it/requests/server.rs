//! A server without encryption that plays a list of replies, one for each connection.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What a connection gets.
#[derive(Clone, Copy)]
pub(super) enum Reply {
    /// The request is read, this is sent, the connection is closed.
    Text(&'static str),
    /// The request is read, the connection is closed.
    Close,
    /// The request is read, this is sent, and then nothing more comes.
    Stall(&'static str),
    /// A body that never ends.
    Endless,
}

/// Listens until it is dropped.
pub(super) struct Server {
    pub(super) port: u16,
    asked: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl Server {
    /// Begins to listen, in the runtime of the caller.
    pub(super) async fn start(replies: &[Reply]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let (log, replies) = (asked.clone(), replies.to_vec());
        let task = tokio::spawn(async move {
            for reply in replies {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(serve(stream, reply, log.clone()));
            }
            // The port stays taken: who comes later waits.
            std::future::pending::<()>().await;
        });
        Self { port, asked, task }
    }

    /// A file whose task `t` has these lines, in which `URL` is the address of the server, `HOSTPORT` its
    /// host and port, `PORT` its port. What stands behind an
    /// empty line stands before the task.
    pub(super) fn spec(&self, lines: &str) -> String {
        let host = format!("127.0.0.1:{}", self.port);
        let lines = lines
            .replace("URL", &format!("http://{host}"))
            .replace("HOSTPORT", &host)
            .replace("PORT", &self.port.to_string());
        let (body, rest) = lines.split_once("\n\n").unwrap_or((&lines, ""));
        let body = body.replace('\n', "\n  ");
        format!("version: 2.0\n{rest}\ntask \"t\":\n  {body}\n")
    }

    /// The requests so far, each with its body.
    pub(super) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(mut stream: TcpStream, reply: Reply, log: Arc<Mutex<Vec<String>>>) {
    let Some(request) = read(&mut stream).await else {
        return;
    };
    log.lock().unwrap().push(request);
    match reply {
        Reply::Text(text) => {
            let _ = stream.write_all(text.as_bytes()).await;
            let _ = stream.shutdown().await;
        }
        Reply::Close => {}
        Reply::Stall(text) => {
            let _ = stream.write_all(text.as_bytes()).await;
            // Until the client leaves.
            let _ = stream.read_u8().await;
        }
        Reply::Endless => {
            let head = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n";
            let piece = [b'x'; 16 * 1024];
            let mut sent = stream.write_all(head).await;
            while sent.is_ok() {
                sent = stream.write_all(&piece).await;
            }
        }
    }
}

/// A request with its body; `None` when the client leaves before.
async fn read(stream: &mut TcpStream) -> Option<String> {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        request.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8_lossy(&request).to_lowercase();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
    stream.read_exact(&mut body).await.ok()?;
    request.extend(body);
    Some(String::from_utf8(request).unwrap())
}
