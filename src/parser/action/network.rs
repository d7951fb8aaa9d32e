//! Checks of services, hosts and ports.

use super::super::cursor::{Cursor, Failed};
use super::super::text;
use super::options::{accept_with, another};
use crate::ast::action::{Network, NetworkCheck};
use crate::ast::{Stmt, Template};
use crate::source::Text;
use crate::syntax::Kind;

/// The options, and what is said where something else stands.
const OPTIONS: &[&str] = &["timeout", "retry", "expect"];
const EXPECTED: &str = "`timeout`, `retry` or `expect`";

/// Whether a check begins here: `check size of file …` and `wait 2 seconds` are other statements.
pub(in crate::parser) fn begins(cursor: &mut Cursor<'_>) -> bool {
    match cursor.word() {
        "ping" | "test" => true,
        "wait" => cursor.nth_is_word(1, "for"),
        "check" => {
            cursor.nth_is_word(1, "health")
                || cursor.nth_is_word(1, "if") && cursor.nth_is_word(2, "port")
        }
        _ => false,
    }
}

/// The check that begins here.
pub(in crate::parser) fn check(cursor: &mut Cursor<'_>) -> Result<Stmt, Failed> {
    let word = cursor.word();
    let start = cursor.bump().span.start;
    let (action, target, port) = match word {
        "ping" => host(cursor)?,
        "test" => connection(cursor)?,
        "wait" => service(cursor)?,
        _ if cursor.at_word("health") => health(cursor)?,
        _ => port(cursor)?,
    };
    let mut node = Network {
        span: cursor.span_from(start),
        action,
        target,
        port,
        timeout: None,
        retry: None,
        expect: None,
    };
    while another(cursor, OPTIONS, EXPECTED)? {
        option(cursor, &mut node)?;
    }
    node.span = cursor.span_from(start);
    Ok(Stmt::Network(Box::new(node)))
}

type Checked = (NetworkCheck, Template, Option<Text>);

/// `ping host HOST`.
fn host(cursor: &mut Cursor<'_>) -> Result<Checked, Failed> {
    cursor.expect_word("host")?;
    let host = text::interpolated(cursor, "the host as a text")?;
    Ok((NetworkCheck::Ping, host, None))
}

/// `check health of service at URL`.
fn health(cursor: &mut Cursor<'_>) -> Result<Checked, Failed> {
    for word in ["health", "of", "service", "at"] {
        cursor.expect_word(word)?;
    }
    let url = text::interpolated(cursor, "the address as a text")?;
    Ok((NetworkCheck::HealthCheck, url, None))
}

/// `wait for service at URL [to be ready]`.
fn service(cursor: &mut Cursor<'_>) -> Result<Checked, Failed> {
    for word in ["for", "service", "at"] {
        cursor.expect_word(word)?;
    }
    let url = text::interpolated(cursor, "the address as a text")?;
    if cursor.on_same_line() && cursor.accept_word("to") {
        cursor.expect_word("be")?;
        cursor.expect_word("ready")?;
    }
    Ok((NetworkCheck::WaitForService, url, None))
}

/// `test connection to HOST [on port NUMBER]`.
fn connection(cursor: &mut Cursor<'_>) -> Result<Checked, Failed> {
    cursor.expect_word("connection")?;
    cursor.expect_word("to")?;
    let host = text::interpolated(cursor, "the host as a text")?;
    let port = if cursor.on_same_line() && cursor.accept_word("on") {
        cursor.expect_word("port")?;
        Some(number(cursor)?)
    } else {
        None
    };
    Ok((NetworkCheck::PortCheck, host, port))
}

/// `check if port NUMBER is open on HOST`.
fn port(cursor: &mut Cursor<'_>) -> Result<Checked, Failed> {
    cursor.expect_word("if")?;
    cursor.expect_word("port")?;
    let port = number(cursor)?;
    for word in ["is", "open", "on"] {
        cursor.expect_word(word)?;
    }
    let host = text::interpolated(cursor, "the host as a text")?;
    Ok((NetworkCheck::PortCheck, host, Some(port)))
}

fn number(cursor: &mut Cursor<'_>) -> Result<Text, Failed> {
    let token = cursor.expect(Kind::Number, "the number of the port")?;
    Ok(cursor.share(token.span))
}

/// `[with] timeout|retry|expect TEXT|NUMBER`.
fn option(cursor: &mut Cursor<'_>, node: &mut Network) -> Result<(), Failed> {
    accept_with(cursor);
    let place = match cursor.word() {
        "timeout" => &mut node.timeout,
        "retry" => &mut node.retry,
        "expect" => &mut node.expect,
        _ => return Err(cursor.unexpected(EXPECTED)),
    };
    cursor.bump();
    *place = Some(match cursor.accept(Kind::Number) {
        Some(number) => text::spelled(cursor, number.span),
        None => text::interpolated(cursor, "a text or a number")?,
    });
    Ok(())
}
