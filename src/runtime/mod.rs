//! One execution: the machine, the monitor and the signals in one `select!`, and the order in which
//! everything ends.

mod guard;
mod secrets;
mod setup;
mod signals;
mod stop;
mod watched;

use std::sync::{Arc, Mutex};

pub use guard::watched;
pub use signals::Signal;
pub(crate) use signals::unless_stopped;
pub use watched::Watched;

use crate::ast::File;
use crate::load::{self, Found, LoadOptions, Places};
use crate::machine::{self, Machine};
use crate::memory::Breach;
use crate::memory::dump::DumpOutcome;
use crate::memory::limits::Asked;
use crate::report::Report;
use crate::resolve::{Program, ResolveError};
use crate::source::Text;
use crate::value::os_reason;

#[doc(hidden)]
pub use crate::machine::Instead;
pub use crate::machine::Options;

use setup::{dry_plan, new_run, project_limits};
pub(crate) use setup::{project_asked, resolve_limits};

/// Why an execution ended that did not succeed.
#[derive(Debug)]
pub enum ExecutionError {
    /// It could not begin.
    Resolve(ResolveError),
    /// It failed, with the message.
    Failed(String),
    /// A signal ended it.
    Signal(Signal, Option<Text>),
    /// The memory monitor stopped it.
    Memory(Box<Stopped>),
}

impl From<ResolveError> for ExecutionError {
    fn from(error: ResolveError) -> Self {
        Self::Resolve(error)
    }
}

/// What the memory monitor left behind.
#[derive(Debug)]
pub struct Stopped {
    /// What was measured.
    pub breach: Breach,
    /// The cause, and the files.
    pub outcome: DumpOutcome,
}

/// What an execution is started with.
pub struct Request {
    /// The folder of the start, and the home.
    pub places: Places,
    /// The task file.
    pub found: Found,
    /// How to run.
    pub options: Options,
    /// The task that was typed.
    pub task: Option<String>,
    /// `key=value`, in order.
    pub arguments: Vec<(Text, Text)>,
    /// Neither reads nor writes the cache of remote includes.
    pub no_cache: bool,
    /// Limits that flags and environment ask for.
    pub limits: Asked,
}

/// What an execution came to that did not fail.
pub enum Outcome {
    /// The task ran.
    Ran,
    /// Nothing was asked for and there is no default task: the file is to be listed.
    List(Arc<File>),
}

/// Loads the file and runs the task, with lines for a verbose run.
///
/// # Errors
/// Everything that can go wrong before and while it runs.
pub async fn execute(
    request: &Request,
    watched: &Arc<Watched>,
    report: &Report,
) -> Result<Outcome, ExecutionError> {
    let verbose = request.options.verbose;
    let say = |line: String| {
        if verbose {
            report.line(&line);
        }
    };
    let shown = &request.found.shown;
    if request.task.is_some() {
        say(format!("📂  Loading: {shown}"));
        say("🔍  Parsing drun file...".to_owned());
    }
    let file = load::parse(&request.found.path, shown, &watched.loading).await?;
    if request.task.is_some() {
        say("✅  Parsed successfully".to_owned());
        say(match request.no_cache {
            true => "💾 Remote include caching: disabled".to_owned(),
            false => "💾 Remote include caching: enabled (1m expiration)".to_owned(),
        });
    }
    crate::resolve::check(&file)?;
    project_limits(&file, &request.limits, watched)?;
    let loaded = {
        // The name is chosen among the file's own tasks, before anything is fetched.
        let options = LoadOptions {
            start_dir: request.places.start_dir.clone(),
            home: request.places.home.clone(),
            no_cache: request.no_cache,
        };
        let own = Program::choose_in(&file, request.task.as_deref())?;
        let Some((name, shortened)) = own else {
            return Ok(Outcome::List(file));
        };
        if let (Some(typed), true) = (&request.task, shortened) {
            say(format!("🎯 Resolved '{typed}' → '{name}'"));
        }
        let loaded = load::program(file, &request.found, &options, &watched.loading).await?;
        (loaded, name)
    };
    let (loaded, name) = loaded;
    loaded.lines.into_iter().for_each(say);
    for warning in &loaded.warnings {
        report.error_text(&format!("Warning: {warning}\n"));
    }
    run(request, watched, report, loaded.program, &name)
        .await
        .map(|()| Outcome::Ran)
}

async fn run(
    request: &Request,
    watched: &Arc<Watched>,
    report: &Report,
    program: Program,
    name: &str,
) -> Result<(), ExecutionError> {
    let _ends = report.ends_progress();
    program.check_tools()?;
    let run = Arc::new(new_run(request, watched, report, program)?);
    // One execution is watched once, so nothing else can have set it.
    let _ = watched.run.set(run.clone());
    if request.options.ignore_tools {
        if request.options.verbose && run.program.has_project_tools() {
            report.line("⏭️  Skipping project tool requirements (--ignore-tool-requirements)");
        }
    } else {
        let tools = run.program.project_tools()?;
        if !tools.is_empty() {
            run.require(&tools).await.map_err(ExecutionError::Failed)?;
        }
    }
    let target = run
        .program
        .own_task(name)?
        .ok_or_else(|| ResolveError::Message(format!("task '{name}' not found")))?;
    let plan = run.program.plan(&target)?;
    match request.options.dry_run {
        true => dry_plan(&run, &plan),
        false => secrets::check(&run, &plan).await?,
    }
    run.set_target(target.full_name.clone());
    let machine: Arc<Mutex<Machine>> = Machine::start(&run, &plan);
    let result = machine::drive(machine).await;
    // What was printed before a failure is printed before its message.
    let flushed = report.flush().await;
    match result {
        Ok(_) => flushed.map_err(|error| {
            let reason = os_reason(&error);
            ExecutionError::Failed(format!("cannot write to standard output: {reason}"))
        }),
        Err(failure) if failure.interrupted => Err(ExecutionError::Signal(
            Signal::Interrupt,
            Some(target.full_name),
        )),
        Err(failure) => {
            let message = failure.message();
            Err(ExecutionError::Failed(format!(
                "execution failed: {message}"
            )))
        }
    }
}
