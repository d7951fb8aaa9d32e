//! `try`, `catch`, `finally`.

use super::super::frame::{Frame, TryFrame, TryPhase, Unwind};
use super::super::{Execution, Failure, Machine, Step};
use crate::ast::{Block, Catch, Try};
use crate::source::Text;
use crate::value::Value;

impl Machine {
    pub(in crate::machine) fn enter_try(
        &mut self,
        node: &Try,
        block: &Block,
        at: usize,
    ) -> Execution {
        self.line(if self.dry() {
            "[DRY RUN] Would execute try block"
        } else {
            "🔄  Executing try block"
        });
        self.frames.push(Frame::Try(Box::new(TryFrame {
            block: block.clone(),
            statement: at as u32,
            phase: TryPhase::Body,
            caught: None,
            pending: None,
        })));
        self.push_body(&node.body);
        Ok(())
    }

    /// A block of the `try` statement on top has ended by itself.
    pub(in crate::machine) fn leave_try_block(&mut self) -> Execution {
        let Some(Frame::Try(frame)) = self.frames.last() else {
            return Ok(());
        };
        if self.dry() {
            self.finish_dry_try();
            return Ok(());
        }
        match frame.phase {
            TryPhase::Body => self.line("✅  Try block completed successfully"),
            TryPhase::Catch => self.line("✅  Error handled successfully"),
            TryPhase::Finally => {
                self.line("✅  Finally block completed successfully");
                self.finish_try();
                return Ok(());
            }
        }
        self.enter_finally(None);
        Ok(())
    }

    /// Something leaves the block of the `try` statement on top.
    pub(in crate::machine) fn unwind_try(&mut self, unwind: Unwind) -> Step {
        let Some(Frame::Try(frame)) = self.frames.last() else {
            return Step::Continue;
        };
        let phase = frame.phase;
        match unwind {
            Unwind::Throw(failure) if self.dry() => {
                self.line(&format!(
                    "[DRY RUN] Would catch error: {}",
                    failure.message()
                ));
                self.finish_dry_try();
            }
            // Not an error: the run ends.
            Unwind::Throw(failure) if failure.interrupted => {
                self.frames.pop();
                self.unwinding = Some(Unwind::Throw(failure));
            }
            Unwind::Throw(failure) => match phase {
                TryPhase::Body => self.catch(*failure),
                TryPhase::Catch => self.unhandled(*failure),
                TryPhase::Finally => {
                    let message = failure.message();
                    self.line(&format!("⚠️  Error in finally block: {message}"));
                    self.frames.pop();
                    self.unwinding = Some(Unwind::Throw(failure));
                }
            },
            jump if self.dry() || phase == TryPhase::Finally => {
                self.frames.pop();
                self.unwinding = Some(jump);
            }
            jump => self.enter_finally(Some(jump)),
        }
        Step::Continue
    }

    fn catch(&mut self, failure: Failure) {
        let message = failure.message();
        self.line(&format!("⚠️  Error in try block: {message}"));
        let Some(Frame::Try(frame)) = self.frames.last_mut() else {
            return;
        };
        let clause = frame.node().and_then(|node| {
            let clause = node.catches.iter().find(|clause| takes(clause, &message))?;
            Some((clause.variable.clone(), clause.body.clone()))
        });
        let Some((variable, body)) = clause else {
            self.unhandled(failure);
            return;
        };
        frame.phase = TryPhase::Catch;
        frame.caught = Some(Box::new(failure));
        self.line("🔧 Handling error with catch block");
        if let Some(variable) = variable {
            self.line(&format!("📦  Captured error in variable '{variable}'"));
            self.assign(&variable, Value::Text(message));
        }
        self.push_body(&body);
    }

    fn unhandled(&mut self, failure: Failure) {
        self.line(&format!("❌  Unhandled error: {}", failure.message()));
        self.enter_finally(Some(failure.into()));
    }

    /// Goes on with the finally block, if there is one, and then with `pending`.
    fn enter_finally(&mut self, pending: Option<Unwind>) {
        let Some(Frame::Try(frame)) = self.frames.last_mut() else {
            return;
        };
        frame.pending = pending;
        let finally = frame.node().and_then(|node| node.finally.clone());
        match finally.filter(|block| !block.is_empty()) {
            Some(block) => {
                frame.phase = TryPhase::Finally;
                self.line("🔄  Executing finally block");
                self.push_body(&block);
            }
            None => self.finish_try(),
        }
    }

    fn finish_try(&mut self) {
        if let Some(Frame::Try(frame)) = self.frames.pop() {
            self.unwinding = frame.pending;
        }
    }

    fn finish_dry_try(&mut self) {
        let Some(Frame::Try(frame)) = self.frames.pop() else {
            return;
        };
        let Some(node) = frame.node() else { return };
        if !node.catches.is_empty() {
            self.line("[DRY RUN] Would execute catch blocks if needed");
        }
        if node.finally.as_ref().is_some_and(|block| !block.is_empty()) {
            self.line("[DRY RUN] Would execute finally block");
        }
    }
}

/// Whether a clause takes an error with this message.
fn takes(clause: &Catch, message: &Text) -> bool {
    let Some(wanted) = &clause.error_type else {
        return true;
    };
    let message = message.to_lowercase();
    let wanted = wanted.to_lowercase();
    let signs: &[&str] = match wanted.as_str() {
        "filenotfounderror" | "filenotfound" => &["no such file", "not found", "does not exist"],
        "shellerror" | "commanderror" => &["command", "shell", "exit"],
        "permissionerror" | "permission" => &["permission", "access denied"],
        other => return message.contains(other),
    };
    signs.iter().any(|sign| message.contains(sign))
}
