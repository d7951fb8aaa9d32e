//! What stands between the braces of a placeholder.

use super::builtin::{self, operation_at};
use super::condition::condition_of_placeholder;
use super::cursor::{Cursor, Failed};
use super::expression::whole_expression;
use super::nesting::{Nest, Nesting};
use super::template::nested;
use crate::ast::{
    Branch, BuiltinArgument, BuiltinCall, Choice, Meaning, Operation, Pipeline, PipelineSource,
    Placeholder, Template,
};
use crate::source::{Span, Text};
use crate::syntax::Kind;

/// The meaning of a trimmed content; `None` when the braces are text. `depth` counts the
/// placeholders around and this one.
pub(super) fn meaning(content: &Text, depth: u16) -> Option<Meaning> {
    let first = content.bytes().next()?;
    let known = match first {
        b'$' if begins_name(content.get(1..)?) => true,
        b'(' => content
            .as_bytes()
            .windows(2)
            .any(|pair| pair[0] == b'$' && (pair[1].is_ascii_alphabetic() || pair[1] == b'_')),
        b'a'..=b'z' | b'A'..=b'Z' | b'_' => return word_meaning(content, depth),
        _ => false,
    };
    known.then(|| whole(content, depth).unwrap_or(Meaning::Unknown))
}

/// A content that begins with a letter.
fn word_meaning(content: &Text, depth: u16) -> Option<Meaning> {
    if is_conditional(content) {
        return Some(if_then_else(content, depth).unwrap_or(Meaning::Unknown));
    }
    if let Some((found, length)) = builtin::find(content) {
        let rest = content.get(length..)?.trim_start();
        if goes_on(rest) || rest.starts_with(['(', '\'', '"']) {
            return Some(whole(content, depth).unwrap_or(Meaning::Unknown));
        }
        // A shorter word may still be a name: `env` alone is a function, `env x` is not.
        let _ = found;
    }
    let length = name_length(content);
    let rest = content.get(length..)?;
    let after = rest.trim_start();
    if goes_on(after) || arithmetic_at(after) {
        return whole(content, depth);
    }
    // Two or more plain words that mean nothing: an error rather than text.
    let words = content
        .split_whitespace()
        .all(|word| name_length(word) == word.len());
    words.then_some(Meaning::Unknown)
}

fn is_conditional(content: &str) -> bool {
    content.starts_with("if ") && content.contains(" then ") && content.contains(" else ")
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
fn whole(content: &Text, depth: u16) -> Option<Meaning> {
    if let Some(question) = outside(content, b'?', 0) {
        return ternary(content, question, depth);
    }
    pipeline(content, depth)
}

fn pipeline(content: &Text, depth: u16) -> Option<Meaning> {
    let (source, rest) = source(content, depth)?;
    let rest = rest.trim_start();
    if rest.is_empty() {
        return Some(Meaning::Pipeline(Pipeline {
            source,
            operations: Box::default(),
        }));
    }
    let begins_operation = rest.starts_with('|')
        || rest
            .bytes()
            .next()
            .is_some_and(|byte| byte.is_ascii_alphabetic());
    if !begins_operation {
        return calculation(content, depth);
    }
    let operations = operations(content, rest, depth)?;
    Some(Meaning::Pipeline(Pipeline { source, operations }))
}

fn calculation(content: &Text, depth: u16) -> Option<Meaning> {
    // A calculation may end in operations behind a bar.
    let bar = outside(content, b'|', 0);
    let (text, rest) = match bar {
        Some(bar) => (
            content.share(content.get(..bar)?.trim_end()),
            content.get(bar..)?,
        ),
        None => (content.clone(), ""),
    };
    let mut cursor = Cursor::placeholder(&text, nesting(depth));
    let expression = whole_expression(&mut cursor)?;
    Some(Meaning::Pipeline(Pipeline {
        source: PipelineSource::Arithmetic(Box::new(expression)),
        operations: operations(content, rest, depth)?,
    }))
}

/// The value that a pipeline begins with, and what follows it.
fn source(content: &Text, depth: u16) -> Option<(PipelineSource, &str)> {
    if content.starts_with('$') {
        let length = variable_length(content);
        let name = content.share(content.get(..length)?);
        return Some((PipelineSource::Name(name), content.get(length..)?));
    }
    if content.starts_with('(') {
        let close = closing_parenthesis(content)?;
        let text = content.share(content.get(..=close)?);
        let rest = content.get(close + 1..)?;
        if arithmetic_at(rest.trim_start()) {
            // The parenthesis is only the beginning of a calculation.
            let mut cursor = Cursor::placeholder(content, nesting(depth));
            let expression = whole_expression(&mut cursor)?;
            return Some((PipelineSource::Arithmetic(Box::new(expression)), ""));
        }
        let mut cursor = Cursor::placeholder(&text, nesting(depth));
        let expression = whole_expression(&mut cursor)?;
        return Some((PipelineSource::Arithmetic(Box::new(expression)), rest));
    }
    if let Some((call, rest)) = builtin_call(content, depth)
        && (rest.trim_start().is_empty() || goes_on(rest.trim_start()))
    {
        return Some((PipelineSource::Builtin(Box::new(call)), rest));
    }
    let length = name_length(content);
    (length > 0).then(|| {
        let (name, rest) = content.split_at(length);
        (PipelineSource::Name(content.share(name)), rest)
    })
}

/// A call of a built-in function at the beginning of a raw text, and what follows it.
pub(super) fn builtin_call(content: &Text, depth: u16) -> Option<(BuiltinCall, &str)> {
    let (found, length) = builtin::find(content)?;
    let mut rest = content.get(length..)?;
    let mut arguments = Vec::new();
    if let Some(inside) = rest.trim_start().strip_prefix('(') {
        rest = parenthesised(content, inside, depth, &mut arguments)?;
    } else {
        while let Some((text, after)) = quoted(rest.trim_start()) {
            arguments.push(argument_text(content, text, depth));
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
    depth: u16,
    arguments: &mut Vec<BuiltinArgument>,
) -> Option<&'c str> {
    loop {
        rest = rest.trim_start_matches(|char: char| char.is_whitespace() || char == ',');
        if let Some(after) = rest.strip_prefix(')') {
            return Some(after);
        }
        if let Some((text, after)) = quoted(rest) {
            arguments.push(argument_text(content, text, depth));
            rest = after;
            continue;
        }
        let end = rest.find([',', ')'])?;
        let (word, after) = rest.split_at(end);
        arguments.push(BuiltinArgument::Name(content.share(word.trim())));
        rest = after;
    }
}

fn argument_text(content: &Text, text: &str, depth: u16) -> BuiltinArgument {
    BuiltinArgument::Text(nested(&content.share(text), Span::default(), depth))
}

/// A quoted text at the beginning of `rest`: its inside, and what follows it.
fn quoted(rest: &str) -> Option<(&str, &str)> {
    let quote = rest
        .chars()
        .next()
        .filter(|char| matches!(char, '\'' | '"'))?;
    let inside = rest.get(1..)?;
    let end = inside.find(quote)?;
    Some((inside.get(..end)?, inside.get(end + 1..)?))
}

/// The operations of a pipeline; `rest` is a part of `content`.
fn operations(content: &Text, rest: &str, depth: u16) -> Option<Box<[Operation]>> {
    let mut operations = Vec::new();
    let mut rest = rest.trim();
    while !rest.is_empty() {
        rest = rest.strip_prefix('|').unwrap_or(rest).trim_start();
        let Some((found, length)) = operation_at(rest) else {
            // Kept as it is: it is named when it runs.
            let end = rest.find('|').unwrap_or(rest.len());
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
            arguments.push(nested(&content.share(argument), Span::default(), depth));
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

/// `condition ? then : otherwise`.
fn ternary(content: &Text, question: usize, depth: u16) -> Option<Meaning> {
    let colon = outside(content, b':', question + 1)?;
    let condition = content.share(content.get(..question)?.trim());
    let then = content.share(content.get(question + 1..colon)?.trim());
    let otherwise = content.share(content.get(colon + 1..)?.trim());
    Some(Meaning::Choice(Box::new(Choice {
        condition: condition_of_placeholder(&condition, depth)?,
        then: branch(&then, depth)?,
        otherwise: branch(&otherwise, depth)?,
    })))
}

/// `if condition then a else b`, chained any number of times.
fn if_then_else(content: &Text, depth: u16) -> Option<Meaning> {
    let mut chain = Vec::new();
    let mut rest = content.clone();
    while rest.starts_with("if ") {
        let then = word_outside(&rest, " then ", 0)?;
        let otherwise = word_outside(&rest, " else ", then)?;
        let condition = rest.share(rest.get(3..then)?.trim());
        let branch_text = rest.share(rest.get(then + 6..otherwise)?.trim());
        chain.push((
            condition_of_placeholder(&condition, depth)?,
            branch(&branch_text, depth)?,
        ));
        // A chain becomes a tree as deep as it is long.
        if chain.len() + usize::from(depth) > usize::from(super::nesting::LIMIT) {
            return None;
        }
        rest = rest.share(rest.get(otherwise + 6..)?.trim());
    }
    let mut last = branch(&rest, depth)?;
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

fn branch(text: &Text, depth: u16) -> Option<Branch> {
    if let Some((inside, rest)) = quoted(text)
        && rest.trim().is_empty()
    {
        return Some(Branch::Text(nested(
            &text.share(inside),
            Span::default(),
            depth,
        )));
    }
    if text.starts_with('$') && variable_length(text) == text.len() {
        return Some(Branch::Name(text.clone()));
    }
    if let Some(question) = outside(text, b'?', 0)
        && depth < super::nesting::LIMIT
        && let Some(Meaning::Choice(choice)) = ternary(text, question, depth + 1)
    {
        return Some(Branch::Choice(choice));
    }
    if is_conditional(text) && depth < super::nesting::LIMIT {
        return match if_then_else(text, depth + 1)? {
            Meaning::Choice(choice) => Some(Branch::Choice(choice)),
            _ => None,
        };
    }
    Some(Branch::Text(Template::plain(Span::default(), text.clone())))
}

/// The first `wanted` from `from` on that is outside of quotes, braces and parentheses.
fn outside(text: &str, wanted: u8, from: usize) -> Option<usize> {
    scan(text, from, |rest, _| rest.first() == Some(&wanted))
}

/// The first `wanted` word that is outside of quotes and braces.
fn word_outside(text: &str, wanted: &str, from: usize) -> Option<usize> {
    scan(text, from, |rest, _| rest.starts_with(wanted.as_bytes()))
}

fn scan(text: &str, from: usize, found: impl Fn(&[u8], usize) -> bool) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut quote = None;
    let mut depth = 0_usize;
    for (at, &byte) in bytes.iter().enumerate().skip(from) {
        match (quote, byte) {
            (Some(open), _) if byte == open => quote = None,
            (Some(_), _) => {}
            (None, _) if depth == 0 && found(&bytes[at..], at) => return Some(at),
            (None, b'\'' | b'"') => quote = Some(byte),
            (None, b'{' | b'(') => depth += 1,
            (None, b'}' | b')') => depth = depth.saturating_sub(1),
            (None, _) => {}
        }
    }
    None
}

fn closing_parenthesis(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' => depth += 1,
            b')' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

fn nesting(depth: u16) -> Nesting {
    let mut nesting = Nesting::default();
    for _ in 0..depth {
        nesting.enter(Nest::Brace);
    }
    nesting
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
fn variable_length(text: &str) -> usize {
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
    cursor.leave(Nest::Brace);
    let source = cursor.share(span);
    let inside = source
        .get(1..source.len().saturating_sub(1))
        .unwrap_or_default();
    let content = source.share(inside.trim());
    let meaning = meaning(&content, 1).unwrap_or(Meaning::Unknown);
    Ok(Placeholder {
        source,
        content,
        meaning,
    })
}
