//! Statements that run docker.

use super::super::cursor::{Cursor, Failed};
use super::super::template::template_in;
use super::super::text;
use super::options::{accept_here, accept_text_here};
use super::shell::service;
use crate::ast::Stmt;
use crate::ast::action::{Docker, DockerCompose};
use crate::source::{Span, Text};
use crate::syntax::Kind;

/// `docker OPERATION RESOURCE …`, `docker compose …`.
pub(in crate::parser) fn docker(cursor: &mut Cursor<'_>) -> Result<Stmt, Failed> {
    let start = cursor.bump().span.start;
    if accept_here(cursor, "compose") {
        return compose(cursor, start);
    }
    let operation = word(cursor, "what docker is to do, such as `build image`")?;
    let resource = word(cursor, "`image`, `container` or the like")?;
    let mut node = Docker {
        span: cursor.span_from(start),
        name: accept_text_here(cursor)?,
        operation,
        resource,
        from: None,
        to: None,
        alias: None,
        port: None,
    };
    while cursor.on_same_line() && option(cursor, &mut node)? {}
    node.span = cursor.span_from(start);
    complete(cursor, &node)?;
    Ok(Stmt::Docker(Box::new(node)))
}

fn word(cursor: &mut Cursor<'_>, what: &str) -> Result<Text, Failed> {
    match cursor.on_same_line() {
        true => text::word(cursor, what),
        false => Err(cursor.unexpected(what)),
    }
}

/// `from TEXT`, `to TEXT`, `as TEXT`, `[on] port NUMBER`; whether one stands here.
fn option(cursor: &mut Cursor<'_>, node: &mut Docker) -> Result<bool, Failed> {
    let span = cursor.token().span;
    let word = cursor.word();
    let again = match word {
        "from" | "to" | "as" => {
            cursor.bump();
            let text = text::interpolated(cursor, "a text")?;
            let place = match word {
                "from" => &mut node.from,
                "to" => &mut node.to,
                _ => &mut node.alias,
            };
            place.replace(text).is_some()
        }
        "on" | "port" => {
            cursor.accept_word("on");
            cursor.expect_word("port")?;
            let port = cursor.expect(Kind::Number, "the number of the port")?;
            node.port.replace(cursor.share(port.span)).is_some()
        }
        _ => return Ok(false),
    };
    match again {
        true => Err(cursor.fail(span, "this is said a second time")),
        false => Ok(true),
    }
}

/// What an operation needs, and the options that mean something to it.
struct Shape {
    resources: &'static [&'static str],
    options: &'static [&'static str],
}

fn shape(operation: &str) -> Option<Shape> {
    const IMAGE: &[&str] = &["image"];
    const CONTAINER: &[&str] = &["container"];
    let (resources, options): (_, &[&str]) = match operation {
        "build" => (IMAGE, &["from"]),
        "tag" => (IMAGE, &["to", "as"]),
        "push" => (IMAGE, &["to"]),
        "pull" => (IMAGE, &[]),
        "run" => (CONTAINER, &["from", "port"]),
        "start" | "stop" => (CONTAINER, &[]),
        _ => return None,
    };
    Some(Shape { resources, options })
}

/// Refuses what docker could not do, or what would be left out of what it does.
fn complete(cursor: &mut Cursor<'_>, node: &Docker) -> Result<(), Failed> {
    let operation = &*node.operation;
    let given = [
        ("from", node.from.is_some()),
        ("to", node.to.is_some()),
        ("as", node.alias.is_some()),
        ("port", node.port.is_some()),
    ];
    let mut given = given.iter().filter(|(_, given)| *given);
    let shape = match shape(operation) {
        Some(shape) => shape,
        None if node.port.is_some() => {
            let message = format!("`port` does not belong to `docker {operation}`");
            return Err(cursor.fail(node.span, message));
        }
        None if operation == "remove" && node.name.is_none() => return Err(nameless(cursor, node)),
        None => return Ok(()),
    };
    if let [resource] = shape.resources
        && node.resource != *resource
    {
        let message = format!("`docker {operation}` is followed by `{resource}`");
        return Err(cursor.fail(node.span, message));
    }
    if node.name.is_none() {
        return Err(nameless(cursor, node));
    }
    if let Some((option, _)) = given.find(|(option, _)| !shape.options.contains(option)) {
        let message = format!("`{option}` does not belong to `docker {operation}`");
        return Err(cursor.fail(node.span, message));
    }
    if operation == "tag" && node.to.is_some() == node.alias.is_some() {
        let message = "`docker tag image` needs the new name: `as \"name\"`";
        return Err(cursor.fail(node.span, message));
    }
    Ok(())
}

fn nameless(cursor: &mut Cursor<'_>, node: &Docker) -> Failed {
    let (operation, resource) = (&node.operation, &node.resource);
    let message = format!("`docker {operation} {resource}` needs a name as a text");
    cursor.fail(node.span, message)
}

/// `docker compose [in service NAME] TEXT`: the rest of the line, up to a comment.
fn compose(cursor: &mut Cursor<'_>, start: u32) -> Result<Stmt, Failed> {
    let service = match accept_here(cursor, "in") {
        true => Some(Box::new(service(cursor)?)),
        false => None,
    };
    if !cursor.on_same_line() {
        return Err(cursor.unexpected("what docker compose is to do, such as `up -d`"));
    }
    let first = cursor.token().span.start as usize;
    let rest = cursor.text().get(first..).unwrap_or_default();
    let Line { length, collapsed } = Line::of(rest);
    let span = Span::new(first as u32, (first + length) as u32);
    let text = match collapsed {
        Some(text) => Text::from(text),
        None => cursor.share(span),
    };
    cursor.seek(first + length);
    let text = template_in(cursor, &text, span);
    Ok(Stmt::DockerCompose(Box::new(DockerCompose {
        span: Span::new(start, span.end),
        service,
        text,
    })))
}

/// The command at the start of a text.
#[derive(Debug, PartialEq, Eq)]
struct Line {
    /// How many bytes it has.
    length: usize,
    /// Each run of blanks outside of quotes as one blank, where that makes a difference.
    collapsed: Option<String>,
}

impl Line {
    /// Ends before the line does, and before a `#` that follows a blank.
    fn of(text: &str) -> Self {
        let mut quote = None;
        let mut escaped = false;
        let mut blank = false;
        let mut length = 0;
        let mut collapsed = String::new();
        for (at, char) in text.char_indices() {
            let is_blank = quote.is_none() && !escaped && matches!(char, ' ' | '\t' | '\r');
            if char == '\n' || blank && char == '#' {
                break;
            }
            if !is_blank {
                if blank {
                    collapsed.push(' ');
                }
                collapsed.push(char);
                length = at + char.len_utf8();
            }
            blank = is_blank;
            match char {
                _ if escaped => escaped = false,
                '\\' if quote != Some('\'') => escaped = true,
                '"' | '\'' if quote == Some(char) => quote = None,
                '"' | '\'' if quote.is_none() => quote = Some(char),
                _ => {}
            }
        }
        let same = text.get(..length) == Some(collapsed.as_str());
        Self {
            length,
            collapsed: (!same).then_some(collapsed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str, rest: &str) {
        let line = Line::of(text);
        let (own, left) = text.split_at(line.length);
        assert_eq!(line.collapsed.as_deref().unwrap_or(own), expected);
        assert_eq!(left, rest);
    }

    #[test]
    fn a_command_ends_with_its_line_or_before_a_comment() {
        check("up -d\n  info", "up -d", "\n  info");
        check("ps \t # all\n", "ps", " \t # all\n");
        check(
            "exec a sh -c \"x  # y\"  #z",
            "exec a sh -c \"x  # y\"",
            "  #z",
        );
        check("run a#b 'c  \"d' e", "run a#b 'c  \"d' e", "");
        check("logs\r\n", "logs", "\r\n");
    }

    #[test]
    fn blanks_outside_of_quotes_are_one() {
        check("a  b\t\tc \"d  e\" \\\"f  g", "a b c \"d  e\" \\\"f g", "");
        check("ä  “ö”", "ä “ö”", "");
    }
}
