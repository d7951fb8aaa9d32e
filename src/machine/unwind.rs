//! Leaving frames: by a failure, by `break`, by `continue`.

use super::frame::{CallKind, Frame, Unwind};
use super::{Ended, Failure, Layer, Machine, Step};

impl Machine {
    /// Takes one frame away, or finds the one that stops the unwinding.
    pub(super) fn unwind(&mut self, unwind: Unwind) -> Step {
        match self.frames.last() {
            None => end(unwind),
            Some(Frame::Body(_)) => {
                if self.is_lenient_hook_body()
                    && let Unwind::Throw(failure) = &unwind
                {
                    self.warn_of_hook(failure);
                    return Step::Continue;
                }
                self.frames.pop();
                self.go_on(unwind)
            }
            Some(Frame::Try(_)) => self.unwind_try(unwind),
            Some(Frame::Loop(_)) => match unwind {
                Unwind::Break => {
                    self.break_loop();
                    Step::Continue
                }
                // The loop on top ends its iteration when it takes the next item.
                Unwind::Continue => Step::Continue,
                Unwind::Throw(failure) => {
                    let failure = self.fail_loop(*failure);
                    self.go_on(failure.into())
                }
            },
            Some(Frame::Call(_)) => self.unwind_call(unwind),
        }
    }

    fn go_on(&mut self, unwind: Unwind) -> Step {
        self.unwinding = Some(unwind);
        Step::Continue
    }

    fn unwind_call(&mut self, unwind: Unwind) -> Step {
        let Some(call) = self.pop_call() else {
            return Step::Continue;
        };
        let failure = match (unwind, call.kind) {
            (Unwind::Throw(failure), _) => *failure,
            // A jump has been checked to be inside a loop of its task, so it ends here only at the
            // bottom of a branch, or passes through a snippet.
            (Unwind::Break, CallKind::Branch) => return Step::Done(Ok(Ended::Broke)),
            (Unwind::Continue, CallKind::Branch) => return Step::Done(Ok(Ended::Normal)),
            (jump, _) => return self.go_on(jump),
        };
        let failure = match call.kind {
            CallKind::Task => {
                self.variables.roll_back(call.mark);
                failure.within(Layer::Task(call.name))
            }
            CallKind::Planned | CallKind::Dependency => failure.within(Layer::Task(call.name)),
            CallKind::Snippet => failure.within(Layer::Snippet(call.name)),
            CallKind::Hook => {
                let message = failure.message();
                Failure::new(format!("{} hook failed: {message}", call.name))
            }
            CallKind::Run => match self.stages.last() {
                Some(super::Stage::Parameters(task)) => {
                    failure.within(Layer::Task(task.full_name.clone()))
                }
                _ => failure,
            },
            CallKind::LenientHook | CallKind::Branch => failure,
        };
        self.go_on(failure.into())
    }

    /// Whether the body on top is that of an after or teardown hook.
    fn is_lenient_hook_body(&self) -> bool {
        let below = self.frames.len().checked_sub(2);
        matches!(
            below.and_then(|index| self.frames.get(index)),
            Some(Frame::Call(call)) if call.kind == CallKind::LenientHook
        )
    }

    fn warn_of_hook(&mut self, failure: &Failure) {
        let name = self
            .call()
            .map(|call| call.name.clone())
            .unwrap_or_default();
        self.line(&format!("⚠️  {name} hook failed: {}", failure.message()));
    }
}

fn end(unwind: Unwind) -> Step {
    match unwind {
        Unwind::Throw(failure) => Step::Done(Err(*failure)),
        Unwind::Break | Unwind::Continue => Step::Done(Ok(Ended::Normal)),
    }
}
