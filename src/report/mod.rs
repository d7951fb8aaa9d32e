//! The only writer of standard output and standard error.
//!
//! What is reported is appended to a buffer, which never blocks and costs no system call; the
//! run writes the buffer out whenever it waits. Writing is asynchronous: a terminal that is
//! stopped, or a reader that does not read, must not keep the memory monitor from running.
//!
//! *Invariant:* nothing here decides what is said. A write error is remembered and returned by
//! every later [`Report::flush`]; what comes after it is discarded.

mod channel;
mod lines;
mod sink;

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

pub(crate) use lines::Lines;

use channel::Channel;
use sink::Sink;

/// The two standard streams of the command; clones write to the same ones.
#[derive(Clone, Debug)]
pub struct Report {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    out: Channel,
    error: Channel,
}

impl Report {
    /// Writes to the standard output and standard error of the process, which are not touched
    /// before the first text is written.
    pub fn standard() -> Self {
        Self::new(Sink::standard_output(), Sink::standard_error())
    }

    /// Keeps everything in memory, for tests and embedding programs.
    pub fn memory() -> (Self, Written) {
        let written = Written::default();
        let report = Self::new(
            Sink::Memory(written.out.clone()),
            Sink::Memory(written.error.clone()),
        );
        (report, written)
    }

    fn new(out: Sink, error: Sink) -> Self {
        Self {
            shared: Arc::new(Shared {
                out: Channel::new(out),
                error: Channel::new(error),
            }),
        }
    }

    /// Appends `text` and a line end to standard output, without writing it yet.
    pub fn line(&self, text: &str) {
        self.shared.out.push(&[text.as_bytes(), b"\n"]);
    }

    /// Appends `bytes` to standard output as they are, without writing them yet.
    pub fn bytes(&self, bytes: &[u8]) {
        self.shared.out.push(&[bytes]);
    }

    /// The number of bytes that wait to be written. A run that never waits has to flush when
    /// this grows beyond what it wants to hold; 32 KiB is a good bound.
    pub fn pending(&self) -> usize {
        self.shared.out.pending()
    }

    /// Writes everything that waits, to both streams.
    ///
    /// Dropping the future loses nothing: what was not written yet is written by the next call.
    /// The error is the first one that standard output ever had, for instance a broken pipe.
    pub async fn flush(&self) -> io::Result<()> {
        // An error of standard error cannot be told to anyone.
        let _ = self.shared.error.flush().await;
        self.shared.out.flush().await
    }

    /// Writes what waits and then `parts`, in one piece that no other text comes between, and
    /// without copying them. A reader that is slower than we are makes this wait: so the child
    /// whose output it is waits as well, and nothing is buffered without bound.
    pub async fn write(&self, parts: &[&[u8]]) -> io::Result<()> {
        self.shared.out.write(parts).await
    }

    /// Appends `text` to standard error, after what was reported to standard output before,
    /// and writes both as far as that is possible without waiting. [`Report::flush`] writes
    /// the rest.
    pub fn error_text(&self, text: &str) {
        self.shared.out.try_flush();
        self.shared.error.push(&[text.as_bytes()]);
        self.shared.error.try_flush();
    }

    /// The first error that writing to standard output had.
    pub fn broken(&self) -> Option<io::Error> {
        self.shared.out.error()
    }
}

/// What a [`Report::memory`] wrote so far.
#[derive(Clone, Debug, Default)]
pub struct Written {
    out: Arc<Mutex<Vec<u8>>>,
    error: Arc<Mutex<Vec<u8>>>,
}

impl Written {
    /// Standard output up to the last flush.
    pub fn out(&self) -> String {
        text_of(&self.out)
    }

    /// Standard error up to the last flush.
    pub fn error(&self) -> String {
        text_of(&self.error)
    }
}

fn text_of(bytes: &Mutex<Vec<u8>>) -> String {
    let bytes = bytes.lock().unwrap_or_else(PoisonError::into_inner);
    String::from_utf8_lossy(&bytes).into_owned()
}
