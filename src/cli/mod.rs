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
mod version;

mod list;
mod run;

mod init;
mod manifest;
mod starter;
mod template;

mod link;
mod secret;
mod stateless;
mod trust;
mod workspace;

mod completion;

mod debug;

mod dotenv;
mod dump_env;

mod crash;
mod memory;

mod self_update;

#[cfg(test)]
mod fixture;

use std::ffi::OsString;
use std::io;
use std::process::ExitCode;
use std::time::Duration;

use tokio::time::timeout;

pub use invocation::{
    BuiltIn, Catalogue, Command, Crash, Debug, DumpEnv, EnvFormat, Init, Invocation, LogFormat,
    Memory, Namespace, Secret, SecretCommand, Settings, Shell,
};
pub use parse::parse;
pub use usage_error::UsageError;
pub use version::COMPATIBLE;

use context::{Context, error};
use failure::Failure;

use crate::load::Places;
use crate::memory::{last_words, subscriber};
use crate::process::Supervisor;
use crate::report::Report;
use crate::resolve::ResolveError;
use crate::runtime::{Signal, Watched, unless_stopped, watched};
use crate::value::os_reason;

/// How long the readers of a run that was stopped may take.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// The pairs of an `.env` file.
#[cfg(fuzzing)]
pub fn dotenv_pairs(text: &str) -> Vec<(String, String)> {
    dotenv::pairs(text)
}

/// Runs the command: everything that was typed after the program's name.
pub async fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let report = Report::standard();
    let outcome = match parse(arguments) {
        Ok(invocation) => perform(invocation, &report).await,
        Err(error) => Err(error.into()),
    };
    let outcome = match outcome {
        Ok(()) => written(&report).await,
        failed => failed,
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => ExitCode::from(last_words_of(&failure, &report).await),
    }
}

/// Writes what is left of the output of a command that succeeded. A reader that has seen enough, as
/// `head` has, is no failure; a run was told of it before.
async fn written(report: &Report) -> Result<(), Failure> {
    match report.flush().await {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            let reason = os_reason(&error);
            Err(Failure::Text(format!(
                "cannot write to standard output: {reason}"
            )))
        }
        _ => Ok(()),
    }
}

/// Prints why a command failed; the exit status. An error that cannot be told is no other one than
/// that which ended the run.
async fn last_words_of(failure: &Failure, report: &Report) -> u8 {
    // A reader that does not read may hold up a run, but not one that was stopped.
    if failure.is_stop() {
        let _ = timeout(LAST_WORDS, report.flush()).await;
        let status = failure.tell(report);
        let _ = timeout(LAST_WORDS, report.flush()).await;
        return status;
    }
    let telling = async {
        let _ = report.flush().await;
        let status = failure.tell(report);
        let _ = report.flush().await;
        status
    };
    unless_stopped(telling).await.unwrap_or_else(Signal::status)
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
        report.error_text(
            "Warning: .drun/.drun_workspace.yml cannot be read as YAML and is ignored\n",
        );
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
        Box::new(move |text| {
            // What was printed before comes first, as far as it can without waiting.
            report.error_text("");
            last_words::write(text);
        }),
    );
}

/// A file that is only looked at can be too big as well.
async fn under_the_monitor(
    command: &Command,
    settings: &Settings,
    places: &Places,
    report: &Report,
) -> Result<(), Failure> {
    let supervisor = Supervisor::owning_process();
    let seen = Watched::new(supervisor.clone());
    let mut limits = run::limits(settings)?;
    if *command == Command::BuiltIn(BuiltIn::Memory(Memory::Test)) {
        // What is tested is a run that it starts, which is to be stopped by its own limit.
        limits.tree = None;
    }
    let context = Context {
        settings,
        places,
        report,
        loading: &seen.loading,
        limits: &limits.clone(),
        supervisor: &supervisor,
    };
    let work = async {
        let done = other(command, &context).await;
        // Here, where a signal is heard; the error stays with the report.
        let _ = report.flush().await;
        Ok(done?)
    };
    Ok(watched(&seen, limits, places.start_dir.clone(), work).await?)
}

async fn other(command: &Command, context: &Context<'_>) -> Result<(), ResolveError> {
    match command {
        // Done before.
        Command::Help(_) | Command::Version | Command::Run { .. } => Ok(()),
        Command::SelfUpdate => self_update::refuse(),
        Command::ListTemplates(catalogue) => template::list(context, catalogue).await,
        Command::Init(wanted) => init::init(context, wanted).await,
        Command::SetWorkspace(file) => workspace::set(context, file),
        Command::Debug(asked) => debug::debug(context, asked).await,
        Command::List => list::list(context).await,
        Command::BuiltIn(command) => built_in(command, context).await,
    }
}

async fn built_in(command: &BuiltIn, context: &Context<'_>) -> Result<(), ResolveError> {
    match command {
        BuiltIn::Link { folders } => link::link(context, folders),
        BuiltIn::Unlink { folders } => link::unlink(context, folders),
        BuiltIn::UnlinkAll => link::unlink_all(context),
        BuiltIn::StatelessAdd { folder, create } => {
            stateless::add(context, folder.as_deref(), *create)
        }
        BuiltIn::StatelessRemove { folder, delete } => {
            stateless::remove(context, folder.as_deref(), *delete)
        }
        BuiltIn::StatelessList => stateless::list(context),
        BuiltIn::StatelessInfo => stateless::info(context),
        BuiltIn::Trust { folder } => trust::trust(context, folder.as_deref()),
        BuiltIn::Untrust { folder } => trust::untrust(context, folder.as_deref()),
        BuiltIn::Completion(shell) => {
            completion::script(*shell, context.report);
            Ok(())
        }
        BuiltIn::Complete { words } => {
            completion::complete(context, words).await;
            Ok(())
        }
        BuiltIn::DumpEnv(options) => {
            dump_env::dump(context, options);
            Ok(())
        }
        BuiltIn::Memory(Memory::Show) => memory::show(context).await,
        BuiltIn::Memory(Memory::Test) => memory::test(context).await,
        BuiltIn::Crash(wanted) => crash::crash(context, wanted).await,
        BuiltIn::Secret(wanted) => secret::secret(context, wanted).await,
        BuiltIn::Unsupported(name) => error(format!("not supported yet: {name}")),
    }
}
