//! A whole file: the version, the project, and the declarations; going on after a mistake.

use std::sync::Arc;

use super::cursor::{Cursor, Failed};
use super::progress::Progress;
use super::{project, service, task};
use crate::ast::{Annotation, File, Version};
use crate::source::{Diagnostic, SourceFile, Span};
use crate::syntax::Kind;

/// Parses a file.
///
/// # Errors
/// What is wrong, in the order of the text; an empty list when `progress` was told to stop.
pub fn parse(source: &Arc<SourceFile>, progress: &Progress) -> Result<File, Vec<Diagnostic>> {
    let mut cursor = Cursor::new(source, progress);
    let mut file = File {
        source: source.clone(),
        ..File::default()
    };
    match version(&mut cursor) {
        Ok(version) => file.version = version,
        Err(Failed) => recover(&mut cursor),
    }
    while !matches!(cursor.kind(), Kind::End) && !cursor.full() && !cursor.stopped() {
        let before = cursor.token().span.start;
        if declaration(&mut cursor, &mut file).is_err() {
            recover(&mut cursor);
            // Whatever the mistake was, the next declaration lies behind this place.
            if cursor.token().span.start == before && !cursor.at(Kind::End) {
                cursor.bump();
            }
        }
    }
    if cursor.stopped() {
        return Err(Vec::new());
    }
    if cursor.has_errors() {
        return Err(cursor.into_errors());
    }
    file.tasks.shrink_to_fit();
    Ok(file)
}

fn version(cursor: &mut Cursor<'_>) -> Result<Version, Failed> {
    let start = cursor.token().span;
    let help = "begin the file with `version: 2.0`";
    if cursor.kind() == Kind::Indent || !cursor.at_word("version") {
        return Err(cursor.fail_with_help(start, "the version is missing", help));
    }
    cursor.bump();
    cursor.expect(Kind::Colon, "`:` behind `version`")?;
    let number = cursor.token();
    if !cursor.at(Kind::Number) {
        return Err(cursor.unexpected_with_help("a number without quotes", Some(help)));
    }
    cursor.bump();
    let dot = cursor.token();
    if !dot.line_start && dot.span.start == number.span.end && cursor.kind() != Kind::End {
        return Err(cursor.fail_with_help(number.span, "the version has one point at most", help));
    }
    Ok(Version {
        span: cursor.span_from(start.start),
        text: cursor.share(number.span),
    })
}

fn declaration(cursor: &mut Cursor<'_>, file: &mut File) -> Result<(), Failed> {
    let annotations = task::annotations(cursor)?;
    let token = cursor.token();
    match cursor.kind() {
        Kind::Indent | Kind::Dedent => Err(cursor.fail_with_help(
            token.span,
            "this line is indented, but no block is open",
            "declarations start at the beginning of the line",
        )),
        Kind::Word => match cursor.word() {
            "task" => {
                file.tasks.push(task::task(cursor, annotations)?);
                Ok(())
            }
            "template" => {
                file.templates.push(task::template(cursor, annotations)?);
                Ok(())
            }
            word => {
                no_annotations(cursor, &annotations)?;
                other(cursor, file, word)
            }
        },
        Kind::End if annotations.is_empty() => Ok(()),
        _ => {
            no_annotations(cursor, &annotations)?;
            Err(cursor.unexpected_with_help("a declaration", Some(DECLARATIONS)))
        }
    }
}

const DECLARATIONS: &str = "a file holds `task`, `template task`, `service` and one `project`";

fn other(cursor: &mut Cursor<'_>, file: &mut File, word: &str) -> Result<(), Failed> {
    let span = cursor.token().span;
    match word {
        "project" => {
            if file.project.is_some() {
                return Err(cursor.fail(span, "a second `project`; a file has one at the most"));
            }
            let others = file.tasks.len() + file.templates.len() + file.services.len();
            if others > 0 {
                return Err(cursor.fail_with_help(
                    span,
                    "`project` stands behind other declarations",
                    "move it to the line below `version`",
                ));
            }
            file.project = Some(project::project(cursor)?);
            Ok(())
        }
        "service" => {
            file.services.push(service::service(cursor)?);
            Ok(())
        }
        "orchestration" | "orchestrate" => {
            file.orchestrations.push(service::orchestration(cursor)?);
            Ok(())
        }
        "version" => Err(cursor.fail(span, "a second `version`; a file has one")),
        word => {
            let message = format!("'{word}' cannot stand at the top level");
            Err(cursor.fail_with_help(span, message, DECLARATIONS))
        }
    }
}

fn no_annotations(cursor: &mut Cursor<'_>, annotations: &[Annotation]) -> Result<(), Failed> {
    match annotations.last() {
        None => Ok(()),
        Some(last) => {
            let message = format!("annotation '@{}' stands before no task", last.name);
            let help = "annotations belong to a task, a template task or a snippet";
            Err(cursor.fail_with_help(last.span, message, help))
        }
    }
}

/// Words that a declaration at the beginning of a line starts with.
const STARTS: &[&str] = &[
    "task",
    "template",
    "service",
    "orchestrate",
    "orchestration",
    "project",
    "@",
];

/// Goes on at the next line that begins a declaration.
fn recover(cursor: &mut Cursor<'_>) {
    let text = cursor.text();
    // The token that was in the way may itself begin one: then the declaration before it is at fault.
    let token = cursor.token();
    let mut at = token.span.start.max(cursor.previous_end()) as usize;
    if !(token.line_start && token.indent == 0 && begins(text, token.span)) {
        loop {
            let rest = text.get(at..).unwrap_or_default();
            let Some(end) = memchr::memchr(b'\n', rest.as_bytes()) else {
                at = text.len();
                break;
            };
            at += end + 1;
            let line = Span::new(at as u32, text.len() as u32);
            if begins(text, line) {
                break;
            }
        }
    } else {
        at = token.span.start as usize;
    }
    cursor.reset_nesting();
    cursor.seek_line(at, 0);
    cursor.reset_nesting();
}

fn begins(text: &str, span: Span) -> bool {
    let rest = text.get(span.start as usize..).unwrap_or_default();
    STARTS.iter().any(|word| {
        rest.strip_prefix(word).is_some_and(|after| {
            *word == "@"
                || !after
                    .starts_with(|char: char| char.is_alphanumeric() || char == '-' || char == '_')
        })
    })
}
