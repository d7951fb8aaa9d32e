//! Service declarations, as far as `run in service` needs them.

use serde::Serialize;

use crate::source::{Span, Text};

/// `service "name" in "path":`.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename = "service")]
pub struct Service {
    /// The header.
    #[serde(rename = "position")]
    pub span: Span,
    /// The name.
    pub name: Text,
    /// The folder, relative to that of the task file.
    pub path: Text,
    /// The text after `means`.
    pub description: Option<Text>,
}
