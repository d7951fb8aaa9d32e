//! A whole file: version, project, declarations; and how it goes on after a mistake.

use std::sync::Arc;

use memchr::{memchr, memmem};

use super::cursor::{Cursor, Failed};
use super::growth::push;
use super::progress::Progress;
use super::project::project;
use super::service::{orchestration, service};
use super::task::{annotations, definition, task};
use crate::ast::{Definitions, File, Version};
use crate::source::{Diagnostic, SourceFile, Span};
use crate::syntax::Kind;

/// The words that begin a declaration.
pub(super) const DECLARATIONS: [&str; 5] =
    ["task", "template", "service", "orchestrate", "project"];

/// Parses a file. All mistakes are reported, in the order of the text; an empty list means that
/// `progress` asked for an early end.
pub fn parse(source: &Arc<SourceFile>, progress: &Progress) -> Result<File, Vec<Diagnostic>> {
    if let Some(at) = memchr(0, source.text().as_bytes()) {
        let span = Span::new(at as u32, at as u32 + 1);
        let error = Diagnostic::new(source, span, "the file holds a NUL byte")
            .with_help("a task file is plain text");
        return Err(vec![error]);
    }
    let mut parser = FileParser {
        cursor: Cursor::new(source, progress),
        file: File {
            source: source.clone(),
            ..File::default()
        },
        texts: Arc::new(Definitions::new(source.clone(), definition)),
    };
    parser.run();
    let FileParser {
        cursor, mut file, ..
    } = parser;
    if cursor.stopped() {
        return Err(Vec::new());
    }
    progress.reached(source.text().len());
    if cursor.has_errors() {
        return Err(cursor.into_errors());
    }
    file.tasks.shrink_to_fit();
    file.templates.shrink_to_fit();
    Ok(file)
}

struct FileParser<'s> {
    cursor: Cursor<'s>,
    file: File,
    /// Where those of later tasks are read.
    texts: Arc<Definitions>,
}

impl FileParser<'_> {
    fn run(&mut self) {
        self.guard(Self::version);
        while !self.cursor.at(Kind::End) && !self.cursor.stopped() && !self.cursor.full() {
            self.guard(Self::declaration);
        }
    }

    /// Runs a production; after a mistake the next declaration is current.
    fn guard(&mut self, production: impl FnOnce(&mut Self) -> Result<(), Failed>) {
        let start = self.cursor.token().span.start;
        self.cursor.begin_item();
        if production(self).is_err() {
            self.recover(start);
        }
    }

    fn version(&mut self) -> Result<(), Failed> {
        let cursor = &mut self.cursor;
        let help = "a file begins with `version: 2.0`";
        let start = cursor.token().span.start;
        if !cursor.at_word("version") {
            let at_declaration = cursor.at(Kind::At) || DECLARATIONS.contains(&cursor.word());
            let span = cursor.token().span;
            let failed = if cursor.at(Kind::Indent) {
                cursor.fail_with_help(span, "the version line is indented", help)
            } else {
                cursor.fail_with_help(span, "the version line is missing", help)
            };
            // The declaration that stands in its place is read as if nothing were missing.
            return if at_declaration { Ok(()) } else { Err(failed) };
        }
        cursor.bump();
        if !cursor.at(Kind::Colon) {
            return Err(cursor.unexpected_with_help("`:` after `version`", Some(help)));
        }
        cursor.bump();
        if !cursor.at(Kind::Number) {
            return Err(cursor.unexpected_with_help("a number such as `2.0`", Some(help)));
        }
        let number = cursor.bump().span;
        if cursor.token().span.start == number.end && cursor.on_same_line() {
            let help = Some("a version has one or two parts, as in `2.0`");
            return Err(cursor.unexpected_with_help("the end of the version", help));
        }
        self.file.version = Version {
            span: cursor.span_from(start),
            text: cursor.share(number),
        };
        Ok(())
    }

    fn declaration(&mut self) -> Result<(), Failed> {
        let cursor = &mut self.cursor;
        if cursor.at(Kind::Indent) {
            let span = cursor.token().span;
            let help = "declarations begin at the start of their line";
            return Err(cursor.fail_with_help(
                span,
                "this line is indented, but no block is open",
                help,
            ));
        }
        let start = cursor.token().span.start;
        let annotations = annotations(cursor)?;
        match cursor.word() {
            "task" => {
                let task = task(cursor, start, annotations, &self.texts)?;
                push(&mut self.file.tasks, task);
            }
            "template" => {
                let template = task(cursor, start, annotations, &self.texts)?;
                push(&mut self.file.templates, template);
            }
            _ if let Some(first) = annotations.first() => {
                let message = "an annotation has to stand before a task or template task";
                let help = "write the declaration below the annotation";
                return Err(cursor.fail_with_help(first.span, message, help));
            }
            "project" => return self.project(),
            "service" => self.file.services.push(service(cursor)?),
            "orchestrate" => self.file.orchestrations.push(orchestration(cursor)?),
            _ => return Err(self.no_declaration()),
        }
        Ok(())
    }

    fn project(&mut self) -> Result<(), Failed> {
        let cursor = &mut self.cursor;
        let span = cursor.token().span;
        let first = self.file.project.is_none();
        let early = self.file.tasks.is_empty()
            && self.file.templates.is_empty()
            && self.file.services.is_empty()
            && self.file.orchestrations.is_empty();
        if !first {
            return Err(cursor.fail(span, "a file has one project only"));
        }
        if !early {
            let help = "write it directly below the version line";
            let message = "the project has to stand before all tasks";
            return Err(cursor.fail_with_help(span, message, help));
        }
        self.file.project = Some(project(cursor)?);
        Ok(())
    }

    fn no_declaration(&mut self) -> Failed {
        let cursor = &mut self.cursor;
        let span = cursor.token().span;
        match cursor.word() {
            "version" => cursor.fail(
                span,
                "the version stands only once, at the start of the file",
            ),
            word @ ("set" | "include" | "snippet" | "parameter" | "shell" | "provisioning") => {
                let message = format!("`{word}` belongs into the body of the project");
                cursor.fail_with_help(
                    span,
                    message,
                    "write it below `project \"name\":`, indented",
                )
            }
            "" => cursor.unexpected("a declaration such as `task \"name\":`"),
            word => {
                let message = format!("`{word}` cannot stand at the top level");
                let help = "statements belong into a task: below `task \"name\":`, indented";
                cursor.fail_with_help(span, message, help)
            }
        }
    }

    /// Goes to the next declaration behind the mistake. Lines are looked at instead of tokens,
    /// because a quote that is missing turns all tokens behind it inside out.
    fn recover(&mut self, start: u32) {
        let token = self.cursor.token();
        let text = self.cursor.text();
        let at_start = token.span.start > start && self.cursor.token().line_start;
        let from = if at_start && is_declaration_line(text, token.span.start as usize) {
            token.span.start as usize
        } else {
            next_declaration(text, token.span.end.max(token.span.start) as usize)
        };
        self.cursor.reset_nesting();
        self.cursor.seek_line(from, from as u32);
    }
}

/// The start of the first line behind `from` that begins a declaration; the end of the text if
/// there is none.
fn next_declaration(text: &str, from: usize) -> usize {
    let bytes = text.as_bytes();
    let mut at = from;
    while let Some(end) = memchr(b'\n', bytes.get(at..).unwrap_or_default()) {
        at += end + 1;
        let line = bytes.get(at..).unwrap_or_default();
        let code = line.iter().position(|byte| !matches!(byte, b' ' | b'\t'));
        let rest = line.get(code.unwrap_or(line.len())..).unwrap_or_default();
        if rest.starts_with(b"/*") {
            let comment = memmem::find(rest, b"*/").map_or(rest.len(), |end| end + 1);
            at += code.unwrap_or(0) + comment;
        } else if code == Some(0) && is_declaration_line(text, at) {
            return at;
        }
    }
    text.len()
}

/// Whether a declaration begins at the line that starts at `at`.
fn is_declaration_line(text: &str, at: usize) -> bool {
    let bytes = text.as_bytes();
    let starts_line = at == 0 || bytes.get(at - 1) == Some(&b'\n');
    let rest = bytes.get(at..).unwrap_or_default();
    let is_word = |word: &&str| {
        let next = rest.get(word.len());
        rest.starts_with(word.as_bytes()) && next.is_some_and(|next| b" \t\"\r\n".contains(next))
    };
    starts_line && (rest.first() == Some(&b'@') || DECLARATIONS.iter().any(is_word))
}
