//! Values of parameters: type, allowed values, range and pattern, in this order.
//!
//! Allowed values and patterns look at the text as given, ranges at the number.

mod macros;

use rustc_hash::FxHashSet;
use thiserror::Error;

use super::{Value, pattern, split_commas};
use crate::ast::{ItemType, Matching, Parameter, ParameterType};
use crate::source::Text;

/// Why a value is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[allow(missing_docs)]
pub enum ParameterError {
    #[error("parameter '{name}': '{text}' is not a {wanted}")]
    Type {
        name: Text,
        text: Text,
        wanted: &'static str,
    },
    #[error("parameter '{name}': unknown type '{ty}'; use string, number, boolean or list")]
    UnknownType { name: Text, ty: Text },
    #[error("parameter '{name}': '{text}' is not one of: {allowed}")]
    NotAllowed {
        name: Text,
        text: Text,
        allowed: String,
    },
    #[error("parameter '{name}': {text} is {side} {bound}")]
    Range {
        name: Text,
        text: Text,
        side: &'static str,
        bound: Text,
    },
    #[error("parameter '{name}': '{text}' does not match {pattern}")]
    Pattern {
        name: Text,
        text: Text,
        pattern: String,
    },
    #[error("parameter '{name}': {reason}")]
    BadPattern { name: Text, reason: String },
}

/// Checks the text given for a parameter, and gives its value.
///
/// # Errors
/// The first rule that the text breaks.
pub fn check(parameter: &Parameter, given: &Text) -> Result<Value, ParameterError> {
    let value = typed(parameter, given)?;
    match &value {
        Value::List(list) => allowed_items(parameter, &list.items)?,
        Value::Text(_) => allowed(parameter, given)?,
    }
    range(parameter, given)?;
    matching(parameter, given)?;
    Ok(value)
}

/// Checks the items of a default that is an array literal, and gives its value.
///
/// # Errors
/// The first rule that an item breaks.
pub fn check_items(parameter: &Parameter, items: Vec<Text>) -> Result<Value, ParameterError> {
    let items = match &parameter.ty {
        Some(ParameterType::List(item)) => typed_items(parameter, items, item)?,
        _ => items,
    };
    allowed_items(parameter, &items)?;
    Ok(match parameter.ty {
        Some(ParameterType::List(_)) => comma_list(items),
        _ => Value::array(items),
    })
}

fn comma_list(items: Vec<Text>) -> Value {
    let inside: Vec<&str> = items.iter().map(Text::as_str).collect();
    Value::list(inside.join(",").into(), items)
}

fn typed(parameter: &Parameter, given: &Text) -> Result<Value, ParameterError> {
    Ok(match &parameter.ty {
        None | Some(ParameterType::String) => Value::Text(given.clone()),
        Some(ParameterType::Number) => Value::Text(number(parameter, given)?),
        Some(ParameterType::Boolean) => Value::Text(boolean(parameter, given)?),
        Some(ParameterType::List(item)) => {
            comma_list(typed_items(parameter, split_commas(given), item)?)
        }
        Some(ParameterType::Unknown(ty)) => {
            return Err(ParameterError::UnknownType {
                name: parameter.name.clone(),
                ty: ty.clone(),
            });
        }
    })
}

fn typed_items(
    parameter: &Parameter,
    items: Vec<Text>,
    ty: &ItemType,
) -> Result<Vec<Text>, ParameterError> {
    match ty {
        ItemType::Any => Ok(items),
        ItemType::Number => items.iter().map(|item| number(parameter, item)).collect(),
        ItemType::Boolean => items.iter().map(|item| boolean(parameter, item)).collect(),
        ItemType::Unknown(ty) => Err(ParameterError::UnknownType {
            name: parameter.name.clone(),
            ty: format!("list of {ty}").into(),
        }),
    }
}

fn number(parameter: &Parameter, given: &Text) -> Result<Text, ParameterError> {
    decimal(given.trim())
        .map(Text::from)
        .ok_or_else(|| ParameterError::Type {
            name: parameter.name.clone(),
            text: given.clone(),
            wanted: "number",
        })
}

/// The exponent beyond which a number is refused: written out it would be as many digits.
const EXPONENT: i64 = 1000;

/// The shortest decimal form of a number, without an exponent; exact, by moving the point.
fn decimal(text: &str) -> Option<String> {
    let (sign, rest) = match text.as_bytes().first()? {
        b'-' => ("-", &text[1..]),
        b'+' => ("", &text[1..]),
        _ => ("", text),
    };
    let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
        None => (rest, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let valid = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if !valid || exponent.abs() > EXPONENT {
        return None;
    }
    let point = whole.len() as i64 + exponent;
    let (before, after) = if point <= 0 {
        (
            String::new(),
            "0".repeat(point.unsigned_abs() as usize) + &digits,
        )
    } else if point as usize >= digits.len() {
        let zeros = point as usize - digits.len();
        (digits + &"0".repeat(zeros), String::new())
    } else {
        let (before, after) = digits.split_at(point as usize);
        (before.to_owned(), after.to_owned())
    };
    let before = before.trim_start_matches('0');
    let after = after.trim_end_matches('0');
    let before = if before.is_empty() { "0" } else { before };
    Some(match (after, before) {
        ("", "0") => "0".to_owned(),
        ("", before) => format!("{sign}{before}"),
        (after, before) => format!("{sign}{before}.{after}"),
    })
}

fn boolean(parameter: &Parameter, given: &Text) -> Result<Text, ParameterError> {
    match given.trim().to_lowercase().as_str() {
        "true" | "yes" | "y" | "1" | "on" | "enabled" => Ok("true".into()),
        "false" | "no" | "n" | "0" | "off" | "disabled" | "" => Ok("false".into()),
        _ => Err(ParameterError::Type {
            name: parameter.name.clone(),
            text: given.clone(),
            wanted: "boolean",
        }),
    }
}

fn allowed_items(parameter: &Parameter, items: &[Text]) -> Result<(), ParameterError> {
    // Both lists may be long.
    let all: FxHashSet<&Text> = match items.len() {
        0..=16 => FxHashSet::default(),
        _ => parameter.allowed.iter().collect(),
    };
    let mut others = items.iter().filter(|item| !all.contains(item));
    others.try_for_each(|item| allowed(parameter, item))
}

fn allowed(parameter: &Parameter, text: &Text) -> Result<(), ParameterError> {
    if parameter.allowed.is_empty() || parameter.allowed.contains(text) {
        return Ok(());
    }
    let all: Vec<&str> = parameter.allowed.iter().map(Text::as_str).collect();
    Err(ParameterError::NotAllowed {
        name: parameter.name.clone(),
        text: text.clone(),
        allowed: all.join(", "),
    })
}

fn range(parameter: &Parameter, given: &Text) -> Result<(), ParameterError> {
    let Some((low, high)) = parameter.range.as_ref() else {
        return Ok(());
    };
    let number: f64 = number(parameter, given)?.parse().unwrap_or(f64::NAN);
    let bound = |text: &Text| text.parse::<f64>().unwrap_or(f64::NAN);
    let broken = if number < bound(low) {
        Some(("below the minimum", low))
    } else if number > bound(high) {
        Some(("above the maximum", high))
    } else {
        None
    };
    match broken {
        None => Ok(()),
        Some((side, bound)) => Err(ParameterError::Range {
            name: parameter.name.clone(),
            text: given.clone(),
            side,
            bound: bound.clone(),
        }),
    }
}

fn matching(parameter: &Parameter, given: &Text) -> Result<(), ParameterError> {
    let name = || parameter.name.clone();
    let (fits, wanted) = match parameter.matching.as_ref() {
        None => return Ok(()),
        Some(Matching::Pattern(pattern)) => {
            let fits = pattern::with_regex(pattern, |regex| regex.is_match(given));
            let fits = fits.map_err(|reason| ParameterError::BadPattern {
                name: name(),
                reason,
            })?;
            (fits, format!("pattern '{pattern}'"))
        }
        Some(Matching::Email) => (macros::is_email(given), "email".to_owned()),
        Some(Matching::Macro(name)) => (macros::fits(*name, given), name.as_str().to_owned()),
    };
    if fits {
        return Ok(());
    }
    Err(ParameterError::Pattern {
        name: name(),
        text: given.clone(),
        pattern: wanted,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parser::{Progress, parse};
    use crate::source::SourceFile;

    #[test]
    fn numbers_take_their_shortest_decimal_form() {
        for (text, shown) in [
            ("7.10", "7.1"),
            ("1e3", "1000"),
            ("+4", "4"),
            ("007", "7"),
            ("2.0", "2"),
            ("0.000", "0"),
            ("-0", "0"),
            ("1.23456725e6", "1234567.25"),
            ("5e-3", "0.005"),
            ("-2.50", "-2.5"),
            (".5", "0.5"),
        ] {
            assert_eq!(decimal(text).as_deref(), Some(shown), "{text}");
        }
        for text in [
            "", "inf", "nan", "0x1p3", "1_000", "1e99999", "--1", "e5", ".",
        ] {
            assert_eq!(decimal(text), None, "{text}");
        }
    }

    #[test]
    fn patterns_are_those_of_the_language() {
        let checked = |pattern: &str, given: &str| {
            let text = format!(
                "version: 2.0\ntask \"a\":\n  requires $x matching pattern \"{pattern}\"\n"
            );
            let source = SourceFile::new("a.drun", text).unwrap();
            let file = parse(&source, &Progress::default()).unwrap();
            check(
                &file.tasks[0].definition().parameters[0],
                &Text::from(given),
            )
        };
        assert!(checked("^\\w+$", "abc").is_ok());
        // Letters, digits and blanks are those of ASCII, and a brace may be itself.
        assert!(checked("^\\w+$", "é").is_err());
        assert!(checked("^\\d$", "\u{663}").is_err());
        assert!(checked("^a{b$", "a{b").is_ok());
        let error = checked("(", "a").unwrap_err().to_string();
        let expected = "parameter 'x': bad regular expression '(': unclosed group";
        assert_eq!(error, expected);
    }
}
