//! The progress bar: the last line of a terminal while something is under way.
//!
//! It is drawn below what was written last, wiped before anything else is written, and drawn again
//! once a line is complete. Where standard output is no terminal there is none.

use std::io::{self, IsTerminal as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

/// Back to the start of the line, and nothing on it any more.
pub(super) const WIPE: &[u8] = b"\r\x1b[K";
/// Around the bar: a terminal that has become narrower must not wrap it.
const NO_WRAP: &str = "\x1b[?7l";
const WRAP: &str = "\x1b[?7h";
/// How often the time beside a bar is brought up to date.
pub(super) const TICK: Duration = Duration::from_secs(1);
const CELLS: usize = 20;
/// The width of a terminal that does not tell its own.
const USUAL_WIDTH: usize = 80;

/// Whether a bar is on the terminal of this process, for [`super::wipe`].
pub(super) static ON_SCREEN: AtomicBool = AtomicBool::new(false);

/// What is under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bar {
    /// What it does now.
    pub message: String,
    /// How far it is, up to 100; `None` when nobody has said so.
    pub percent: Option<u8>,
    /// When it began.
    pub started: Instant,
    /// How many others are under way as well.
    pub others: usize,
}

impl Bar {
    /// The line, without its end, not wider than `width` cells as far as characters have one.
    fn line(&self, width: usize, elapsed: Duration) -> String {
        let mut end = String::new();
        if let Some(percent) = self.percent {
            let full = usize::from(percent.min(100)) * CELLS / 100;
            let (full, rest) = ("█".repeat(full), "░".repeat(CELLS - full));
            end.push_str(&format!(" [{full}{rest}] {percent:3} %"));
        }
        let seconds = elapsed.as_secs();
        end.push_str(&match seconds / 60 {
            0 => format!("  {seconds}s"),
            minutes => format!("  {minutes}m{:02}s", seconds % 60),
        });
        if self.others > 0 {
            end.push_str(&format!("  (+{})", self.others));
        }
        // Three cells for the sign, one that stays free.
        let room = width.saturating_sub(end.chars().count() + 4);
        let message = self.message.replace(|char: char| char.is_control(), " ");
        let message = match message.chars().count() > room {
            true => message
                .chars()
                .take(room.saturating_sub(1))
                .chain(['…'])
                .collect(),
            false => message,
        };
        format!("📋 {message}{end}")
    }
}

/// The bar of a stream.
#[derive(Debug, Default)]
pub(super) struct Progress {
    bar: Mutex<Option<Bar>>,
    /// Whether there is a bar, to be read without its lock.
    active: AtomicBool,
    /// Whether it, or the time beside it, has changed since it was drawn.
    changed: AtomicBool,
    /// Whether the terminal belongs to somebody else.
    paused: AtomicBool,
    ticking: AtomicBool,
    possible: OnceLock<bool>,
}

impl Progress {
    /// Whether standard output is a terminal that can wipe a line.
    pub(super) fn is_possible(&self) -> bool {
        *self.possible.get_or_init(|| {
            let term = std::env::var_os("TERM");
            let able = term.is_some_and(|term| !term.is_empty() && term != "dumb");
            able && io::stdout().is_terminal()
        })
    }

    pub(super) fn set(&self, bar: Option<Bar>) {
        let mut current = lock(&self.bar);
        self.active.store(bar.is_some(), Ordering::Release);
        *current = bar;
        self.changed.store(true, Ordering::Release);
    }

    /// Whether the terminal shows less than what is known.
    pub(super) fn is_due(&self) -> bool {
        self.changed.load(Ordering::Acquire)
    }

    pub(super) fn pause(&self, paused: bool) {
        self.paused.store(paused, Ordering::Release);
    }

    /// Whether a bar is to be seen.
    pub(super) fn is_active(&self) -> bool {
        self.active.load(Ordering::Acquire) && !self.paused.load(Ordering::Acquire)
    }

    /// Whether the caller is the one who has to bring the bar up to date from now on.
    pub(super) fn begins_to_tick(&self) -> bool {
        !self.ticking.swap(true, Ordering::AcqRel)
    }

    /// Whether ticking goes on, and then the bar is due; if not, the next bar begins it anew.
    pub(super) fn goes_on(&self) -> bool {
        let goes_on = self.active.load(Ordering::Acquire);
        self.ticking.store(goes_on, Ordering::Release);
        if self.is_active() {
            self.changed.store(true, Ordering::Release);
        }
        goes_on
    }

    /// What is to be written to show the bar.
    pub(super) fn draw(&self) -> Option<Vec<u8>> {
        let bar = lock(&self.bar);
        self.changed.store(false, Ordering::Release);
        let bar = bar.as_ref().filter(|_| self.is_active())?;
        let line = bar.line(width(), bar.started.elapsed());
        let mut out = WIPE.to_vec();
        for part in [NO_WRAP, &line, WRAP] {
            out.extend_from_slice(part.as_bytes());
        }
        Some(out)
    }
}

#[cfg(unix)]
fn width() -> usize {
    let size = rustix::termios::tcgetwinsize(io::stdout()).ok();
    let width = size.map(|size| usize::from(size.ws_col));
    width.filter(|width| *width > 0).unwrap_or(USUAL_WIDTH)
}

#[cfg(not(unix))]
fn width() -> usize {
    USUAL_WIDTH
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(message: &str, percent: Option<u8>, width: usize, seconds: u64) -> String {
        let bar = Bar {
            message: message.to_owned(),
            percent,
            started: Instant::now(),
            others: usize::from(width == 90),
        };
        bar.line(width, Duration::from_secs(seconds))
    }

    #[test]
    fn a_line_fits_and_keeps_what_counts() {
        let (full, half) = (
            "█".repeat(20),
            format!("{}{}", "█".repeat(10), "░".repeat(10)),
        );
        assert_eq!(line("Building", None, 80, 59), "📋 Building  59s");
        assert_eq!(
            line("B", Some(50), 80, 61),
            format!("📋 B [{half}]  50 %  1m01s")
        );
        assert_eq!(
            line("a\tb", Some(100), 90, 0),
            format!("📋 a b [{full}] 100 %  0s  (+1)")
        );
        let cut = line(&"x".repeat(200), Some(50), 50, 1);
        assert_eq!(cut, format!("📋 {}… [{half}]  50 %  1s", "x".repeat(12)));
        assert_eq!(cut.chars().count() + 2, 50);
        assert!(line("long", Some(1), 3, 1).starts_with("📋 …"));
    }
}
