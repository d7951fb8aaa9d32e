//! `wait` and `use workdir`.

use std::sync::Arc;

use super::super::{Action, Execution, Machine, Stop};
use crate::action::wait;
use crate::ast::action::{UseWorkdir, Wait, WaitAmount};
use crate::ast::{Part, Template};
use crate::source::Text;
use crate::value::{self, Undefined};

impl Machine {
    pub(in crate::machine) fn wait(&mut self, node: &Wait) -> Execution {
        let amount: Text = match &node.amount {
            WaitAmount::Number(number) => number.clone(),
            WaitAmount::Placeholder(placeholder) => {
                let template = Template {
                    text: placeholder.source.clone(),
                    parts: Arc::new([Part::Placeholder(placeholder.clone())]),
                    ..Template::default()
                };
                self.text_with(&template, Undefined::All, "wait statement")?
            }
        };
        let duration = wait::duration(&amount, node.unit).map_err(Stop::fail)?;
        let shown = wait::text(duration);
        if self.dry() {
            self.line(&format!("[DRY RUN] Would wait {shown}"));
            return Ok(());
        }
        self.line(&format!("⏳  Waiting {shown}..."));
        Err(Stop::Action(Box::new(Action::Sleep(duration))))
    }

    pub(in crate::machine) fn use_workdir(&mut self, node: &UseWorkdir) -> Execution {
        let path = self.text_with(&node.path, Undefined::Dollar, "use workdir statement")?;
        if self.dry() {
            self.line(&format!("[DRY RUN] Would set working directory to: {path}"));
            return Ok(());
        }
        let folder = value::clean(&self.run.world.start_dir.join(path.as_str()));
        let shown = folder.display();
        match std::fs::metadata(&folder) {
            Ok(found) if found.is_dir() => {}
            Ok(_) => {
                return Err(Stop::fail(format!(
                    "working directory is not a folder: {shown}"
                )));
            }
            Err(error) => {
                let reason = crate::value::os_reason(&error);
                return Err(Stop::fail(format!("working directory {shown}: {reason}")));
            }
        }
        self.verbose(|| format!("📁 Working directory set to: {shown}"));
        if let Some(index) = self.call().map(|call| call.task)
            && let Some(task) = self.call_mut(index)
        {
            task.workdir = Some(folder.into());
        }
        Ok(())
    }
}
