//! `call task` and `use snippet`.

use serde::Serialize;

use super::super::Template;
use crate::source::{Span, Text};

/// `call task NAME with key="value" …`.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename = "call")]
pub struct Call {
    /// The statement.
    #[serde(rename = "position")]
    pub span: Span,
    /// The name; placeholders in it are text.
    pub task: Text,
    /// The arguments in order; the last of several with one name wins.
    pub arguments: Box<[(Text, Template)]>,
}

/// `use snippet "NAME"`.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename = "use_snippet")]
pub struct UseSnippet {
    /// The statement.
    #[serde(rename = "position")]
    pub span: Span,
    /// The name; placeholders in it are text.
    pub name: Text,
}
