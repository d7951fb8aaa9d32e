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
mod progress;
mod sink;

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

pub(crate) use lines::Lines;
pub use progress::Bar;

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

    /// The number of bytes that wait to be written; a bar that is to be drawn counts as one. A run that never waits has to flush when
    /// this grows beyond what it wants to hold; 32 KiB is a good bound.
    pub fn pending(&self) -> usize {
        let out = &self.shared.out;
        out.pending() + usize::from(out.progress.is_due())
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
        self.shared.out.try_wipe();
        self.shared.error.push(&[text.as_bytes()]);
        self.shared.error.try_flush();
    }

    /// Whether [`Report::progress`] shows anything: standard output is a terminal that can.
    pub fn shows_progress(&self) -> bool {
        self.shared.out.progress.is_possible()
    }

    /// What is under way, from the next flush on; only where [`Report::shows_progress`].
    pub fn progress(&self, bar: Option<Bar>) {
        let progress = &self.shared.out.progress;
        let ticks = bar.is_some() && progress.begins_to_tick();
        progress.set(bar);
        if let (true, Ok(runtime)) = (ticks, tokio::runtime::Handle::try_current()) {
            let report = self.clone();
            runtime.spawn(async move {
                while report.shared.out.progress.goes_on() {
                    // An error is returned by the next flush of the one who writes.
                    let _ = report.flush().await;
                    tokio::time::sleep(progress::TICK).await;
                }
            });
        }
    }

    /// Wipes the bar and keeps it away while somebody else writes to the terminal.
    pub(crate) async fn pause_progress(&self) -> Paused {
        self.shared.out.progress.pause(true);
        // The error is returned by the next flush.
        let _ = self.flush().await;
        Paused(self.clone())
    }

    /// Ends the bar when it is dropped.
    pub(crate) fn ends_progress(&self) -> EndsProgress {
        EndsProgress(self.clone())
    }

    /// The first error that writing to standard output had.
    pub fn broken(&self) -> Option<io::Error> {
        self.shared.out.error()
    }
}

/// Keeps the bar away until it is dropped.
#[derive(Debug)]
pub(crate) struct Paused(Report);

impl Drop for Paused {
    fn drop(&mut self) {
        self.0.shared.out.progress.pause(false);
    }
}

/// Ends the bar when it is dropped, however a run ends.
#[derive(Debug)]
pub(crate) struct EndsProgress(Report);

impl Drop for EndsProgress {
    fn drop(&mut self) {
        let out = &self.0.shared.out;
        if out.progress.is_active() {
            out.progress.set(None);
            out.try_wipe();
        }
    }
}

/// Wipes a bar from the terminal past everything, for the one who ends a process whose report is stuck.
pub(crate) fn wipe() {
    if progress::ON_SCREEN.swap(false, std::sync::atomic::Ordering::AcqRel) {
        sink::write_if_taken(progress::WIPE);
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

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;
    use rustix::pipe::{PipeFlags, pipe_with};
    use std::fs::File;
    use std::io::Read;
    use std::time::Duration;

    /// A report whose standard output is a pipe, and the other end of the pipe.
    fn piped() -> (Report, File) {
        let (reader, writer) = pipe_with(PipeFlags::CLOEXEC).unwrap();
        rustix::io::ioctl_fionbio(&writer, true).unwrap();
        let error = Arc::default();
        let report = Report::new(Sink::NonBlocking(writer.into()), Sink::Memory(error));
        (report, reader.into())
    }

    fn read_all(mut reader: File) -> std::thread::JoinHandle<Vec<u8>> {
        std::thread::spawn(move || {
            let mut all = Vec::new();
            reader.read_to_end(&mut all).unwrap();
            all
        })
    }

    #[tokio::test]
    async fn nothing_is_written_before_a_flush_and_the_order_is_kept() {
        let (report, written) = Report::memory();
        report.line("one");
        report.bytes(b"two ");
        assert_eq!((written.out(), report.pending()), (String::new(), 8));
        report.write(&[b"th", b"ree\n"]).await.unwrap();
        assert_eq!(
            (written.out().as_str(), report.pending()),
            ("one\ntwo three\n", 0)
        );
        report.line("four");
        report.error_text("oops\n");
        assert_eq!(written.out(), "one\ntwo three\nfour\n");
        assert_eq!(written.error(), "oops\n");
    }

    #[tokio::test]
    async fn a_bar_is_written_only_when_it_shows_something_new() {
        let (report, written) = Report::memory();
        let bar = Bar {
            message: "Working".to_owned(),
            percent: None,
            started: std::time::Instant::now(),
            others: 0,
        };
        let flushed = async || {
            let before = written.out().len();
            for _ in 0..1000 {
                report.flush().await.unwrap();
            }
            written
                .out()
                .get(before..)
                .unwrap()
                .matches("Working")
                .count()
        };
        let progress = &report.shared.out.progress;
        progress.set(Some(bar.clone()));
        assert_eq!(flushed().await, 1);
        assert_eq!(flushed().await, 0);
        progress.set(Some(bar));
        assert_eq!(flushed().await, 1);
        report.line("a line wipes it");
        assert_eq!(flushed().await, 1);
        report.error_text("so does an error");
        assert_eq!(flushed().await, 1);
        drop(report.pause_progress().await);
        assert_eq!(flushed().await, 1);
        assert!(progress.goes_on());
        assert_eq!(flushed().await, 1, "a second has passed");
        progress.set(None);
        assert_eq!(flushed().await, 0);
        assert!(written.out().ends_with("\r\x1b[K"), "{:?}", written.out());
    }

    #[tokio::test]
    async fn a_reader_that_does_not_read_stops_nobody_and_loses_nothing() {
        let (report, reader) = piped();
        let text = "0123456789abcdef".repeat(16 * 1024);
        let patience = Duration::from_millis(5);
        // Dropped half-way, both with what waits and with what is written at once.
        report.line(&text);
        assert!(
            tokio::time::timeout(patience, report.flush())
                .await
                .is_err()
        );
        let parts: &[&[u8]] = &[b"first ", text.as_bytes()];
        assert!(
            tokio::time::timeout(patience, report.write(parts))
                .await
                .is_err()
        );
        report.error_text("seen at once\n");
        let all = read_all(reader);
        report.flush().await.unwrap();
        report.line("last");
        let report_again = report.clone();
        report_again.flush().await.unwrap();
        drop((report, report_again));
        // The second write had not begun: it was still waiting for the first text.
        assert!(all.join().unwrap() == format!("{text}\nlast\n").as_bytes());
    }

    #[tokio::test]
    async fn the_rest_of_a_write_that_was_dropped_is_written_later() {
        let (report, reader) = piped();
        let text = "0123456789abcdef".repeat(16 * 1024);
        let parts: &[&[u8]] = &[b"first ", text.as_bytes(), b"\n"];
        let patience = Duration::from_millis(5);
        assert!(
            tokio::time::timeout(patience, report.write(parts))
                .await
                .is_err()
        );
        report.line("last");
        let all = read_all(reader);
        report.flush().await.unwrap();
        drop(report);
        assert!(all.join().unwrap() == format!("first {text}\nlast\n").as_bytes());
    }

    #[tokio::test]
    async fn the_first_error_is_remembered() {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let report = Report::new(Sink::Plain(full), Sink::Memory(Arc::default()));
        report.line("lost");
        for _ in 0..2 {
            let error = report.flush().await.unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::StorageFull);
            report.line("discarded");
        }
        assert!(report.write(&[b"x"]).await.is_err());
        assert_eq!(report.broken().unwrap().kind(), io::ErrorKind::StorageFull);

        let (report, reader) = piped();
        drop(reader);
        assert!(report.write(&[b"x"]).await.is_err());
        assert_eq!(
            report.flush().await.unwrap_err().kind(),
            io::ErrorKind::BrokenPipe
        );
    }

    #[tokio::test]
    async fn a_stream_that_can_only_block_is_written_by_a_thread() {
        let (reader, writer) = pipe_with(PipeFlags::CLOEXEC).unwrap();
        let sink = Sink::Blocking(Arc::new(writer.into()));
        let report = Report::new(sink, Sink::Memory(Arc::default()));
        let all = read_all(reader.into());
        report.line("one");
        report.write(&[b"two", b"\n"]).await.unwrap();
        report.flush().await.unwrap();
        drop(report);
        assert_eq!(all.join().unwrap(), b"one\ntwo\n");
    }
}
