//! Values of a TOML document.

use std::ops::Range;

use toml_edit::{Document, Item, Key, Table, TableLike, Value};

use super::scalar::{Edit, Scalar, line_break};
use crate::ast::action::ValueType;

/// The value at a dotted key.
pub(super) fn find(text: &str, selector: &str) -> Result<Option<Scalar>, String> {
    let (document, path) = (parse(text)?, path(selector)?);
    let Some((leaf, parents)) = path.split_last() else {
        return Ok(None);
    };
    let parent = descend(&document, parents)?;
    parent
        .as_table_like()
        .and_then(|table| table.get(leaf.get()))
        .map(scalar)
        .transpose()
}

/// A value as the document has it.
pub(super) fn written(kind: ValueType, value: &str) -> String {
    match kind {
        ValueType::String => string(value),
        ValueType::Number | ValueType::Boolean => value.to_owned(),
    }
}

/// A value at the end of its table.
pub(super) fn add(
    text: &str,
    selector: &str,
    kind: ValueType,
    value: &str,
) -> Result<Edit, String> {
    let (document, path) = (parse(text)?, path(selector)?);
    let (leaf, parents) = path.split_last().ok_or("the selector is empty")?;
    let value = written(kind, value);
    // A table whose keys are dotted has no lines of its own: its keys stand in the table around it.
    let mut names = vec![shown(leaf)];
    for end in (0..=parents.len()).rev() {
        let around = descend(&document, parents.get(..end).unwrap_or_default())?;
        let entry = |names: &[String]| {
            let key: Vec<&str> = names.iter().rev().map(String::as_str).collect();
            format!("{} = {value}", key.join("."))
        };
        match around {
            Item::Table(table) if table.is_dotted() => {}
            Item::Table(table) if end > 0 && table.is_implicit() => {
                let header: Vec<String> = parents.iter().take(end).map(shown).collect();
                let entry = entry(&names);
                return Ok(at_end(text, &format!("[{}]", header.join(".")), &entry));
            }
            Item::Table(table) => return Ok(in_table(text, table, end == 0, &entry(&names))),
            Item::Value(Value::InlineTable(table)) if !table.is_dotted() => {
                let span = around.span().ok_or(NO_PLACE)?;
                return in_braces(text, table, span, &entry(&names));
            }
            Item::Value(_) | Item::ArrayOfTables(_) | Item::None => {}
        }
        let name = end.checked_sub(1).and_then(|at| parents.get(at));
        names.extend(name.map(shown));
    }
    Err(NO_PLACE.to_owned())
}

const NO_PLACE: &str = "there is no place for it";

fn parse(text: &str) -> Result<Document<&str>, String> {
    Document::parse(text).map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start));
        let line = before.map_or(1, |before| before.matches('\n').count() + 1);
        format!("the document is no TOML (line {line}): {}", error.message())
    })
}

fn path(selector: &str) -> Result<Vec<Key>, String> {
    Key::parse(selector).map_err(|error| format!("it is no dotted key: {}", error.message()))
}

/// The table at the end of a path.
fn descend<'d>(document: &'d Document<&str>, path: &[Key]) -> Result<&'d Item, String> {
    let mut item = document.as_item();
    for key in path {
        let name = key.get();
        item = item
            .as_table_like()
            .and_then(|table| table.get(name))
            .ok_or_else(|| format!("not found: there is no table '{name}'"))?;
        if item.as_table_like().is_none() {
            return Err(format!("not found: '{name}' is no table"));
        }
    }
    Ok(item)
}

fn scalar(item: &Item) -> Result<Scalar, String> {
    let (kind, value) = match item {
        Item::Value(Value::String(text)) => (ValueType::String, text.value().clone()),
        Item::Value(Value::Integer(number)) => (ValueType::Number, number.value().to_string()),
        Item::Value(Value::Float(number)) if number.value().is_finite() => {
            (ValueType::Number, number.value().to_string())
        }
        Item::Value(Value::Boolean(value)) => (ValueType::Boolean, value.value().to_string()),
        Item::Value(Value::Float(_)) => return Err("it is no finite number".to_owned()),
        Item::Value(Value::Datetime(_)) => return Err("it is a date or a time".to_owned()),
        Item::Value(Value::Array(_)) | Item::ArrayOfTables(_) => {
            return Err("it is an array".to_owned());
        }
        Item::Value(Value::InlineTable(_)) | Item::Table(_) => {
            return Err("it is a table".to_owned());
        }
        Item::None => return Err(super::scalar::NOT_FOUND.to_owned()),
    };
    let span = item.span().ok_or("its place is not known")?;
    Ok(Scalar { span, kind, value })
}

/// A string in single quotes, where it can be.
fn string(text: &str) -> String {
    if !text.contains(|char: char| char == '\'' || char.is_control()) {
        return format!("'{text}'");
    }
    let mut out = String::from("\"");
    for char in text.chars() {
        match char {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            char if char.is_control() => out += &format!("\\u{:04X}", u32::from(char)),
            char => out.push(char),
        }
    }
    out + "\""
}

fn shown(key: &Key) -> String {
    let bare = |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_');
    match !key.get().is_empty() && key.get().chars().all(bare) {
        true => key.get().to_owned(),
        false => string(key.get()),
    }
}

/// A line behind the last value of a table, or behind its header.
fn in_table(text: &str, table: &Table, root: bool, entry: &str) -> Edit {
    let last = last_end(table).or_else(|| table.span().filter(|_| !root).map(|span| span.end));
    let Some(last) = last else {
        return at_start(text, entry);
    };
    let rest = text.get(last..).unwrap_or_default();
    let indentation = indentation(text, table);
    match memchr::memchr(b'\n', rest.as_bytes()) {
        Some(length) => {
            let at = last + length + 1;
            let newline = line_break(text, at);
            Edit::insert(at, format!("{indentation}{entry}{newline}"))
        }
        None => {
            let newline = line_break(text, text.len());
            let line = format!("{newline}{indentation}{entry}{newline}");
            Edit::insert(text.len(), line)
        }
    }
}

/// Where the last value ends that stands in the lines of a table itself.
fn last_end(table: &dyn TableLike) -> Option<usize> {
    let ends = table.iter().filter_map(|(_, item)| match item {
        Item::Table(inner) if inner.is_dotted() => last_end(inner),
        Item::Value(Value::InlineTable(inner)) if inner.is_dotted() => last_end(inner),
        Item::Value(value) => value.span().map(|span| span.end),
        Item::Table(_) | Item::ArrayOfTables(_) | Item::None => None,
    });
    ends.max()
}

/// The blanks before the first key of a table.
fn indentation<'t>(text: &'t str, table: &Table) -> &'t str {
    let start = || {
        let (name, _) = table.get_values().into_iter().next()?;
        let start = name.first()?.span()?.start;
        text.get(..start)?.rsplit('\n').next()
    };
    match start() {
        Some(line) if line.bytes().all(|byte| matches!(byte, b' ' | b'\t')) => line,
        _ => "",
    }
}

/// A first line, before the header of the first table and the comment above it.
fn at_start(text: &str, entry: &str) -> Edit {
    let newline = line_break(text, text.find('\n').map_or(0, |end| end + 1));
    let (mut at, mut kept) = (0, 0);
    for line in text.split_inclusive('\n') {
        at += line.len();
        match line.trim_start().bytes().next() {
            Some(b'[') => return Edit::insert(kept, format!("{entry}{newline}{newline}")),
            Some(b'#') => {}
            _ => kept = at,
        }
    }
    let before = match text.is_empty() || text.ends_with('\n') {
        true => "",
        false => newline,
    };
    Edit::insert(text.len(), format!("{before}{entry}{newline}"))
}

/// A table of its own at the end: one that only those inside of it have named so far.
fn at_end(text: &str, header: &str, entry: &str) -> Edit {
    let newline = line_break(text, text.len());
    let before = match text.ends_with('\n') {
        true => newline.to_owned(),
        false => newline.repeat(2),
    };
    let lines = format!("{before}{header}{newline}{entry}{newline}");
    Edit::insert(text.len(), lines)
}

/// A value in an inline table.
fn in_braces(
    text: &str,
    table: &dyn TableLike,
    span: Range<usize>,
    entry: &str,
) -> Result<Edit, String> {
    Ok(match last_end(table) {
        Some(last) => Edit::insert(last, format!(", {entry}")),
        None => {
            let open = text.get(span.clone()).and_then(|braces| braces.find('{'));
            let open = open.ok_or(NO_PLACE)?;
            Edit {
                span: span.start + open..span.end,
                with: format!("{{ {entry} }}"),
            }
        }
    })
}

#[cfg(test)]
mod tests;
