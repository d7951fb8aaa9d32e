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
/// The longest line, in characters.
const MAX_WIDTH: usize = 200;

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
        let shown = line
            .chars()
            .map(|char| if char.is_control() { ' ' } else { char });
        out.extend(shown.take(MAX_WIDTH));
        out.push('\n');
    }
    out
}

fn head(document: &Document, name: &str) -> Vec<String> {
    let diagnosis = &document.diagnosis;
    let mut lines = vec![
        format!("Crash at {} ({name})", document.memory_stats.timestamp),
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
        let label = if index == 0 { "To do  " } else { "       " };
        lines.push(format!("{label}- {advice}"));
    }
    lines
}

fn course(document: &Document) -> Vec<String> {
    let record = document.record();
    let figures = &record.figures;
    let what = match record.exceeded.scope {
        Scope::Own => "",
        Scope::Tree => " of the whole tree",
    };
    let mut lines = vec![
        String::new(),
        format!(
            "Memory   {} with a limit{what} of {}; resident {}, at most {}; children {}",
            size(record.exceeded.current),
            size(record.exceeded.limit),
            size(figures.resident),
            size(figures.peak),
            size(figures.children),
        ),
    ];
    let samples = &record.history.samples;
    if let (Some(first), Some(last)) = (samples.first(), samples.last()) {
        let thresholds = thresholds(&record);
        let line = Sparkline::new(samples, &thresholds, CURVE);
        let marks: Vec<String> = thresholds
            .iter()
            .map(|threshold| format!("{} {}", threshold.mark, size(threshold.value)))
            .collect();
        let took = duration(last.at.saturating_sub(first.at));
        lines.push(format!("         {}", line.curve));
        lines.push(format!("         {}", line.marks));
        lines.push(format!(
            "         {took}, {} samples; {}",
            samples.len(),
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
        let title = format!(
            "Stack of {}, {} frames",
            machine.label,
            count(machine.depth)
        );
        section(&mut lines, &title, outline::stack(&machine.stack, 5));
        let held = outline::holders(machine, HOLDERS);
        section(&mut lines, &format!("Held by {}", machine.label), held);
    }
    let hidden = execution
        .machines_total
        .saturating_sub(execution.machines.len() as u64);
    if hidden > 0 {
        lines.push(format!("… and {} more machines", count(hidden)));
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
