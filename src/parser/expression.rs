//! Expressions. (Temporary: single values and arrays only.)

use super::cursor::{Cursor, Failed};
use super::placeholder::placeholder;
use super::template::template;
use crate::ast::{ArrayExpr, Expr};
use crate::syntax::Kind;

/// Parses an expression.
pub fn expression(cursor: &mut Cursor<'_>) -> Result<Expr, Failed> {
    let token = cursor.token();
    match cursor.kind() {
        Kind::Text => {
            cursor.bump();
            let value = cursor.value(token);
            Ok(Expr::Text(template(&value, token.span)))
        }
        Kind::Number => {
            cursor.bump();
            Ok(Expr::Number(cursor.share(token.span)))
        }
        Kind::Variable => {
            cursor.bump();
            Ok(Expr::Variable(cursor.share(token.span)))
        }
        Kind::Word => {
            cursor.bump();
            Ok(Expr::Word(cursor.share(token.span)))
        }
        Kind::BraceOpen => Ok(Expr::Placeholder(Box::new(placeholder(cursor)?))),
        Kind::BracketOpen => array(cursor),
        _ => Err(cursor.unexpected("a value")),
    }
}

fn array(cursor: &mut Cursor<'_>) -> Result<Expr, Failed> {
    let start = cursor.open_bracket()?.span.start;
    let mut elements = Vec::new();
    while !cursor.at(Kind::BracketClose) {
        elements.push(expression(cursor)?);
        if cursor.accept(Kind::Comma).is_none() {
            break;
        }
    }
    cursor.close_bracket()?;
    Ok(Expr::Array(ArrayExpr {
        span: cursor.span_from(start),
        elements: elements.into(),
    }))
}
