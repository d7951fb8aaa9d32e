//! Statements about files and folders.

use std::sync::Arc;

use super::super::block::{self, Blame};
use super::super::cursor::{Cursor, Failed};
use super::super::growth::few;
use super::super::placeholder::placeholder;
use super::super::text;
use super::line::{accept_on_line, text_on_line, word_on_line};
use crate::ast::action::{FileAction, FileOperation, Replacement};
use crate::ast::{Part, Stmt, Template};
use crate::syntax::Kind;

/// The words for a file and for a folder; whether it is a folder.
const KINDS: [(&str, bool); 4] = [
    ("file", false),
    ("dir", true),
    ("directory", true),
    ("folder", true),
];

/// Whether a statement of this family begins here; `create`, `delete`, `copy`, `read` and `check` begin
/// others as well.
pub(in crate::parser) fn begins(cursor: &mut Cursor<'_>) -> bool {
    match cursor.word() {
        "create" | "copy" | "move" | "read" | "write" | "append" | "backup" | "replace" => true,
        "delete" => cursor.nth(1).kind != Kind::Text,
        "check" => {
            cursor.nth_is_word(1, "size")
                || cursor.nth_is_word(1, "if") && !cursor.nth_is_word(2, "port")
        }
        _ => false,
    }
}

/// The statement that begins here.
pub(in crate::parser) fn file(cursor: &mut Cursor<'_>) -> Result<Stmt, Failed> {
    let word = cursor.word();
    let start = cursor.bump().span.start;
    if word == "replace" {
        return replace(cursor, start);
    }
    let operation = match word {
        "create" => create(cursor)?,
        "delete" => delete(cursor)?,
        "copy" => copy(cursor)?,
        "move" => rename(cursor)?,
        "read" => read(cursor)?,
        "write" => write(cursor)?,
        "append" => append(cursor)?,
        "backup" => backup(cursor)?,
        _ => check(cursor)?,
    };
    Ok(Stmt::File(Box::new(FileAction {
        span: cursor.span_from(start),
        operation,
    })))
}

fn create(cursor: &mut Cursor<'_>) -> Result<FileOperation, Failed> {
    Ok(FileOperation::Create {
        directory: kind(cursor)?,
        target: path(cursor)?,
    })
}

fn delete(cursor: &mut Cursor<'_>) -> Result<FileOperation, Failed> {
    Ok(FileOperation::Delete {
        directory: kind(cursor)?,
        target: path(cursor)?,
    })
}

fn copy(cursor: &mut Cursor<'_>) -> Result<FileOperation, Failed> {
    let source = operand(cursor)?;
    word_on_line(cursor, "to")?;
    Ok(FileOperation::Copy {
        source,
        target: operand(cursor)?,
    })
}

fn rename(cursor: &mut Cursor<'_>) -> Result<FileOperation, Failed> {
    let source = path(cursor)?;
    word_on_line(cursor, "to")?;
    Ok(FileOperation::Move {
        source,
        target: path(cursor)?,
    })
}

fn read(cursor: &mut Cursor<'_>) -> Result<FileOperation, Failed> {
    word_on_line(cursor, "file")?;
    let target = path(cursor)?;
    let variable = match accept_on_line(cursor, "as") {
        true => Some(text::assigned(cursor, "a name such as `$content`")?),
        false => None,
    };
    Ok(FileOperation::Read { target, variable })
}

fn write(cursor: &mut Cursor<'_>) -> Result<FileOperation, Failed> {
    let (content, target) = into_file(cursor)?;
    Ok(FileOperation::Write { target, content })
}

fn append(cursor: &mut Cursor<'_>) -> Result<FileOperation, Failed> {
    let (content, target) = into_file(cursor)?;
    Ok(FileOperation::Append { target, content })
}

/// `"content" to file "path"`.
fn into_file(cursor: &mut Cursor<'_>) -> Result<(Template, Template), Failed> {
    let content = text_on_line(cursor, "the content as a text")?;
    word_on_line(cursor, "to")?;
    word_on_line(cursor, "file")?;
    Ok((content, path(cursor)?))
}

fn backup(cursor: &mut Cursor<'_>) -> Result<FileOperation, Failed> {
    let source = path(cursor)?;
    let target = match accept_on_line(cursor, "as") {
        true => Some(path(cursor)?),
        false => None,
    };
    Ok(FileOperation::Backup { source, target })
}

/// `check if file "f" exists`, `check size of file "f"`.
fn check(cursor: &mut Cursor<'_>) -> Result<FileOperation, Failed> {
    if cursor.accept_word("size") {
        word_on_line(cursor, "of")?;
        word_on_line(cursor, "file")?;
        return Ok(FileOperation::GetSize {
            target: path(cursor)?,
        });
    }
    cursor.bump();
    let directory = kind(cursor)?;
    let target = path(cursor)?;
    word_on_line(cursor, "exists")?;
    Ok(FileOperation::CheckExists { target, directory })
}

/// `replace in "path":` and a block of pairs.
fn replace(cursor: &mut Cursor<'_>, start: u32) -> Result<Stmt, Failed> {
    word_on_line(cursor, "in")?;
    let target = path(cursor)?;
    let span = cursor.span_from(start);
    block::open(cursor, start, "the replacement", Blame::Line)?;
    let mut replacements = Vec::new();
    while block::goes_on(cursor)? {
        few(
            cursor,
            replacements.len(),
            "texts to replace",
            "begin another `replace in`",
        )?;
        let search = text::interpolated(cursor, "a text to look for, in double quotes")?;
        word_on_line(cursor, "with")?;
        replacements.push(Replacement {
            search,
            replacement: text_on_line(cursor, "the text that replaces it")?,
        });
    }
    let operation = FileOperation::Replace {
        target,
        replacements,
    };
    Ok(Stmt::File(Box::new(FileAction { span, operation })))
}

/// `file`, `dir`, `directory` or `folder`; whether it is a folder.
fn kind(cursor: &mut Cursor<'_>) -> Result<bool, Failed> {
    let found = KINDS
        .iter()
        .find(|(word, _)| cursor.on_same_line() && *word == cursor.word());
    let Some((_, directory)) = found else {
        return Err(cursor.unexpected("`file` or `dir`"));
    };
    cursor.bump();
    Ok(*directory)
}

/// A path as a text, or `{$name}`.
fn operand(cursor: &mut Cursor<'_>) -> Result<Template, Failed> {
    if !cursor.at(Kind::BraceOpen) || !cursor.on_same_line() {
        return path(cursor);
    }
    let span = cursor.token().span;
    if cursor.nth(1).kind != Kind::Variable || cursor.nth(2).kind != Kind::BraceClose {
        return Err(cursor.unexpected("a path in double quotes, or `{$name}`"));
    }
    let placeholder = placeholder(cursor)?;
    Ok(Template {
        span: cursor.span_from(span.start),
        text: placeholder.source.clone(),
        parts: Arc::new([Part::Placeholder(Box::new(placeholder))]),
    })
}

fn path(cursor: &mut Cursor<'_>) -> Result<Template, Failed> {
    text_on_line(cursor, "a path in double quotes")
}
