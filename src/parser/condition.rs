//! Conditions. (Temporary: the text only.)

use super::cursor::{Cursor, Failed};
use crate::ast::{Condition, Operand, Template, Test};
use crate::syntax::Kind;

/// What ends a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConditionEnd {
    /// The `:` of a header, which is not taken.
    Colon,
    /// The end of the line.
    Line,
}

/// Parses a condition; at its end the cursor stands behind its last token.
pub fn condition(cursor: &mut Cursor<'_>, until: ConditionEnd) -> Result<Condition, Failed> {
    let start = cursor.token().span.start;
    while cursor.on_same_line() && !(until == ConditionEnd::Colon && cursor.at(Kind::Colon)) {
        cursor.bump();
    }
    let span = cursor.span_from(start);
    let text = cursor.share(span);
    Ok(Condition {
        span,
        text: Template::plain(span, text.clone()),
        test: Test::Truth(Operand::Literal(text)),
    })
}
