//! `break`, `continue`, `throw`, `rethrow`, `ignore`.

use super::super::frame::{CallKind, Frame, TryPhase, Unwind};
use super::super::{Execution, Failure, Machine, Stop};
use crate::ast::{Jump, JumpWord, Throw, ThrowWord};
use crate::value::Undefined;

impl Machine {
    pub(in crate::machine) fn jump(&mut self, node: &Jump) -> Execution {
        let (word, acting, unwind) = match node.word {
            JumpWord::Break => ("break", "Breaking", Unwind::Break),
            JumpWord::Continue => ("continue", "Continuing", Unwind::Continue),
        };
        if !self.in_loop() {
            return Err(Stop::fail(format!("{word} outside of a loop")));
        }
        let Some(condition) = &node.condition else {
            if self.dry() {
                self.line(&format!("[DRY RUN] Would {word}"));
            } else {
                self.line(&format!("🔄  {acting} loop"));
            }
            self.verbose_jump(acting, word.to_owned());
            return Err(Stop::Unwind(unwind));
        };
        let place = format!("{word} condition");
        if !self.holds_with(&condition.condition, Undefined::Dollar, &place)? {
            return Ok(());
        }
        let text = self.text_with(
            &condition.shown,
            Undefined::Dollar,
            &format!("{word} condition"),
        )?;
        let joined = match node.word {
            JumpWord::Break => format!("break when {text}"),
            JumpWord::Continue => format!("continue if {text}"),
        };
        if self.dry() {
            let (word, rest) = joined.split_once(' ').unwrap_or((word, ""));
            let (joiner, text) = rest.split_once(' ').unwrap_or((rest, ""));
            self.line(&format!("[DRY RUN] Would {word} {joiner}: {text}"));
        } else {
            self.line(&format!("🔄  {acting} loop (condition: {text})"));
        }
        self.verbose_jump(acting, joined);
        Err(Stop::Unwind(unwind))
    }

    fn verbose_jump(&self, acting: &str, how: String) {
        self.verbose(|| format!("🔄  {acting} loop: {how}"));
    }

    /// Whether the running code is in a loop of its own task.
    fn in_loop(&self) -> bool {
        self.frames
            .iter()
            .rev()
            .map_while(|frame| match frame {
                Frame::Loop(_) => Some(true),
                Frame::Call(call) => match call.kind {
                    CallKind::Snippet => Some(false),
                    CallKind::Branch => Some(true),
                    _ => None,
                },
                Frame::Body(_) | Frame::Try(_) => Some(false),
            })
            .any(|found| found)
    }

    pub(in crate::machine) fn throw(&mut self, node: &Throw) -> Execution {
        match &node.word {
            ThrowWord::Throw(message) if self.dry() => {
                self.line(&format!("[DRY RUN] Would throw error: {}", message.text));
                Ok(())
            }
            ThrowWord::Throw(message) => {
                let text = self.text_with(message, Undefined::Dollar, "throw statement")?;
                self.line(&format!("💥  Throwing error: {text}"));
                Err(Stop::fail(format!("thrown error: {text}")))
            }
            ThrowWord::Rethrow if self.dry() => {
                self.line("[DRY RUN] Would rethrow current error");
                Ok(())
            }
            ThrowWord::Rethrow => {
                self.line("🔄  Rethrowing current error");
                Err(self
                    .caught()
                    .unwrap_or_else(|| Failure::new("rethrow outside of a catch block"))
                    .into())
            }
            ThrowWord::Ignore => {
                self.line(if self.dry() {
                    "[DRY RUN] Would ignore current error"
                } else {
                    "🤐 Ignoring current error"
                });
                Ok(())
            }
        }
    }

    /// What the catch body around the running code caught.
    fn caught(&self) -> Option<Failure> {
        self.frames
            .iter()
            .rev()
            .take_while(|frame| match frame {
                Frame::Call(call) => call.kind == CallKind::Snippet,
                _ => true,
            })
            .find_map(|frame| match frame {
                Frame::Try(frame) if frame.phase == TryPhase::Catch => {
                    frame.caught.as_deref().cloned()
                }
                _ => None,
            })
    }
}
