//! The command line: what was typed becomes settings and a command, one file a command.

mod arguments;
mod completion;
mod debug;
mod dump_env;
mod flags;
mod folders;
mod help;
mod init;
mod list;
mod memory;
mod run;
mod templates;

use std::ffi::OsString;
use std::process::ExitCode;
use std::sync::Arc;

pub use arguments::{Command, Invocation, LogFormat, Settings, UsageError, parse};

use crate::load::{LoadProgress, Places, discover};
use crate::memory::subscriber;
use crate::process::Supervisor;
use crate::report::Report;
use crate::resolve::ResolveError;
use crate::runtime::{ExecutionError, Watched, watched};

/// The version of the language and command line that this program is compatible with.
pub const COMPATIBLE: &str = "2.28";

/// Runs the command: everything that was typed after the program's name.
pub async fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let report = Report::standard();
    let outcome = match parse(arguments) {
        Ok(invocation) => perform(invocation, &report).await,
        Err(error) => Err(Failure::Text(error.to_string())),
    };
    let flushed = report.flush().await;
    let code = match outcome {
        Ok(()) => u8::from(flushed.is_err()),
        Err(failure) => failure.tell(&report),
    };
    ExitCode::from(code)
}

/// Why a command failed.
#[derive(Debug)]
pub(crate) enum Failure {
    Text(String),
    Execution(ExecutionError),
}

impl From<ResolveError> for Failure {
    fn from(error: ResolveError) -> Self {
        Self::Execution(ExecutionError::Resolve(error))
    }
}

impl From<ExecutionError> for Failure {
    fn from(error: ExecutionError) -> Self {
        Self::Execution(error)
    }
}

impl Failure {
    /// Prints the message; the exit status.
    fn tell(&self, report: &Report) -> u8 {
        let (text, status) = match self {
            Self::Text(text) => (format!("Error: {text}\n"), 1),
            Self::Execution(ExecutionError::Resolve(error)) => (error.render(), 1),
            Self::Execution(ExecutionError::Failed(message)) => (format!("Error: {message}\n"), 1),
            Self::Execution(ExecutionError::Signal(signal, task)) => {
                let task = match task {
                    Some(task) if !task.is_empty() => format!(" while task '{task}' was running"),
                    _ => String::new(),
                };
                (
                    format!("Error: stopped by {}{task}\n", signal.name()),
                    signal.status(),
                )
            }
            // The monitor's own event has said everything.
            Self::Execution(ExecutionError::Memory(_)) => (String::new(), 1),
        };
        report.error_text(&text);
        status
    }
}

async fn perform(invocation: Invocation, report: &Report) -> Result<(), Failure> {
    let settings = invocation.settings;
    match invocation.command {
        Command::Help => report.line(help::text().trim_end()),
        Command::Version => {
            report.line("drun: runs project tasks, and never out of memory");
            report.line(&format!(
                "Version {} (compatible with {COMPATIBLE})",
                env!("CARGO_PKG_VERSION")
            ));
        }
        command => {
            log(&settings, report);
            let places = Places::of_process()?;
            if places.workspace_is_broken() {
                report.error_text("Warning: .drun/.drun_workspace.yml is no YAML and is ignored\n");
            }
            return other(command, settings, places, report).await;
        }
    }
    Ok(())
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

async fn other(
    command: Command,
    settings: Settings,
    places: Places,
    report: &Report,
) -> Result<(), Failure> {
    match command {
        Command::Run { task, arguments } => {
            run::run(settings, places, task, arguments, report).await
        }
        Command::List => {
            let seen = Watched::new(Supervisor::owning_process());
            let limits = run::limits(&settings)?;
            let start_dir = places.start_dir.clone();
            let work = list::list(&settings, &places, &seen.loading, report);
            watched(&seen, limits, start_dir, work).await?;
            Ok(())
        }
        Command::Init => init::init(&settings, &places, report).await,
        Command::ListTemplates => templates::list(&settings, &places, report).await,
        Command::Debug => debug::debug(&settings, &places, report),
        Command::SetWorkspace(file) => folders::set_workspace(&file, &places, report),
        Command::SelfUpdate => Err(Failure::Text(
            "--self-update is not supported yet; update with: cargo install drun".into(),
        )),
        Command::BuiltIn(name) => built_in(&name, &settings, &places, report).await,
        Command::Help | Command::Version => Ok(()),
    }
}

/// Built-in commands, by name.
async fn built_in(
    name: &str,
    settings: &Settings,
    places: &Places,
    report: &Report,
) -> Result<(), Failure> {
    match name {
        "cmd:completion" => completion::script(settings, report),
        "cmd:complete" => {
            completion::complete(settings, places, report).await;
            Ok(())
        }
        "cmd:dump-env" => dump_env::dump(settings, places, report),
        "cmd:link" => folders::link(settings, places, report),
        "cmd:memory" => memory::memory(settings, report),
        "cmd:stateless" => folders::stateless(settings, places, report),
        "cmd:trust" => folders::trust(settings, places, true, report),
        "cmd:unlink" => folders::unlink(settings, places, report),
        "cmd:unlink-all" => folders::unlink_all(places, report),
        "cmd:untrust" => folders::trust(settings, places, false, report),
        other => Err(Failure::Text(format!("not supported yet: {other}"))),
    }
}

/// Finds and parses the task file.
pub(crate) async fn load_file(
    settings: &Settings,
    places: &Places,
    progress: &Arc<LoadProgress>,
) -> Result<Arc<crate::ast::File>, ExecutionError> {
    let found = discover(settings.file.as_deref(), places)?;
    Ok(crate::load::parse(&found.path, &found.shown, progress).await?)
}
