//! A conformance case: a folder with a task file, arguments, and what is expected of them.
//!
//! | File | Holds |
//! |---|---|
//! | `args` | the arguments, split as a shell splits them; a folder that has it is a case |
//! | `stdout` | standard output byte for byte; not looked at when the file is missing |
//! | `exit` | the exit status; 0 when the file is missing |
//! | `stderr-contains` | texts, one a line, each of which stands somewhere in standard error |
//! | `env` | `NAME=value` lines that are added to the environment |
//! | `stdin` | what is fed to standard input |
//! | `unordered` | present when the lines of standard output may come in any order |
//! | `after/` | files that have to be there afterwards with this very content |
//!
//! Everything else is input. A case runs in a copy of its folder, with a home folder of its own;
//! in what it prints the two are called `@WORK@` and `@HOME@`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::process::Command;

/// What says something about a case and is no input.
const ABOUT: &[&str] = &[
    "args",
    "stdout",
    "exit",
    "stderr-contains",
    "env",
    "stdin",
    "unordered",
    "after",
];
const PATIENCE: Duration = Duration::from_secs(60);

/// A case on the disk.
pub(crate) struct Case {
    folder: PathBuf,
}

/// What the command did.
struct Outcome {
    status: Option<i32>,
    stdout: Vec<u8>,
    stderr: Vec<u8>,
    work: PathBuf,
    /// Goes with everything in it when the outcome was looked at.
    _scratch: tempfile::TempDir,
}

/// All cases below `root`, by path.
pub(crate) fn cases(root: &Path) -> Vec<Case> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        if folder.join("args").is_file() {
            found.push(Case { folder });
            continue;
        }
        let entries = fs::read_dir(&folder).unwrap();
        let entries = entries.map(|entry| entry.unwrap().path());
        folders.extend(entries.filter(|path| path.is_dir()));
    }
    found.sort_by(|a, b| a.folder.cmp(&b.folder));
    found
}

impl Case {
    /// The name of its folder.
    pub(crate) fn name(&self) -> &str {
        self.folder.file_name().unwrap().to_str().unwrap()
    }

    /// Runs the command; everything that is not as expected.
    pub(crate) async fn run(&self, command: &str) -> Vec<String> {
        let running = self.outcome(command);
        match tokio::time::timeout(PATIENCE, running).await {
            Ok(outcome) => self.compare(&outcome),
            Err(_) => vec![format!("still running after {} s", PATIENCE.as_secs())],
        }
    }

    fn text(&self, name: &str) -> Option<String> {
        fs::read_to_string(self.folder.join(name)).ok()
    }

    async fn outcome(&self, command: &str) -> Outcome {
        let scratch = tempfile::tempdir().unwrap();
        let root = scratch.path().canonicalize().unwrap();
        let (work, home) = (root.join("work"), root.join("home"));
        copy(&self.folder, &work, ABOUT).await;
        fs::create_dir(&home).unwrap();
        let mut child = Command::new(command);
        child
            .args(words(&self.text("args").unwrap_or_default()))
            .current_dir(&work)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        // What the machine that runs the tests has set must not be seen by the cases.
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if ["DRUN_", "CI", "GITHUB_", "RUST_LOG"]
                .iter()
                .any(|prefix| text.starts_with(prefix))
            {
                child.env_remove(&name);
            }
        }
        child.env("HOME", &home);
        child.envs([("NO_COLOR", "1"), ("LC_ALL", "C.UTF-8"), ("TERM", "dumb")]);
        let own = self.text("env").unwrap_or_default();
        child.envs(own.lines().filter_map(|line| line.split_once('=')));
        let mut child = child.spawn().unwrap();
        let input = fs::read(self.folder.join("stdin")).unwrap_or_default();
        let mut stdin = child.stdin.take().unwrap();
        let feed = async move {
            // A command that does not read its input closes the pipe: that is no failure.
            let _ = stdin.write_all(&input).await;
        };
        let (output, ()) = tokio::join!(child.wait_with_output(), feed);
        let output = output.unwrap();
        let hide = |bytes: Vec<u8>| {
            let bytes = replace(&bytes, work.to_str().unwrap(), "@WORK@");
            replace(&bytes, home.to_str().unwrap(), "@HOME@")
        };
        Outcome {
            status: output.status.code(),
            stdout: hide(output.stdout),
            stderr: hide(output.stderr),
            work,
            _scratch: scratch,
        }
    }

    fn compare(&self, outcome: &Outcome) -> Vec<String> {
        let mut wrong = Vec::new();
        let stderr = String::from_utf8_lossy(&outcome.stderr);
        let status = self
            .text("exit")
            .map_or(0, |text| text.trim().parse().unwrap());
        if outcome.status != Some(status) {
            let ended = outcome.status;
            wrong.push(format!(
                "status {ended:?} instead of {status}; stderr: {stderr}"
            ));
        }
        if let Ok(expected) = fs::read(self.folder.join("stdout")) {
            let unordered = self.folder.join("unordered").exists();
            if !same(&expected, &outcome.stdout, unordered) {
                let (expected, got) = (
                    String::from_utf8_lossy(&expected),
                    String::from_utf8_lossy(&outcome.stdout),
                );
                wrong.push(format!("stdout\n--- expected\n{expected}\n--- got\n{got}"));
            }
        }
        for fact in self.text("stderr-contains").unwrap_or_default().lines() {
            if !stderr.contains(fact) {
                wrong.push(format!("stderr lacks {fact:?}; it is: {stderr}"));
            }
        }
        let after = self.folder.join("after");
        for file in files(&after) {
            let name = file.strip_prefix(&after).unwrap();
            match fs::read(outcome.work.join(name)) {
                Err(_) => wrong.push(format!("{} is missing", name.display())),
                Ok(got) if got != fs::read(&file).unwrap() => {
                    let got = String::from_utf8_lossy(&got).into_owned();
                    wrong.push(format!("{} holds {got:?}", name.display()));
                }
                Ok(_) => {}
            }
        }
        wrong
    }
}

fn same(expected: &[u8], got: &[u8], unordered: bool) -> bool {
    if !unordered {
        return expected == got;
    }
    let sorted = |bytes| {
        let mut lines: Vec<&[u8]> = <[u8]>::split(bytes, |byte| *byte == b'\n').collect();
        lines.sort_unstable();
        lines
    };
    sorted(expected) == sorted(got)
}

/// All files below a folder; none when it does not exist.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Copies a folder, permissions included, without the entries of `except`.
///
/// A process of its own does it. A file that this one writes is open in whatever another test forks meanwhile, until
/// that executes its program; a tool of a case that is started just then is refused with "text file busy".
async fn copy(from: &Path, to: &Path, except: &[&str]) {
    let mut command = Command::new("cp");
    let copied = command.arg("-Rp").arg(from).arg(to).status().await;
    assert!(copied.unwrap().success());
    for name in except {
        let path = to.join(name);
        let removed = match path.is_dir() {
            true => fs::remove_dir_all(&path),
            false => fs::remove_file(&path),
        };
        assert!(removed.is_ok() || !path.exists());
    }
}

fn replace(bytes: &[u8], from: &str, to: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(at) = memchr::memmem::find(rest, from.as_bytes()) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(to.as_bytes());
        rest = &rest[at + from.len()..];
    }
    out.extend_from_slice(rest);
    out
}

/// Splits a line into words: single quotes keep everything, double quotes all but `\"` and `\\`.
pub(crate) fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut chars = line.chars();
    while let Some(char) = chars.next() {
        match (quote, char) {
            (None, char) if char.is_whitespace() => words.extend(word.take()),
            (None, '\'' | '"') => {
                quote = Some(char);
                word.get_or_insert_default();
            }
            (Some(open), char) if char == open => quote = None,
            (None, '\\') => word.get_or_insert_default().extend(chars.next()),
            (Some('"'), '\\') => {
                let next = chars.next();
                let kept = next
                    .filter(|next| !matches!(next, '"' | '\\'))
                    .map(|_| '\\');
                word.get_or_insert_default()
                    .extend(kept.into_iter().chain(next));
            }
            (_, char) => word.get_or_insert_default().push(char),
        }
    }
    words.extend(word);
    words
}

#[test]
fn arguments_are_split_as_a_shell_splits_them() {
    assert_eq!(
        words("a  'b c' \"d\\\"e\" f\\ g ''\n"),
        ["a", "b c", "d\"e", "f g", ""]
    );
    assert_eq!(words("x=\"\\n\""), ["x=\\n"]);
    assert_eq!(words(" \n"), Vec::<String>::new());
}
