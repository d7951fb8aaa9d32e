//! Expressions: sums, products, comparisons, values, arrays, calls of built-in functions.

use super::builtin;
use super::cursor::{Cursor, Failed};
use super::nesting::Nest;
use super::placeholder::{builtin_call, placeholder};
use super::template::nested;
use crate::ast::{ArrayExpr, BinaryExpr, BinaryOperator, BuiltinCall, Expr};
use crate::source::Text;
use crate::syntax::Kind;

/// How many operators one expression may hold: its tree is as deep as it is long.
const OPERATORS: u32 = 1000;

/// Parses an expression.
pub fn expression(cursor: &mut Cursor<'_>) -> Result<Expr, Failed> {
    let mut left = operators(cursor, SUM)?;
    if let Some(operator) = comparison(cursor.kind())
        && cursor.on_same_line()
    {
        cursor.bump();
        let right = operators(cursor, SUM)?;
        left = binary(operator, left, right);
    }
    Ok(left)
}

/// An expression that is all there is at the cursor, for the inside of a placeholder.
pub(super) fn whole_expression(cursor: &mut Cursor<'_>) -> Option<Expr> {
    let expression = expression(cursor).ok()?;
    cursor.at(Kind::End).then_some(expression)
}

/// Precedence levels: a sum consists of products, a product of factors.
const SUM: u8 = 0;
const PRODUCT: u8 = 1;

fn operators(cursor: &mut Cursor<'_>, level: u8) -> Result<Expr, Failed> {
    let next = |cursor: &mut Cursor<'_>| match level {
        SUM => operators(cursor, PRODUCT),
        _ => factor(cursor),
    };
    let mut left = next(cursor)?;
    let mut count = 0;
    while let Some(operator) = operator(level, cursor.kind()) {
        if !cursor.on_same_line() && !continues(cursor) {
            break;
        }
        count += 1;
        if count > OPERATORS {
            let span = cursor.token().span;
            return Err(cursor.fail(
                span,
                format!("more than {OPERATORS} operators in one expression"),
            ));
        }
        cursor.bump();
        let right = next(cursor)?;
        left = binary(operator, left, right);
    }
    Ok(left)
}

/// A line may begin with an operator: no statement does.
fn continues(cursor: &Cursor<'_>) -> bool {
    cursor.kind() != Kind::Minus
}

fn operator(level: u8, kind: Kind) -> Option<BinaryOperator> {
    Some(match (level, kind) {
        (SUM, Kind::Plus) => BinaryOperator::Add,
        (SUM, Kind::Minus) => BinaryOperator::Subtract,
        (PRODUCT, Kind::Star) => BinaryOperator::Multiply,
        (PRODUCT, Kind::Slash) => BinaryOperator::Divide,
        (PRODUCT, Kind::Percent) => BinaryOperator::Remainder,
        _ => return None,
    })
}

fn comparison(kind: Kind) -> Option<BinaryOperator> {
    Some(match kind {
        Kind::Assign | Kind::Equal => BinaryOperator::Equal,
        Kind::NotEqual => BinaryOperator::NotEqual,
        Kind::Less => BinaryOperator::Less,
        Kind::LessOrEqual => BinaryOperator::LessOrEqual,
        Kind::Greater => BinaryOperator::Greater,
        Kind::GreaterOrEqual => BinaryOperator::GreaterOrEqual,
        _ => return None,
    })
}

fn binary(operator: BinaryOperator, left: Expr, right: Expr) -> Expr {
    Expr::Binary(Box::new(BinaryExpr {
        operator,
        left,
        right,
    }))
}

fn factor(cursor: &mut Cursor<'_>) -> Result<Expr, Failed> {
    if cursor.accept(Kind::Minus).is_some() {
        return Ok(Expr::Negate(Box::new(primary(cursor)?)));
    }
    primary(cursor)
}

fn primary(cursor: &mut Cursor<'_>) -> Result<Expr, Failed> {
    let token = cursor.token();
    match cursor.kind() {
        Kind::Text => {
            cursor.bump();
            let value = cursor.value(token);
            let depth = cursor.nesting().depth(Nest::Brace);
            Ok(Expr::Text(nested(&value, token.span, depth)))
        }
        Kind::Number => {
            cursor.bump();
            Ok(Expr::Number(cursor.share(token.span)))
        }
        Kind::Variable => {
            cursor.bump();
            Ok(Expr::Variable(cursor.share(token.span)))
        }
        Kind::Word => word(cursor),
        Kind::BraceOpen => Ok(Expr::Placeholder(Box::new(placeholder(cursor)?))),
        Kind::BracketOpen => array(cursor).map(Expr::Array),
        Kind::ParenOpen => {
            cursor.enter(Nest::Parenthesis)?;
            cursor.bump();
            let inside = expression(cursor)?;
            cursor.expect(Kind::ParenClose, "`)`")?;
            cursor.leave(Nest::Parenthesis);
            Ok(Expr::Group(Box::new(inside)))
        }
        _ => Err(cursor.unexpected("a value")),
    }
}

fn word(cursor: &mut Cursor<'_>) -> Result<Expr, Failed> {
    if let Some(call) = builtin_here(cursor) {
        return Ok(Expr::Builtin(Box::new(call)));
    }
    let token = cursor.bump();
    Ok(match cursor.slice(token.span) {
        "true" => Expr::Boolean(true),
        "false" => Expr::Boolean(false),
        _ => Expr::Word(cursor.share(token.span)),
    })
}

/// `[a, b, c]`; lines and indentation mean nothing inside.
pub(super) fn array(cursor: &mut Cursor<'_>) -> Result<ArrayExpr, Failed> {
    let start = cursor.open_bracket()?.span.start;
    let mut elements = Vec::new();
    while !cursor.at(Kind::BracketClose) {
        elements.push(expression(cursor)?);
        if cursor.accept(Kind::Comma).is_none() {
            break;
        }
    }
    cursor.close_bracket()?;
    Ok(ArrayExpr {
        span: cursor.span_from(start),
        elements: elements.into(),
    })
}

/// How far a call of a built-in function may reach: calls are short, and a long file must not be
/// looked through for each word that may begin one.
const REACH: usize = 4096;

/// A call of a built-in function at the cursor, which is then behind it; nothing is taken when there
/// is none. A function that takes no arguments is one without parentheses or quotes behind it.
pub(super) fn builtin_here(cursor: &mut Cursor<'_>) -> Option<BuiltinCall> {
    if !cursor.at(Kind::Word) {
        return None;
    }
    let start = cursor.token().span.start as usize;
    let text = cursor.text();
    let end = text.floor_char_boundary((start + REACH).min(text.len()));
    let near = text.get(start..end)?;
    let line = near.split('\n').next().unwrap_or(near);
    let (found, length) = builtin::find(line)?;
    let after = line.get(length..)?;
    let called = after.starts_with('(') || after.trim_start().starts_with(['"', '\'']);
    let content = if found.arguments && called {
        // Quotes and parentheses may span lines.
        Text::from(near)
    } else {
        Text::from(line.get(..length)?)
    };
    let depth = cursor.nesting().depth(Nest::Brace);
    let (call, rest) = builtin_call(&content, depth)?;
    let taken = content.len() - rest.len();
    cursor.seek(start + taken);
    Some(call)
}
