//! `if`, `when` and `when in ENVIRONMENT`.

use super::super::{Execution, Machine, Stop};
use crate::action::{detect, environment};
use crate::ast::{Condition, Conditional, Test, ToolTest, WhenEnvironment};

impl Machine {
    pub(in crate::machine) fn conditional(&mut self, node: &Conditional) -> Execution {
        let place = if node.when {
            "when condition"
        } else {
            "if condition"
        };
        let mut lines = Vec::new();
        let mut chosen = None;
        let mut last_tool = None;
        // What a tool test prints is collected: the statement may have to begin again for an answer.
        for branch in &node.branches {
            let (holds, tool) = self.branch_holds(&branch.condition, place, &mut lines)?;
            last_tool = tool;
            if holds {
                chosen = Some(branch.body.clone());
                break;
            }
        }
        let body = chosen.is_some();
        let block = chosen.or_else(|| node.otherwise.clone());
        for line in lines {
            self.line(&line);
        }
        if let (Some(test), true, Some(_)) = (&last_tool, self.dry(), &block) {
            self.line(&detect::branch_line(test, body));
        }
        if let Some(block) = block {
            self.push_body(&block);
        }
        Ok(())
    }

    /// Whether a branch is taken, and its tool test if its condition is nothing else.
    fn branch_holds<'c>(
        &mut self,
        condition: &'c Condition,
        place: &str,
        lines: &mut Vec<String>,
    ) -> Result<(bool, Option<&'c ToolTest>), Stop> {
        let Test::Tool(test) = &condition.test else {
            return Ok((self.holds(condition, place)?, None));
        };
        if self.is_text_comparison(test)? {
            return Ok((self.holds(condition, place)?, None));
        }
        let (dry, verbose) = (self.dry(), self.run.options.verbose);
        let (holds, line) = self
            .evaluate(|evaluator| detect::evaluate(test, evaluator, dry, verbose))
            .map_err(|trouble| super::super::evaluate::within(trouble, place))?;
        lines.extend(line);
        Ok((holds, Some(test)))
    }

    /// Whether the bare word of a tool test is the name of a parameter or variable.
    fn is_text_comparison(&mut self, test: &ToolTest) -> Result<bool, Stop> {
        match (&test.comparison, &*test.tools) {
            (Some(_), [word]) => Ok(self.lookup(word)?.is_some()),
            _ => Ok(false),
        }
    }

    pub(in crate::machine) fn when_environment(&mut self, node: &WhenEnvironment) -> Execution {
        let current = environment::current(&|name| std::env::var(name).ok());
        let holds = current == node.environment;
        if self.dry() || self.run.options.verbose {
            let (asked, current) = (
                environment::name(node.environment),
                environment::name(current),
            );
            let what = format!("if in {asked} environment: {holds} (current: {current})");
            if self.dry() {
                self.line(&format!("[DRY RUN] Would check {what}"));
            } else {
                self.line(&format!("🔍  Checking {what}"));
            }
        }
        let block = if holds {
            Some(&node.body)
        } else {
            node.otherwise.as_ref()
        };
        if let Some(block) = block {
            if self.dry() {
                self.line(if holds {
                    "[DRY RUN] Would execute when-environment body"
                } else {
                    "[DRY RUN] Would execute else body"
                });
            }
            self.push_body(block);
        }
        Ok(())
    }
}
