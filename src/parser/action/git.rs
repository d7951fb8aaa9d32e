//! Statements that run a command of git.

use super::super::cursor::{Cursor, Failed};
use super::super::stmt::begins_statement;
use super::super::text;
use super::options::accept_here;
use crate::ast::action::{Git, GitCommand, GitRemotes, GitShow};
use crate::ast::{Stmt, Template};
use crate::syntax::Kind;

/// Whether such a statement begins here; `git get` and its like have files of their own.
pub(in crate::parser) fn begins(cursor: &mut Cursor<'_>) -> bool {
    let other = ["get", "ensure", "validate"];
    cursor.at_word("git") && !other.iter().any(|word| cursor.nth_is_word(1, word))
}

/// `git COMMAND …`.
pub(in crate::parser) fn git(cursor: &mut Cursor<'_>) -> Result<Stmt, Failed> {
    let start = cursor.bump().span.start;
    let command = command(cursor)?;
    Ok(Stmt::Git(Box::new(Git {
        span: cursor.span_from(start),
        command,
    })))
}

fn command(cursor: &mut Cursor<'_>) -> Result<GitCommand, Failed> {
    let word = match cursor.on_same_line() {
        true => cursor.word(),
        false => "",
    };
    match word {
        "create" => create(cursor),
        "checkout" => {
            cursor.bump();
            cursor.expect_word("branch")?;
            let branch = name(cursor, "the branch as a text")?;
            Ok(GitCommand::Checkout { branch })
        }
        "merge" => merge(cursor),
        "clone" => clone(cursor),
        "init" => init(cursor),
        "add" => {
            cursor.bump();
            cursor.expect_word("files")?;
            let files = name(cursor, "the files as a text")?;
            Ok(GitCommand::Add { files })
        }
        "commit" => commit(cursor),
        "push" => push(cursor),
        "pull" => {
            cursor.bump();
            remotes(cursor).map(GitCommand::Pull)
        }
        "fetch" => {
            cursor.bump();
            remotes(cursor).map(GitCommand::Fetch)
        }
        "show" => show(cursor),
        _ => bare(cursor, word),
    }
}

/// A command of one word.
fn bare(cursor: &mut Cursor<'_>, word: &str) -> Result<GitCommand, Failed> {
    let token = cursor.token();
    if word.is_empty() {
        return Err(cursor.unexpected("a command of git such as `status`"));
    }
    if matches!(word, "switch" | "delete" | "policy") || begins_statement(word) {
        let message = format!("there is no statement `git {word}`");
        let help = "let `run \"git …\"` do it";
        return Err(cursor.fail_with_help(token.span, message, help));
    }
    cursor.bump();
    if cursor.on_same_line() && matches!(cursor.kind(), Kind::Text | Kind::UnclosedText) {
        let help = format!("write `run \"git {word} …\"`");
        return Err(cursor.unexpected_with_help("the end of the statement", Some(&help)));
    }
    Ok(match word {
        "status" => GitCommand::Status,
        "log" => GitCommand::Log,
        _ => GitCommand::Other {
            word: cursor.share(token.span),
        },
    })
}

/// `create branch NAME [from NAME]`, `create tag NAME [with message TEXT]`.
fn create(cursor: &mut Cursor<'_>) -> Result<GitCommand, Failed> {
    cursor.bump();
    if accept_here(cursor, "branch") {
        return Ok(GitCommand::CreateBranch {
            name: name(cursor, "the name of the branch as a text")?,
            from: option(cursor, "from", "where it begins as a text")?,
        });
    }
    if !accept_here(cursor, "tag") {
        return Err(cursor.unexpected("`branch` or `tag`"));
    }
    Ok(GitCommand::CreateTag {
        name: name(cursor, "the name of the tag as a text")?,
        message: message(cursor)?,
    })
}

/// `merge branch NAME [into NAME]`.
fn merge(cursor: &mut Cursor<'_>) -> Result<GitCommand, Failed> {
    cursor.bump();
    cursor.expect_word("branch")?;
    Ok(GitCommand::Merge {
        branch: name(cursor, "the branch as a text")?,
        into: option(cursor, "into", "the branch as a text")?,
    })
}

/// `clone repository URL [to FOLDER]`.
fn clone(cursor: &mut Cursor<'_>) -> Result<GitCommand, Failed> {
    cursor.bump();
    cursor.expect_word("repository")?;
    Ok(GitCommand::Clone {
        url: name(cursor, "the address of the repository as a text")?,
        to: option(cursor, "to", "the folder as a text")?,
    })
}

/// `init [repository] [in FOLDER]`.
fn init(cursor: &mut Cursor<'_>) -> Result<GitCommand, Failed> {
    cursor.bump();
    accept_here(cursor, "repository");
    let folder = option(cursor, "in", "the folder as a text")?;
    Ok(GitCommand::Init { folder })
}

/// `commit [all] [changes] [with message TEXT]`.
fn commit(cursor: &mut Cursor<'_>) -> Result<GitCommand, Failed> {
    cursor.bump();
    let all = accept_here(cursor, "all");
    accept_here(cursor, "changes");
    let message = message(cursor)?;
    Ok(GitCommand::Commit { all, message })
}

/// `push …`, `push tag NAME [[to] remote NAME]`.
fn push(cursor: &mut Cursor<'_>) -> Result<GitCommand, Failed> {
    cursor.bump();
    if !accept_here(cursor, "tag") {
        return remotes(cursor).map(GitCommand::Push);
    }
    let tag = name(cursor, "the tag as a text")?;
    let to = accept_here(cursor, "to");
    let remote = match accept_here(cursor, "remote") || to {
        true => Some(name(cursor, "the remote as a text")?),
        false => None,
    };
    Ok(GitCommand::PushTag { tag, remote })
}

/// `show`, `show current branch`, `show current commit`.
fn show(cursor: &mut Cursor<'_>) -> Result<GitCommand, Failed> {
    cursor.bump();
    let what = if !accept_here(cursor, "current") {
        GitShow::Commit
    } else if accept_here(cursor, "branch") {
        GitShow::CurrentBranch
    } else if accept_here(cursor, "commit") {
        GitShow::CurrentCommit
    } else {
        return Err(cursor.unexpected("`branch` or `commit`"));
    };
    Ok(GitCommand::Show { what })
}

/// `[to|from] remote NAME`, `[to|from] branch NAME`, `to NAME`, `from NAME`: in any order, one of each.
fn remotes(cursor: &mut Cursor<'_>) -> Result<GitRemotes, Failed> {
    let mut remotes = GitRemotes::default();
    while cursor.on_same_line() && matches!(cursor.word(), "to" | "from" | "remote" | "branch") {
        let span = cursor.token().span;
        if matches!(cursor.word(), "to" | "from") {
            cursor.bump();
        }
        let place = if accept_here(cursor, "remote") {
            &mut remotes.remote
        } else if accept_here(cursor, "branch") {
            &mut remotes.branch
        } else {
            &mut remotes.address
        };
        let text = name(cursor, "`remote`, `branch` or a text")?;
        if place.replace(text).is_some() {
            let message = "this is said a second time";
            return Err(cursor.fail(span, message));
        }
    }
    Ok(remotes)
}

/// `with message TEXT`, if it stands here.
fn message(cursor: &mut Cursor<'_>) -> Result<Option<Template>, Failed> {
    if !accept_here(cursor, "with") {
        return Ok(None);
    }
    cursor.expect_word("message")?;
    name(cursor, "the message as a text").map(Some)
}

/// `word TEXT`, if it stands here.
fn option(cursor: &mut Cursor<'_>, word: &str, what: &str) -> Result<Option<Template>, Failed> {
    match accept_here(cursor, word) {
        true => name(cursor, what).map(Some),
        false => Ok(None),
    }
}

/// A text on this line: on the next one it would belong to nothing.
fn name(cursor: &mut Cursor<'_>, what: &str) -> Result<Template, Failed> {
    match cursor.on_same_line() {
        true => text::interpolated(cursor, what),
        false => Err(cursor.unexpected(what)),
    }
}
