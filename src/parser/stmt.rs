//! Where a statement begins: its first word decides which one it is.

use super::action::{
    call, changelog, detect, docker, file, file_value, git, git_query, git_validate, http, network,
    secret, shell, tools, unsupported, wait, workdir,
};
use super::cursor::{Cursor, Failed};
use super::excerpt::Statements;
use super::task::is_tool_block;
use super::{control, status, variable};
use crate::ast::{StatusWord, Stmt};

/// Adds the statement that begins here to `list`.
pub(super) fn add_statement(cursor: &mut Cursor<'_>, list: &mut Statements) -> Result<(), Failed> {
    match unsupported::skipped(cursor) {
        true => Ok(()),
        false => list.read(cursor, statement),
    }
}

/// A statement, with the blocks that belong to it.
fn statement(cursor: &mut Cursor<'_>) -> Result<Stmt, Failed> {
    if http::begins(cursor) {
        return http::request(cursor);
    }
    if network::begins(cursor) {
        return network::check(cursor);
    }
    if git::begins(cursor) {
        return git::git(cursor);
    }
    if git_query::begins(cursor) {
        return git_query::query(cursor);
    }
    if git_validate::begins(cursor) {
        return git_validate::validate(cursor);
    }
    if file::begins(cursor) {
        return file::file(cursor);
    }
    match cursor.word() {
        "info" => status::status(cursor, StatusWord::Info),
        "warn" => status::status(cursor, StatusWord::Warn),
        "warning" => status::status(cursor, StatusWord::Warning),
        "error" => status::status(cursor, StatusWord::Error),
        "success" => status::status(cursor, StatusWord::Success),
        "echo" => status::status(cursor, StatusWord::Echo),
        "fail" => status::status(cursor, StatusWord::Fail),
        "step" => status::status(cursor, StatusWord::Step),
        "run" | "exec" | "shell" => shell::shell(cursor),
        "capture" => variable::capture(cursor),
        "let" => variable::let_variable(cursor),
        "set" => variable::set_variable(cursor),
        "transform" => variable::transform(cursor),
        "call" => call::call(cursor),
        "use" => workdir::use_statement(cursor),
        "if" => control::if_statement(cursor),
        "when" => control::when_statement(cursor),
        "for" => control::for_loop(cursor),
        "break" | "continue" => control::jump(cursor),
        "try" => control::try_statement(cursor),
        "throw" | "rethrow" | "ignore" => control::throw(cursor),
        "wait" => wait::wait(cursor),
        "detect" => detect::detect(cursor),
        "docker" => docker::docker(cursor),
        "secret" => secret::secret(cursor),
        "get" | "check" | "update" => file_value::file_value(cursor),
        "promote" => changelog::promote(cursor),
        "requires" if is_tool_block(cursor) => tools::statement(cursor),
        word => Err(no_statement(cursor, word)),
    }
}

/// What is wrong with a word that begins no statement.
fn no_statement(cursor: &mut Cursor<'_>, word: &str) -> Failed {
    let span = cursor.token().span;
    let (message, help) = match word {
        "" => return cursor.unexpected("a statement"),
        "else" => ("`else` needs an `if` before it".to_owned(), None),
        "otherwise" => ("`otherwise` needs a `when` before it".to_owned(), None),
        "catch" | "finally" => (format!("`{word}` needs a `try` before it"), None),
        "add" => ("`add line break` belongs to `step` only".to_owned(), None),
        "requires" | "given" | "accepts" | "parameter" | "depends" => (
            format!("`{word}` cannot stand here"),
            Some("parameters and dependencies stand directly in the body of a task"),
        ),
        "task" | "template" | "project" | "service" | "snippet" | "include" => (
            format!("`{word}` cannot stand in a body"),
            Some("declarations begin at the start of their line"),
        ),
        "print" | "note" | "log" | "debug" => (
            format!("there is no statement `{word}`"),
            Some("write `echo` or `info`"),
        ),
        _ => return unknown_word(cursor, word),
    };
    match help {
        Some(help) => cursor.fail_with_help(span, message, help),
        None => cursor.fail(span, message),
    }
}

/// A word that means nothing at the start of a statement.
fn unknown_word(cursor: &mut Cursor<'_>, word: &str) -> Failed {
    let span = cursor.token().span;
    let shown: String = word.chars().take(40).collect();
    let message = format!("there is no statement `{shown}`");
    let lower = shown.to_ascii_lowercase();
    if lower != shown && begins_statement(&lower) {
        let help = format!("write `{lower}`: case matters");
        return cursor.fail_with_help(span, message, help);
    }
    cursor.fail(span, message)
}

/// Whether `word` begins a statement or another item of a task's body.
pub(super) fn begins_statement(word: &str) -> bool {
    const WORDS: [&str; 58] = [
        "accepts",
        "append",
        "backup",
        "break",
        "call",
        "capture",
        "check",
        "continue",
        "copy",
        "create",
        "delete",
        "depends",
        "detect",
        "docker",
        "echo",
        "error",
        "exec",
        "fail",
        "for",
        "get",
        "git",
        "given",
        "head",
        "http",
        "https",
        "if",
        "ignore",
        "info",
        "let",
        "move",
        "options",
        "parameter",
        "patch",
        "ping",
        "post",
        "promote",
        "put",
        "read",
        "replace",
        "requires",
        "rethrow",
        "run",
        "secret",
        "set",
        "shell",
        "step",
        "success",
        "test",
        "throw",
        "transform",
        "try",
        "update",
        "use",
        "wait",
        "warn",
        "warning",
        "when",
        "write",
    ];
    WORDS.binary_search(&word).is_ok() || unsupported::begins(word)
}
