//! Writing to standard error without waiting for ever.
//!
//! A pipe that nobody reads would stop the one who writes about it: what does not fit within a
//! moment is dropped.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How long a reader may take.
const PATIENCE: Duration = Duration::from_millis(100);
/// What a pipe takes in one piece when it says that it takes anything.
#[cfg(unix)]
const PIECE: usize = 4096;

static SAID: AtomicBool = AtomicBool::new(false);

/// Whether anything was written here.
pub(super) fn said() -> bool {
    SAID.load(Ordering::Acquire)
}

/// Writes `text` to standard error, or as much of it as is taken within 100 ms. Takes no lock.
#[cfg(unix)]
pub fn write(text: &str) {
    SAID.store(true, Ordering::Release);
    write_to(rustix::stdio::stderr(), text.as_bytes(), PATIENCE);
}

/// As [`write`] for any descriptor and time; how much was written.
#[cfg(unix)]
fn write_to(to: rustix::fd::BorrowedFd<'_>, bytes: &[u8], patience: Duration) -> usize {
    use rustix::event::{PollFd, PollFlags, poll};
    use rustix::io::Errno;
    let begun = std::time::Instant::now();
    let mut written = 0;
    while let Some(rest) = bytes.get(written..).filter(|rest| !rest.is_empty()) {
        let left = patience.saturating_sub(begun.elapsed());
        let Ok(left) = left.try_into() else {
            break;
        };
        let mut polled = [PollFd::new(&to, PollFlags::OUT)];
        match poll(&mut polled, Some(&left)) {
            Ok(0) => break,
            Err(Errno::INTR) => continue,
            Err(_) => break,
            Ok(_) => {}
        }
        let piece = rest.get(..PIECE).unwrap_or(rest);
        match rustix::io::write(to, piece) {
            Ok(count) => written += count,
            // Somebody else was faster.
            Err(Errno::INTR | Errno::AGAIN) => {}
            Err(_) => break,
        }
    }
    written
}

/// Writes `text` to standard error.
#[cfg(not(unix))]
pub fn write(text: &str) {
    SAID.store(true, Ordering::Release);
    use std::io::Write as _;
    let (sender, receiver) = std::sync::mpsc::channel();
    let text = text.to_owned();
    let writer = std::thread::Builder::new().spawn(move || {
        let _ = std::io::stderr().write_all(text.as_bytes());
        let _ = sender.send(());
    });
    if writer.is_ok() {
        let _ = receiver.recv_timeout(PATIENCE);
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::io::Read as _;
    use std::os::fd::AsFd as _;

    use super::*;

    #[test]
    fn a_pipe_that_nobody_reads_holds_nobody_up() {
        let (reader, writer) = rustix::pipe::pipe().unwrap();
        let much = vec![b'x'; 1 << 20];
        let written = write_to(writer.as_fd(), &much, Duration::from_millis(1));
        assert!(written > 0 && written < much.len());
        drop(writer);
        let mut read = Vec::new();
        std::fs::File::from(reader).read_to_end(&mut read).unwrap();
        assert_eq!(read.len(), written);
    }

    #[test]
    fn what_is_read_is_written_whole() {
        let (reader, writer) = rustix::pipe::pipe().unwrap();
        let text = "a line\n".repeat(100_000);
        let reading = std::thread::spawn(move || {
            let mut read = String::new();
            let mut reader = std::fs::File::from(reader);
            reader.read_to_string(&mut read).unwrap();
            read
        });
        let patience = Duration::from_secs(60);
        let written = write_to(writer.as_fd(), text.as_bytes(), patience);
        assert_eq!(written, text.len());
        drop(writer);
        assert_eq!(reading.join().unwrap(), text);
    }
}
