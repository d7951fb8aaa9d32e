//! The flags: one table, from which parsing, help and completion are made.

/// What a flag takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Takes {
    /// Nothing, or `=true` and `=false`.
    Switch,
    /// A value; how the help names it.
    Value(&'static str),
}

/// A flag.
#[derive(Debug, Clone, Copy)]
pub(super) struct Flag {
    /// The name without dashes.
    pub name: &'static str,
    /// The letter of its short form.
    pub short: Option<char>,
    /// What it takes.
    pub takes: Takes,
    /// What it does; empty for one that the help leaves out.
    pub help: &'static str,
}

const fn switch(name: &'static str, help: &'static str) -> Flag {
    Flag {
        name,
        short: None,
        takes: Takes::Switch,
        help,
    }
}

const fn value(name: &'static str, what: &'static str, help: &'static str) -> Flag {
    Flag {
        name,
        short: None,
        takes: Takes::Value(what),
        help,
    }
}

const fn short(letter: char, flag: Flag) -> Flag {
    Flag {
        short: Some(letter),
        ..flag
    }
}

/// All flags, sorted by name.
pub(super) static FLAGS: &[Flag] = &[
    switch(
        "allow-tool-version-changes",
        "let provisioning change the version of a tool",
    ),
    switch(
        "allow-undefined-variables",
        "leave undefined placeholders as text",
    ),
    switch("debug", "show what was read instead of running it"),
    switch("debug-ast", ""),
    switch("debug-domain", ""),
    switch("debug-errors", ""),
    value("debug-export-graph", "PATH", ""),
    value("debug-export-json", "PATH", ""),
    value("debug-export-mermaid", "PATH", ""),
    switch("debug-full", ""),
    value("debug-input", "TEXT", ""),
    switch("debug-json", ""),
    switch("debug-plan", ""),
    switch("debug-tokens", ""),
    switch("dry-run", "show what would be done"),
    short('f', value("file", "FILE", "the task file")),
    value(
        "from-template",
        "MANIFEST",
        "templates for --init, from a manifest",
    ),
    short('h', switch("help", "show this help")),
    switch("ignore-tool-requirements", "check no required tools"),
    switch("init", "write a task file to start from"),
    switch("init-minimal", "write the smallest task file"),
    short('l', switch("list", "list the tasks")),
    switch("list-templates", "list the templates for --init"),
    value(
        "log-format",
        "text|json",
        "how the memory monitor's messages are written",
    ),
    value(
        "memory-dump-dir",
        "DIR",
        "where a stop of the memory monitor is described",
    ),
    value(
        "memory-interval",
        "TIME",
        "time between two readings of memory (100ms)",
    ),
    value(
        "memory-limit",
        "SIZE",
        "stop above this much memory (500MB), or off",
    ),
    value(
        "memory-tree-limit",
        "SIZE",
        "the same for drun and all that it started",
    ),
    value(
        "memory-warning",
        "SIZE",
        "warn above this much memory (100MB), or off",
    ),
    switch(
        "no-drun-cache",
        "neither read nor write the cache of remote includes",
    ),
    switch("no-memory-monitor", "run without the memory monitor"),
    switch(
        "save-as-default",
        "with --init: make the file the default here",
    ),
    switch("self-update", "replace the program by its newest release"),
    value(
        "set-workspace",
        "FILE",
        "make FILE the default task file here",
    ),
    value("task-mode", "ci|normal", "the mode of every task"),
    value("template", "NAME", "the template for --init"),
    value(
        "templates-repo",
        "DIR",
        "the folder of the templates' manifest",
    ),
    short('v', switch("verbose", "say more")),
    switch("version", "show the version"),
];

/// A flag by its name.
pub(super) fn find(name: &str) -> Option<&'static Flag> {
    let index = FLAGS.binary_search_by_key(&name, |flag| flag.name).ok()?;
    FLAGS.get(index)
}

/// A flag by its letter.
pub(super) fn find_short(letter: char) -> Option<&'static Flag> {
    FLAGS.iter().find(|flag| flag.short == Some(letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_sorted_and_found() {
        assert!(FLAGS.is_sorted_by_key(|flag| flag.name));
        assert!(FLAGS.iter().all(|flag| find(flag.name).is_some()));
        assert_eq!(find_short('f').map(|flag| flag.name), Some("file"));
    }
}
