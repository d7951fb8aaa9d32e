//! Why a command failed: what is printed, and the exit status.

use super::UsageError;
use crate::report::Report;
use crate::resolve::ResolveError;
use crate::runtime::ExecutionError;
use crate::source::printable;

/// Why a command failed.
#[derive(Debug)]
pub(super) enum Failure {
    Text(String),
    Execution(ExecutionError),
}

impl From<UsageError> for Failure {
    fn from(error: UsageError) -> Self {
        Self::Text(error.0)
    }
}

impl From<ResolveError> for Failure {
    fn from(error: ResolveError) -> Self {
        Self::Execution(ExecutionError::Resolve(error))
    }
}

impl From<ExecutionError> for Failure {
    fn from(error: ExecutionError) -> Self {
        Self::Execution(error)
    }
}

impl Failure {
    /// Whether the run was stopped from outside of it.
    pub(super) fn is_stop(&self) -> bool {
        matches!(
            self,
            Self::Execution(ExecutionError::Signal(..) | ExecutionError::Memory(_))
        )
    }

    /// Prints the message; the exit status.
    pub(super) fn tell(&self, report: &Report) -> u8 {
        let (text, status) = match self {
            Self::Text(text) => (format!("Error: {text}\n"), 1),
            Self::Execution(ExecutionError::Resolve(error)) => (error.render(), 1),
            Self::Execution(ExecutionError::Failed(message)) => (format!("Error: {message}\n"), 1),
            Self::Execution(ExecutionError::Signal(signal, task)) => {
                let task = match task {
                    Some(task) if !task.is_empty() => format!(" while task '{task}' was running"),
                    _ => String::new(),
                };
                (
                    format!("Error: stopped by {}{task}\n", signal.name()),
                    signal.status(),
                )
            }
            // The monitor's own event has said everything.
            Self::Execution(ExecutionError::Memory(_)) => (String::new(), 1),
        };
        report.error_text(&printable(&text));
        status
    }
}
