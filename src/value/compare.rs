//! Comparing values: the operators of conditions and filters.

use std::cell::RefCell;
use std::cmp::Ordering;

use regex::Regex;

use super::arithmetic::number;
use super::{Value, split_commas};
use crate::ast::Comparator;
use crate::source::Text;

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
        (Some(a), Some(b)) => a.as_f64() == b.as_f64(),
        _ => a == b,
    }
}

/// As numbers, else as versions, else by character code.
fn order(a: &str, b: &str) -> Ordering {
    if let (Some(a), Some(b)) = (number(a), number(b)) {
        return a.as_f64().total_cmp(&b.as_f64());
    }
    match (version_parts(a), version_parts(b)) {
        (Some(a), Some(b)) => versions(&a, &b),
        _ => a.cmp(b),
    }
}

fn version_parts(text: &str) -> Option<Vec<u64>> {
    let text = text.trim();
    let text = text.strip_prefix('v').unwrap_or(text);
    text.split('.').map(|part| part.parse().ok()).collect()
}

fn versions(a: &[u64], b: &[u64]) -> Ordering {
    let part = |parts: &[u64], index: usize| parts.get(index).copied().unwrap_or(0);
    (0..a.len().max(b.len()))
        .map(|index| part(a, index).cmp(&part(b, index)))
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
        || (matches!(list, Value::Text(text) if text.contains(','))
            && split_commas(list.text()).iter().any(|other| other == item))
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

thread_local! {
    /// The expression that was used last: a condition in a loop uses one over and over.
    static LAST: RefCell<Option<(Text, Regex)>> = const { RefCell::new(None) };
}

fn with_regex<R>(pattern: &str, work: impl FnOnce(&Regex) -> R) -> Result<R, String> {
    LAST.with_borrow_mut(|last| {
        if let Some((known, regex)) = last
            && known == pattern
        {
            return Ok(work(regex));
        }
        let regex = Regex::new(pattern).map_err(|error| {
            let reason = error.to_string();
            let reason = reason.lines().last().unwrap_or_default().to_owned();
            format!("bad regular expression '{pattern}': {}", reason.trim())
        })?;
        let (_, regex) = last.insert((Text::from(pattern), regex));
        Ok(work(regex))
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
    }

    #[test]
    fn a_bad_expression_is_an_error_that_shows_it() {
        let error = matches("a", "(").unwrap_err();
        assert!(error.contains("'('"), "{error}");
        assert_eq!(matches("abc", "b"), Ok(true));
    }
}
