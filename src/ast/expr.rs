//! Expressions: the right side of `let` and `set`, array elements, call arguments.

use serde::Serialize as DeriveSerialize;
use serde::ser::{Serialize, SerializeSeq as _, Serializer};

use super::{Placeholder, Template, Written};
use crate::source::{Span, Text};

/// An expression.
#[derive(Debug, Clone, DeriveSerialize)]
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
    /// Elements of a long array, in its place; nowhere else.
    Excerpt(Box<Elements>),
}

/// Elements of a long array that are kept as text, and read again when they are needed.
#[derive(Debug, Clone)]
pub struct Elements {
    /// The elements.
    pub list: Written<Expr>,
    /// How many there are.
    pub count: u32,
}

/// Visits the elements of an array in order, those of excerpts included, until `visit` fails.
///
/// # Errors
/// That of `visit`.
pub fn visit_elements<E>(
    elements: &[Expr],
    visit: &mut dyn FnMut(&Expr) -> Result<(), E>,
) -> Result<(), E> {
    elements.iter().try_for_each(|element| match element {
        Expr::Excerpt(excerpt) => excerpt.list.iter().try_for_each(|element| visit(&element)),
        element => visit(element),
    })
}

/// Serialises the elements of an array, those of excerpts included.
pub(super) fn serialize_elements<S: Serializer>(
    elements: &[Expr],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let count = |element: &Expr| match element {
        Expr::Excerpt(excerpt) => excerpt.count as usize,
        _ => 1,
    };
    let mut list = serializer.serialize_seq(Some(elements.iter().map(count).sum()))?;
    visit_elements(elements, &mut |element| list.serialize_element(element))?;
    list.end()
}

impl Serialize for Elements {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.list.serialize(serializer)
    }
}

/// `[a, b, c]`.
#[derive(Debug, Clone, DeriveSerialize)]
pub struct ArrayExpr {
    /// The brackets.
    #[serde(rename = "position")]
    pub span: Span,
    /// The elements; of very many, most are excerpts.
    #[serde(serialize_with = "serialize_elements")]
    pub elements: Box<[Expr]>,
}

/// An operator between two expressions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, DeriveSerialize)]
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
#[derive(Debug, Clone, DeriveSerialize)]
pub struct BinaryExpr {
    /// The operator.
    pub operator: BinaryOperator,
    /// Its left side.
    pub left: Expr,
    /// Its right side.
    pub right: Expr,
}

/// A call of a built-in function.
#[derive(Debug, Clone, DeriveSerialize)]
pub struct BuiltinCall {
    /// As written, arguments included, for messages.
    pub source: Text,
    /// The function's name: one of the table of built-in functions.
    pub name: Text,
    /// The arguments.
    pub arguments: Box<[BuiltinArgument]>,
}

/// An argument of a built-in function.
#[derive(Debug, Clone, DeriveSerialize)]
#[serde(rename_all = "snake_case")]
pub enum BuiltinArgument {
    /// A quoted text; placeholders in it are expanded.
    Text(Template),
    /// `$x`, or a bare word: the value of that name, else (bare) the word itself.
    Name(Text),
}
