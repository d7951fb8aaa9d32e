//! The stages of a run, one after the other: parameters, hooks, planned tasks.

use super::super::frame::{Call, CallKind};
use super::super::start::HookStage;
use super::super::{Execution, Machine, Stage, call_at};
use crate::resolve::TaskRef;
use crate::source::Text;

impl Machine {
    /// The bottom call of the main machine: the next stage of the run.
    pub(super) fn next_stage(&mut self) -> Execution {
        let Some(stage) = self.stages.last() else {
            self.pop_call();
            return Ok(());
        };
        match stage {
            Stage::ProjectParameters => {
                self.set_project_parameters()?;
                self.stages.pop();
            }
            Stage::Parameters(task) => {
                let task = task.clone();
                self.name_the_task(&task);
                self.set_parameters(&task)?;
                self.stages.pop();
            }
            Stage::Task(_) | Stage::Hook(_) => match self.stages.pop() {
                Some(Stage::Task(task)) => self.enter_planned(task),
                Some(Stage::Hook(hook)) => self.enter_hook(hook),
                _ => {}
            },
        }
        Ok(())
    }

    /// Before hooks belong to the requested task already.
    fn name_the_task(&mut self, task: &TaskRef) {
        let ci = self.mode_of(task);
        if let Some(call) = self.call_mut(0) {
            call.current_task = task.full_name.clone();
            call.ci = ci;
        }
    }

    fn enter_hook(&mut self, hook: HookStage) {
        let index = self.frames.len() as u32;
        let current_task = match (hook.setup, call_at(&self.frames, 0)) {
            (false, Some(run)) => run.current_task.clone(),
            _ => Text::default(),
        };
        self.push_call(Call {
            kind: match hook.lenient {
                true => CallKind::LenientHook,
                false => CallKind::Hook,
            },
            name: hook.name,
            namespace: Text::default(),
            file: self.run.program.ast().main.clone(),
            task: index,
            scope: 0,
            workdir: None,
            ci: hook.ci,
            current_task,
            parameters: Default::default(),
            header: hook.header,
            mark: Default::default(),
            hidden: None,
            rest: None,
        });
        self.push_body(&hook.body);
    }
}
