//! The command over folders of cases.
//!
//! A case is a folder with a file `args`, split into words as a shell would. What is expected stands
//! in `stdout` (byte for byte; as a multiset of lines when `unordered` is there), `exit` (0 without
//! it), `stderr-contains` (one part a line) and `after/` (files that must be there in the end, just
//! so). `env` and `stdin` are given to the command; `note` is for readers; all other files are input.
//! `@WORK@` and `@HOME@` stand for the two folders of the run.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::xdrun::{Finished, Scratch, block_on, finish, root};

const ABOUT: &[&str] = &[
    "args",
    "stdout",
    "exit",
    "stderr-contains",
    "env",
    "stdin",
    "unordered",
    "after",
    "note",
];
/// How many cases run at a time.
const SIDE_BY_SIDE: usize = 4;

#[test]
fn the_core_conforms() {
    conforms("core");
}

#[test]
fn control_and_data_conform() {
    conforms("data");
}

#[test]
fn execution_conforms() {
    conforms("execution");
}

/// Runs all cases of an area and lists every one that fails.
fn conforms(area: &str) {
    let area = root().join("tests/conformance").join(area);
    let mut cases = Vec::new();
    find(&area, &mut cases);
    assert!(!cases.is_empty(), "{} has no cases", area.display());
    let total = cases.len();
    let mut failures = block_on(run_all(cases));
    failures.sort();
    let list: Vec<String> = failures
        .iter()
        .map(|(case, wrong)| format!("{}: {}", relative(case, &area), wrong.join("\n  ")))
        .collect();
    assert!(
        list.is_empty(),
        "{} of {total} cases fail\n{}",
        list.len(),
        list.join("\n")
    );
}

fn find(folder: &Path, cases: &mut Vec<PathBuf>) {
    if folder.join("args").is_file() {
        cases.push(folder.to_owned());
        return;
    }
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            find(&path, cases);
        }
    }
}

async fn run_all(cases: Vec<PathBuf>) -> Vec<(PathBuf, Vec<String>)> {
    let places = Arc::new(Semaphore::new(SIDE_BY_SIDE));
    let mut running = JoinSet::new();
    for case in cases {
        let places = places.clone();
        running.spawn(async move {
            let _place = places.acquire().await;
            let wrong = run(&case).await;
            (case, wrong)
        });
    }
    let done = running.join_all().await;
    done.into_iter()
        .filter(|(_, wrong)| !wrong.is_empty())
        .collect()
}

/// Runs a case; what is wrong with it.
async fn run(case: &Path) -> Vec<String> {
    let scratch = Scratch::new().copy(case, ABOUT);
    let arguments = words(&text(case, "args").unwrap_or_default());
    let mut command = scratch.xdrun(arguments.iter().map(String::as_str));
    let settings = text(case, "env").unwrap_or_default();
    command.envs(settings.lines().filter_map(|line| line.split_once('=')));
    let stdin = fs::read(case.join("stdin")).unwrap_or_default();
    let Some(finished) = finish(command, stdin).await else {
        return vec!["takes too long".to_owned()];
    };
    let mut wrong = Vec::new();
    status(case, &finished, &mut wrong);
    stdout(case, &named(&finished.stdout, &scratch), &mut wrong);
    stderr(case, &named(&finished.stderr, &scratch), &mut wrong);
    after(&case.join("after"), &scratch.work, &mut wrong);
    wrong
}

fn status(case: &Path, finished: &Finished, wrong: &mut Vec<String>) {
    let expected = text(case, "exit").map_or(0, |status| status.trim().parse().unwrap());
    if finished.status != expected {
        wrong.push(format!(
            "exit {}, expected {expected}; stderr: {}",
            finished.status,
            finished.err().trim()
        ));
    }
}

fn stdout(case: &Path, got: &[u8], wrong: &mut Vec<String>) {
    let Ok(expected) = fs::read(case.join("stdout")) else {
        return;
    };
    let same = match case.join("unordered").exists() {
        true => sorted(got) == sorted(&expected),
        false => got == expected,
    };
    if !same {
        wrong.push(format!(
            "stdout differs\n--- expected\n{}\n--- got\n{}",
            String::from_utf8_lossy(&expected),
            String::from_utf8_lossy(got)
        ));
    }
}

fn stderr(case: &Path, got: &[u8], wrong: &mut Vec<String>) {
    let got = String::from_utf8_lossy(got);
    let parts = text(case, "stderr-contains").unwrap_or_default();
    for part in parts.lines().filter(|part| !part.is_empty()) {
        if !got.contains(part) {
            wrong.push(format!("stderr lacks {part:?}; it is: {}", got.trim()));
        }
    }
}

fn after(expected: &Path, work: &Path, wrong: &mut Vec<String>) {
    let Ok(entries) = fs::read_dir(expected) else {
        return;
    };
    for entry in entries {
        let path = entry.unwrap().path();
        let got = work.join(path.file_name().unwrap());
        if path.is_dir() {
            after(&path, &got, wrong);
        } else if fs::read(&got).ok() != fs::read(&path).ok() {
            let state = if got.exists() {
                "differs"
            } else {
                "is missing"
            };
            wrong.push(format!("file {} {state}", got.display()));
        }
    }
}

fn text(case: &Path, name: &str) -> Option<String> {
    fs::read_to_string(case.join(name)).ok()
}

fn relative(case: &Path, area: &Path) -> String {
    case.strip_prefix(area)
        .map_or_else(|_| String::new(), |path| path.display().to_string())
}

fn sorted(bytes: &[u8]) -> Vec<&[u8]> {
    let text = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    let mut lines: Vec<&[u8]> = text.split(|byte| *byte == b'\n').collect();
    lines.sort_unstable();
    lines
}

/// The output with the folders of this run named as every run would name them.
fn named(bytes: &[u8], scratch: &Scratch) -> Vec<u8> {
    let bytes = replace(bytes, scratch.work.to_str().unwrap(), "@WORK@");
    replace(&bytes, scratch.home.to_str().unwrap(), "@HOME@")
}

/// Output need not be UTF-8, so this is done with bytes.
fn replace(bytes: &[u8], old: &str, new: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(at) = memchr::memmem::find(rest, old.as_bytes()) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(new.as_bytes());
        rest = &rest[at + old.len()..];
    }
    out.extend_from_slice(rest);
    out
}

/// The words of a line, with the quotes and backslashes of a shell and nothing else of it.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        match (quote, character) {
            (Some(open), _) if open == character => quote = None,
            (Some('\''), _) => word.get_or_insert_default().push(character),
            (_, '\\') => word
                .get_or_insert_default()
                .push_str(&escaped(quote, characters.next())),
            (Some(_), _) => word.get_or_insert_default().push(character),
            (None, '"' | '\'') => {
                quote = Some(character);
                word.get_or_insert_default();
            }
            (None, _) if character.is_whitespace() => words.extend(word.take()),
            (None, _) => word.get_or_insert_default().push(character),
        }
    }
    words.extend(word);
    words
}

/// What a backslash and the character behind it stand for.
fn escaped(quote: Option<char>, next: Option<char>) -> String {
    match next {
        Some(next) if quote.is_none() || matches!(next, '"' | '\\') => next.to_string(),
        Some(next) => format!("\\{next}"),
        None => "\\".to_owned(),
    }
}

#[test]
fn arguments_are_split_as_a_shell_would() {
    let split = words("-f a.drun 'two words' k=\"a \\\" b\" '' c\\ d\n");
    assert_eq!(split, ["-f", "a.drun", "two words", "k=a \" b", "", "c d"]);
}
