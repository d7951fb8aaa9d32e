//! `wait 2 seconds`.

use serde::Serialize;

use super::super::Placeholder;
use crate::source::{Span, Text};

/// A unit of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum TimeUnit {
    Second,
    Minute,
    Hour,
}

/// How long to wait.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitAmount {
    /// A number as spelled.
    Number(Text),
    /// `{$x}` or `{x}`.
    Placeholder(Box<Placeholder>),
}

/// `wait AMOUNT UNIT`.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename = "wait")]
pub struct Wait {
    /// The statement.
    #[serde(rename = "position")]
    pub span: Span,
    /// The amount.
    pub amount: WaitAmount,
    /// Its unit.
    pub unit: TimeUnit,
}
