//! `secret`.

use super::super::cursor::{Cursor, Failed};
use super::super::text;
use crate::ast::action::{Secret, SecretOperation};
use crate::ast::{Expr, Stmt};
use crate::source::Text;
use crate::syntax::Kind;

/// `secret set "k" to v`, `secret get|delete|exists "k"`, `secret list`, each with a namespace.
pub(in crate::parser) fn secret(cursor: &mut Cursor<'_>) -> Result<Stmt, Failed> {
    let start = cursor.bump().span.start;
    let operation = cursor.word();
    let known = matches!(operation, "set" | "get" | "delete" | "exists" | "list");
    if !known || !cursor.on_same_line() {
        return Err(cursor.unexpected("`set`, `get`, `delete`, `exists` or `list`"));
    }
    cursor.bump();
    let (operation, namespace) = match operation {
        "set" => set(cursor)?,
        "get" => get(cursor)?,
        "delete" => (SecretOperation::Delete { key: key(cursor)? }, from(cursor)?),
        "exists" => (SecretOperation::Exists { key: key(cursor)? }, from(cursor)?),
        _ => list(cursor)?,
    };
    Ok(Stmt::Secret(Box::new(Secret {
        span: cursor.span_from(start),
        operation,
        namespace,
    })))
}

type Parsed = Result<(SecretOperation, Option<Text>), Failed>;

fn set(cursor: &mut Cursor<'_>) -> Parsed {
    let key = key(cursor)?;
    cursor.expect_word("to")?;
    let value = value(cursor)?;
    let namespace = namespace(cursor, "in")?;
    Ok((SecretOperation::Set { key, value }, namespace))
}

fn get(cursor: &mut Cursor<'_>) -> Parsed {
    let key = key(cursor)?;
    let namespace = from(cursor)?;
    let default = match accept(cursor, "or") {
        true => Some(value(cursor)?),
        false => None,
    };
    Ok((SecretOperation::Get { key, default }, namespace))
}

fn list(cursor: &mut Cursor<'_>) -> Parsed {
    let pattern = match accept(cursor, "matching") {
        true => Some(text::plain(cursor, "a pattern as a text")?),
        false => None,
    };
    Ok((SecretOperation::List { pattern }, from(cursor)?))
}

fn key(cursor: &mut Cursor<'_>) -> Result<Text, Failed> {
    text::plain(cursor, "the key of the secret as a text")
}

fn from(cursor: &mut Cursor<'_>) -> Result<Option<Text>, Failed> {
    namespace(cursor, "from")
}

fn namespace(cursor: &mut Cursor<'_>, word: &str) -> Result<Option<Text>, Failed> {
    if !accept(cursor, word) {
        return Ok(None);
    }
    cursor.expect_word("namespace")?;
    text::plain(cursor, "the namespace as a text").map(Some)
}

/// A word of this statement: one on the next line begins another.
fn accept(cursor: &mut Cursor<'_>, word: &str) -> bool {
    cursor.on_same_line() && cursor.accept_word(word)
}

fn value(cursor: &mut Cursor<'_>) -> Result<Expr, Failed> {
    let what = "a text, a number or a variable";
    if !cursor.on_same_line() {
        return Err(cursor.unexpected(what));
    }
    let span = cursor.token().span;
    match cursor.kind() {
        Kind::Number => {
            cursor.bump();
            Ok(Expr::Number(cursor.share(span)))
        }
        Kind::Variable => {
            cursor.bump();
            Ok(Expr::Variable(cursor.share(span)))
        }
        _ => text::interpolated(cursor, what).map(Expr::Text),
    }
}
