//! `if`, `when`, `break`, `continue`, `try`, `throw`.

use super::block::nested_body as body;
use super::condition::{ConditionEnd, condition};
use super::cursor::{Cursor, Failed};
use super::template::template;
use super::variable::variable;
use crate::ast::{
    Block, Catch, Conditional, ConditionalBranch, Environment, Jump, JumpWord, Stmt, Throw,
    ThrowWord, Try, WhenEnvironment,
};
use crate::syntax::Kind;

/// `if … else if … else`.
pub(super) fn if_statement(cursor: &mut Cursor<'_>) -> Result<Conditional, Failed> {
    let start = cursor.token().span.start;
    let mut branches = Vec::new();
    let mut otherwise = None;
    cursor.bump();
    branches.push(branch(cursor, start, "the `if`")?);
    let span = branches
        .first()
        .map(|branch| branch.condition.span)
        .unwrap_or_default();
    while cursor.at_word("else") {
        let line = cursor.bump().span;
        if cursor.on_same_line() && cursor.accept_word("if") {
            branches.push(branch(cursor, line.start, "the `else if`")?);
        } else {
            otherwise = Some(body(cursor, line, "the `else`")?);
            break;
        }
    }
    if cursor.at_word("otherwise") {
        return Err(cursor.unexpected_entry(
            "`else` or the next statement",
            "`otherwise` belongs to `when`; write `else` here",
        ));
    }
    Ok(Conditional {
        span: crate::source::Span::new(start, span.end),
        when: false,
        branches: branches.into(),
        otherwise,
    })
}

fn branch(cursor: &mut Cursor<'_>, start: u32, what: &str) -> Result<ConditionalBranch, Failed> {
    let condition = condition(cursor, ConditionEnd::Colon)?;
    let body = body(cursor, cursor.span_from(start), what)?;
    Ok(ConditionalBranch { condition, body })
}

/// `when … otherwise`, and `when in ENV environment`.
pub(super) fn when_statement(cursor: &mut Cursor<'_>) -> Result<Stmt, Failed> {
    let start = cursor.bump().span.start;
    if cursor.at_word("in") && cursor.nth(1).kind == Kind::Word {
        return when_environment(cursor, start);
    }
    let branch = branch(cursor, start, "the `when`")?;
    let span = crate::source::Span::new(start, branch.condition.span.end);
    if cursor.at_word("else") {
        return Err(cursor.unexpected_entry(
            "`otherwise` or the next statement",
            "`else` belongs to `if`; write `otherwise` here",
        ));
    }
    Ok(Stmt::Conditional(Box::new(Conditional {
        span,
        when: true,
        branches: Box::new([branch]),
        otherwise: other_branch(cursor, &["otherwise"])?,
    })))
}

fn other_branch(cursor: &mut Cursor<'_>, words: &[&str]) -> Result<Option<Block>, Failed> {
    if !words.iter().any(|word| cursor.at_word(word)) {
        return Ok(None);
    }
    let line = cursor.bump().span;
    body(cursor, line, "the other branch").map(Some)
}

fn when_environment(cursor: &mut Cursor<'_>, start: u32) -> Result<Stmt, Failed> {
    cursor.bump();
    let environment = match cursor.word() {
        "ci" => Environment::Ci,
        "local" => Environment::Local,
        "production" => Environment::Production,
        "staging" => Environment::Staging,
        "development" => Environment::Development,
        _ => {
            return Err(cursor.unexpected("ci, local, production, staging or development"));
        }
    };
    cursor.bump();
    cursor.accept_word("environment");
    let span = cursor.span_from(start);
    Ok(Stmt::WhenEnvironment(Box::new(WhenEnvironment {
        span,
        environment,
        body: body(cursor, span, "the `when`")?,
        otherwise: other_branch(cursor, &["otherwise", "else"])?,
    })))
}

/// `break`, `continue`: their condition has to stand on the same line.
pub(super) fn jump(cursor: &mut Cursor<'_>) -> Result<Jump, Failed> {
    let word = match cursor.word() {
        "break" => JumpWord::Break,
        _ => JumpWord::Continue,
    };
    let start = cursor.bump().span.start;
    let conditional = cursor.on_same_line() && (cursor.at_word("when") || cursor.at_word("if"));
    let condition = if conditional {
        cursor.bump();
        Some(condition(cursor, ConditionEnd::Line)?)
    } else {
        None
    };
    Ok(Jump {
        span: cursor.span_from(start),
        word,
        condition,
    })
}

pub(super) fn try_statement(cursor: &mut Cursor<'_>) -> Result<Try, Failed> {
    let span = cursor.bump().span;
    let guarded = body(cursor, span, "the `try`")?;
    let mut catches = Vec::new();
    while cursor.at_word("catch") {
        catches.push(catch(cursor)?);
    }
    let finally = other_branch(cursor, &["finally"])?;
    Ok(Try {
        span,
        body: guarded,
        catches: catches.into(),
        finally,
    })
}

fn catch(cursor: &mut Cursor<'_>) -> Result<Catch, Failed> {
    let start = cursor.bump().span.start;
    let mut error_type = None;
    if cursor.at(Kind::Word) && !cursor.at_word("as") {
        let token = cursor.bump();
        error_type = Some(cursor.share(token.span));
    }
    let variable = if cursor.accept_word("as") {
        Some(variable(cursor)?)
    } else {
        None
    };
    let span = cursor.span_from(start);
    Ok(Catch {
        span,
        error_type,
        variable,
        body: body(cursor, span, "the `catch`")?,
    })
}

pub(super) fn throw(cursor: &mut Cursor<'_>) -> Result<Throw, Failed> {
    let start = cursor.token().span.start;
    let word = match cursor.word() {
        "rethrow" => {
            cursor.bump();
            ThrowWord::Rethrow
        }
        "ignore" => {
            cursor.bump();
            ThrowWord::Ignore
        }
        _ => {
            cursor.bump();
            let token = cursor.expect(Kind::Text, "the message in quotes")?;
            ThrowWord::Throw(template(&cursor.value(token), token.span))
        }
    };
    Ok(Throw {
        span: cursor.span_from(start),
        word,
    })
}
