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
    /// Each limit with its origin, for the dump.
    pub in_force: Vec<LimitInForce>,
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
        if let Some(container) = container {
            let most = most_in(container);
            let by = clamped_by(container);
            clamp(&mut critical, most, &by);
            clamp(&mut tree, most, &by);
            clamp(&mut warning, most / 100 * WARNING_BELOW, &by);
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
            in_force,
        })
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
mod tests {
    use super::*;

    fn asked(key: &'static str, value: &str) -> Asked {
        Asked {
            values: vec![(key, value.to_owned(), "flag --memory-x".to_owned())],
            off: false,
        }
    }

    /// A container of so many MB, of which so many are used.
    fn container(bytes: u64, used: u64) -> ContainerLimit {
        ContainerLimit {
            bytes: bytes * MB,
            used: used * MB,
            file: "memory.max".into(),
        }
    }

    #[test]
    fn the_first_origin_wins_and_off_is_a_value() {
        let both = asked("limit", "2GB")
            .with_environment(|name| (name == "DRUN_MEMORY_LIMIT").then(|| "1GB".to_owned()));
        assert_eq!(
            Limits::resolve(&both, None).unwrap().critical,
            Some(2 << 30)
        );
        assert_eq!(
            Limits::resolve(&asked("limit", "off"), None)
                .unwrap()
                .critical,
            None
        );
        let limits = Limits::default();
        assert_eq!(
            (limits.warning, limits.critical),
            (Some(WARNING), Some(CRITICAL))
        );
    }

    #[test]
    fn a_bad_value_is_named_with_key_and_origin() {
        let error = Limits::resolve(&asked("limit", "lots"), None).unwrap_err();
        for part in ["memory_limit", "'lots'", "--memory-x", "16 MB"] {
            assert!(error.contains(part), "{error}");
        }
        for (key, value) in [
            ("interval", "1h"),
            ("interval", "0"),
            ("interval", "11s"),
            ("limit", "15MB"),
            ("limit", "-1GB"),
            ("limit", ""),
            ("tree_limit", "1 lot"),
            ("warning", "nan"),
        ] {
            let error = Limits::resolve(&asked(key, value), None).unwrap_err();
            assert!(error.contains(key) && error.contains(value), "{error}");
        }
    }

    #[test]
    fn a_small_container_clamps() {
        let limits = Limits::resolve(&Asked::default(), Some(&container(256, 0))).unwrap();
        assert!((205 * MB..218 * MB).contains(&limits.critical.unwrap()));
        assert_eq!(limits.warning, Some(WARNING));
        let limit = limits
            .in_force
            .iter()
            .find(|limit| limit.name == "limit")
            .unwrap();
        assert_eq!(limit.asked, Some(CRITICAL));
        assert!(limit.clamped_by.as_ref().unwrap().contains("memory.max"));
        let limits = Limits::resolve(&asked("limit", "off"), Some(&container(256, 0))).unwrap();
        assert_eq!(limits.critical, None);
    }

    #[test]
    fn a_limit_of_the_tree_is_clamped_as_well_and_one_that_is_off_stays_off() {
        let tree = |value: &str| {
            let limits = Limits::resolve(&asked("tree_limit", value), Some(&container(256, 0)));
            limits.unwrap().tree
        };
        assert!((205 * MB..218 * MB).contains(&tree("2GB").unwrap()));
        assert_eq!(tree("100MB"), Some(100 * MB));
        assert_eq!(tree("off"), None);
    }

    #[test]
    fn what_others_use_in_a_container_is_not_there_to_be_used() {
        let critical = |bytes, used| {
            let limits = Limits::resolve(&Asked::default(), Some(&container(bytes, used)));
            limits.unwrap().critical.unwrap()
        };
        assert!(critical(1024, 700) < 280 * MB);
        assert_eq!(critical(1024, 1023), LEAST_ROOM);
        assert!(critical(20, 0) < 18 * MB);
        assert_eq!(critical(4096, 100), CRITICAL);
    }

    #[test]
    fn a_warning_comes_before_the_stop() {
        let limits = Limits::resolve(&asked("limit", "64MB"), None).unwrap();
        assert!(limits.warning.unwrap() < 52 * MB);
        let warning = &limits.in_force[1];
        assert_eq!(
            (warning.name.as_str(), warning.asked),
            ("warning", Some(WARNING))
        );
        assert_eq!(warning.clamped_by.as_deref(), Some("the limit"));
    }

    #[test]
    fn every_setting_is_in_force_with_its_origin() {
        let limits = Limits::resolve(&asked("interval", "1s"), None).unwrap();
        let names: Vec<_> = limits
            .in_force
            .iter()
            .map(|limit| limit.name.as_str())
            .collect();
        assert_eq!(
            names,
            ["limit", "warning", "tree_limit", "interval", "dump_dir"]
        );
        assert_eq!(limits.in_force[3].value, "1000 ms");
        assert_eq!(limits.in_force[3].origin, "flag --memory-x");
    }

    #[test]
    fn without_the_monitor_nothing_is_limited() {
        let off = Asked {
            off: true,
            ..asked("limit", "1GB")
        };
        let limits = Limits::resolve(&off, None).unwrap();
        assert_eq!(
            (limits.critical, limits.warning, limits.off),
            (None, None, true)
        );
        assert_eq!(limits.in_force[0].origin, "flag --no-memory-monitor");
    }
}
