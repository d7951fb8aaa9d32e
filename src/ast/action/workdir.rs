//! `use workdir`.

use serde::Serialize;

use super::super::Template;
use crate::source::Span;

/// `use workdir "path"`.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename = "use_workdir")]
pub struct UseWorkdir {
    /// The statement.
    #[serde(rename = "position")]
    pub span: Span,
    /// The folder, relative to the one in which the program was started.
    pub path: Template,
}
