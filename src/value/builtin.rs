//! The built-in functions.

use std::path::{Path, PathBuf};
use std::time::Instant;

use super::evaluator::{Evaluator, Trouble};
use super::now_format::{DEFAULT_LAYOUT, format, local_now};
use super::pass::Pass;
use super::world::{Clock, Indicator};
use super::{Probe, Value, duration};
use crate::ast::{BuiltinArgument, BuiltinCall, Placeholder};
use crate::source::Text;

type Outcome = Result<String, String>;

impl Evaluator<'_> {
    /// The result of a function in a placeholder; its failure names the placeholder.
    pub(super) fn builtin(
        &mut self,
        call: &BuiltinCall,
        placeholder: &Placeholder,
        pass: &mut Pass,
    ) -> Result<Text, Trouble> {
        self.builtin_call(call, pass)
            .map_err(|trouble| match trouble {
                Trouble::Failed(message) => {
                    Trouble::Failed(format!("{}: {message}", placeholder.source))
                }
                trouble => trouble,
            })
    }

    /// A variable that has the name of a function which is called without arguments: it goes
    /// before the function.
    pub(super) fn named_builtin(
        &mut self,
        call: &BuiltinCall,
        pass: &mut Pass,
    ) -> Result<Option<Value>, Trouble> {
        if !call.arguments.is_empty() || call.source.contains([' ', '(']) {
            return Ok(None);
        }
        self.named_first(&call.source, pass)
    }

    pub(super) fn builtin_call(
        &mut self,
        call: &BuiltinCall,
        pass: &mut Pass,
    ) -> Result<Text, Trouble> {
        let mut arguments = Vec::with_capacity(call.arguments.len());
        for argument in &call.arguments {
            arguments.push(match argument {
                BuiltinArgument::Text(template) => self.parts(template, pass)?,
                BuiltinArgument::Name(name) => match self.named(name, pass)? {
                    Some(value) => value.text().clone(),
                    None if name.starts_with('$') => {
                        pass.unknown(name);
                        pass.instead(name)
                    }
                    None => name.clone(),
                },
            });
        }
        let arguments: Vec<&str> = arguments.iter().map(Text::as_str).collect();
        let result = match self.probe(&call.name, &arguments) {
            Some(probe) => self.asked(probe.map_err(Trouble::Failed)?, &call.name, &arguments)?,
            None => self.pure(&call.name, &arguments),
        };
        result.map(Text::from).map_err(Trouble::Failed)
    }

    /// The answer to a question, when it is known.
    pub(super) fn ask(&mut self, probe: Probe) -> Result<Outcome, Trouble> {
        self.replay.take().ok_or(Trouble::Need(probe))
    }

    fn asked(&mut self, probe: Probe, name: &str, arguments: &[&str]) -> Result<Outcome, Trouble> {
        let answer = self.ask(probe)?;
        let short = name == "current git commit" && arguments.first() == Some(&"short");
        Ok(answer.map(|answer| match short {
            true => answer.chars().take(7).collect(),
            false => answer,
        }))
    }

    /// The question that a function asks, if it asks one.
    fn probe(&self, name: &str, arguments: &[&str]) -> Option<Result<Probe, String>> {
        let text = |index: usize| Text::from(arguments.get(index).copied().unwrap_or_default());
        let probe = match name {
            "current git branch" => Probe::GitBranch,
            "current git commit" => Probe::GitCommit,
            "docker compose command" | "compose_cmd" => {
                if !arguments.is_empty() {
                    return Some(Err(format!("{name} takes no arguments")));
                }
                Probe::DockerComposeCommand
            }
            "docker compose status" => {
                let folder = arguments
                    .first()
                    .map(|folder| self.world.start_dir.join(folder));
                if let Some(folder) = folder.as_ref().filter(|folder| !folder.is_dir()) {
                    return Some(Err(format!(
                        "{}: no such file or directory",
                        folder.display()
                    )));
                }
                Probe::DockerComposeStatus(folder)
            }
            "secret" if self.world.dry_run => return None,
            "secret" => return Some(self.secret_probe(arguments)),
            "dns_resolve" | "dns_check" | "dns_validate" => {
                let wanted = if name == "dns_resolve" { 1 } else { 2 };
                if arguments.len() < wanted {
                    return Some(Err(format!("{name} needs {wanted} arguments")));
                }
                match name {
                    _ if self.world.dry_run => return None,
                    "dns_resolve" => Probe::DnsResolve(text(0)),
                    "dns_check" => Probe::DnsCheck(text(0), text(1)),
                    _ => Probe::DnsValidate(text(0), text(1)),
                }
            }
            _ => return None,
        };
        Some(Ok(probe))
    }

    /// A function that needs nothing from outside; what it does is done once a statement.
    fn pure(&mut self, name: &str, arguments: &[&str]) -> Outcome {
        let first = arguments.first().copied();
        let world = self.world;
        match name {
            "pwd" => Ok(match first {
                Some("basename") => file_name(&world.start_dir),
                _ => world.start_dir.display().to_string(),
            }),
            "hostname" => Ok(hostname()),
            "os" => Ok(super::names_of_platform().to_owned()),
            "shell" => Ok(world.shell.clone()),
            "env" => {
                let name = needed(first, "env needs the name of a variable")?;
                let value = world.environment(name).filter(|value| !value.is_empty());
                Ok(value.unwrap_or_else(|| arguments.get(1).copied().unwrap_or("").to_owned()))
            }
            "env exists" => {
                let name = needed(first, "env exists needs the name of a variable")?;
                Ok(world.environment(name).is_some().to_string())
            }
            "file exists" => {
                let path = needed(first, "file exists needs a path")?;
                Ok(self.below_start(path).exists().to_string())
            }
            "dir exists" => {
                let path = needed(first, "dir exists needs a path")?;
                Ok(self.below_start(path).is_dir().to_string())
            }
            "now" | "now.format" => {
                let layout = first.unwrap_or(DEFAULT_LAYOUT);
                self.replay.once(|| Ok(format(&local_now(), layout)))
            }
            "current file" => Ok(world.file.clone().unwrap_or_else(|| "<no file>".to_owned())),
            "available tasks" => Ok(self.available_tasks(arguments)),
            "secret" => self.secret_shown(arguments),
            "dns_resolve" => Ok("127.0.0.1".to_owned()),
            "dns_check" => Ok("success".to_owned()),
            "dns_validate" => Ok("valid".to_owned()),
            _ => self.replay.once(|| clock(world, name, arguments)),
        }
    }

    fn below_start(&self, path: &str) -> PathBuf {
        self.world.start_dir.join(path)
    }

    fn available_tasks(&self, arguments: &[&str]) -> String {
        let separator = arguments.first().copied().unwrap_or(", ");
        let separator = separator
            .replace("\\n", "\n")
            .replace("\\r", "\r")
            .replace("\\t", "\t");
        let omitted = arguments.get(1..).unwrap_or_default();
        let shown: Vec<&str> = self
            .world
            .tasks
            .iter()
            .map(Text::as_str)
            .filter(|task| !omitted.contains(task))
            .collect();
        shown.join(&separator)
    }
}

fn needed<'t>(argument: Option<&'t str>, message: &str) -> Result<&'t str, String> {
    argument
        .filter(|argument| !argument.is_empty())
        .ok_or_else(|| message.to_owned())
}

fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(
        || "/".to_owned(),
        |name| name.to_string_lossy().into_owned(),
    )
}

/// The name of this computer.
#[cfg(unix)]
pub fn hostname() -> String {
    rustix::system::uname()
        .nodename()
        .to_string_lossy()
        .into_owned()
}

/// The name of this computer.
#[cfg(not(unix))]
pub fn hostname() -> String {
    std::env::var("COMPUTERNAME").unwrap_or_default()
}

/// Timers and progress indicators.
fn clock(world: &super::World, name: &str, arguments: &[&str]) -> Outcome {
    let message = || needed(arguments.first().copied(), "an argument is missing");
    match name {
        "start timer" => start_timer(world, message()?),
        "stop timer" => stop_timer(world, message()?),
        "show elapsed time" => show_timer(world, message()?),
        "start progress" => {
            let (message, name) = (message()?, indicator(arguments, 1));
            Ok(start_progress(world, message, name))
        }
        "update progress" => update_progress(world, arguments),
        "finish progress" => {
            let (message, name) = (message()?, indicator(arguments, 1));
            let took = finish_progress(world, name)?;
            Ok(format!(
                "✅  {message} (completed in {})",
                duration::rounded(took)
            ))
        }
        _ => Err(format!("unknown function '{name}'")),
    }
}

fn indicator<'t>(arguments: &[&'t str], index: usize) -> &'t str {
    arguments.get(index).copied().unwrap_or("default")
}

fn start_timer(world: &super::World, name: &str) -> Outcome {
    let mut clocks = world.clocks();
    if clocks
        .timers
        .get(name)
        .is_some_and(|timer| timer.stopped.is_none())
    {
        return Err(format!("timer '{name}' is already running"));
    }
    clocks.timers.insert(name.to_owned(), Clock::start());
    Ok(format!("⏱️  Started timer '{name}'"))
}

fn stop_timer(world: &super::World, name: &str) -> Outcome {
    let mut clocks = world.clocks();
    let Some(timer) = clocks.timers.get_mut(name) else {
        return Err(format!("timer '{name}' not found"));
    };
    if timer.stopped.is_some() {
        return Err(format!("timer '{name}' is not running"));
    }
    let took = timer.elapsed();
    timer.stopped = Some(took);
    Ok(format!(
        "⏹️  Stopped timer '{name}' (elapsed: {})",
        duration::rounded(took)
    ))
}

fn show_timer(world: &super::World, name: &str) -> Outcome {
    let clocks = world.clocks();
    let Some(timer) = clocks.timers.get(name) else {
        return Err(format!("timer '{name}' not found"));
    };
    let state = if timer.stopped.is_some() {
        "stopped"
    } else {
        "running"
    };
    let took = duration::rounded(timer.elapsed());
    Ok(format!("⏱️  Timer '{name}' ({state}): {took}"))
}

fn update_progress(world: &super::World, arguments: &[&str]) -> Outcome {
    let (Some(percentage), Some(message)) = (arguments.first(), arguments.get(1)) else {
        return Err("a percentage and a message are needed".to_owned());
    };
    let parsed: i64 = percentage
        .trim()
        .parse()
        .map_err(|_| format!("invalid percentage: {percentage}"))?;
    if !(0..=100).contains(&parsed) {
        return Err("percentage must be between 0 and 100".to_owned());
    }
    let name = indicator(arguments, 2);
    active_progress(world, name)?;
    let full = parsed as usize * 20 / 100;
    let bar = format!("{}{}", "█".repeat(full), "░".repeat(20 - full));
    let text = format!("📋 {message} [{bar}] ({parsed}%)");
    let mut clocks = world.clocks();
    if let Some(indicator) = clocks.progress.get_mut(name) {
        indicator.message = (*message).to_owned();
        indicator.percent = u8::try_from(parsed).ok();
        indicator.changed = Instant::now();
    }
    drop(clocks);
    world.note_progress(&text);
    Ok(text)
}

fn start_progress(world: &super::World, message: &str, name: &str) -> String {
    let text = format!("📋 {message}");
    let clock = Clock::start();
    let indicator = Indicator {
        clock,
        message: message.to_owned(),
        percent: None,
        changed: clock.started,
    };
    world.clocks().progress.insert(name.to_owned(), indicator);
    world.note_progress(&text);
    text
}

fn active_progress(world: &super::World, name: &str) -> Result<Clock, String> {
    match world.clocks().progress.get(name) {
        None => Err(format!("progress indicator '{name}' not found")),
        Some(indicator) if indicator.clock.stopped.is_some() => {
            Err(format!("progress indicator '{name}' is not active"))
        }
        Some(indicator) => Ok(indicator.clock),
    }
}

fn finish_progress(world: &super::World, name: &str) -> Result<std::time::Duration, String> {
    let took = active_progress(world, name)?.elapsed();
    let mut clocks = world.clocks();
    if let Some(indicator) = clocks.progress.get_mut(name) {
        indicator.clock.stopped = Some(took);
    }
    drop(clocks);
    world.note_progress("");
    Ok(took)
}
