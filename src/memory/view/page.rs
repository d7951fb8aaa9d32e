//! The page for the terminal.

use super::document::Document;
use crate::memory::amount::{count, duration, size};
use crate::memory::outline;
use crate::memory::record::Scope;
use crate::memory::sparkline::Sparkline;
use crate::memory::summary::thresholds;

/// The width of the curve.
const CURVE: usize = 64;
/// How many holders of a machine are listed.
const HOLDERS: usize = 8;
/// The width of a line, in characters.
const MAX_WIDTH: usize = 110;
/// What is shown of a line at most, in characters.
const LONGEST: usize = 1000;
/// Before the rest of a line that is too long.
const INDENT: &str = "         ";

/// The page: cause, course, stack, holders, children, limits.
pub(super) fn page(document: &Document, name: &str) -> String {
    let mut lines = head(document, name);
    lines.extend(course(document));
    lines.extend(execution(document));
    section(
        &mut lines,
        "Limits",
        document.limits.iter().map(limit).collect(),
    );
    lines.push(String::new());
    lines.push(origin(document));
    let mut out = String::new();
    for line in lines {
        for part in wrapped(&line) {
            out.push_str(&part);
            out.push('\n');
        }
    }
    out
}

/// A line without control characters, broken between words where it is too long; what follows is
/// indented as the values at the top are.
fn wrapped(line: &str) -> Vec<String> {
    let plain: String = line
        .chars()
        .take(LONGEST)
        .map(|char| if char.is_control() { ' ' } else { char })
        .collect();
    let mut rest = plain.as_str();
    let mut parts = Vec::new();
    while let Some((most, _)) = rest.char_indices().nth(MAX_WIDTH) {
        let start = rest.get(..most).unwrap_or_default();
        let end = start
            .rfind(' ')
            .filter(|end| *end > MAX_WIDTH / 2)
            .unwrap_or(most);
        let (part, tail) = rest.split_at(end);
        parts.push(part.to_owned());
        rest = tail.trim_start();
    }
    parts.push(rest.to_owned());
    for part in parts.iter_mut().skip(1) {
        part.insert_str(0, INDENT);
    }
    parts
}

fn head(document: &Document, name: &str) -> Vec<String> {
    let diagnosis = &document.diagnosis;
    let mut lines = vec![
        format!("Crash at {} ({name})", document.time()),
        String::new(),
        format!("Cause    {}", diagnosis.sentence),
    ];
    if let Some(place) = &diagnosis.place {
        lines.push(format!(
            "Where    {}, task \"{}\"",
            place.file_line(),
            place.task
        ));
        if !place.source_line.is_empty() {
            lines.push(format!("         {}", place.source_line));
        }
    }
    lines.push(format!("Growth   {}", diagnosis.growth));
    for (index, advice) in diagnosis.advice.iter().enumerate() {
        let label = if index == 0 { "To do    " } else { "         " };
        lines.push(format!("{label}- {advice}"));
    }
    lines
}

fn course(document: &Document) -> Vec<String> {
    let record = document.record();
    let figures = &record.figures;
    let what = match (record.exceeded.scope, &record.exceeded.task) {
        (_, Some(task)) => format!(" of task \"{task}\""),
        (Scope::Own, None) => String::new(),
        (Scope::Tree, None) => " for drun and all that it started".to_owned(),
    };
    let children = match figures.children_count {
        0 => String::new(),
        number => format!(
            "; {} processes with {}",
            count(number.into()),
            size(figures.children)
        ),
    };
    let mut lines = vec![
        String::new(),
        format!(
            "Memory   {} with a limit{what} of {}; drun itself {}, at most {}{children}",
            size(record.exceeded.current),
            size(record.exceeded.limit),
            size(figures.resident),
            size(figures.peak),
        ),
    ];
    let samples = record.course();
    if let (Some(first), Some(last), true) = (samples.first(), samples.last(), samples.len() > 1) {
        let thresholds = thresholds(&record);
        let line = Sparkline::new(&samples, &thresholds, CURVE);
        let marks: Vec<String> = thresholds
            .iter()
            .map(|threshold| format!("{} = {}", threshold.mark, size(threshold.value)))
            .collect();
        let took = duration(last.at.saturating_sub(first.at));
        lines.push(format!("         {}", line.curve));
        if !line.marks.is_empty() {
            lines.push(format!("         {}", line.marks));
        }
        lines.push(format!(
            "         over {took}, {} readings; {}",
            count(samples.len() as u64),
            marks.join(", ")
        ));
    }
    lines
}

fn execution(document: &Document) -> Vec<String> {
    let mut lines = Vec::new();
    let Some(execution) = &document.execution else {
        lines.push(String::new());
        lines.push("The state of the execution could not be read.".to_owned());
        return lines;
    };
    for machine in &execution.machines {
        let label = match machine.label.as_str() {
            "main" => "the run".to_owned(),
            label => format!("branch {label}"),
        };
        let title = format!("Stack of {label}, {} frames", count(machine.depth));
        section(&mut lines, &title, outline::stack(&machine.stack, 5));
        let held = outline::holders(machine, HOLDERS);
        section(&mut lines, &format!("Held by {label}"), held);
    }
    let hidden = execution
        .machines_total
        .saturating_sub(execution.machines.len() as u64);
    if hidden > 0 {
        lines.push(format!("… and {} more branches", count(hidden)));
    }
    let title = format!("Children, {}", count(execution.children_total));
    section(
        &mut lines,
        &title,
        document.children.iter().map(outline::child).collect(),
    );
    lines
}

fn limit(limit: &crate::memory::record::LimitInForce) -> String {
    let clamped = match (&limit.clamped_by, limit.asked) {
        (Some(by), Some(asked)) => format!(", clamped from {} by {by}", size(asked)),
        (Some(by), None) => format!(", clamped by {by}"),
        (None, _) => String::new(),
    };
    format!("{} {} ({}{clamped})", limit.name, limit.value, limit.origin)
}

fn origin(document: &Document) -> String {
    let runtime = &document.runtime_info;
    let program = document.program.clone().unwrap_or_default();
    let project = program
        .project
        .map_or_else(String::new, |project| format!(", project {}", project.name));
    let included = match program.includes.len() {
        0 => String::new(),
        number => format!(", {number} included files"),
    };
    let name = if program.path.is_empty() {
        "no program".to_owned()
    } else {
        program.path
    };
    format!(
        "{name}{project}, {} tasks{included}; drun {} on {}/{}, {} CPUs",
        program.tasks.len(),
        runtime.version,
        runtime.os,
        runtime.arch,
        runtime.num_cpu
    )
}

fn section(lines: &mut Vec<String>, title: &str, content: Vec<String>) {
    if content.is_empty() {
        return;
    }
    lines.push(String::new());
    lines.push(title.to_owned());
    lines.extend(content.into_iter().map(|line| format!("  {line}")));
}
