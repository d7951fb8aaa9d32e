//! Parameters of tasks and of the project.

use rustc_hash::FxHashSet;

use super::cursor::{Cursor, Failed};
use super::growth::{at_most, push};
use super::placeholder::braces;
use super::template::template_in;
use super::text;
use super::written::{after_comma, in_file, written};
use crate::ast::{
    DefaultValue, ItemType, Macro, Matching, Parameter, ParameterKind, ParameterType,
    ParameterValues, Template, Written,
};
use crate::source::{Span, Text};
use crate::syntax::Kind;

/// Who declares the parameter. That of a project knows fewer constraints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    /// A task or template task.
    Task,
    /// The project.
    Project,
}

/// A whole declaration, from `requires`, `given`, `accepts` or `parameter`.
pub(super) fn parameter(cursor: &mut Cursor<'_>, owner: Owner) -> Result<Parameter, Failed> {
    let start = cursor.token().span.start;
    let word = match (owner, cursor.word()) {
        (Owner::Project, _) => ParameterKind::Project,
        (_, "requires") => ParameterKind::Requires,
        (_, "given") => ParameterKind::Given,
        _ => ParameterKind::Accepts,
    };
    cursor.bump();
    let name = name(cursor, owner)?;
    let mut values = ParameterValues::default();
    if cursor.accept_word("as") {
        values.ty = Some(parameter_type(cursor)?);
    }
    constraint(cursor, owner, &mut values)?;
    let mut listed = allowed(cursor, owner, &mut values)?;
    if cursor.accept_word("defaults") {
        cursor.expect_word("to")?;
        let default_start = cursor.token().span.start;
        let is_list = matches!(values.ty, Some(ParameterType::List(_)));
        values.default = Some(default_value(cursor, owner, is_list)?);
        let default_span = cursor.span_from(default_start);
        if !listed && word == ParameterKind::Given {
            listed = allowed(cursor, owner, &mut values)?;
        }
        if listed {
            check_default(cursor, &name, &values, default_span)?;
        }
    }
    Ok(Parameter {
        span: cursor.span_from(start),
        word,
        name,
        values: values.into(),
    })
}

fn name(cursor: &mut Cursor<'_>, owner: Owner) -> Result<Text, Failed> {
    let span = cursor.token().span;
    match cursor.kind() {
        Kind::Variable => {
            cursor.bump();
            Ok(cursor.share(Span::new(span.start + 1, span.end)))
        }
        Kind::Word if owner == Owner::Task => {
            cursor.bump();
            Ok(cursor.share(span))
        }
        _ => text::assigned(cursor, "the name of the parameter, such as `$name`"),
    }
}

fn parameter_type(cursor: &mut Cursor<'_>) -> Result<ParameterType, Failed> {
    let word = text::word(cursor, "a type: `string`, `number`, `boolean` or `list`")?;
    Ok(match word.as_str() {
        "string" => ParameterType::String,
        "number" => ParameterType::Number,
        "boolean" => ParameterType::Boolean,
        "list" => ParameterType::List(item_type(cursor)?),
        _ => ParameterType::Unknown(word),
    })
}

fn item_type(cursor: &mut Cursor<'_>) -> Result<ItemType, Failed> {
    if !cursor.accept_word("of") {
        return Ok(ItemType::Any);
    }
    let word = text::word(cursor, "the type of the items")?;
    Ok(match word.as_str() {
        "string" | "strings" => ItemType::Any,
        "number" | "numbers" => ItemType::Number,
        "boolean" | "booleans" => ItemType::Boolean,
        _ => ItemType::Unknown(word),
    })
}

/// `between A and B`, or `matching …`.
fn constraint(
    cursor: &mut Cursor<'_>,
    owner: Owner,
    values: &mut ParameterValues,
) -> Result<(), Failed> {
    let word = cursor.word();
    if !matches!(word, "between" | "matching") {
        return Ok(());
    }
    if owner == Owner::Project {
        let message = format!("a parameter of the project cannot be checked by `{word}`");
        let span = cursor.token().span;
        return Err(cursor.fail_with_help(span, message, "list its values: `from [\"a\", \"b\"]`"));
    }
    cursor.bump();
    if word == "matching" {
        values.matching = Some(matching(cursor)?);
    } else {
        let least = bound(cursor)?;
        cursor.expect_word("and")?;
        values.range = Some((least, bound(cursor)?));
        values.ty.get_or_insert(ParameterType::Number);
    }
    Ok(())
}

fn bound(cursor: &mut Cursor<'_>) -> Result<Text, Failed> {
    let token = cursor.expect(Kind::Number, "a number")?;
    Ok(cursor.share(token.span))
}

fn matching(cursor: &mut Cursor<'_>) -> Result<Matching, Failed> {
    let token = cursor.token();
    let word = text::word(cursor, "`pattern \"…\"`, `email` or the name of a pattern")?;
    match word.as_str() {
        "pattern" => Ok(Matching::Pattern(text::plain(
            cursor,
            "the regular expression as a text",
        )?)),
        "email" => {
            cursor.accept_word("format");
            Ok(Matching::Email)
        }
        name => {
            let found = Macro::ALL.into_iter().find(|known| known.as_str() == name);
            found.map(Matching::Macro).ok_or_else(|| {
                let message = format!("there is no pattern of the name `{name}`");
                let known = Macro::ALL.map(Macro::as_str).join(", ");
                let help = format!("the patterns are email, {known}");
                cursor.fail_with_help(token.span, message, help)
            })
        }
    }
}

/// How many values a list of allowed values may have: all of them stay in the tree.
const ALLOWED: usize = 16_384;

/// `from ["a", "b"]`; whether it was there.
fn allowed(
    cursor: &mut Cursor<'_>,
    owner: Owner,
    values: &mut ParameterValues,
) -> Result<bool, Failed> {
    if !cursor.accept_word("from") {
        return Ok(false);
    }
    cursor.open_bracket()?;
    let mut listed = Vec::new();
    while !cursor.at(Kind::BracketClose) {
        let help = "check them by `matching pattern`";
        at_most(cursor, ALLOWED, listed.len(), "allowed values", help)?;
        let value = if owner == Owner::Project && cursor.at(Kind::Word) {
            text::word(cursor, "a text or `]`")?
        } else {
            text::plain(cursor, "a text or `]`")?
        };
        push(&mut listed, value);
        cursor.accept(Kind::Comma);
    }
    cursor.close_bracket()?;
    values.allowed = listed.into();
    Ok(true)
}

fn default_value(
    cursor: &mut Cursor<'_>,
    owner: Owner,
    is_list: bool,
) -> Result<DefaultValue, Failed> {
    let token = cursor.token();
    if owner == Owner::Task {
        match (cursor.kind(), cursor.word()) {
            (Kind::BraceOpen, _) => {
                let span = braces(cursor)?;
                let text = cursor.share(span);
                return Ok(DefaultValue::Text(template_in(cursor, &text, span)));
            }
            (Kind::BracketOpen, _) => return Ok(DefaultValue::Array(array(cursor)?)),
            (_, "empty") => {
                cursor.bump();
                return Ok(if is_list {
                    let (_, kept) = cursor.weight();
                    DefaultValue::Array(written(cursor, token.span.end, kept, literals))
                } else {
                    DefaultValue::Text(Template::plain(token.span, ""))
                });
            }
            (_, "current") => {
                cursor.bump();
                cursor.expect_word("git")?;
                cursor.expect_word("commit")?;
                let span = cursor.span_from(token.span.start);
                let text = Text::from("{current git commit}");
                return Ok(DefaultValue::Text(template_in(cursor, &text, span)));
            }
            _ => {}
        }
    }
    literal(cursor, "a default value").map(DefaultValue::Text)
}

/// A text, a number or a boolean.
fn literal(cursor: &mut Cursor<'_>, what: &str) -> Result<Template, Failed> {
    let token = cursor.token();
    let boolean = matches!(cursor.word(), "true" | "false");
    if cursor.at(Kind::Number) || boolean {
        cursor.bump();
        return Ok(text::spelled(cursor, token.span));
    }
    text::interpolated(cursor, what)
}

fn array(cursor: &mut Cursor<'_>) -> Result<Written<Template>, Failed> {
    cursor.open_bracket()?;
    let start = cursor.token().span.start;
    let (_, kept) = cursor.weight();
    while !cursor.at(Kind::BracketClose) {
        item(cursor)?;
        if cursor.accept(Kind::Comma).is_none() {
            break;
        }
    }
    let array = written(cursor, start, kept, literals);
    cursor.close_bracket()?;
    Ok(array)
}

fn item(cursor: &mut Cursor<'_>) -> Result<Template, Failed> {
    literal(cursor, "a text or `]`")
}

/// Reads the items of an array again.
fn literals(text: &Text, list: Span, continues: bool, most: usize) -> (Vec<Template>, Option<u32>) {
    in_file(text, list, continues, most, |cursor, continues| {
        after_comma(cursor, continues, item)
    })
}

/// A default has to be one of the allowed values; what is only known when the task runs is checked
/// then.
fn check_default(
    cursor: &mut Cursor<'_>,
    name: &str,
    values: &ParameterValues,
    span: Span,
) -> Result<(), Failed> {
    if values.allowed.is_empty() {
        return Ok(());
    }
    let is_list = matches!(values.ty, Some(ParameterType::List(_)));
    let allowed: FxHashSet<&str> = values.allowed.iter().map(Text::as_str).collect();
    let is_allowed = |value: &str| allowed.contains(value);
    let refused: Option<Text> = match &values.default {
        Some(DefaultValue::Text(default)) if default.is_plain() && is_list => default
            .text
            .split(',')
            .map(str::trim)
            .find(|item| !item.is_empty() && !is_allowed(item))
            .map(Text::from),
        Some(DefaultValue::Text(default)) if default.is_plain() => {
            Some(default.text.clone()).filter(|text| !is_allowed(text))
        }
        Some(DefaultValue::Array(items)) => items
            .iter()
            .filter(Template::is_plain)
            .map(|item| item.text)
            .find(|item| !is_allowed(item)),
        _ => None,
    };
    let Some(refused) = refused else {
        return Ok(());
    };
    let message = format!("the default `{refused}` of parameter `{name}` is not an allowed value");
    let help = format!("the allowed values are {}", values.allowed.join(", "));
    Err(cursor.fail_with_help(span, message, help))
}
