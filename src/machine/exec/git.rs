//! Statements that run a command of git.

use super::super::{Execution, Machine};
use crate::action::git::Plan;
use crate::ast::action::Git;
use crate::value::Undefined;

impl Machine {
    pub(in crate::machine) fn git(&mut self, node: &Git) -> Execution {
        // Unknown names stay as they are written, as in all actions.
        let plan = Plan::of(&node.command, &mut |template| {
            self.text_with(template, Undefined::Never, "git statement")
        })?;
        if self.dry() {
            for line in &plan.lines {
                let shown = line.shown();
                self.line(&format!("[DRY RUN] Would execute Git command: {shown}"));
            }
            return Ok(());
        }
        self.line(&plan.announcement);
        for line in &plan.lines {
            self.verbose(|| format!("Command: {}", line.shown()));
        }
        self.programs(&plan.lines, node.span)
    }
}
