//! `git get latest …` and `git ensure …`.

use super::super::cursor::{Cursor, Failed};
use super::super::{scm, text};
use super::options::another;
use crate::ast::action::{GitEnsure, GitQuery};
use crate::ast::{Operand, Stmt, WantedVersions};
use crate::syntax::Kind;

/// How the parts of a query begin, and what is said where something else stands.
const PARTS: &[&str] = &["using", "matching", "in", "ordered", "allow", "as"];
const EXPECTED: &str = "`using`, `matching`, `in series`, `ordered by`, `allow fetch` or `as $v`";
/// The same for `git ensure`, whose parts have an order.
const EXPECTED_OF_ENSURE: &str = "`using`, `matching tags` and `as $v`, in this order";

/// Whether one of them begins here.
pub(in crate::parser) fn begins(cursor: &mut Cursor<'_>) -> bool {
    cursor.at_word("git") && (cursor.nth_is_word(1, "get") || cursor.nth_is_word(1, "ensure"))
}

/// `git get …`, `git ensure …`.
pub(in crate::parser) fn query(cursor: &mut Cursor<'_>) -> Result<Stmt, Failed> {
    let start = cursor.bump().span.start;
    match cursor.word() {
        "get" => get(cursor, start),
        _ => ensure(cursor, start),
    }
}

/// `get latest tag|version from SOURCE …`, and `as $v` at the end.
fn get(cursor: &mut Cursor<'_>, start: u32) -> Result<Stmt, Failed> {
    cursor.bump();
    cursor.expect_word("latest")?;
    let tag = cursor.accept_word("tag");
    if !tag && !cursor.accept_word("version") {
        return Err(cursor.unexpected("`tag` or `version`"));
    }
    cursor.expect_word("from")?;
    let (_, source) = text::dashed_name(cursor, "the name of a source")?;
    let mut node = GitQuery {
        span: cursor.span_from(start),
        tag,
        source,
        method: None,
        tags: None,
        wanted: None,
        by_date: false,
        allow_fetch: false,
        variable: Default::default(),
    };
    while another(cursor, PARTS, EXPECTED)? {
        if cursor.accept_word("as") {
            node.variable = text::assigned(cursor, "a name such as `$latest`")?;
            node.span = cursor.span_from(start);
            return Ok(Stmt::GitQuery(Box::new(node)));
        }
        part(cursor, &mut node)?;
    }
    let help = "name the variable that takes it, at the end: `as $latest`";
    Err(cursor.unexpected_with_help("`as`", Some(help)))
}

fn part(cursor: &mut Cursor<'_>, node: &mut GitQuery) -> Result<(), Failed> {
    let span = cursor.token().span;
    let again = match cursor.word() {
        "using" => {
            cursor.bump();
            node.method.replace(scm::method(cursor)?).is_some()
        }
        "matching" if cursor.nth_is_word(1, "tags") => {
            cursor.bump();
            cursor.bump();
            node.tags.replace(scm::accept_contract(cursor)?).is_some()
        }
        "matching" | "in" => node.wanted.replace(wanted(cursor)?).is_some(),
        "ordered" => {
            cursor.bump();
            cursor.expect_word("by")?;
            node.by_date = match cursor.word() {
                "date" => true,
                "version" => false,
                _ => return Err(cursor.unexpected("`version` or `date`")),
            };
            cursor.bump();
            false
        }
        "allow" => {
            cursor.bump();
            cursor.expect_word("fetch")?;
            node.allow_fetch = true;
            false
        }
        _ => return Err(cursor.unexpected(EXPECTED)),
    };
    match again {
        true => Err(cursor.fail(span, "this is said a second time")),
        false => Ok(()),
    }
}

/// `matching version TEXT`, `in series TEXT`.
fn wanted(cursor: &mut Cursor<'_>) -> Result<WantedVersions, Failed> {
    let series = cursor.word() == "in";
    cursor.bump();
    cursor.expect_word(if series { "series" } else { "version" })?;
    let span = cursor.token().span;
    let text = text::plain(cursor, "a text")?;
    let (wanted, help) = match series {
        true => (WantedVersions::Series(text), "write `\"8\"` or `\"8.4\"`"),
        false => (
            WantedVersions::Constraint(text),
            "write clauses such as `\">=8.4.0 <9.0.0\"`",
        ),
    };
    match wanted.is_valid() {
        true => Ok(wanted),
        false => Err(cursor.fail_with_help(span, "these are no versions", help)),
    }
}

/// `ensure VERSION is newer than latest version from SOURCE`, then `using`, `matching tags`, `as` in this order.
fn ensure(cursor: &mut Cursor<'_>, start: u32) -> Result<Stmt, Failed> {
    cursor.bump();
    let candidate = match cursor.accept(Kind::Variable) {
        Some(token) => Operand::Variable(cursor.share(token.span)),
        None => Operand::Text(text::interpolated(
            cursor,
            "a version as a text or a variable",
        )?),
    };
    for word in ["is", "newer", "than", "latest", "version", "from"] {
        cursor.expect_word(word)?;
    }
    let (_, source) = text::dashed_name(cursor, "the name of a source")?;
    let mut node = GitEnsure {
        span: cursor.span_from(start),
        candidate,
        source,
        method: None,
        tags: None,
        variable: None,
    };
    let mut left: &[&str] = &["using", "matching", "as"];
    while another(cursor, left, EXPECTED_OF_ENSURE)? {
        let word = cursor.word();
        let Some(at) = left.iter().position(|other| *other == word) else {
            return Err(cursor.unexpected(EXPECTED_OF_ENSURE));
        };
        left = left.get(at + 1..).unwrap_or_default();
        cursor.bump();
        match word {
            "using" => node.method = Some(scm::method(cursor)?),
            "matching" => {
                cursor.expect_word("tags")?;
                node.tags = Some(scm::accept_contract(cursor)?);
            }
            _ => node.variable = Some(text::assigned(cursor, "a name such as `$latest`")?),
        }
    }
    node.span = cursor.span_from(start);
    Ok(Stmt::GitEnsure(Box::new(node)))
}
