//! What stands between the braces of a placeholder.

use super::builtin::{self, operation_at};
use super::choice;
use super::choice::{is_conditional, outside};
use super::cursor::{Cursor, Failed};
use super::expression::expression;
use super::nesting::{Inside, Nest};
use super::template::nested;
use crate::ast::{
    BuiltinArgument, BuiltinCall, Meaning, Operation, Pipeline, PipelineSource, Placeholder,
};
use crate::source::{Span, Text};
use crate::syntax::Kind;

/// The meaning of a trimmed content; `None` when the braces are text. `inside` counts this
/// placeholder too.
pub(super) fn meaning(content: &Text, inside: Inside<'_>) -> Option<Meaning> {
    match content.bytes().next()? {
        b'$' if begins_name(content.get(1..)?) => {}
        b'(' if holds_variable(content) => {}
        b'a'..=b'z' | b'A'..=b'Z' | b'_' => return word_meaning(content, inside),
        _ => return None,
    }
    Some(whole(content, inside).unwrap_or(Meaning::Unknown))
}

/// Whether there is a `$name` in a text.
fn holds_variable(text: &str) -> bool {
    memchr::memchr_iter(b'$', text.as_bytes()).any(|at| text.get(at + 1..).is_some_and(begins_name))
}

/// A content that begins with a letter.
fn word_meaning(content: &Text, inside: Inside<'_>) -> Option<Meaning> {
    if content.starts_with("if ") {
        inside.read(content.len())?;
        if is_conditional(content) {
            return Some(choice::if_then_else(content, inside).unwrap_or(Meaning::Unknown));
        }
    }
    if let Some((_, length)) = builtin::find(content) {
        let rest = content.get(length..)?.trim_start();
        if goes_on(rest) || rest.starts_with(['(', '\'', '"']) {
            return Some(whole(content, inside).unwrap_or(Meaning::Unknown));
        }
        // A shorter word may still be a name: `env` alone is a function, `env x` is not.
    }
    let length = name_length(content);
    let after = content.get(length..)?.trim_start();
    if goes_on(after) || arithmetic_at(after) {
        return whole(content, inside);
    }
    // Two or more plain words that mean nothing: an error rather than text.
    let words = content
        .split_whitespace()
        .all(|word| name_length(word) == word.len());
    words.then_some(Meaning::Unknown)
}

/// Nothing more, a bar, a question mark or an operation.
fn goes_on(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with(['|', '?']) || operation_at(rest).is_some()
}

fn arithmetic_at(rest: &str) -> bool {
    rest.starts_with(['+', '*', '/', '%', '<', '>', '-'])
        || rest.starts_with("==")
        || rest.starts_with("!=")
}

/// A whole content: a ternary, a pipeline or a calculation.
fn whole(content: &Text, inside: Inside<'_>) -> Option<Meaning> {
    inside.read(content.len())?;
    match outside(content, b'?', 0) {
        Some(question) => choice::ternary(content, question, inside),
        None => pipeline(content, inside).map(Meaning::Pipeline),
    }
}

fn pipeline(content: &Text, inside: Inside<'_>) -> Option<Pipeline> {
    let (source, rest) = match source(content, inside) {
        Some((source, rest)) if begins_operations(rest) => (source, rest),
        _ => calculation(content, inside)?,
    };
    Some(Pipeline {
        source,
        operations: operations(content, rest, inside)?,
    })
}

/// Whether nothing is left but operations.
fn begins_operations(rest: &str) -> bool {
    let begins = |char: char| char == '|' || char.is_ascii_alphabetic();
    let rest = rest.trim_start();
    rest.is_empty() || rest.starts_with(begins)
}

/// The name or the function that a pipeline begins with, and what follows it.
fn source<'c>(content: &'c Text, inside: Inside<'_>) -> Option<(PipelineSource, &'c str)> {
    let named = |length: usize| {
        let (name, rest) = content.split_at_checked(length).filter(|_| length > 0)?;
        Some((PipelineSource::Name(content.share(name)), rest))
    };
    if content.starts_with('$') {
        return named(variable_length(content));
    }
    if let Some((call, rest)) = builtin_call(content, inside)
        && goes_on(rest.trim_start())
    {
        return Some((PipelineSource::Builtin(Box::new(call)), rest));
    }
    named(name_length(content))
}

/// A calculation or comparison, and what follows it.
fn calculation<'c>(content: &'c Text, inside: Inside<'_>) -> Option<(PipelineSource, &'c str)> {
    let mut cursor = Cursor::placeholder(content, inside);
    let expression = expression(&mut cursor).ok()?;
    let rest = content.get(cursor.token().span.start as usize..)?;
    begins_operations(rest).then(|| (PipelineSource::Arithmetic(Box::new(expression)), rest))
}

/// A call of a built-in function at the beginning of a raw text, and what follows it.
pub(super) fn builtin_call<'c>(
    content: &'c Text,
    inside: Inside<'_>,
) -> Option<(BuiltinCall, &'c str)> {
    let (found, length) = builtin::find(content)?;
    let mut rest = content.get(length..)?;
    let mut arguments = Vec::new();
    if let Some(listed) = rest.trim_start().strip_prefix('(') {
        rest = parenthesised(content, listed, inside, &mut arguments)?;
    } else {
        while let Some((text, after)) = quoted(rest.trim_start()) {
            arguments.push(argument_text(content, text, inside));
            rest = after;
        }
    }
    let taken = content.len() - rest.len();
    let call = BuiltinCall {
        source: content.share(content.get(..taken)?),
        name: Text::from(found.name),
        arguments: arguments.into(),
    };
    Some((call, rest))
}

fn parenthesised<'c>(
    content: &Text,
    mut rest: &'c str,
    inside: Inside<'_>,
    arguments: &mut Vec<BuiltinArgument>,
) -> Option<&'c str> {
    loop {
        rest = rest.trim_start_matches(|char: char| char.is_whitespace() || char == ',');
        if let Some(after) = rest.strip_prefix(')') {
            return Some(after);
        }
        if !inside.operator() {
            return None;
        }
        if let Some((text, after)) = quoted(rest) {
            arguments.push(argument_text(content, text, inside));
            rest = after;
            continue;
        }
        let end = rest.find([',', ')'])?;
        let (word, after) = rest.split_at(end);
        arguments.push(BuiltinArgument::Name(content.share(word.trim())));
        rest = after;
    }
}

fn argument_text(content: &Text, text: &str, inside: Inside<'_>) -> BuiltinArgument {
    BuiltinArgument::Text(nested(&content.share(text), Span::default(), inside))
}

/// A quoted text at the beginning of `rest`: its inside, and what follows it.
pub(super) fn quoted(rest: &str) -> Option<(&str, &str)> {
    let quote = rest
        .chars()
        .next()
        .filter(|char| matches!(char, '\'' | '"'))?;
    let inside = rest.get(1..)?;
    let end = inside.find(quote)?;
    Some((inside.get(..end)?, inside.get(end + 1..)?))
}

/// The operations of a pipeline; `rest` is a part of `content`.
fn operations(content: &Text, rest: &str, inside: Inside<'_>) -> Option<Box<[Operation]>> {
    let mut operations = Vec::new();
    let mut rest = rest.trim();
    while !rest.is_empty() {
        if !inside.operator() {
            return None;
        }
        rest = rest.strip_prefix('|').unwrap_or(rest).trim_start();
        let Some((found, length)) = operation_at(rest) else {
            // Kept as it is: it is named when it runs.
            let end = outside(rest, b'|', 0).unwrap_or(rest.len());
            let name = content.share(rest.get(..end)?.trim());
            operations.push(Operation {
                name,
                arguments: Box::default(),
            });
            rest = rest.get(end..)?;
            continue;
        };
        rest = rest.get(length..)?.trim_start();
        let mut arguments = Vec::new();
        for index in 0..found.arguments {
            if index > 0 {
                rest = joiner(rest);
            }
            let Some((argument, after)) = argument(rest) else {
                break;
            };
            arguments.push(nested(&content.share(argument), Span::default(), inside));
            rest = after.trim_start();
        }
        operations.push(Operation {
            name: Text::from(found.name),
            arguments: arguments.into(),
        });
    }
    Some(operations.into())
}

/// Behind the `by` or `with` between two arguments.
fn joiner(rest: &str) -> &str {
    ["by", "with"]
        .iter()
        .find_map(|word| {
            let after = rest.strip_prefix(word)?;
            after
                .starts_with(char::is_whitespace)
                .then(|| after.trim_start())
        })
        .unwrap_or(rest)
}

/// An argument of an operation: quoted, or up to a blank or a bar.
fn argument(rest: &str) -> Option<(&str, &str)> {
    if let Some(found) = quoted(rest) {
        return Some(found);
    }
    let end = rest
        .find(|char: char| char.is_whitespace() || char == '|')
        .unwrap_or(rest.len());
    (end > 0).then(|| rest.split_at(end))
}

fn begins_name(text: &str) -> bool {
    text.bytes()
        .next()
        .is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
}

/// The length of the name at the beginning of `text`: a letter or `_`, then letters, digits, `_`,
/// `-`, not ending in `-`.
fn name_length(text: &str) -> usize {
    if !begins_name(text) {
        return 0;
    }
    let length = text
        .bytes()
        .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
        .count();
    text.get(..length)
        .map_or(0, |name| name.trim_end_matches('-').len())
}

/// The length of the variable at the beginning of `text`, `$` and dots included.
pub(super) fn variable_length(text: &str) -> usize {
    let length = 1 + text
        .bytes()
        .skip(1)
        .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
        .count();
    text.get(..length)
        .map_or(0, |name| name.trim_end_matches('-').len())
}

/// Takes the raw text of a balanced `{…}` at the current token; its span, braces included.
pub(super) fn braces(cursor: &mut Cursor<'_>) -> Result<Span, Failed> {
    let start = cursor.expect(Kind::BraceOpen, "`{`")?.span;
    let mut depth = 1;
    let rest = cursor.text().get(start.end as usize..).unwrap_or_default();
    for (at, byte) in rest.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            b'\n' => break,
            _ => {}
        }
        if depth == 0 {
            let end = start.end as usize + at + 1;
            cursor.seek(end);
            return Ok(Span::new(start.start, end as u32));
        }
    }
    Err(cursor.fail(start, "this brace is never closed"))
}

/// A `{…}` that stands outside of a text: it is a placeholder whatever it holds.
pub(super) fn placeholder(cursor: &mut Cursor<'_>) -> Result<Placeholder, Failed> {
    cursor.enter(Nest::Brace)?;
    let span = braces(cursor)?;
    let source = cursor.share(span);
    let inner = source
        .get(1..source.len().saturating_sub(1))
        .unwrap_or_default();
    let content = source.share(inner.trim());
    let meaning = cursor.take_apart(content.len(), |inside| meaning(&content, inside));
    cursor.leave(Nest::Brace);
    Ok(Placeholder {
        source,
        content,
        meaning: meaning.unwrap_or(Meaning::Unknown),
    })
}
