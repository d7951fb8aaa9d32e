//! A server of files over https on this machine, for tests that fetch.
//!
//! It is also a proxy that leads every connection to itself, so that it can stand for GitHub.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};

use rcgen::CertifiedKey;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::Command;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// What lies at a path.
#[derive(Clone)]
pub(crate) enum Answer {
    /// A file.
    Page(String),
    /// A status line, with nothing behind it.
    Status(&'static str),
    /// Another place.
    Moved(String),
    /// The beginning of a file, and then nothing more.
    Endless(&'static str),
}

/// Answers from a table as `localhost`, and keeps what was asked.
pub(crate) struct Server {
    /// `https://localhost:port`
    pub(crate) address: String,
    /// The certificate, in PEM.
    pub(crate) certificate: String,
    asked: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl Server {
    /// Begins to listen, in the runtime of the caller.
    pub(crate) async fn start(answers: &[(&'static str, Answer)]) -> Self {
        let names = ["localhost", "raw.githubusercontent.com", "api.github.com"];
        let names = names.map(str::to_owned);
        let CertifiedKey { cert, signing_key } = rcgen::generate_simple_self_signed(names).unwrap();
        let key = PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
        let config = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let answers: HashMap<&str, Answer> = answers.iter().cloned().collect();
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let (answers, log) = (Arc::new(answers), asked.clone());
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, answers, log) = (acceptor.clone(), answers.clone(), log.clone());
                tokio::spawn(async move {
                    let Some(stream) = through_proxy(stream).await else {
                        return;
                    };
                    // A client that does not trust us leaves.
                    if let Ok(stream) = acceptor.accept(stream).await {
                        serve(stream, &answers, &log).await;
                    }
                });
            }
        });
        Self {
            address: format!("https://localhost:{port}"),
            certificate: cert.pem(),
            asked,
            task,
        }
    }

    /// Writes the certificate into a folder, and gives the value for `SSL_CERT_FILE`.
    pub(crate) fn certificate_in(&self, folder: &Path) -> String {
        let path = folder.join("server.pem");
        fs::write(&path, &self.certificate).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// Makes the command come here for all that it fetches.
    pub(crate) fn stand_for_github(&self, command: &mut Command, folder: &Path) {
        command
            .env("HTTPS_PROXY", self.address.replace("https", "http"))
            .env("SSL_CERT_FILE", self.certificate_in(folder));
    }

    /// The paths that were asked for, ` with token` behind those with the token `secret`.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    /// Closes the port.
    pub(crate) async fn stop(&mut self) {
        self.task.abort();
        let _ = (&mut self.task).await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Answers the request to be led to another machine, if there is one.
async fn through_proxy(mut stream: TcpStream) -> Option<TcpStream> {
    let mut first = [0];
    if stream.peek(&mut first).await.ok()? == 1 && first == *b"C" {
        read_head(&mut stream).await?;
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.ok()?;
    }
    Some(stream)
}

/// A request up to its empty line; `None` when the client leaves before.
async fn read_head<S: AsyncRead + Unpin>(stream: &mut S) -> Option<String> {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        request.push(stream.read_u8().await.ok()?);
    }
    Some(String::from_utf8_lossy(&request).into_owned())
}

async fn serve<S>(mut stream: S, answers: &HashMap<&str, Answer>, log: &Mutex<Vec<String>>)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let Some(request) = read_head(&mut stream).await else {
        return;
    };
    let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
    let has_token = request
        .to_lowercase()
        .contains("authorization: bearer secret\r\n");
    let noted = format!("{path}{}", if has_token { " with token" } else { "" });
    let answer = answers.get(path.as_str()).cloned();
    let head = |status: &str, length: usize, more: &str| {
        format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n{more}\r\n")
    };
    let text = match answer.unwrap_or(Answer::Status("404 Not Found")) {
        Answer::Page(text) => head("200 OK", text.len(), "") + &text,
        Answer::Status(line) => head(line, 0, ""),
        Answer::Moved(to) => head("302 Found", 0, &format!("Location: {to}\r\n")),
        Answer::Endless(begin) => {
            let begin = head("200 OK", 1 << 20, "") + begin;
            let _ = stream.write_all(begin.as_bytes()).await;
            let _ = stream.flush().await;
            log.lock().unwrap().push(noted);
            // Until the client leaves.
            let _ = stream.read_u8().await;
            return;
        }
    };
    log.lock().unwrap().push(noted);
    let _ = stream.write_all(text.as_bytes()).await;
    let _ = stream.shutdown().await;
}
