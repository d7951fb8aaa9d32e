//! The command line: what was typed becomes settings and a command, one file a command.
//!
//! *Invariant:* running a task costs no more here than looking at the arguments; every table is
//! static.

mod built_in;
mod flag;
mod typed;
mod usage_error;

mod invocation;
mod parse;

mod context;
mod failure;

mod help;
mod list;
mod run;
mod version;

use std::ffi::OsString;
use std::process::ExitCode;

pub use invocation::{
    BuiltIn, Catalogue, Command, Crash, Debug, DumpEnv, EnvFormat, Init, Invocation, LogFormat,
    Settings, Shell,
};
pub use parse::parse;
pub use usage_error::UsageError;
pub use version::COMPATIBLE;

use context::{Context, error};
use failure::Failure;

use crate::load::Places;
use crate::memory::subscriber;
use crate::process::Supervisor;
use crate::report::Report;
use crate::resolve::ResolveError;
use crate::runtime::{Watched, watched};

/// Runs the command: everything that was typed after the program's name.
pub async fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let report = Report::standard();
    let outcome = match parse(arguments) {
        Ok(invocation) => perform(invocation, &report).await,
        Err(error) => Err(error.into()),
    };
    let flushed = report.flush().await;
    let code = match outcome {
        Ok(()) => u8::from(flushed.is_err()),
        Err(failure) => failure.tell(&report),
    };
    ExitCode::from(code)
}

async fn perform(invocation: Invocation, report: &Report) -> Result<(), Failure> {
    let Invocation { command, settings } = invocation;
    match command {
        Command::Help(built_in) => help::print(built_in, report),
        Command::Version => version::print(report),
        Command::Run { task, arguments } => {
            let places = begin(&settings, report)?;
            return run::run(settings, places, task, arguments, report).await;
        }
        command => {
            let places = begin(&settings, report)?;
            return under_the_monitor(&command, &settings, &places, report).await;
        }
    }
    Ok(())
}

/// What every command but help and version begins with.
fn begin(settings: &Settings, report: &Report) -> Result<Places, Failure> {
    log(settings, report);
    let places = Places::of_process()?;
    if places.workspace_is_broken() {
        report.error_text("Warning: .drun/.drun_workspace.yml is no YAML and is ignored\n");
    }
    Ok(places)
}

/// The subscriber of the command.
fn log(settings: &Settings, report: &Report) {
    let filter = std::env::var("RUST_LOG")
        .ok()
        .filter(|filter| !filter.is_empty());
    let json = settings.log_format == LogFormat::Json;
    let report = report.clone();
    subscriber::install(
        filter.as_deref(),
        json,
        Box::new(move |text| report.error_text(text)),
    );
}

/// A file that is only looked at can be too big as well.
async fn under_the_monitor(
    command: &Command,
    settings: &Settings,
    places: &Places,
    report: &Report,
) -> Result<(), Failure> {
    let seen = Watched::new(Supervisor::owning_process());
    let context = Context {
        settings,
        places,
        report,
        loading: &seen.loading,
    };
    let limits = run::limits(settings)?;
    let work = async { Ok(other(command, &context).await?) };
    Ok(watched(&seen, limits, places.start_dir.clone(), work).await?)
}

async fn other(command: &Command, context: &Context<'_>) -> Result<(), ResolveError> {
    match command {
        Command::List => list::list(context).await,
        // Done before.
        Command::Help(_) | Command::Version | Command::Run { .. } => Ok(()),
        _ => error("not supported yet"),
    }
}
