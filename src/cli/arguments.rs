//! What was typed, as settings and a command.

use std::ffi::OsString;

use lexopt::prelude::*;
use thiserror::Error;

use super::flags::{self, Flag, Takes};

/// What was asked for.
#[derive(Debug, Clone, Default)]
pub struct Invocation {
    /// What to do.
    pub command: Command,
    /// How to do it.
    pub settings: Settings,
}

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Run a task, or what stands for none.
    Run {
        /// The first word that is no flag.
        task: Option<String>,
        /// `key=value` words, in order.
        arguments: Vec<(String, String)>,
    },
    /// List the tasks.
    List,
    /// Show the help.
    Help,
    /// Show the version.
    Version,
    /// Write a task file to start from.
    Init,
    /// List the templates for it.
    ListTemplates,
    /// Make a file the default of the current folder.
    SetWorkspace(String),
    /// Show what was read.
    Debug,
    /// Replace the program.
    SelfUpdate,
    /// A command `cmd:NAME`.
    BuiltIn(String),
}

/// Commands that are built in; another `cmd:` name is looked up as a task.
const BUILT_IN: &[&str] = &[
    "cmd:complete",
    "cmd:completion",
    "cmd:crash",
    "cmd:dump-env",
    "cmd:from",
    "cmd:hook",
    "cmd:link",
    "cmd:lsp",
    "cmd:memory",
    "cmd:secret",
    "cmd:skill",
    "cmd:stateless",
    "cmd:trust",
    "cmd:unlink",
    "cmd:unlink-all",
    "cmd:untrust",
];

impl Default for Command {
    fn default() -> Self {
        Self::Run {
            task: None,
            arguments: Vec::new(),
        }
    }
}

/// How the monitor's messages are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// All flags but those that choose the command.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs)]
pub struct Settings {
    pub file: Option<String>,
    pub dry_run: bool,
    pub verbose: bool,
    /// `--task-mode`: whether it is `ci`.
    pub ci: Option<bool>,
    pub allow_undefined: bool,
    pub no_cache: bool,
    pub ignore_tools: bool,
    pub allow_tool_changes: bool,
    pub log_format: LogFormat,
    /// Memory limits as typed: key of `memory::limits`, value, flag.
    pub memory: Vec<(&'static str, String, String)>,
    pub no_monitor: bool,
    /// Whatever other flags were given, by name; a switch has an empty value.
    pub others: Vec<(&'static str, String)>,
    /// Words behind the task that hold no `=`, for built-in commands.
    pub words: Vec<String>,
}

impl Settings {
    /// The value of another flag; the last of several wins.
    pub fn other(&self, name: &str) -> Option<&str> {
        let (_, value) = self.others.iter().rev().find(|(own, _)| *own == name)?;
        Some(value)
    }

    /// Whether another switch is on.
    pub fn is_on(&self, name: &str) -> bool {
        self.other(name).is_some()
    }
}

/// What is wrong with what was typed.
#[derive(Debug, Error, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum UsageError {
    #[error("unknown flag '{0}'\n  Help: 'xdrun --help' shows all flags")]
    Unknown(String),
    #[error("flag '--{0}' needs a value")]
    NoValue(&'static str),
    #[error("flag '--{flag}': '{value}' is neither true nor false")]
    NoBoolean { flag: &'static str, value: String },
    #[error("flag '--{flag}': '{value}' is not one of: {allowed}")]
    BadValue {
        flag: &'static str,
        value: String,
        allowed: &'static str,
    },
    #[error("'{0}' is no UTF-8 text")]
    NoText(String),
    #[error("{0}")]
    Other(String),
}

/// Takes the words behind the program's name apart.
///
/// # Errors
/// An unknown flag, a missing or bad value; each names the flag.
pub fn parse(words: impl IntoIterator<Item = OsString>) -> Result<Invocation, UsageError> {
    let words: Vec<OsString> = words.into_iter().collect();
    let mut parser = lexopt::Parser::from_args(words);
    let mut settings = Settings::default();
    let mut task: Option<String> = None;
    let mut arguments = Vec::new();
    loop {
        let argument = parser
            .next()
            .map_err(|error| UsageError::Other(error.to_string()))?;
        match argument {
            None => break,
            Some(Value(word)) => {
                let word = text(word)?;
                match (&task, word.split_once('=')) {
                    (None, _) => {
                        let built_in = BUILT_IN.contains(&word.as_str());
                        task = Some(word);
                        if built_in {
                            settings.words = rest(&mut parser)?;
                            break;
                        }
                    }
                    (Some(_), Some((key, value))) => {
                        arguments.push((key.to_owned(), value.to_owned()));
                    }
                    (Some(_), None) => settings.words.push(word),
                }
            }
            Some(Long(name)) => {
                let name = name.to_owned();
                let flag =
                    flags::find(&name).ok_or_else(|| UsageError::Unknown(format!("--{name}")))?;
                take(flag, &mut parser, &mut settings)?;
            }
            Some(Short(letter)) => {
                let flag = flags::find_short(letter)
                    .ok_or_else(|| UsageError::Unknown(format!("-{letter}")))?;
                take(flag, &mut parser, &mut settings)?;
            }
        }
    }
    Ok(Invocation {
        command: command(&settings, task, arguments),
        settings,
    })
}

fn command(settings: &Settings, task: Option<String>, arguments: Vec<(String, String)>) -> Command {
    let on = |name: &str| settings.is_on(name);
    // The order is the precedence when several are given.
    if on("help") {
        Command::Help
    } else if on("version") {
        Command::Version
    } else if on("self-update") {
        Command::SelfUpdate
    } else if on("list-templates") {
        Command::ListTemplates
    } else if on("init") || on("init-minimal") {
        Command::Init
    } else if let Some(file) = settings.other("set-workspace") {
        Command::SetWorkspace(file.to_owned())
    } else if on("debug") {
        Command::Debug
    } else if on("list") {
        Command::List
    } else {
        match task {
            Some(task) if BUILT_IN.contains(&task.as_str()) => Command::BuiltIn(task),
            task => Command::Run { task, arguments },
        }
    }
}

/// What stands behind a built-in command is its own affair.
fn rest(parser: &mut lexopt::Parser) -> Result<Vec<String>, UsageError> {
    parser
        .raw_args()
        .map_err(|error| UsageError::Other(error.to_string()))?
        .map(text)
        .collect()
}

fn text(word: OsString) -> Result<String, UsageError> {
    word.into_string()
        .map_err(|word| UsageError::NoText(word.to_string_lossy().into_owned()))
}

fn take(
    flag: &'static Flag,
    parser: &mut lexopt::Parser,
    settings: &mut Settings,
) -> Result<(), UsageError> {
    match flag.takes {
        Takes::Switch => {
            let on = match parser.optional_value() {
                None => true,
                Some(value) => match text(value)?.as_str() {
                    "true" | "1" | "t" | "T" | "TRUE" | "True" => true,
                    "false" | "0" | "f" | "F" | "FALSE" | "False" => false,
                    value => {
                        return Err(UsageError::NoBoolean {
                            flag: flag.name,
                            value: value.to_owned(),
                        });
                    }
                },
            };
            switch(flag.name, on, settings);
            Ok(())
        }
        Takes::Value(_) => {
            let value = parser.value().map_err(|_| UsageError::NoValue(flag.name))?;
            set(flag.name, text(value)?, settings)
        }
    }
}

fn switch(name: &'static str, on: bool, settings: &mut Settings) {
    match name {
        "dry-run" => settings.dry_run = on,
        "verbose" => settings.verbose = on,
        "allow-undefined-variables" => settings.allow_undefined = on,
        "no-drun-cache" => settings.no_cache = on,
        "ignore-tool-requirements" => settings.ignore_tools = on,
        "allow-tool-version-changes" => settings.allow_tool_changes = on,
        "no-memory-monitor" => settings.no_monitor = on,
        name => {
            settings.others.retain(|(own, _)| *own != name);
            if on {
                settings.others.push((name, String::new()));
            }
        }
    }
}

fn set(name: &'static str, value: String, settings: &mut Settings) -> Result<(), UsageError> {
    let memory = match name {
        "file" => {
            settings.file = Some(value);
            return Ok(());
        }
        "task-mode" => {
            settings.ci = Some(match value.to_lowercase().as_str() {
                "ci" => true,
                "normal" => false,
                _ => {
                    return Err(UsageError::BadValue {
                        flag: name,
                        value,
                        allowed: "ci, normal",
                    });
                }
            });
            return Ok(());
        }
        "log-format" => {
            settings.log_format = match value.as_str() {
                "text" => LogFormat::Text,
                "json" => LogFormat::Json,
                _ => {
                    return Err(UsageError::BadValue {
                        flag: name,
                        value,
                        allowed: "text, json",
                    });
                }
            };
            return Ok(());
        }
        "memory-warning" => "warning",
        "memory-limit" => "limit",
        "memory-tree-limit" => "tree_limit",
        "memory-interval" => "interval",
        "memory-dump-dir" => "dump_dir",
        name => {
            settings.others.push((name, value));
            return Ok(());
        }
    };
    // The last of several wins: the first in the list counts.
    settings
        .memory
        .insert(0, (memory, value, format!("flag --{name}")));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Invocation, UsageError> {
        parse(line.split_whitespace().map(OsString::from))
    }

    #[test]
    fn flags_may_stand_anywhere_and_the_last_wins() {
        let found = parsed("-fa.drun build --dry-run x=1 -lv=false -v --file b.drun y=a=b word");
        // `-lv=false` is two letters: `=false` belongs to the last.
        let found = found.unwrap();
        assert_eq!(found.settings.file.as_deref(), Some("b.drun"));
        assert!(found.settings.dry_run && found.settings.verbose);
        assert_eq!(found.command, Command::List);
    }

    #[test]
    fn bad_flags_are_named() {
        assert_eq!(
            parsed("--nope").unwrap_err(),
            UsageError::Unknown("--nope".into())
        );
        assert_eq!(parsed("--file").unwrap_err(), UsageError::NoValue("file"));
        assert!(
            parsed("--task-mode=quick")
                .unwrap_err()
                .to_string()
                .contains("task-mode")
        );
        assert!(parsed("--list=maybe").is_err());
        let run = parsed("-- -x").unwrap().command;
        assert!(matches!(run, Command::Run { task: Some(task), .. } if task == "-x"));
    }
}
