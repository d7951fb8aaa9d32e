//! Tests of environment variables, and whether anything exists.

use super::super::condition::{ConditionEnd, right_operand, text_template};
use super::super::cursor::{Cursor, Failed};
use super::operator::operator;
use super::{Subject, is_operator_word};
use crate::ast::{Comparator, EnvironmentQuestion, EnvironmentTest, Template, Test};
use crate::syntax::Kind;

/// `env NAME …`; `env` alone and `env(…)` are something else.
pub(super) fn environment(
    cursor: &mut Cursor<'_>,
    until: ConditionEnd,
    subject: &mut Option<Subject>,
) -> Result<Option<Test>, Failed> {
    let name = cursor.nth(1);
    let word = cursor.slice(name.span);
    let bracket = cursor.nth(2).kind == Kind::ParenOpen;
    let is_name = match name.kind {
        Kind::Text => !name.line_start,
        Kind::Word => {
            let is_test = !(word == "exists" && bracket);
            let operator = is_operator_word(word) && !matches!(word, "in");
            !name.line_start && is_test && !operator
        }
        _ => false,
    };
    if !is_name {
        return Ok(None);
    }
    cursor.bump();
    let token = cursor.bump();
    let name = match token.kind {
        Kind::Text => text_template(cursor, token),
        _ => Template::plain(token.span, cursor.share(token.span)),
    };
    *subject = Some(Subject::Environment(name.clone()));
    environment_question(cursor, until, name).map(Some)
}

pub(super) fn environment_question(
    cursor: &mut Cursor<'_>,
    until: ConditionEnd,
    name: Template,
) -> Result<Test, Failed> {
    let question = match existence(cursor)? {
        Some(true) => EnvironmentQuestion::Exists,
        Some(false) => EnvironmentQuestion::NotExists,
        None => match operator(cursor, until)? {
            None => EnvironmentQuestion::Exists,
            Some(operator @ (Comparator::IsEmpty | Comparator::IsNotEmpty)) => {
                EnvironmentQuestion::Compare(operator, None)
            }
            Some(operator) => {
                EnvironmentQuestion::Compare(operator, Some(right_operand(cursor, until)?))
            }
        },
    };
    Ok(Test::Environment(Box::new(EnvironmentTest {
        name,
        question,
    })))
}

/// `exists`, `not exists`, `does not exist`; nothing is taken when there is none of them.
pub(super) fn existence(cursor: &mut Cursor<'_>) -> Result<Option<bool>, Failed> {
    if cursor.accept_word("exists") {
        return Ok(Some(true));
    }
    if cursor.at_word("not") && cursor.nth_is_word(1, "exists") {
        cursor.bump();
        cursor.bump();
        return Ok(Some(false));
    }
    if cursor.at_word("does") && cursor.nth_is_word(1, "not") {
        cursor.bump();
        cursor.bump();
        cursor.expect_word("exist")?;
        return Ok(Some(false));
    }
    Ok(None)
}
