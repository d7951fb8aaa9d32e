//! What an execution was doing, as plain data that is bounded in size whatever the execution is.
//!
//! The machine fills these structs in when it is asked; the diagnosis, the dump, the summary and
//! the viewer read them. Nothing here knows the machine. Lists hold the largest entries first and
//! a count of all, so that a stack of two million frames or a hundred thousand branches still
//! gives some hundred kilobytes.
//!
//! Sizes are in bytes.

mod preview;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::fold::FoldedStack;
use crate::ast::Ast;
use crate::source::{SourceFile, Span, Text};
pub use preview::preview;

/// The most machines that a snapshot describes; the largest and the main one are kept.
pub const MAX_MACHINES: usize = 32;
/// The most variables, captured outputs, reads and loops that are listed for one machine.
pub const MAX_LISTED: usize = 20;
/// The most children that are listed.
pub const MAX_CHILDREN: usize = 50;
/// The longest preview of a value and the longest source line, in characters.
pub const MAX_PREVIEW: usize = 120;

/// A place in a task file, as it is printed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The task that was running; empty while none was.
    pub task: String,
    /// The file as it was given.
    pub file: String,
    /// The line, from 1; 0 when it is not known.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
    /// The source line without its indentation, cut to [`MAX_PREVIEW`] characters.
    pub source_line: String,
}

impl Place {
    /// The place where `span` begins.
    pub fn new(task: &str, file: &SourceFile, span: Span) -> Self {
        let at = file.location(span.start);
        Self {
            task: task.to_owned(),
            file: file.name().to_owned(),
            line: at.line,
            column: at.column,
            source_line: preview(file.line(at.line).trim()),
        }
    }

    /// `build.drun:14`, or the file alone when the line is not known.
    pub fn file_line(&self) -> String {
        match (self.file.is_empty(), self.line) {
            (true, _) => String::new(),
            (false, 0) => self.file.clone(),
            (false, line) => format!("{}:{line}", self.file),
        }
    }
}

/// What is being executed. Taken at each sample, so it costs two reference counts and no more.
#[derive(Debug, Clone)]
pub struct Activity {
    /// The task's full name.
    pub task: Text,
    /// The file of the statement.
    pub file: Arc<SourceFile>,
    /// The statement.
    pub span: Span,
}

impl Activity {
    /// Line, column and source line, found now.
    pub fn place(&self) -> Place {
        Place::new(&self.task, &self.file, self.span)
    }
}

/// How far the execution has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Files are read and parsed.
    #[default]
    Loading,
    /// The program is checked; nothing has run yet.
    Checking,
    /// Tasks run.
    Running,
    /// Everything has run, children are being ended, output is written.
    Ending,
}

/// The file that is being read or parsed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loading {
    /// Its name.
    pub file: String,
    /// Its size in bytes, as far as it is known.
    pub bytes: u64,
    /// How much of it is parsed, in bytes.
    pub parsed: u64,
}

/// The state of an execution.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ExecutionSnapshot {
    /// How far it has come.
    pub phase: Phase,
    /// The task that was asked for.
    pub target: Option<String>,
    /// The file that is being loaded, while the phase is [`Phase::Loading`].
    pub loading: Option<Loading>,
    /// The main machine first, then the largest; at most [`MAX_MACHINES`].
    pub machines: Vec<MachineSnapshot>,
    /// How many machines there are, branches of parallel loops included.
    pub machines_total: u64,
    /// The bytes of all machines, also of those that are not listed: frames, variables, captured
    /// output, reads.
    pub machines_bytes: u64,
    /// Children, the largest first; at most [`MAX_CHILDREN`]. A dump has them beside the execution,
    /// not inside it.
    #[serde(skip)]
    pub children: Vec<ChildSnapshot>,
    /// How many children there are.
    pub children_total: u64,
    /// Bytes of output that were not written yet.
    pub pending_output: u64,
    /// Values of secrets that are known by now. They are never written, but replaced wherever they
    /// would be.
    #[serde(skip)]
    pub secrets: Vec<String>,
}

/// The state of one machine.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct MachineSnapshot {
    /// `main`, or which branch of which loop.
    pub label: String,
    /// What its children are known by.
    #[serde(skip)]
    pub branch: u64,
    /// How many frames are on the stack, blocks and loops included.
    pub depth: u64,
    /// How many of them are calls of tasks.
    pub calls: u64,
    /// The bytes of the stack: frames, scopes, parameters.
    pub frame_bytes: u64,
    /// The stack, folded.
    pub stack: FoldedStack,
    /// Loops that are running, the innermost first; at most [`MAX_LISTED`].
    pub loops: Vec<LoopPosition>,
    /// Variables, the largest first; at most [`MAX_LISTED`].
    pub variables: Vec<VariableSize>,
    /// How many variables there are.
    pub variables_total: u64,
    /// The bytes of all variables.
    pub variable_bytes: u64,
    /// Output of commands that is held or being collected; at most [`MAX_LISTED`].
    pub captured: Vec<CapturedOutput>,
    /// Files and bodies that are held or being read; at most [`MAX_LISTED`].
    pub reads: Vec<HeldRead>,
    /// The statement that is being executed.
    pub statement: Option<Place>,
}

/// Where a loop is.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct LoopPosition {
    /// The header as written, such as `for each $i in range 1 to 1000000`.
    pub header: String,
    /// The iteration, from 1.
    pub iteration: u64,
    /// How many there will be, when that is known.
    pub total: Option<u64>,
    /// The header's place.
    pub place: Place,
}

/// How much a variable holds.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct VariableSize {
    /// The name as written, with its `$`.
    pub name: String,
    /// The bytes that it holds.
    pub bytes: u64,
    /// The start of its value, see [`preview`].
    pub preview: String,
    /// Where it was set last, when the machine knows it.
    pub place: Option<Place>,
    /// Tells a value that several variables share.
    #[serde(skip)]
    pub identity: usize,
}

/// Output of a command that is kept in memory.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct CapturedOutput {
    /// The variable that it is for; empty when it is for none.
    pub variable: String,
    /// The command line, cut as a preview.
    pub command: String,
    /// The bytes that are held.
    pub bytes: u64,
    /// The statement.
    pub place: Place,
}

/// What is being read into memory.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReadKind {
    /// A file.
    #[default]
    File,
    /// The body of an HTTP response.
    HttpBody,
    /// A file in which texts are replaced: what it takes, before that is taken.
    Replacement,
}

/// A file or a body that is kept in memory.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct HeldRead {
    /// Which.
    pub kind: ReadKind,
    /// The path or the URL.
    pub name: String,
    /// The bytes that are held.
    pub bytes: u64,
    /// The statement.
    pub place: Place,
}

/// What kind of frame.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FrameKind {
    /// A task that was called; the only kind that counts as a call.
    #[default]
    Task,
    /// The statements of a snippet.
    Snippet,
    /// A hook.
    Hook,
    /// A loop.
    Loop,
    /// The block of an `if`, a `try` and the like.
    Block,
}

/// One frame of a stack.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrameSnapshot {
    /// What kind.
    pub kind: FrameKind,
    /// The name of the task or snippet, or the loop's header; empty for a block.
    pub name: String,
    /// Where the frame stands: of a task the statement that it executes.
    pub place: Place,
}

/// A process that the execution has started, or that one of those has.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ChildSnapshot {
    /// Its id.
    pub pid: u32,
    /// Its parent's id.
    pub parent: u32,
    /// Its command line, cut as a preview.
    pub command: String,
    /// Its resident bytes.
    pub bytes: u64,
    /// Its resident bytes when it was measured first.
    pub first_bytes: Option<u64>,
    /// For how long it has run, in ms.
    pub running_ms: u64,
    /// The running tasks with a limit of their own that it counts for.
    #[serde(skip)]
    pub limited_by: Vec<String>,
    /// Whether the kernel's OOM killer ended it.
    pub killed_for_memory: bool,
    /// The statement that started it.
    pub place: Option<Place>,
}

/// The memory of everything that was started, as it is measured at a sample.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChildrenMemory {
    /// How many processes.
    pub count: u32,
    /// Their bytes together.
    pub bytes: u64,
    /// How many of them are estimated, and may be known better next time.
    pub estimated: u32,
}

/// The memory that a task allows itself and all that it starts, by `@memory`.
#[derive(Debug, Clone)]
pub struct TaskLimit {
    /// The task's full name.
    pub task: Text,
    /// In bytes, as far as the container leaves so much.
    pub bytes: u64,
    /// As it is written, in bytes.
    pub asked: u64,
    /// What it uses: what this process has grown by since the task began, and its processes.
    pub used: u64,
    /// What the processes use that it has started, as measured last; a part of `used`.
    pub children: u64,
    /// Where the limit is written.
    pub place: Arc<Place>,
}

impl TaskLimit {
    /// What is left of it, in bytes.
    pub fn room(&self) -> u64 {
        self.bytes.saturating_sub(self.used)
    }
}

/// What the monitor may ask an execution.
///
/// Every method returns at once: it is also called by the backstop's thread while every worker is
/// stuck. What is locked is not waited for.
pub trait Observed: Send + Sync {
    /// What is being executed; `None` while nothing is, or while the state is locked.
    fn activity(&self) -> Option<Activity>;

    /// The whole state; `None` when it is locked by a worker that is stuck.
    fn snapshot(&self) -> Option<ExecutionSnapshot>;

    /// Values of secrets that are known by now, for messages before a breach.
    fn secrets(&self) -> Vec<String> {
        Vec::new()
    }

    /// The program, when it is loaded.
    fn program(&self) -> Option<Arc<Ast>> {
        None
    }

    /// The memory of the children as it was measured last; `None` while there is none.
    fn children(&self) -> Option<ChildrenMemory> {
        None
    }

    /// As [`Observed::children`], but never a figure of an earlier time: asked while they are limited.
    fn children_now(&self) -> Option<ChildrenMemory> {
        self.children()
    }

    /// What children use at least, which may take a moment; the search may end when more than `enough`
    /// bytes were found. Asked, again and again if need be, before what was estimated counts as a breach.
    fn children_surely(&self, _enough: u64) -> Option<ChildrenMemory> {
        self.children()
    }

    /// Of the limits of the tasks that are running, none of which is more than `most` bytes, the one of
    /// which least is left; `None` without one.
    fn task_limit(&self, _most: u64) -> Option<TaskLimit> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_names_line_and_source() {
        let file = SourceFile::new("a.drun", "version: 2.0\n\ttask \"x\":\n".to_owned()).unwrap();
        let place = Place::new("x", &file, Span::new(14, 18));
        assert_eq!(place.file_line(), "a.drun:2");
        assert_eq!(
            (place.column, place.source_line.as_str()),
            (2, "task \"x\":")
        );
    }
}
