//! Looking a value up in a text, and changing it there, in every format.

use super::scalar::{Edit, NOT_FOUND, Scalar, fits};
use super::{Place, json, pattern, property, short, toml, yaml};
use crate::ast::action::{MissingValue, ValueFormat, ValueType};

/// The mark of UTF-8 that some editors put before a text.
const MARK: char = '\u{feff}';

/// The value as text.
pub(super) fn lookup(place: &Place, text: &str) -> Result<String, String> {
    match find(place, text.trim_start_matches(MARK))? {
        Some(found) => Ok(found.value),
        None => Err(NOT_FOUND.to_owned()),
    }
}

/// The text with the value changed; `None` where it is that already.
pub(super) fn updated(
    place: &Place,
    text: &str,
    value: &str,
    missing: MissingValue,
) -> Result<Option<String>, String> {
    let body = text.trim_start_matches(MARK);
    let (kind, edit) = match (find(place, body)?, missing) {
        (Some(found), _) => {
            fits(found.kind, value)?;
            if found.value == value {
                return Ok(None);
            }
            (found.kind, replace(place, body, found, value)?)
        }
        (None, MissingValue::Add(kind)) => {
            let kind = kind.unwrap_or(ValueType::String);
            fits(kind, value)?;
            (kind, add(place, body, kind, value)?)
        }
        (None, MissingValue::Fail) => return Err(NOT_FOUND.to_owned()),
    };
    let changed = edit.apply(body);
    verify(place, body, &changed, kind, value)?;
    if changed == body {
        return Ok(None);
    }
    let mark = text.get(..text.len() - body.len()).unwrap_or_default();
    Ok(Some(match mark.is_empty() {
        true => changed,
        false => [mark, &changed].concat(),
    }))
}

/// `None` where the value is missing, but what it would stand in is there.
fn find(place: &Place, text: &str) -> Result<Option<Scalar>, String> {
    let selector = place.selector.as_str();
    match place.format {
        ValueFormat::Property => property::find(text, selector),
        ValueFormat::Json => json::find(text, selector),
        ValueFormat::Yaml => yaml::find(text, selector),
        ValueFormat::Toml => toml::find(text, selector),
        ValueFormat::Match => pattern::find(text, selector).map(Some),
        ValueFormat::Drun => pattern::find_version(text).map(Some),
    }
}

fn replace(place: &Place, text: &str, found: Scalar, value: &str) -> Result<Edit, String> {
    let with = match place.format {
        ValueFormat::Property | ValueFormat::Match | ValueFormat::Drun => value.to_owned(),
        ValueFormat::Json => json::written(found.kind, value),
        ValueFormat::Toml => toml::written(found.kind, value),
        ValueFormat::Yaml => return yaml::replace(text, place.selector.as_str(), value),
    };
    Ok(Edit {
        span: found.span,
        with,
    })
}

fn add(place: &Place, text: &str, kind: ValueType, value: &str) -> Result<Edit, String> {
    let selector = place.selector.as_str();
    match place.format {
        ValueFormat::Property => Ok(property::add(text, selector, value)),
        ValueFormat::Json => json::add(text, selector, kind, value),
        ValueFormat::Yaml => yaml::add(text, selector, kind, value),
        ValueFormat::Toml => toml::add(text, selector, kind, value),
        // The grammar has no `or add` for them.
        ValueFormat::Match | ValueFormat::Drun => Err(NOT_FOUND.to_owned()),
    }
}

/// Reads the value again: it must be what was asked for, and of the same type.
fn verify(
    place: &Place,
    before: &str,
    after: &str,
    kind: ValueType,
    value: &str,
) -> Result<(), String> {
    let wrong = || format!("{} cannot be written there", short(value));
    if place.format == ValueFormat::Match {
        // The new text need not match.
        return Ok(());
    }
    let found = find(place, after).ok().flatten().ok_or_else(wrong)?;
    // TOML shows a number in its own way.
    let same = found.value == value
        || place.format == ValueFormat::Toml && found.kind == ValueType::Number;
    let others = place.format != ValueFormat::Yaml
        || yaml::others(before, place.selector.as_str())
            == yaml::others(after, place.selector.as_str());
    match same && found.kind == kind && others {
        true => Ok(()),
        false => Err(wrong()),
    }
}

#[cfg(test)]
mod tests;
