//! `for`: each, range, lines, matches.

use super::block::nested_body as body;
use super::cursor::{Cursor, Failed};
use super::expression::array;
use super::placeholder::placeholder;
use super::template::template;
use crate::ast::{
    Bound, Comparator, Loop, LoopFilter, LoopSource, MatchSource, MatchSubject, PathOperand,
    RangeSource, Template,
};
use crate::source::Text;
use crate::syntax::Kind;

pub(super) fn for_statement(cursor: &mut Cursor<'_>) -> Result<Loop, Failed> {
    let start = cursor.bump().span.start;
    let each = cursor.accept_word("each");
    let kind = cursor.word();
    let named = |cursor: &mut Cursor<'_>| !cursor.nth_is_word(1, "in");
    let (variable, source) = if each && kind == "line" && named(cursor) {
        cursor.bump();
        lines(cursor)?
    } else if each && kind == "match" && named(cursor) {
        cursor.bump();
        matches(cursor)?
    } else {
        items(cursor)?
    };
    let filter = if cursor.at_word("where") {
        Some(filter(cursor)?)
    } else {
        None
    };
    let parallel = cursor.accept_word("in");
    if parallel {
        cursor.expect_word("parallel")?;
    }
    let span = cursor.span_from(start);
    Ok(Loop {
        span,
        variable,
        source,
        filter,
        parallel,
        body: body(cursor, span, "the loop")?,
    })
}

/// The loop variable without its `$`.
fn bare_variable(cursor: &mut Cursor<'_>) -> Result<Text, Failed> {
    let token = cursor.token();
    match cursor.kind() {
        Kind::Word => {
            cursor.bump();
            Ok(cursor.share(token.span))
        }
        Kind::Variable => {
            let name = super::variable::variable(cursor)?;
            Ok(name.share(name.strip_prefix('$').unwrap_or(&name)))
        }
        _ => Err(cursor.unexpected("the variable of the loop")),
    }
}

fn items(cursor: &mut Cursor<'_>) -> Result<(Text, LoopSource), Failed> {
    let token = cursor.token();
    let variable = match cursor.kind() {
        Kind::Variable => super::variable::variable(cursor)?,
        Kind::Word => {
            cursor.bump();
            Text::from(format!("${}", cursor.slice(token.span)))
        }
        _ => return Err(cursor.unexpected("the variable of the loop")),
    };
    cursor.expect_word("in")?;
    let token = cursor.token();
    let source = match cursor.kind() {
        Kind::Variable => {
            cursor.bump();
            LoopSource::Variable(cursor.share(token.span))
        }
        Kind::BracketOpen => LoopSource::Array(array(cursor)?.elements),
        Kind::Word if cursor.at_word("range") => {
            cursor.bump();
            LoopSource::Range(Box::new(range(cursor)?))
        }
        _ => {
            let help = "a loop visits a `$variable`, an [\"array\"] or a `range`";
            return Err(cursor.unexpected_with_help("a list", Some(help)));
        }
    };
    Ok((variable, source))
}

fn range(cursor: &mut Cursor<'_>) -> Result<RangeSource, Failed> {
    let start = bound(cursor)?;
    cursor.expect_word("to")?;
    let end = bound(cursor)?;
    let step = if cursor.accept_word("step") {
        Some(bound(cursor)?)
    } else {
        None
    };
    Ok(RangeSource { start, end, step })
}

fn bound(cursor: &mut Cursor<'_>) -> Result<Bound, Failed> {
    let token = cursor.token();
    Ok(match cursor.kind() {
        Kind::Number => {
            cursor.bump();
            Bound::Number(cursor.share(token.span))
        }
        Kind::Minus => {
            cursor.bump();
            let number = cursor.expect(Kind::Number, "a number")?;
            Bound::Number(cursor.share(token.span.to(number.span)))
        }
        Kind::Variable | Kind::Word => {
            cursor.bump();
            Bound::Name(cursor.share(token.span))
        }
        Kind::BraceOpen => Bound::Placeholder(Box::new(placeholder(cursor)?)),
        _ => return Err(cursor.unexpected("a number or a variable")),
    })
}

fn lines(cursor: &mut Cursor<'_>) -> Result<(Text, LoopSource), Failed> {
    let variable = bare_variable(cursor)?;
    cursor.expect_word("in")?;
    cursor.expect_word("file")?;
    let path = file(cursor)?;
    Ok((variable, LoopSource::Lines(path)))
}

fn file(cursor: &mut Cursor<'_>) -> Result<PathOperand, Failed> {
    let token = cursor.token();
    match cursor.kind() {
        Kind::Text => {
            cursor.bump();
            Ok(PathOperand::Text(template(
                &cursor.value(token),
                token.span,
            )))
        }
        Kind::Variable => {
            cursor.bump();
            Ok(PathOperand::Variable(cursor.share(token.span)))
        }
        _ => Err(cursor.unexpected("the path in quotes")),
    }
}

fn matches(cursor: &mut Cursor<'_>) -> Result<(Text, LoopSource), Failed> {
    let variable = bare_variable(cursor)?;
    cursor.expect_word("in")?;
    cursor.expect_word("pattern")?;
    let token = cursor.expect(Kind::Text, "the pattern in quotes")?;
    let pattern = template(&cursor.value(token), token.span);
    let mut subject = None;
    if cursor.at_word("in") && !cursor.nth_is_word(1, "parallel") {
        cursor.bump();
        let token = cursor.token();
        subject = Some(match cursor.kind() {
            Kind::Text => {
                cursor.bump();
                MatchSubject::Text(template(&cursor.value(token), token.span))
            }
            Kind::Variable => {
                cursor.bump();
                MatchSubject::Variable(cursor.share(token.span))
            }
            Kind::Word if cursor.at_word("file") => {
                cursor.bump();
                MatchSubject::File(file(cursor)?)
            }
            _ => return Err(cursor.unexpected("a text, a variable or `file`")),
        });
    }
    Ok((
        variable,
        LoopSource::Matches(Box::new(MatchSource { pattern, subject })),
    ))
}

/// `where NAME OPERATOR VALUE`.
fn filter(cursor: &mut Cursor<'_>) -> Result<LoopFilter, Failed> {
    cursor.bump();
    let name = cursor.token();
    if !matches!(cursor.kind(), Kind::Word | Kind::Variable) {
        return Err(cursor.unexpected("the variable of the loop"));
    }
    cursor.bump();
    let first = cursor.token();
    let operator = filter_operator(cursor)?;
    let words: Vec<&str> = cursor
        .slice(cursor.span_from(first.span.start))
        .split_whitespace()
        .collect();
    let operator_text = Text::from(match words.as_slice() {
        ["starts"] => "starts with".to_owned(),
        ["ends"] => "ends with".to_owned(),
        words => words.join(" "),
    });
    let token = cursor.token();
    let value = match cursor.kind() {
        Kind::Text => template(&cursor.value(token), token.span),
        Kind::Word | Kind::Number => Template::plain(token.span, cursor.share(token.span)),
        Kind::Variable => {
            let name = cursor.share(token.span);
            template(&Text::from(format!("{{{name}}}")), token.span)
        }
        Kind::BraceOpen => {
            let found = placeholder(cursor)?;
            return Ok(LoopFilter {
                name: cursor.share(name.span),
                operator,
                operator_text,
                value: template(&found.source, token.span),
            });
        }
        _ => return Err(cursor.unexpected("a value")),
    };
    cursor.bump();
    Ok(LoopFilter {
        name: cursor.share(name.span),
        operator,
        operator_text,
        value,
    })
}

fn filter_operator(cursor: &mut Cursor<'_>) -> Result<Comparator, Failed> {
    let operator = match cursor.kind() {
        Kind::Equal | Kind::Assign => Comparator::Equal,
        Kind::NotEqual => Comparator::NotEqual,
        Kind::Less => Comparator::Less,
        Kind::LessOrEqual => Comparator::LessOrEqual,
        Kind::Greater => Comparator::Greater,
        Kind::GreaterOrEqual => Comparator::GreaterOrEqual,
        Kind::Word => match cursor.word() {
            "contains" => Comparator::Contains,
            "matches" => Comparator::Matches,
            "starts" => Comparator::StartsWith,
            "ends" => Comparator::EndsWith,
            "is" => Comparator::Is,
            _ => return Err(cursor.unexpected("an operator such as `contains` or `==`")),
        },
        _ => return Err(cursor.unexpected("an operator such as `contains` or `==`")),
    };
    cursor.bump();
    if matches!(operator, Comparator::StartsWith | Comparator::EndsWith) {
        cursor.accept_word("with");
    }
    if operator == Comparator::Is && cursor.accept_word("not") {
        return Ok(Comparator::IsNot);
    }
    Ok(operator)
}
