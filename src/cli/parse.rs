//! What was typed, understood.

use std::ffi::OsString;

use super::UsageError;
use super::flag::Id;
use super::invocation::{Catalogue, Command, Debug, Init, Invocation, LogFormat, Settings};
use super::typed::Typed;
use crate::memory::limits::Asked;

/// Understands the arguments of the command; the program's name is not among them.
///
/// # Errors
/// An unknown flag, a missing or bad value, flags that do not go together.
pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Invocation, UsageError> {
    let typed = Typed::read(args.into_iter().collect())?;
    Ok(Invocation {
        settings: settings(&typed)?,
        command: command(typed)?,
    })
}

fn settings(typed: &Typed) -> Result<Settings, UsageError> {
    Ok(Settings {
        file: typed.value(Id::File),
        dry_run: typed.is_on(Id::DryRun),
        verbose: typed.is_on(Id::Verbose),
        ci: is_ci(typed)?,
        allow_undefined: typed.is_on(Id::AllowUndefined),
        no_cache: typed.is_on(Id::NoCache),
        ignore_tools: typed.is_on(Id::IgnoreTools),
        allow_tool_changes: typed.is_on(Id::AllowToolChanges),
        log_format: log_format(typed)?,
        memory: memory(typed),
    })
}

fn is_ci(typed: &Typed) -> Result<Option<bool>, UsageError> {
    let Some(mode) = typed.value(Id::TaskMode) else {
        return Ok(None);
    };
    match mode.to_lowercase().as_str() {
        "ci" => Ok(Some(true)),
        "normal" => Ok(Some(false)),
        _ => Err(UsageError(format!(
            "flag '--task-mode' takes ci or normal, not '{mode}'"
        ))),
    }
}

fn log_format(typed: &Typed) -> Result<LogFormat, UsageError> {
    match typed.value(Id::LogFormat).as_deref() {
        None | Some("text") => Ok(LogFormat::Text),
        Some("json") => Ok(LogFormat::Json),
        Some(other) => Err(UsageError(format!(
            "flag '--log-format' takes text or json, not '{other}'"
        ))),
    }
}

fn memory(typed: &Typed) -> Asked {
    let flags = [
        ("warning", Id::MemoryWarning, "flag --memory-warning"),
        ("limit", Id::MemoryLimit, "flag --memory-limit"),
        (
            "tree_limit",
            Id::MemoryTreeLimit,
            "flag --memory-tree-limit",
        ),
        ("interval", Id::MemoryInterval, "flag --memory-interval"),
        ("dump_dir", Id::MemoryDumpDir, "flag --memory-dump-dir"),
    ];
    let values = flags
        .into_iter()
        .filter_map(|(key, id, origin)| Some((key, typed.value(id)?, origin.to_owned())));
    Asked {
        values: values.collect(),
        off: typed.is_on(Id::NoMemoryMonitor),
    }
}

/// The order of the arms is the order of precedence.
fn command(typed: Typed) -> Result<Command, UsageError> {
    check_init_flags(&typed)?;
    Ok(match typed.built_in {
        entry if typed.is_on(Id::Help) => Command::Help(entry.map(|entry| entry.name)),
        _ if typed.is_on(Id::Version) => Command::Version,
        Some(entry) => Command::BuiltIn(entry.build(&typed)?),
        _ if typed.is_on(Id::SelfUpdate) => Command::SelfUpdate,
        _ if typed.is_on(Id::ListTemplates) => Command::ListTemplates(catalogue(&typed)),
        _ if typed.is_on(Id::Init) => Command::Init(init(&typed, false)),
        _ if typed.is_on(Id::InitMinimal) => Command::Init(init(&typed, true)),
        _ => match typed.value(Id::SetWorkspace) {
            Some(file) => Command::SetWorkspace(file),
            None if typed.is_on(Id::Debug) => Command::Debug(Box::new(debug(&typed))),
            None if typed.is_on(Id::List) => Command::List,
            None => run(typed.words),
        },
    })
}

/// The first word is the task, whatever it looks like; words without `=` behind it are ignored.
fn run(words: Vec<String>) -> Command {
    let mut words = words.into_iter();
    let task = words.next();
    let arguments = words
        .filter_map(|word| {
            let (key, value) = word.split_once('=')?;
            Some((key.to_owned(), value.to_owned()))
        })
        .collect();
    Command::Run { task, arguments }
}

fn check_init_flags(typed: &Typed) -> Result<(), UsageError> {
    if typed.is_on(Id::Help) || typed.is_on(Id::Version) {
        return Ok(());
    }
    let wrong = |message: &str| Err(UsageError(message.to_owned()));
    let template = typed.value(Id::Template);
    if typed.is_on(Id::ListTemplates) {
        let other = typed.is_on(Id::Init) || typed.is_on(Id::InitMinimal) || template.is_some();
        return if other {
            wrong("flag '--list-templates' does not go with --init, --init-minimal or --template")
        } else {
            Ok(())
        };
    }
    if template.is_some() && !typed.is_on(Id::Init) {
        return wrong("flag '--template' needs --init");
    }
    if template.is_none() && typed.value(Id::FromTemplate).is_some() {
        return wrong(
            "flag '--from-template' needs --init and the name of a template: --template NAME",
        );
    }
    Ok(())
}

fn catalogue(typed: &Typed) -> Catalogue {
    Catalogue {
        manifest: typed.value(Id::FromTemplate),
        repo: typed.value(Id::TemplatesRepo),
    }
}

fn init(typed: &Typed, minimal: bool) -> Init {
    Init {
        minimal,
        template: typed.value(Id::Template),
        catalogue: catalogue(typed),
        save_as_default: typed.is_on(Id::SaveAsDefault),
    }
}

fn debug(typed: &Typed) -> Debug {
    Debug {
        full: typed.is_on(Id::DebugFull),
        tokens: typed.is_on(Id::DebugTokens),
        ast: typed.is_on(Id::DebugAst),
        json: typed.is_on(Id::DebugJson),
        errors: typed.is_on(Id::DebugErrors),
        domain: typed.is_on(Id::DebugDomain),
        plan: typed.is_on(Id::DebugPlan),
        export_graph: typed.value(Id::DebugExportGraph),
        export_mermaid: typed.value(Id::DebugExportMermaid),
        export_json: typed.value(Id::DebugExportJson),
        input: typed.value(Id::DebugInput),
    }
}

#[cfg(test)]
mod tests {
    use super::super::invocation::BuiltIn;
    use super::*;

    fn parsed(line: &[&str]) -> Result<Invocation, UsageError> {
        let words: Vec<OsString> = line.iter().map(OsString::from).collect();
        parse(words)
    }

    fn refused(line: &[&str]) -> String {
        parsed(line).unwrap_err().0
    }

    fn task(name: &str, arguments: &[(&str, &str)]) -> Command {
        Command::Run {
            task: Some(name.to_owned()),
            arguments: arguments
                .iter()
                .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
                .collect(),
        }
    }

    #[test]
    fn flags_may_stand_anywhere_and_in_every_form() {
        let line = [
            "-fa.drun",
            "build",
            "--dry-run",
            "x=1=2",
            "word",
            "-v=false",
            "y=",
        ];
        let invocation = parsed(&line).unwrap();
        assert_eq!(
            invocation.command,
            task("build", &[("x", "1=2"), ("y", "")])
        );
        let settings = invocation.settings;
        assert_eq!(settings.file.as_deref(), Some("a.drun"));
        assert!(settings.dry_run && !settings.verbose);
        let invocation = parsed(&["-lv", "--file=x", "-f", "y"]).unwrap();
        assert_eq!(invocation.command, Command::List);
        assert_eq!(invocation.settings.file.as_deref(), Some("y"));
        assert!(invocation.settings.verbose);
    }

    #[test]
    fn two_dashes_end_the_flags() {
        let invocation = parsed(&["--", "--list", "-v"]).unwrap();
        assert_eq!(invocation.command, task("--list", &[]));
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (line, fact) in [
            (&["--arch=arm"][..], "arch=arm"),
            (&["--task-mode"], "--task-mode"),
            (&["--task-mode", "fast"], "fast"),
            (&["-x"], "-x"),
            (&["--dry-run=maybe"], "maybe"),
            (&["--init", "--from-template", "x"], "--template NAME"),
            (&["--list-templates", "--init"], "--init"),
            (&["cmd:link"], "cmd:link"),
            (&["cmd:link", "--create"], "--create"),
        ] {
            let message = refused(line);
            assert!(message.contains(fact), "{line:?}: {message}");
        }
    }

    #[test]
    fn the_last_of_several_wins_and_the_highest_command_counts() {
        let invocation =
            parsed(&["--dry-run=false", "--dry-run", "--list", "--debug", "a"]).unwrap();
        assert!(invocation.settings.dry_run);
        assert!(matches!(invocation.command, Command::Debug(_)));
        let invocation =
            parsed(&["--init-minimal", "--init", "--version", "-h", "cmd:link"]).unwrap();
        assert_eq!(invocation.command, Command::Help(Some("cmd:link")));
    }

    #[test]
    fn a_built_in_command_has_flags_of_its_own() {
        let invocation = parsed(&["cmd:stateless", "add", "-c", "here"]).unwrap();
        let folder = Some("here".to_owned());
        let add = BuiltIn::StatelessAdd {
            folder,
            create: true,
        };
        assert_eq!(invocation.command, Command::BuiltIn(add));
        let invocation = parsed(&["cmd:complete", "build", "--"]).unwrap();
        let words = vec!["build".to_owned(), "--".to_owned()];
        assert_eq!(
            invocation.command,
            Command::BuiltIn(BuiltIn::Complete { words })
        );
        assert_eq!(
            parsed(&["cmd:other"]).unwrap().command,
            task("cmd:other", &[])
        );
    }

    #[test]
    fn memory_flags_are_kept_as_written() {
        let invocation = parsed(&["--memory-limit", "1GB", "--memory-limit=2GB"]).unwrap();
        let values = invocation.settings.memory.values;
        let origin = "flag --memory-limit".to_owned();
        assert_eq!(values, [("limit", "2GB".to_owned(), origin)]);
    }
}
