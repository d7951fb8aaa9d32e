//! `--debug-domain` and `--debug-plan`: which task needs which.

use rustc_hash::FxHashMap;

use super::plans_of;
use crate::cli::context::Context;
use crate::resolve::{Program, ResolveError, TaskRef};
use crate::source::Text;

/// The tasks of a run in their order, the one that was asked for last.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) tasks: Vec<TaskRef>,
}

impl Plan {
    /// The plan of a task of the main file.
    pub(super) fn of(program: &Program, name: &Text) -> Result<Self, ResolveError> {
        let task = program
            .own_task(name)?
            .ok_or_else(|| ResolveError::Message(format!("task '{name}' not found")))?;
        let tasks = program.plan(&task)?;
        Ok(Self { tasks })
    }

    /// The task that was asked for.
    pub(super) fn target(&self) -> &str {
        self.tasks.last().map_or("", |task| &task.full_name)
    }

    /// The names in order.
    pub(super) fn names(&self) -> Vec<&str> {
        self.tasks
            .iter()
            .map(|task| task.full_name.as_str())
            .collect()
    }

    /// Who needs whom, as indices into the tasks: what is needed comes first.
    pub(super) fn edges(&self) -> Vec<(usize, usize)> {
        let by_name: FxHashMap<&str, usize> = self.names().into_iter().zip(0..).collect();
        let mut edges = Vec::new();
        for (index, task) in self.tasks.iter().enumerate() {
            for needed in task
                .definition()
                .dependencies
                .iter()
                .flat_map(|group| &group.items)
            {
                let own = format!("{}.{}", task.namespace, needed.name);
                let found = by_name.get(own.as_str());
                let found = found.or_else(|| by_name.get(needed.name.as_str()));
                edges.extend(found.map(|needed| (*needed, index)));
            }
        }
        edges
    }
}

/// Prints every task with what runs before it.
pub(super) async fn domain(context: &Context<'_>, program: &Program) {
    let tasks = &program.ast().main.tasks;
    context.say(format!("Tasks: {}", tasks.len()));
    for task in tasks {
        let line = match Plan::of(program, &task.name) {
            Ok(plan) => match plan.names().split_last() {
                Some((_, before)) if !before.is_empty() => format!(": {}", before.join(" → ")),
                _ => String::new(),
            },
            Err(error) => format!(": {error}"),
        };
        context.say(format!("  {}{line}", task.name));
        context.breathe().await;
    }
}

/// Prints the plan of each task that has dependencies.
pub(super) async fn plans(context: &Context<'_>, program: &Program) {
    let project = &program.ast().main.project;
    let project = project.as_ref().map_or("none", |project| &project.name);
    context.say("Plans:");
    for plan in plans_of(program) {
        match plan {
            Ok(plan) => {
                let names = plan.names();
                context.say(format!("  target: {}", plan.target()));
                context.say(format!("    tasks: {}", names.len()));
                context.say(format!("    project: {project}"));
                context.say(format!("    order: {}", names.join(" → ")));
            }
            Err(error) => context.say(format!("  {error}")),
        }
        context.breathe().await;
    }
}
