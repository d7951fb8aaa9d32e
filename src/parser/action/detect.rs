//! `detect`.

use super::super::cursor::{Cursor, Failed};
use super::super::variable::variable;
use crate::ast::action::{Detect, DetectWhat};
use crate::source::Text;
use crate::syntax::Kind;

pub(in crate::parser) fn detect(cursor: &mut Cursor<'_>) -> Result<Detect, Failed> {
    let start = cursor.bump().span.start;
    if !cursor.on_same_line() {
        return Err(cursor.fail(cursor.span_from(start), "`detect` says nothing to detect"));
    }
    let what = if cursor.at_word("project") {
        cursor.bump();
        if !cursor.on_same_line() || !cursor.accept_word("type") {
            return Err(cursor.fail(
                cursor.span_from(start),
                "`type` is missing behind `project`",
            ));
        }
        DetectWhat::ProjectType
    } else if cursor.at_word("available") {
        cursor.bump();
        available(cursor)?
    } else {
        let tool = tool(cursor)?;
        if cursor.on_same_line() && cursor.accept_word("version") {
            DetectWhat::ToolVersion(tool)
        } else {
            DetectWhat::Tool(tool)
        }
    };
    Ok(Detect {
        span: cursor.span_from(start),
        what,
    })
}

fn available(cursor: &mut Cursor<'_>) -> Result<DetectWhat, Failed> {
    let mut tools = vec![tool(cursor)?];
    while cursor.accept_word("or") {
        tools.push(tool(cursor)?);
    }
    let variable = if cursor.accept_word("as") {
        Some(variable(cursor)?)
    } else {
        None
    };
    Ok(DetectWhat::Available {
        tools: tools.into(),
        variable,
    })
}

/// A quoted text or a word; `docker compose` and `docker buildx` are two.
fn tool(cursor: &mut Cursor<'_>) -> Result<Text, Failed> {
    let token = cursor.token();
    match cursor.kind() {
        Kind::Text => {
            cursor.bump();
            Ok(cursor.value(token))
        }
        Kind::Word => {
            cursor.bump();
            if cursor.on_same_line() && (cursor.at_word("compose") || cursor.at_word("buildx")) {
                cursor.bump();
            }
            Ok(cursor.share(cursor.span_from(token.span.start)))
        }
        _ => Err(cursor.unexpected("a tool")),
    }
}
