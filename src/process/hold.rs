//! Output that is held back in mode `ci`: in memory at first, then in a temporary file.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::mem;

use super::finished::left_out;
use super::run::Stream;
use crate::report::Report;

/// What a command may hold in memory, both streams together, in bytes.
const IN_MEMORY: usize = 1024 * 1024;
/// How much is copied at once from the file, in bytes.
const PIECE: usize = 64 * 1024;

/// The held output of one command.
#[derive(Debug, Default)]
pub(super) struct Hold {
    stdout: Held,
    stderr: Held,
    /// The temporary file could not be written: only the last part is kept.
    broken: bool,
}

/// The held output of one stream: what is in the file stands before what is in memory.
#[derive(Debug, Default)]
struct Held {
    memory: Vec<u8>,
    file: Option<File>,
    file_bytes: u64,
    lost: u64,
}

impl Hold {
    /// Takes what a stream printed.
    pub(super) async fn take(&mut self, stream: Stream, chunk: &[u8]) {
        match stream {
            Stream::Stdout => self.stdout.memory.extend_from_slice(chunk),
            Stream::Stderr => self.stderr.memory.extend_from_slice(chunk),
        }
        if self.stdout.memory.len() + self.stderr.memory.len() <= IN_MEMORY {
            return;
        }
        if !self.broken {
            self.broken = self.spill().await.is_err();
        }
        if self.broken {
            self.keep_the_end();
        }
    }

    async fn spill(&mut self) -> io::Result<()> {
        let result = match self.stdout.spill().await {
            Ok(()) => self.stderr.spill().await,
            error => error,
        };
        if result.is_err() {
            self.stdout.recover();
            self.stderr.recover();
        }
        result
    }

    fn keep_the_end(&mut self) {
        while self.stdout.memory.len() + self.stderr.memory.len() > IN_MEMORY {
            let excess = self.stdout.memory.len() + self.stderr.memory.len() - IN_MEMORY;
            let longer = if self.stdout.memory.len() >= self.stderr.memory.len() {
                &mut self.stdout
            } else {
                &mut self.stderr
            };
            let dropped = excess.min(longer.memory.len());
            longer.memory.drain(..dropped);
            longer.lost += dropped as u64;
        }
    }

    /// Prints what both streams held, each under its heading.
    pub(super) async fn print(&mut self, report: &Report) -> io::Result<()> {
        self.stdout.print("stdout:", report).await?;
        self.stderr.print("stderr:", report).await
    }
}

impl Held {
    /// Moves what is in memory to the file, in a thread that may block.
    async fn spill(&mut self) -> io::Result<()> {
        if self.memory.is_empty() {
            return Ok(());
        }
        let file = self.file.take();
        let memory = mem::take(&mut self.memory);
        let written = tokio::task::spawn_blocking(move || {
            let mut file = file.map_or_else(temporary_file, Ok);
            let result = match &mut file {
                Ok(file) => file.write_all(&memory),
                Err(error) => Err(mem::replace(error, io::ErrorKind::Other.into())),
            };
            (file.ok(), memory, result)
        });
        let (file, mut memory, result) = written.await.map_err(io::Error::other)?;
        self.file = file;
        if result.is_ok() {
            self.file_bytes += memory.len() as u64;
            memory.clear();
        }
        self.memory = memory;
        result
    }

    /// Takes the end of the file back into memory, when no more can be written to it.
    fn recover(&mut self) {
        let Some(mut file) = self.file.take() else {
            return;
        };
        let length = self.file_bytes.min(IN_MEMORY as u64);
        self.lost += self.file_bytes - length;
        self.file_bytes = 0;
        let mut end = vec![0; length as usize];
        let read = seek_back(&mut file, self.lost).and_then(|()| file.read_exact(&mut end));
        if read.is_err() {
            self.lost += length;
            end.clear();
        }
        end.append(&mut self.memory);
        self.memory = end;
    }

    async fn print(&mut self, heading: &str, report: &Report) -> io::Result<()> {
        if self.file.is_some() && self.spill().await.is_err() {
            self.recover();
        }
        match self.file.take() {
            None => self.print_memory(heading, report),
            Some(mut file) => print_file(&mut file, self.file_bytes, heading, report).await?,
        }
        Ok(())
    }

    fn print_memory(&self, heading: &str, report: &Report) {
        let bytes = if self.lost > 0 {
            self.memory.trim_ascii_end()
        } else {
            trim(&self.memory)
        };
        if bytes.is_empty() && self.lost == 0 {
            return;
        }
        report.line(heading);
        if self.lost > 0 {
            report.bytes(left_out(self.lost).as_bytes());
        }
        report.bytes(bytes);
        report.line("");
    }
}

fn trim(bytes: &[u8]) -> &[u8] {
    match str::from_utf8(bytes) {
        Ok(text) => text.trim().as_bytes(),
        Err(_) => bytes.trim_ascii(),
    }
}

async fn print_file(
    file: &mut File,
    length: u64,
    heading: &str,
    report: &Report,
) -> io::Result<()> {
    let mut piece = vec![0; PIECE];
    let start = first_text(file, length, &mut piece)?;
    let end = last_text(file, start, length, &mut piece)?;
    if start == end {
        return Ok(());
    }
    report.line(heading);
    seek_back(file, start)?;
    let mut left = end - start;
    while left > 0 {
        let count = file.read(part(&mut piece, left))?;
        if count == 0 {
            break;
        }
        left -= count as u64;
        report
            .write(&[piece.get(..count).unwrap_or_default()])
            .await?;
    }
    report.line("");
    Ok(())
}

/// Where the first byte stands that is no white space.
fn first_text(file: &mut File, length: u64, piece: &mut [u8]) -> io::Result<u64> {
    seek_back(file, 0)?;
    let mut at = 0;
    while at < length {
        let read = part(piece, length - at);
        file.read_exact(read)?;
        let blank = read.len() - read.trim_ascii_start().len();
        at += blank as u64;
        if blank < read.len() {
            return Ok(at);
        }
    }
    Ok(length)
}

/// Where what follows the last byte that is no white space begins.
fn last_text(file: &mut File, start: u64, length: u64, piece: &mut [u8]) -> io::Result<u64> {
    let mut end = length;
    while end > start {
        let read = part(piece, end - start);
        seek_back(file, end - read.len() as u64)?;
        file.read_exact(read)?;
        let blank = read.len() - read.trim_ascii_end().len();
        end -= blank as u64;
        if blank < read.len() {
            return Ok(end);
        }
    }
    Ok(start)
}

fn part(piece: &mut [u8], left: u64) -> &mut [u8] {
    let count = left.min(piece.len() as u64) as usize;
    piece.get_mut(..count).unwrap_or_default()
}

fn seek_back(file: &mut File, to: u64) -> io::Result<()> {
    file.seek(SeekFrom::Start(to)).map(|_| ())
}

/// A file without a name that nobody else can open, and that is gone when it is closed.
fn temporary_file() -> io::Result<File> {
    let folder = std::env::temp_dir();
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{Mode, OFlags};
        let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::EXCL | OFlags::CLOEXEC;
        if let Ok(fd) = rustix::fs::open(&folder, flags, Mode::RUSR | Mode::WUSR) {
            return Ok(fd.into());
        }
    }
    named_file(&folder)
}

/// As [`temporary_file`], for file systems without `O_TMPFILE`.
fn named_file(folder: &std::path::Path) -> io::Result<File> {
    let mut options = File::options();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    for attempt in 0..100u32 {
        let now = std::time::SystemTime::UNIX_EPOCH
            .elapsed()
            .unwrap_or_default();
        let name = format!(".drun-{}-{}-{attempt}", std::process::id(), now.as_nanos());
        let path = folder.join(name);
        match options.open(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
            Ok(file) => {
                std::fs::remove_file(&path)?;
                return Ok(file);
            }
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn printed(hold: &mut Hold) -> String {
        let (report, written) = Report::memory();
        hold.print(&report).await.unwrap();
        report.flush().await.unwrap();
        written.out()
    }

    #[tokio::test]
    async fn what_is_held_in_memory_is_printed_under_headings() {
        let mut hold = Hold::default();
        hold.take(Stream::Stdout, b"\n one\ntwo \n\n").await;
        assert_eq!(printed(&mut hold).await, "stdout:\none\ntwo\n");
        hold.take(Stream::Stderr, b"oops\n").await;
        assert_eq!(
            printed(&mut hold).await,
            "stdout:\none\ntwo\nstderr:\noops\n"
        );
    }

    #[tokio::test]
    async fn more_than_one_mib_goes_to_a_file_and_comes_back_whole() {
        let mut hold = Hold::default();
        let line = format!("{}\n", "x".repeat(999));
        hold.take(Stream::Stdout, b" \n\n").await;
        for _ in 0..3000 {
            hold.take(Stream::Stdout, line.as_bytes()).await;
        }
        hold.take(Stream::Stdout, " \n".repeat(PIECE).as_bytes())
            .await;
        assert!(hold.stdout.file.is_some());
        assert!(hold.stdout.memory.capacity() <= 2 * IN_MEMORY);
        let expected = format!("stdout:\n{}", line.repeat(3000));
        assert!(printed(&mut hold).await == expected);
    }

    #[tokio::test]
    async fn without_a_file_the_end_is_kept() {
        let mut hold = Hold {
            broken: true,
            ..Hold::default()
        };
        for _ in 0..30 {
            hold.take(Stream::Stdout, &[b'x'; 65536]).await;
        }
        hold.take(Stream::Stderr, b"why\n").await;
        let text = printed(&mut hold).await;
        let lost = 30 * 65536 + 4 - IN_MEMORY;
        assert!(text.starts_with(&format!("stdout:\n[{lost} earlier bytes left out] xxx")));
        assert!(text.ends_with("x\nstderr:\nwhy\n"));
    }

    #[tokio::test]
    async fn a_file_that_can_no_longer_be_written_gives_back_its_end() {
        let mut held = Held {
            memory: vec![b'a'; IN_MEMORY + 5],
            ..Held::default()
        };
        held.spill().await.unwrap();
        held.memory.extend_from_slice(b"b");
        held.recover();
        assert_eq!((held.lost, held.memory.len()), (5, IN_MEMORY + 1));
    }
}
