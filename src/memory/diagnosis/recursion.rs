//! Tasks that call themselves or each other without end.

use std::sync::Arc;

use super::{Candidate, Class, RUNAWAY};
use crate::ast::{Ast, File};
use crate::memory::amount::count;
use crate::memory::fold::FoldedStack;
use crate::memory::snapshot::{ExecutionSnapshot, FrameKind, FrameSnapshot, MachineSnapshot};

/// A stack with fewer calls is not deep.
const DEEP: u64 = 500;
/// How many tasks of a cycle are named.
const NAMED: usize = 6;

/// The deepest stack, when it is deep by repeating itself.
pub(super) fn candidate(snapshot: &ExecutionSnapshot, program: Option<&Ast>) -> Option<Candidate> {
    let machine = snapshot
        .machines
        .iter()
        .max_by_key(|machine| machine.calls)?;
    if machine.calls < DEEP {
        return None;
    }
    let tasks = repeating(&machine.stack);
    let Some(first) = tasks.first() else {
        return long_cycle(machine, program?);
    };
    let place = first.place.clone();
    let names = cycle_names(&tasks);
    let deep = format!("{}, {} deep", names, count(machine.calls));
    let what = match tasks.len() {
        1 => format!("task \"{}\" calls itself without end", first.name),
        _ => "tasks call each other without end".to_owned(),
    };
    Some(Candidate {
        bytes: bytes(machine),
        class: Class::Recursion,
        sentence: format!("{what}: {deep}{}", lines(&tasks)),
        advice: vec![format!(
            "give the call in {} a condition that ends it, or remove it: {}",
            place.file_line(),
            place.source_line
        )],
        place: Some(place),
        third_line: RUNAWAY.to_owned(),
    })
}

/// A cycle too long to be seen in the folded stack: with more calls than there are tasks, some task
/// must have been called inside itself.
fn long_cycle(machine: &MachineSnapshot, program: &Ast) -> Option<Candidate> {
    let included = program.includes.iter().map(|include| &include.file);
    let files = std::iter::once(&program.main).chain(included);
    let number = |file: &Arc<File>| file.tasks.len() + file.templates.len();
    let number = files.map(number).sum::<usize>() as u64;
    let top = &machine.stack.top;
    if machine.calls <= number.saturating_mul(2) {
        return None;
    }
    let tasks: Vec<&FrameSnapshot> = top
        .iter()
        .filter(|frame| frame.kind == FrameKind::Task)
        .collect();
    // Who has called stands at the call; the innermost may stand anywhere.
    let caller = tasks.get(1)?;
    let names: Vec<&str> = tasks
        .iter()
        .rev()
        .take(NAMED)
        .map(|task| task.name.as_str())
        .collect();
    let place = caller.place.clone();
    Some(Candidate {
        bytes: bytes(machine),
        class: Class::Recursion,
        sentence: format!(
            "tasks call each other without end: … → {}, {} deep, with only {} tasks in all; {} calls in {}",
            names.join(" → "),
            count(machine.calls),
            count(number),
            caller.name,
            place.file_line()
        ),
        advice: vec![format!(
            "break the circle of calls, for example in {}: {}",
            place.file_line(),
            place.source_line
        )],
        place: Some(place),
        third_line: RUNAWAY.to_owned(),
    })
}

/// The stack, and the variables in it unless a single one is what fills the memory.
fn bytes(machine: &MachineSnapshot) -> u64 {
    let largest = machine
        .variables
        .first()
        .map_or(0, |variable| variable.bytes);
    let spread = largest.saturating_mul(10) < machine.variable_bytes;
    machine.frame_bytes + if spread { machine.variable_bytes } else { 0 }
}

/// The calls that repeat, each once: those of the cycle, or else those seen most often.
fn repeating(stack: &FoldedStack) -> Vec<&FrameSnapshot> {
    if let Some(cycle) = &stack.cycle
        && cycle.covered() * 2 >= stack.depth
    {
        return shortest_cycle(cycle.tasks().collect());
    }
    let mut tasks: Vec<&FrameSnapshot> = Vec::new();
    let mut covered = 0;
    for frequent in &stack.frequent {
        covered += frequent.count;
        let frame = &frequent.frame;
        let known = tasks.iter().any(|task| task.name == frame.name);
        if frame.kind == FrameKind::Task && !known {
            tasks.push(frame);
        }
    }
    if covered * 2 >= stack.depth {
        tasks
    } else {
        Vec::new()
    }
}

/// Blocks between the calls can make the cycle of frames longer than that of the calls.
fn shortest_cycle(tasks: Vec<&FrameSnapshot>) -> Vec<&FrameSnapshot> {
    let repeats = |period: &usize| {
        let same =
            |a: &FrameSnapshot, b: &FrameSnapshot| (&a.name, &a.place) == (&b.name, &b.place);
        tasks.len().is_multiple_of(*period)
            && (*period..tasks.len()).all(|i| same(tasks[i], tasks[i - period]))
    };
    let period = (1..=tasks.len()).find(repeats).unwrap_or(tasks.len());
    tasks.into_iter().take(period).collect()
}

/// `a → b → a`.
fn cycle_names(tasks: &[&FrameSnapshot]) -> String {
    let mut names: Vec<&str> = tasks
        .iter()
        .take(NAMED)
        .map(|task| task.name.as_str())
        .collect();
    if tasks.len() > NAMED {
        names.push("…");
    }
    names.extend(tasks.first().map(|task| task.name.as_str()));
    names.join(" → ")
}

/// ` (a calls b in x.drun:4, b calls a in x.drun:9)`.
fn lines(tasks: &[&FrameSnapshot]) -> String {
    let next = tasks.iter().cycle().skip(1);
    let calls: Vec<String> = tasks
        .iter()
        .zip(next)
        .take(NAMED)
        .map(|(task, next)| {
            format!(
                "{} calls {} in {}",
                task.name,
                next.name,
                task.place.file_line()
            )
        })
        .collect();
    format!(" ({})", calls.join(", "))
}
