//! The list of statements.

use std::sync::Arc;

use serde::Serialize;

use super::action::{Call, Capture, Detect, RequiresTools, Shell, UseSnippet, UseWorkdir, Wait};
use super::{Conditional, Jump, Loop, SetVariable, Status, Throw, Transform, Try, WhenEnvironment};
use crate::source::Span;

/// A sequence of statements, shared with whoever runs it.
pub type Block = Arc<[Stmt]>;

/// A statement. Boxed, so that a block costs 16 bytes a statement and what it needs.
#[derive(Debug, Serialize)]
#[serde(untagged)]
#[allow(missing_docs)]
pub enum Stmt {
    Status(Box<Status>),
    SetVariable(Box<SetVariable>),
    Transform(Box<Transform>),
    Shell(Box<Shell>),
    Capture(Box<Capture>),
    UseWorkdir(Box<UseWorkdir>),
    UseSnippet(Box<UseSnippet>),
    Call(Box<Call>),
    Conditional(Box<Conditional>),
    WhenEnvironment(Box<WhenEnvironment>),
    Loop(Box<Loop>),
    Jump(Box<Jump>),
    Try(Box<Try>),
    Throw(Box<Throw>),
    Wait(Box<Wait>),
    Detect(Box<Detect>),
    RequiresTools(Box<RequiresTools>),
}

impl Stmt {
    /// Where the statement stands: from its first token to its last, bodies left out.
    pub fn span(&self) -> Span {
        match self {
            Self::Status(node) => node.span,
            Self::SetVariable(node) => node.span,
            Self::Transform(node) => node.span,
            Self::Shell(node) => node.span,
            Self::Capture(node) => node.span,
            Self::UseWorkdir(node) => node.span,
            Self::UseSnippet(node) => node.span,
            Self::Call(node) => node.span,
            Self::Conditional(node) => node.span,
            Self::WhenEnvironment(node) => node.span,
            Self::Loop(node) => node.span,
            Self::Jump(node) => node.span,
            Self::Try(node) => node.span,
            Self::Throw(node) => node.span,
            Self::Wait(node) => node.span,
            Self::Detect(node) => node.span,
            Self::RequiresTools(node) => node.span,
        }
    }
}
