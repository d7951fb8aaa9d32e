//! The single tests of a condition: which one begins here. What follows the first words stands in a
//! file for each subject.

mod environment;
mod network;
mod operator;
mod path;
mod tool;
mod version;

use self::environment::{environment, environment_question};
use self::network::{docker_network, port};
use self::operator::{operator, symbol};
use self::path::{file, path_test};
use self::tool::tool;
use self::version::version;
use super::condition::{ConditionEnd, at_end, left_operand, right_operand};
use super::cursor::{Cursor, Failed};
use crate::ast::{Comparator, Comparison, Operand, Template, Test};
use crate::syntax::Kind;

/// What a test was about: the next one may leave it out.
#[derive(Debug, Clone)]
pub(super) enum Subject {
    Operand(Operand),
    Environment(Template),
}

/// Words that end the left side of a comparison.
const OPERATOR_WORDS: &[&str] = &[
    "and", "are", "contains", "ends", "in", "is", "matches", "not", "or", "starts",
];

pub(super) fn is_operator_word(word: &str) -> bool {
    OPERATOR_WORDS.contains(&word)
}

/// Parses one test.
pub(super) fn test(
    cursor: &mut Cursor<'_>,
    until: ConditionEnd,
    subject: &mut Option<Subject>,
) -> Result<Test, Failed> {
    if let Some(before) = subject
        && begins_with_operator(cursor, before)
    {
        return match before.clone() {
            Subject::Environment(name) => environment_question(cursor, until, name),
            Subject::Operand(left) => compared(cursor, until, left),
        };
    }
    let special = match cursor.word() {
        "env" => environment(cursor, until, subject)?,
        "file" => file(cursor, until)?,
        "folder" | "directory" | "dir" => path_test(cursor, until, true)?,
        "port" => attempt(cursor, |cursor| port(cursor, until))?,
        "docker" => attempt(cursor, |cursor| docker_network(cursor, until))?,
        _ => None,
    };
    if let Some(test) = special {
        return Ok(test);
    }
    if let Some(test) = attempt(cursor, |cursor| tool(cursor, until))? {
        return Ok(test);
    }
    let left = left_operand(cursor, until)?;
    *subject = Some(Subject::Operand(left.clone()));
    compared(cursor, until, left)
}

/// Tries a production that may turn out to be something else; then nothing is taken.
fn attempt(
    cursor: &mut Cursor<'_>,
    production: impl FnOnce(&mut Cursor<'_>) -> Result<Option<Test>, Failed>,
) -> Result<Option<Test>, Failed> {
    let before = cursor.checkpoint();
    let found = production(cursor)?;
    if found.is_none() {
        cursor.rewind(before);
    }
    Ok(found)
}

fn begins_with_operator(cursor: &mut Cursor<'_>, subject: &Subject) -> bool {
    let environment = matches!(subject, Subject::Environment(_));
    match cursor.kind() {
        Kind::Word => match cursor.word() {
            "is" | "contains" | "matches" | "in" | "not" => true,
            "starts" | "ends" => cursor.nth_is_word(1, "with"),
            "exists" | "does" => environment,
            _ => false,
        },
        kind => symbol(kind).is_some(),
    }
}

/// What follows a left side: an operator and its right side, or nothing.
fn compared(cursor: &mut Cursor<'_>, until: ConditionEnd, left: Operand) -> Result<Test, Failed> {
    if at_end(cursor, until) {
        return Ok(Test::Truth(left));
    }
    if let Some(test) = version(cursor, until, &left)? {
        return Ok(test);
    }
    let Some(operator) = operator(cursor, until)? else {
        if matches!(cursor.word(), "and" | "or") || cursor.at(Kind::ParenClose) {
            return Ok(Test::Truth(left));
        }
        return Err(cursor.unexpected("an operator such as `is`, `==` or `contains`"));
    };
    let right = match operator {
        Comparator::IsEmpty | Comparator::IsNotEmpty => None,
        _ => Some(right_operand(cursor, until)?),
    };
    Ok(Test::Comparison(Box::new(Comparison {
        left,
        operator,
        right,
    })))
}
