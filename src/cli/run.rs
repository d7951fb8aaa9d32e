//! Running a task.

use super::{Failure, Settings, list};
use crate::load::{Places, discover};
use crate::memory::cgroup;
use crate::memory::limits::{Asked, Limits};
use crate::process::Supervisor;
use crate::report::Report;
use crate::runtime::{Options, Outcome, Request, Watched, execute, watched};

/// What flags and environment say about memory.
pub(super) fn asked(settings: &Settings) -> Asked {
    Asked {
        values: settings.memory.clone(),
        off: settings.no_monitor,
    }
    .with_environment(|name| std::env::var(name).ok())
}

/// The limits in force.
pub(super) fn limits(settings: &Settings) -> Result<Limits, Failure> {
    let container = cgroup::limit(std::path::Path::new("/"));
    Limits::resolve(&asked(settings), container.as_ref()).map_err(Failure::Text)
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
    let work = execute(&request, &seen, report);
    match watched(&seen, limits, start_dir, work).await? {
        Outcome::Ran => Ok(()),
        Outcome::List(file) => Ok(list::print(&file, report)?),
    }
}
