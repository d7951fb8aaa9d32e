//! The help, made from the tables of flags and built-in commands.

use std::fmt::Write as _;

use super::built_in::{self, BUILT_INS, Entry};
use super::flag::{FLAGS, Flag, Group, Takes};
use crate::report::Report;

const HEAD: &str = "\
drun runs the tasks of a project, and never lets a run take the machine down.

Usage:
  xdrun [flags] [TASK [key=value …]]
  xdrun cmd:NAME …

Without a task: the task `default`, else `help`, else the list of tasks. The beginning of a task's
name is enough where only one task begins so. Parameters are written without dashes.
";

const TAIL: &str = "
Memory: above 100 MB drun warns, above 500 MB it stops the run, ends all that it started, and says
which line ran away. SIZE is a number with a unit, such as 2GB, or off.
";

const GROUPS: &[(Group, &str)] = &[
    (Group::Running, "Running tasks"),
    (Group::Memory, "Memory"),
    (Group::Creating, "Task files"),
    (Group::Debugging, "Debugging; --debug with …"),
    (Group::Other, "Other"),
];

/// The column in which what a flag does begins.
const COLUMN: usize = 36;

/// Prints the help, or that of one built-in command.
pub(super) fn print(built_in: Option<&str>, report: &Report) {
    let text = match built_in.and_then(built_in::find) {
        Some(entry) => of_built_in(entry),
        None => whole(),
    };
    report.bytes(text.as_bytes());
}

fn whole() -> String {
    let mut out = String::from(HEAD);
    for (group, title) in GROUPS {
        let _ = writeln!(out, "\n{title}:");
        for flag in FLAGS.iter().filter(|flag| flag.group == *group) {
            of_flag(&mut out, flag);
        }
    }
    out.push_str("\nBuilt-in commands; 'xdrun cmd:NAME --help' shows more:\n");
    for entry in BUILT_INS.iter().filter(|entry| entry.shown) {
        let _ = writeln!(out, "  {:<16} {}", entry.name, entry.help);
    }
    out.push_str(TAIL);
    out
}

fn of_built_in(entry: &Entry) -> String {
    let usage = format!("xdrun {} {}", entry.name, entry.arguments);
    let mut out = format!("{}\n\nUsage:\n  {}\n", entry.help, usage.trim_end());
    if !entry.flags.is_empty() {
        out.push_str("\nFlags:\n");
        entry.flags.iter().for_each(|flag| of_flag(&mut out, flag));
    }
    out
}

fn of_flag(out: &mut String, flag: &Flag) {
    let short = flag
        .short
        .map_or("    ".to_owned(), |short| format!("-{short}, "));
    let name = match flag.takes {
        Takes::Nothing => format!("--{}", flag.name),
        Takes::Text(what) | Takes::File(what) | Takes::Folder(what) => {
            format!("--{} {what}", flag.name)
        }
        Takes::OneOf(words) => format!("--{} {}", flag.name, words.join("|")),
    };
    let left = format!("  {short}{name}");
    let _ = writeln!(out, "{left:<COLUMN$} {}", flag.help);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_has_a_line_that_fits() {
        let text = whole();
        assert!(FLAGS.iter().all(|flag| text.contains(flag.name)));
        for line in text.lines() {
            assert!(line.chars().count() <= 120, "{line}");
        }
    }
}
