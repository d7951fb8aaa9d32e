//! `call task`.

use super::super::cursor::{Cursor, Failed};
use super::super::template::template;
use crate::ast::Template;
use crate::ast::action::Call;
use crate::source::Text;
use crate::syntax::Kind;

pub(in crate::parser) fn call(cursor: &mut Cursor<'_>) -> Result<Call, Failed> {
    let start = cursor.bump().span.start;
    cursor.expect_word("task")?;
    let task = name(cursor)?;
    let mut arguments = Vec::new();
    if cursor.accept_word("with") {
        while cursor.at(Kind::Word) && cursor.nth(1).kind == Kind::Assign {
            let name = cursor.bump();
            cursor.bump();
            let token = cursor.token();
            let value = match cursor.kind() {
                Kind::Text => template(&cursor.value(token), token.span),
                Kind::Number => Template::plain(token.span, cursor.share(token.span)),
                _ => {
                    let help = "write the value in quotes, such as name=\"{$value}\"";
                    return Err(cursor.unexpected_with_help("a text or a number", Some(help)));
                }
            };
            cursor.bump();
            arguments.push((cursor.share(name.span), value));
        }
    }
    Ok(Call {
        span: cursor.span_from(start),
        task,
        arguments: arguments.into(),
    })
}

/// A quoted name, or words joined by dashes.
pub(in crate::parser) fn name(cursor: &mut Cursor<'_>) -> Result<Text, Failed> {
    let token = cursor.token();
    if cursor.at(Kind::Text) {
        cursor.bump();
        return Ok(cursor.value(token));
    }
    cursor.expect(Kind::Word, "the name of a task")?;
    let mut name = cursor.share(token.span);
    while cursor.on_same_line() && cursor.at(Kind::Minus) && cursor.nth(1).kind == Kind::Word {
        cursor.bump();
        let part = cursor.bump();
        name = Text::from(format!("{name}-{}", cursor.slice(part.span)));
    }
    Ok(name)
}
