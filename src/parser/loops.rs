//! `for`: over lists, ranges, lines and matches.

use super::block::body;
use super::cursor::{Cursor, Failed};
use super::expression::expression;
use super::placeholder::{braces, placeholder};
use super::template::template_in;
use super::text;
use crate::ast::{
    Bound, Comparator, Expr, Loop, LoopFilter, LoopSource, MatchSource, MatchSubject, PathOperand,
    RangeSource, Stmt, Template,
};
use crate::source::{Span, Text};
use crate::syntax::Kind;

/// `for … [where …] [in parallel]:` and its body.
pub(super) fn for_loop(cursor: &mut Cursor<'_>) -> Result<Stmt, Failed> {
    let start = cursor.bump().span.start;
    // `each` may be the name of the variable as well: `for each in $list`.
    let each = cursor.at_word("each") && !cursor.nth_is_word(1, "in");
    if each {
        cursor.bump();
    }
    let (variable, source) = if each && names_kind(cursor, "line") {
        lines(cursor)?
    } else if each && names_kind(cursor, "match") {
        matches(cursor)?
    } else {
        items(cursor, each)?
    };
    let filter = if cursor.accept_word("where") {
        Some(filter(cursor)?)
    } else {
        None
    };
    let parallel = cursor.accept_word("in");
    if parallel {
        cursor.expect_word("parallel")?;
    }
    let (span, body) = body(cursor, start, "the loop")?;
    Ok(Stmt::Loop(Box::new(Loop {
        span,
        variable,
        source,
        filter,
        parallel,
        body,
    })))
}

/// Whether `word` says what is visited; before `in` it is the name of the variable.
fn names_kind(cursor: &mut Cursor<'_>, word: &str) -> bool {
    cursor.at_word(word) && (!cursor.nth_is_word(1, "in") || cursor.nth_is_word(2, "in"))
}

/// `x in $list`, `x in ["a"]`, `x in range 1 to 3`.
fn items(cursor: &mut Cursor<'_>, each: bool) -> Result<(Text, LoopSource), Failed> {
    let variable = if cursor.at(Kind::Word) {
        let name = text::word(cursor, "a name")?;
        Text::from(format!("${name}"))
    } else {
        text::assigned(cursor, "a name such as `$item`")?
    };
    cursor.expect_word("in")?;
    let span = cursor.token().span;
    let source = match cursor.kind() {
        Kind::Variable => {
            cursor.bump();
            LoopSource::Variable(cursor.share(span))
        }
        Kind::BracketOpen => match expression(cursor)? {
            Expr::Array(array) => LoopSource::Array(array.elements),
            _ => return Err(cursor.fail(span, "a loop visits a list or a variable")),
        },
        Kind::Word if cursor.at_word("range") => {
            if each {
                let help = format!("write `for {variable} in range …`");
                return Err(cursor.fail_with_help(span, "a range goes without `each`", help));
            }
            LoopSource::Range(Box::new(range(cursor)?))
        }
        _ => {
            let help = "put the items into a list: `[\"a\", \"b\"]`";
            let what = "a variable such as `$list`, a list in brackets, or `range`";
            return Err(cursor.unexpected_with_help(what, Some(help)));
        }
    };
    Ok((variable, source))
}

fn range(cursor: &mut Cursor<'_>) -> Result<RangeSource, Failed> {
    cursor.bump();
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
    let start = cursor.token().span.start;
    match cursor.kind() {
        Kind::Number => {
            cursor.bump();
        }
        Kind::Minus => {
            cursor.bump();
            cursor.expect(Kind::Number, "a number after `-`")?;
        }
        Kind::Variable | Kind::Word => {
            let token = cursor.bump();
            return Ok(Bound::Name(cursor.share(token.span)));
        }
        Kind::BraceOpen => return Ok(Bound::Placeholder(Box::new(placeholder(cursor)?))),
        _ => return Err(cursor.unexpected("a whole number or a name")),
    }
    let span = cursor.span_from(start);
    // A sign may stand apart from its number.
    let written = cursor.slice(span);
    Ok(Bound::Number(if written.contains(char::is_whitespace) {
        Text::from(written.split_whitespace().collect::<String>())
    } else {
        cursor.share(span)
    }))
}

/// `line x in file "f"`.
fn lines(cursor: &mut Cursor<'_>) -> Result<(Text, LoopSource), Failed> {
    cursor.bump();
    let variable = bare_variable(cursor)?;
    cursor.expect_word("in")?;
    let path = file(cursor)?;
    Ok((variable, LoopSource::Lines(path)))
}

/// `match x in pattern "p" in …`.
fn matches(cursor: &mut Cursor<'_>) -> Result<(Text, LoopSource), Failed> {
    cursor.bump();
    let variable = bare_variable(cursor)?;
    cursor.expect_word("in")?;
    cursor.expect_word("pattern")?;
    let pattern = text::interpolated(cursor, "the regular expression as a text")?;
    let subject = if cursor.at_word("in") && !cursor.nth_is_word(1, "parallel") {
        cursor.bump();
        Some(match_subject(cursor)?)
    } else {
        None
    };
    let source = MatchSource { pattern, subject };
    Ok((variable, LoopSource::Matches(Box::new(source))))
}

fn match_subject(cursor: &mut Cursor<'_>) -> Result<MatchSubject, Failed> {
    if cursor.at_word("file") {
        return Ok(MatchSubject::File(file(cursor)?));
    }
    if let Some(token) = cursor.accept(Kind::Variable) {
        return Ok(MatchSubject::Variable(cursor.share(token.span)));
    }
    let what = "a text, a variable or `file \"…\"`";
    Ok(MatchSubject::Text(text::interpolated(cursor, what)?))
}

fn file(cursor: &mut Cursor<'_>) -> Result<PathOperand, Failed> {
    cursor.expect_word("file")?;
    if let Some(token) = cursor.accept(Kind::Variable) {
        return Ok(PathOperand::Variable(cursor.share(token.span)));
    }
    let path = text::interpolated(cursor, "the path of the file as a text")?;
    Ok(PathOperand::Text(path))
}

/// The variable of a loop over lines or matches is stored without `$`.
fn bare_variable(cursor: &mut Cursor<'_>) -> Result<Text, Failed> {
    if cursor.at(Kind::Word) {
        return text::word(cursor, "a name");
    }
    let name = text::assigned(cursor, "a name")?;
    Ok(name.share(name.strip_prefix('$').unwrap_or(&name)))
}

/// `NAME OP VALUE`.
fn filter(cursor: &mut Cursor<'_>) -> Result<LoopFilter, Failed> {
    let name = match cursor.kind() {
        Kind::Variable | Kind::Word => cursor.bump().span,
        _ => return Err(cursor.unexpected("the name of the loop variable")),
    };
    let start = cursor.token().span.start;
    let operator = filter_operator(cursor)?;
    let operator_text = cursor.share(cursor.span_from(start));
    Ok(LoopFilter {
        name: cursor.share(name),
        operator,
        operator_text,
        value: filter_value(cursor)?,
    })
}

fn filter_operator(cursor: &mut Cursor<'_>) -> Result<Comparator, Failed> {
    let operator = match (cursor.kind(), cursor.word()) {
        (Kind::Equal, _) => Comparator::Equal,
        (Kind::NotEqual, _) => Comparator::NotEqual,
        (Kind::Less, _) => Comparator::Less,
        (Kind::LessOrEqual, _) => Comparator::LessOrEqual,
        (Kind::Greater, _) => Comparator::Greater,
        (Kind::GreaterOrEqual, _) => Comparator::GreaterOrEqual,
        (_, "contains") => Comparator::Contains,
        (_, "starts") => Comparator::StartsWith,
        (_, "ends") => Comparator::EndsWith,
        (_, "matches") => Comparator::Matches,
        (_, "is") => Comparator::Is,
        _ => return Err(cursor.unexpected("an operator such as `contains` or `==`")),
    };
    cursor.bump();
    Ok(match operator {
        Comparator::StartsWith | Comparator::EndsWith => {
            cursor.accept_word("with");
            operator
        }
        Comparator::Is if cursor.accept_word("not") => Comparator::IsNot,
        _ => operator,
    })
}

fn filter_value(cursor: &mut Cursor<'_>) -> Result<Template, Failed> {
    let start = cursor.token().span.start;
    match cursor.kind() {
        Kind::Word | Kind::Number => {
            cursor.bump();
        }
        Kind::Variable => {
            let span = cursor.bump().span;
            let placeholder = format!("{{{}}}", cursor.slice(span));
            return Ok(template_in(cursor, &Text::from(placeholder), span));
        }
        Kind::BraceOpen => {
            let span = braces(cursor)?;
            let text = cursor.share(span);
            return Ok(template_in(cursor, &text, span));
        }
        Kind::Minus if cursor.nth(1).kind == Kind::Number => {
            cursor.bump();
            cursor.bump();
        }
        _ => return text::interpolated(cursor, "a text, a word or a number"),
    }
    let span: Span = cursor.span_from(start);
    Ok(text::spelled(cursor, span))
}
