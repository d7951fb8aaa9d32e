//! Which tags are versions.

use super::super::block::{Blame, goes_on, open};
use super::super::cursor::{Cursor, Failed};
use super::super::growth::few;
use super::super::text;
use crate::ast::TagContract;
use crate::source::Text;
use crate::syntax::Kind;

/// `version tags: …`.
pub(super) fn version_tags(cursor: &mut Cursor<'_>) -> Result<TagContract, Failed> {
    let start = cursor.bump().span.start;
    cursor.expect_word("tags")?;
    let next = cursor.nth(1);
    if !next.line_start && matches!(next.kind, Kind::Text | Kind::UnclosedText | Kind::Word) {
        cursor.expect(Kind::Colon, "`:`")?;
        return match cursor.kind() {
            Kind::Word => preset(cursor),
            _ => Ok(TagContract::Formats(vec![format(cursor)?])),
        };
    }
    open(cursor, start, "`version tags`", Blame::Header)?;
    let mut contract = None;
    while goes_on(cursor)? {
        let span = cursor.token().span;
        if contract.replace(described(cursor)?).is_some() {
            return Err(cursor.fail(span, "tags are described once"));
        }
    }
    match contract {
        Some(contract) => Ok(contract),
        None => Err(cursor.unexpected("`format`, `formats` or `pattern`")),
    }
}

/// `format: "a"`, `formats:` and a text a line, `pattern: "a"`.
fn described(cursor: &mut Cursor<'_>) -> Result<TagContract, Failed> {
    let start = cursor.token().span.start;
    match cursor.word() {
        "format" => {
            cursor.bump();
            cursor.expect(Kind::Colon, "`:`")?;
            Ok(TagContract::Formats(vec![format(cursor)?]))
        }
        "formats" => {
            cursor.bump();
            open(cursor, start, "the list of formats", Blame::Header)?;
            let mut formats = Vec::new();
            while goes_on(cursor)? {
                few(cursor, formats.len(), "formats", "use a pattern")?;
                formats.push(format(cursor)?);
            }
            Ok(TagContract::Formats(formats))
        }
        "pattern" => {
            cursor.bump();
            cursor.expect(Kind::Colon, "`:`")?;
            pattern(cursor)
        }
        _ => Err(cursor.unexpected("`format`, `formats` or `pattern`")),
    }
}

/// `TEXT`, a preset or `pattern TEXT`, as they stand in a statement.
pub(in crate::parser) fn accept_contract(cursor: &mut Cursor<'_>) -> Result<TagContract, Failed> {
    if cursor.accept_word("pattern") {
        return pattern(cursor);
    }
    match cursor.kind() {
        Kind::Word => preset(cursor),
        _ => Ok(TagContract::Formats(vec![format(cursor)?])),
    }
}

/// `semver`, `semver_optional_v`.
fn preset(cursor: &mut Cursor<'_>) -> Result<TagContract, Failed> {
    let contract = match cursor.word() {
        "semver" => TagContract::Semver,
        "semver_optional_v" => TagContract::SemverOptionalV,
        _ => return Err(cursor.unexpected("a format as a text, `semver` or `semver_optional_v`")),
    };
    cursor.bump();
    Ok(contract)
}

/// A text with one `{version}`; other braces are doubled.
fn format(cursor: &mut Cursor<'_>) -> Result<Text, Failed> {
    let span = cursor.token().span;
    let format = text::plain(cursor, "a format such as `\"v{version}\"`")?;
    let bare = format.replace("{{", "").replace("}}", "");
    let rest = bare.replacen("{version}", "", 1);
    match rest.len() + "{version}".len() == bare.len() && !rest.contains(['{', '}']) {
        true => Ok(format),
        false => {
            let help = "double a brace that is one: `{{`";
            Err(cursor.fail_with_help(span, "a format has one `{version}`", help))
        }
    }
}

/// A regular expression with one group, `version`.
fn pattern(cursor: &mut Cursor<'_>) -> Result<TagContract, Failed> {
    let span = cursor.token().span;
    let pattern = text::plain(cursor, "a regular expression as a text")?;
    // Looked at and not compiled: a long file may hold very many, and few of them are used.
    let Ok(read) = regex_syntax::parse(&pattern) else {
        return Err(cursor.fail(span, "this is no regular expression"));
    };
    let named = ["(?P<version>", "(?<version>"];
    let has_name = named.iter().any(|group| pattern.contains(group));
    match read.properties().explicit_captures_len() {
        1 if has_name => Ok(TagContract::Pattern(pattern)),
        _ => {
            let help = "write `(?P<version>…)`, and `(?:…)` for other groups";
            Err(cursor.fail_with_help(span, "a pattern has one group, `version`", help))
        }
    }
}
