//! Members of the objects of a JSON document.

mod scan;

use std::borrow::Cow;

use super::scalar::{Edit, Scalar, json_string, line_break};
use crate::ast::action::ValueType;
use scan::{Kind, Object, Scan, scan};

/// The value that a pointer leads to.
pub(super) fn find(text: &str, selector: &str) -> Result<Option<Scalar>, String> {
    let path = path(selector)?;
    let Scan { target, parent } = scan(text, &path)?;
    let Some((kind, span)) = target else {
        return match parent {
            Some(_) => Ok(None),
            None => Err("not found: what it would stand in is not there".to_owned()),
        };
    };
    let written = text.get(span.clone()).unwrap_or_default();
    let (kind, value) = match kind {
        Kind::String => (ValueType::String, scan::decoded(written).into_owned()),
        Kind::Number => (ValueType::Number, written.to_owned()),
        Kind::Boolean => (ValueType::Boolean, written.to_owned()),
        Kind::Null => return Err("it is null".to_owned()),
        Kind::Array => return Err("it is an array".to_owned()),
        Kind::Object => return Err("it is an object".to_owned()),
    };
    Ok(Some(Scalar { span, kind, value }))
}

/// A value as the document has it.
pub(super) fn written(kind: ValueType, value: &str) -> String {
    match kind {
        ValueType::String => json_string(value),
        ValueType::Number | ValueType::Boolean => value.to_owned(),
    }
}

/// A member behind the last one of its object.
pub(super) fn add(
    text: &str,
    selector: &str,
    kind: ValueType,
    value: &str,
) -> Result<Edit, String> {
    let path = path(selector)?;
    let parent = scan(text, &path)?.parent;
    let parent = parent.ok_or("what it would stand in is not there")?;
    let key = json_string(path.last().map_or("", |key| key));
    let value = written(kind, value);
    let Object {
        open, close, last, ..
    } = parent;
    let space = text.get(last.unwrap_or(open + 1)..close);
    let comma = match last {
        Some(_) => ",",
        None => "",
    };
    let member = match space.is_some_and(|space| space.contains('\n')) {
        true => {
            let (newline, indentation) = (line_break(text, close), indentation(text, &parent));
            format!("{comma}{newline}{indentation}{key}: {value}")
        }
        false => format!("{comma}{key}:{value}"),
    };
    Ok(Edit::insert(last.unwrap_or(open + 1), member))
}

/// The blanks before a new member on a line of its own.
fn indentation(text: &str, parent: &Object) -> String {
    let before = |at: usize| {
        let before = text.get(..at).unwrap_or_default();
        before.rsplit('\n').next().unwrap_or_default().to_owned()
    };
    match parent.first {
        Some(first) => match before(first) {
            line if line.trim().is_empty() => line,
            _ => "  ".to_owned(),
        },
        None => before(parent.close) + "  ",
    }
}

/// The keys of a pointer.
fn path(selector: &str) -> Result<Vec<Cow<'_, str>>, String> {
    let Some(keys) = selector.strip_prefix('/') else {
        return Err("a JSON pointer begins with `/`".to_owned());
    };
    keys.split('/').map(key).collect()
}

/// A key without its escapes: `~0` is `~`, `~1` is `/`.
fn key(written: &str) -> Result<Cow<'_, str>, String> {
    let mut parts = written.split('~');
    let Some(first) = parts.next().filter(|first| first.len() < written.len()) else {
        return Ok(Cow::Borrowed(written));
    };
    let mut key = first.to_owned();
    for part in parts {
        let (char, rest) = match (part.strip_prefix('0'), part.strip_prefix('1')) {
            (Some(rest), _) => ('~', rest),
            (_, Some(rest)) => ('/', rest),
            (None, None) => {
                return Err("`~` in a JSON pointer is written `~0`, `/` is `~1`".to_owned());
            }
        };
        key.push(char);
        key.push_str(rest);
    }
    Ok(Cow::Owned(key))
}

#[cfg(test)]
mod tests;
