//! What can be known of a program before its first effect: names, declarations, the plan.
//!
//! *Invariant:* no input or output; linear in the program; nothing recurses over calls or
//! dependencies.

mod annotation;
mod check;
mod choose;
mod error;
mod index;
mod names;
mod plan;
mod platform;
mod tools;

use std::sync::Arc;

use rustc_hash::FxHashMap;

pub use annotation::memory_limit;
pub use check::check;
pub use error::ResolveError;
pub use names::{SnippetRef, TaskRef};
pub use platform::Platform;
pub use tools::ResolvedTool;

use index::TaskIndex;

use crate::ast::{
    Ast, File, Hook, HookEvent, Parameter, ProjectItem, Service, Setting, ShellPlatform,
};
use crate::source::Text;

/// A program whose names can be looked up.
#[derive(Debug)]
pub struct Program {
    ast: Arc<Ast>,
    /// Tasks of the main file by name.
    tasks: TaskIndex,
    templates: FxHashMap<Text, u32>,
    /// Included tasks, by full name.
    included_tasks: FxHashMap<Text, Vec<TaskRef>>,
    included_templates: FxHashMap<Text, TaskRef>,
    snippets: FxHashMap<Text, SnippetRef>,
    /// Settings by key, or `ns.key`: the file (0 is the main one) and the index in its project.
    settings: FxHashMap<Text, (u32, u32)>,
}

impl Program {
    /// Indexes a program.
    pub fn new(ast: Arc<Ast>) -> Self {
        names::index(ast)
    }

    /// The tree.
    pub fn ast(&self) -> &Arc<Ast> {
        &self.ast
    }

    /// A setting as code of `namespace` sees it, and the namespace in which it is evaluated.
    pub fn setting(&self, namespace: &str, key: &str) -> Option<(&Setting, Text)> {
        let own = (!namespace.is_empty())
            .then(|| self.settings.get(format!("{namespace}.{key}").as_str()))
            .flatten();
        let &(file, item) = own.or_else(|| self.settings.get(key))?;
        let (file, namespace) = self.file(file)?;
        match file.project.as_ref()?.items.get(item as usize)? {
            ProjectItem::Setting(setting) => Some((setting, namespace)),
            _ => None,
        }
    }

    /// The parameters of the project and of included projects, with their namespaces.
    pub fn project_parameters(&self) -> impl Iterator<Item = (Text, &Parameter)> {
        (0..=self.ast.includes.len() as u32)
            .filter_map(|index| self.file(index))
            .flat_map(|(file, namespace)| {
                let items = file.project.iter().flat_map(|project| &project.items);
                items.filter_map(move |item| match item {
                    ProjectItem::Parameter(parameter) => Some((namespace.clone(), &**parameter)),
                    _ => None,
                })
            })
    }

    /// The hooks of the main file for an event, in the order of the text.
    pub fn hooks(&self, event: HookEvent) -> Vec<&Hook> {
        self.project_items()
            .filter_map(|item| match item {
                ProjectItem::Hook(hook) if hook.event == event => Some(hook),
                _ => None,
            })
            .collect()
    }

    /// The shell of the current platform: the last one configured for it.
    pub fn shell_config(&self) -> Option<&ShellPlatform> {
        let current = Platform::current();
        self.project_items()
            .filter_map(|item| match item {
                ProjectItem::ShellConfig(config) => Some(&config.platforms),
                _ => None,
            })
            .flatten()
            .filter(|platform| current.is_some() && Platform::parse(&platform.name) == current)
            .last()
    }

    /// A service of the main file.
    pub fn service(&self, name: &str) -> Option<&Service> {
        self.ast
            .main
            .services
            .iter()
            .rev()
            .find(|service| service.name == name)
    }

    /// Whether the project requires tools.
    pub fn has_project_tools(&self) -> bool {
        self.project_items()
            .any(|item| matches!(item, ProjectItem::RequiresTools(_)))
    }

    /// The project's sources of install commands, in order.
    pub fn provisioning_sources(&self) -> Vec<String> {
        self.project_items()
            .filter_map(|item| match item {
                ProjectItem::ProvisioningSources(sources) => Some(&sources.sources),
                _ => None,
            })
            .flatten()
            .map(ToString::to_string)
            .collect()
    }

    /// The names that `available tasks` gives: own ones in the order of the text, each once and only
    /// those for this platform, then included ones, sorted.
    pub fn available_tasks(&self) -> Vec<Text> {
        let mut seen = rustc_hash::FxHashSet::default();
        let main = self.ast.main.tasks.iter().map(|task| &task.name);
        let mut names: Vec<Text> = main
            .filter(|name| seen.insert(*name) && matches!(self.own_task(name), Ok(Some(_))))
            .cloned()
            .collect();
        let mut included: Vec<Text> = self.included_tasks.keys().cloned().collect();
        included.sort_unstable();
        names.extend(included);
        names
    }

    fn project_items(&self) -> impl Iterator<Item = &ProjectItem> {
        self.ast
            .main
            .project
            .iter()
            .flat_map(|project| &project.items)
    }

    /// A file and its namespace: 0 is the main file.
    fn file(&self, index: u32) -> Option<(&Arc<File>, Text)> {
        match index.checked_sub(1) {
            None => Some((&self.ast.main, Text::default())),
            Some(index) => {
                let include = self.ast.includes.get(index as usize)?;
                Some((&include.file, include.namespace.clone()))
            }
        }
    }
}

#[cfg(test)]
mod tests;
