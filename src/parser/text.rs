//! Quoted texts and names, as most statements want them.

use super::cursor::{Cursor, Failed};
use super::template::template_in;
use crate::ast::Template;
use crate::source::{Span, Text};
use crate::syntax::{Kind, Token};

/// A quoted text that is taken as it is.
pub(super) fn plain(cursor: &mut Cursor<'_>, what: &str) -> Result<Text, Failed> {
    let token = quoted(cursor, what)?;
    Ok(cursor.value(token))
}

/// A quoted text with placeholders.
pub(super) fn interpolated(cursor: &mut Cursor<'_>, what: &str) -> Result<Template, Failed> {
    let token = quoted(cursor, what)?;
    let value = cursor.value(token);
    Ok(template_in(cursor, &value, token.span))
}

/// A quoted text with placeholders, if there is one.
pub(super) fn accept_interpolated(cursor: &mut Cursor<'_>) -> Result<Option<Template>, Failed> {
    match cursor.kind() {
        Kind::Text | Kind::UnclosedText => interpolated(cursor, "a text").map(Some),
        _ => Ok(None),
    }
}

/// A number or another token that stands for its own spelling.
pub(super) fn spelled(cursor: &Cursor<'_>, span: Span) -> Template {
    Template::plain(span, cursor.share(span))
}

fn quoted(cursor: &mut Cursor<'_>, what: &str) -> Result<Token, Failed> {
    if let Some(token) = cursor.accept(Kind::Text) {
        return Ok(token);
    }
    let help = match cursor.kind() {
        Kind::Word | Kind::Number | Kind::Variable if cursor.on_same_line() => {
            Some("write texts in double quotes")
        }
        _ => None,
    };
    Err(cursor.unexpected_with_help(what, help))
}

/// The text after `means`, if there is one; an empty one counts as missing.
pub(super) fn description(cursor: &mut Cursor<'_>) -> Result<Option<Text>, Failed> {
    if !cursor.accept_word("means") {
        return Ok(None);
    }
    let description = plain(cursor, "the description as a text")?;
    Ok((!description.is_empty()).then_some(description))
}

/// Any word.
pub(super) fn word(cursor: &mut Cursor<'_>, what: &str) -> Result<Text, Failed> {
    let token = cursor.expect(Kind::Word, what)?;
    Ok(cursor.share(token.span))
}

/// A quoted name or any word; its span and its value.
pub(super) fn name(cursor: &mut Cursor<'_>, what: &str) -> Result<(Span, Text), Failed> {
    let span = cursor.token().span;
    if cursor.at(Kind::Word) {
        cursor.bump();
        Ok((span, cursor.share(span)))
    } else {
        Ok((span, plain(cursor, what)?))
    }
}

/// The same, where a name may also be words joined by dashes with blanks around them.
pub(super) fn dashed_name(cursor: &mut Cursor<'_>, what: &str) -> Result<(Span, Text), Failed> {
    if cursor.at(Kind::Word) {
        dashed_word(cursor, what)
    } else {
        name(cursor, what)
    }
}

/// `a`, `a-b` or `a - b`, the last of which is read as `a-b`.
pub(super) fn dashed_word(cursor: &mut Cursor<'_>, what: &str) -> Result<(Span, Text), Failed> {
    let first = cursor.expect(Kind::Word, what)?.span;
    if !cursor.at(Kind::Minus) {
        return Ok((first, cursor.share(first)));
    }
    let mut joined = cursor.slice(first).to_owned();
    while cursor.accept(Kind::Minus).is_some() {
        let part = cursor.expect(Kind::Word, "the rest of the name after its dash")?;
        joined.push('-');
        joined.push_str(cursor.slice(part.span));
    }
    let span = cursor.span_from(first.start);
    let name = match cursor.slice(span) == joined {
        true => cursor.share(span),
        false => Text::from(joined),
    };
    Ok((span, name))
}

/// A variable with its `$` that a statement sets.
pub(super) fn assigned(cursor: &mut Cursor<'_>, what: &str) -> Result<Text, Failed> {
    let token = cursor.token();
    if !cursor.at(Kind::Variable) {
        let help = (cursor.at(Kind::Word) && cursor.on_same_line())
            .then(|| format!("write `${}`", cursor.word()));
        return Err(cursor.unexpected_with_help(what, help.as_deref()));
    }
    let written = cursor.slice(token.span);
    if matches!(written, "$globals" | "$params") {
        let message = format!("`{written}` is reserved and cannot be set");
        return Err(cursor.fail_with_help(token.span, message, "choose another name"));
    }
    cursor.bump();
    Ok(cursor.share(token.span))
}
