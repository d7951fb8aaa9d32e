//! The signals that end a run, and waiting for them.

use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};

use crate::memory::backstop::nudge;

/// A signal that ends a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// Ctrl-C.
    Interrupt,
    /// A wish to end.
    Terminate,
}

impl Signal {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Interrupt => "SIGINT",
            Self::Terminate => "SIGTERM",
        }
    }

    /// The exit status of a run that it ended.
    pub fn status(self) -> u8 {
        match self {
            Self::Interrupt => 130,
            Self::Terminate => 143,
        }
    }
}

/// A signal that came, for a thread that finds the runtime stuck. Nothing waits for anything here:
/// it is set by the handler itself.
#[derive(Debug, Default)]
pub(super) struct Pending {
    /// 0, or the number of the first signal.
    number: Arc<AtomicI32>,
    #[cfg(unix)]
    handlers: Vec<signal_hook_registry::SigId>,
}

impl Pending {
    /// From now on signals are noted.
    #[cfg(unix)]
    #[allow(
        unsafe_code,
        reason = "what runs in a handler is for the caller to vouch for"
    )]
    pub(super) fn listen() -> Self {
        let mut pending = Self::default();
        for signal in [libc::SIGINT, libc::SIGTERM, libc::SIGHUP, libc::SIGQUIT] {
            let number = pending.number.clone();
            let note = move || {
                let _ = number.compare_exchange(0, signal, Ordering::AcqRel, Ordering::Acquire);
                nudge();
            };
            // SAFETY: an atomic and a system call that wakes; neither allocates nor locks.
            let handler = unsafe { signal_hook_registry::register(signal, note) };
            pending.handlers.extend(handler);
        }
        pending
    }

    #[cfg(not(unix))]
    pub(super) fn listen() -> Self {
        Self::default()
    }

    /// The signal that came.
    pub(super) fn get(&self) -> Option<Signal> {
        match self.number.load(Ordering::Acquire) {
            0 => None,
            #[cfg(unix)]
            libc::SIGINT => Some(Signal::Interrupt),
            _ => Some(Signal::Terminate),
        }
    }
}

#[cfg(unix)]
impl Drop for Pending {
    fn drop(&mut self) {
        for handler in self.handlers.drain(..) {
            signal_hook_registry::unregister(handler);
        }
    }
}

/// Does `work`, unless one of the signals comes first.
pub(crate) async fn unless_stopped<T>(work: impl Future<Output = T>) -> Result<T, Signal> {
    let mut signals = Signals::listen();
    tokio::select! {
        biased;
        done = work => Ok(done),
        signal = signals.next() => Err(signal),
    }
}

/// The signals that end a run.
pub(super) struct Signals {
    #[cfg(unix)]
    streams: Option<[tokio::signal::unix::Signal; 4]>,
}

impl Signals {
    #[cfg(unix)]
    pub(super) fn listen() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        let streams = || -> std::io::Result<_> {
            Ok([
                signal(SignalKind::interrupt())?,
                signal(SignalKind::terminate())?,
                signal(SignalKind::hangup())?,
                signal(SignalKind::quit())?,
            ])
        };
        Self {
            streams: streams().ok(),
        }
    }

    #[cfg(not(unix))]
    pub(super) fn listen() -> Self {
        Self {}
    }

    #[cfg(unix)]
    pub(super) async fn next(&mut self) -> Signal {
        let Some([interrupt, terminate, hangup, quit]) = &mut self.streams else {
            return std::future::pending().await;
        };
        tokio::select! {
            _ = interrupt.recv() => Signal::Interrupt,
            _ = terminate.recv() => Signal::Terminate,
            _ = hangup.recv() => Signal::Terminate,
            _ = quit.recv() => Signal::Terminate,
        }
    }

    #[cfg(not(unix))]
    pub(super) async fn next(&mut self) -> Signal {
        match tokio::signal::ctrl_c().await {
            Ok(()) => Signal::Interrupt,
            Err(_) => std::future::pending().await,
        }
    }
}
