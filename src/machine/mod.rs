//! Control: a machine with explicit frames that steps through the statements of a run.
//!
//! [`Machine::step`] is synchronous and short. What takes time, a child or a timer or the network,
//! is an [`Action`] that it hands out; the driver in `drive.rs` performs it and tells the machine
//! what came of it. The machine lives outside of the driver's future, so that its stack and
//! variables can still be read when the run was dropped.
//!
//! *Invariant:* nothing here recurses over calls, loops or nesting of the running program.

mod action;
mod allowance;
mod call;
mod context;
mod drive;
mod evaluate;
mod exec;
mod failure;
mod frame;
mod items;
mod killed;
mod names;
mod observe;
mod parallel;
mod secrets;
mod start;
mod unwind;
mod variables;

use std::sync::Arc;

pub(crate) use action::{Action, Done};
use allowance::Allowances;
pub use context::{Instead, Options};
pub(crate) use context::{Run, ShellSetup};
pub(crate) use drive::drive;
pub(crate) use failure::{Failure, Layer};
use frame::{Body, Call, Frame, Unwind};
use secrets::SecretNames;
pub(crate) use secrets::Secrets;
pub(crate) use start::Stage;
use variables::Variables;

use crate::ast::{Block, Stmt};
use crate::source::Text;
use crate::value::{Probe, Replay};

/// A thread of control of a run: the main one, or a parallel branch.
#[derive(Debug)]
pub(crate) struct Machine {
    run: Arc<Run>,
    /// What tells this machine from the others of its run.
    label: Text,
    /// What its children are known by.
    branch_id: crate::process::Branch,
    frames: Vec<Frame>,
    /// The indices of the call frames, innermost last.
    calls: Vec<u32>,
    variables: Variables,
    allowances: Allowances,
    secret_names: SecretNames,
    /// Frames are being left.
    unwinding: Option<Unwind>,
    /// Answers that the statement being evaluated has got so far.
    replay: Replay,
    /// The last statement of the top frame has to be executed again, with what it asked for.
    retry: bool,
    /// What the statement had asked for.
    inbox: Option<Text>,
    /// The bytes that the statement asked for and may have.
    agreed: usize,
    /// The text that the last evaluation has put on the progress bar of the terminal.
    on_bar: Option<String>,
    /// What is still to be done by the main machine, the next one last.
    stages: Vec<Stage>,
}

/// What a step came to.
#[derive(Debug)]
pub(crate) enum Step {
    /// More to do.
    Continue,
    /// Something has to be performed first.
    Action(Action),
    /// The machine has ended.
    Done(Result<Ended, Failure>),
}

/// How a machine ended that did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// All was done.
    Normal,
    /// A parallel branch was left by `break`.
    Broke,
}

/// Why a statement did not just end.
#[derive(Debug)]
pub(crate) enum Stop {
    /// An answer is needed; then the statement runs again.
    Need(Probe),
    /// So many bytes are wanted at once; then the statement runs again.
    Large(usize),
    /// An action is performed; its outcome ends the statement.
    Action(Box<Action>),
    /// The statement fails, breaks or continues.
    Unwind(Unwind),
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Unwind(failure.into())
    }
}

impl Stop {
    fn fail(message: impl Into<Text>) -> Self {
        Failure::new(message).into()
    }
}

/// What executing a statement came to: it ended, or it pushed frames that go on.
pub(crate) type Execution = Result<(), Stop>;

impl Machine {
    /// Does one small piece of work.
    pub(crate) fn step(&mut self) -> Step {
        if let Some(unwind) = self.unwinding.take() {
            return self.unwind(unwind);
        }
        self.replay.begin();
        let outcome = match self.frames.last_mut() {
            None => return Step::Done(Ok(Ended::Normal)),
            Some(Frame::Body(body)) => {
                if !self.retry {
                    body.next += 1;
                }
                let at = body.next as usize - 1;
                if at < body.block.len() {
                    let block = body.block.clone();
                    self.execute(&block, at)
                } else {
                    self.frames.pop();
                    return Step::Continue;
                }
            }
            Some(Frame::Loop(_)) => self.next_iteration(),
            Some(Frame::Try(_)) => self.leave_try_block(),
            Some(Frame::Call(_)) => self.continue_call(),
        };
        self.settle(outcome)
    }

    /// Takes in what came of an action.
    pub(crate) fn complete(&mut self, done: Done) {
        let outcome = self.finish_action(done);
        if let Err(Stop::Unwind(unwind)) = outcome {
            self.unwinding = Some(unwind);
        }
    }

    fn settle(&mut self, outcome: Execution) -> Step {
        self.retry = false;
        match outcome {
            Ok(()) => {
                self.agreed = 0;
                self.replay.clear();
                Step::Continue
            }
            Err(Stop::Need(probe)) => {
                self.retry = true;
                Step::Action(Action::Answer(probe))
            }
            Err(Stop::Large(bytes)) => {
                self.retry = true;
                Step::Action(Action::Agree(bytes))
            }
            Err(Stop::Action(action)) => {
                self.replay.clear();
                Step::Action(*action)
            }
            Err(Stop::Unwind(unwind)) => {
                self.replay.clear();
                self.unwinding = Some(unwind);
                Step::Continue
            }
        }
    }

    fn execute(&mut self, block: &Block, at: usize) -> Execution {
        let Some(statement) = block.get(at) else {
            return Ok(());
        };
        match statement {
            Stmt::Status(node) => self.status(node),
            Stmt::SetVariable(node) => self.set_variable(node),
            Stmt::Transform(node) => self.transform(node),
            Stmt::Shell(node) => self.shell(node),
            Stmt::Capture(node) => self.capture(node),
            Stmt::UseWorkdir(node) => self.use_workdir(node),
            Stmt::UseSnippet(node) => self.use_snippet(node),
            Stmt::Call(node) => self.call_task(node),
            Stmt::Conditional(node) => self.conditional(node),
            Stmt::WhenEnvironment(node) => self.when_environment(node),
            Stmt::Loop(node) => self.enter_loop(node, block, at),
            Stmt::Jump(node) => self.jump(node),
            Stmt::Try(node) => self.enter_try(node, block, at),
            Stmt::Throw(node) => self.throw(node),
            Stmt::Wait(node) => self.wait(node),
            Stmt::Detect(node) => self.detect(block, at, node),
            Stmt::File(node) => self.file(node),
            Stmt::FileValue(node) => self.file_value(node),
            Stmt::Changelog(node) => self.promote_changelog(node),
            Stmt::Secret(node) => self.secret(node),
            Stmt::Http(node) => self.http(node),
            Stmt::Network(node) => self.network(node),
            Stmt::Git(node) => self.git(node),
            Stmt::GitQuery(node) => self.git_query(node),
            Stmt::GitEnsure(node) => self.git_ensure(node),
            Stmt::Docker(node) => self.docker(node),
            Stmt::DockerCompose(node) => self.docker_compose(node),
            Stmt::GitValidate(node) => self.git_validate(node),
            Stmt::RequiresTools(node) => self.requires_tools(block, at, node),
            Stmt::Excerpt(node) => {
                self.push_body(&node.read());
                Ok(())
            }
        }
    }

    fn push_body(&mut self, block: &Block) {
        if !block.is_empty() {
            self.frames.push(Frame::Body(Body::new(block)));
        }
    }

    /// The innermost call frame. There is always one: the bottom frame is a call.
    fn call(&self) -> Option<&Call> {
        call_at(&self.frames, *self.calls.last()?)
    }

    fn call_mut(&mut self, index: u32) -> Option<&mut Call> {
        match self.frames.get_mut(index as usize) {
            Some(Frame::Call(call)) => Some(call),
            _ => None,
        }
    }

    /// The call that holds the working directory, the mode and the current task.
    fn task_call(&self) -> Option<&Call> {
        call_at(&self.frames, self.call()?.task)
    }

    fn line(&self, text: &str) {
        self.run.report.line(text);
    }

    fn verbose(&self, text: impl FnOnce() -> String) {
        if self.run.options.verbose && !self.run.options.dry_run {
            self.run.report.line(&text());
        }
    }

    fn dry(&self) -> bool {
        self.run.options.dry_run
    }
}

fn call_at(frames: &[Frame], index: u32) -> Option<&Call> {
    match frames.get(index as usize) {
        Some(Frame::Call(call)) => Some(call),
        _ => None,
    }
}
