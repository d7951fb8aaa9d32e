//! Conditionals, jumps, `try` and `throw`; loops stand in `loops.rs`.

use super::block::body;
use super::condition::{COMPARE, ConditionEnd, condition, shown};
use super::cursor::{Cursor, Failed};
use super::growth::few;
use super::text;
use crate::ast::{
    Block, Catch, Conditional, ConditionalBranch, Environment, Jump, JumpCondition, JumpWord, Stmt,
    Throw, ThrowWord, Try, WhenEnvironment,
};
use crate::syntax::Kind;

pub(super) use super::loops::for_loop;

/// `if … else if … else`.
pub(super) fn if_statement(cursor: &mut Cursor<'_>) -> Result<Stmt, Failed> {
    let start = cursor.bump().span.start;
    let (span, first) = branch(cursor, start, "`if`")?;
    let mut branches = vec![first];
    let mut otherwise = None;
    while otherwise.is_none() && cursor.at_word("else") {
        let else_start = cursor.bump().span.start;
        if cursor.accept_word("if") {
            few(cursor, branches.len(), "branches of an `if`", COMPARE)?;
            branches.push(branch(cursor, else_start, "`else if`")?.1);
        } else {
            otherwise = Some(body(cursor, else_start, "`else`")?.1);
        }
    }
    Ok(Stmt::Conditional(Box::new(Conditional {
        span,
        when: false,
        branches: branches.into(),
        otherwise,
    })))
}

/// `when … otherwise`, and `when in ENV environment`.
pub(super) fn when_statement(cursor: &mut Cursor<'_>) -> Result<Stmt, Failed> {
    let start = cursor.bump().span.start;
    if cursor.at_word("in") {
        return when_environment(cursor, start);
    }
    let (span, first) = branch(cursor, start, "`when`")?;
    let otherwise = alternative(cursor, &["otherwise"])?;
    Ok(Stmt::Conditional(Box::new(Conditional {
        span,
        when: true,
        branches: Box::new([first]),
        otherwise,
    })))
}

/// A condition and its block; the span of the header.
fn branch(
    cursor: &mut Cursor<'_>,
    start: u32,
    what: &str,
) -> Result<(crate::source::Span, ConditionalBranch), Failed> {
    let condition = condition(cursor, ConditionEnd::Colon)?;
    let (span, body) = body(cursor, start, what)?;
    Ok((span, ConditionalBranch { condition, body }))
}

/// The block of one of `words`, if it follows.
fn alternative(cursor: &mut Cursor<'_>, words: &[&str]) -> Result<Option<Block>, Failed> {
    let word = cursor.word();
    if word.is_empty() || !words.contains(&word) {
        return Ok(None);
    }
    let start = cursor.bump().span.start;
    Ok(Some(body(cursor, start, &format!("`{word}`"))?.1))
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
            let known = "`ci`, `local`, `production`, `staging` or `development`";
            return Err(cursor.unexpected(known));
        }
    };
    cursor.bump();
    cursor.accept_word("environment");
    let (span, body) = body(cursor, start, "`when`")?;
    let otherwise = alternative(cursor, &["otherwise", "else"])?;
    Ok(Stmt::WhenEnvironment(Box::new(WhenEnvironment {
        span,
        environment,
        body,
        otherwise,
    })))
}

/// `break`, `continue`, each with a condition that ends with its line.
pub(super) fn jump(cursor: &mut Cursor<'_>) -> Result<Stmt, Failed> {
    let word = match cursor.word() {
        "break" => JumpWord::Break,
        _ => JumpWord::Continue,
    };
    let start = cursor.bump().span.start;
    let mut jump = Jump {
        span: cursor.span_from(start),
        word,
        condition: None,
    };
    if cursor.on_same_line() && matches!(cursor.word(), "when" | "if") {
        cursor.bump();
        let condition = condition(cursor, ConditionEnd::Line)?;
        jump.condition = Some(Box::new(JumpCondition {
            shown: shown(&condition.text, condition.span),
            condition,
        }));
        jump.span = cursor.span_from(start);
    }
    Ok(Stmt::Jump(Box::new(jump)))
}

/// `try … catch … finally`.
pub(super) fn try_statement(cursor: &mut Cursor<'_>) -> Result<Stmt, Failed> {
    let start = cursor.bump().span.start;
    let (span, try_body) = body(cursor, start, "`try`")?;
    let mut catches = Vec::new();
    while cursor.at_word("catch") {
        few(
            cursor,
            catches.len(),
            "`catch` blocks",
            "catch all errors: `catch:`",
        )?;
        catches.push(catch(cursor)?);
    }
    let finally = alternative(cursor, &["finally"])?;
    Ok(Stmt::Try(Box::new(Try {
        span,
        body: try_body,
        catches: catches.into(),
        finally,
    })))
}

/// `catch [type] [as $e]:`.
fn catch(cursor: &mut Cursor<'_>) -> Result<Catch, Failed> {
    let start = cursor.bump().span.start;
    let named_as = cursor.at_word("as") && cursor.nth_is_word(1, "as");
    let error_type = if cursor.at(Kind::Word) && (named_as || !cursor.at_word("as")) {
        Some(text::word(cursor, "the type of an error")?)
    } else {
        None
    };
    let variable = if cursor.accept_word("as") {
        Some(text::assigned(cursor, "a name such as `$problem`")?)
    } else {
        None
    };
    let (span, body) = body(cursor, start, "`catch`")?;
    Ok(Catch {
        span,
        error_type,
        variable,
        body,
    })
}

/// `throw "…"`, `rethrow`, `ignore`.
pub(super) fn throw(cursor: &mut Cursor<'_>) -> Result<Stmt, Failed> {
    let written = cursor.word();
    let start = cursor.bump().span.start;
    let word = match written {
        "rethrow" => ThrowWord::Rethrow,
        "ignore" => ThrowWord::Ignore,
        _ => ThrowWord::Throw(text::interpolated(cursor, "the error as a text")?),
    };
    Ok(Stmt::Throw(Box::new(Throw {
        span: cursor.span_from(start),
        word,
    })))
}
