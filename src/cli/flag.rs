//! The flags, as data: parsing, help and completion read one table.

/// Which flag it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Id {
    AllowToolChanges,
    AllowUndefined,
    Create,
    Debug,
    DebugAst,
    DebugDomain,
    DebugErrors,
    DebugExportGraph,
    DebugExportJson,
    DebugExportMermaid,
    DebugFull,
    DebugInput,
    DebugJson,
    DebugPlan,
    DebugTokens,
    Delete,
    DryRun,
    Env,
    File,
    Filter,
    Format,
    FromTemplate,
    Global,
    Help,
    IgnoreTools,
    Init,
    InitMinimal,
    List,
    ListTemplates,
    LogFormat,
    Masked,
    MemoryDumpDir,
    MemoryInterval,
    MemoryLimit,
    MemoryTreeLimit,
    MemoryWarning,
    Namespace,
    NoCache,
    NoMemoryMonitor,
    Project,
    SaveAsDefault,
    SelfUpdate,
    SetWorkspace,
    ShowFiles,
    ShowSources,
    ShowValues,
    TaskMode,
    Template,
    TemplatesRepo,
    Value,
    Verbose,
    Version,
}

/// What follows a flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Takes {
    /// Nothing, or `=true`, `=false`.
    Nothing,
    /// A text, by the name that the help gives it.
    Text(&'static str),
    /// A file.
    File(&'static str),
    /// A folder.
    Folder(&'static str),
    /// One of these words.
    OneOf(&'static [&'static str]),
}

/// Under which heading the help shows a flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Group {
    Running,
    Memory,
    Creating,
    Debugging,
    Other,
}

/// A flag.
#[derive(Debug)]
pub(super) struct Flag {
    pub(super) id: Id,
    /// Without the dashes.
    pub(super) name: &'static str,
    pub(super) short: Option<char>,
    pub(super) takes: Takes,
    pub(super) group: Group,
    pub(super) help: &'static str,
}

const fn flag(id: Id, name: &'static str, takes: Takes, group: Group, help: &'static str) -> Flag {
    Flag {
        id,
        name,
        short: None,
        takes,
        group,
        help,
    }
}

const fn short(short: char, mut flag: Flag) -> Flag {
    flag.short = Some(short);
    flag
}

use Group::{Creating, Debugging, Memory, Other, Running};
use Takes::{File, Folder, Nothing, OneOf, Text};

/// The flags of every command, sorted by name.
#[rustfmt::skip] // One flag a line reads as the table that it is.
pub(super) static FLAGS: &[Flag] = &[
    flag(Id::AllowToolChanges, "allow-tool-version-changes", Nothing, Running, "Let the installed version of a required tool be changed"),
    flag(Id::AllowUndefined, "allow-undefined-variables", Nothing, Running, "Leave undefined variables in texts as they are written"),
    flag(Id::Debug, "debug", Nothing, Debugging, "Show what is made of the file instead of running it"),
    flag(Id::DebugAst, "debug-ast", Nothing, Debugging, "… the tree"),
    flag(Id::DebugDomain, "debug-domain", Nothing, Debugging, "… the tasks and what they depend on"),
    flag(Id::DebugErrors, "debug-errors", Nothing, Debugging, "… the parse errors"),
    flag(Id::DebugExportGraph, "debug-export-graph", Text("PREFIX"), Debugging, "… and write PREFIX-<task>.dot of each plan"),
    flag(Id::DebugExportJson, "debug-export-json", Text("PREFIX"), Debugging, "… and write PREFIX-<task>.json of each plan"),
    flag(Id::DebugExportMermaid, "debug-export-mermaid", Text("PREFIX"), Debugging, "… and write PREFIX-<task>.mmd of each plan"),
    flag(Id::DebugFull, "debug-full", Nothing, Debugging, "… everything but the plans"),
    flag(Id::DebugInput, "debug-input", Text("TEXT"), Debugging, "Use TEXT instead of a file"),
    flag(Id::DebugJson, "debug-json", Nothing, Debugging, "… the tree as JSON"),
    flag(Id::DebugPlan, "debug-plan", Nothing, Debugging, "… the plans"),
    flag(Id::DebugTokens, "debug-tokens", Nothing, Debugging, "… the tokens"),
    flag(Id::DryRun, "dry-run", Nothing, Running, "Show what would be done"),
    short('f', flag(Id::File, "file", File("FILE"), Running, "Use this task file")),
    flag(Id::FromTemplate, "from-template", File("MANIFEST"), Creating, "Take templates from this manifest, or the folder of one"),
    short('h', flag(Id::Help, "help", Nothing, Other, "Show this help")),
    flag(Id::IgnoreTools, "ignore-tool-requirements", Nothing, Running, "Do not check the tools that tasks require"),
    flag(Id::Init, "init", Nothing, Creating, "Write a task file to start with"),
    flag(Id::InitMinimal, "init-minimal", Nothing, Creating, "Write a task file with one task"),
    short('l', flag(Id::List, "list", Nothing, Running, "List the tasks")),
    flag(Id::ListTemplates, "list-templates", Nothing, Creating, "List the templates for --template"),
    flag(Id::LogFormat, "log-format", OneOf(&["text", "json"]), Memory, "How messages of the memory monitor are written"),
    flag(Id::MemoryDumpDir, "memory-dump-dir", Folder("DIR"), Memory, "Write crash dumps there (DRUN_MEMORY_DUMP_DIR)"),
    flag(Id::MemoryInterval, "memory-interval", Text("TIME"), Memory, "Look at memory this often, 100ms if not given (DRUN_MEMORY_INTERVAL)"),
    flag(Id::MemoryLimit, "memory-limit", Text("SIZE"), Memory, "Stop above this, 500MB if not given (DRUN_MEMORY_LIMIT)"),
    flag(Id::MemoryTreeLimit, "memory-tree-limit", Text("SIZE"), Memory, "Stop when xdrun and all that it started use more (DRUN_MEMORY_TREE_LIMIT)"),
    flag(Id::MemoryWarning, "memory-warning", Text("SIZE"), Memory, "Warn above this, 100MB if not given (DRUN_MEMORY_WARNING)"),
    flag(Id::NoCache, "no-drun-cache", Nothing, Running, "Neither read nor write the cache of remote includes"),
    flag(Id::NoMemoryMonitor, "no-memory-monitor", Nothing, Memory, "Neither warn nor stop"),
    flag(Id::SaveAsDefault, "save-as-default", Nothing, Creating, "Make the new file the default of this folder"),
    flag(Id::SelfUpdate, "self-update", Nothing, Other, "Replace the program by its newest release"),
    flag(Id::SetWorkspace, "set-workspace", File("FILE"), Creating, "Make FILE the default of this folder"),
    flag(Id::TaskMode, "task-mode", OneOf(&["ci", "normal"]), Running, "The mode of every task: ci shows output of commands only if they fail"),
    flag(Id::Template, "template", Text("NAME"), Creating, "With --init: start from this template"),
    flag(Id::TemplatesRepo, "templates-repo", Folder("DIR"), Creating, "Take templates from DIR/templates.yaml"),
    short('v', flag(Id::Verbose, "verbose", Nothing, Running, "Say what is loaded and what commands are run")),
    flag(Id::Version, "version", Nothing, Other, "Show the version"),
];

#[rustfmt::skip]
pub(super) static CREATE: &[Flag] = &[
    short('c', flag(Id::Create, "create", Nothing, Other, "Write a task file to start with")),
    short('d', flag(Id::Delete, "delete", Nothing, Other, "Remove the task file as well")),
];

#[rustfmt::skip]
pub(super) static DUMP_ENV: &[Flag] = &[
    flag(Id::Debug, "debug", Nothing, Other, "Say which files were read"),
    flag(Id::Env, "env", Text("NAME"), Other, "Read .env.NAME and .env.NAME.local as well"),
    flag(Id::Filter, "filter", Text("PREFIX"), Other, "Only variables whose names begin so"),
    flag(Id::Format, "format", OneOf(&["table", "json", "env", "shell"]), Other, "How to write them; table if not given"),
    flag(Id::ShowFiles, "show-files", Nothing, Other, "Show the files that were searched"),
    flag(Id::ShowSources, "show-sources", Nothing, Other, "Show what each file holds (json)"),
];

#[rustfmt::skip]
pub(super) static SECRET: &[Flag] = &[
    short('g', flag(Id::Global, "global", Nothing, Other, "The namespace 'global'")),
    short('m', flag(Id::Masked, "masked", Nothing, Other, "Ask for the value and do not show what is typed")),
    short('n', flag(Id::Namespace, "namespace", Text("NAME"), Other, "This namespace; if not given, that of the project")),
    short('p', flag(Id::Project, "project", Nothing, Other, "The namespace that is called like the current folder")),
    flag(Id::ShowValues, "show-values", Nothing, Other, "List values as well"),
    short('v', flag(Id::Value, "value", Text("VALUE"), Other, "The value, which other users may see while this runs")),
];

/// The flag with this name, first among the own ones of a command.
pub(super) fn long(name: &str, own: &'static [Flag]) -> Option<&'static Flag> {
    let find = |flags: &'static [Flag]| {
        let index = flags.binary_search_by(|flag| flag.name.cmp(name)).ok()?;
        flags.get(index)
    };
    find(own).or_else(|| find(FLAGS))
}

/// The flag with this letter, first among the own ones of a command.
pub(super) fn by_letter(letter: char, own: &'static [Flag]) -> Option<&'static Flag> {
    own.iter()
        .chain(FLAGS)
        .find(|flag| flag.short == Some(letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_sorted_so_that_they_can_be_searched() {
        for table in [FLAGS, CREATE, DUMP_ENV, SECRET] {
            assert!(table.is_sorted_by(|a, b| a.name < b.name));
            assert!(table.iter().all(|flag| long(flag.name, table).is_some()));
        }
    }
}
