//! Service and orchestration declarations, as far as they are used.

use super::block::{colon, open};
use super::cursor::{Cursor, Failed};
use crate::ast::{Orchestration, Service};
use crate::source::Span;
use crate::syntax::Kind;

/// `service "name" in "path" [means "…"]:` and fields, which are passed over.
pub(super) fn service(cursor: &mut Cursor<'_>) -> Result<Service, Failed> {
    let start = cursor.bump().span.start;
    let name = cursor.expect(Kind::Text, "the name of the service in quotes")?;
    let name = cursor.value(name);
    cursor.expect_word("in")?;
    let path = cursor.expect(Kind::Text, "the folder of the service in quotes")?;
    let path = cursor.value(path);
    let mut description = None;
    if cursor.accept_word("means") {
        let token = cursor.expect(Kind::Text, "the description in quotes")?;
        description = Some(cursor.value(token));
    }
    let span = cursor.span_from(start);
    if cursor.at(Kind::Colon) {
        fields(cursor, span, "the service")?;
    }
    Ok(Service {
        span,
        name,
        path,
        description,
    })
}

/// `orchestrate "name" …:`; its fields are passed over.
pub(super) fn orchestration(cursor: &mut Cursor<'_>) -> Result<Orchestration, Failed> {
    let start = cursor.bump().span.start;
    let name = cursor.expect(Kind::Text, "the name of the orchestration in quotes")?;
    let name = cursor.value(name);
    while cursor.on_same_line() && !cursor.at(Kind::Colon) {
        cursor.bump();
    }
    let span = cursor.span_from(start);
    fields(cursor, span, "the orchestration")?;
    Ok(Orchestration { span, name })
}

/// Passes over an indented block, whatever it holds.
fn fields(cursor: &mut Cursor<'_>, header: Span, what: &str) -> Result<(), Failed> {
    colon(cursor, header, what)?;
    if !cursor.at(Kind::Indent) {
        return Ok(());
    }
    open(cursor, header, what)?;
    let mut depth = 1;
    while depth > 0 {
        match cursor.kind() {
            Kind::Indent => {
                cursor.open_block()?;
                depth += 1;
            }
            Kind::Dedent => {
                cursor.close_block()?;
                depth -= 1;
            }
            Kind::End => break,
            Kind::UnclosedText => return Err(cursor.unexpected("a field")),
            _ => {
                cursor.bump();
            }
        }
    }
    Ok(())
}
