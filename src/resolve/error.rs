//! What can be wrong with a program before it runs.

use std::fmt;

use crate::source::Diagnostic;

/// An error that points at places, or one that has none.
#[derive(Debug, Clone)]
pub enum ResolveError {
    /// Messages with their places.
    Diagnostics(Vec<Diagnostic>),
    /// A message alone.
    Message(String),
}

impl ResolveError {
    /// One message with its place.
    pub fn at(diagnostic: Diagnostic) -> Self {
        Self::Diagnostics(vec![diagnostic])
    }

    /// The whole text for standard error, `Error: ` and line ends included.
    pub fn render(&self) -> String {
        match self {
            Self::Diagnostics(all) => Diagnostic::render_all(all),
            Self::Message(message) => format!("Error: {message}\n"),
        }
    }
}

impl fmt::Display for ResolveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Diagnostics(all) => {
                let texts: Vec<&str> = all.iter().map(|one| one.message.as_str()).collect();
                f.write_str(&texts.join("; "))
            }
            Self::Message(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for ResolveError {}
