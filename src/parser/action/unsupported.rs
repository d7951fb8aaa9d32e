//! Statements that the language has and the program has not yet, and words that are none.

use super::super::cursor::{Cursor, Failed};
use crate::syntax::Kind;

/// First words of statements on files, values, git, docker, HTTP, the network, secrets, services.
const LATER: &[&str] = &[
    "append",
    "backup",
    "build",
    "check",
    "copy",
    "create",
    "delete",
    "docker",
    "download",
    "get",
    "git",
    "head",
    "move",
    "open",
    "options",
    "orchestrate",
    "patch",
    "ping",
    "post",
    "promote",
    "pull",
    "push",
    "put",
    "read",
    "remove",
    "replace",
    "scale",
    "secret",
    "start",
    "stop",
    "tag",
    "test",
    "update",
    "wait",
    "write",
];

/// Reports the statement at the cursor.
pub(in crate::parser) fn report(cursor: &mut Cursor<'_>) -> Failed {
    let token = cursor.token();
    let word = cursor.word();
    if matches!(
        word,
        "requires" | "given" | "accepts" | "parameter" | "depends"
    ) {
        let message = format!("'{word}' stands inside a block");
        let help = "parameters and dependencies belong directly in the body of the task";
        return cursor.fail_with_help(token.span, message, help);
    }
    if LATER.binary_search(&word).is_ok() {
        let mut name = word.to_owned();
        if cursor.nth(1).kind == Kind::Word && !cursor.nth(1).line_start {
            let second = cursor.nth(1).span;
            name = format!("{name} {}", cursor.slice(second));
        }
        let help = "use `run \"…\"` with a command for now";
        return cursor.fail_with_help(token.span, format!("not supported yet: {name}"), help);
    }
    let message = format!("'{word}' is no statement");
    cursor.fail_with_help(
        token.span,
        message,
        "a text needs a word such as `info` before it",
    )
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_words_are_sorted() {
        assert!(super::LATER.is_sorted());
    }
}
