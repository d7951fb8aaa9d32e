//! The tools that a block requires, those of `from tasks:` included.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::names::Identity;
use super::{Program, ResolveError, TaskRef};
use crate::ast::action::{RequiresTools, TaskReference, ToolRequirement};
use crate::ast::{File, ProjectItem, Written, WrittenItems};
use crate::source::{Diagnostic, Text};

/// A tool that has to be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedTool {
    /// The tool.
    pub name: Text,
    /// Operator and version, all of which have to fit.
    pub bounds: Vec<(Text, Text)>,
    /// Whether it may be installed.
    pub provision: bool,
}

impl From<&ToolRequirement> for ResolvedTool {
    fn from(node: &ToolRequirement) -> Self {
        Self {
            name: node.name.clone(),
            bounds: node.bounds.clone(),
            provision: node.provision,
        }
    }
}

/// Who names tasks in `from tasks:`, and where those names are looked up.
#[derive(Debug, Clone)]
struct Owner {
    file: Arc<File>,
    namespace: Text,
    /// With its kind, for messages.
    name: String,
}

impl From<&TaskRef> for Owner {
    fn from(task: &TaskRef) -> Self {
        Self {
            file: task.file.clone(),
            namespace: task.namespace.clone(),
            name: format!("task '{}'", task.full_name),
        }
    }
}

/// The tools that were found; of a tool that is named twice the first line counts.
#[derive(Default)]
struct Tools {
    found: Vec<ResolvedTool>,
    names: FxHashSet<Text>,
}

impl Tools {
    fn add(&mut self, block: &RequiresTools) {
        for tool in &block.tools {
            if self.names.insert(tool.name.clone()) {
                self.found.push(tool.into());
            }
        }
    }
}

/// A task on the way to the one being looked at.
struct Step {
    task: TaskRef,
    /// The lists of names that are still to be looked at, and the one that is.
    lists: std::vec::IntoIter<Written<TaskReference>>,
    names: Option<WrittenItems<TaskReference>>,
}

impl Step {
    fn next(&mut self) -> Option<TaskReference> {
        loop {
            if let Some(reference) = self.names.as_mut().and_then(Iterator::next) {
                return Some(reference);
            }
            self.names = Some(self.lists.next()?.iter());
        }
    }
}

/// Whether the tasks below a task are still being looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    Done,
}

impl Program {
    /// The requirements of the project, in order.
    ///
    /// # Errors
    /// Unknown tasks and circles in `from tasks:`.
    pub fn project_tools(&self) -> Result<Vec<ResolvedTool>, ResolveError> {
        let owner = self.project_owner();
        let mut tools = Tools::default();
        let mut states = FxHashMap::default();
        for block in self.project_blocks() {
            self.collect(block, &owner, &mut states, &mut tools)?;
        }
        Ok(tools.found)
    }

    /// The requirements of a block of a task, in order. `file` and `namespace` are those of the code
    /// that the block stands in.
    ///
    /// # Errors
    /// Unknown tasks and circles in `from tasks:`.
    pub fn block_tools(
        &self,
        block: &RequiresTools,
        file: &Arc<File>,
        namespace: &Text,
    ) -> Result<Vec<ResolvedTool>, ResolveError> {
        let owner = Owner {
            file: file.clone(),
            namespace: namespace.clone(),
            name: "a task".to_owned(),
        };
        let mut tools = Tools::default();
        self.collect(block, &owner, &mut FxHashMap::default(), &mut tools)?;
        Ok(tools.found)
    }

    /// Checks `from tasks:` of the project and of all tasks of the main file, and of what they
    /// reach: unknown tasks and circles.
    ///
    /// # Errors
    /// The first of them.
    pub fn check_tools(&self) -> Result<(), ResolveError> {
        let mut states = FxHashMap::default();
        let owner = self.project_owner();
        for block in self.project_blocks() {
            self.collect(block, &owner, &mut states, &mut Tools::default())?;
        }
        for (index, task) in self.ast.main.tasks.iter().enumerate() {
            // Most files have no tool blocks at all; those tasks must cost nothing here.
            if task.requires_tools() {
                let task = self.main_ref(index as u32, false);
                self.visit(task, &mut states, &mut Tools::default())?;
            }
        }
        Ok(())
    }

    fn project_owner(&self) -> Owner {
        Owner {
            file: self.ast.main.clone(),
            namespace: Text::default(),
            name: "the project".to_owned(),
        }
    }

    fn project_blocks(&self) -> impl Iterator<Item = &RequiresTools> {
        self.project_items().filter_map(|item| match item {
            ProjectItem::RequiresTools(block) => Some(block),
            _ => None,
        })
    }

    /// Adds the requirements of `block`, then those of the tasks that it names.
    fn collect(
        &self,
        block: &RequiresTools,
        owner: &Owner,
        states: &mut FxHashMap<Identity, State>,
        tools: &mut Tools,
    ) -> Result<(), ResolveError> {
        tools.add(block);
        for reference in block.from_tasks.iter().flatten() {
            let task = self.named(&reference, owner)?;
            self.visit(task, states, tools)?;
        }
        Ok(())
    }

    /// Adds the requirements of `task`, then those of the tasks that it names, depth first. Tasks
    /// that are done in `states` were added before.
    fn visit(
        &self,
        task: TaskRef,
        states: &mut FxHashMap<Identity, State>,
        tools: &mut Tools,
    ) -> Result<(), ResolveError> {
        if states.contains_key(&task.identity()) {
            return Ok(());
        }
        let mut path = Vec::new();
        enter(task, states, tools, &mut path);
        while let Some(step) = path.last_mut() {
            let Some(reference) = step.next() else {
                states.insert(step.task.identity(), State::Done);
                path.pop();
                continue;
            };
            let owner = Owner::from(&step.task);
            let named = self.named(&reference, &owner)?;
            match states.get(&named.identity()) {
                Some(State::Done) => {}
                Some(State::Open) => return Err(circle(&reference, &owner, &named)),
                None => enter(named, states, tools, &mut path),
            }
        }
        Ok(())
    }

    fn named(&self, reference: &TaskReference, owner: &Owner) -> Result<TaskRef, ResolveError> {
        let name = &reference.name;
        self.dependency(name, &owner.namespace)?.ok_or_else(|| {
            let by = &owner.name;
            let message =
                format!("{by} takes over the tools of task \"{name}\", which does not exist");
            ResolveError::at(Diagnostic::new(&owner.file.source, reference.span, message))
        })
    }
}

fn enter(
    task: TaskRef,
    states: &mut FxHashMap<Identity, State>,
    tools: &mut Tools,
    path: &mut Vec<Step>,
) {
    let mut lists = Vec::new();
    // What stands in an `if` is required under its condition, and nobody else takes it over.
    task.definition().body.visit_tools(&mut |block| {
        tools.add(block);
        lists.extend(block.from_tasks.iter().cloned());
    });
    states.insert(task.identity(), State::Open);
    path.push(Step {
        task,
        lists: lists.into_iter(),
        names: None,
    });
}

fn circle(reference: &TaskReference, owner: &Owner, task: &TaskRef) -> ResolveError {
    let (by, name) = (&owner.name, &task.full_name);
    let message = format!(
        "circular tool requirements: {by} takes over those of '{name}', which needs its own"
    );
    ResolveError::at(Diagnostic::new(&owner.file.source, reference.span, message))
}
