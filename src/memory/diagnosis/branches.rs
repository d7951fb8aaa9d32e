//! Branches of a parallel loop that together hold much, none of them most of it.

use std::collections::BTreeMap;

use super::holders::set_at;
use super::{Candidate, Class};
use crate::ast::Ast;
use crate::memory::amount::{count, size};
use crate::memory::snapshot::{ExecutionSnapshot, MachineSnapshot, Place};

/// What is held under one name, by as many branches as have it.
#[derive(Default)]
struct Held {
    bytes: u64,
    most: u64,
    how: &'static str,
    place: Option<Place>,
}

/// The branches as a cause, when that is what they are.
pub(super) fn candidate(snapshot: &ExecutionSnapshot, program: Option<&Ast>) -> Option<Candidate> {
    let (main, branches) = snapshot.machines.split_first()?;
    let of_main = bytes_of(main);
    let total = snapshot.machines_total.saturating_sub(1);
    let bytes = snapshot.machines_bytes.saturating_sub(of_main);
    let largest = branches.iter().map(bytes_of).max()?;
    if total < 2 || largest.saturating_mul(3) > bytes.saturating_mul(2) {
        return None;
    }
    let of_loop = main.statement.clone().unwrap_or_default();
    let at = of_loop.file_line();
    let all = format!(
        "{} parallel branches hold {} together",
        count(total),
        size(bytes)
    );
    let same = same_in_all(branches, program).filter(|(_, held)| held.bytes * 2 >= bytes);
    let (most, place) = match same {
        Some((name, held)) => {
            let place = held.place.unwrap_or_else(|| of_loop.clone());
            let (task, at, largest) = (&place.task, place.file_line(), size(held.most));
            let how = held.how;
            let text = format!(
                ": most of it is {name} of each, up to {largest}; task \"{task}\" {how} it in {at}"
            );
            (text, place)
        }
        None => (String::new(), of_loop.clone()),
    };
    let mut advice = vec![format!("let the loop in {at} visit fewer items at a time")];
    if place != of_loop {
        let (at, source) = (place.file_line(), &place.source_line);
        advice.insert(0, format!("let each branch hold less, in {at}: {source}"));
    }
    Some(Candidate {
        bytes,
        class: Class::ParallelBranches,
        sentence: format!("{all}, of \"{}\" ({at}){most}", of_loop.source_line),
        advice,
        third_line: format!("{all} ({at})."),
        place: Some(place),
    })
}

fn bytes_of(machine: &MachineSnapshot) -> u64 {
    let captured: u64 = machine.captured.iter().map(|captured| captured.bytes).sum();
    let reads: u64 = machine.reads.iter().map(|read| read.bytes).sum();
    machine.frame_bytes + machine.variable_bytes + captured + reads
}

/// The name under which the branches hold most.
fn same_in_all(branches: &[MachineSnapshot], program: Option<&Ast>) -> Option<(String, Held)> {
    let mut names: BTreeMap<&str, Held> = BTreeMap::new();
    for branch in branches {
        let variable = branch.variables.first();
        if let Some(variable) = variable {
            let held = names.entry(&variable.name).or_default();
            if held.most < variable.bytes {
                held.most = variable.bytes;
                held.place = set_at(variable, branch.statement.as_ref(), program);
            }
            held.how = "sets";
            held.bytes += variable.bytes;
        }
        for captured in &branch.captured {
            let held = names.entry(&captured.variable).or_default();
            if held.most < captured.bytes {
                held.most = captured.bytes;
                held.place = Some(captured.place.clone());
            }
            held.how = "captures";
            held.bytes += captured.bytes;
        }
    }
    let (name, held) = names.into_iter().max_by_key(|(_, held)| held.bytes)?;
    Some((name.to_owned(), held))
}
