//! `git validate …`.

use super::super::cursor::{Cursor, Failed};
use super::options::{accept_here, accept_text_here};
use crate::ast::Stmt;
use crate::ast::action::{GitTarget, GitValidate};

/// Whether `git validate` begins here.
pub(in crate::parser) fn begins(cursor: &mut Cursor<'_>) -> bool {
    cursor.at_word("git") && cursor.nth_is_word(1, "validate")
}

/// `git validate branch [name]`, `commit [message] [TEXT]`, `signed [commits]`, `all`.
pub(in crate::parser) fn validate(cursor: &mut Cursor<'_>) -> Result<Stmt, Failed> {
    let start = cursor.bump().span.start;
    cursor.bump();
    let mut message = None;
    let target = if accept_here(cursor, "branch") {
        accept_here(cursor, "name");
        GitTarget::BranchName
    } else if accept_here(cursor, "commit") {
        accept_here(cursor, "message");
        message = accept_text_here(cursor)?;
        GitTarget::CommitMessage
    } else if accept_here(cursor, "signed") {
        accept_here(cursor, "commits");
        GitTarget::SignedCommits
    } else if accept_here(cursor, "all") {
        GitTarget::All
    } else {
        return Err(cursor.unexpected("`branch name`, `commit message`, `signed commits` or `all`"));
    };
    Ok(Stmt::GitValidate(Box::new(GitValidate {
        span: cursor.span_from(start),
        target,
        message,
    })))
}
