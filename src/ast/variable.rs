//! Statements that set variables from expressions.

use serde::Serialize;

use super::{Expr, Template};
use crate::source::{Span, Text};

/// Which statement sets the variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SetWord {
    /// `let $x = v`, `let x be v`, `let $x as type to v`.
    Let,
    /// `set $x to v`.
    Set,
    /// `capture x from v`.
    Capture,
}

/// `let`, `set`, `capture x from …`.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename = "set_variable")]
pub struct SetVariable {
    /// The statement.
    #[serde(rename = "position")]
    pub span: Span,
    /// The word.
    pub word: SetWord,
    /// The variable as written, with or without `$`.
    pub name: Text,
    /// Whether `as list` was written; other types have no effect.
    pub as_list: bool,
    /// The value.
    pub value: Expr,
}

/// `transform $x with function arguments`.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename = "transform")]
pub struct Transform {
    /// The statement.
    #[serde(rename = "position")]
    pub span: Span,
    /// The variable with its `$`.
    pub name: Text,
    /// The function as written; it may be unknown.
    pub function: Text,
    /// The arguments.
    pub arguments: Vec<TransformArgument>,
}

/// An argument of a transform function.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TransformArgument {
    /// A string or a number.
    Text(Template),
    /// A bare name or `$name`: the value of that variable.
    Name(Text),
}
