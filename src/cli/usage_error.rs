//! What is wrong with a command line.

use std::fmt;

/// A command line that cannot be understood: what is wrong, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageError(pub String);

impl UsageError {
    /// The whole text for standard error, `Error: ` and line end included.
    pub fn render(&self) -> String {
        format!("Error: {}\n", self.0)
    }
}

impl fmt::Display for UsageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for UsageError {}
