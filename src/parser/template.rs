//! Text with placeholders to its parts.
//!
//! One pass finds the partner of each brace, a second one decides for each pair whether it is a
//! placeholder. Both are linear: a pair that lies too deep is text without a further look.

use std::sync::Arc;

use super::cursor::Cursor;
use super::nesting::{Inside, Work};
use super::placeholder::meaning;
use super::task::IN_A_FILE;
use crate::ast::{EnvironmentPart, Part, Placeholder, Template};
use crate::source::{Span, Text};

/// Takes a text apart; `span` is where it stands, quotes included.
pub fn template(text: &Text, span: Span) -> Template {
    nested(text, span, Inside::new(0, &Work::new(text.len())))
}

/// The same for a text at the cursor, which may be in a placeholder.
pub(super) fn template_at(cursor: &mut Cursor<'_>, text: &Text, span: Span) -> Template {
    let template = cursor.take_apart(text.len(), |inside| nested(text, span, inside));
    kept(cursor, template)
}

/// The same in a file.
pub(super) fn template_in(cursor: &mut Cursor<'_>, text: &Text, span: Span) -> Template {
    let template = template(text, span);
    kept(cursor, template)
}

/// How long a text is, in bytes, that stays text where the tree weighs much already.
const LONG: usize = 1024;

/// The template, its parts left as text where they would cost too much.
fn kept(cursor: &mut Cursor<'_>, mut template: Template) -> Template {
    let (_, weight) = cursor.weight();
    let in_file = cursor.inside().is_none();
    if in_file && !template.is_plain() && template.text.len() > LONG && weight > IN_A_FILE / 2 {
        template.parts = Arc::new([Part::Excerpt(template.text.clone())]);
    } else {
        cursor.weigh(&template);
    }
    template
}

/// The same for a text that stands inside of placeholders.
pub(super) fn nested(text: &Text, span: Span, inside: Inside<'_>) -> Template {
    let parts = if memchr::memchr(b'{', text.as_bytes()).is_some() {
        parts(text, inside)
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

/// How many parts in a row stay in the tree; of a longer text most are left as text. No text that a
/// person wrote has more.
const IN_A_ROW: usize = 1024;

fn parts(text: &Text, inside: Inside<'_>) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut literal = 0;
    let mut row = Row::new(0, 0, inside);
    // The ends of the pairs that stand around the next one.
    let mut around: Vec<u32> = Vec::new();
    for (open, close) in pairs(text) {
        while around.pop_if(|end| *end < open).is_some() {}
        let levels = around.len();
        around.push(close);
        row.levels = levels.max(row.levels);
        let (open, close) = (open as usize, close as usize);
        if open < literal {
            // It stands in a placeholder that was taken.
            continue;
        }
        let dollar = open
            .checked_sub(1)
            .filter(|&before| before >= literal && text.as_bytes().get(before) == Some(&b'$'));
        let (start, part) = match dollar {
            Some(before) => (before, environment(text, before, close)),
            None => (open, placeholder(text, open, close, levels, inside)),
        };
        let Some(part) = part else { continue };
        if start > literal {
            parts.push(Part::Text(slice(text, literal, start)));
        }
        parts.push(part);
        literal = close + 1;
        if parts.len() - row.first >= IN_A_ROW && literal < text.len() {
            if row.levels <= MOST_AROUND && row.is_cheap(literal, inside) {
                parts.truncate(row.first);
                parts.push(Part::Excerpt(slice(text, row.start, literal)));
            }
            row = Row::new(parts.len(), literal, inside);
        }
    }
    if literal < text.len() {
        parts.push(Part::Text(slice(text, literal, text.len())));
    }
    parts
}

/// Braces around a placeholder do not stand in its excerpt, so where they bring it near the limit
/// of nesting it stays in the tree.
const MOST_AROUND: usize = 16;

/// Parts in a row that may yet become an excerpt.
struct Row {
    first: usize,
    start: usize,
    /// The most levels around anything in it, whether it is a placeholder or not.
    levels: usize,
    left: usize,
}

impl Row {
    fn new(first: usize, start: usize, inside: Inside<'_>) -> Self {
        Self {
            first,
            start,
            levels: 0,
            left: inside.work().left(),
        }
    }

    /// Whether the row, which ends at `end`, would read the same by itself.
    fn is_cheap(&self, end: usize, inside: Inside<'_>) -> bool {
        let done = self.left - inside.work().left();
        inside.levels() == 0 && done <= Work::new(end - self.start).left()
    }
}

/// All pairs of braces, in the order of their opening brace.
fn pairs(text: &str) -> Vec<(u32, u32)> {
    let braces = || {
        let found = memchr::memchr2_iter(b'{', b'}', text.as_bytes());
        found.map(|at| (at as u32, text.as_bytes().get(at) == Some(&b'{')))
    };
    // How much room it takes is counted beforehand: a text may hold nothing but braces.
    let (mut depth, mut deepest, mut count) = (0_usize, 0, 0);
    for (_, opens) in braces() {
        if opens {
            depth += 1;
            deepest = depth.max(deepest);
        } else if depth > 0 {
            depth -= 1;
            count += 1;
        }
    }
    let mut open: Vec<u32> = Vec::with_capacity(deepest);
    let mut pairs = Vec::with_capacity(count);
    for (at, opens) in braces() {
        if opens {
            open.push(at);
        } else if let Some(start) = open.pop() {
            pairs.push((start, at));
        }
    }
    pairs.sort_unstable();
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

/// Braces, around which there are so many pairs of others.
fn placeholder(
    text: &Text,
    open: usize,
    close: usize,
    around: usize,
    inside: Inside<'_>,
) -> Option<Part> {
    if inside.levels() == 0 {
        inside.begin_tree();
    }
    let inside = inside.deeper(around + 1)?;
    let content = text.share(text.get(open + 1..close)?.trim());
    let meaning = meaning(&content, inside)?;
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
                Part::Excerpt(text) => format!("X:{text}"),
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
    fn braces_without_partner_hide_nothing_behind_them() {
        let text = "{ ".repeat(1000) + "{$x}";
        assert_eq!(shown(&text)[1..], ["P:$x"]);
    }

    #[test]
    fn a_long_text_keeps_most_of_its_parts_as_text() {
        let row = "a {$b} ${C} {'{ {d | trim}";
        let long = shown(&row.repeat(3_000));
        assert!(long.len() < 1_100, "{}", long.len());
        let mut again = Vec::new();
        for part in &long {
            match part.strip_prefix("X:") {
                Some(text) => again.extend(shown(text)),
                None => again.push(part.clone()),
            }
        }
        assert!(!again.iter().any(|part| part.starts_with("X:")));
        let joined = |shown: Vec<String>| shown.concat().replace("T:", "");
        assert_eq!(joined(again), joined(shown(row)).repeat(3_000));
    }

    #[test]
    fn what_lies_too_deep_in_a_long_text_is_text_too() {
        let deep = "{ ".repeat(10) + "{$a}" + &" }".repeat(10);
        let text = |row: &str| "{ ".repeat(250) + row + &deep + &" }".repeat(250) + row;
        let long = shown(&text(&"{$a}".repeat(1024)));
        let is_placeholder = |part: &&String| part.as_str() == "P:$a";
        let of_excerpt = |part: &String| part.strip_prefix("X:").map_or(0, |text| text.len() / 4);
        let found = long.iter().filter(is_placeholder).count();
        assert_eq!(found + long.iter().map(of_excerpt).sum::<usize>(), 2048);
    }

    #[test]
    fn a_pair_that_lies_too_deep_is_text() {
        let around = |depth: usize| "{ ".repeat(depth) + "{$x}" + &" }".repeat(depth);
        assert_eq!(shown(&around(255)).len(), 3);
        assert!(shown(&around(256)).is_empty());
    }
}
