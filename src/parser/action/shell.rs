//! Shell statements and captures.

use super::super::cursor::{Cursor, Failed};
use super::super::text;
use super::raw_block::script_block;
use crate::ast::action::{Capture, Script, Shell, ShellWord};
use crate::ast::{Operand, Stmt};
use crate::syntax::Kind;

/// `run`, `exec`, `shell`.
pub(in crate::parser) fn shell(cursor: &mut Cursor<'_>) -> Result<Stmt, Failed> {
    let word = match cursor.word() {
        "run" => ShellWord::Run,
        "exec" => ShellWord::Exec,
        _ => ShellWord::Shell,
    };
    let start = cursor.bump().span.start;
    let service = if word == ShellWord::Run && cursor.accept_word("in") {
        Some(Box::new(service(cursor)?))
    } else {
        None
    };
    let mut statement = Shell {
        span: cursor.span_from(start),
        word,
        script: command(cursor, start, "a command as a text, or `:` and a block")?,
        attached: false,
        service,
    };
    if let Script::Command(template) = &statement.script {
        statement.span.end = template.span.end;
        if cursor.at_word("attached") {
            if word != ShellWord::Run {
                let span = cursor.token().span;
                return Err(cursor.fail(span, "`attached` belongs to `run` only"));
            }
            cursor.bump();
            statement.attached = true;
            statement.span = cursor.span_from(start);
        }
    }
    Ok(Stmt::Shell(Box::new(statement)))
}

/// `service NAME` after `in`.
pub(super) fn service(cursor: &mut Cursor<'_>) -> Result<Operand, Failed> {
    cursor.expect_word("service")?;
    let span = cursor.token().span;
    match cursor.kind() {
        Kind::Variable => {
            cursor.bump();
            Ok(Operand::Variable(cursor.share(span)))
        }
        Kind::Word => {
            cursor.bump();
            Ok(Operand::Name(cursor.share(span)))
        }
        _ => Ok(Operand::Text(text::interpolated(
            cursor,
            "the name of a service",
        )?)),
    }
}

/// A quoted command, or `:` and a block.
fn command(cursor: &mut Cursor<'_>, start: u32, what: &str) -> Result<Script, Failed> {
    if cursor.at(Kind::Colon) {
        return Ok(Script::Block(Box::new(script_block(cursor, start)?)));
    }
    Ok(Script::Command(text::interpolated(cursor, what)?))
}

/// What stands after `capture` where a command runs; `from shell` is current if `from_shell`.
pub(in crate::parser) fn capture(
    cursor: &mut Cursor<'_>,
    start: u32,
    from_shell: bool,
) -> Result<Stmt, Failed> {
    if from_shell {
        cursor.bump();
        cursor.bump();
    }
    let single = if cursor.at_word("as") {
        None
    } else {
        Some(text::interpolated(
            cursor,
            "a command as a text, or `as $name:`",
        )?)
    };
    if !cursor.at_word("as") {
        let help = "name the variable that takes the output: `as $output`";
        return Err(cursor.unexpected_with_help("`as`", Some(help)));
    }
    cursor.bump();
    let variable = text::assigned(cursor, "a name such as `$output`")?;
    let span = cursor.span_from(start);
    let script = match single {
        Some(template) => Script::Command(template),
        None => {
            if !cursor.at(Kind::Colon) {
                return Err(cursor.unexpected("`:` and a block"));
            }
            Script::Block(Box::new(script_block(cursor, start)?))
        }
    };
    Ok(Stmt::Capture(Box::new(Capture {
        span,
        from_shell,
        script,
        variable,
    })))
}
