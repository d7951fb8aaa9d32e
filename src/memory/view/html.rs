//! The page for the browser: one file, no script, nothing from elsewhere.

use std::fmt::Write as _;

use super::chart::chart;
use super::document::Document;
use super::escape::escape;
use crate::memory::amount::{count, duration, size};
use crate::memory::fold::FoldedStack;
use crate::memory::record::Sample;
use crate::memory::snapshot::{FrameSnapshot, MachineSnapshot, Place};

/// The look, for a light and a dark screen and for paper.
const STYLE: &str = include_str!("style.css");
/// The most rows of the table of samples.
const ROWS: usize = 400;
/// The most machines that are shown.
const MACHINES: usize = 12;
/// The longest text from the program in one place, in characters.
const TEXT: usize = 400;

/// The page.
pub(super) fn html(document: &Document, name: &str) -> String {
    let diagnosis = &document.diagnosis;
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src \
         'unsafe-inline'\">\n<meta name=\"viewport\" content=\"width=device-width, \
         initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>Crash: {}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n",
        text(&diagnosis.sentence)
    );
    // Writing to a String never fails, here and below.
    let _ = write!(
        page,
        "<header><p class=\"kicker\">drun stopped this run at {}</p>\n<h1>{}</h1>\n{}</header>\n",
        text(&document.memory_stats.timestamp),
        text(&diagnosis.sentence),
        diagnosis.place.as_ref().map(source).unwrap_or_default(),
    );
    page.push_str(&advice(document));
    page.push_str(&figures(document));
    let _ = write!(
        page,
        "<section aria-labelledby=\"course\"><h2 id=\"course\">Memory over time</h2>\n\
         <figure>{}\n<figcaption>{}</figcaption></figure></section>\n",
        chart(document),
        legend(document)
    );
    page.push_str(&execution(document));
    page.push_str(&children(document));
    page.push_str(&limits(document));
    page.push_str(&samples(document));
    let _ = write!(
        page,
        "<footer>{}</footer>\n</main>\n</body>\n</html>\n",
        footer(document, name)
    );
    page
}

/// A text of the program: cut and escaped.
fn text(value: &str) -> String {
    match value.char_indices().nth(TEXT) {
        Some((end, _)) => format!("{}…", escape(value.get(..end).unwrap_or_default())),
        None => escape(value),
    }
}

fn source(place: &Place) -> String {
    let task = match place.task.as_str() {
        "" => String::new(),
        task => format!(" in task <b>{}</b>", text(task)),
    };
    let line = match place.source_line.as_str() {
        "" => String::new(),
        line => format!("<pre><code>{}</code></pre>", text(line)),
    };
    format!(
        "<p class=\"where\"><span class=\"place\">{}</span>{task}</p>{line}\n",
        text(&place.file_line())
    )
}

fn advice(document: &Document) -> String {
    let items: String = document
        .diagnosis
        .advice
        .iter()
        .map(|advice| format!("<li>{}</li>\n", code(&text(advice))))
        .collect();
    format!(
        "<section aria-labelledby=\"todo\"><h2 id=\"todo\">What to do</h2>\n<ol>{items}</ol>\n\
         <p>Memory grew {}.</p></section>\n",
        text(&document.diagnosis.growth)
    )
}

/// Text between backquotes as code.
fn code(escaped: &str) -> String {
    let mut out = String::new();
    for (index, part) in escaped.split('`').enumerate() {
        match index % 2 {
            0 => out.push_str(part),
            _ => {
                let _ = write!(out, "<code>{part}</code>");
            }
        }
    }
    out
}

fn figures(document: &Document) -> String {
    let stats = &document.memory_stats;
    let figures = &stats.figures;
    let mut items = vec![
        ("Exceeded", size(document.exceeded.limit)),
        ("Measured", size(document.exceeded.current)),
        ("Peak", size(figures.peak.max(figures.resident))),
        ("Allocated", size(figures.heap.unwrap_or(figures.resident))),
    ];
    if figures.children_count > 0 {
        items.push(("Children", size(figures.children)));
    }
    if let Some(execution) = &document.execution {
        let calls = execution
            .machines
            .iter()
            .map(|machine| machine.calls)
            .max()
            .unwrap_or(0);
        items.push(("Calls deep", count(calls)));
    }
    let items: String = items
        .iter()
        .map(|(name, value)| format!("<div><dt>{name}</dt><dd>{}</dd></div>\n", escape(value)))
        .collect();
    format!("<dl class=\"figures\">{items}</dl>\n")
}

fn legend(document: &Document) -> String {
    let children = document
        .history
        .samples
        .iter()
        .any(|sample| sample.children > 0);
    let dashed = if children {
        " The dashed line is the memory of the children."
    } else {
        ""
    };
    format!(
        "The line is the resident memory of drun.{dashed} Bands show which task was running; \
         the red horizontal line is the limit, the yellow one the warning."
    )
}

fn execution(document: &Document) -> String {
    let Some(execution) = &document.execution else {
        return "<section><h2>State</h2><p>The state of the execution could not be read.</p>\
                </section>\n"
            .to_owned();
    };
    let mut out = String::new();
    for (index, machine) in execution.machines.iter().take(MACHINES).enumerate() {
        let open = if index == 0 { " open" } else { "" };
        let _ = write!(
            out,
            "<section><details{open}><summary><h2>Machine {}: {} frames, {}</h2></summary>\n{}{}\
             </details></section>\n",
            text(&machine.label),
            count(machine.depth),
            size(machine.frame_bytes + machine.variable_bytes),
            stack(&machine.stack),
            holders(machine)
        );
    }
    let hidden = execution
        .machines_total
        .saturating_sub(execution.machines.len().min(MACHINES) as u64);
    if hidden > 0 {
        let _ = writeln!(out, "<p>… and {} more machines.</p>", count(hidden));
    }
    out
}

fn stack(stack: &FoldedStack) -> String {
    let mut rows: String = stack.top.iter().map(frame).collect();
    if let Some(cycle) = &stack.cycle {
        let frames: String = cycle.frames.iter().take(64).map(frame).collect();
        let _ = write!(
            rows,
            "<tr class=\"cycle\"><th colspan=\"3\" scope=\"rowgroup\">these {} frames repeat {} \
             times</th></tr>{frames}<tr class=\"cycle\"><td colspan=\"3\"></td></tr>",
            cycle.frames.len(),
            count(cycle.repeats)
        );
    } else if stack.hidden() > 0 {
        let _ = write!(
            rows,
            "<tr><td colspan=\"3\">… {} more frames …</td></tr>",
            count(stack.hidden())
        );
    }
    rows.extend(stack.bottom.iter().map(frame));
    table(
        "Call stack, the innermost frame first",
        &["Frame", "Place", "Source"],
        &rows,
    )
}

fn frame(frame: &FrameSnapshot) -> String {
    let kind = format!("{:?}", frame.kind).to_lowercase();
    format!(
        "<tr><td>{kind} <b>{}</b></td><td class=\"place\">{}</td><td><code>{}</code></td></tr>\n",
        text(&frame.name),
        text(&frame.place.file_line()),
        text(&frame.place.source_line)
    )
}

fn holders(machine: &MachineSnapshot) -> String {
    let mut rows = String::new();
    let mut row = |what: &str, bytes: String, more: &str, place: Option<&Place>| {
        let _ = writeln!(
            rows,
            "<tr><td><b>{}</b></td><td class=\"number\">{bytes}</td><td><code>{}</code></td>\
             <td class=\"place\">{}</td></tr>",
            text(what),
            text(more),
            place
                .map(|place| text(&place.file_line()))
                .unwrap_or_default()
        );
    };
    for position in &machine.loops {
        row(
            &position.header,
            format!("iteration {}", count(position.iteration)),
            "",
            Some(&position.place),
        );
    }
    for variable in &machine.variables {
        row(
            &variable.name,
            size(variable.bytes),
            &variable.preview,
            variable.place.as_ref(),
        );
    }
    for captured in &machine.captured {
        let name = if captured.variable.is_empty() {
            "captured output"
        } else {
            &captured.variable
        };
        row(
            name,
            size(captured.bytes),
            &captured.command,
            Some(&captured.place),
        );
    }
    for read in &machine.reads {
        row(&read.name, size(read.bytes), "read", Some(&read.place));
    }
    if rows.is_empty() {
        return String::new();
    }
    table(
        "What it holds",
        &["What", "Size", "Value or command", "Place"],
        &rows,
    )
}

fn children(document: &Document) -> String {
    if document.children.is_empty() {
        return String::new();
    }
    let rows: String = document
        .children
        .iter()
        .map(|child| {
            format!(
                "<tr><td class=\"number\">{}</td><td class=\"number\">{}</td><td>{}</td>\
                 <td><code>{}</code></td><td class=\"place\">{}</td></tr>\n",
                child.pid,
                size(child.bytes),
                if child.killed_for_memory {
                    "ended by the kernel".to_owned()
                } else {
                    duration(child.running_ms)
                },
                text(&child.command),
                child
                    .place
                    .as_ref()
                    .map(|place| text(&place.file_line()))
                    .unwrap_or_default()
            )
        })
        .collect();
    let head = ["Process", "Memory", "Running", "Command", "Started in"];
    format!(
        "<section><h2>Children</h2>{}</section>\n",
        table("Processes, the largest first", &head, &rows)
    )
}

fn limits(document: &Document) -> String {
    let rows: String = document
        .limits
        .iter()
        .map(|limit| {
            format!(
                "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
                text(&limit.name),
                text(&limit.value),
                text(&limit.origin),
                limit.clamped_by.as_deref().map(text).unwrap_or_default()
            )
        })
        .collect();
    let head = ["Setting", "Value", "From", "Clamped by"];
    format!(
        "<section><h2>Limits</h2>{}</section>\n",
        table("Limits in force", &head, &rows)
    )
}

fn samples(document: &Document) -> String {
    let all = &document.history.samples;
    let every = all.len().div_ceil(ROWS).max(1);
    let last = all.len().saturating_sub(1);
    let shown = all
        .iter()
        .enumerate()
        .filter(|(index, _)| (last - index) % every == 0);
    let rows: String = shown.map(|(_, sample)| row(document, sample)).collect();
    let caption = match every {
        1 => "All samples".to_owned(),
        _ => format!("Every {every}th of {} samples", count(all.len() as u64)),
    };
    let head = ["Time", "Resident", "Heap", "Children", "Task"];
    format!(
        "<section><details><summary><h2>Samples</h2></summary>{}</details></section>\n",
        table(&caption, &head, &rows)
    )
}

fn row(document: &Document, sample: &Sample) -> String {
    let task = sample
        .task
        .and_then(|task| document.history.tasks.get(task as usize));
    format!(
        "<tr><td class=\"number\">{}</td><td class=\"number\">{}</td><td class=\"number\">{}</td>\
         <td class=\"number\">{}</td><td>{}</td></tr>\n",
        duration(sample.at),
        size(sample.resident),
        sample.heap.map(size).unwrap_or_default(),
        size(sample.children),
        task.map(|task| escape(&task.chars().take(80).collect::<String>()))
            .unwrap_or_default()
    )
}

/// A table in a region that can be scrolled with the keyboard.
fn table(caption: &str, head: &[&str], rows: &str) -> String {
    let head: String = head
        .iter()
        .map(|name| format!("<th scope=\"col\">{name}</th>"))
        .collect();
    let caption = escape(caption);
    format!(
        "<div class=\"scroll\" role=\"region\" aria-label=\"{caption}\" tabindex=\"0\"><table>\
         <caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody>\n{rows}</tbody></table>\
         </div>\n"
    )
}

fn footer(document: &Document, name: &str) -> String {
    let runtime = &document.runtime_info;
    let program = document.program.clone().unwrap_or_default();
    let path = text(&program.path);
    let project = program.project.map_or_else(String::new, |project| {
        format!(", project {}", text(&project.name))
    });
    let version = program.version.name;
    let version = if version.is_empty() {
        String::new()
    } else {
        format!(", version {}", text(&version))
    };
    format!(
        "{path}{project}{version}, {} tasks. drun {} on {}/{}, {} CPUs. Made from {}.",
        program.tasks.len(),
        text(&runtime.version),
        text(&runtime.os),
        text(&runtime.arch),
        runtime.num_cpu,
        text(name)
    )
}
