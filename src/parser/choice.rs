//! Placeholders that choose: `if c then a else b`, and `c ? a : b`.

use super::condition::condition_of_placeholder;
use super::nesting::Inside;
use super::placeholder::{quoted, variable_length};
use super::template::nested;
use crate::ast::{Branch, Choice, Meaning, Template};
use crate::source::{Span, Text};

/// Whether a content has the words of `if … then … else …`.
pub(super) fn is_conditional(content: &str) -> bool {
    content.starts_with("if ") && content.contains(" then ") && content.contains(" else ")
}

/// `condition ? then : otherwise`; `question` is where the question mark stands.
pub(super) fn ternary(content: &Text, question: usize, inside: Inside<'_>) -> Option<Meaning> {
    let colon = outside(content, b':', question + 1)?;
    let condition = content.share(content.get(..question)?.trim());
    let then = content.share(content.get(question + 1..colon)?.trim());
    let otherwise = content.share(content.get(colon + 1..)?.trim());
    Some(Meaning::Choice(Box::new(Choice {
        condition: condition_of_placeholder(&condition, inside)?,
        then: branch(&then, inside)?,
        otherwise: branch(&otherwise, inside)?,
    })))
}

/// `if condition then a else b`, chained any number of times.
pub(super) fn if_then_else(content: &Text, inside: Inside<'_>) -> Option<Meaning> {
    let mut chain = Vec::new();
    let mut rest = content.clone();
    while rest.starts_with("if ") {
        let then = word_outside(&rest, " then ", 0)?;
        let otherwise = word_outside(&rest, " else ", then)?;
        let condition = rest.share(rest.get(3..then)?.trim());
        let branch_text = rest.share(rest.get(then + 6..otherwise)?.trim());
        // A chain becomes a tree as deep as it is long.
        let inside = inside.deeper(chain.len())?;
        chain.push((
            condition_of_placeholder(&condition, inside)?,
            branch(&branch_text, inside)?,
        ));
        rest = rest.share(rest.get(otherwise + 6..)?.trim());
    }
    let mut last = branch(&rest, inside.deeper(chain.len())?)?;
    for (condition, then) in chain.into_iter().rev() {
        last = Branch::Choice(Box::new(Choice {
            condition,
            then,
            otherwise: last,
        }));
    }
    match last {
        Branch::Choice(choice) => Some(Meaning::Choice(choice)),
        _ => None,
    }
}

fn branch(text: &Text, inside: Inside<'_>) -> Option<Branch> {
    if let Some((inner, rest)) = quoted(text)
        && rest.trim().is_empty()
    {
        let inner = text.share(inner);
        return Some(Branch::Text(nested(&inner, Span::default(), inside)));
    }
    if text.starts_with('$') && variable_length(text) == text.len() {
        return Some(Branch::Name(text.clone()));
    }
    inside.read(text.len())?;
    if let Some(question) = outside(text, b'?', 0)
        && let Some(deeper) = inside.deeper(1)
        && let Some(Meaning::Choice(choice)) = ternary(text, question, deeper)
    {
        return Some(Branch::Choice(choice));
    }
    if is_conditional(text) {
        return match if_then_else(text, inside.deeper(1)?)? {
            Meaning::Choice(choice) => Some(Branch::Choice(choice)),
            _ => None,
        };
    }
    Some(Branch::Text(Template::plain(Span::default(), text.clone())))
}

/// The first `wanted` from `from` on that is outside of quotes, braces and parentheses.
pub(super) fn outside(text: &str, wanted: u8, from: usize) -> Option<usize> {
    scan(text, from, |rest| rest.first() == Some(&wanted))
}

/// The first `wanted` word that is outside of quotes, braces and parentheses.
fn word_outside(text: &str, wanted: &str, from: usize) -> Option<usize> {
    scan(text, from, |rest| rest.starts_with(wanted.as_bytes()))
}

fn scan(text: &str, from: usize, found: impl Fn(&[u8]) -> bool) -> Option<usize> {
    let bytes = text.as_bytes();
    // From where on a single and a double quote have no partner: they are text then (`it's`).
    let mut alone = [usize::MAX; 2];
    let mut depth = 0_usize;
    let mut at = from;
    while let Some(&byte) = bytes.get(at) {
        let rest = bytes.get(at..).unwrap_or_default();
        if depth == 0 && found(rest) {
            return Some(at);
        }
        match byte {
            b'\'' | b'"' => {
                let alone = &mut alone[usize::from(byte == b'"')];
                let partner = (at < *alone)
                    .then(|| memchr::memchr(byte, rest.get(1..)?))
                    .flatten();
                match partner {
                    Some(length) => at += length + 1,
                    None => *alone = at.min(*alone),
                }
            }
            b'{' | b'(' => depth += 1,
            b'}' | b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_quoted_or_in_brackets_separates_nothing() {
        assert_eq!(outside("'a?b' (c?) {d?} ?", b'?', 0), Some(16));
        assert_eq!(outside("it's ? x", b'?', 0), Some(5));
        assert_eq!(outside("'a' it's 'b?'", b'?', 0), Some(11));
        assert_eq!(outside("", b'?', 3), None);
    }

    #[test]
    fn a_million_quotes_are_scanned_in_linear_time() {
        let text = "'".repeat(1_000_001) + &"\"a".repeat(1_000_001);
        assert_eq!(outside(&text, b'?', 0), None);
    }
}
