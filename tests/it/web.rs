//! A server of files over https on this machine, for tests that fetch.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};

use rcgen::CertifiedKey;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
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
        let names = ["localhost".to_owned()];
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

    /// The paths that were asked for.
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

async fn serve<S>(mut stream: S, answers: &HashMap<&str, Answer>, log: &Mutex<Vec<String>>)
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        if stream.read_buf(&mut request).await.unwrap_or(0) == 0 {
            return;
        }
    }
    let request = String::from_utf8_lossy(&request).into_owned();
    let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
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
            log.lock().unwrap().push(path);
            // Until the client leaves.
            let _ = stream.read_u8().await;
            return;
        }
    };
    log.lock().unwrap().push(path);
    let _ = stream.write_all(text.as_bytes()).await;
    let _ = stream.shutdown().await;
}
