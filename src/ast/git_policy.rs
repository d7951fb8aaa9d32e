//! `git policy` of the project.

use serde::Serialize;

use crate::source::{Span, Text};

/// `git policy:`; of what is said twice the later counts, lists grow.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(tag = "kind", rename = "git_policy")]
pub struct GitPolicy {
    /// The header.
    #[serde(rename = "position")]
    pub span: Span,
    /// Branches whose names are right whatever they look like.
    pub default_branches: Vec<Text>,
    /// Branches that nobody commits to.
    pub protected_branches: Vec<Text>,
    /// `naming`: how other branches are called.
    pub branch_pattern: Option<Text>,
    /// What `{type}` may be in it; anything if empty.
    pub branch_types: Vec<Text>,
    /// `messages`: what a message looks like.
    pub commit_pattern: Option<Text>,
    /// Messages that are none.
    pub commit_bans: Vec<Text>,
    /// How many bytes a message has at least.
    pub commit_min_length: u32,
    /// Whether a message has the identifier that its branch has.
    pub extract_identifier: bool,
    /// Whether commits are signed.
    pub enforce_signed_commits: bool,
}
