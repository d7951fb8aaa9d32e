//! `cmd:complete`: what can stand for the last of the words that were typed.
//!
//! A line each: the word, a tab, its description. `:files` and `:folders` leave it to the shell.

use std::fmt::Write as _;

use rustc_hash::FxHashSet;

use super::parameter;
use crate::ast::File;
use crate::cli::Settings;
use crate::cli::built_in::{self, BUILT_INS, Entry, Paths};
use crate::cli::context::Context;
use crate::cli::flag::{self, FLAGS, Flag, Id, Takes};
use crate::cli::list::platforms;
use crate::load::LoadProgress;
use crate::resolve::Program;

/// Built-in commands that are offered before `cmd:` was begun.
const OFFERED: &[&str] = &[
    "cmd:from",
    "cmd:link",
    "cmd:secret",
    "cmd:skill",
    "cmd:stateless",
    "cmd:unlink",
    "cmd:unlink-all",
];

/// Prints the candidates. A task file that is missing or wrong has no tasks.
pub(in crate::cli) async fn complete(context: &Context<'_>, words: &[String]) {
    let (current, before) = match words.split_last() {
        Some((current, before)) => (current.as_str(), before),
        None => ("", &[][..]),
    };
    let line = Line::read(before);
    let mut offers = Offers::new(current);
    match line.place(current) {
        Place::Value(flag, dashes) => offers.value(flag, dashes),
        Place::Flag(own) => offers.flags(own),
        Place::First => {
            let file = file(context, line.file).await;
            offers.first_words(file.as_deref());
        }
        Place::BuiltIn(entry, index) => offers.built_in(entry, index),
        Place::Parameter(task) => {
            let file = file(context, line.file).await;
            let given = line.words.get(1..).unwrap_or_default();
            offers.parameters(file.as_deref(), task, given);
        }
        Place::Nothing => {}
    }
    context.report.bytes(offers.out.as_bytes());
}

async fn file(context: &Context<'_>, named: Option<&str>) -> Option<std::sync::Arc<File>> {
    let settings = Settings {
        file: named.map(str::to_owned),
        ..Settings::default()
    };
    let context = Context {
        settings: &settings,
        loading: &std::sync::Arc::<LoadProgress>::default(),
        ..*context
    };
    context.load().await.ok()
}

/// What stands before the word that is completed.
#[derive(Default)]
struct Line<'a> {
    words: Vec<&'a str>,
    /// `--file`.
    file: Option<&'a str>,
    /// A flag that waits for its value.
    open: Option<&'static Flag>,
    /// Whether `--` has ended the flags.
    ended: bool,
    built_in: Option<&'static Entry>,
}

enum Place<'a> {
    /// The value of a flag; the text says what stands before the value in the same word.
    Value(&'static Flag, String),
    /// A flag, also one of a built-in command.
    Flag(&'static [Flag]),
    First,
    /// A word behind a built-in command, and its number.
    BuiltIn(&'static Entry, usize),
    /// A parameter of a task.
    Parameter(&'a str),
    Nothing,
}

impl<'a> Line<'a> {
    fn read(before: &'a [String]) -> Self {
        let mut line = Self::default();
        for word in before {
            line.take(word);
        }
        line
    }

    fn own(&self) -> &'static [Flag] {
        self.built_in.map_or(&[], |entry| entry.flags)
    }

    fn take(&mut self, word: &'a str) {
        if let Some(flag) = self.open.take() {
            self.keep(flag, word);
        } else if self.ended || !word.starts_with('-') || word == "-" {
            if self.words.is_empty() {
                self.built_in = built_in::find(word);
            }
            self.words.push(word);
        } else if word == "--" {
            self.ended = true;
        } else if let Some((flag, value)) = flag_of(word, self.own()) {
            match value {
                Some(value) => self.keep(flag, value),
                None if flag.takes == Takes::Nothing => {}
                None => self.open = Some(flag),
            }
        }
    }

    fn keep(&mut self, flag: &Flag, value: &'a str) {
        if flag.id == Id::File {
            self.file = Some(value);
        }
    }

    fn place(&self, current: &str) -> Place<'a> {
        if let Some(flag) = self.open {
            return Place::Value(flag, String::new());
        }
        if current.starts_with('-') && !self.ended {
            return match flag_of(current, self.own()) {
                Some((flag, Some(value))) => {
                    let before = current.strip_suffix(value).unwrap_or_default();
                    Place::Value(flag, before.to_owned())
                }
                _ => Place::Flag(self.own()),
            };
        }
        match (self.words.first(), self.built_in) {
            (None, _) => Place::First,
            (_, Some(entry)) => Place::BuiltIn(entry, self.words.len() - 1),
            (Some(_), _) if current.contains('=') => Place::Nothing,
            (Some(task), _) => Place::Parameter(task),
        }
    }
}

/// The flag that a word begins with, and its value when that stands in the same word.
fn flag_of<'w>(word: &'w str, own: &'static [Flag]) -> Option<(&'static Flag, Option<&'w str>)> {
    if let Some(long) = word.strip_prefix("--") {
        return match long.split_once('=') {
            Some((name, value)) => Some((flag::long(name, own)?, Some(value))),
            None => Some((flag::long(long, own)?, None)),
        };
    }
    let mut letters = word.strip_prefix('-')?.chars();
    while let Some(letter) = letters.next() {
        let flag = flag::by_letter(letter, own)?;
        if flag.takes != Takes::Nothing || letters.as_str().is_empty() {
            let value = letters.as_str();
            return Some((flag, (!value.is_empty()).then_some(value)));
        }
    }
    None
}

/// The candidates that fit what was typed.
struct Offers<'a> {
    current: &'a str,
    out: String,
}

impl<'a> Offers<'a> {
    fn new(current: &'a str) -> Self {
        let out = String::new();
        Self { current, out }
    }

    fn add(&mut self, word: &str, description: &str) {
        if word.starts_with(self.current) {
            // A description is one line. Writing to a String never fails.
            let description = description.split_whitespace().collect::<Vec<_>>().join(" ");
            let _ = writeln!(self.out, "{word}\t{description}");
        }
    }

    fn value(&mut self, flag: &Flag, before: String) {
        match flag.takes {
            Takes::OneOf(words) => {
                for word in words {
                    self.add(&format!("{before}{word}"), "");
                }
            }
            Takes::File(_) => self.out.push_str(":files\n"),
            Takes::Folder(_) => self.out.push_str(":folders\n"),
            Takes::Text(_) | Takes::Nothing => {}
        }
    }

    fn flags(&mut self, own: &'static [Flag]) {
        let hidden = |flag: &&Flag| own.iter().any(|other| other.name == flag.name);
        for flag in own.iter().chain(FLAGS.iter().filter(|flag| !hidden(flag))) {
            self.add(&format!("--{}", flag.name), flag.help);
        }
    }

    fn first_words(&mut self, file: Option<&File>) {
        let mut seen = FxHashSet::default();
        for task in file.iter().flat_map(|file| &file.tasks) {
            if task.name.starts_with(self.current) && seen.insert(task.name.as_str()) {
                let description = task.description.as_deref().unwrap_or_default();
                let platforms = platforms(task);
                self.add(&task.name, &format!("[task] {description} {platforms}"));
            }
        }
        let begun = !self.current.is_empty()
            && ("cmd:".starts_with(self.current) || self.current.starts_with("cmd:"));
        for entry in BUILT_INS.iter().filter(|entry| entry.shown) {
            if begun || OFFERED.contains(&entry.name) {
                self.add(entry.name, &format!("[command] {}", entry.help));
            }
        }
        self.add("help", "Show the help");
    }

    fn built_in(&mut self, entry: &Entry, index: usize) {
        if index == 0 && !entry.words.is_empty() {
            entry.words.iter().for_each(|word| self.add(word, ""));
            return;
        }
        match entry.paths {
            Paths::None => {}
            Paths::Files => self.out.push_str(":files\n"),
            Paths::Folders => self.out.push_str(":folders\n"),
        }
    }

    fn parameters(&mut self, file: Option<&File>, task: &str, given: &[&str]) {
        let Some(file) = file else { return };
        let Ok(Some((name, _))) = Program::choose_in(file, Some(task)) else {
            return;
        };
        let Some(task) = file.tasks.iter().find(|task| task.name == name) else {
            return;
        };
        let mut seen: FxHashSet<&str> = given
            .iter()
            .filter_map(|word| Some(word.split_once('=')?.0))
            .collect();
        for parameter in &task.definition().parameters {
            if seen.insert(&parameter.name) {
                let word = format!("{}=", parameter.name);
                self.add(&word, &parameter::described(parameter));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::fixture::Fixture;

    const FILE: &str = "version: 2.0
task \"deploy to\" means \"Ship it\":
  requires $env from [\"dev\", \"prod\"]
  given $count as number between 1 and 5 defaults to \"3\"
  accepts $tags as list
@platform(\"mac\", \"linux\")
task \"build\":
  info \"x\"
";

    async fn candidates(words: &[&str]) -> Vec<String> {
        let fixture = Fixture::with("spec.drun", FILE);
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        complete(&fixture.context(), &words).await;
        fixture.lines()
    }

    #[tokio::test]
    async fn the_first_word_is_a_task_or_a_command() {
        let found = candidates(&[""]).await;
        assert_eq!(found[0], "deploy to\t[task] Ship it");
        assert_eq!(found[1], "build\t[task] [linux, mac]");
        assert!(found[2].starts_with("cmd:from\t"));
        assert_eq!(found.len(), 2 + OFFERED.len() + 1);
        assert_eq!(candidates(&["b"]).await.len(), 1);
        assert!(candidates(&["cm"]).await.len() > OFFERED.len());
        assert_eq!(candidates(&["-f", "none.drun", "b"]).await.len(), 0);
    }

    #[tokio::test]
    async fn behind_a_task_stand_its_parameters() {
        let found = candidates(&["-v", "dep", "count=2", ""]).await;
        let expected = [
            "env=\t[parameter] required string, one of: dev, prod",
            "tags=\t[parameter] optional list",
        ];
        assert_eq!(found, expected);
        assert_eq!(
            candidates(&["dep", "c"]).await,
            ["count=\t[parameter] optional number, default: 3, range: 1-5"]
        );
        assert!(candidates(&["dep", "env="]).await.is_empty());
    }

    #[tokio::test]
    async fn flags_and_their_values() {
        assert_eq!(candidates(&["dep", "--ver"]).await.len(), 2);
        assert_eq!(candidates(&["--task-mode", "c"]).await, ["ci\t"]);
        assert_eq!(
            candidates(&["--task-mode=n"]).await,
            ["--task-mode=normal\t"]
        );
        assert_eq!(candidates(&["-vf"]).await.len(), 0);
        assert_eq!(candidates(&["-f", ""]).await, [":files"]);
        assert_eq!(candidates(&["cmd:stateless", "a"]).await, ["add\t"]);
        assert_eq!(
            candidates(&["cmd:stateless", "add", ""]).await,
            [":folders"]
        );
        assert_eq!(candidates(&["cmd:stateless", "add", "--cr"]).await.len(), 1);
    }
}
