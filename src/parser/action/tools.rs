//! `requires tools:`.

use super::super::cursor::{Cursor, Failed};
use super::super::project::entries;
use super::call::name;
use crate::ast::action::{RequiresTools, TaskReference, ToolRequirement};
use crate::syntax::Kind;

pub(in crate::parser) fn requires_tools(cursor: &mut Cursor<'_>) -> Result<RequiresTools, Failed> {
    let start = cursor.bump().span.start;
    cursor.expect_word("tools")?;
    let span = cursor.span_from(start);
    let mut block = RequiresTools {
        span,
        tools: Vec::new(),
        from_tasks: Vec::new(),
    };
    entries(cursor, span, "the list of tools", |cursor| {
        if cursor.at_word("from") && cursor.nth_is_word(1, "tasks") {
            let line = cursor.bump().span;
            cursor.bump();
            return entries(cursor, line, "the list of tasks", |cursor| {
                let start = cursor.token().span.start;
                let name = name(cursor)?;
                block.from_tasks.push(TaskReference {
                    span: cursor.span_from(start),
                    name,
                });
                Ok(())
            });
        }
        block.tools.push(tool(cursor)?);
        Ok(())
    })?;
    Ok(block)
}

fn tool(cursor: &mut Cursor<'_>) -> Result<ToolRequirement, Failed> {
    let start = cursor.token().span.start;
    if !cursor.at(Kind::Word) {
        return Err(cursor.unexpected("the name of a tool without quotes"));
    }
    let name = name(cursor)?;
    let mut bounds = Vec::new();
    loop {
        let operator = match cursor.kind() {
            _ if !cursor.on_same_line() => break,
            Kind::GreaterOrEqual | Kind::Greater | Kind::LessOrEqual | Kind::Less => cursor.bump(),
            Kind::Equal | Kind::NotEqual => {
                return Err(cursor.unexpected("`>=`, `>`, `<=` or `<`"));
            }
            _ => break,
        };
        let token = cursor.token();
        let version = match cursor.kind() {
            Kind::Text => cursor.value(token),
            Kind::Number => cursor.share(token.span),
            _ => return Err(cursor.unexpected("a version")),
        };
        cursor.bump();
        bounds.push((cursor.share(operator.span), version));
    }
    let provision = cursor.on_same_line() && cursor.accept_word("provision");
    Ok(ToolRequirement {
        span: cursor.span_from(start),
        name,
        bounds,
        provision,
    })
}
