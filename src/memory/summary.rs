//! The summary: a page of text that begins with the cause.

use super::amount::{count, duration, megabytes, size};
use super::diagnosis::Diagnosis;
use super::limits::TASK;
use super::outline;
use super::record::{Record, Scope};
use super::snapshot::{ExecutionSnapshot, Place};
use super::sparkline::{Sparkline, Threshold};
use crate::ast::Ast;

/// The most lines of a summary.
pub const MAX_LINES: usize = 60;
/// The longest line, in characters.
const MAX_WIDTH: usize = 240;
/// The width of the curve.
const CURVE: usize = 60;

/// Everything that is told about a breach.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    /// The cause.
    pub diagnosis: &'a Diagnosis,
    /// What was measured.
    pub record: &'a Record,
    /// The state, redacted.
    pub snapshot: Option<&'a ExecutionSnapshot>,
    /// The program.
    pub program: Option<&'a Ast>,
    /// When, as RFC 3339 with seconds.
    pub timestamp: &'a str,
    /// The runtime.
    pub runtime: &'a super::dump::RuntimeInfo,
}

impl Told<'_> {
    /// The summary; `dump` is the name of the JSON file, if there is one.
    pub fn summary(&self, dump: Option<&str>) -> String {
        let mut lines = vec![
            "DRUN CRASH DUMP SUMMARY".to_owned(),
            "=".repeat(22),
            String::new(),
        ];
        lines.extend(self.cause());
        lines.push(String::new());
        lines.extend(self.figures());
        lines.extend(self.curve());
        lines.extend(self.runtime());
        lines.extend(self.program());
        let end = match dump {
            Some(dump) => format!("Full details in: {dump}"),
            None => "The full details could not be written.".to_owned(),
        };
        // What is left of the page goes to stack, holders and children, the most useful first.
        let left = MAX_LINES.saturating_sub(lines.len() + 2);
        let state = self.state();
        lines.extend(state.into_iter().take(left));
        if lines.last().is_some_and(|last| !last.is_empty()) {
            lines.push(String::new());
        }
        lines.push(end);
        page(&lines)
    }

    /// What matters most, for when no file can be written.
    pub fn essentials(&self) -> String {
        let mut lines = self.cause();
        lines.extend(self.state().into_iter().take(14));
        page(&lines)
    }

    fn cause(&self) -> Vec<String> {
        let diagnosis = self.diagnosis;
        let mut lines = vec![format!("Cause: {}", diagnosis.sentence)];
        if let Some(place) = &diagnosis.place {
            lines.push(format!("Where: {}", described(place)));
        }
        if !diagnosis.growth.is_empty() {
            lines.push(format!("Memory grew {}", diagnosis.growth));
        }
        lines.push("What to do:".to_owned());
        lines.extend(
            diagnosis
                .advice
                .iter()
                .take(5)
                .map(|advice| format!("  - {advice}")),
        );
        lines
    }

    fn figures(&self) -> Vec<String> {
        let figures = &self.record.figures;
        let mb = |bytes: u64| format!("{} MB", megabytes(bytes));
        let mut lines = vec![
            format!("Timestamp: {}", self.timestamp),
            format!(
                "Memory Allocated: {}",
                mb(figures.heap.unwrap_or(figures.resident))
            ),
            format!(
                "Total Allocated: {}",
                mb(figures
                    .allocated
                    .or(figures.heap)
                    .unwrap_or(figures.resident))
            ),
            format!("System Memory: {}", mb(figures.system)),
            "Garbage Collections: 0".to_owned(),
            format!(
                "Resident Memory: {}, at most {}",
                mb(figures.resident),
                mb(figures.peak)
            ),
            format!("Exceeded: {}", self.exceeded()),
        ];
        if figures.children_count > 0 {
            let number = count(figures.children_count.into());
            lines.push(format!("Children: {number} with {}", mb(figures.children)));
        }
        lines
    }

    /// `the limit of 500 MB (default) with 523 MB`.
    fn exceeded(&self) -> String {
        let exceeded = &self.record.exceeded;
        let (name, what) = match exceeded.scope {
            Scope::Own => ("limit", "the limit"),
            Scope::Tree => ("tree_limit", "the limit of the whole tree"),
        };
        if let Some(task) = &exceeded.task {
            let at = exceeded
                .place
                .as_ref()
                .map(|place| format!(", {}", place.file_line()));
            let limit = self.record.limit(TASK);
            let clamped = limit.and_then(|limit| limit.clamped_by.as_ref());
            return format!(
                "the limit of task \"{task}\" of {} (@memory{}{}) with {}, {} of it in processes",
                size(exceeded.limit),
                at.unwrap_or_default(),
                clamped.map_or_else(String::new, |by| format!(", clamped by {by}")),
                size(exceeded.current),
                size(exceeded.children)
            );
        }
        let origin = match self.record.limit(name) {
            Some(limit) => match &limit.clamped_by {
                Some(by) => format!(" ({}, clamped by {by})", limit.origin),
                None => format!(" ({})", limit.origin),
            },
            None => String::new(),
        };
        format!(
            "{what} of {}{origin} with {}",
            size(exceeded.limit),
            size(exceeded.current)
        )
    }

    fn curve(&self) -> Vec<String> {
        let samples = self.record.course();
        let (Some(first), Some(last), true) = (samples.first(), samples.last(), samples.len() > 1)
        else {
            return vec![String::new()];
        };
        let thresholds = thresholds(self.record);
        let line = Sparkline::new(&samples, &thresholds, CURVE);
        let marks: Vec<String> = thresholds
            .iter()
            .map(|threshold| format!("{} = {}", threshold.mark, size(threshold.value)))
            .collect();
        let took = duration(last.at.saturating_sub(first.at));
        let peak = samples
            .iter()
            .map(|sample| sample.resident)
            .max()
            .unwrap_or(0);
        let explained = if marks.is_empty() {
            String::new()
        } else {
            format!(", {}", marks.join(", "))
        };
        let of_all = match self.record.exceeded.scope {
            Scope::Own => "",
            Scope::Tree => " with all that was started",
        };
        let mut lines = vec![
            String::new(),
            format!(
                "Memory{of_all} over the last {took}, at most {}{explained}:",
                size(peak)
            ),
            format!("  {}", line.curve),
        ];
        if !line.marks.is_empty() {
            lines.push(format!("  {}", line.marks));
        }
        lines.push(String::new());
        lines
    }

    fn runtime(&self) -> Vec<String> {
        let info = self.runtime;
        vec![
            "Runtime Info:".to_owned(),
            format!("  Version: drun {}", info.version),
            format!(
                "  Tasks Alive: {}, CPUs: {}",
                info.tasks_alive, info.num_cpu
            ),
            format!("  OS/Arch: {}/{}", info.os, info.arch),
            String::new(),
        ]
    }

    fn program(&self) -> Vec<String> {
        let Some(program) = self.program else {
            return Vec::new();
        };
        let main = &program.main;
        let mut lines = vec!["Program Info:".to_owned()];
        if !main.version.text.is_empty() {
            lines.push(format!("  Version: {}", main.version.text));
        }
        lines.push(format!("  Tasks: {}", main.tasks.len()));
        if let Some(project) = &main.project {
            lines.push(format!("  Project: {}", project.name));
        }
        if !program.includes.is_empty() {
            lines.push(format!("  Included Files: {}", program.includes.len()));
        }
        lines.push(String::new());
        lines
    }

    fn state(&self) -> Vec<String> {
        let Some(snapshot) = self.snapshot else {
            return vec!["The state of the execution could not be read.".to_owned()];
        };
        let mut lines = Vec::new();
        let deepest = snapshot
            .machines
            .iter()
            .max_by_key(|machine| machine.frame_bytes);
        if let Some(machine) = deepest {
            let frames = count(machine.depth);
            let held = size(machine.frame_bytes);
            lines.push(format!(
                "Call stack of {} ({frames} frames, {held}):",
                machine.label
            ));
            lines.extend(indented(outline::stack(&machine.stack, 4)));
        }
        let holders: Vec<String> = snapshot
            .machines
            .iter()
            .flat_map(|machine| outline::holders(machine, 4))
            .take(8)
            .collect();
        if !holders.is_empty() {
            lines.push("Held:".to_owned());
            lines.extend(indented(holders));
        }
        if !snapshot.children.is_empty() {
            lines.push(format!("Children ({}):", count(snapshot.children_total)));
            lines.extend(indented(
                snapshot.children.iter().take(4).map(outline::child),
            ));
        }
        lines
    }
}

/// The warning and the limit of a record, of those that are sizes.
pub fn thresholds(record: &Record) -> Vec<Threshold> {
    let mark = |(name, value): (&str, u64)| Threshold {
        value,
        mark: if name == "limit" { 'x' } else { 'w' },
    };
    record.thresholds().into_iter().map(mark).collect()
}

fn described(place: &Place) -> String {
    let task = if place.task.is_empty() {
        String::new()
    } else {
        format!(", task \"{}\"", place.task)
    };
    let source = match place.source_line.as_str() {
        "" => String::new(),
        source => format!(": {source}"),
    };
    format!("{}{task}{source}", place.file_line())
}

fn indented(lines: impl IntoIterator<Item = String>) -> impl Iterator<Item = String> {
    lines.into_iter().map(|line| format!("  {line}"))
}

/// The lines with their line ends; a line that is too long is cut, and no text of the program can
/// begin a line of its own or reach a terminal's control.
fn page(lines: &[String]) -> String {
    let mut out = String::new();
    for line in lines {
        let shown = line
            .chars()
            .map(|char| if char.is_control() { ' ' } else { char });
        out.extend(shown.take(MAX_WIDTH));
        if line.chars().count() > MAX_WIDTH {
            out.push('…');
        }
        out.push('\n');
    }
    out
}
