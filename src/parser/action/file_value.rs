//! Statements about one value inside of a file, and about the version of the project.

use super::super::cursor::{Cursor, Failed};
use super::super::text;
use super::line::{accept_on_line, text_on_line, word_on_line};
use crate::ast::action::{
    FileValue, MissingValue, ValueComparison, ValueFormat, ValueOperation, ValueType,
};
use crate::ast::{Stmt, Template};

/// The formats of files.
const FORMATS: [ValueFormat; 5] = [
    ValueFormat::Property,
    ValueFormat::Json,
    ValueFormat::Yaml,
    ValueFormat::Toml,
    ValueFormat::Match,
];
/// The types that a value can be added with.
const TYPES: [ValueType; 3] = [ValueType::String, ValueType::Number, ValueType::Boolean];

/// How messages name the version of the project, as if it were selected in a file.
const PROJECT_VERSION: &str = "project.version";

/// `get`, `check` or `update`, where it begins no other statement.
pub(in crate::parser) fn file_value(cursor: &mut Cursor<'_>) -> Result<Stmt, Failed> {
    let word = cursor.word();
    let start = cursor.bump().span.start;
    if cursor.at_word("project") && cursor.on_same_line() && word != "get" {
        return project_version(cursor, start, word);
    }
    let format = format(cursor, word)?;
    let selector = text_on_line(cursor, "what selects the value, in double quotes")?;
    let between = match word {
        "get" => "from",
        _ => "in",
    };
    word_on_line(cursor, between)?;
    let target = Some(text_on_line(cursor, "a path in double quotes")?);
    let operation = match word {
        "get" => get(cursor)?,
        "check" => check(cursor)?,
        _ => ValueOperation::Update {
            value: new_value(cursor)?,
            missing: missing(cursor, format)?,
        },
    };
    Ok(Stmt::FileValue(Box::new(FileValue {
        span: cursor.span_from(start),
        format,
        selector,
        target,
        operation,
    })))
}

/// `check project version …`, `update project version to "…"`.
fn project_version(cursor: &mut Cursor<'_>, start: u32, word: &str) -> Result<Stmt, Failed> {
    cursor.bump();
    word_on_line(cursor, "version")?;
    let span = cursor.span_from(start);
    let operation = match word {
        "check" => check(cursor)?,
        _ => ValueOperation::Update {
            value: new_value(cursor)?,
            missing: MissingValue::Fail,
        },
    };
    Ok(Stmt::FileValue(Box::new(FileValue {
        span: cursor.span_from(start),
        format: ValueFormat::Drun,
        selector: Template::plain(span, PROJECT_VERSION),
        target: None,
        operation,
    })))
}

fn format(cursor: &mut Cursor<'_>, word: &str) -> Result<ValueFormat, Failed> {
    let found = FORMATS
        .iter()
        .find(|format| cursor.on_same_line() && format.name() == cursor.word());
    let Some(format) = found else {
        return Err(cursor.unexpected(match word {
            "get" => "an address as a text, or `property`, `json`, `yaml`, `toml` or `match`",
            "check" => {
                "`property`, `json`, `yaml`, `toml`, `match`, `project version`, `if`, `size` or `health`"
            }
            _ => "`property`, `json`, `yaml`, `toml`, `match` or `project version`",
        }));
    };
    cursor.bump();
    Ok(*format)
}

/// `as $name`.
fn get(cursor: &mut Cursor<'_>) -> Result<ValueOperation, Failed> {
    word_on_line(cursor, "as")?;
    if !cursor.on_same_line() {
        return Err(cursor.unexpected("a name such as `$value`"));
    }
    let variable = text::assigned(cursor, "a name such as `$value`")?;
    Ok(ValueOperation::Get { variable })
}

/// `equals "…"`, `differs from "…"`.
fn check(cursor: &mut Cursor<'_>) -> Result<ValueOperation, Failed> {
    let comparison = if accept_on_line(cursor, "equals") {
        ValueComparison::Equals
    } else if accept_on_line(cursor, "differs") {
        word_on_line(cursor, "from")?;
        ValueComparison::Differs
    } else {
        return Err(cursor.unexpected("`equals` or `differs from`"));
    };
    let expected = text_on_line(cursor, "the text to compare with, in double quotes")?;
    Ok(ValueOperation::Check {
        comparison,
        expected,
    })
}

/// `to "…"`.
fn new_value(cursor: &mut Cursor<'_>) -> Result<Template, Failed> {
    word_on_line(cursor, "to")?;
    text_on_line(cursor, "the new value in double quotes")
}

/// `or fail`, `or add`, `or add as number`.
fn missing(cursor: &mut Cursor<'_>, format: ValueFormat) -> Result<MissingValue, Failed> {
    if !accept_on_line(cursor, "or") {
        let help = "say what to do where there is no value: `or fail` or `or add`";
        return Err(cursor.unexpected_with_help("`or`", Some(help)));
    }
    if accept_on_line(cursor, "fail") {
        return Ok(MissingValue::Fail);
    }
    let (can_add, needs_type) = match format {
        ValueFormat::Property => (true, false),
        ValueFormat::Json | ValueFormat::Yaml | ValueFormat::Toml => (true, true),
        ValueFormat::Match | ValueFormat::Drun => (false, false),
    };
    if !can_add || !accept_on_line(cursor, "add") {
        return Err(cursor.unexpected(match can_add {
            true => "`fail` or `add`",
            false => "`fail`",
        }));
    }
    if !accept_on_line(cursor, "as") {
        return match needs_type {
            true => Err(cursor.unexpected_with_help("`as`", Some("write `or add as string`"))),
            false => Ok(MissingValue::Add(None)),
        };
    }
    Ok(MissingValue::Add(Some(value_type(cursor)?)))
}

fn value_type(cursor: &mut Cursor<'_>) -> Result<ValueType, Failed> {
    let found = TYPES
        .iter()
        .find(|kind| cursor.on_same_line() && kind.name() == cursor.word());
    let Some(kind) = found else {
        return Err(cursor.unexpected("`string`, `number` or `boolean`"));
    };
    cursor.bump();
    Ok(*kind)
}
