//! Why a program could not be loaded.

use thiserror::Error;

use crate::resolve::ResolveError;
use crate::source::Diagnostic;

/// An error that points at places, one that has none, or the end that was asked for.
#[derive(Debug, Clone, Error)]
pub enum LoadError {
    /// What is wrong with the text of a file, or with its declarations.
    #[error(transparent)]
    Program(#[from] ResolveError),
    /// What is wrong with a file, an address, or a setting of the user.
    #[error("{0}")]
    Message(String),
    /// [`super::LoadProgress::stop`] was called.
    #[error("loading was stopped")]
    Stopped,
}

impl LoadError {
    /// The whole text for standard error, `Error: ` and line ends included.
    pub fn render(&self) -> String {
        match self {
            Self::Program(error) => error.render(),
            Self::Message(_) | Self::Stopped => format!("Error: {self}\n"),
        }
    }

    pub(super) fn at(diagnostic: Diagnostic) -> Self {
        Self::Program(ResolveError::at(diagnostic))
    }
}
