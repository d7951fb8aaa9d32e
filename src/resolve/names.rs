//! Looking up tasks, templates and snippets by name, in namespaces too.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::annotation::{self, Owner};
use super::index::TaskIndex;
use super::{Platform, Program, ResolveError, platform};
use crate::ast::{Annotation, Ast, Block, DefinitionRef, File, ProjectItem, Snippet, Task};
use crate::source::{Span, Text};

/// A task or template task of some file.
#[derive(Debug, Clone)]
pub struct TaskRef {
    /// Its file.
    pub file: Arc<File>,
    /// Its index among the tasks, or among the templates, of the file.
    pub index: u32,
    /// Whether it is a template.
    pub template: bool,
    /// The namespace of its code; empty for the main file.
    pub namespace: Text,
    /// `NS.name`, or the name.
    pub full_name: Text,
}

impl TaskRef {
    fn node(&self) -> Option<&Task> {
        let list = match self.template {
            true => &self.file.templates,
            false => &self.file.tasks,
        };
        list.get(self.index as usize)
    }

    /// What stands in it; empty for a reference to nothing.
    pub fn definition(&self) -> DefinitionRef<'_> {
        self.node()
            .map_or_else(DefinitionRef::empty, Task::definition)
    }

    /// Its description.
    pub fn description(&self) -> Option<&Text> {
        self.node()?.description.as_ref()
    }

    /// Its mode and its annotations; what else there is may be missing.
    pub fn marks(&self) -> DefinitionRef<'_> {
        self.node().map_or_else(DefinitionRef::empty, Task::marks)
    }

    /// Its header.
    pub fn span(&self) -> Span {
        self.node().map(|task| task.span).unwrap_or_default()
    }

    /// What tells it from all others.
    pub(super) fn identity(&self) -> Identity {
        (
            Arc::as_ptr(&self.file),
            self.index,
            self.template,
            self.namespace.clone(),
        )
    }
}

/// File, index, whether it is a template, and namespace of a task.
pub(super) type Identity = (*const File, u32, bool, Text);

/// A snippet of some file.
#[derive(Debug, Clone)]
pub struct SnippetRef {
    /// Its file.
    pub file: Arc<File>,
    /// The namespace of its code; empty for the main file.
    pub namespace: Text,
    /// Its index in the project.
    index: u32,
}

impl SnippetRef {
    fn node(&self) -> Option<&Snippet> {
        match self.file.project.as_ref()?.items.get(self.index as usize)? {
            ProjectItem::Snippet(snippet) => Some(snippet),
            _ => None,
        }
    }

    /// Its header.
    pub fn span(&self) -> Span {
        self.node().map(|snippet| snippet.span).unwrap_or_default()
    }

    /// Its statements.
    pub fn body(&self) -> Block {
        self.node()
            .map(|snippet| snippet.body.clone())
            .unwrap_or_default()
    }
}

/// Builds the indexes of a program.
pub(super) fn index(ast: Arc<Ast>) -> Program {
    let mut program = Program {
        ast: ast.clone(),
        tasks: TaskIndex::new(&ast.main),
        templates: FxHashMap::default(),
        included_tasks: FxHashMap::default(),
        included_templates: FxHashMap::default(),
        snippets: FxHashMap::default(),
        settings: FxHashMap::default(),
    };
    let main = &ast.main;
    for (index, template) in main.templates.iter().enumerate() {
        program
            .templates
            .insert(template.name.clone(), index as u32);
    }
    program.index_project(0, main, &Text::default(), true);
    for (number, include) in ast.includes.iter().enumerate() {
        program.index_include(number as u32 + 1, include);
    }
    program
}

impl Program {
    fn index_include(&mut self, number: u32, include: &crate::ast::IncludedFile) {
        let namespace = &include.namespace;
        self.index_project(number, &include.file, namespace, include.selectors.snippets);
        let reference = |index: usize, template: bool, name: &Text| TaskRef {
            file: include.file.clone(),
            index: index as u32,
            template,
            namespace: namespace.clone(),
            full_name: Text::from(format!("{namespace}.{name}")),
        };
        if include.selectors.tasks {
            for (index, task) in include.file.tasks.iter().enumerate() {
                let task = reference(index, false, &task.name);
                self.included_tasks
                    .entry(task.full_name.clone())
                    .or_default()
                    .push(task);
            }
        }
        if include.selectors.templates {
            for (index, template) in include.file.templates.iter().enumerate() {
                let template = reference(index, true, &template.name);
                self.included_templates
                    .insert(template.full_name.clone(), template);
            }
        }
    }

    fn index_project(&mut self, number: u32, file: &Arc<File>, namespace: &Text, snippets: bool) {
        let full = |name: &Text| match namespace.is_empty() {
            true => name.clone(),
            false => Text::from(format!("{namespace}.{name}")),
        };
        let items = file.project.iter().flat_map(|project| &project.items);
        for (index, item) in items.enumerate() {
            let index = index as u32;
            match item {
                ProjectItem::Setting(setting) => {
                    self.settings.insert(full(&setting.key), (number, index));
                }
                ProjectItem::Snippet(snippet) if snippets => {
                    let reference = SnippetRef {
                        file: file.clone(),
                        namespace: namespace.clone(),
                        index,
                    };
                    self.snippets.insert(full(&snippet.name), reference);
                }
                _ => {}
            }
        }
    }

    /// The task or template that code of `namespace` calls `name`.
    ///
    /// # Errors
    /// A task that has no variant for the current platform.
    pub fn task(&self, name: &str, namespace: &str) -> Result<Option<TaskRef>, ResolveError> {
        if !namespace.is_empty() {
            let full = format!("{namespace}.{name}");
            if let Some(found) = self.included(&full)? {
                return Ok(Some(found));
            }
        }
        if name.contains('.')
            && let Some(found) = self.included(name)?
        {
            return Ok(Some(found));
        }
        if let Some(found) = self.own_task(name)? {
            return Ok(Some(found));
        }
        let Some(&index) = self.templates.get(name) else {
            return Ok(None);
        };
        self.allowed(self.main_ref(index, true)).map(Some)
    }

    /// A task that can be depended on: no templates.
    pub(super) fn dependency(
        &self,
        name: &str,
        namespace: &str,
    ) -> Result<Option<TaskRef>, ResolveError> {
        if !namespace.is_empty() {
            let full = format!("{namespace}.{name}");
            if let Some(found) = self.included_task(&full)? {
                return Ok(Some(found));
            }
        }
        match self.included_task(name)? {
            Some(found) => Ok(Some(found)),
            None => self.own_task(name),
        }
    }

    fn included(&self, full: &str) -> Result<Option<TaskRef>, ResolveError> {
        if let Some(template) = self.included_templates.get(full) {
            return self.allowed(template.clone()).map(Some);
        }
        self.included_task(full)
    }

    fn included_task(&self, full: &str) -> Result<Option<TaskRef>, ResolveError> {
        match self.included_tasks.get(full) {
            Some(variants) => self.variant(full, variants.iter().cloned()).map(Some),
            None => Ok(None),
        }
    }

    /// A task of the main file.
    ///
    /// # Errors
    /// A task that has no variant for the current platform.
    pub fn own_task(&self, name: &str) -> Result<Option<TaskRef>, ResolveError> {
        let mut variants = self.tasks.named(&self.ast.main, name).peekable();
        if variants.peek().is_none() {
            return Ok(None);
        }
        self.variant(name, variants.map(|index| self.main_ref(index, false)))
            .map(Some)
    }

    pub(super) fn main_ref(&self, index: u32, template: bool) -> TaskRef {
        let main = &self.ast.main;
        let name = match template {
            true => main.templates.get(index as usize).map(|task| &task.name),
            false => main.tasks.get(index as usize).map(|task| &task.name),
        };
        TaskRef {
            file: main.clone(),
            index,
            template,
            namespace: Text::default(),
            full_name: name.cloned().unwrap_or_default(),
        }
    }

    /// The variant for the current platform, else the one without platforms.
    fn variant(
        &self,
        name: &str,
        variants: impl Iterator<Item = TaskRef>,
    ) -> Result<TaskRef, ResolveError> {
        let current = Platform::current();
        let mut plain = None;
        let mut available = Vec::new();
        for task in variants {
            let annotations = &task.marks().annotations;
            let platforms =
                annotation::platforms(&task.file.source, Owner::Task, name, annotations)?;
            if platforms.is_empty() {
                plain = Some(task);
            } else if current.is_some_and(|current| platforms.contains(&current)) {
                return Ok(task);
            } else {
                available.extend(platforms);
            }
        }
        plain.ok_or_else(|| {
            let current = current.map_or(std::env::consts::OS, Platform::name);
            let available = platform::names(&available);
            ResolveError::Message(format!(
                "task '{name}' has no variant for {current}; available: {available}"
            ))
        })
    }

    /// A template whose platforms include the current one.
    fn allowed(&self, task: TaskRef) -> Result<TaskRef, ResolveError> {
        let name = task.full_name.clone();
        check_platform(
            &task.file,
            Owner::Template,
            &name,
            &task.marks().annotations,
        )?;
        Ok(task)
    }

    /// The snippet that code of `namespace` calls `name`.
    ///
    /// # Errors
    /// A snippet that is not for the current platform.
    pub fn snippet(&self, name: &str, namespace: &str) -> Result<Option<SnippetRef>, ResolveError> {
        let own = (!namespace.is_empty())
            .then(|| self.snippets.get(format!("{namespace}.{name}").as_str()))
            .flatten();
        let Some(found) = own.or_else(|| self.snippets.get(name)) else {
            return Ok(None);
        };
        if let Some(node) = found.node() {
            check_platform(&found.file, Owner::Snippet, name, &node.annotations)?;
        }
        Ok(Some(found.clone()))
    }
}

fn check_platform(
    file: &File,
    owner: Owner,
    name: &str,
    annotations: &[Annotation],
) -> Result<(), ResolveError> {
    let platforms = annotation::platforms(&file.source, owner, name, annotations)?;
    let current = Platform::current();
    if platforms.is_empty() || current.is_some_and(|current| platforms.contains(&current)) {
        return Ok(());
    }
    let current = current.map_or(std::env::consts::OS, Platform::name);
    let allowed = platform::names(&platforms);
    let what = match owner {
        Owner::Task => "task",
        Owner::Template => "template",
        Owner::Snippet => "snippet",
    };
    Err(ResolveError::Message(format!(
        "{what} '{name}' is for {allowed} only; this is {current}"
    )))
}
