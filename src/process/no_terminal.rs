//! Where a console is shared by all: nobody is in the foreground, and nobody is stopped for it.

use std::convert::Infallible;

use super::supervisor::Supervisor;

/// There is none.
pub(super) type Terminal = Infallible;

/// Nothing to hand over.
#[derive(Debug)]
pub(super) struct Foreground(Infallible);

impl Foreground {
    pub(super) fn give(_supervisor: &Supervisor, _group: u32) -> Option<Self> {
        None
    }

    pub(super) fn accept_modes(&mut self) {}
}

/// Nothing to notice.
#[derive(Debug)]
pub(super) struct Job(Infallible);

impl Job {
    pub(super) fn new(_supervisor: &Supervisor) -> Option<Self> {
        None
    }

    pub(super) async fn stopped(&mut self, _pid: u32) -> i32 {
        match self.0 {}
    }

    pub(super) fn react(
        &mut self,
        _signal: i32,
        _pid: u32,
        _foreground: &mut Option<Foreground>,
        _supervisor: &Supervisor,
    ) {
    }
}
