//! `use workdir` and `use snippet`.

use super::super::cursor::{Cursor, Failed};
use super::super::template::template;
use crate::ast::Stmt;
use crate::ast::action::{UseSnippet, UseWorkdir};
use crate::syntax::Kind;

pub(in crate::parser) fn use_statement(cursor: &mut Cursor<'_>) -> Result<Stmt, Failed> {
    let start = cursor.bump().span.start;
    let snippet = match cursor.word() {
        "snippet" => true,
        "workdir" => false,
        _ => return Err(cursor.unexpected("`workdir` or `snippet`")),
    };
    cursor.bump();
    let token = cursor.expect(Kind::Text, "a text in quotes")?;
    let value = cursor.value(token);
    let span = cursor.span_from(start);
    Ok(if snippet {
        Stmt::UseSnippet(Box::new(UseSnippet { span, name: value }))
    } else {
        let path = template(&value, token.span);
        Stmt::UseWorkdir(Box::new(UseWorkdir { span, path }))
    })
}
