//! Tests of ports, and of the networks of docker.

use super::super::condition::{ConditionEnd, at_end, left_operand, right_operand};
use super::super::cursor::{Cursor, Failed};
use super::environment::existence;
use super::is_operator_word;
use super::operator::symbol;
use crate::ast::{DockerNetworkTest, Operand, PortTest, Test};
use crate::syntax::Kind;

/// `port P is [not] open on HOST [with timeout T]`.
pub(super) fn port(cursor: &mut Cursor<'_>, until: ConditionEnd) -> Result<Option<Test>, Failed> {
    cursor.bump();
    if at_end(cursor, until) || is_operator_word(cursor.word()) || symbol(cursor.kind()).is_some() {
        return Ok(None);
    }
    let Ok(port) = left_operand(cursor, until) else {
        return Ok(None);
    };
    if !cursor.accept_word("is") {
        return Ok(None);
    }
    let negated = cursor.accept_word("not");
    if !cursor.accept_word("open") {
        return Ok(None);
    }
    cursor.expect_word("on")?;
    let host = words_until(cursor, until, "with")?;
    let timeout = if cursor.accept_word("with") {
        cursor.expect_word("timeout")?;
        Some(right_operand(cursor, until)?)
    } else {
        None
    };
    Ok(Some(Test::Port(Box::new(PortTest {
        port,
        host,
        timeout,
        negated,
    }))))
}

/// A value, or unquoted words up to `stop`.
fn words_until(
    cursor: &mut Cursor<'_>,
    until: ConditionEnd,
    stop: &str,
) -> Result<Operand, Failed> {
    if !cursor.at(Kind::Word) && !cursor.at(Kind::Number) {
        return left_operand(cursor, until);
    }
    let start = cursor.token().span.start;
    while !at_end(cursor, until)
        && !cursor.at_word(stop)
        && !matches!(cursor.word(), "and" | "or")
        && !cursor.at(Kind::ParenClose)
    {
        cursor.bump();
    }
    Ok(Operand::Literal(cursor.share(cursor.span_from(start))))
}

/// `docker network NAME [not] exists`.
pub(super) fn docker_network(
    cursor: &mut Cursor<'_>,
    until: ConditionEnd,
) -> Result<Option<Test>, Failed> {
    if !cursor.nth_is_word(1, "network") {
        return Ok(None);
    }
    cursor.bump();
    cursor.bump();
    let next = cursor.token();
    let name = match cursor.kind() {
        Kind::Word => {
            cursor.bump();
            Operand::Name(cursor.share(next.span))
        }
        _ => left_operand(cursor, until)?,
    };
    match existence(cursor)? {
        Some(exists) => Ok(Some(Test::DockerNetwork(Box::new(DockerNetworkTest {
            name,
            negated: !exists,
        })))),
        None => Err(cursor.unexpected("`exists`")),
    }
}
