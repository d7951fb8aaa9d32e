//! `requires tools:`.

use super::super::block::{Blame, goes_on, open};
use super::super::cursor::{Cursor, Failed};
use super::super::growth::few;
use super::super::text;
use super::super::written::{in_file, written};
use crate::ast::action::{RequiresTools, TaskReference, ToolRequirement};
use crate::ast::{Stmt, Written};
use crate::source::Text;
use crate::syntax::Kind;

/// The block as a statement of a task.
pub(in crate::parser) fn statement(cursor: &mut Cursor<'_>) -> Result<Stmt, Failed> {
    let block = requires_tools(cursor)?;
    Ok(Stmt::RequiresTools(Box::new(block)))
}

/// `requires tools:` and its lines.
pub(in crate::parser) fn requires_tools(cursor: &mut Cursor<'_>) -> Result<RequiresTools, Failed> {
    let start = cursor.bump().span.start;
    cursor.expect_word("tools")?;
    let mut block = RequiresTools {
        span: cursor.span_from(start),
        tools: Vec::new(),
        from_tasks: Vec::new(),
    };
    open(cursor, start, "the list of tools", Blame::Header)?;
    while goes_on(cursor)? {
        if cursor.at_word("from") && cursor.nth_is_word(1, "tasks") {
            let help = "write all names below one";
            few(
                cursor,
                block.from_tasks.len(),
                "`from tasks` in a block",
                help,
            )?;
            block.from_tasks.push(from_tasks(cursor)?);
        } else {
            few(
                cursor,
                block.tools.len(),
                "tools in a block",
                "write several blocks",
            )?;
            block.tools.push(requirement(cursor)?);
        }
    }
    Ok(block)
}

fn from_tasks(cursor: &mut Cursor<'_>) -> Result<Written<TaskReference>, Failed> {
    let start = cursor.bump().span.start;
    cursor.bump();
    open(cursor, start, "the list of tasks", Blame::Header)?;
    let first = cursor.token().span.start;
    let (_, kept) = cursor.weight();
    while goes_on(cursor)? {
        reference(cursor, true)?;
    }
    Ok(written(
        cursor,
        first,
        kept,
        |text, list, continues, most| in_file(text, list, continues, most, reference),
    ))
}

fn reference(cursor: &mut Cursor<'_>, _continues: bool) -> Result<TaskReference, Failed> {
    let (span, name) = text::dashed_name(cursor, "the name of a task")?;
    Ok(TaskReference { span, name })
}

/// `name >= "1.2" < 2 provision`.
fn requirement(cursor: &mut Cursor<'_>) -> Result<ToolRequirement, Failed> {
    let start = cursor.token().span.start;
    let (_, name) = text::dashed_word(cursor, "the name of a tool without quotes")?;
    let mut bounds = Vec::new();
    while cursor.on_same_line() || !cursor.at(Kind::Word) {
        match cursor.kind() {
            Kind::GreaterOrEqual | Kind::Greater | Kind::LessOrEqual | Kind::Less => {
                few(
                    cursor,
                    bounds.len(),
                    "bounds of a version",
                    "two of them are enough",
                )?;
                bounds.push(bound(cursor)?);
            }
            Kind::Equal | Kind::NotEqual | Kind::Assign => {
                let help = "say it with two bounds: `>= \"1.2\" <= \"1.2\"`";
                return Err(cursor.unexpected_with_help("`>=`, `>`, `<=` or `<`", Some(help)));
            }
            _ => break,
        }
    }
    let provision = cursor.on_same_line() && cursor.accept_word("provision");
    Ok(ToolRequirement {
        span: cursor.span_from(start),
        name,
        bounds,
        provision,
    })
}

fn bound(cursor: &mut Cursor<'_>) -> Result<(Text, Text), Failed> {
    let operator = cursor.bump().span;
    let version = match cursor.accept(Kind::Number) {
        Some(number) => cursor.share(number.span),
        None => text::plain(cursor, "a version such as `\"1.2\"`")?,
    };
    Ok((cursor.share(operator), version))
}
