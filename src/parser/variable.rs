//! Statements that set variables.

use super::action::shell;
use super::cursor::{Cursor, Failed};
use super::expression::expression;
use super::text;
use crate::ast::{SetVariable, SetWord, Stmt, Transform, TransformArgument};
use crate::source::{Span, Text};
use crate::syntax::Kind;

/// `let $x = v`, `let x be v`, `let $x as type to v`.
pub(super) fn let_variable(cursor: &mut Cursor<'_>) -> Result<Stmt, Failed> {
    let start = cursor.bump().span.start;
    if cursor.at(Kind::Word) {
        let name = text::word(cursor, "a name")?;
        if !cursor.at_word("be") {
            let help = format!("write `let {name} be …` or `let ${name} = …`");
            return Err(cursor.unexpected_with_help("`be`", Some(&help)));
        }
        cursor.bump();
        return assignment(cursor, start, SetWord::Let, name, false);
    }
    let name = text::assigned(cursor, "a name such as `$name`")?;
    let mut as_list = false;
    if cursor.accept_word("as") {
        as_list = value_type(cursor)?;
        cursor.expect_word("to")?;
    } else if cursor.accept(Kind::Assign).is_none() {
        let help = format!("write `let {name} = …`");
        return Err(cursor.unexpected_with_help("`=`", Some(&help)));
    }
    assignment(cursor, start, SetWord::Let, name, as_list)
}

/// `set $x to v`, `set $x as type to v`.
pub(super) fn set_variable(cursor: &mut Cursor<'_>) -> Result<Stmt, Failed> {
    let start = cursor.bump().span.start;
    let name = text::assigned(cursor, "a name such as `$name`")?;
    let as_list = if cursor.accept_word("as") {
        value_type(cursor)?
    } else {
        false
    };
    if !cursor.at_word("to") {
        let help = format!("write `set {name} to …`");
        return Err(cursor.unexpected_with_help("`to`", Some(&help)));
    }
    cursor.bump();
    assignment(cursor, start, SetWord::Set, name, as_list)
}

/// `capture x from v`; the other forms of `capture` run a command.
pub(super) fn capture(cursor: &mut Cursor<'_>) -> Result<Stmt, Failed> {
    let start = cursor.bump().span.start;
    let from_shell = cursor.at_word("from") && cursor.nth_is_word(1, "shell");
    let block = cursor.at_word("as") && cursor.nth(1).kind == Kind::Variable;
    if from_shell || block || !cursor.at(Kind::Word) {
        return shell::capture(cursor, start, from_shell);
    }
    let name = text::word(cursor, "a name")?;
    cursor.expect_word("from")?;
    assignment(cursor, start, SetWord::Capture, name, false)
}

fn assignment(
    cursor: &mut Cursor<'_>,
    start: u32,
    word: SetWord,
    name: Text,
    as_list: bool,
) -> Result<Stmt, Failed> {
    let value = expression(cursor)?;
    Ok(Stmt::SetVariable(Box::new(SetVariable {
        span: cursor.span_from(start),
        word,
        name,
        as_list,
        value,
    })))
}

/// The type after `as`; whether it is `list`. The others have no effect.
fn value_type(cursor: &mut Cursor<'_>) -> Result<bool, Failed> {
    Ok(text::word(cursor, "a type such as `list`")?.as_str() == "list")
}

/// `transform $x with function arguments`.
pub(super) fn transform(cursor: &mut Cursor<'_>) -> Result<Stmt, Failed> {
    let start = cursor.bump().span.start;
    let name = text::assigned(cursor, "a name such as `$name`")?;
    cursor.expect_word("with")?;
    let function = text::word(cursor, "the name of a function")?;
    let mut arguments = Vec::new();
    let most = most_arguments(&function);
    while arguments.len() < most
        && let Some(argument) = argument(cursor)?
    {
        arguments.push(argument);
    }
    Ok(Stmt::Transform(Box::new(Transform {
        span: cursor.span_from(start),
        name,
        function,
        arguments,
    })))
}

/// How many arguments a function takes: what follows them begins the next statement.
fn most_arguments(function: &str) -> usize {
    match function {
        "uppercase" | "lowercase" | "trim" | "length" => 0,
        "concat" | "split" | "join" => 1,
        "replace" | "slice" => 2,
        _ => usize::MAX,
    }
}

/// A text or a number can begin no statement; a name is an argument on the same line only.
fn argument(cursor: &mut Cursor<'_>) -> Result<Option<TransformArgument>, Failed> {
    let span = cursor.token().span;
    match cursor.kind() {
        Kind::Text | Kind::UnclosedText => {
            let text = text::interpolated(cursor, "a text")?;
            return Ok(Some(TransformArgument::Text(text)));
        }
        Kind::Number => cursor.bump(),
        Kind::Minus if cursor.nth(1).kind == Kind::Number => {
            cursor.bump();
            cursor.bump()
        }
        Kind::Word | Kind::Variable if cursor.on_same_line() => {
            cursor.bump();
            return Ok(Some(TransformArgument::Name(cursor.share(span))));
        }
        _ => return Ok(None),
    };
    let span = Span::new(span.start, cursor.previous_end());
    Ok(Some(TransformArgument::Text(text::spelled(cursor, span))))
}
