//! Comparisons of versions.

use super::super::condition::{ConditionEnd, right_operand};
use super::super::cursor::{Cursor, Failed};
use crate::ast::{Operand, Test, VersionTest};

/// `is [not] older|newer than version V`.
pub(super) fn version(
    cursor: &mut Cursor<'_>,
    until: ConditionEnd,
    left: &Operand,
) -> Result<Option<Test>, Failed> {
    if !cursor.at_word("is") {
        return Ok(None);
    }
    let at = 1 + usize::from(cursor.nth_is_word(1, "not"));
    let newer = cursor.nth_is_word(at, "newer");
    let is_version =
        (newer || cursor.nth_is_word(at, "older")) && cursor.nth_is_word(at + 1, "than");
    if !is_version {
        return Ok(None);
    }
    (0..at + 2).for_each(|_| {
        cursor.bump();
    });
    cursor.expect_word("version")?;
    Ok(Some(Test::Version(Box::new(VersionTest {
        left: left.clone(),
        right: right_operand(cursor, until)?,
        newer,
        negated: at == 2,
    }))))
}
