//! `detect` and `requires tools`: what they look for takes processes, so they are actions.

use super::super::{Action, Execution, Machine, Stop};
use crate::ast::Block;
use crate::ast::action::{Detect, RequiresTools};

impl Machine {
    pub(in crate::machine) fn detect(
        &mut self,
        block: &Block,
        at: usize,
        _node: &Detect,
    ) -> Execution {
        self.look_for_tools(block, at)
    }

    pub(in crate::machine) fn requires_tools(
        &mut self,
        block: &Block,
        at: usize,
        _node: &RequiresTools,
    ) -> Execution {
        if self.run.options.ignore_tools {
            self.verbose(|| {
                "⏭️  Skipping tool requirements (--ignore-tool-requirements)".to_owned()
            });
            return Ok(());
        }
        self.look_for_tools(block, at)
    }

    fn look_for_tools(&self, block: &Block, at: usize) -> Execution {
        Err(Stop::Action(Box::new(Action::Tools {
            block: block.clone(),
            statement: at,
        })))
    }
}
