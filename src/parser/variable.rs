//! `let`, `set`, `transform`, and the names that they set.

use super::cursor::{Cursor, Failed};
use super::expression::expression;
use super::template::template;
use crate::ast::{SetVariable, SetWord, Template, Transform, TransformArgument};
use crate::source::Text;
use crate::syntax::Kind;

/// A variable with its `$` that may be set.
pub(super) fn variable(cursor: &mut Cursor<'_>) -> Result<Text, Failed> {
    let token = cursor.token();
    if !cursor.at(Kind::Variable) {
        let help = "write the variable with its `$`";
        return Err(cursor.unexpected_with_help("a variable", Some(help)));
    }
    let name = cursor.slice(token.span);
    if matches!(name, "$globals" | "$params") {
        let message = format!("{name} is reserved and cannot be set");
        return Err(cursor.fail_with_help(token.span, message, "choose another name"));
    }
    cursor.bump();
    Ok(cursor.share(token.span))
}

pub(super) fn let_variable(cursor: &mut Cursor<'_>) -> Result<SetVariable, Failed> {
    let start = cursor.bump().span.start;
    let mut as_list = false;
    let name = if cursor.at(Kind::Word) {
        let token = cursor.bump();
        if !cursor.at_word("be") {
            let help = "write `let name be value` or `let $name = value`";
            return Err(cursor.unexpected_with_help("`be`", Some(help)));
        }
        cursor.bump();
        cursor.share(token.span)
    } else {
        let name = variable(cursor)?;
        if cursor.accept_word("as") {
            as_list = type_word(cursor)?;
            cursor.expect_word("to")?;
        } else if cursor.accept(Kind::Assign).is_none() {
            let help = "write `let $name = value` or `let name be value`";
            return Err(cursor.unexpected_with_help("`=`", Some(help)));
        }
        name
    };
    let value = expression(cursor)?;
    Ok(SetVariable {
        span: cursor.span_from(start),
        word: SetWord::Let,
        name,
        as_list,
        value,
    })
}

pub(super) fn set_variable(cursor: &mut Cursor<'_>) -> Result<SetVariable, Failed> {
    let start = cursor.bump().span.start;
    let name = variable(cursor)?;
    let as_list = cursor.accept_word("as") && type_word(cursor)?;
    if !cursor.accept_word("to") {
        return Err(cursor.unexpected_with_help("`to`", Some("write `set $name to value`")));
    }
    let value = expression(cursor)?;
    Ok(SetVariable {
        span: cursor.span_from(start),
        word: SetWord::Set,
        name,
        as_list,
        value,
    })
}

/// The word after `as`: whether it is `list`; others have no effect.
fn type_word(cursor: &mut Cursor<'_>) -> Result<bool, Failed> {
    let token = cursor.expect(Kind::Word, "a type")?;
    Ok(cursor.slice(token.span) == "list")
}

pub(super) fn transform(cursor: &mut Cursor<'_>) -> Result<Transform, Failed> {
    let start = cursor.bump().span.start;
    let name = variable(cursor)?;
    cursor.expect_word("with")?;
    let function = cursor.expect(Kind::Word, "a function")?;
    let function = cursor.share(function.span);
    let mut arguments = Vec::new();
    // Arguments end with the line: a bare word of the next one is a statement.
    while cursor.on_same_line() {
        let token = cursor.token();
        arguments.push(match cursor.kind() {
            Kind::Text => TransformArgument::Text(template(&cursor.value(token), token.span)),
            Kind::Number => {
                TransformArgument::Text(Template::plain(token.span, cursor.share(token.span)))
            }
            Kind::Word | Kind::Variable => TransformArgument::Name(cursor.share(token.span)),
            _ => break,
        });
        cursor.bump();
    }
    Ok(Transform {
        span: cursor.span_from(start),
        name,
        function,
        arguments,
    })
}
