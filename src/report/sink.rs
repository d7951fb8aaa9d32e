//! Where the bytes of a stream go, without ever blocking the thread that runs the tasks.
//!
//! The descriptor that we were given is shared with other programs, so it must not be made
//! non-blocking: the shell that started us would find its terminal changed. A pipe or a terminal
//! is opened once more through `/proc`, which gives a descriptor with flags of its own.

use std::fs::File;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

/// What a pipe takes at once when it says that it takes anything, in bytes.
#[cfg(unix)]
const PIECE: usize = 4096;
/// Between two looks at a stream that takes nothing and cannot be waited for.
#[cfg(unix)]
const NAP: std::time::Duration = std::time::Duration::from_millis(5);

/// The destination of a stream.
#[derive(Debug)]
pub(super) enum Sink {
    /// One of the standard streams, not looked at yet.
    Unopened(Stream),
    /// Files and devices, whose writes end by themselves.
    Plain(File),
    /// A pipe or a terminal that was opened again, non-blocking.
    #[cfg(unix)]
    NonBlocking(File),
    /// A socket, written to with `MSG_DONTWAIT`.
    #[cfg(unix)]
    Socket(File),
    /// What could not be opened again: a thread of its own does the blocking.
    Blocking(Arc<File>),
    /// The stream itself, where no descriptor is left for another way to write to it.
    #[cfg(unix)]
    Bare(Stream),
    /// Kept in memory.
    Memory(Arc<Mutex<Vec<u8>>>),
}

/// A standard stream.
#[derive(Clone, Copy, Debug)]
pub(super) enum Stream {
    Output,
    Error,
}

impl Sink {
    pub(super) fn standard_output() -> Self {
        Self::Unopened(Stream::Output)
    }

    pub(super) fn standard_error() -> Self {
        Self::Unopened(Stream::Error)
    }

    /// Whether [`Sink::try_write`] refuses because every write could block.
    pub(super) fn may_block(&self) -> bool {
        matches!(self, Self::Blocking(_))
    }

    /// Writes a first part of `bytes`; `WouldBlock` when nothing can be written now.
    pub(super) fn try_write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Self::Unopened(stream) = self {
            *self = open(*stream)?;
        }
        loop {
            match self.write_once(bytes) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Ok(0) if !bytes.is_empty() => return Err(io::ErrorKind::WriteZero.into()),
                result => return result,
            }
        }
    }

    fn write_once(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(file) => file.write(bytes),
            #[cfg(unix)]
            Self::NonBlocking(file) => file.write(bytes),
            #[cfg(unix)]
            Self::Socket(file) => Ok(rustix::net::send(
                file,
                bytes,
                rustix::net::SendFlags::DONTWAIT | rustix::net::SendFlags::NOSIGNAL,
            )?),
            #[cfg(unix)]
            Self::Bare(stream) => write_bare(*stream, bytes),
            Self::Memory(buffer) => {
                let mut buffer = buffer.lock().unwrap_or_else(PoisonError::into_inner);
                buffer.extend_from_slice(bytes);
                Ok(bytes.len())
            }
            Self::Blocking(_) | Self::Unopened(_) => Err(io::ErrorKind::WouldBlock.into()),
        }
    }

    /// Waits until the sink takes more bytes.
    #[cfg(unix)]
    pub(super) async fn writable(&self) -> io::Result<()> {
        use tokio::net::unix::pipe::Sender;
        if let Self::Bare(_) = self {
            // Rare enough to look now and then.
            tokio::time::sleep(NAP).await;
            return Ok(());
        }
        let (Self::NonBlocking(file) | Self::Socket(file)) = self else {
            tokio::task::yield_now().await;
            return Ok(());
        };
        // Registered anew each time: waiting is rare, and a descriptor that stays registered
        // would tie the report to one runtime. What the descriptor belongs to does not matter:
        // only its readiness is used.
        let waiting = Sender::from_owned_fd_unchecked(file.try_clone()?.into())?;
        waiting.writable().await?;
        Ok(())
    }

    /// Waits until the sink takes more bytes.
    #[cfg(not(unix))]
    pub(super) async fn writable(&self) -> io::Result<()> {
        tokio::task::yield_now().await;
        Ok(())
    }

    /// Writes `bytes` in a thread that may block. They count as written even if the future is
    /// dropped: the thread goes on.
    pub(super) async fn write_in_thread(&self, bytes: Vec<u8>) -> io::Result<()> {
        let Self::Blocking(file) = self else {
            return Err(io::ErrorKind::Unsupported.into());
        };
        let file = file.clone();
        tokio::task::spawn_blocking(move || (&*file).write_all(&bytes))
            .await
            .unwrap_or_else(|error| Err(io::Error::other(error)))
    }
}

/// Writes a few bytes to standard output if that takes them at once.
#[cfg(unix)]
pub(super) fn write_if_taken(bytes: &[u8]) {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let out = rustix::stdio::stdout();
    let mut polled = [PollFd::new(&out, PollFlags::OUT)];
    if poll(&mut polled, Some(&Timespec::default())) == Ok(1) {
        let _ = rustix::io::write(out, bytes);
    }
}

#[cfg(not(unix))]
pub(super) fn write_if_taken(_bytes: &[u8]) {}

#[cfg(unix)]
fn open(stream: Stream) -> io::Result<Sink> {
    use rustix::fs::FileType;
    use std::os::fd::{AsFd, OwnedFd};

    let copy = match stream {
        Stream::Output => io::stdout().as_fd().try_clone_to_owned(),
        Stream::Error => io::stderr().as_fd().try_clone_to_owned(),
    };
    let fd: OwnedFd = match copy {
        Err(error) if error.raw_os_error() == Some(libc::EMFILE) => return Ok(Sink::Bare(stream)),
        copy => copy?,
    };
    let kind = FileType::from_raw_mode(rustix::fs::fstat(&fd)?.st_mode as _);
    let terminal = kind == FileType::CharacterDevice && rustix::termios::isatty(&fd);
    Ok(match kind {
        FileType::Socket => Sink::Socket(fd.into()),
        FileType::Fifo => open_again(fd.into()),
        FileType::CharacterDevice if terminal => open_again(fd.into()),
        _ => Sink::Plain(fd.into()),
    })
}

/// Writes as much as a pipe takes without waiting.
#[cfg(unix)]
fn write_bare(stream: Stream, bytes: &[u8]) -> io::Result<usize> {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let to = match stream {
        Stream::Output => rustix::stdio::stdout(),
        Stream::Error => rustix::stdio::stderr(),
    };
    let at_once = Timespec::default();
    if poll(&mut [PollFd::new(&to, PollFlags::OUT)], Some(&at_once))? == 0 {
        return Err(io::ErrorKind::WouldBlock.into());
    }
    Ok(rustix::io::write(to, bytes.get(..PIECE).unwrap_or(bytes))?)
}

#[cfg(target_os = "linux")]
fn open_again(file: File) -> Sink {
    use rustix::fs::{Mode, OFlags};
    use std::os::fd::AsRawFd;

    let path = format!("/proc/self/fd/{}", file.as_raw_fd());
    let flags = OFlags::WRONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    match rustix::fs::open(path, flags, Mode::empty()) {
        Ok(fd) => Sink::NonBlocking(fd.into()),
        // A pipe without a reader: writing fails at once, and that is the error to report.
        Err(rustix::io::Errno::NXIO) => Sink::Plain(file),
        Err(_) => Sink::Blocking(Arc::new(file)),
    }
}

#[cfg(all(unix, not(target_os = "linux")))]
fn open_again(file: File) -> Sink {
    Sink::Blocking(Arc::new(file))
}

#[cfg(windows)]
fn open(stream: Stream) -> io::Result<Sink> {
    use std::os::windows::io::{AsHandle, OwnedHandle};
    let handle: OwnedHandle = match stream {
        Stream::Output => io::stdout().as_handle().try_clone_to_owned()?,
        Stream::Error => io::stderr().as_handle().try_clone_to_owned()?,
    };
    Ok(Sink::Blocking(Arc::new(handle.into())))
}
