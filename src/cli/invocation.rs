//! What the command line asks for, as data.

use crate::memory::limits::Asked;

/// One command line.
#[derive(Debug)]
pub struct Invocation {
    /// What to do.
    pub command: Command,
    /// How to do it.
    pub settings: Settings,
}

/// What to do. Where several are asked for, the one that stands further up here counts; a built-in
/// command comes after the version.
#[derive(Debug, PartialEq, Eq)]
pub enum Command {
    /// Show the help, or that of one built-in command.
    Help(Option<&'static str>),
    /// Show the version.
    Version,
    /// Replace the program by its newest release.
    SelfUpdate,
    /// Show the templates of a catalogue.
    ListTemplates(Catalogue),
    /// Write a task file.
    Init(Init),
    /// Make a file the default of the current folder.
    SetWorkspace(String),
    /// Show what the program makes of a file.
    Debug(Box<Debug>),
    /// List the tasks.
    List,
    /// A built-in command.
    BuiltIn(BuiltIn),
    /// Run a task.
    Run {
        /// The name as it was typed; without one the task `default` or `help` is meant.
        task: Option<String>,
        /// `key=value`, in order.
        arguments: Vec<(String, String)>,
    },
}

/// What holds for every command.
#[derive(Debug, Default)]
pub struct Settings {
    /// `--file`.
    pub file: Option<String>,
    /// `--dry-run`.
    pub dry_run: bool,
    /// `--verbose`.
    pub verbose: bool,
    /// `--task-mode`: whether every task runs in mode `ci`; `None` leaves it to the tasks.
    pub ci: Option<bool>,
    /// `--allow-undefined-variables`.
    pub allow_undefined: bool,
    /// `--no-drun-cache`.
    pub no_cache: bool,
    /// `--ignore-tool-requirements`.
    pub ignore_tools: bool,
    /// `--allow-tool-version-changes`.
    pub allow_tool_changes: bool,
    /// `--log-format`.
    pub log_format: LogFormat,
    /// `--memory-…` as written, and `--no-memory-monitor`.
    pub memory: Asked,
}

/// `--log-format`: how the messages of the memory monitor are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// Where templates are searched.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Catalogue {
    /// `--from-template`: a manifest, or the folder of one.
    pub manifest: Option<String>,
    /// `--templates-repo`: a folder with a manifest.
    pub repo: Option<String>,
}

/// `--init` and `--init-minimal`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Init {
    /// The shorter starter.
    pub minimal: bool,
    /// `--template`: another starter.
    pub template: Option<String>,
    /// Where that is searched.
    pub catalogue: Catalogue,
    /// `--save-as-default`.
    pub save_as_default: bool,
}

/// `--debug…`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Debug {
    pub full: bool,
    pub tokens: bool,
    pub ast: bool,
    pub json: bool,
    pub errors: bool,
    pub domain: bool,
    pub plan: bool,
    /// The beginning of the names of the files that are written.
    pub export_graph: Option<String>,
    pub export_mermaid: Option<String>,
    pub export_json: Option<String>,
    /// A text instead of a file.
    pub input: Option<String>,
}

/// The commands whose names begin with `cmd:`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum BuiltIn {
    Link {
        folders: Vec<String>,
    },
    Unlink {
        folders: Vec<String>,
    },
    UnlinkAll,
    StatelessAdd {
        folder: Option<String>,
        create: bool,
    },
    StatelessRemove {
        folder: Option<String>,
        delete: bool,
    },
    StatelessList,
    StatelessInfo,
    Trust {
        folder: Option<String>,
    },
    Untrust {
        folder: Option<String>,
    },
    Completion(Shell),
    /// What the completion scripts call: the words typed so far, the last one being completed.
    Complete {
        words: Vec<String>,
    },
    DumpEnv(DumpEnv),
    Memory(Memory),
    Crash(Crash),
    Secret(Secret),
    /// A command of a chapter that is not built yet.
    Unsupported(&'static str),
}

/// A shell for which there is a completion script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Shell {
    Bash,
    Zsh,
    Fish,
    PowerShell,
}

/// `cmd:dump-env`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DumpEnv {
    /// `--env`: the name of the environment, empty without one.
    pub environment: String,
    /// `--format`.
    pub format: EnvFormat,
    /// `--filter`: only keys that begin so.
    pub prefix: String,
    /// `--show-files`.
    pub show_files: bool,
    /// `--show-sources`.
    pub show_sources: bool,
    /// `--debug`: say on standard error what was read.
    pub debug: bool,
}

/// How an environment is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum EnvFormat {
    #[default]
    Table,
    Json,
    Env,
    Shell,
}

/// `cmd:memory`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Memory {
    /// Shows the limits.
    Show,
    /// Tests that they hold.
    Test,
}

/// `cmd:crash`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Crash {
    /// Which dumps there are.
    List,
    /// One dump for people: the newest without a name.
    Show(Option<String>),
    /// One dump as a page.
    Html(Option<String>),
    /// Remove the dumps.
    Clean,
}

/// `cmd:secret`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secret {
    /// What to do.
    pub command: SecretCommand,
    /// Where.
    pub namespace: Namespace,
}

/// What to do with secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretCommand {
    /// Sets one.
    Add {
        /// Its key.
        key: String,
        /// Its value; asked for without one.
        value: Option<String>,
        /// `--masked`: what is typed is not shown.
        masked: bool,
    },
    /// Removes one.
    Remove {
        /// Its key.
        key: String,
    },
    /// Shows the keys of a namespace.
    List {
        /// `--show-values`.
        values: bool,
    },
    /// Shows the keys of all namespaces.
    ListAll {
        /// `--show-values`.
        values: bool,
    },
}

/// Which namespace of secrets is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Namespace {
    /// The project of the task file that is found, else `default`.
    Found,
    /// `--namespace`.
    Named(String),
    /// `--global`.
    Global,
    /// `--project`: the name of the current folder.
    Folder,
}
