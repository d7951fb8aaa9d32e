//! A snapshot in lines of text, as the summary and the viewer show it.

use super::amount::{count, size};
use super::fold::FoldedStack;
use super::snapshot::{ChildSnapshot, FrameKind, FrameSnapshot, MachineSnapshot, Place};

/// How many tasks of a cycle are named in its line.
const NAMED: usize = 6;

/// The stack, the innermost frame first, with at most `ends` frames of each end.
pub fn stack(stack: &FoldedStack, ends: usize) -> Vec<String> {
    let shown = if stack.bottom.is_empty() {
        ends * 2
    } else {
        ends
    };
    let mut lines: Vec<String> = stack.top.iter().take(shown).map(frame).collect();
    let bottom = stack.bottom.len().saturating_sub(ends);
    let hidden = stack
        .depth
        .saturating_sub((lines.len() + stack.bottom.len() - bottom) as u64);
    if hidden > 0 {
        lines.push(match &stack.cycle {
            Some(cycle) => {
                let names = cycle_names(cycle.tasks());
                format!("… {names}, {} times …", count(cycle.repeats))
            }
            None => format!("… {} more frames …", count(hidden)),
        });
    }
    lines.extend(stack.bottom.iter().skip(bottom).map(frame));
    lines
}

/// `a → b → a`.
fn cycle_names<'a>(tasks: impl Iterator<Item = &'a FrameSnapshot>) -> String {
    let mut names: Vec<&str> = Vec::new();
    for task in tasks {
        if names.last() != Some(&task.name.as_str()) && names.len() <= NAMED {
            names.push(&task.name);
        }
    }
    if names.len() > NAMED {
        names.pop();
        names.push("…");
    }
    names.extend(names.first().copied());
    names.join(" → ")
}

/// One frame: what it is, where it stands, its source line.
fn frame(frame: &FrameSnapshot) -> String {
    let word = match frame.kind {
        FrameKind::Task => "task",
        FrameKind::Snippet => "snippet",
        FrameKind::Hook => "hook",
        FrameKind::Loop => "loop",
        FrameKind::Block => "block",
    };
    let name = if frame.name.is_empty() {
        String::new()
    } else {
        format!(" {}", frame.name)
    };
    format!("{word}{name}{}", at(&frame.place))
}

/// Loops, variables, captured output and reads of a machine, at most `most` of each.
pub fn holders(machine: &MachineSnapshot, most: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for position in machine.loops.iter().take(most) {
        let total = position
            .total
            .map_or_else(String::new, |total| format!(" of {}", count(total)));
        lines.push(format!(
            "iteration {}{total} of \"{}\"{}",
            count(position.iteration),
            position.header,
            at_line(&position.place)
        ));
    }
    for variable in machine.variables.iter().take(most) {
        lines.push(format!(
            "{} holds {}: {}",
            variable.name,
            size(variable.bytes),
            variable.preview
        ));
    }
    for captured in machine.captured.iter().take(most) {
        let variable = if captured.variable.is_empty() {
            "output"
        } else {
            &captured.variable
        };
        lines.push(format!(
            "{variable} holds {} captured from `{}`{}",
            size(captured.bytes),
            captured.command,
            at_line(&captured.place)
        ));
    }
    for read in machine.reads.iter().take(most) {
        let held = size(read.bytes);
        lines.push(format!(
            "{} holds {held} read{}",
            read.name,
            at_line(&read.place)
        ));
    }
    lines
}

/// A process in one line.
pub fn child(child: &ChildSnapshot) -> String {
    let killed = if child.killed_for_memory {
        ", ended by the kernel for memory"
    } else {
        ""
    };
    let place = child.place.as_ref().map(at_line).unwrap_or_default();
    format!(
        "process {}: {}{killed}: {}{place}",
        child.pid,
        size(child.bytes),
        child.command
    )
}

fn at_line(place: &Place) -> String {
    match place.file_line() {
        line if line.is_empty() => line,
        line => format!(" ({line})"),
    }
}

fn at(place: &Place) -> String {
    match place.source_line.as_str() {
        "" => at_line(place),
        source => format!("{}: {source}", at_line(place)),
    }
}
