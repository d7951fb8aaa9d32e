//! One value inside of a file: what `get`, `check` and `update` do.
//!
//! *Invariant:* an update replaces the bytes of the value and no others. What was written is read again before the file is
//! replaced, so a value that a format cannot hold in this place is an error and not a damaged file.

mod edit;
mod json;
mod pattern;
mod property;
mod scalar;
mod toml;
mod yaml;

use std::path::PathBuf;

use super::file::{self, Outcome, Reader};
use crate::ast::action::{MissingValue, ValueComparison, ValueFormat};
use crate::source::Text;
use crate::value::os_reason;
use edit::{lookup, updated};

/// A statement whose texts are known.
#[derive(Debug)]
pub struct Job {
    /// Which value is meant.
    pub place: Place,
    /// What is done with it.
    pub operation: Operation,
    /// Whether nothing is written, and the lines are those of a dry run.
    pub dry_run: bool,
    /// Whether it tells what it did.
    pub verbose: bool,
}

/// A value inside of a file.
#[derive(Debug, Clone)]
pub struct Place {
    /// How the file is read.
    pub format: ValueFormat,
    /// Which value is meant.
    pub selector: Text,
    /// The file, as messages show it.
    pub shown: String,
    /// The file.
    pub path: PathBuf,
}

/// What is done with a value.
#[derive(Debug)]
#[allow(missing_docs)]
pub enum Operation {
    /// `variable` with its `$`.
    Get {
        variable: Text,
    },
    Check {
        comparison: ValueComparison,
        expected: Text,
    },
    Update {
        value: Text,
        missing: MissingValue,
    },
}

/// Does the work.
pub async fn perform(job: Job, reader: &Reader) -> Outcome {
    let changes = matches!(job.operation, Operation::Update { .. });
    let place = job.place.clone();
    file::edit(&place.path, changes, reader, move |text| job.finish(text))
        .await
        .unwrap_or_else(|reason| Outcome {
            failure: Some(format!("{}: {reason}", place.name())),
            ..Outcome::default()
        })
}

impl Place {
    /// The value, as messages name it.
    fn name(&self) -> String {
        format!("{} in {}", self.selected(), self.shown)
    }

    fn selected(&self) -> String {
        format!("{} {}", self.format.name(), quoted(&self.selector))
    }
}

impl Job {
    fn finish(self, text: &str) -> Result<Outcome, String> {
        let place = &self.place;
        let (line, captured) = match self.operation {
            Operation::Get { variable } => {
                let value = lookup(place, text)?;
                let (selected, shown) = (place.selected(), &place.shown);
                let line = format!("📦  Captured {selected} from {shown} as {variable}");
                (line, Some((variable, value.into())))
            }
            Operation::Check {
                comparison,
                expected,
            } => {
                compare(comparison, &expected, &lookup(place, text)?)?;
                let line = format!("✅  File value check passed: {}", place.name());
                (line, None)
            }
            Operation::Update { value, missing } => {
                let changed = updated(place, text, &value, missing)?;
                let name = place.name();
                if self.dry_run {
                    let line = format!("[DRY RUN] Would update {name} to {}", quoted(&value));
                    return Ok(outcome(line, None));
                }
                let line = match changed {
                    Some(changed) => {
                        file::replace(&place.path, changed.as_bytes())
                            .map_err(|error| os_reason(&error))?;
                        format!("✅  Updated {name}")
                    }
                    None => format!("✅  {name} already has the requested value"),
                };
                (line, None)
            }
        };
        Ok(match self.verbose && !self.dry_run {
            true => outcome(line, captured),
            false => Outcome {
                captured,
                ..Outcome::default()
            },
        })
    }
}

fn outcome(line: String, captured: Option<(Text, Text)>) -> Outcome {
    Outcome {
        lines: vec![line],
        captured,
        failure: None,
    }
}

fn compare(comparison: ValueComparison, expected: &str, actual: &str) -> Result<(), String> {
    let equal = expected == actual;
    match comparison {
        ValueComparison::Equals if !equal => Err(format!(
            "expected {}, found {}",
            short(expected),
            short(actual)
        )),
        ValueComparison::Differs if equal => Err(format!(
            "expected anything but {}, found {}",
            short(expected),
            short(actual)
        )),
        ValueComparison::Equals | ValueComparison::Differs => Ok(()),
    }
}

/// A text in double quotes, as the task file has it.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// The same, of a long text its beginning: a value may be all of a large file.
fn short(text: &str) -> String {
    const SHOWN: usize = 200;
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", quoted(text.get(..end).unwrap_or_default())),
        None => quoted(text),
    }
}
