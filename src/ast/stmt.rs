//! The list of statements.

use std::ops::Deref;
use std::sync::{Arc, Mutex, TryLockError, Weak};

use serde::Serialize;
use serde::ser::{SerializeSeq as _, Serializer};

use super::action::{
    Call, Capture, Changelog, Detect, Docker, DockerCompose, FileAction, FileValue, Git, GitEnsure,
    GitQuery, GitValidate, Http, Network, RequiresTools, Secret, Shell, UseSnippet, UseWorkdir,
    Wait,
};
use super::{Conditional, Jump, Loop, SetVariable, Status, Throw, Transform, Try, WhenEnvironment};
use crate::source::{SourceFile, Span};

/// A sequence of statements, shared with whoever runs it.
///
/// Of a very long one parts may be left as text: [`Stmt::Excerpt`]. It serialises as if all of it
/// stood here. Boxed, so that whoever remembers it by a `Weak` does not keep its memory.
#[derive(Debug, Clone, Default)]
pub struct Block(pub(super) Arc<Box<[Stmt]>>);

impl Block {
    /// Visits the statements in order, those of excerpts included.
    pub fn visit(&self, visit: &mut dyn FnMut(&Stmt)) {
        for statement in self.iter() {
            match statement {
                Stmt::Excerpt(excerpt) => excerpt.read().visit(visit),
                statement => visit(statement),
            }
        }
    }

    /// How many statements there are, those of excerpts included.
    pub fn count(&self) -> usize {
        let count = |statement: &Stmt| match statement {
            Stmt::Excerpt(excerpt) => excerpt.count as usize,
            _ => 1,
        };
        self.iter().map(count).sum()
    }
}

impl Deref for Block {
    type Target = [Stmt];

    fn deref(&self) -> &[Stmt] {
        &self.0
    }
}

impl From<Vec<Stmt>> for Block {
    fn from(statements: Vec<Stmt>) -> Self {
        Self(Arc::new(statements.into()))
    }
}

impl<const N: usize> From<[Stmt; N]> for Block {
    fn from(statements: [Stmt; N]) -> Self {
        Self(Arc::new(statements.into()))
    }
}

impl Block {
    /// Visits the `requires tools` blocks directly in it, in order.
    pub fn visit_tools(&self, visit: &mut dyn FnMut(&RequiresTools)) {
        for statement in self.iter() {
            match statement {
                Stmt::RequiresTools(tools) => visit(tools),
                Stmt::Excerpt(excerpt) if excerpt.requires_tools => {
                    excerpt.read().visit_tools(visit);
                }
                _ => {}
            }
        }
    }

    /// Whether a `requires tools` block stands directly in it.
    pub fn requires_tools(&self) -> bool {
        self.iter().any(|statement| match statement {
            Stmt::RequiresTools(_) => true,
            Stmt::Excerpt(excerpt) => excerpt.requires_tools,
            _ => false,
        })
    }
}

impl Serialize for Block {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.count()))?;
        let mut outcome = Ok(());
        self.visit(&mut |statement| {
            if outcome.is_ok() {
                outcome = list.serialize_element(statement);
            }
        });
        outcome?;
        list.end()
    }
}

/// Statements of a long block that are kept as text, and read again when they are needed: the tree
/// of a file of a million short statements would be many times as large as the file.
///
/// All who need them at a time share one tree: a recursion holds it at each of its levels.
#[derive(Debug)]
pub struct Excerpt {
    /// The file that they stand in.
    pub source: Arc<SourceFile>,
    /// From the first of them to the end of the last.
    pub span: Span,
    /// How many there are, without those inside of them.
    pub count: u32,
    /// How deep their block is indented, in columns.
    pub width: u32,
    /// Whether a `requires tools` block is one of them.
    pub requires_tools: bool,
    /// The parser.
    pub parse: fn(&Self) -> Block,
    /// The tree, as long as somebody holds it.
    pub tree: Mutex<Weak<Box<[Stmt]>>>,
}

impl Excerpt {
    /// The statements; takes as long as parsing them, unless somebody else holds them.
    pub fn read(&self) -> Block {
        let mut tree = match self.tree.try_lock() {
            Ok(tree) => tree,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            // Whoever parses it may be stuck for ever, and the dump must not wait for that.
            Err(TryLockError::WouldBlock) => return (self.parse)(self),
        };
        if let Some(held) = tree.upgrade() {
            return Block(held);
        }
        let block = (self.parse)(self);
        *tree = Arc::downgrade(&block.0);
        block
    }
}

impl Serialize for Excerpt {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.read().serialize(serializer)
    }
}

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
    File(Box<FileAction>),
    FileValue(Box<FileValue>),
    Changelog(Box<Changelog>),
    Secret(Box<Secret>),
    Http(Box<Http>),
    Network(Box<Network>),
    Git(Box<Git>),
    GitQuery(Box<GitQuery>),
    GitEnsure(Box<GitEnsure>),
    Docker(Box<Docker>),
    DockerCompose(Box<DockerCompose>),
    GitValidate(Box<GitValidate>),
    RequiresTools(Box<RequiresTools>),
    Excerpt(Box<Excerpt>),
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
            Self::File(node) => node.span,
            Self::FileValue(node) => node.span,
            Self::Changelog(node) => node.span,
            Self::Secret(node) => node.span,
            Self::Http(node) => node.span,
            Self::Network(node) => node.span,
            Self::Git(node) => node.span,
            Self::GitQuery(node) => node.span,
            Self::GitEnsure(node) => node.span,
            Self::Docker(node) => node.span,
            Self::DockerCompose(node) => node.span,
            Self::GitValidate(node) => node.span,
            Self::RequiresTools(node) => node.span,
            Self::Excerpt(node) => node.span,
        }
    }
}
