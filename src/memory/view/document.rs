//! Reading a dump.

use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;

use rustix::fs::{Mode, OFlags};
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::ViewError;
use crate::memory::diagnosis::Diagnosis;
use crate::memory::dump::{MemoryStats, RuntimeInfo, SCHEMA_VERSION};
use crate::memory::record::{Exceeded, History, LimitInForce, Record};
use crate::memory::snapshot::{ChildSnapshot, ExecutionSnapshot};

/// What the viewer shows of a dump. The program is passed over but for its name and numbers, so
/// that a dump of any size is shown in little memory.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Document {
    pub(super) memory_stats: MemoryStats,
    #[serde(default)]
    pub(super) program: Option<Program>,
    pub(super) runtime_info: RuntimeInfo,
    pub(super) schema_version: u32,
    pub(super) diagnosis: Diagnosis,
    pub(super) exceeded: Exceeded,
    #[serde(default)]
    pub(super) execution: Option<ExecutionSnapshot>,
    pub(super) history: History,
    pub(super) limits: Vec<LimitInForce>,
    pub(super) children: Vec<ChildSnapshot>,
}

/// What is shown of the program.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Program {
    pub(super) path: String,
    pub(super) version: Named,
    pub(super) project: Option<Named>,
    pub(super) tasks: Vec<IgnoredAny>,
    pub(super) includes: Vec<IgnoredAny>,
}

/// A node of which only its text counts.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Named {
    #[serde(alias = "text")]
    pub(super) name: String,
}

impl Document {
    /// Reads the dump at `path`.
    pub(super) fn read(path: &Path) -> Result<Self, ViewError> {
        let failed = |error: io::Error| ViewError::Read {
            path: path.to_owned(),
            error,
        };
        let file = open(path).map_err(failed)?;
        let document: Self = serde_json::from_reader(BufReader::new(file)).map_err(|error| {
            if error.is_eof() {
                ViewError::Truncated(path.to_owned())
            } else if error.is_io() {
                failed(error.into())
            } else {
                ViewError::Foreign {
                    path: path.to_owned(),
                    reason: error.to_string(),
                }
            }
        })?;
        if document.schema_version != SCHEMA_VERSION {
            return Err(ViewError::Foreign {
                path: path.to_owned(),
                reason: format!(
                    "it has schema version {}, and this drun reads {SCHEMA_VERSION}",
                    document.schema_version
                ),
            });
        }
        Ok(document)
    }

    /// When it was, to the second.
    pub(super) fn time(&self) -> String {
        let whole = &self.memory_stats.timestamp;
        let Some((date, fraction)) = whole.split_once('.') else {
            return whole.replace('T', " ");
        };
        let zone = fraction.trim_start_matches(|char: char| char.is_ascii_digit());
        format!("{date}{zone}").replace('T', " ")
    }

    /// The figures as the monitor has them.
    pub(super) fn record(&self) -> Record {
        Record {
            exceeded: self.exceeded.clone(),
            figures: self.memory_stats.figures.clone(),
            history: self.history.clone(),
            limits: self.limits.clone(),
        }
    }
}

/// Opens a plain file. What is no plain file may never end or never begin.
fn open(path: &Path) -> io::Result<File> {
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = File::from(rustix::fs::open(path, flags, Mode::empty())?);
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("it is not a plain file"));
    }
    Ok(file)
}
