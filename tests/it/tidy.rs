//! The rules of the source that no compiler checks.

use std::fs;
use std::path::{Path, PathBuf};

use crate::xdrun::root;

/// No file may be longer.
const LINES: usize = 800;
/// Folders without I/O, clock and Tokio.
const PURE: &[&str] = &["source", "syntax", "ast", "parser"];
/// What a pure folder must not name.
const IMPURE: &[&str] = &[
    "std::fs",
    "std::env",
    "std::process",
    "std::net",
    "std::thread",
    "tokio",
    "Instant",
    "SystemTime",
];
/// The places that may touch the terminal.
const TERMINAL: &[&str] = &["report/", "memory/subscriber.rs", "main.rs"];
/// The places that may start a child.
const CHILDREN: &[&str] = &["process/"];
/// What a reader is promised.
const DOCUMENTS: &[&str] = &["docs/crash-dump.schema.json"];

/// A source file: its path below `src`, and its text.
struct Source {
    name: String,
    text: String,
}

impl Source {
    /// Its lines with their numbers, without what stands in comments and in the tests at its end.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let numbered = self
            .text
            .lines()
            .zip(1..)
            .map(|(line, number)| (number, line));
        numbered
            .take_while(|(_, line)| line.trim() != "#[cfg(test)]")
            .map(|(number, line)| (number, line.split("//").next().unwrap_or_default()))
    }

    fn is_test(&self) -> bool {
        self.name.ends_with("tests.rs")
    }
}

fn sources() -> Vec<Source> {
    let base = root().join("src");
    let mut paths = Vec::new();
    collect(&base, &mut paths);
    paths.sort();
    let read = |path: PathBuf| Source {
        name: path.strip_prefix(&base).unwrap().display().to_string(),
        text: fs::read_to_string(&path).unwrap(),
    };
    paths.into_iter().map(read).collect()
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            paths.push(path);
        }
    }
}

/// Every file for which `wrong` finds something.
fn check(wrong: impl Fn(&Source) -> Vec<String>) {
    let found: Vec<String> = sources()
        .iter()
        .flat_map(|source| {
            let wrong = wrong(source).into_iter();
            wrong.map(|what| format!("src/{}{what}", source.name))
        })
        .collect();
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

/// The lines of code that hold one of the words.
fn lines_with(source: &Source, words: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for (number, line) in source.code() {
        for word in words.iter().filter(|word| line.contains(**word)) {
            found.push(format!(":{number}: {word}"));
        }
    }
    found
}

#[test]
fn every_file_says_what_it_is_for() {
    check(|source| match source.text.starts_with("//!") {
        true => Vec::new(),
        false => vec![" does not begin with `//!`".to_owned()],
    });
}

#[test]
fn no_file_is_a_giant() {
    check(|source| match source.text.lines().count() {
        lines if lines > LINES => vec![format!(" has {lines} lines")],
        _ => Vec::new(),
    });
}

#[test]
fn pure_layers_have_no_input_output_clock_or_runtime() {
    check(|source| {
        let folder = source.name.split('/').next().unwrap_or_default();
        match PURE.contains(&folder) {
            true => lines_with(source, IMPURE),
            false => Vec::new(),
        }
    });
}

#[test]
fn nothing_but_the_reporter_writes_to_the_terminal() {
    let words = [
        "io::stdout",
        "io::stderr",
        "println!",
        "eprintln!",
        "print!",
    ];
    check(|source| {
        let allowed = TERMINAL.iter().any(|place| source.name.starts_with(place));
        match allowed || source.is_test() {
            true => Vec::new(),
            false => lines_with(source, &words),
        }
    });
}

#[test]
fn nothing_but_process_starts_a_child() {
    check(|source| {
        let allowed = CHILDREN.iter().any(|place| source.name.starts_with(place));
        match allowed || source.is_test() {
            true => Vec::new(),
            false => lines_with(source, &["Command::new"]),
        }
    });
}

#[test]
fn the_monitor_does_not_know_the_machine() {
    check(|source| match source.name.starts_with("memory/") {
        true => lines_with(source, &["crate::machine", "crate::runtime", "crate::cli"]),
        false => Vec::new(),
    });
}

#[test]
fn the_documents_are_there() {
    for document in DOCUMENTS {
        assert!(root().join(document).is_file(), "{document} is missing");
    }
}
