//! The frames of a machine: what runs, and where it goes on.
//!
//! Control is data. A call pushes frames instead of recursing, so that its depth is limited by
//! memory alone, and what the monitor finds after a stop is the whole stack.

use std::path::Path;
use std::sync::Arc;

use super::Failure;
use super::items::Items;
use super::variables::Mark;
use crate::ast::{Block, File, Loop, Stmt, Try};
use crate::resolve::TaskRef;
use crate::source::{Span, Text};
use crate::value::Value;

/// One level of the stack.
#[derive(Debug)]
pub(crate) enum Frame {
    /// A sequence of statements.
    Body(Body),
    /// A task, snippet, hook or branch: the boundary of a call.
    Call(Box<Call>),
    /// A loop and its position.
    Loop(Box<LoopFrame>),
    /// A `try` statement and where it stands.
    Try(Box<TryFrame>),
}

/// A sequence of statements and the next of them.
#[derive(Debug)]
pub(crate) struct Body {
    pub(crate) block: Block,
    pub(crate) next: u32,
}

impl Body {
    pub(crate) fn new(block: &Block) -> Self {
        Self {
            block: block.clone(),
            next: 0,
        }
    }
}

/// What a [`Call`] is the boundary of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CallKind {
    /// The whole run: the bottom of the main machine.
    Run,
    /// A task of the plan; works on the scope of the run.
    Planned,
    /// A called task, with a scope of its own.
    Task,
    /// A dependency of a called task; works on the scope of that task.
    Dependency,
    /// A snippet; works on the scope of its user.
    Snippet,
    /// A setup or before hook: its failure ends the run.
    Hook,
    /// An after or teardown hook: its failures are warnings.
    LenientHook,
    /// The bottom of the machine of a parallel branch.
    Branch,
}

/// The boundary of a call, and what belongs to it alone.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) kind: CallKind,
    /// The name as it was written; for a hook its event.
    pub(crate) name: Text,
    /// The namespace of its code; empty for the main file.
    pub(crate) namespace: Text,
    /// The file of its code.
    pub(crate) file: Arc<File>,
    /// The frame that holds the working directory, mode and current task of this code.
    pub(crate) task: u32,
    /// The frame that holds the parameters of this code.
    pub(crate) scope: u32,
    pub(crate) workdir: Option<Arc<Path>>,
    /// Whether the mode is `ci`.
    pub(crate) ci: bool,
    /// The running task as `{$globals.current_task}` names it; empty for none.
    pub(crate) current_task: Text,
    pub(crate) parameters: Parameters,
    /// The header of the task, snippet or hook.
    pub(crate) header: Span,
    /// Where the variables were when a called task began.
    pub(crate) mark: Mark,
    /// Variables of the caller that the parameters hide, put back on return.
    #[allow(clippy::box_collection)]
    pub(crate) hidden: Option<Box<Vec<(Text, Value)>>>,
    /// What is still to be done before the body runs. A recursion has as many calls as fit in memory,
    /// so what only the beginning needs goes when it is over.
    pub(crate) rest: Option<Box<CallRest>>,
}

/// What a call needs until its body runs.
#[derive(Debug, Default)]
pub(crate) struct CallRest {
    /// The task whose parameters and body are still to come.
    pub(crate) target: Option<TaskRef>,
    /// Dependencies of the task that are still to run, the next one last.
    pub(crate) pending: Vec<TaskRef>,
    /// The arguments of the call, by name.
    pub(crate) arguments: Vec<(Text, Text)>,
}

/// Parameters by name; few, so a search by comparing beats hashing.
#[derive(Debug, Clone, Default)]
pub(crate) struct Parameters(Vec<(Text, Value)>);

impl Parameters {
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        let (_, value) = self.0.iter().find(|(own, _)| own == name)?;
        Some(value)
    }

    pub(crate) fn set(&mut self, name: &Text, value: Value) {
        match self.0.iter_mut().find(|(own, _)| own == name) {
            Some((_, slot)) => *slot = value,
            None => {
                // Most tasks have few parameters: growing by doubling would waste most of it.
                self.0.reserve_exact(1);
                self.0.push((name.clone(), value));
            }
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &(Text, Value)> {
        self.0.iter()
    }
}

/// A running loop.
#[derive(Debug)]
pub(crate) struct LoopFrame {
    /// The block and the index of the loop statement.
    pub(crate) block: Block,
    pub(crate) statement: u32,
    pub(crate) items: Items,
    /// The item of the running iteration; `None` before the first.
    pub(crate) item: Option<Text>,
    /// The variable as it is stored.
    pub(crate) variable: Text,
    /// Iterations begun so far.
    pub(crate) iteration: u64,
    /// Items that the loop will visit.
    pub(crate) total: u64,
    pub(crate) mark: Mark,
    /// The working directory around the loop.
    pub(crate) workdir: Option<Arc<Path>>,
}

impl LoopFrame {
    pub(crate) fn node(&self) -> Option<&Loop> {
        match self.block.get(self.statement as usize)? {
            Stmt::Loop(node) => Some(node),
            _ => None,
        }
    }
}

/// Which block of a `try` statement runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TryPhase {
    Body,
    Catch,
    Finally,
}

/// A running `try` statement.
#[derive(Debug)]
pub(crate) struct TryFrame {
    /// The block and the index of the statement.
    pub(crate) block: Block,
    pub(crate) statement: u32,
    pub(crate) phase: TryPhase,
    /// What was caught; a catch body may throw it again.
    pub(crate) caught: Option<Box<Failure>>,
    /// What goes on after the finally block.
    pub(crate) pending: Option<Unwind>,
}

impl TryFrame {
    pub(crate) fn node(&self) -> Option<&Try> {
        match self.block.get(self.statement as usize)? {
            Stmt::Try(node) => Some(node),
            _ => None,
        }
    }
}

/// Why frames are left before they have ended.
#[derive(Debug, Clone)]
pub(crate) enum Unwind {
    Break,
    Continue,
    Throw(Box<Failure>),
}

impl From<Failure> for Unwind {
    fn from(failure: Failure) -> Self {
        Self::Throw(Box::new(failure))
    }
}
