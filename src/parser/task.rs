//! Tasks, template tasks, annotations and dependencies.

use super::block::{colon, not_deeper, open};
use super::cursor::{Cursor, Failed};
use super::parameter;
use super::stmt::statement;
use crate::ast::{Annotation, Dependency, DependencyGroup, Stmt, Task, TaskHead, TemplateTask};
use crate::source::{Span, Text};
use crate::syntax::Kind;

/// `@name("argument", …)`, any number of times.
pub(super) fn annotations(cursor: &mut Cursor<'_>) -> Result<Vec<Annotation>, Failed> {
    let mut found = Vec::new();
    while cursor.at(Kind::At) {
        let start = cursor.bump().span.start;
        let name = cursor.expect(Kind::Word, "the name of an annotation")?;
        cursor.expect(Kind::ParenOpen, "`(`")?;
        let mut args = Vec::new();
        if !cursor.at(Kind::ParenClose) {
            loop {
                let token = cursor.expect(Kind::Text, "a quoted text")?;
                args.push(cursor.value(token));
                if cursor.accept(Kind::Comma).is_none() {
                    break;
                }
            }
        }
        cursor.expect(Kind::ParenClose, "`)`")?;
        found.push(Annotation {
            span: cursor.span_from(start),
            name: cursor.share(name.span),
            args,
        });
    }
    Ok(found)
}

/// `task "name" mode "ci" means "…":`.
pub(super) fn task(cursor: &mut Cursor<'_>, annotations: Vec<Annotation>) -> Result<Task, Failed> {
    let start = cursor.bump().span.start;
    let name = name(cursor, "task")?;
    let mut head = TaskHead {
        annotations,
        ..TaskHead::default()
    };
    if cursor.accept_word("mode") {
        let token = cursor.expect(Kind::Text, "the mode in quotes")?;
        head.mode = Some(cursor.value(token));
    }
    head.description = description(cursor)?;
    let span = cursor.span_from(start);
    let body = items(cursor, span, "the task", &mut head)?;
    Ok(Task {
        span,
        name,
        head,
        body,
    })
}

/// `template task "name" means "…":`.
pub(super) fn template(
    cursor: &mut Cursor<'_>,
    annotations: Vec<Annotation>,
) -> Result<TemplateTask, Failed> {
    let start = cursor.bump().span.start;
    cursor.expect_word("task")?;
    let name = name(cursor, "template task")?;
    let mut head = TaskHead {
        annotations,
        description: description(cursor)?,
        ..TaskHead::default()
    };
    let span = cursor.span_from(start);
    let body = items(cursor, span, "the template task", &mut head)?;
    Ok(TemplateTask {
        span,
        name,
        head,
        body,
    })
}

fn name(cursor: &mut Cursor<'_>, what: &str) -> Result<Text, Failed> {
    let token = cursor.token();
    if cursor.at(Kind::Text) {
        cursor.bump();
        return Ok(cursor.value(token));
    }
    if cursor.at(Kind::Word) {
        let word = cursor.word();
        let message = format!("the name of the {what} is not quoted: {word}");
        return Err(cursor.fail_with_help(token.span, message, format!("write {what} \"{word}\"")));
    }
    Err(cursor.unexpected("the name in quotes"))
}

fn description(cursor: &mut Cursor<'_>) -> Result<Option<Text>, Failed> {
    if !cursor.accept_word("means") {
        return Ok(None);
    }
    let token = cursor.expect(Kind::Text, "the description in quotes")?;
    Ok(Some(cursor.value(token)).filter(|text| !text.is_empty()))
}

/// The body of a task: parameters and dependencies beside statements.
fn items(
    cursor: &mut Cursor<'_>,
    header: Span,
    what: &str,
    head: &mut TaskHead,
) -> Result<std::sync::Arc<[Stmt]>, Failed> {
    colon(cursor, header, what)?;
    open(cursor, header, what)?;
    let mut statements = Vec::new();
    while !cursor.at(Kind::Dedent) {
        not_deeper(cursor)?;
        if parameter::begins(cursor) {
            head.parameters.push(parameter::parameter(cursor)?);
        } else if cursor.at_word("depends") {
            head.dependencies.push(dependencies(cursor)?);
        } else {
            statements.push(statement(cursor)?);
        }
    }
    cursor.close_block()?;
    head.parameters.shrink_to_fit();
    Ok(statements.into())
}

/// `depends on a, b and c`.
fn dependencies(cursor: &mut Cursor<'_>) -> Result<DependencyGroup, Failed> {
    let start = cursor.bump().span.start;
    cursor.expect_word("on")?;
    let mut items = Vec::new();
    let mut separator = Text::default();
    loop {
        items.push(dependency(cursor, separator)?);
        let token = cursor.token();
        let separates = cursor.at(Kind::Comma) || matches!(cursor.word(), "and" | "then");
        if !separates {
            break;
        }
        cursor.bump();
        separator = cursor.share(token.span);
    }
    if cursor.on_same_line() && matches!(cursor.kind(), Kind::Text) {
        return Err(cursor.unexpected("`,`, `and` or `then` between dependencies"));
    }
    Ok(DependencyGroup {
        span: cursor.span_from(start),
        items,
    })
}

fn dependency(cursor: &mut Cursor<'_>, separator: Text) -> Result<Dependency, Failed> {
    let token = cursor.token();
    let name = match cursor.kind() {
        Kind::Text => cursor.value(token),
        Kind::Word => cursor.share(token.span),
        _ => return Err(cursor.unexpected("the name of a task")),
    };
    cursor.bump();
    let in_parallel = cursor.on_same_line() && cursor.accept_word("in");
    if in_parallel {
        cursor.expect_word("parallel")?;
    }
    Ok(Dependency {
        span: token.span,
        name,
        in_parallel,
        separator,
    })
}
