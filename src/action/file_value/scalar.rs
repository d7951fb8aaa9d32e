//! What a format finds: a scalar and where it stands.

use std::ops::Range;

use crate::ast::action::ValueType;

/// A value that is no collection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Scalar {
    /// Its bytes in the text.
    pub(super) span: Range<usize>,
    /// Its type, which an update keeps.
    pub(super) kind: ValueType,
    /// What is read of it.
    pub(super) value: String,
}

/// A change of a text: what stands in the place of some bytes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Edit {
    pub(super) span: Range<usize>,
    pub(super) with: String,
}

impl Edit {
    /// Something that is put between two bytes.
    pub(super) fn insert(at: usize, with: String) -> Self {
        Self { span: at..at, with }
    }

    /// The text with the change.
    pub(super) fn apply(&self, text: &str) -> String {
        let before = text.get(..self.span.start).unwrap_or_default();
        let after = text.get(self.span.end..).unwrap_or_default();
        [before, &self.with, after].concat()
    }
}

/// The reason where nothing is found.
pub(super) const NOT_FOUND: &str = "not found";

/// Whether a text is a number as JSON has it; all formats are kept to that.
pub(super) fn is_number(text: &str) -> bool {
    fn digits(text: &str) -> Option<&str> {
        let rest = text.trim_start_matches(|char: char| char.is_ascii_digit());
        (rest.len() < text.len()).then_some(rest)
    }
    let parse = || {
        let text = text.strip_prefix('-').unwrap_or(text);
        let mut rest = match text.strip_prefix('0') {
            Some(rest) => rest,
            None => digits(text)?,
        };
        if let Some(fraction) = rest.strip_prefix('.') {
            rest = digits(fraction)?;
        }
        if let Some(exponent) = rest.strip_prefix(['e', 'E']) {
            rest = digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))?;
        }
        rest.is_empty().then_some(())
    };
    parse().is_some()
}

/// Refuses a text that is none of a type.
pub(super) fn fits(kind: ValueType, value: &str) -> Result<(), String> {
    let fits = match kind {
        ValueType::String => true,
        ValueType::Number => is_number(value),
        ValueType::Boolean => matches!(value, "true" | "false"),
    };
    match fits {
        true => Ok(()),
        false => Err(format!("{} is no {}", super::short(value), kind.name())),
    }
}

/// A text as JSON writes it, which YAML reads as well.
pub(super) fn json_string(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// The line break that stands at the end of the line before `at`.
pub(super) fn line_break(text: &str, at: usize) -> &'static str {
    let before = text.get(..at).unwrap_or_default();
    let line = before.rfind('\n').and_then(|end| before.get(..end));
    match line.is_some_and(|line| line.ends_with('\r')) {
        true => "\r\n",
        false => "\n",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_json() {
        for text in ["0", "-0", "12", "0.50", "1e3", "1E+10", "-1.5e-2"] {
            assert!(is_number(text), "{text}");
        }
        for text in [
            "", "-", "010", "0x1F", ".5", "+3", "1_000", "1.", "1e", "1 ", "١",
        ] {
            assert!(!is_number(text), "{text}");
        }
    }
}
