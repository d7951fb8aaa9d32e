//! `git policy` of the project.

use super::block::{Blame, goes_on, open};
use super::cursor::{Cursor, Failed};
use super::growth::few;
use super::text;
use crate::ast::GitPolicy;
use crate::source::Text;
use crate::syntax::Kind;

/// `git policy:` with `branch:` and `commit:`.
pub(super) fn git_policy(cursor: &mut Cursor<'_>) -> Result<GitPolicy, Failed> {
    let start = cursor.bump().span.start;
    cursor.expect_word("policy")?;
    let mut policy = GitPolicy {
        span: cursor.span_from(start),
        ..GitPolicy::default()
    };
    open(cursor, start, "the policy", Blame::Header)?;
    while goes_on(cursor)? {
        let start = cursor.token().span.start;
        let rule = match cursor.word() {
            "branch" => branch_rule,
            "commit" => commit_rule,
            _ => return Err(cursor.unexpected("`branch` or `commit`")),
        };
        cursor.bump();
        open(cursor, start, "this part of the policy", Blame::Header)?;
        while goes_on(cursor)? {
            rule(cursor, &mut policy)?;
        }
    }
    Ok(policy)
}

fn branch_rule(cursor: &mut Cursor<'_>, policy: &mut GitPolicy) -> Result<(), Failed> {
    let word = cursor.word();
    match word {
        "default" | "protected" => {
            cursor.bump();
            cursor.expect_word("branches")?;
            match word {
                "default" => list(cursor, &mut policy.default_branches),
                _ => list(cursor, &mut policy.protected_branches),
            }
        }
        "naming" => {
            cursor.bump();
            policy.branch_pattern = Some(pattern(cursor)?);
            Ok(())
        }
        "types" => {
            cursor.bump();
            list(cursor, &mut policy.branch_types)
        }
        _ => {
            Err(cursor.unexpected("`default branches`, `protected branches`, `naming` or `types`"))
        }
    }
}

fn commit_rule(cursor: &mut Cursor<'_>, policy: &mut GitPolicy) -> Result<(), Failed> {
    match cursor.word() {
        "messages" => {
            cursor.bump();
            policy.commit_pattern = Some(pattern(cursor)?);
        }
        "ban" => {
            cursor.bump();
            list(cursor, &mut policy.commit_bans)?;
        }
        "min" => {
            cursor.bump();
            cursor.expect_word("length")?;
            policy.commit_min_length = length(cursor)?;
        }
        "extract" => {
            for word in ["extract", "identifier", "from", "branch"] {
                cursor.expect_word(word)?;
            }
            policy.extract_identifier = true;
        }
        "enforce" => {
            for word in ["enforce", "signed", "commits"] {
                cursor.expect_word(word)?;
            }
            policy.enforce_signed_commits = true;
        }
        _ => {
            return Err(cursor.unexpected(
                "`messages`, `ban`, `min length`, `extract identifier from branch` or `enforce signed commits`",
            ));
        }
    }
    Ok(())
}

/// `: "a"`; braces in it are parts of a pattern.
fn pattern(cursor: &mut Cursor<'_>) -> Result<Text, Failed> {
    cursor.expect(Kind::Colon, "`:`")?;
    text::plain(cursor, "a pattern as a text")
}

/// `: 10`.
fn length(cursor: &mut Cursor<'_>) -> Result<u32, Failed> {
    cursor.expect(Kind::Colon, "`:`")?;
    let number = cursor.expect(Kind::Number, "a number")?;
    match cursor.slice(number.span).parse() {
        Ok(length) => Ok(length),
        Err(_) => Err(cursor.fail(number.span, "a length is a whole number")),
    }
}

/// `: "a", "b"`.
fn list(cursor: &mut Cursor<'_>, list: &mut Vec<Text>) -> Result<(), Failed> {
    cursor.expect(Kind::Colon, "`:`")?;
    loop {
        few(
            cursor,
            list.len(),
            "names in a list",
            "describe them by a pattern",
        )?;
        list.push(text::plain(cursor, "a text")?);
        if cursor.accept(Kind::Comma).is_none() {
            return Ok(());
        }
    }
}
