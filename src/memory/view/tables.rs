//! The tables of the page for the browser: stacks, holders, children, limits, samples.

use std::fmt::Write as _;

use super::document::Document;
use super::escape::escape;
use super::html::text;
use crate::memory::amount::{count, duration, size};
use crate::memory::fold::FoldedStack;
use crate::memory::record::Sample;
use crate::memory::snapshot::{FrameSnapshot, MachineSnapshot, Place};

/// The most rows of the table of samples.
const ROWS: usize = 400;
/// The most machines that are shown.
const MACHINES: usize = 12;

/// The machines, the first of them opened.
pub(super) fn execution(document: &Document) -> String {
    let Some(execution) = &document.execution else {
        return "<section><h2>State</h2><p>The state of the execution could not be read.</p>\
                </section>\n"
            .to_owned();
    };
    let mut out = String::new();
    for (index, machine) in execution.machines.iter().take(MACHINES).enumerate() {
        let open = if index == 0 { " open" } else { "" };
        // Writing to a String never fails, here and below.
        let _ = write!(
            out,
            "<section><details{open}><summary><h2>{}: {} frames, {}</h2></summary>\n{}{}\
             </details></section>\n",
            titled(&machine.label),
            count(machine.depth),
            size(machine.frame_bytes.saturating_add(machine.variable_bytes)),
            stack(&machine.stack),
            holders(machine)
        );
    }
    let hidden = execution
        .machines_total
        .saturating_sub(execution.machines.len().min(MACHINES) as u64);
    if hidden > 0 {
        let _ = writeln!(out, "<p>… and {} more branches.</p>", count(hidden));
    }
    out
}

/// What a machine is called for people who have never heard of machines.
fn titled(label: &str) -> String {
    match label {
        "main" => "The run".to_owned(),
        label => format!("Branch {}", text(label)),
    }
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

/// Something that a machine holds.
struct Holder<'m> {
    name: &'m str,
    bytes: u64,
    /// A value, or the command that it comes from.
    value: &'m str,
    place: Option<&'m Place>,
}

/// All that a machine holds, the largest first.
fn by_size(machine: &MachineSnapshot) -> Vec<Holder<'_>> {
    let variables = machine.variables.iter().map(|variable| Holder {
        name: &variable.name,
        bytes: variable.bytes,
        value: &variable.preview,
        place: variable.place.as_ref(),
    });
    let captured = machine.captured.iter().map(|captured| Holder {
        name: match captured.variable.as_str() {
            "" => "captured output",
            variable => variable,
        },
        bytes: captured.bytes,
        value: &captured.command,
        place: Some(&captured.place),
    });
    let reads = machine.reads.iter().map(|read| Holder {
        name: &read.name,
        bytes: read.bytes,
        value: "read",
        place: Some(&read.place),
    });
    let mut all: Vec<_> = variables.chain(captured).chain(reads).collect();
    all.sort_by_key(|holder| std::cmp::Reverse(holder.bytes));
    all
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
    for holder in by_size(machine) {
        row(holder.name, size(holder.bytes), holder.value, holder.place);
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

/// The processes.
pub(super) fn children(document: &Document) -> String {
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

/// The limits in force.
pub(super) fn limits(document: &Document) -> String {
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

/// The samples behind the curve.
pub(super) fn samples(document: &Document) -> String {
    let all = &document.history.samples;
    let every = all.len().div_ceil(ROWS).max(1);
    let last = all.len().saturating_sub(1);
    let shown = all
        .iter()
        .enumerate()
        .filter(|(index, _)| (last - index).is_multiple_of(every));
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
