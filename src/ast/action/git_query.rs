//! `git get latest …` and `git ensure … is newer than latest version …`.

use serde::Serialize;

use super::super::{Operand, ScmMethod, TagContract, WantedVersions};
use crate::source::{Span, Text};

/// `git get latest tag|version from SOURCE … as $v`.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename = "git_query")]
pub struct GitQuery {
    /// The statement, options on lines of their own included.
    #[serde(rename = "position")]
    pub span: Span,
    /// `tag`, else `version`.
    pub tag: bool,
    /// The alias of the source.
    pub source: Text,
    /// `using`.
    pub method: Option<ScmMethod>,
    /// `matching tags`.
    pub tags: Option<TagContract>,
    /// `in series`, `matching version`.
    pub wanted: Option<WantedVersions>,
    /// `ordered by date`, else by version.
    pub by_date: bool,
    /// `allow fetch`: tags may be fetched for their dates.
    pub allow_fetch: bool,
    /// The variable with its `$`.
    pub variable: Text,
}

/// `git ensure VERSION is newer than latest version from SOURCE …`.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename = "git_ensure")]
pub struct GitEnsure {
    /// The statement, options on lines of their own included.
    #[serde(rename = "position")]
    pub span: Span,
    /// The version: a text or a variable.
    pub candidate: Operand,
    /// The alias of the source.
    pub source: Text,
    /// `using`.
    pub method: Option<ScmMethod>,
    /// `matching tags`.
    pub tags: Option<TagContract>,
    /// The variable with its `$` that takes the latest version.
    pub variable: Option<Text>,
}
