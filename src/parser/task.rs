//! Tasks, template tasks, annotations and dependencies.

use std::sync::Arc;

use super::block::{Blame, goes_on, open};
use super::cursor::{Cursor, Failed};
use super::excerpt::Statements;
use super::growth::{at_most, few, push};
use super::parameter::{Owner, parameter};
use super::stmt::{add_statement, begins_statement};
use super::text;
use super::written::{in_file, written};
use crate::ast::{
    Annotation, Block, Definition, Definitions, Dependency, DependencyGroup, Extent, Parameter,
    Task, TaskDetails,
};
use crate::source::{SourceFile, Span, Text};
use crate::syntax::Kind;

/// After this weight of what stays in the tree of a file, the definitions of further tasks stay text.
pub(super) const IN_A_FILE: u32 = 65_536;
/// The declaration of a task or template task from its first annotation on, which begins at `start`
/// and has been read.
pub(super) fn task(
    cursor: &mut Cursor<'_>,
    start: u32,
    annotations: Vec<Annotation>,
    texts: &Arc<Definitions>,
) -> Result<Task, Failed> {
    let (_, kept) = cursor.weight();
    let Parts {
        span,
        name,
        description,
        definition,
    } = parts(cursor, annotations)?;
    let task = Task::new(span, name, description, definition);
    if cursor.weight().1 <= IN_A_FILE {
        return Ok(task);
    }
    cursor.forget(kept);
    Ok(task.as_text(texts, start, cursor.previous_end()))
}

/// Reads a definition again, or only what stands before the name and behind it. It was read before
/// without a mistake.
pub(super) fn definition(source: &Arc<SourceFile>, start: u32, extent: Extent) -> Definition {
    let mut cursor = Cursor::again(source, start as usize, None);
    let read = annotations(&mut cursor).and_then(|annotations| match extent {
        Extent::Whole => parts(&mut cursor, annotations).map(|parts| parts.definition),
        Extent::Marks => {
            let (_, _, details) = header(&mut cursor, annotations)?;
            Ok(Definition::new(details, Block::default()))
        }
    });
    debug_assert!(read.is_ok(), "a definition reads the same twice");
    read.unwrap_or_default()
}

struct Parts {
    span: Span,
    name: Text,
    description: Option<Text>,
    definition: Definition,
}

/// From `task` or `template` on.
fn parts(cursor: &mut Cursor<'_>, annotations: Vec<Annotation>) -> Result<Parts, Failed> {
    let what = match cursor.at_word("template") {
        true => "the template task",
        false => "the task",
    };
    let (start, name, details) = header(cursor, annotations)?;
    let (span, description, definition) = rest(cursor, start, details, what)?;
    Ok(Parts {
        span,
        name,
        description,
        definition,
    })
}

/// Up to `means`: where it begins, the name, and what is known of the details.
fn header(
    cursor: &mut Cursor<'_>,
    annotations: Vec<Annotation>,
) -> Result<(u32, Text, TaskDetails), Failed> {
    let is_template = cursor.at_word("template");
    let start = cursor.bump().span.start;
    if is_template {
        cursor.expect_word("task")?;
    }
    let name = task_name(cursor)?;
    let mut details = TaskDetails {
        annotations: annotations.into(),
        ..TaskDetails::default()
    };
    if cursor.at_word("mode") {
        if is_template {
            let span = cursor.token().span;
            let help = "the template runs in the mode of the task that calls it";
            return Err(cursor.fail_with_help(span, "a template task has no mode", help));
        }
        cursor.bump();
        details.mode = Some(text::plain(cursor, "the mode as a text")?);
    }
    Ok((start, name, details))
}

/// The name of a task that is declared: always quoted.
fn task_name(cursor: &mut Cursor<'_>) -> Result<Text, Failed> {
    if cursor.at(Kind::Word) && cursor.on_same_line() {
        let (span, word) = text::dashed_word(cursor, "the name of the task")?;
        let message = format!("the name of a task has to be quoted, found `{word}`");
        let help = format!("write `task \"{word}\"`");
        return Err(cursor.fail_with_help(span, message, help));
    }
    text::plain(cursor, "the name of the task in double quotes")
}

/// From `means` to the end of the body; the header's span, the description and the definition.
fn rest(
    cursor: &mut Cursor<'_>,
    start: u32,
    mut details: TaskDetails,
    what: &str,
) -> Result<(Span, Option<Text>, Definition), Failed> {
    let description = text::description(cursor)?;
    if cursor.at_word("mode") {
        let span = cursor.token().span;
        return Err(cursor.fail(span, "`mode` has to stand before `means`"));
    }
    if cursor.at_word("from") {
        let span = cursor.token().span;
        let help = "call the template from the body: `call task \"template\"`";
        return Err(cursor.fail_with_help(span, "a task cannot be made from a template", help));
    }
    let header = cursor.span_from(start);
    open(cursor, start, what, Blame::Header)?;
    let mut body = Body::default();
    while goes_on(cursor)? {
        body.item(cursor)?;
    }
    details.parameters = body.parameters.into();
    details.dependencies = body.dependencies.into();
    let body = body.statements.finish();
    Ok((header, description, Definition::new(details, body)))
}

/// What stands in the body of a task.
#[derive(Default)]
pub(super) struct Body {
    parameters: Vec<Parameter>,
    dependencies: Vec<DependencyGroup>,
    pub(super) statements: Statements,
}

impl Body {
    /// Reads a parameter, a dependency or a statement.
    pub(super) fn item(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Failed> {
        match cursor.word() {
            "requires" if is_tool_block(cursor) => add_statement(cursor, &mut self.statements)?,
            "requires" | "given" | "accepts" | "parameter" => {
                let help = "take a list: `accepts names as list`";
                few(cursor, self.parameters.len(), "parameters of a task", help)?;
                push(&mut self.parameters, parameter(cursor, Owner::Task)?);
            }
            "depends" => push(&mut self.dependencies, dependencies(cursor)?),
            _ => add_statement(cursor, &mut self.statements)?,
        }
        Ok(())
    }
}

/// Whether `requires` begins a block of tools and not a parameter that is called `tools`.
pub(super) fn is_tool_block(cursor: &mut Cursor<'_>) -> bool {
    cursor.nth_is_word(1, "tools") && cursor.nth(2).kind == Kind::Colon
}

/// `depends on a, b and c`.
fn dependencies(cursor: &mut Cursor<'_>) -> Result<DependencyGroup, Failed> {
    let start = cursor.bump().span.start;
    cursor.expect_word("on")?;
    let first = cursor.token().span.start;
    let (_, kept) = cursor.weight();
    dependency(cursor, false)?;
    while at_separator(cursor) {
        dependency(cursor, true)?;
    }
    let items = written(cursor, first, kept, |text, list, continues, most| {
        in_file(text, list, continues, most, dependency)
    });
    let follows = match cursor.kind() {
        Kind::Word => !begins_statement(cursor.word()),
        kind => kind == Kind::Text,
    };
    if follows && cursor.on_same_line() {
        return Err(missing_separator(cursor));
    }
    Ok(DependencyGroup {
        span: cursor.span_from(start),
        items,
    })
}

fn at_separator(cursor: &Cursor<'_>) -> bool {
    cursor.at(Kind::Comma) || matches!(cursor.word(), "and" | "then")
}

/// The name of a task, behind what separates it from the one before it.
fn dependency(cursor: &mut Cursor<'_>, continues: bool) -> Result<Dependency, Failed> {
    let separator = match continues {
        true => {
            let token = cursor.bump();
            cursor.share(token.span)
        }
        false => Text::default(),
    };
    let (span, name) = text::dashed_name(cursor, "the name of a task")?;
    let in_parallel = cursor.accept_word("in");
    if in_parallel {
        cursor.expect_word("parallel")?;
    }
    Ok(Dependency {
        span,
        name,
        in_parallel,
        separator,
    })
}

/// Several statements may share a line, so a word behind the last name is only taken for a name
/// where no statement begins with it.
fn missing_separator(cursor: &mut Cursor<'_>) -> Failed {
    cursor.unexpected_with_help(
        "`,`, `and`, `then` or the end of the line",
        Some("separate the names of the tasks by `,` or `and`"),
    )
}

/// How many annotations a declaration may have, and how many arguments one of them.
const ANNOTATIONS: usize = 64;

/// All annotations before a declaration.
pub(super) fn annotations(cursor: &mut Cursor<'_>) -> Result<Vec<Annotation>, Failed> {
    let mut list = Vec::new();
    while cursor.at(Kind::At) {
        at_most(
            cursor,
            ANNOTATIONS,
            list.len(),
            "annotations",
            "one of a kind is enough",
        )?;
        list.push(annotation(cursor)?);
    }
    Ok(list)
}

/// `@name("argument", …)`.
fn annotation(cursor: &mut Cursor<'_>) -> Result<Annotation, Failed> {
    let start = cursor.bump().span.start;
    let name = text::word(cursor, "the name of the annotation")?;
    cursor.expect(Kind::ParenOpen, "`(`")?;
    let mut args = Vec::new();
    if !cursor.at(Kind::ParenClose) {
        args.push(text::plain(cursor, "a text or `)`")?);
        while cursor.accept(Kind::Comma).is_some() {
            let items = "arguments of an annotation";
            at_most(
                cursor,
                ANNOTATIONS,
                args.len(),
                items,
                "one or a few are enough",
            )?;
            args.push(text::plain(cursor, "another text after the comma")?);
        }
    }
    cursor.expect(Kind::ParenClose, "`,` or `)`")?;
    Ok(Annotation {
        span: cursor.span_from(start),
        name,
        args,
    })
}
