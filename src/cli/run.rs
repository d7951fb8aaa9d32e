//! Running a task.

use super::context::Context;
use super::failure::Failure;
use super::{Settings, help, list};
use crate::ast::File;
use crate::load::{Places, discover};
use crate::memory::cgroup;
use crate::memory::limits::{Asked, Limits};
use crate::process::Supervisor;
use crate::report::Report;
use crate::resolve::ResolveError;
use crate::runtime::{
    ExecutionError, Options, Outcome, Request, Watched, execute, project_asked, resolve_limits,
    watched,
};

/// What flags and environment say about memory.
pub(super) fn asked(settings: &Settings) -> Asked {
    let asked = settings.memory.clone();
    asked.with_environment(|name| std::env::var(name).ok())
}

/// The limits in force.
pub(super) fn limits(settings: &Settings) -> Result<Limits, Failure> {
    let container = cgroup::limit(std::path::Path::new("/"));
    Limits::resolve(&asked(settings), container.as_ref()).map_err(Failure::Text)
}

/// The limits in force when the settings of a task file's project count as well.
pub(super) fn limits_with(settings: &Settings, file: &File) -> Result<Limits, ResolveError> {
    let asked = project_asked(file, &asked(settings))?;
    let container = cgroup::limit(std::path::Path::new("/"));
    resolve_limits(file, &asked, container.as_ref())
}

/// Runs a task, or lists the tasks when there is none to run.
pub(super) async fn run(
    settings: Settings,
    places: Places,
    task: Option<String>,
    arguments: Vec<(String, String)>,
    report: &Report,
) -> Result<(), Failure> {
    let limits = limits(&settings)?;
    if task.as_deref() == Some("help") && !has_help(&settings, &places, &limits, report).await {
        help::print(None, report);
        return Ok(());
    }
    let found = discover(settings.file.as_deref(), &places)?;
    let start_dir = places.start_dir.clone();
    let request = Request {
        places,
        found,
        options: Options {
            dry_run: settings.dry_run,
            verbose: settings.verbose,
            ci: settings.ci,
            allow_undefined: settings.allow_undefined,
            ignore_tools: settings.ignore_tools,
            allow_tool_changes: settings.allow_tool_changes,
            ..Options::default()
        },
        task,
        arguments: arguments
            .into_iter()
            .map(|(key, value)| (key.into(), value.into()))
            .collect(),
        no_cache: settings.no_cache,
        limits: asked(&settings),
    };
    let seen = Watched::new(Supervisor::owning_process());
    let work = async {
        let done = match execute(&request, &seen, report).await {
            Ok(Outcome::Ran) => Ok(()),
            Ok(Outcome::List(file)) => list::print(&file, report).map_err(ExecutionError::from),
            Err(error) => Err(error),
        };
        // Here, where a signal is heard; the error stays with the report.
        let _ = report.flush().await;
        done
    };
    Ok(watched(&seen, limits, start_dir, work).await?)
}

/// Whether there is a task `help`. A file that is missing or wrong keeps nobody from the help.
async fn has_help(settings: &Settings, places: &Places, limits: &Limits, report: &Report) -> bool {
    let context = Context {
        settings: &Settings {
            file: settings.file.clone(),
            ..Settings::default()
        },
        places,
        report,
        loading: &Default::default(),
        limits,
        supervisor: &Supervisor::new(),
    };
    let file = context.load().await;
    file.is_ok_and(|file| file.tasks.iter().any(|task| task.name == "help"))
}
