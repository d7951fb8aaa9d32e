//! Parameters of tasks and of the project.

use super::cursor::{Cursor, Failed};
use super::placeholder::braces;
use super::template::template;
use crate::ast::{
    DefaultValue, ItemType, Matching, Parameter, ParameterKind, ParameterType, Template,
};
use crate::source::{Span, Text};
use crate::syntax::Kind;

/// Whether a parameter begins here; `requires tools:` is something else.
pub(super) fn begins(cursor: &mut Cursor<'_>) -> bool {
    match cursor.word() {
        "given" | "accepts" => true,
        "parameter" => cursor.nth(1).kind == Kind::Variable,
        "requires" => !(cursor.nth_is_word(1, "tools") && cursor.nth(2).kind == Kind::Colon),
        _ => false,
    }
}

/// `requires`, `given`, `accepts`, `parameter`.
pub(super) fn parameter(cursor: &mut Cursor<'_>) -> Result<Parameter, Failed> {
    let word = match cursor.word() {
        "requires" => ParameterKind::Requires,
        "given" => ParameterKind::Given,
        _ => ParameterKind::Accepts,
    };
    let start = cursor.bump().span.start;
    let mut parameter = named(cursor, start, word)?;
    if cursor.accept_word("as") {
        parameter.ty = Some(parameter_type(cursor)?);
    }
    loop {
        if cursor.at_word("between") {
            cursor.bump();
            parameter.range = Some(range(cursor)?);
            parameter.ty.get_or_insert(ParameterType::Number);
        } else if cursor.at_word("matching") {
            cursor.bump();
            parameter.matching = Some(matching(cursor)?);
        } else {
            break;
        }
    }
    values(cursor, &mut parameter)?;
    parameter.span = cursor.span_from(start);
    Ok(parameter)
}

/// `parameter $x …` of a project.
pub(super) fn project_parameter(cursor: &mut Cursor<'_>) -> Result<Parameter, Failed> {
    let start = cursor.bump().span.start;
    if !cursor.at(Kind::Variable) {
        return Err(cursor.unexpected("the parameter with its `$`"));
    }
    let mut parameter = named(cursor, start, ParameterKind::Project)?;
    if cursor.accept_word("as") {
        parameter.ty = Some(parameter_type(cursor)?);
    }
    if cursor.at_word("between") || cursor.at_word("matching") {
        return Err(cursor.unexpected("`from`, `defaults` or the next line"));
    }
    values(cursor, &mut parameter)?;
    parameter.span = cursor.span_from(start);
    Ok(parameter)
}

fn named(cursor: &mut Cursor<'_>, start: u32, word: ParameterKind) -> Result<Parameter, Failed> {
    let token = cursor.token();
    let name = match cursor.kind() {
        Kind::Variable => cursor.share(Span::new(token.span.start + 1, token.span.end)),
        Kind::Word => cursor.share(token.span),
        _ => return Err(cursor.unexpected("the name of a parameter")),
    };
    cursor.bump();
    Ok(Parameter {
        span: cursor.span_from(start),
        word,
        name,
        ty: None,
        allowed: Vec::new(),
        default: None,
        range: None,
        matching: None,
    })
}

fn parameter_type(cursor: &mut Cursor<'_>) -> Result<ParameterType, Failed> {
    let token = cursor.expect(Kind::Word, "a type")?;
    Ok(match cursor.slice(token.span) {
        "string" => ParameterType::String,
        "number" => ParameterType::Number,
        "boolean" => ParameterType::Boolean,
        "list" => {
            if !cursor.accept_word("of") {
                return Ok(ParameterType::List(ItemType::Any));
            }
            let item = cursor.expect(Kind::Word, "the type of the items")?;
            ParameterType::List(match cursor.slice(item.span) {
                "string" | "strings" => ItemType::Any,
                "number" | "numbers" => ItemType::Number,
                "boolean" | "booleans" => ItemType::Boolean,
                _ => ItemType::Unknown(cursor.share(item.span)),
            })
        }
        _ => ParameterType::Unknown(cursor.share(token.span)),
    })
}

fn range(cursor: &mut Cursor<'_>) -> Result<(Text, Text), Failed> {
    let low = cursor.expect(Kind::Number, "a number")?;
    cursor.expect_word("and")?;
    let high = cursor.expect(Kind::Number, "a number")?;
    Ok((cursor.share(low.span), cursor.share(high.span)))
}

fn matching(cursor: &mut Cursor<'_>) -> Result<Matching, Failed> {
    if cursor.accept_word("pattern") {
        let token = cursor.expect(Kind::Text, "the pattern in quotes")?;
        return Ok(Matching::Pattern(cursor.value(token)));
    }
    let token = cursor.expect(Kind::Word, "`pattern`, `email` or the name of a macro")?;
    if cursor.slice(token.span) == "email" {
        if cursor.on_same_line() {
            cursor.accept_word("format");
        }
        return Ok(Matching::Email);
    }
    Ok(Matching::Macro(cursor.share(token.span)))
}

/// Allowed values and the default, in either order.
fn values(cursor: &mut Cursor<'_>, parameter: &mut Parameter) -> Result<(), Failed> {
    let mut default_span = Span::default();
    loop {
        if cursor.at_word("from") && cursor.nth(1).kind == Kind::BracketOpen {
            cursor.bump();
            parameter.allowed = allowed(cursor)?;
        } else if cursor.at_word("defaults") {
            cursor.bump();
            cursor.expect_word("to")?;
            default_span = cursor.token().span;
            let list = matches!(parameter.ty, Some(ParameterType::List(_)));
            parameter.default = Some(default(cursor, list)?);
        } else {
            break;
        }
    }
    check_default(cursor, parameter, default_span)
}

/// `["a", "b"]`; commas are optional.
fn allowed(cursor: &mut Cursor<'_>) -> Result<Vec<Text>, Failed> {
    cursor.open_bracket()?;
    let mut values = Vec::new();
    while !cursor.at(Kind::BracketClose) {
        let token = cursor.token();
        values.push(match cursor.kind() {
            Kind::Text => cursor.value(token),
            Kind::Word | Kind::Number => cursor.share(token.span),
            _ => return Err(cursor.unexpected("a value in quotes, or `]`")),
        });
        cursor.bump();
        cursor.accept(Kind::Comma);
    }
    cursor.close_bracket()?;
    Ok(values)
}

fn default(cursor: &mut Cursor<'_>, list: bool) -> Result<DefaultValue, Failed> {
    let token = cursor.token();
    let text = match cursor.kind() {
        Kind::Text => {
            cursor.bump();
            template(&cursor.value(token), token.span)
        }
        Kind::Number => {
            cursor.bump();
            Template::plain(token.span, cursor.share(token.span))
        }
        Kind::BraceOpen => {
            let span = braces(cursor)?;
            template(&cursor.share(span), span)
        }
        Kind::BracketOpen => return array(cursor),
        Kind::Word => match cursor.word() {
            "true" | "false" => {
                cursor.bump();
                Template::plain(token.span, cursor.share(token.span))
            }
            "empty" => {
                cursor.bump();
                if list {
                    return Ok(DefaultValue::Array(Vec::new()));
                }
                Template::plain(token.span, Text::default())
            }
            "current" if cursor.nth_is_word(1, "git") && cursor.nth_is_word(2, "commit") => {
                (0..3).for_each(|_| {
                    cursor.bump();
                });
                let span = cursor.span_from(token.span.start);
                template(&Text::from("{current git commit}"), span)
            }
            word => {
                let message = format!("the default is not quoted: {word}");
                let help = format!("write defaults to \"{word}\"");
                return Err(cursor.fail_with_help(token.span, message, help));
            }
        },
        _ => return Err(cursor.unexpected("a default: a text, a number, a boolean or a list")),
    };
    Ok(DefaultValue::Text(text))
}

fn array(cursor: &mut Cursor<'_>) -> Result<DefaultValue, Failed> {
    let items = super::expression::array(cursor)?;
    let mut templates = Vec::new();
    for item in items.elements {
        templates.push(match item {
            crate::ast::Expr::Text(text) => text,
            crate::ast::Expr::Number(text) | crate::ast::Expr::Word(text) => {
                Template::plain(items.span, text)
            }
            crate::ast::Expr::Boolean(value) => {
                Template::plain(items.span, if value { "true" } else { "false" })
            }
            _ => return Err(cursor.fail(items.span, "a list default holds texts and numbers only")),
        });
    }
    Ok(DefaultValue::Array(templates))
}

/// A default that the allowed values exclude is wrong whatever is supplied.
fn check_default(cursor: &mut Cursor<'_>, parameter: &Parameter, span: Span) -> Result<(), Failed> {
    if parameter.allowed.is_empty() {
        return Ok(());
    }
    let list = matches!(parameter.ty, Some(ParameterType::List(_)));
    let texts: Vec<&str> = match &parameter.default {
        Some(DefaultValue::Text(text)) if text.is_plain() && list => text
            .text
            .split(',')
            .map(str::trim)
            .filter(|item| !item.is_empty())
            .collect(),
        Some(DefaultValue::Text(text)) if text.is_plain() => vec![text.text.as_str()],
        Some(DefaultValue::Array(items)) => items
            .iter()
            .filter(|item| item.is_plain())
            .map(|item| item.text.as_str())
            .collect(),
        _ => return Ok(()),
    };
    let Some(wrong) = texts
        .iter()
        .find(|text| !parameter.allowed.iter().any(|own| own == *text))
    else {
        return Ok(());
    };
    let allowed: Vec<&str> = parameter.allowed.iter().map(Text::as_str).collect();
    let message = format!(
        "parameter '{}': the default '{wrong}' is not one of: {}",
        parameter.name,
        allowed.join(", ")
    );
    Err(cursor.fail(span, message))
}
