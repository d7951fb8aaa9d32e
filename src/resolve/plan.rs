//! The order in which a task and what it depends on run.

use rustc_hash::FxHashMap;

use super::{Program, ResolveError, TaskRef};
use crate::ast::Dependency;
use crate::source::Diagnostic;

/// Where a task of the plan stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    Done,
}

/// A task whose dependencies are being visited.
struct Visit {
    task: TaskRef,
    next: usize,
}

impl Program {
    /// The plan of a task: dependencies before what needs them, each once, the task last.
    ///
    /// # Errors
    /// An unknown dependency, a circle.
    pub fn plan(&self, target: &TaskRef) -> Result<Vec<TaskRef>, ResolveError> {
        let mut states = FxHashMap::default();
        let mut order = Vec::new();
        states.insert(target.identity(), State::Open);
        let mut open = vec![Visit {
            task: target.clone(),
            next: 0,
        }];
        while let Some(visit) = open.last_mut() {
            let Some(dependency) = nth_dependency(&visit.task, visit.next) else {
                states.insert(visit.task.identity(), State::Done);
                order.extend(open.pop().map(|visit| visit.task));
                continue;
            };
            visit.next += 1;
            let found = self.resolve(&visit.task, dependency)?;
            match states.get(&found.identity()) {
                Some(State::Done) => {}
                Some(State::Open) => return Err(circle(&visit.task, dependency, &found)),
                None => {
                    states.insert(found.identity(), State::Open);
                    open.push(Visit {
                        task: found,
                        next: 0,
                    });
                }
            }
        }
        Ok(order)
    }

    /// What runs before the body of a called task, in order.
    ///
    /// # Errors
    /// Those of [`Program::plan`].
    pub fn dependencies_of_call(&self, task: &TaskRef) -> Result<Vec<TaskRef>, ResolveError> {
        let mut plan = self.plan(task)?;
        plan.pop();
        Ok(plan)
    }

    fn resolve(&self, task: &TaskRef, wanted: &Dependency) -> Result<TaskRef, ResolveError> {
        self.dependency(&wanted.name, &task.namespace)?
            .ok_or_else(|| {
                let (name, needed) = (&task.full_name, &wanted.name);
                let message = format!("task '{name}' depends on '{needed}', which does not exist");
                ResolveError::at(Diagnostic::new(&task.file.source, wanted.span, message))
            })
    }
}

fn nth_dependency(task: &TaskRef, index: usize) -> Option<&Dependency> {
    task.head()
        .dependencies
        .iter()
        .flat_map(|group| &group.items)
        .nth(index)
}

fn circle(task: &TaskRef, wanted: &Dependency, found: &TaskRef) -> ResolveError {
    let (name, needed) = (&task.full_name, &found.full_name);
    let message =
        format!("circular dependency: task '{name}' depends on '{needed}', which needs it");
    ResolveError::at(Diagnostic::new(&task.file.source, wanted.span, message))
}
