//! The limits in force: flag, then environment, then project setting, then default; clamped by the
//! container.

use std::path::PathBuf;
use std::time::Duration;

use super::cgroup::ContainerLimit;
use super::record::LimitInForce;
use super::units::{self, MB};

/// Above this the monitor warns, in bytes.
pub const WARNING: u64 = 100 * MB;
/// Above this the monitor stops the execution, in bytes.
pub const CRITICAL: u64 = 500 * MB;
/// The time between two readings while memory does not grow.
pub const INTERVAL: Duration = Duration::from_millis(100);
/// How much of the room in a container may be used, in percent: the dump has to come before the
/// kernel's kill.
const OF_CONTAINER: u64 = 85;
/// A container that is nearly full when the execution begins does not take all from it: what fills
/// it may be gone soon.
const LEAST_ROOM: u64 = 32 * MB;
/// Where the warning is put when it would not come before the stop, in percent of the limit.
const WARNING_BELOW: u64 = 80;
/// The least that a limit may be: below it the program itself would not fit.
const LEAST: u64 = 16 * MB;
/// Between which the interval may be, in ms.
const INTERVALS: std::ops::RangeInclusive<u128> = 1..=10_000;

/// The name of the limit of a task in a record.
pub(super) const TASK: &str = "task";

/// What was asked for, by origin. Each value as it was written.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// Key (`warning`, `limit`, `tree_limit`, `interval`, `dump_dir`), value and origin; the first of
    /// several for one key counts.
    pub values: Vec<(&'static str, String, String)>,
    /// `--no-memory-monitor`.
    pub off: bool,
}

/// The keys that can be set.
pub const KEYS: &[&str] = &["warning", "limit", "tree_limit", "interval", "dump_dir"];

impl Asked {
    /// Adds what the environment says, behind what is there.
    pub fn with_environment(mut self, variable: impl Fn(&str) -> Option<String>) -> Self {
        for key in KEYS {
            let name = format!("DRUN_MEMORY_{}", key.to_uppercase());
            if let Some(value) = variable(&name).filter(|value| !value.is_empty()) {
                self.values
                    .push((key, value, format!("environment {name}")));
            }
        }
        self
    }
}

/// The limits of an execution.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Warn above this many bytes; `None` never.
    pub warning: Option<u64>,
    /// Stop above this many bytes; `None` never.
    pub critical: Option<u64>,
    /// Stop when the program and all that it started use more than this many bytes.
    pub tree: Option<u64>,
    /// The time between two readings.
    pub interval: Duration,
    /// Where dumps go first.
    pub dump_dir: Option<PathBuf>,
    /// No limit holds, not even that of a task.
    pub off: bool,
    /// What the container leaves; no limit of a task is above it.
    pub room: Option<Room>,
    /// Each limit with its origin, for the dump.
    pub in_force: Vec<LimitInForce>,
}

/// What a container leaves for a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Room {
    /// In bytes.
    pub bytes: u64,
    /// The container's limit, and where that is written.
    pub by: String,
}

impl Default for Limits {
    fn default() -> Self {
        // No value was asked for, so none can be wrong.
        Self::resolve(&Asked::default(), None).unwrap_or_else(|_| Self {
            warning: Some(WARNING),
            critical: Some(CRITICAL),
            tree: None,
            interval: INTERVAL,
            dump_dir: None,
            off: false,
            room: None,
            in_force: Vec::new(),
        })
    }
}

impl Limits {
    /// The limits that follow from what was asked for.
    ///
    /// # Errors
    /// A value that is none, with its key, its range and its origin.
    pub fn resolve(asked: &Asked, container: Option<&ContainerLimit>) -> Result<Self, String> {
        let mut critical = size(asked, "limit", Some(CRITICAL), LEAST)?;
        let mut warning = size(asked, "warning", Some(WARNING), 0)?;
        let mut tree = size(asked, "tree_limit", None, LEAST)?;
        let (interval, interval_in_force) = interval(asked)?;
        let room = container.map(Room::in_container);
        if let Some(Room { bytes, by }) = &room {
            clamp(&mut critical, *bytes, by);
            clamp(&mut tree, *bytes, by);
            clamp(&mut warning, bytes / 100 * WARNING_BELOW, by);
        }
        if let Some(limit) = critical.bytes
            && warning.bytes.is_some_and(|bytes| bytes >= limit)
        {
            clamp(&mut warning, limit / 100 * WARNING_BELOW, "the limit");
        }
        let dump_dir = find(asked, "dump_dir");
        let dump_dir_in_force = LimitInForce {
            name: "dump_dir".to_owned(),
            value: dump_dir
                .map_or("the folder of the start", |(folder, _)| folder)
                .to_owned(),
            origin: dump_dir.map_or("default", |(_, origin)| origin).to_owned(),
            ..LimitInForce::default()
        };
        let dump_dir = dump_dir.map(|(folder, _)| PathBuf::from(folder));
        let mut in_force = vec![
            critical,
            warning,
            tree,
            interval_in_force,
            dump_dir_in_force,
        ];
        if asked.off {
            in_force.iter_mut().take(3).for_each(turn_off);
        }
        let bytes = |index: usize| in_force.get(index).and_then(|limit| limit.bytes);
        Ok(Self {
            critical: bytes(0),
            warning: bytes(1),
            tree: bytes(2),
            interval,
            dump_dir,
            off: asked.off,
            room,
            in_force,
        })
    }

    /// The limit of a task, which was exceeded, among the others.
    pub(super) fn of_task(&self, bytes: u64, asked: Option<u64>) -> LimitInForce {
        let room = self.room.as_ref().filter(|_| asked.is_some());
        LimitInForce {
            name: TASK.to_owned(),
            value: units::show(bytes),
            bytes: Some(bytes),
            origin: "@memory".to_owned(),
            asked,
            clamped_by: room.map(|room| room.by.clone()),
        }
    }
}

impl Room {
    fn in_container(container: &ContainerLimit) -> Self {
        Self {
            bytes: most_in(container),
            by: clamped_by(container),
        }
    }
}

fn find<'a>(asked: &'a Asked, key: &str) -> Option<(&'a str, &'a str)> {
    let (_, value, origin) = asked.values.iter().find(|(own, ..)| *own == key)?;
    Some((value, origin))
}

fn size(
    asked: &Asked,
    key: &str,
    default: Option<u64>,
    least: u64,
) -> Result<LimitInForce, String> {
    let (bytes, origin) = match find(asked, key) {
        None => (default, "default"),
        Some((text, origin)) if is_off(text) => (None, origin),
        Some((text, origin)) => {
            let bytes = units::size(text).filter(|bytes| *bytes >= least);
            let least = match least {
                0 => String::new(),
                least => format!(" of {} or more", units::show(least)),
            };
            let bytes = bytes.ok_or_else(|| {
                format!(
                    "{origin}: memory_{key} '{text}' is not a size{least}; write a number and a unit, such as 500MB or 2GB, or off"
                )
            })?;
            (Some(bytes), origin)
        }
    };
    Ok(LimitInForce {
        name: key.to_owned(),
        value: shown(bytes),
        bytes,
        origin: origin.to_owned(),
        asked: None,
        clamped_by: None,
    })
}

fn interval(asked: &Asked) -> Result<(Duration, LimitInForce), String> {
    let (interval, origin) = match find(asked, "interval") {
        None => (INTERVAL, "default"),
        Some((text, origin)) => {
            let time = units::time(text).filter(|time| INTERVALS.contains(&time.as_millis()));
            let time = time.ok_or_else(|| {
                format!("{origin}: memory_interval '{text}' is not a time from 1ms to 10s")
            })?;
            (time, origin)
        }
    };
    let in_force = LimitInForce {
        name: "interval".to_owned(),
        value: format!("{} ms", interval.as_millis()),
        origin: origin.to_owned(),
        ..LimitInForce::default()
    };
    Ok((interval, in_force))
}

fn is_off(text: &str) -> bool {
    text.trim().eq_ignore_ascii_case("off")
}

fn shown(bytes: Option<u64>) -> String {
    bytes.map_or("off".to_owned(), units::show)
}

fn turn_off(limit: &mut LimitInForce) {
    *limit = LimitInForce {
        name: std::mem::take(&mut limit.name),
        value: shown(None),
        origin: "flag --no-memory-monitor".to_owned(),
        ..LimitInForce::default()
    };
}

/// Lowers a limit to `most`. One that is off stays off.
fn clamp(limit: &mut LimitInForce, most: u64, by: &str) {
    let Some(bytes) = limit.bytes.filter(|bytes| *bytes > most) else {
        return;
    };
    limit.asked.get_or_insert(bytes);
    limit.bytes = Some(most);
    limit.value = shown(limit.bytes);
    limit.clamped_by = Some(by.to_owned());
}

/// How much a process may use in a container: a part of what others leave free.
fn most_in(container: &ContainerLimit) -> u64 {
    let room = container.bytes.saturating_sub(container.used);
    let least = LEAST_ROOM.min(container.bytes / 100 * OF_CONTAINER);
    (room / 100 * OF_CONTAINER).max(least)
}

fn clamped_by(container: &ContainerLimit) -> String {
    let used = match container.used / MB {
        0 => String::new(),
        used => format!(", {used} MB in use,"),
    };
    format!(
        "container limit {}{used} ({})",
        units::show(container.bytes),
        container.file.display()
    )
}

#[cfg(test)]
mod tests;
