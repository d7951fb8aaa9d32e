//! Services and orchestrations, as far as they are known: what `run in service` needs.

use super::cursor::{Cursor, Failed};
use super::text;
use crate::ast::{Orchestration, Service};
use crate::syntax::Kind;

/// `service "name" in "path" means "…":` and a body whose fields are skipped.
pub(super) fn service(cursor: &mut Cursor<'_>) -> Result<Service, Failed> {
    let start = cursor.bump().span.start;
    let name = text::plain(cursor, "the name of the service")?;
    cursor.expect_word("in")?;
    let path = text::plain(cursor, "the folder of the service as a text")?;
    let description = text::description(cursor)?;
    let span = cursor.span_from(start);
    skip_fields(cursor)?;
    Ok(Service {
        span,
        name,
        path,
        description,
    })
}

/// `orchestrate "name" means "…":` and a body whose fields are skipped.
pub(super) fn orchestration(cursor: &mut Cursor<'_>) -> Result<Orchestration, Failed> {
    let start = cursor.bump().span.start;
    let name = text::plain(cursor, "the name of the orchestration")?;
    text::description(cursor)?;
    let span = cursor.span_from(start);
    skip_fields(cursor)?;
    Ok(Orchestration { span, name })
}

/// Skips the body: its blocks and lists have to be well formed, nothing more.
fn skip_fields(cursor: &mut Cursor<'_>) -> Result<(), Failed> {
    cursor.expect(Kind::Colon, "`:`")?;
    let mut depth = 0_u32;
    loop {
        match cursor.kind() {
            Kind::Indent => {
                cursor.open_block()?;
                depth += 1;
            }
            Kind::Dedent if depth > 0 => {
                cursor.close_block()?;
                depth -= 1;
            }
            Kind::BracketOpen => {
                cursor.open_bracket()?;
            }
            Kind::BracketClose => {
                cursor.close_bracket()?;
            }
            Kind::UnclosedText | Kind::Unknown => return Err(cursor.unexpected("a field")),
            Kind::End | Kind::Dedent => return Ok(()),
            _ if depth == 0 && !cursor.on_same_line() => return Ok(()),
            _ => {
                cursor.bump();
            }
        }
    }
}
