//! Conditions: `and`, `or`, `not`, and the single tests.

use std::sync::Arc;

use super::cursor::{Cursor, Failed};
use super::expression::{array, builtin_here};
use super::growth::few;
use super::nesting::{Inside, Nest};
use super::placeholder::placeholder;
use super::template::{template, template_at};
use super::test::{Subject, test};
use crate::ast::{Condition, Operand, PathOperand, Template, Test};
use crate::source::{Span, Text};
use crate::syntax::{Kind, Token};

/// What ends a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConditionEnd {
    /// The `:` of a header, which is not taken.
    Colon,
    /// The end of the line.
    Line,
    /// The end of the text, inside a placeholder.
    Text,
}

/// Parses a condition; at its end the cursor stands behind its last token.
pub fn condition(cursor: &mut Cursor<'_>, until: ConditionEnd) -> Result<Condition, Failed> {
    let start = cursor.token().span.start;
    let mut subject = None;
    let test = disjunction(cursor, until, &mut subject)?;
    if !at_end(cursor, until) {
        return Err(cursor.unexpected("`and`, `or` or the end of the condition"));
    }
    let span = cursor.span_from(start);
    Ok(Condition {
        span,
        text: cursor.share(span),
        test,
    })
}

/// A condition that is a whole text inside a placeholder; `None` when it is none.
pub(super) fn condition_of_placeholder(text: &Text, inside: Inside<'_>) -> Option<Condition> {
    let mut cursor = Cursor::placeholder(text, inside);
    let condition = condition(&mut cursor, ConditionEnd::Text).ok()?;
    cursor.at(Kind::End).then_some(condition)
}

/// Whether the condition can go no further.
pub(super) fn at_end(cursor: &Cursor<'_>, until: ConditionEnd) -> bool {
    match until {
        ConditionEnd::Colon => {
            matches!(
                cursor.kind(),
                Kind::Colon | Kind::End | Kind::Indent | Kind::Dedent
            )
        }
        ConditionEnd::Text => cursor.at(Kind::End),
        ConditionEnd::Line => {
            matches!(cursor.kind(), Kind::End | Kind::Indent | Kind::Dedent)
                || !cursor.on_same_line()
        }
    }
}

fn disjunction(
    cursor: &mut Cursor<'_>,
    until: ConditionEnd,
    subject: &mut Option<Subject>,
) -> Result<Test, Failed> {
    let mut tests = vec![conjunction(cursor, until, subject)?];
    while !at_end(cursor, until) && cursor.accept_word("or") {
        few(cursor, tests.len(), "tests in a row", COMPARE)?;
        tests.push(conjunction(cursor, until, subject)?);
    }
    Ok(one_or(tests, Test::Or))
}

fn conjunction(
    cursor: &mut Cursor<'_>,
    until: ConditionEnd,
    subject: &mut Option<Subject>,
) -> Result<Test, Failed> {
    let mut tests = vec![negation(cursor, until, subject)?];
    while !at_end(cursor, until) && cursor.accept_word("and") {
        few(cursor, tests.len(), "tests in a row", COMPARE)?;
        tests.push(negation(cursor, until, subject)?);
    }
    Ok(one_or(tests, Test::And))
}

/// What to write instead of a long row of tests.
pub(super) const COMPARE: &str = "compare with a list: `$x in [\"a\", \"b\"]`";

fn one_or(mut tests: Vec<Test>, many: impl FnOnce(Box<[Test]>) -> Test) -> Test {
    match (tests.len(), tests.pop()) {
        (1, Some(test)) => test,
        (_, last) => {
            tests.extend(last);
            many(tests.into())
        }
    }
}

fn negation(
    cursor: &mut Cursor<'_>,
    until: ConditionEnd,
    subject: &mut Option<Subject>,
) -> Result<Test, Failed> {
    if cursor.at_word("not") && !(subject.is_some() && not_begins_operator(cursor)) {
        cursor.enter(Nest::Parenthesis)?;
        cursor.bump();
        let test = negation(cursor, until, subject)?;
        cursor.leave(Nest::Parenthesis);
        return Ok(Test::Not(Box::new(test)));
    }
    if cursor.at(Kind::ParenOpen) {
        cursor.enter(Nest::Parenthesis)?;
        cursor.bump();
        let test = disjunction(cursor, until, subject)?;
        cursor.expect(Kind::ParenClose, "`)`")?;
        cursor.leave(Nest::Parenthesis);
        return Ok(test);
    }
    if at_end(cursor, until) {
        return Err(cursor.unexpected("a condition"));
    }
    test(cursor, until, subject)
}

/// `not contains`, `not in`, …: an operator whose subject is that of the test before.
fn not_begins_operator(cursor: &mut Cursor<'_>) -> bool {
    ["contains", "starts", "ends", "matches", "in", "exists"]
        .iter()
        .any(|word| cursor.nth_is_word(1, word))
}

/// An operand on the left of an operator, or one that stands alone.
pub(super) fn left_operand(
    cursor: &mut Cursor<'_>,
    until: ConditionEnd,
) -> Result<Operand, Failed> {
    if let Some(operand) = quoted_or_value(cursor)? {
        return Ok(operand);
    }
    if let Some(call) = builtin_here(cursor) {
        return Ok(Operand::Builtin(Arc::new(call)));
    }
    if cursor.kind() != Kind::Word {
        return Err(cursor.unexpected("a condition"));
    }
    let start = cursor.token().span.start;
    let first = cursor.bump();
    let mut words = 1;
    while !at_end(cursor, until)
        && cursor.at(Kind::Word)
        && !super::test::is_operator_word(cursor.word())
    {
        cursor.bump();
        words += 1;
    }
    let text = cursor.share(cursor.span_from(start));
    Ok(match (words, cursor.slice(first.span)) {
        (1, "true" | "false") => Operand::Literal(text),
        (1, _) => Operand::Name(text),
        _ => Operand::Literal(text),
    })
}

/// An operand on the right of an operator: a value, or words up to `and`, `or`, `)` or the end.
pub(super) fn right_operand(
    cursor: &mut Cursor<'_>,
    until: ConditionEnd,
) -> Result<Operand, Failed> {
    let before = cursor.checkpoint();
    if let Some(operand) = quoted_or_value(cursor)? {
        let ended = at_end(cursor, until)
            || cursor.at(Kind::ParenClose)
            || matches!(cursor.word(), "and" | "or")
            || matches!(operand, Operand::Text(_) | Operand::Array(_));
        if ended {
            return Ok(operand);
        }
        cursor.rewind(before);
    }
    let start = cursor.token().span.start;
    while !at_end(cursor, until)
        && !cursor.at(Kind::ParenClose)
        && !cursor.at_word("and")
        && !cursor.at_word("or")
    {
        words_of_operand(cursor, "a value")?;
    }
    let span = cursor.span_from(start);
    let text = cursor.share(span);
    if text.trim().is_empty() {
        return Err(cursor.unexpected("a value"));
    }
    Ok(Operand::Literal(text))
}

/// A string, number, variable, placeholder or array.
fn quoted_or_value(cursor: &mut Cursor<'_>) -> Result<Option<Operand>, Failed> {
    let token = cursor.token();
    Ok(Some(match cursor.kind() {
        Kind::Text => {
            cursor.bump();
            Operand::Text(text_template(cursor, token))
        }
        Kind::Number => {
            cursor.bump();
            Operand::Literal(cursor.share(token.span))
        }
        Kind::Minus if cursor.nth(1).kind == Kind::Number => {
            cursor.bump();
            let number = cursor.bump();
            Operand::Literal(cursor.share(token.span.to(number.span)))
        }
        Kind::Variable => {
            cursor.bump();
            Operand::Variable(cursor.share(token.span))
        }
        Kind::BraceOpen => Operand::Placeholder(Arc::new(placeholder(cursor)?)),
        Kind::BracketOpen => Operand::Array(array(cursor)?.elements.into()),
        _ => return Ok(None),
    }))
}

/// The template of a string token that was taken.
pub(super) fn text_template(cursor: &mut Cursor<'_>, token: Token) -> Template {
    let text = cursor.value(token);
    template_at(cursor, &text, token.span)
}

/// A path: a string, a placeholder, a variable, or unquoted words up to one of `stop`.
pub(super) fn path(
    cursor: &mut Cursor<'_>,
    until: ConditionEnd,
    stop: &[&str],
) -> Result<PathOperand, Failed> {
    let token = cursor.token();
    match cursor.kind() {
        Kind::Text => {
            cursor.bump();
            return Ok(PathOperand::Text(text_template(cursor, token)));
        }
        Kind::Variable if ends_path(cursor, until, stop) => {
            cursor.bump();
            return Ok(PathOperand::Variable(cursor.share(token.span)));
        }
        _ => {}
    }
    // A parenthesis that was opened in the path belongs to it, any other one to the condition.
    let mut open = 0_u32;
    while !at_end(cursor, until) && !stop_here(cursor, stop) {
        match cursor.kind() {
            Kind::ParenOpen => open += 1,
            Kind::ParenClose if open == 0 => break,
            Kind::ParenClose => open -= 1,
            _ => {}
        }
        words_of_operand(cursor, "a path")?;
    }
    let span = cursor.span_from(token.span.start);
    if cursor.slice(span).is_empty() {
        return Err(cursor.unexpected("a path"));
    }
    let text = cursor.share(span);
    Ok(PathOperand::Text(template_at(cursor, &text, span)))
}

/// Takes a token of an operand that needs no quotes. A text that is never closed would take the rest of
/// the file.
fn words_of_operand(cursor: &mut Cursor<'_>, what: &str) -> Result<(), Failed> {
    if cursor.at(Kind::UnclosedText) {
        return Err(cursor.unexpected(what));
    }
    cursor.bump();
    Ok(())
}

/// Whether the token behind the current one ends a path.
fn ends_path(cursor: &mut Cursor<'_>, until: ConditionEnd, stop: &[&str]) -> bool {
    let next = cursor.nth(1);
    matches!(next.kind, Kind::End | Kind::ParenClose)
        || (until == ConditionEnd::Colon && next.kind == Kind::Colon)
        || next.line_start
        || (next.kind == Kind::Word && is_stop(cursor.slice(next.span), stop))
}

fn is_stop(word: &str, stop: &[&str]) -> bool {
    stop.contains(&word) || matches!(word, "and" | "or")
}

fn stop_here(cursor: &Cursor<'_>, stop: &[&str]) -> bool {
    let start = cursor.token().span.start as usize;
    let blank = start
        .checked_sub(1)
        .and_then(|before| cursor.text().as_bytes().get(before))
        .is_some_and(u8::is_ascii_whitespace);
    blank && is_stop(cursor.word(), stop)
}

/// The words of a condition with quotes dropped, separated by single blanks.
pub(super) fn shown(raw: &str, span: Span) -> Template {
    let text: String = raw.replace(['"', '\''], "");
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    template(&Text::from(text), span)
}
