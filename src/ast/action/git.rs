//! `git …`: statements that run a command of git.

use serde::Serialize;

use super::super::Template;
use crate::source::{Span, Text};

/// A statement that runs git.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename = "git")]
pub struct Git {
    /// The statement.
    #[serde(rename = "position")]
    pub span: Span,
    /// What it does.
    pub command: GitCommand,
}

/// What git is told to do.
#[derive(Debug, Serialize)]
#[serde(tag = "operation", rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum GitCommand {
    CreateBranch {
        name: Template,
        from: Option<Template>,
    },
    CreateTag {
        name: Template,
        message: Option<Template>,
    },
    Checkout {
        branch: Template,
    },
    Merge {
        branch: Template,
        into: Option<Template>,
    },
    Clone {
        url: Template,
        to: Option<Template>,
    },
    Init {
        folder: Option<Template>,
    },
    Add {
        files: Template,
    },
    Commit {
        all: bool,
        message: Option<Template>,
    },
    Push(GitRemotes),
    /// Without a remote, to `origin`.
    PushTag {
        tag: Template,
        remote: Option<Template>,
    },
    Pull(GitRemotes),
    Fetch(GitRemotes),
    Status,
    Log,
    Show {
        what: GitShow,
    },
    /// A command that is its word alone: `stash`, `diff`, `reset`, ….
    Other {
        word: Text,
    },
}

/// With whom something is exchanged.
#[derive(Debug, Default, Serialize)]
pub struct GitRemotes {
    /// `from STR`, `to STR`: a remote or an address.
    pub address: Option<Template>,
    /// `remote STR`.
    pub remote: Option<Template>,
    /// `branch STR`.
    pub branch: Option<Template>,
}

/// What is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GitShow {
    /// The last commit with its changes.
    Commit,
    /// `current branch`: its name.
    CurrentBranch,
    /// `current commit`: its hash.
    CurrentCommit,
}
