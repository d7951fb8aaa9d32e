//! `detect`.

use super::super::cursor::{Cursor, Failed};
use super::super::growth::few;
use super::super::text;
use crate::ast::Stmt;
use crate::ast::action::{Detect, DetectWhat};
use crate::source::Text;
use crate::syntax::Kind;

/// `detect T`, `detect T version`, `detect project type`, `detect available A or B as $v`.
pub(in crate::parser) fn detect(cursor: &mut Cursor<'_>) -> Result<Stmt, Failed> {
    let start = cursor.bump().span.start;
    let what = if cursor.accept_word("available") {
        available(cursor)?
    } else if cursor.accept_word("project") {
        cursor.expect_word("type")?;
        DetectWhat::ProjectType
    } else {
        let name = tool(cursor)?;
        if cursor.accept_word("version") {
            DetectWhat::ToolVersion(name)
        } else {
            DetectWhat::Tool(name)
        }
    };
    Ok(Stmt::Detect(Box::new(Detect {
        span: cursor.span_from(start),
        what,
    })))
}

fn available(cursor: &mut Cursor<'_>) -> Result<DetectWhat, Failed> {
    let mut tools = vec![tool(cursor)?];
    while cursor.accept_word("or") {
        few(
            cursor,
            tools.len(),
            "tools to choose from",
            "name those that you use",
        )?;
        tools.push(tool(cursor)?);
    }
    let variable = if cursor.accept_word("as") {
        Some(text::assigned(cursor, "a name such as `$tool`")?)
    } else {
        None
    };
    Ok(DetectWhat::Available {
        tools: tools.into(),
        variable,
    })
}

/// A text or a word; `docker compose` and `docker buildx` are two. A word of the next line would
/// begin the next statement.
fn tool(cursor: &mut Cursor<'_>) -> Result<Text, Failed> {
    let what = "the name of a tool";
    if cursor.at(Kind::Word) && !cursor.on_same_line() {
        return Err(cursor.unexpected(what));
    }
    let (span, name) = text::name(cursor, what)?;
    let plugin = cursor.on_same_line() && matches!(cursor.word(), "compose" | "buildx");
    if name == "docker" && plugin {
        cursor.bump();
        return Ok(cursor.share(cursor.span_from(span.start)));
    }
    Ok(name)
}
