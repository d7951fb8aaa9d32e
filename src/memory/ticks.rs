//! When the monitor reads next.
//!
//! A Tokio interval. Its timer wheel wakes a sleeping thread twice for a timer of 100 ms: once to sort
//! it into a finer slot, and once when it is due. That is as many wake-ups again as the readings
//! themselves, so where the runtime allows it (see [`Ticks::new`]) a run that lasts hands the waiting
//! to a timer of the kernel, which wakes once. A run that ends within the first interval never has
//! that timer made.

use std::time::Duration;

use tokio::time::{Interval, MissedTickBehavior, interval};

#[cfg(target_os = "linux")]
use kernel::Timer;

/// The rhythm of a monitor.
pub(super) enum Ticks {
    /// An interval of the runtime; whether the kernel's timer may take over.
    Runtime { interval: Interval, may_pass: bool },
    /// A timer of the kernel.
    #[cfg(target_os = "linux")]
    Kernel(Timer),
}

impl Ticks {
    /// The first tick is at once. `may_pass`: the clock is the real one and the runtime's I/O driver
    /// is there, so the kernel may do the waiting.
    pub(super) fn new(period: Duration, may_pass: bool) -> Self {
        let mut interval = interval(period);
        interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self::Runtime { interval, may_pass }
    }

    /// Ends when it is time to read.
    pub(super) async fn tick(&mut self) {
        match self {
            Self::Runtime { interval, .. } => {
                interval.tick().await;
            }
            #[cfg(target_os = "linux")]
            Self::Kernel(timer) => timer.expired().await,
        }
    }

    /// The next tick is after `wait`.
    pub(super) fn reset_after(&mut self, wait: Duration) {
        match self {
            Self::Runtime { interval, .. } => interval.reset_after(wait),
            #[cfg(target_os = "linux")]
            Self::Kernel(timer) => {
                if timer.set(wait).is_err() {
                    *self = Self::new(wait, false);
                    self.reset_after(wait);
                }
            }
        }
    }

    /// Lets the kernel wait from now on, where that may be; the next tick is set afterwards.
    pub(super) fn pass_to_kernel(&mut self) {
        #[cfg(target_os = "linux")]
        if let Self::Runtime { may_pass, .. } = self
            && std::mem::take(may_pass)
            && let Ok(timer) = Timer::new()
        {
            *self = Self::Kernel(timer);
        }
    }
}

#[cfg(target_os = "linux")]
mod kernel {
    use std::io;
    use std::time::Duration;

    use rustix::time::{
        Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
        timerfd_settime,
    };
    use tokio::net::unix::pipe::Receiver;

    /// One timer; see `timerfd_create(2)`. Only its readiness is used, so it does not matter that it
    /// is no pipe.
    pub(in crate::memory) struct Timer(Receiver);

    impl Timer {
        pub(super) fn new() -> io::Result<Self> {
            let flags = TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC;
            let fd = timerfd_create(TimerfdClockId::Monotonic, flags)?;
            Ok(Self(Receiver::from_owned_fd_unchecked(fd)?))
        }

        /// Has it expire once, after `wait`.
        pub(super) fn set(&mut self, wait: Duration) -> io::Result<()> {
            let never = Timespec {
                tv_sec: 0,
                tv_nsec: 0,
            };
            // 0 would switch it off.
            let wait = wait.max(Duration::from_nanos(1));
            let once = Itimerspec {
                it_interval: never,
                it_value: wait.try_into().map_err(io::Error::other)?,
            };
            timerfd_settime(&self.0, TimerfdTimerFlags::empty(), &once)?;
            Ok(())
        }

        /// Ends when it has expired. Setting it again takes the expiry back, so nothing is read.
        pub(super) async fn expired(&mut self) {
            if self.0.readable().await.is_err() {
                // The runtime goes down, and the monitor with it.
                return std::future::pending().await;
            }
            // Forgets that it was ready.
            let _ = self
                .0
                .try_io(|| Err::<(), _>(io::ErrorKind::WouldBlock.into()));
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::task::Poll;
    use std::time::Instant;

    use super::*;

    #[tokio::test]
    async fn the_kernel_ticks_once_for_each_time_it_is_set() {
        let mut ticks = Ticks::new(Duration::from_secs(3600), true);
        ticks.tick().await;
        ticks.pass_to_kernel();
        assert!(matches!(ticks, Ticks::Kernel(_)));
        for _ in 0..3 {
            let started = Instant::now();
            ticks.reset_after(Duration::from_millis(2));
            ticks.tick().await;
            assert!(started.elapsed() >= Duration::from_millis(2));
        }
        // Nothing is left over of an expiry that was taken back.
        ticks.reset_after(Duration::ZERO);
        ticks.reset_after(Duration::from_secs(3600));
        for _ in 0..3 {
            // The runtime looks for events whenever nothing else is to be done.
            tokio::task::yield_now().await;
        }
        let mut tick = std::pin::pin!(ticks.tick());
        let early = std::future::poll_fn(|cx| Poll::Ready(tick.as_mut().poll(cx).is_ready()));
        assert!(!early.await);
    }

    #[tokio::test(start_paused = true)]
    async fn without_leave_the_runtime_goes_on_to_wait() {
        let mut ticks = Ticks::new(Duration::from_millis(100), false);
        ticks.tick().await;
        ticks.pass_to_kernel();
        let started = tokio::time::Instant::now();
        ticks.reset_after(Duration::from_millis(30));
        ticks.tick().await;
        assert_eq!(started.elapsed(), Duration::from_millis(30));
    }
}
