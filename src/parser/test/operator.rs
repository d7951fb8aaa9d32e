//! Operators between two sides.

use super::super::condition::{ConditionEnd, at_end};
use super::super::cursor::{Cursor, Failed};
use crate::ast::Comparator;
use crate::syntax::Kind;

pub(super) fn symbol(kind: Kind) -> Option<Comparator> {
    Some(match kind {
        Kind::Equal | Kind::Assign => Comparator::Equal,
        Kind::NotEqual => Comparator::NotEqual,
        Kind::Less => Comparator::Less,
        Kind::LessOrEqual => Comparator::LessOrEqual,
        Kind::Greater => Comparator::Greater,
        Kind::GreaterOrEqual => Comparator::GreaterOrEqual,
        _ => return None,
    })
}

/// Takes an operator; nothing is taken when there is none.
pub(super) fn operator(
    cursor: &mut Cursor<'_>,
    until: ConditionEnd,
) -> Result<Option<Comparator>, Failed> {
    if let Some(operator) = symbol(cursor.kind()) {
        cursor.bump();
        return Ok(Some(operator));
    }
    if at_end(cursor, until) {
        return Ok(None);
    }
    if cursor.accept_word("is") {
        let not = cursor.accept_word("not");
        if cursor.at_word("empty") && last_word(cursor, until) {
            cursor.bump();
            return Ok(Some(if not {
                Comparator::IsNotEmpty
            } else {
                Comparator::IsEmpty
            }));
        }
        if cursor.at_word("in") && starts_list(cursor) {
            cursor.bump();
            return Ok(Some(if not {
                Comparator::NotIn
            } else {
                Comparator::In
            }));
        }
        return Ok(Some(if not {
            Comparator::IsNot
        } else {
            Comparator::Is
        }));
    }
    let not = cursor.at_word("not");
    let word = if not {
        let next = cursor.nth(1);
        cursor.slice(next.span)
    } else {
        cursor.word()
    };
    let operator = match (word, not) {
        ("contains", false) => Comparator::Contains,
        ("contains", true) => Comparator::NotContains,
        ("starts", false) => Comparator::StartsWith,
        ("starts", true) => Comparator::NotStartsWith,
        ("ends", false) => Comparator::EndsWith,
        ("ends", true) => Comparator::NotEndsWith,
        ("matches", false) => Comparator::Matches,
        ("matches", true) => Comparator::NotMatches,
        ("in", false) => Comparator::In,
        ("in", true) => Comparator::NotIn,
        _ => return Ok(None),
    };
    if not {
        cursor.bump();
    }
    cursor.bump();
    if matches!(word, "starts" | "ends") {
        cursor.expect_word("with")?;
    }
    Ok(Some(operator))
}

/// Whether the word at the cursor is the last of its test.
fn last_word(cursor: &mut Cursor<'_>, until: ConditionEnd) -> bool {
    let next = cursor.nth(1);
    match next.kind {
        Kind::End | Kind::ParenClose => true,
        Kind::Colon => until == ConditionEnd::Colon,
        _ if next.line_start && until != ConditionEnd::Text => true,
        Kind::Word => matches!(cursor.slice(next.span), "and" | "or"),
        _ => false,
    }
}

fn starts_list(cursor: &mut Cursor<'_>) -> bool {
    matches!(
        cursor.nth(1).kind,
        Kind::BracketOpen | Kind::Variable | Kind::Text | Kind::BraceOpen | Kind::Word
    )
}
