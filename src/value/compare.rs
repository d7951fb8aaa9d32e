//! Comparing values: the operators of conditions and filters.

use std::cmp::Ordering;

use super::Value;
use super::arithmetic::number;
use super::pattern::with_regex;
use crate::ast::Comparator;

/// Whether `left operator right` holds.
///
/// # Errors
/// A regular expression that is none.
pub fn compare(operator: Comparator, left: &Value, right: &Value) -> Result<bool, String> {
    let (a, b) = (left.text().as_str(), right.text().as_str());
    Ok(match operator {
        Comparator::Is => a == b,
        Comparator::IsNot => a != b,
        Comparator::IsEmpty => left.is_empty(),
        Comparator::IsNotEmpty => !left.is_empty(),
        Comparator::Equal => equal(a, b),
        Comparator::NotEqual => !equal(a, b),
        Comparator::Less => order(a, b).is_lt(),
        Comparator::LessOrEqual => order(a, b).is_le(),
        Comparator::Greater => order(a, b).is_gt(),
        Comparator::GreaterOrEqual => order(a, b).is_ge(),
        Comparator::Contains => contains(left, b),
        Comparator::NotContains => !contains(left, b),
        Comparator::StartsWith => a.starts_with(b),
        Comparator::NotStartsWith => !a.starts_with(b),
        Comparator::EndsWith => a.ends_with(b),
        Comparator::NotEndsWith => !a.ends_with(b),
        Comparator::Matches => matches(a, b)?,
        Comparator::NotMatches => !matches(a, b)?,
        Comparator::In => is_in(a, right),
        Comparator::NotIn => !is_in(a, right),
    })
}

fn equal(a: &str, b: &str) -> bool {
    match (number(a), number(b)) {
        (Some(a), Some(b)) => a.order(b).is_eq(),
        _ => a == b,
    }
}

/// As numbers, else as versions, else by character code.
fn order(a: &str, b: &str) -> Ordering {
    if let (Some(a), Some(b)) = (number(a), number(b)) {
        return a.order(b);
    }
    match (version_parts(a), version_parts(b)) {
        (Some(a), Some(b)) => versions(&a, &b),
        _ => a.cmp(b),
    }
}

/// The parts of a version, without leading zeros: a longer one is a larger number.
fn version_parts(text: &str) -> Option<Vec<&str>> {
    let text = text.trim();
    let text = text.strip_prefix('v').unwrap_or(text);
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    text.split('.')
        .map(|part| digits(part).then(|| part.trim_start_matches('0')))
        .collect()
}

fn versions(a: &[&str], b: &[&str]) -> Ordering {
    (0..a.len().max(b.len()))
        .map(|index| {
            let a = a.get(index).copied().unwrap_or_default();
            let b = b.get(index).copied().unwrap_or_default();
            a.len().cmp(&b.len()).then(a.cmp(b))
        })
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}

fn contains(left: &Value, part: &str) -> bool {
    match left {
        Value::List(list) => list.items.iter().any(|item| item == part),
        Value::Text(text) => text.contains(part),
    }
}

fn is_in(item: &str, list: &Value) -> bool {
    list.items().iter().any(|other| other == item)
}

fn matches(text: &str, pattern: &str) -> Result<bool, String> {
    with_regex(pattern, |regex| regex.is_match(text))
}

/// The parts of `text` that `pattern` matches, as byte ranges.
///
/// # Errors
/// A regular expression that is none.
pub fn find_matches(pattern: &str, text: &str) -> Result<Vec<(u32, u32)>, String> {
    with_regex(pattern, |regex| {
        regex
            .find_iter(text)
            .map(|found| (found.start() as u32, found.end() as u32))
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(a: &str, operator: Comparator, b: &str) -> bool {
        compare(operator, &Value::Text(a.into()), &Value::Text(b.into())) == Ok(true)
    }

    #[test]
    fn numbers_versions_and_texts_are_ordered_by_their_kind() {
        use Comparator::{Equal, Greater, Is, Less};
        assert!(holds("10", Greater, "9"));
        assert!(holds("1.10.0", Greater, "v1.9"));
        assert!(holds("b", Greater, "a10"));
        assert!(holds("4", Equal, "4.0"));
        assert!(!holds("4", Is, "4.0"));
        assert!(holds("-1", Less, "0"));
        assert!(!holds("9007199254740993", Equal, "9007199254740992"));
        assert!(holds("2", Equal, "2.0"));
        assert!(holds("1.0.99999999999999999999999", Greater, "1.0.9"));
        assert!(holds("1.0", Less, "1.0.0.1"));
    }

    #[test]
    fn a_bad_expression_is_an_error_that_shows_it() {
        let error = matches("a", "(").unwrap_err();
        assert!(error.contains("'('"), "{error}");
        assert_eq!(matches("abc", "b"), Ok(true));
    }
}
