//! The order in which a task and what it depends on run.

use rustc_hash::FxHashMap;

use super::{Program, ResolveError, TaskRef};
use crate::ast::{Dependency, WrittenItems};
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
    /// The next group, and what is left of the one before it.
    group: usize,
    items: Option<WrittenItems<Dependency>>,
}

impl Visit {
    fn new(task: TaskRef) -> Self {
        Self {
            task,
            group: 0,
            items: None,
        }
    }

    fn next(&mut self) -> Option<Dependency> {
        loop {
            if let Some(dependency) = self.items.as_mut().and_then(Iterator::next) {
                return Some(dependency);
            }
            let definition = self.task.definition();
            let group = definition.dependencies.get(self.group)?;
            self.items = Some(group.items.iter());
            self.group += 1;
        }
    }
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
        let mut open = vec![Visit::new(target.clone())];
        while let Some(visit) = open.last_mut() {
            let task = visit.task.clone();
            let Some(dependency) = visit.next() else {
                states.insert(task.identity(), State::Done);
                order.push(task);
                open.pop();
                continue;
            };
            let found = self.resolve(&task, &dependency)?;
            match states.get(&found.identity()) {
                Some(State::Done) => {}
                Some(State::Open) => return Err(circle(&task, &dependency, &found)),
                None => {
                    states.insert(found.identity(), State::Open);
                    open.push(Visit::new(found));
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

fn circle(task: &TaskRef, wanted: &Dependency, found: &TaskRef) -> ResolveError {
    let (name, needed) = (&task.full_name, &found.full_name);
    let message =
        format!("circular dependency: task '{name}' depends on '{needed}', which needs it");
    ResolveError::at(Diagnostic::new(&task.file.source, wanted.span, message))
}
