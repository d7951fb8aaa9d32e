//! Values of the first document of a YAML file.

mod found;
mod places;
mod plain;
mod walk;

use saphyr_parser::ScalarStyle;

use super::scalar::{Edit, Scalar, fits, is_number, json_string, line_break};
use crate::ast::action::ValueType;
use found::{Found, Leaf, Mapping, Tagged, Walk};
use plain::{Plain, is_safe, meaning};
use walk::walk;

/// The scalar at the end of keys that are joined by dots.
pub(super) fn find(text: &str, selector: &str) -> Result<Option<Scalar>, String> {
    match walk(text, &path(selector)?)?.found {
        Found::Leaf(leaf) => scalar(&leaf).map(Some),
        Found::Gap(_) => Ok(None),
    }
}

/// A hash of everything else in the document: an update must not change it.
pub(super) fn others(text: &str, selector: &str) -> Result<u64, String> {
    walk(text, &path(selector)?).map(|walk| walk.others)
}

/// Another text in the place of a scalar, in its style as far as that can hold it.
pub(super) fn replace(text: &str, selector: &str, value: &str) -> Result<Edit, String> {
    let Walk { found, .. } = walk(text, &path(selector)?)?;
    let Found::Leaf(leaf) = found else {
        return Err(super::scalar::NOT_FOUND.to_owned());
    };
    let kind = scalar(&leaf)?.kind;
    let printable = !value.contains(|char: char| char.is_control());
    let with = match (kind, leaf.style) {
        (ValueType::Number | ValueType::Boolean, ScalarStyle::Plain) => value.to_owned(),
        (_, ScalarStyle::SingleQuoted) if printable => format!("'{}'", value.replace('\'', "''")),
        (_, ScalarStyle::DoubleQuoted) => json_string(value),
        _ => string(value),
    };
    let span = leaf.span;
    Ok(match leaf.style {
        // What ends the last line of a block is no part of what replaces it.
        ScalarStyle::Literal | ScalarStyle::Folded => {
            let written = text.get(span.clone()).unwrap_or_default();
            let end = span.start + written.trim_end_matches(['\n', '\r', ' ']).len();
            Edit {
                span: span.start..end,
                with,
            }
        }
        _ => Edit { span, with },
    })
}

/// A key behind the last one of its mapping.
pub(super) fn add(
    text: &str,
    selector: &str,
    kind: ValueType,
    value: &str,
) -> Result<Edit, String> {
    let path = path(selector)?;
    fits(kind, value)?;
    let Found::Gap(mapping) = walk(text, &path)?.found else {
        return Err("there is a value already".to_owned());
    };
    let value = match kind {
        ValueType::String => string(value),
        ValueType::Number | ValueType::Boolean => value.to_owned(),
    };
    let key = string(path.last().copied().unwrap_or_default());
    let entry = format!("{key}: {value}");
    Ok(match (mapping.flow, mapping.last) {
        (true, Some(last)) => Edit::insert(last.at, format!(", {entry}")),
        (true, None) => Edit::insert(mapping.close, entry),
        (false, _) => in_block(text, &mapping, &entry),
    })
}

/// A line behind the last one of a mapping.
fn in_block(text: &str, mapping: &Mapping, entry: &str) -> Edit {
    let before = text.get(..mapping.first).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    let indentation: String = line
        .chars()
        .map(|char| if char == '\t' { '\t' } else { ' ' })
        .collect();
    let (last, block) = mapping
        .last
        .map_or((mapping.first, false), |end| (end.at, end.block));
    let rest = text.get(last..).unwrap_or_default();
    let at = match block && text.get(..last).is_some_and(|text| text.ends_with('\n')) {
        true => Some(last),
        false => memchr::memchr(b'\n', rest.as_bytes()).map(|length| last + length + 1),
    };
    match at {
        Some(at) => {
            let newline = line_break(text, at);
            Edit::insert(at, format!("{indentation}{entry}{newline}"))
        }
        None => {
            let newline = line_break(text, text.len());
            let lines = format!("{newline}{indentation}{entry}{newline}");
            Edit::insert(text.len(), lines)
        }
    }
}

fn path(selector: &str) -> Result<Vec<&str>, String> {
    let path: Vec<&str> = selector.split('.').collect();
    match path.iter().any(|key| key.is_empty()) {
        true => Err("a key of the selector is empty".to_owned()),
        false => Ok(path),
    }
}

/// What a scalar is, and whether it is one that can be used.
fn scalar(leaf: &Leaf) -> Result<Scalar, String> {
    let value = leaf.value.clone();
    let meaning = match (&leaf.tag, leaf.style) {
        (Tagged::Core(name), _) => match name.as_str() {
            "str" => Plain::String,
            "int" | "float" => Plain::Number,
            "bool" => Plain::Boolean,
            _ => return Err(format!("it is tagged `!!{name}`")),
        },
        (Tagged::Other, _) => return Err("it has a tag of its own".to_owned()),
        (Tagged::None, ScalarStyle::Plain) => meaning(&value),
        (Tagged::None, _) => Plain::String,
    };
    let kind = match meaning {
        Plain::String => ValueType::String,
        Plain::Number if is_number(&value) => ValueType::Number,
        Plain::Number => return Err(format!("'{value}' is no plain decimal number")),
        Plain::Boolean if matches!(value.as_str(), "true" | "false") => ValueType::Boolean,
        Plain::Boolean => return Err(format!("'{value}' is neither `true` nor `false`")),
        Plain::Null => return Err("it is null".to_owned()),
        Plain::Date => return Err("it is a date".to_owned()),
    };
    Ok(Scalar {
        span: leaf.span.clone(),
        kind,
        value,
    })
}

/// A string without quotes, where it stays one.
fn string(text: &str) -> String {
    match is_safe(text) {
        true => text.to_owned(),
        false => json_string(text),
    }
}

#[cfg(test)]
mod tests;
