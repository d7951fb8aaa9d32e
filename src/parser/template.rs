//! Text with placeholders to its parts.
//!
//! One pass finds the partner of each brace, a second one decides for each pair whether it is a
//! placeholder. Both are linear: a pair that lies too deep is text without a further look.

use std::sync::Arc;

use super::nesting::LIMIT;
use super::placeholder::meaning;
use crate::ast::{EnvironmentPart, Part, Placeholder, Template};
use crate::source::{Span, Text};

/// Takes a text apart; `span` is where it stands, quotes included.
pub fn template(text: &Text, span: Span) -> Template {
    nested(text, span, 0)
}

/// The same for a text that stands inside of `depth` placeholders.
pub(super) fn nested(text: &Text, span: Span, depth: u16) -> Template {
    let parts = if memchr::memchr(b'{', text.as_bytes()).is_some() {
        parts(text, depth)
    } else {
        Vec::new()
    };
    let plain = parts.iter().all(|part| matches!(part, Part::Text(_)));
    Template {
        span,
        text: text.clone(),
        parts: if plain { Arc::default() } else { parts.into() },
    }
}

fn parts(text: &Text, depth: u16) -> Vec<Part> {
    let pairs = pairs(text);
    let mut parts = Vec::new();
    let mut literal = 0;
    let mut at = 0;
    let mut next_pair = pairs.iter().peekable();
    while let Some(found) = memchr::memchr(b'{', text.get(at..).unwrap_or_default().as_bytes()) {
        let open = at + found;
        at = open + 1;
        while next_pair
            .peek()
            .is_some_and(|pair| (pair.open as usize) < open)
        {
            next_pair.next();
        }
        let Some(pair) = next_pair.peek().filter(|pair| pair.open as usize == open) else {
            continue;
        };
        let close = pair.close as usize;
        let dollar = open
            .checked_sub(1)
            .filter(|&before| before >= literal && text.as_bytes().get(before) == Some(&b'$'));
        let (start, part) = match dollar {
            Some(before) => (before, environment(text, before, close)),
            None => (open, placeholder(text, open, close, depth, pair.depth)),
        };
        let Some(part) = part else { continue };
        if start > literal {
            parts.push(Part::Text(slice(text, literal, start)));
        }
        parts.push(part);
        literal = close + 1;
        at = literal;
    }
    if literal < text.len() {
        parts.push(Part::Text(slice(text, literal, text.len())));
    }
    parts
}

/// A brace and its partner.
#[derive(Debug, Clone, Copy)]
struct Pair {
    open: u32,
    close: u32,
    /// How many open braces stand around it.
    depth: u32,
}

/// All pairs of braces, in the order of their opening brace.
fn pairs(text: &str) -> Vec<Pair> {
    let mut open: Vec<u32> = Vec::new();
    let mut pairs = Vec::new();
    for at in memchr::memchr2_iter(b'{', b'}', text.as_bytes()) {
        if text.as_bytes().get(at) == Some(&b'{') {
            open.push(at as u32);
        } else if let Some(start) = open.pop() {
            pairs.push(Pair {
                open: start,
                close: at as u32,
                depth: open.len() as u32,
            });
        }
    }
    pairs.sort_unstable_by_key(|pair| pair.open);
    pairs
}

/// `${NAME}` and `${NAME:-default}`; anything else is left for the shell.
fn environment(text: &Text, start: usize, close: usize) -> Option<Part> {
    let inside = text.get(start + 2..close)?;
    let length = inside
        .bytes()
        .take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
        .count();
    let (name, rest) = inside.split_at(length);
    let first = name.bytes().next()?;
    if first.is_ascii_digit() {
        return None;
    }
    let default = match rest {
        "" => None,
        rest => Some(text.share(rest.strip_prefix(":-")?.trim())),
    };
    Some(Part::Environment(Box::new(EnvironmentPart {
        source: slice(text, start, close + 1),
        name: text.share(name),
        default,
    })))
}

fn placeholder(text: &Text, open: usize, close: usize, depth: u16, around: u32) -> Option<Part> {
    if u32::from(depth) + around >= u32::from(LIMIT) {
        return None;
    }
    let content = text.share(text.get(open + 1..close)?.trim());
    let meaning = meaning(&content, depth + around as u16 + 1)?;
    Some(Part::Placeholder(Box::new(Placeholder {
        source: slice(text, open, close + 1),
        content,
        meaning,
    })))
}

fn slice(text: &Text, start: usize, end: usize) -> Text {
    text.share(text.get(start..end).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        let template = template(&Text::from(text), Span::default());
        template
            .parts
            .iter()
            .map(|part| match part {
                Part::Text(text) => format!("T:{text}"),
                Part::Environment(part) => format!("E:{}:{:?}", part.name, part.default),
                Part::Placeholder(part) => format!("P:{}", part.content),
            })
            .collect()
    }

    #[test]
    fn placeholders_and_environment_are_told_from_text() {
        assert_eq!(shown("a {$x}b"), ["T:a ", "P:$x", "T:b"]);
        assert_eq!(shown("{{$x}}"), ["T:{", "P:$x", "T:}"]);
        assert_eq!(shown("{\"id\": {$id}}"), ["T:{\"id\": ", "P:$id", "T:}"]);
        assert_eq!(
            shown("${HOME}/${X:- y }"),
            ["E:HOME:None", "T:/", "E:X:Some(\"y\")"]
        );
        assert_eq!(shown("{ {$x}"), ["T:{ ", "P:$x"]);
    }

    #[test]
    fn braces_of_other_languages_stay() {
        for text in [
            "{}",
            "{ }",
            "{4}",
            "{1..5}",
            "{src,tests}",
            "{a.b}",
            "{unknown('x')}",
            "{{.Names}}",
            "${x%y}",
            "${#x}",
            "${1}",
            "awk '{print $1}'",
            "{\"a\":1}",
            "}{",
            "{",
        ] {
            assert!(shown(text).is_empty(), "{text}: {:?}", shown(text));
        }
    }

    #[test]
    fn a_million_braces_are_text_in_linear_time() {
        let half = 500_000;
        for text in [
            "{".repeat(2 * half),
            "{".repeat(half) + &"}".repeat(half),
            "{if ".repeat(half / 4) + &"}".repeat(half / 4),
            "{}".repeat(half),
        ] {
            assert!(shown(&text).len() <= 2);
        }
    }
}
