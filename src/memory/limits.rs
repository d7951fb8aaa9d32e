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
/// How much of a container's limit may be used: the dump has to come before the kernel's kill.
const OF_CONTAINER: (u64, u64) = (85, 100);

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
        let mut in_force = Vec::new();
        let mut bytes = |key: &'static str, default: Option<u64>| -> Result<Option<u64>, String> {
            let (value, origin, wanted) = match find(asked, key) {
                None => (default, "default".to_owned(), default),
                Some((text, origin)) => {
                    let value = parse_size(key, text, origin)?;
                    (value, origin.to_owned(), value)
                }
            };
            let (value, clamped_by) = clamp(key, value, container);
            in_force.push(LimitInForce {
                name: key.to_owned(),
                value: value.map_or("off".to_owned(), units::show),
                bytes: value,
                origin,
                asked: wanted.filter(|_| clamped_by.is_some()),
                clamped_by,
            });
            Ok(value)
        };
        let critical = bytes("limit", Some(CRITICAL))?;
        let warning = bytes("warning", Some(WARNING))?;
        let tree = bytes("tree_limit", None)?;
        let interval = match find(asked, "interval") {
            None => INTERVAL,
            Some((text, origin)) => units::time(text)
                .filter(|time| (1..=10_000).contains(&time.as_millis()))
                .ok_or_else(|| {
                    format!("{origin}: interval '{text}' is not a time from 1ms to 10s")
                })?,
        };
        let off = asked.off;
        Ok(Self {
            warning: warning.filter(|_| !off),
            critical: critical.filter(|_| !off),
            tree: tree.filter(|_| !off),
            interval,
            dump_dir: find(asked, "dump_dir").map(|(folder, _)| PathBuf::from(folder)),
            in_force,
        })
    }
}

fn find<'a>(asked: &'a Asked, key: &str) -> Option<(&'a str, &'a str)> {
    let (_, value, origin) = asked.values.iter().find(|(own, ..)| *own == key)?;
    Some((value, origin))
}

/// The least that a limit may be: below it the program itself would not fit.
const LEAST: u64 = 16 * MB;

fn parse_size(key: &str, text: &str, origin: &str) -> Result<Option<u64>, String> {
    if text.trim().eq_ignore_ascii_case("off") {
        return Ok(None);
    }
    let least = if key == "warning" { 0 } else { LEAST };
    units::size(text)
        .filter(|bytes| *bytes >= least)
        .map(Some)
        .ok_or_else(|| {
            let least = units::show(LEAST);
            format!(
                "{origin}: memory {key} '{text}' is not a size; write a number with a unit, at least {least}, such as 500MB or 2GB, or off"
            )
        })
}

fn clamp(
    key: &str,
    value: Option<u64>,
    container: Option<&ContainerLimit>,
) -> (Option<u64>, Option<String>) {
    let Some(container) = container.filter(|_| key != "tree_limit") else {
        return (value, None);
    };
    let (part, whole) = OF_CONTAINER;
    let most = container.bytes / whole * part;
    let most = if key == "warning" { most / 2 } else { most };
    match value {
        Some(bytes) if bytes > most => {
            let by = format!(
                "container limit {} ({})",
                units::show(container.bytes),
                container.file.display()
            );
            (Some(most), Some(by))
        }
        _ => (value, None),
    }
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
        for part in ["limit", "'lots'", "--memory-x", "16 MB"] {
            assert!(error.contains(part), "{error}");
        }
        assert!(Limits::resolve(&asked("interval", "1h"), None).is_err());
    }

    #[test]
    fn a_small_container_clamps() {
        let container = ContainerLimit {
            bytes: 256 * MB,
            file: "memory.max".into(),
        };
        let limits = Limits::resolve(&Asked::default(), Some(&container)).unwrap();
        assert!(limits.critical.unwrap() < 220 * MB);
        assert!(limits.warning.unwrap() <= WARNING);
        let limit = limits
            .in_force
            .iter()
            .find(|limit| limit.name == "limit")
            .unwrap();
        assert_eq!(limit.asked, Some(CRITICAL));
    }
}
