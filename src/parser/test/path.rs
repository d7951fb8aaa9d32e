//! Tests of files and folders.

use super::super::condition::{ConditionEnd, path};
use super::super::cursor::{Cursor, Failed};
use super::environment::existence;
use super::is_operator_word;
use crate::ast::{FileComparison, PathOperand, PathQuestion, PathTest, Test};
use crate::syntax::Kind;

const AFTER_PATH: &[&str] = &["exists", "does", "not", "is", "matches"];

/// `file P …`, a comparison of files, or something else that begins with `file`.
pub(super) fn file(cursor: &mut Cursor<'_>, until: ConditionEnd) -> Result<Option<Test>, Failed> {
    if !is_path(cursor) {
        return Ok(None);
    }
    cursor.bump();
    let left = path(cursor, until, AFTER_PATH)?;
    let negated = cursor.at_word("not") && cursor.nth_is_word(1, "matches");
    if negated {
        cursor.bump();
    }
    if !cursor.accept_word("matches") {
        return path_question(cursor, left, false).map(Some);
    }
    cursor.expect_word("file")?;
    let right = path(cursor, until, &[])?;
    Ok(Some(Test::FileComparison(Box::new(FileComparison {
        left,
        right,
        negated,
    }))))
}

/// Whether a path follows the word at the cursor: no operator, and no call of a built-in function.
fn is_path(cursor: &mut Cursor<'_>) -> bool {
    let next = cursor.nth(1);
    if next.line_start {
        return false;
    }
    match next.kind {
        Kind::Text | Kind::Variable | Kind::BraceOpen | Kind::Slash | Kind::Unknown => true,
        Kind::Word => {
            let word = cursor.slice(next.span);
            !AFTER_PATH.contains(&word) && !is_operator_word(word)
        }
        _ => false,
    }
}

pub(super) fn path_test(
    cursor: &mut Cursor<'_>,
    until: ConditionEnd,
    directory: bool,
) -> Result<Option<Test>, Failed> {
    if !is_path(cursor) {
        return Ok(None);
    }
    cursor.bump();
    let path = path(cursor, until, AFTER_PATH)?;
    path_question(cursor, path, directory).map(Some)
}

/// What is asked of a path that was taken.
fn path_question(
    cursor: &mut Cursor<'_>,
    path: PathOperand,
    directory: bool,
) -> Result<Test, Failed> {
    let question = match existence(cursor)? {
        Some(true) => PathQuestion::Exists,
        Some(false) => PathQuestion::NotExists,
        None => {
            cursor.expect_word("is")?;
            let not = cursor.accept_word("not");
            cursor.expect_word("empty")?;
            if not {
                PathQuestion::IsNotEmpty
            } else {
                PathQuestion::IsEmpty
            }
        }
    };
    Ok(Test::Path(Box::new(PathTest {
        directory,
        path,
        question,
    })))
}
