//! The tools that a block requires, those of `from tasks:` included.

use super::{Program, ResolveError, TaskRef};
use crate::ast::action::{RequiresTools, TaskReference, ToolRequirement};
use crate::ast::{Block, File, ProjectItem, Stmt};
use crate::source::{Diagnostic, Text};
use std::sync::Arc;

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

impl Program {
    /// The requirements of the project, in order.
    ///
    /// # Errors
    /// Unknown tasks and circles in `from tasks:`.
    pub fn project_tools(&self) -> Result<Vec<ResolvedTool>, ResolveError> {
        let mut found = Vec::new();
        for item in self.project_items() {
            if let ProjectItem::RequiresTools(block) = item {
                let owner = Owner {
                    file: self.ast.main.clone(),
                    namespace: Text::default(),
                    name: "the project".into(),
                };
                self.collect(block, &owner, &mut found)?;
            }
        }
        Ok(found)
    }

    /// The requirements of a block of a task, in order.
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
            name: "the task".into(),
        };
        let mut found = Vec::new();
        self.collect(block, &owner, &mut found)?;
        Ok(found)
    }

    /// Checks `from tasks:` of the whole main file: unknown tasks and circles.
    ///
    /// # Errors
    /// The first of them.
    pub fn check_tools(&self) -> Result<(), ResolveError> {
        self.project_tools()?;
        for task in &self.ast.main.tasks {
            for block in blocks(&task.body) {
                let owner = Owner {
                    file: self.ast.main.clone(),
                    namespace: Text::default(),
                    name: task.name.clone(),
                };
                self.collect(block, &owner, &mut Vec::new())?;
            }
        }
        Ok(())
    }

    /// Adds the requirements of `block`, then those of the tasks it names; of a tool that is named
    /// twice the first line counts.
    fn collect(
        &self,
        block: &RequiresTools,
        owner: &Owner,
        found: &mut Vec<ResolvedTool>,
    ) -> Result<(), ResolveError> {
        let mut add = |tool: &ToolRequirement| {
            if !found.iter().any(|other| other.name == tool.name) {
                found.push(tool.into());
            }
        };
        block.tools.iter().for_each(&mut add);
        // The tasks on the way to the one being looked at; a task that is on it already is a circle.
        let mut path: Vec<Step> = vec![Step::new(owner.clone(), &block.from_tasks)];
        let mut done: Vec<(usize, u32, bool, Text)> = Vec::new();
        while let Some(step) = path.last_mut() {
            let Some(reference) = step.references.get(step.next).cloned() else {
                done.extend(path.pop().and_then(|step| step.identity));
                continue;
            };
            step.next += 1;
            let owner = step.owner.clone();
            let task = self.named(&reference, &owner)?;
            let identity = task.identity();
            let is_owner = task.full_name == owner.name && Arc::ptr_eq(&task.file, &owner.file);
            if is_owner
                || path
                    .iter()
                    .any(|step| step.identity.as_ref() == Some(&identity))
            {
                return Err(circle(&reference, &owner, &task));
            }
            if done.contains(&identity) {
                continue;
            }
            let body = task.body();
            let mut references = Vec::new();
            for block in blocks(&body) {
                block.tools.iter().for_each(&mut add);
                references.extend(block.from_tasks.iter().map(Reference::from));
            }
            path.push(Step {
                owner: Owner {
                    file: task.file.clone(),
                    namespace: task.namespace.clone(),
                    name: task.full_name.clone(),
                },
                identity: Some(identity),
                references,
                next: 0,
            });
        }
        Ok(())
    }

    fn named(&self, reference: &Reference, owner: &Owner) -> Result<TaskRef, ResolveError> {
        let name = &reference.name;
        self.dependency(name, &owner.namespace)?.ok_or_else(|| {
            let message = format!(
                "\"{}\" takes the tools of task \"{name}\", which does not exist",
                owner.name
            );
            ResolveError::at(Diagnostic::new(&owner.file.source, reference.span, message))
        })
    }
}

#[derive(Debug, Clone)]
struct Owner {
    file: Arc<File>,
    namespace: Text,
    name: Text,
}

#[derive(Debug, Clone)]
struct Reference {
    name: Text,
    span: crate::source::Span,
}

impl From<&TaskReference> for Reference {
    fn from(node: &TaskReference) -> Self {
        Self {
            name: node.name.clone(),
            span: node.span,
        }
    }
}

struct Step {
    owner: Owner,
    identity: Option<(usize, u32, bool, Text)>,
    references: Vec<Reference>,
    next: usize,
}

impl Step {
    fn new(owner: Owner, references: &[TaskReference]) -> Self {
        Self {
            owner,
            identity: None,
            references: references.iter().map(Reference::from).collect(),
            next: 0,
        }
    }
}

/// The tool blocks directly in a body.
fn blocks(body: &Block) -> impl Iterator<Item = &RequiresTools> {
    body.iter().filter_map(|statement| match statement {
        Stmt::RequiresTools(block) => Some(&**block),
        _ => None,
    })
}

fn circle(reference: &Reference, owner: &Owner, task: &TaskRef) -> ResolveError {
    let message = format!(
        "circular tool requirements: \"{}\" takes those of \"{}\", which needs its own",
        owner.name, task.full_name
    );
    ResolveError::at(Diagnostic::new(&owner.file.source, reference.span, message))
}
