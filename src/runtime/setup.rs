//! What a run begins with: its world, its shell, its limits, and the plan that a dry run shows.

use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock};

use super::{ExecutionError, Request, Watched};
use crate::action::secret::Store;
use crate::ast::{Expr, File, ProjectItem, Setting};
use crate::machine::{Run, ShellSetup};
use crate::memory::cgroup::{self, ContainerLimit};
use crate::memory::limits::{Asked, KEYS, Limits};
use crate::process;
use crate::report::Report;
use crate::resolve::{Program, ResolveError, TaskRef};
use crate::source::{Diagnostic, Span, Text};
use crate::value::World;

/// Puts the limits in force that the project's settings ask for, where neither a flag nor the
/// environment says something else.
pub(super) fn project_limits(
    file: &File,
    asked: &Asked,
    watched: &Watched,
) -> Result<(), ResolveError> {
    let with_project = project_asked(file, asked)?;
    if with_project.values.len() == asked.values.len() {
        return Ok(());
    }
    let container = cgroup::limit(Path::new("/"));
    let limits = resolve_limits(file, &with_project, container.as_ref())?;
    if let Some(in_force) = watched.limits.get() {
        in_force.set(limits);
    }
    Ok(())
}

/// What is asked for when the settings of the project count as well, behind what was asked before.
///
/// # Errors
/// A setting that is no plain text.
pub(crate) fn project_asked(file: &File, asked: &Asked) -> Result<Asked, ResolveError> {
    let mut asked = asked.clone();
    let before = asked.values.len();
    for (key, setting) in memory_settings(file) {
        let value = match &setting.value {
            Expr::Text(text) if text.is_plain() => text.text.to_string(),
            Expr::Number(text) => text.to_string(),
            _ => {
                let message = format!("'{}' needs a plain text, such as \"2GB\"", setting.key);
                return Err(ResolveError::at(Diagnostic::new(
                    &file.source,
                    setting.span,
                    message,
                )));
            }
        };
        // The last of several settings with one key wins: the first in the list counts.
        asked
            .values
            .insert(before, (key, value, origin(file, setting)));
    }
    Ok(asked)
}

/// The limits that follow; a wrong setting of the project is shown with its line.
///
/// # Errors
/// A value that is none.
pub(crate) fn resolve_limits(
    file: &File,
    asked: &Asked,
    container: Option<&ContainerLimit>,
) -> Result<Limits, ResolveError> {
    Limits::resolve(asked, container).map_err(|message| {
        let mut settings = memory_settings(file);
        let wrong = settings.find(|(_, setting)| message.starts_with(&origin(file, setting)));
        let span = wrong.map_or_else(Span::default, |(_, setting)| setting.span);
        ResolveError::at(Diagnostic::new(&file.source, span, message))
    })
}

fn memory_settings(file: &File) -> impl Iterator<Item = (&'static str, &Setting)> {
    let items = file.project.iter().flat_map(|project| &project.items);
    items.filter_map(|item| {
        let ProjectItem::Setting(setting) = item else {
            return None;
        };
        let key = setting.key.strip_prefix("memory_")?;
        let key = KEYS.iter().find(|known| **known == key)?;
        Some((*key, setting))
    })
}

fn origin(file: &File, setting: &Setting) -> String {
    let line = file.source.location(setting.span.start).line;
    format!(
        "project setting {} ({}:{line})",
        setting.key,
        file.source.name()
    )
}

pub(super) fn dry_plan(run: &Run, plan: &[TaskRef]) {
    let names: Vec<&str> = plan.iter().map(|task| task.full_name.as_str()).collect();
    run.report
        .line(&format!("[DRY RUN] Execution order: [{}]", names.join(" ")));
    if !run.options.verbose {
        return;
    }
    let ast = run.program.ast();
    let project = ast.main.project.as_ref();
    let mut namespaces: Vec<&str> = ast
        .includes
        .iter()
        .map(|include| include.namespace.as_str())
        .collect();
    namespaces.sort_unstable();
    namespaces.dedup();
    let plan = serde_json::json!({
        "TargetTask": names.last(),
        "ExecutionOrder": names,
        "ProjectName": project.map_or("", |project| project.name.as_str()),
        "ProjectVersion": project.and_then(|project| project.version.as_deref()).unwrap_or(""),
        "Namespaces": namespaces,
        "TaskCount": names.len(),
        "HasHooks": project.is_some(),
    });
    run.report.line("[DRY RUN] Execution plan:");
    run.report
        .line(&serde_json::to_string_pretty(&plan).unwrap_or_default());
}

pub(super) fn new_run(
    request: &Request,
    watched: &Watched,
    report: &Report,
    program: Program,
) -> Result<Run, ExecutionError> {
    let shell = shell_setup(&program);
    let name = Path::new(&shell.executable)
        .file_stem()
        .map(|name| name.to_string_lossy().to_lowercase())
        .unwrap_or_default();
    let world = World {
        start_dir: request.places.start_dir.clone(),
        home: request.places.home.clone(),
        file: Some(request.found.shown.clone()),
        posix_shell: !matches!(name.as_str(), "pwsh" | "powershell" | "cmd"),
        shell: name,
        dry_run: request.options.dry_run,
        tasks: program.available_tasks(),
        project: project_name(&program),
        ..World::default()
    };
    let mut provisioning = program.provisioning_sources();
    provisioning.extend(request.places.provisioning_sources()?);
    Ok(Run {
        program: Arc::new(program),
        world,
        report: report.clone(),
        supervisor: watched.supervisor.clone(),
        options: request.options.clone(),
        arguments: request.arguments.clone(),
        project_parameters: OnceLock::new(),
        shell,
        provisioning,
        web: Default::default(),
        machines: Mutex::default(),
        store: Arc::new(Store::new(
            request.places.home.as_deref(),
            &request.places.start_dir,
        )),
        secrets: Mutex::default(),
        state: Mutex::default(),
    })
}

fn project_name(program: &Program) -> Text {
    let project = program.ast().main.project.as_ref();
    project
        .map(|project| project.name.clone())
        .unwrap_or_default()
}

fn shell_setup(program: &Program) -> ShellSetup {
    let Some(config) = program.shell_config() else {
        return ShellSetup {
            executable: process::default_shell(),
            ..ShellSetup::default()
        };
    };
    let args: Vec<String> = config.args.iter().map(ToString::to_string).collect();
    let mut environment: Vec<(String, String)> = config
        .environment
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_string()))
        .collect();
    if !args.is_empty() {
        environment.push(("DRUN_SHELL_ARGS".to_owned(), args.join(" ")));
    }
    ShellSetup {
        executable: match &config.executable {
            Some(executable) => executable.to_string(),
            None => process::default_shell(),
        },
        args,
        environment,
    }
}
