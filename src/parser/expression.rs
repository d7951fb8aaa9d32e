//! Expressions: sums, products, comparisons, values, arrays, calls of built-in functions.

use super::builtin;
use super::cursor::{Cursor, Failed};
use super::elements::Row;
use super::nesting::{LIMIT, Nest};
use super::placeholder::{builtin_call, placeholder};
use super::template::template_at;
use crate::ast::{ArrayExpr, BinaryExpr, BinaryOperator, BuiltinCall, Expr};
use crate::source::Span;
use crate::syntax::Kind;

/// A part of an expression, and how deep its tree is.
struct Tree {
    expr: Expr,
    height: u16,
}

impl Tree {
    fn leaf(expr: Expr) -> Self {
        Self { expr, height: 1 }
    }

    /// What `wrap` makes of it, one level higher.
    fn under(self, cursor: &mut Cursor<'_>, wrap: fn(Box<Expr>) -> Expr) -> Result<Self, Failed> {
        Ok(Self {
            height: above(cursor, self.height)?,
            expr: wrap(Box::new(self.expr)),
        })
    }
}

/// The height of a tree above one of `height`; the limit keeps walks over trees off the end of the
/// stack.
fn above(cursor: &mut Cursor<'_>, height: u16) -> Result<u16, Failed> {
    if height < LIMIT {
        return Ok(height + 1);
    }
    let message = format!("an expression of more than {LIMIT} operators and brackets in a row");
    let span = cursor.token().span;
    Err(cursor.fail_with_help(span, message, "put a part of it into a variable"))
}

/// Parses an expression.
pub fn expression(cursor: &mut Cursor<'_>) -> Result<Expr, Failed> {
    tree(cursor).map(|tree| tree.expr)
}

fn tree(cursor: &mut Cursor<'_>) -> Result<Tree, Failed> {
    let mut left = operators(cursor, SUM)?;
    if let Some(operator) = comparison(cursor.kind())
        && cursor.on_same_line()
    {
        cursor.bump();
        let right = operators(cursor, SUM)?;
        left = binary(cursor, operator, left, right)?;
    }
    Ok(left)
}

/// Precedence levels: a sum consists of products, a product of factors.
const SUM: u8 = 0;
const PRODUCT: u8 = 1;

fn operators(cursor: &mut Cursor<'_>, level: u8) -> Result<Tree, Failed> {
    let next = |cursor: &mut Cursor<'_>| match level {
        SUM => operators(cursor, PRODUCT),
        _ => factor(cursor),
    };
    let mut left = next(cursor)?;
    while let Some(operator) = operator(level, cursor.kind()) {
        if !cursor.on_same_line() && !continues(cursor) {
            break;
        }
        cursor.bump();
        let right = next(cursor)?;
        left = binary(cursor, operator, left, right)?;
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

fn binary(
    cursor: &mut Cursor<'_>,
    operator: BinaryOperator,
    left: Tree,
    right: Tree,
) -> Result<Tree, Failed> {
    if cursor.inside().is_some_and(|inside| !inside.operator()) {
        return Err(Failed);
    }
    Ok(Tree {
        height: above(cursor, left.height.max(right.height))?,
        expr: Expr::Binary(Box::new(BinaryExpr {
            operator,
            left: left.expr,
            right: right.expr,
        })),
    })
}

fn factor(cursor: &mut Cursor<'_>) -> Result<Tree, Failed> {
    if cursor.accept(Kind::Minus).is_some() {
        return primary(cursor)?.under(cursor, Expr::Negate);
    }
    primary(cursor)
}

fn primary(cursor: &mut Cursor<'_>) -> Result<Tree, Failed> {
    let token = cursor.token();
    Ok(Tree::leaf(match cursor.kind() {
        Kind::Text => {
            cursor.bump();
            let text = cursor.value(token);
            Expr::Text(template_at(cursor, &text, token.span))
        }
        Kind::Number => {
            cursor.bump();
            Expr::Number(cursor.share(token.span))
        }
        Kind::Variable => {
            cursor.bump();
            Expr::Variable(cursor.share(token.span))
        }
        Kind::Word => word(cursor),
        Kind::BraceOpen => Expr::Placeholder(Box::new(placeholder(cursor)?)),
        Kind::BracketOpen => {
            let (array, height) = array_tree(cursor)?;
            let height = above(cursor, height)?;
            return Ok(Tree {
                expr: Expr::Array(array),
                height,
            });
        }
        Kind::ParenOpen => {
            cursor.enter(Nest::Parenthesis)?;
            cursor.bump();
            let inner = tree(cursor)?;
            cursor.expect(Kind::ParenClose, "`)`")?;
            cursor.leave(Nest::Parenthesis);
            return inner.under(cursor, Expr::Group);
        }
        _ => return Err(cursor.unexpected("a value")),
    }))
}

fn word(cursor: &mut Cursor<'_>) -> Expr {
    if let Some(call) = builtin_here(cursor) {
        return Expr::Builtin(Box::new(call));
    }
    let token = cursor.bump();
    match cursor.slice(token.span) {
        "true" => Expr::Boolean(true),
        "false" => Expr::Boolean(false),
        _ => Expr::Word(cursor.share(token.span)),
    }
}

/// `[a, b, c]`; lines and indentation mean nothing inside.
pub(super) fn array(cursor: &mut Cursor<'_>) -> Result<ArrayExpr, Failed> {
    array_tree(cursor).map(|(array, _)| array)
}

/// An array, and the height of its highest element.
fn array_tree(cursor: &mut Cursor<'_>) -> Result<(ArrayExpr, u16), Failed> {
    let start = cursor.open_bracket()?.span.start;
    let mut elements = Vec::new();
    let mut height = 0;
    let mut row = Row::default();
    while !cursor.at(Kind::BracketClose) {
        row.begin(cursor, &elements);
        let element = tree(cursor)?;
        height = element.height.max(height);
        elements.push(element.expr);
        row.end(cursor, &mut elements);
        if cursor.accept(Kind::Comma).is_none() {
            break;
        }
    }
    cursor.close_bracket()?;
    let array = ArrayExpr {
        span: cursor.span_from(start),
        elements: elements.into(),
    };
    Ok((array, height))
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
    // Quotes and parentheses may span lines.
    let reach = if found.arguments && called {
        near.len()
    } else {
        length
    };
    let content = cursor.share(Span::new(start as u32, (start + reach) as u32));
    let (call, taken) = cursor.take_apart(reach, |inside| {
        let (call, rest) = builtin_call(&content, inside)?;
        Some((call, content.len() - rest.len()))
    })?;
    cursor.seek(start + taken);
    Some(call)
}
