//! One of the two pipes from a process, and the buffer behind it.

use std::io;

use tokio::io::AsyncReadExt;
use tokio::process::{ChildStderr, ChildStdout};

use super::finished::Tail;
use super::ring::Ring;
use super::supervisor::Supervisor;
use crate::report::Lines;

/// A read of so many bytes, what a pipe holds at first, says that the process prints faster than
/// we read. The pipe is made larger then, because each time that it is full costs two changes of
/// process: 300 MB took 120 ms instead of 190.
const FULL_PIPE: usize = 64 * 1024;
#[cfg(target_os = "linux")]
const LARGE_PIPE: usize = 256 * 1024;

/// One stream of the process.
#[derive(Debug, Default)]
pub(super) struct Side {
    pipe: Option<Pipe>,
    ring: Option<Ring>,
    pub(super) lines: Lines,
    enlarged: bool,
}

#[derive(Debug)]
pub(super) enum Pipe {
    Stdout(ChildStdout),
    Stderr(ChildStderr),
}

impl Pipe {
    /// A user may have so many large pipes only; then the small one has to do.
    fn enlarge(&self) {
        #[cfg(target_os = "linux")]
        let _ = match self {
            Self::Stdout(pipe) => rustix::pipe::fcntl_setpipe_size(pipe, LARGE_PIPE),
            Self::Stderr(pipe) => rustix::pipe::fcntl_setpipe_size(pipe, LARGE_PIPE),
        };
    }
}

impl Side {
    pub(super) fn new(pipe: Option<Pipe>, supervisor: &Supervisor) -> Self {
        Self {
            pipe,
            ring: Some(supervisor.ring()),
            ..Self::default()
        }
    }

    pub(super) fn is_open(&self) -> bool {
        self.pipe.is_some()
    }

    pub(super) async fn read(&mut self) -> io::Result<usize> {
        let space = self.ring.as_mut().map(Ring::space).unwrap_or_default();
        match &mut self.pipe {
            Some(Pipe::Stdout(pipe)) => pipe.read(space).await,
            Some(Pipe::Stderr(pipe)) => pipe.read(space).await,
            None => Ok(0),
        }
    }

    /// Nothing more is read.
    pub(super) fn close(&mut self) {
        self.pipe = None;
    }

    /// Notes that `count` bytes were read and returns them with what holds back lines; gives the
    /// process a larger pipe when it is a fast one.
    pub(super) fn filled(&mut self, count: usize) -> (&[u8], &mut Lines) {
        if count >= FULL_PIPE && !self.enlarged {
            self.enlarged = true;
            if let Some(pipe) = &self.pipe {
                pipe.enlarge();
            }
        }
        let chunk = self.ring.as_mut().map(|ring| ring.filled(count));
        (chunk.unwrap_or_default(), &mut self.lines)
    }

    pub(super) fn finish(self, tail: bool, supervisor: &Supervisor) -> Tail {
        let Some(ring) = self.ring else {
            return Tail::default();
        };
        let end = if tail { ring.tail() } else { Tail::default() };
        supervisor.give_back(ring);
        end
    }
}
