//! `secret …`.

use serde::Serialize;

use super::super::Expr;
use crate::source::{Span, Text};

/// What is done. Keys and patterns are taken as they are written.
///
/// A dump hides values and defaults whatever their keys are called: `memory/redact` knows this enum
/// by the name under which it is serialised.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case", rename = "secret_operation")]
#[allow(missing_docs)]
pub enum SecretOperation {
    Set { key: Text, value: Expr },
    Get { key: Text, default: Option<Expr> },
    Delete { key: Text },
    Exists { key: Text },
    List { pattern: Option<Text> },
}

/// `secret OPERATION …`.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename = "secret")]
pub struct Secret {
    /// The statement.
    #[serde(rename = "position")]
    pub span: Span,
    /// What is done.
    pub operation: SecretOperation,
    /// `in namespace "…"`, `from namespace "…"`.
    pub namespace: Option<Text>,
}
