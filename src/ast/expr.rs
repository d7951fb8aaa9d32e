//! Expressions: the right side of `let` and `set`, array elements, call arguments.

use serde::Serialize;

use super::{Placeholder, Template};
use crate::source::{Span, Text};

/// An expression.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Expr {
    /// A string.
    Text(Template),
    /// A number as spelled.
    Number(Text),
    /// `true` or `false`.
    Boolean(bool),
    /// A bare word: a variable's value if there is one, else the word itself.
    Word(Text),
    /// `$x`, `$globals.key`, `$params.name`.
    Variable(Text),
    Placeholder(Box<Placeholder>),
    Array(ArrayExpr),
    Builtin(Box<BuiltinCall>),
    Negate(Box<Expr>),
    Binary(Box<BinaryExpr>),
    Group(Box<Expr>),
}

/// `[a, b, c]`.
#[derive(Debug, Clone, Serialize)]
pub struct ArrayExpr {
    /// The brackets.
    #[serde(rename = "position")]
    pub span: Span,
    /// The elements.
    pub elements: Box<[Expr]>,
}

/// An operator between two expressions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum BinaryOperator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// `left operator right`.
#[derive(Debug, Clone, Serialize)]
pub struct BinaryExpr {
    /// The operator.
    pub operator: BinaryOperator,
    /// Its left side.
    pub left: Expr,
    /// Its right side.
    pub right: Expr,
}

/// A call of a built-in function.
#[derive(Debug, Clone, Serialize)]
pub struct BuiltinCall {
    /// As written, arguments included, for messages.
    pub source: Text,
    /// The function's name: one of the table of built-in functions.
    pub name: Text,
    /// The arguments.
    pub arguments: Box<[BuiltinArgument]>,
}

/// An argument of a built-in function.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BuiltinArgument {
    /// A quoted text; placeholders in it are expanded.
    Text(Template),
    /// `$x`, or a bare word: the value of that name, else (bare) the word itself.
    Name(Text),
}
