//! What all machines of one run share.

use std::sync::{Arc, Mutex, Weak};

use rustc_hash::FxHashMap;

use super::Machine;
use crate::process::Supervisor;
use crate::report::Report;
use crate::resolve::Program;
use crate::source::Text;
use crate::value::{Value, World};

/// How a run was asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Options {
    pub(crate) dry_run: bool,
    pub(crate) verbose: bool,
    /// `--task-mode`: whether every task runs in mode `ci`; `None` leaves it to the tasks.
    pub(crate) ci: Option<bool>,
    pub(crate) allow_undefined: bool,
    pub(crate) ignore_tools: bool,
    pub(crate) allow_tool_changes: bool,
}

/// The shell of every command, as the project configures it.
#[derive(Debug, Clone, Default)]
pub(crate) struct ShellSetup {
    pub(crate) executable: String,
    pub(crate) args: Vec<String>,
    pub(crate) environment: Vec<(String, String)>,
}

/// What all machines of one run share.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) program: Arc<Program>,
    pub(crate) world: World,
    pub(crate) report: Report,
    pub(crate) supervisor: Supervisor,
    pub(crate) options: Options,
    /// `key=value` of the command line, in order.
    pub(crate) arguments: Vec<(Text, Text)>,
    /// Project parameters by name, those of included files as `NS.name`. Set once, at the start.
    pub(crate) project_parameters: std::sync::OnceLock<FxHashMap<Text, Value>>,
    /// The shell of every command.
    pub(crate) shell: ShellSetup,
    /// Sources of install commands.
    pub(crate) provisioning: Vec<String>,
    /// The machines that are alive, the main one first.
    pub(crate) machines: Mutex<Vec<Weak<Mutex<Machine>>>>,
}

impl Run {
    /// The argument of the command line for `name`; the last of several wins.
    pub(crate) fn argument(&self, name: &str) -> Option<&Text> {
        let (_, value) = self.arguments.iter().rev().find(|(key, _)| key == name)?;
        Some(value)
    }

    /// A project parameter by its name, or `NS.name`.
    pub(crate) fn project_parameter(&self, name: &str) -> Option<&Value> {
        self.project_parameters.get()?.get(name)
    }
}
