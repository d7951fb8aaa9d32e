//! `call task`.

use super::super::cursor::{Cursor, Failed};
use super::super::growth::few;
use super::super::text;
use crate::ast::action::Call;
use crate::ast::{Stmt, Template};
use crate::source::Text;
use crate::syntax::Kind;

/// `call task NAME with key="value" …`.
pub(in crate::parser) fn call(cursor: &mut Cursor<'_>) -> Result<Stmt, Failed> {
    let start = cursor.bump().span.start;
    if !cursor.at_word("task") {
        let help = "write `call task \"name\"`";
        return Err(cursor.unexpected_with_help("`task`", Some(help)));
    }
    cursor.bump();
    let (_, task) = text::dashed_name(cursor, "the name of a task")?;
    let mut arguments = Vec::new();
    if cursor.accept_word("with") {
        // A word that is not followed by `=` begins the next statement.
        while cursor.at(Kind::Word) && cursor.nth(1).kind == Kind::Assign {
            few(
                cursor,
                arguments.len(),
                "arguments of a call",
                "hand over a list",
            )?;
            arguments.push(argument(cursor)?);
        }
    }
    Ok(Stmt::Call(Box::new(Call {
        span: cursor.span_from(start),
        task,
        arguments: arguments.into(),
    })))
}

fn argument(cursor: &mut Cursor<'_>) -> Result<(Text, Template), Failed> {
    let name = text::word(cursor, "the name of a parameter")?;
    cursor.expect(Kind::Assign, "`=`")?;
    let value = match cursor.accept(Kind::Number) {
        Some(number) => text::spelled(cursor, number.span),
        None => text::interpolated(cursor, "a text or a number")?,
    };
    Ok((name, value))
}
