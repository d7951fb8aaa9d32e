//! A tree as the text of a file that is read as the same tree: what the round trips print with. It is
//! small and not pretty: no comments, parameters first, everything quoted that may be.

mod condition;
mod docker;
mod expression;
mod file;
mod file_value;
mod git;
mod http;
mod network;
pub(crate) mod same;
mod scm;
mod statement;

use drun::ast::action::RequiresTools;
use drun::ast::{
    Annotation, DefaultValue, DependencyGroup, File, HookEvent, ItemType, Matching, Parameter,
    ParameterKind, ParameterType, Project, ProjectItem, Selectors, ShellPlatform, Task,
};

use self::expression::{expression, quoted};

/// The whole file.
pub(crate) fn file(file: &File) -> String {
    let mut printer = Printer::default();
    printer.line(format!("version: {}", file.version.text));
    if let Some(project) = &file.project {
        printer.project(project);
    }
    for task in &file.tasks {
        printer.task(format!("task {}", quoted(&task.name)), task);
    }
    for template in &file.templates {
        let header = format!("template task {}", quoted(&template.name));
        printer.task(header, template);
    }
    for service in &file.services {
        let (name, path) = (quoted(&service.name), quoted(&service.path));
        let means = means(service.description.as_deref());
        printer.line(format!("service {name} in {path}{means}:"));
    }
    for orchestration in &file.orchestrations {
        printer.line(format!("orchestrate {}:", quoted(&orchestration.name)));
    }
    printer.out
}

/// What was printed, and how deep the next line stands.
#[derive(Default)]
struct Printer {
    out: String,
    depth: usize,
}

impl Printer {
    fn line(&mut self, text: impl AsRef<str>) {
        self.out.push_str(&"  ".repeat(self.depth));
        self.out.push_str(text.as_ref());
        self.out.push('\n');
    }

    /// What `print` prints, one level deeper.
    fn deeper(&mut self, print: impl FnOnce(&mut Self)) {
        self.depth += 1;
        print(self);
        self.depth -= 1;
    }

    /// A header, and what `print` prints below it.
    fn block(&mut self, header: impl AsRef<str>, print: impl FnOnce(&mut Self)) {
        self.line(format!("{}:", header.as_ref()));
        self.deeper(print);
    }

    fn task(&mut self, mut header: String, task: &Task) {
        let definition = task.definition();
        self.annotations(&definition.annotations);
        if let Some(mode) = &definition.mode {
            header += &format!(" mode {}", quoted(mode));
        }
        header += &means(task.description.as_deref());
        self.block(header, |printer| {
            for parameter in &definition.parameters {
                printer.parameter(parameter);
            }
            for group in &definition.dependencies {
                printer.dependencies(group);
            }
            printer.statements(&definition.body);
        });
    }

    fn annotations(&mut self, annotations: &[Annotation]) {
        for annotation in annotations {
            let args = list(&annotation.args, |arg| quoted(arg));
            self.line(format!("@{}({args})", annotation.name));
        }
    }

    fn parameter(&mut self, parameter: &Parameter) {
        let word = match parameter.word {
            ParameterKind::Requires => "requires",
            ParameterKind::Given => "given",
            ParameterKind::Accepts => "accepts",
            ParameterKind::Project => "parameter",
        };
        // The name of a project's parameter is kept with its `$`.
        let name = parameter.name.trim_start_matches('$');
        let mut line = format!("{word} ${name}");
        if let Some(ty) = &parameter.ty {
            line += &format!(" as {}", parameter_type(ty));
        }
        if let Some((least, most)) = &parameter.range {
            line += &format!(" between {least} and {most}");
        }
        match &parameter.matching {
            Some(Matching::Pattern(pattern)) => {
                line += &format!(" matching pattern {}", quoted(pattern));
            }
            Some(Matching::Email) => line += " matching email",
            Some(Matching::Macro(name)) => line += &format!(" matching {}", name.as_str()),
            None => {}
        }
        if !parameter.allowed.is_empty() {
            line += &format!(
                " from [{}]",
                list(&parameter.allowed, |value| quoted(value))
            );
        }
        match &parameter.default {
            Some(DefaultValue::Text(text)) => {
                line += &format!(" defaults to {}", quoted(&text.text));
            }
            Some(DefaultValue::Array(items)) => {
                line += &format!(" defaults to [{}]", list(items, |item| quoted(&item.text)));
            }
            None => {}
        }
        self.line(line);
    }

    fn dependencies(&mut self, group: &DependencyGroup) {
        let mut line = "depends on".to_owned();
        for item in &group.items {
            let parallel = if item.in_parallel { " in parallel" } else { "" };
            line += &format!(" {} {}{parallel}", item.separator, quoted(&item.name));
        }
        self.line(line);
    }

    fn project(&mut self, project: &Project) {
        let mut header = format!("project {}", quoted(&project.name));
        if let Some(version) = &project.version {
            header += &format!(" version {}", quoted(version));
        }
        self.block(header, |printer| {
            for item in &project.items {
                printer.project_item(item);
            }
        });
    }

    fn project_item(&mut self, item: &ProjectItem) {
        match item {
            ProjectItem::Setting(setting) => {
                let as_list = if setting.as_list { " as list" } else { "" };
                let value = expression(&setting.value);
                self.line(format!("set {}{as_list} to {value}", setting.key));
            }
            ProjectItem::Parameter(parameter) => self.parameter(parameter),
            ProjectItem::ShellConfig(config) => self.block("shell config", |printer| {
                for platform in &config.platforms {
                    printer.platform(platform);
                }
            }),
            ProjectItem::Snippet(snippet) => {
                self.annotations(&snippet.annotations);
                self.block(format!("snippet {}", quoted(&snippet.name)), |printer| {
                    printer.statements(&snippet.body);
                });
            }
            ProjectItem::Include(include) => {
                let mut line = format!("include {}", selectors(include.selectors));
                line += &quoted(&include.path);
                if let Some(namespace) = &include.namespace {
                    line += &format!(" as {namespace}");
                }
                self.line(line);
            }
            ProjectItem::Hook(hook) => {
                let header = match hook.event {
                    HookEvent::Setup => "on drun setup",
                    HookEvent::Teardown => "on drun teardown",
                    HookEvent::Before => "before any task",
                    HookEvent::After => "after any task",
                };
                self.block(header, |printer| printer.statements(&hook.body));
            }
            ProjectItem::RequiresTools(tools) => self.requires_tools(tools),
            ProjectItem::GitPolicy(policy) => self.git_policy(policy),
            ProjectItem::ScmRegistry(registry) => self.scm(registry),
            ProjectItem::ProvisioningSources(sources) => {
                self.block("provisioning sources", |printer| {
                    for source in &sources.sources {
                        printer.line(format!("- {}", quoted(source)));
                    }
                });
            }
        }
    }

    fn platform(&mut self, platform: &ShellPlatform) {
        self.block(&platform.name, |printer| {
            if let Some(executable) = &platform.executable {
                printer.line(format!("executable: {}", quoted(executable)));
            }
            if !platform.args.is_empty() {
                printer.block("args", |printer| {
                    for arg in &platform.args {
                        printer.line(format!("- {}", quoted(arg)));
                    }
                });
            }
            if !platform.environment.is_empty() {
                printer.block("environment", |printer| {
                    for (name, value) in &platform.environment {
                        printer.line(format!("{name}: {}", quoted(value)));
                    }
                });
            }
        });
    }

    fn requires_tools(&mut self, tools: &RequiresTools) {
        self.block("requires tools", |printer| {
            for tool in &tools.tools {
                let mut line = tool.name.as_str().to_owned();
                for (operator, version) in &tool.bounds {
                    line += &format!(" {operator} {}", quoted(version));
                }
                printer.line(line + if tool.provision { " provision" } else { "" });
            }
            if !tools.from_tasks.is_empty() {
                printer.block("from tasks", |printer| {
                    for task in tools.from_tasks.iter().flatten() {
                        printer.line(quoted(&task.name));
                    }
                });
            }
        });
    }
}

fn means(description: Option<&str>) -> String {
    description.map_or_else(String::new, |text| format!(" means {}", quoted(text)))
}

fn parameter_type(ty: &ParameterType) -> String {
    match ty {
        ParameterType::String => "string".to_owned(),
        ParameterType::Number => "number".to_owned(),
        ParameterType::Boolean => "boolean".to_owned(),
        ParameterType::Unknown(word) => word.as_str().to_owned(),
        ParameterType::List(items) => match items {
            ItemType::Any => "list".to_owned(),
            ItemType::Number => "list of numbers".to_owned(),
            ItemType::Boolean => "list of booleans".to_owned(),
            ItemType::Unknown(word) => format!("list of {word}"),
        },
    }
}

fn selectors(selectors: Selectors) -> String {
    let all = [
        (selectors.snippets, "snippets"),
        (selectors.templates, "templates"),
        (selectors.tasks, "tasks"),
    ];
    if all.iter().all(|(selected, _)| *selected) {
        return String::new();
    }
    let selected: Vec<&str> = all
        .iter()
        .filter(|(on, _)| *on)
        .map(|(_, word)| *word)
        .collect();
    selected.join(", ") + " from "
}

/// The items, each as `show` shows it, with commas between them.
fn list<T>(items: impl IntoIterator<Item = T>, show: impl Fn(T) -> String) -> String {
    items.into_iter().map(show).collect::<Vec<_>>().join(", ")
}
