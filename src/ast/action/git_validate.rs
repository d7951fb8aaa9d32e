//! `git validate …`: what is held against the policy of the project.

use serde::Serialize;

use super::super::Template;
use crate::source::Span;

/// What is held against the policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum GitTarget {
    BranchName,
    CommitMessage,
    SignedCommits,
    All,
}

impl GitTarget {
    /// As it is shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BranchName => "branch_name",
            Self::CommitMessage => "commit_message",
            Self::SignedCommits => "signed_commits",
            Self::All => "all",
        }
    }
}

/// `git validate …`.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename = "git_validate")]
pub struct GitValidate {
    /// The statement.
    #[serde(rename = "position")]
    pub span: Span,
    /// What is held against the policy.
    pub target: GitTarget,
    /// The message; without one that of the last commit.
    pub message: Option<Template>,
}
