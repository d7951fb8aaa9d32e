//! The built-in commands, as data, and what follows their names.

use super::UsageError;
use super::flag::{CREATE, DUMP_ENV, Flag, Id, SECRET};
use super::invocation::{BuiltIn, Crash, DumpEnv, EnvFormat, Memory, Shell};
use super::typed::Typed;

/// A built-in command.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) name: &'static str,
    /// What follows the name.
    pub(super) arguments: &'static str,
    pub(super) help: &'static str,
    pub(super) flags: &'static [Flag],
    /// Whether everything behind the name is taken as it is, flags included.
    pub(super) raw: bool,
    /// What can stand behind the name, first and later.
    pub(super) words: &'static [&'static str],
    pub(super) paths: Paths,
    /// Whether help and completion show it.
    pub(super) shown: bool,
    build: fn(&Typed, &[String]) -> Result<BuiltIn, UsageError>,
}

/// Which paths follow the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Paths {
    None,
    Files,
    Folders,
}

const NONE: Entry = Entry {
    name: "",
    arguments: "",
    help: "",
    flags: &[],
    raw: false,
    words: &[],
    paths: Paths::None,
    shown: true,
    build: |_, _| unsupported(""),
};

/// The built-in commands, sorted by name.
pub(super) static BUILT_INS: &[Entry] = &[
    Entry {
        name: "cmd:complete",
        raw: true,
        shown: false,
        build: |_, words| {
            Ok(BuiltIn::Complete {
                words: words.to_vec(),
            })
        },
        ..NONE
    },
    Entry {
        name: "cmd:completion",
        arguments: "bash|zsh|fish|powershell",
        help: "Print a completion script",
        build: completion,
        words: &["bash", "zsh", "fish", "powershell"],
        ..NONE
    },
    Entry {
        name: "cmd:crash",
        arguments: "[list | show [FILE] | html [FILE] | clean]",
        help: "Show what was written when the memory monitor stopped a run",
        build: crash,
        words: &["list", "show", "html", "clean"],
        paths: Paths::Files,
        ..NONE
    },
    Entry {
        name: "cmd:dump-env",
        arguments: "[--env NAME] [--format FORMAT] [--filter PREFIX]",
        help: "Show the environment with the .env files of this folder; tasks do not read those files",
        flags: DUMP_ENV,
        build: dump_env,
        ..NONE
    },
    Entry {
        name: "cmd:from",
        help: "Convert another tool's file (not supported yet)",
        raw: true,
        build: |_, _| unsupported("cmd:from"),
        ..NONE
    },
    Entry {
        name: "cmd:hook",
        help: "Manage git hooks (not supported yet)",
        raw: true,
        build: |_, _| unsupported("cmd:hook"),
        ..NONE
    },
    Entry {
        name: "cmd:link",
        arguments: "DIR[,DIR…] … [--file FILE]",
        help: "Use the task file in these folders as well",
        build: link,
        paths: Paths::Folders,
        ..NONE
    },
    Entry {
        name: "cmd:lsp",
        help: "Serve an editor (not supported yet)",
        raw: true,
        build: |_, _| unsupported("cmd:lsp"),
        ..NONE
    },
    Entry {
        name: "cmd:memory",
        arguments: "[show | test]",
        help: "Show the memory limits in force and where they come from, or test that they hold",
        build: memory,
        words: &["show", "test"],
        ..NONE
    },
    Entry {
        name: "cmd:orchestrate",
        help: "Run orchestrations (not supported yet)",
        raw: true,
        build: |_, _| unsupported("cmd:orchestrate"),
        ..NONE
    },
    Entry {
        name: "cmd:secret",
        arguments: "add KEY [VALUE] | remove KEY | list | list-all",
        help: "Manage the secrets that tasks use",
        flags: SECRET,
        build: super::secret::parse,
        words: &["add", "remove", "list", "list-all"],
        ..NONE
    },
    Entry {
        name: "cmd:skill",
        help: "Install skills for assistants (not supported yet)",
        raw: true,
        build: |_, _| unsupported("cmd:skill"),
        ..NONE
    },
    Entry {
        name: "cmd:stateless",
        arguments: "add [DIR] [-c] | remove [DIR] [-d] | list | info",
        help: "Keep the task file of a folder in the home folder",
        flags: CREATE,
        build: stateless,
        words: &["add", "remove", "list", "info"],
        paths: Paths::Folders,
        ..NONE
    },
    Entry {
        name: "cmd:trust",
        arguments: "[DIR]",
        help: "Let tasks below DIR open web pages",
        build: |_, words| {
            Ok(BuiltIn::Trust {
                folder: one_at_most("cmd:trust", words)?,
            })
        },
        paths: Paths::Folders,
        ..NONE
    },
    Entry {
        name: "cmd:unlink",
        arguments: "DIR …",
        help: "Undo cmd:link",
        build: unlink,
        paths: Paths::Folders,
        ..NONE
    },
    Entry {
        name: "cmd:unlink-all",
        help: "Undo every cmd:link",
        build: |_, words| no_more("cmd:unlink-all", words, BuiltIn::UnlinkAll),
        ..NONE
    },
    Entry {
        name: "cmd:untrust",
        arguments: "[DIR]",
        help: "Undo cmd:trust",
        build: |_, words| {
            Ok(BuiltIn::Untrust {
                folder: one_at_most("cmd:untrust", words)?,
            })
        },
        paths: Paths::Folders,
        ..NONE
    },
];

/// The built-in command with this name.
pub(super) fn find(name: &str) -> Option<&'static Entry> {
    let index = BUILT_INS
        .binary_search_by(|entry| entry.name.cmp(name))
        .ok()?;
    BUILT_INS.get(index)
}

impl Entry {
    /// The command, from the words behind its name.
    pub(super) fn build(&self, typed: &Typed) -> Result<BuiltIn, UsageError> {
        (self.build)(typed, typed.words.get(1..).unwrap_or_default())
    }
}

fn wrong<T>(message: String) -> Result<T, UsageError> {
    Err(UsageError(message))
}

fn unsupported(name: &'static str) -> Result<BuiltIn, UsageError> {
    Ok(BuiltIn::Unsupported(name))
}

fn no_more(name: &str, words: &[String], command: BuiltIn) -> Result<BuiltIn, UsageError> {
    match words.first() {
        None => Ok(command),
        Some(word) => wrong(format!("{name} takes no argument, but '{word}' was given")),
    }
}

fn one_at_most(name: &str, words: &[String]) -> Result<Option<String>, UsageError> {
    match words {
        [] => Ok(None),
        [one] => Ok(Some(one.clone())),
        [_, second, ..] => wrong(format!(
            "{name} takes one folder, but '{second}' was given as well"
        )),
    }
}

/// Folders, also several in one word, separated by commas.
fn folders(words: &[String]) -> Vec<String> {
    words
        .iter()
        .flat_map(|word| word.split(','))
        .map(str::trim)
        .filter(|folder| !folder.is_empty())
        .map(str::to_owned)
        .collect()
}

fn link(_: &Typed, words: &[String]) -> Result<BuiltIn, UsageError> {
    match folders(words) {
        folders if folders.is_empty() => {
            wrong("cmd:link needs a folder: xdrun cmd:link DIR [--file FILE]".to_owned())
        }
        folders => Ok(BuiltIn::Link { folders }),
    }
}

fn unlink(_: &Typed, words: &[String]) -> Result<BuiltIn, UsageError> {
    match folders(words) {
        folders if folders.is_empty() => {
            wrong("cmd:unlink needs a folder: xdrun cmd:unlink DIR".to_owned())
        }
        folders => Ok(BuiltIn::Unlink { folders }),
    }
}

fn completion(_: &Typed, words: &[String]) -> Result<BuiltIn, UsageError> {
    let shells = "bash, zsh, fish or powershell";
    let shell = match words {
        [] => return wrong(format!("cmd:completion needs a shell: {shells}")),
        [_, second, ..] => {
            return wrong(format!(
                "cmd:completion takes one shell, but '{second}' was given as well"
            ));
        }
        [shell] => match shell.as_str() {
            "bash" => Shell::Bash,
            "zsh" => Shell::Zsh,
            "fish" => Shell::Fish,
            "powershell" => Shell::PowerShell,
            other => {
                return wrong(format!(
                    "cmd:completion: '{other}' is not a known shell; known: {shells}"
                ));
            }
        },
    };
    Ok(BuiltIn::Completion(shell))
}

fn stateless(typed: &Typed, words: &[String]) -> Result<BuiltIn, UsageError> {
    let forms = "add, remove, list or info";
    let Some((form, rest)) = words.split_first() else {
        return wrong(format!("cmd:stateless needs one of {forms}"));
    };
    let name = format!("cmd:stateless {form}");
    match form.as_str() {
        "add" => Ok(BuiltIn::StatelessAdd {
            folder: one_at_most(&name, rest)?,
            create: typed.is_on(Id::Create),
        }),
        "remove" => Ok(BuiltIn::StatelessRemove {
            folder: one_at_most(&name, rest)?,
            delete: typed.is_on(Id::Delete),
        }),
        "list" => no_more(&name, rest, BuiltIn::StatelessList),
        "info" => no_more(&name, rest, BuiltIn::StatelessInfo),
        other => wrong(format!("cmd:stateless: '{other}' is none of {forms}")),
    }
}

fn crash(_: &Typed, words: &[String]) -> Result<BuiltIn, UsageError> {
    let forms = "list, show, html or clean";
    let Some((form, rest)) = words.split_first() else {
        return Ok(BuiltIn::Crash(Crash::List));
    };
    let name = format!("cmd:crash {form}");
    Ok(BuiltIn::Crash(match form.as_str() {
        "list" => return no_more(&name, rest, BuiltIn::Crash(Crash::List)),
        "clean" => return no_more(&name, rest, BuiltIn::Crash(Crash::Clean)),
        "show" => Crash::Show(one_at_most(&name, rest)?),
        "html" => Crash::Html(one_at_most(&name, rest)?),
        other => return wrong(format!("cmd:crash: '{other}' is none of {forms}")),
    }))
}

fn memory(_: &Typed, words: &[String]) -> Result<BuiltIn, UsageError> {
    let Some((form, rest)) = words.split_first() else {
        return Ok(BuiltIn::Memory(Memory::Show));
    };
    let form = match form.as_str() {
        "show" => Memory::Show,
        "test" => Memory::Test,
        other => return wrong(format!("cmd:memory: '{other}' is none of show or test")),
    };
    no_more("cmd:memory", rest, BuiltIn::Memory(form))
}

fn dump_env(typed: &Typed, words: &[String]) -> Result<BuiltIn, UsageError> {
    let format = match typed.value(Id::Format).as_deref() {
        Some("json") => EnvFormat::Json,
        Some("env") => EnvFormat::Env,
        Some("shell") => EnvFormat::Shell,
        // An unknown format is written as a table.
        _ => EnvFormat::Table,
    };
    let dump = BuiltIn::DumpEnv(DumpEnv {
        environment: typed.value(Id::Env).unwrap_or_default(),
        format,
        prefix: typed.value(Id::Filter).unwrap_or_default(),
        show_files: typed.is_on(Id::ShowFiles),
        show_sources: typed.is_on(Id::ShowSources),
        debug: typed.is_on(Id::Debug),
    });
    no_more("cmd:dump-env", words, dump)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_so_that_it_can_be_searched() {
        assert!(BUILT_INS.is_sorted_by(|a, b| a.name < b.name));
    }
}
