//! `promote changelog`.

use serde::Serialize;

use super::super::Template;
use crate::source::Span;

/// `promote changelog "FILE" to version "1.2.3" on "2024-05-06"`.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename = "changelog")]
pub struct Changelog {
    /// The statement.
    #[serde(rename = "position")]
    pub span: Span,
    /// The file.
    pub target: Template,
    /// The version that gets what is unreleased.
    pub version: Template,
    /// Its date; `None` is today.
    pub date: Option<Template>,
}
