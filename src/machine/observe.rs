//! What can be seen of a run from outside: the running task, and the whole state after a stop.
//!
//! Looking never waits: a machine whose worker is stuck keeps its lock, and is left out.

use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, TryLockError};

use rustc_hash::FxHashMap;

use super::frame::{Call, CallKind, Frame};
use super::{Machine, Run, call_at};
use crate::memory::fold::FoldedStack;
use crate::memory::snapshot::{
    Activity, ExecutionSnapshot, FrameKind, FrameSnapshot, LoopPosition, MAX_LISTED, MAX_MACHINES,
    MachineSnapshot, Place, VariableSize, preview,
};
use crate::source::{Span, Text};
use crate::value::Value;

/// Whether smaller values are shared is of no interest, in bytes.
const SHARED: u64 = 4096;
/// What an allocation costs beside its bytes.
const HEAP: usize = 16;

impl Run {
    /// What runs now, as far as it can be seen without waiting.
    pub(crate) fn activity(&self) -> Option<Activity> {
        let machines = self.machines.try_lock().ok()?;
        let seen = machines.iter().rev().find_map(|machine| {
            let machine = machine.upgrade()?;
            look(&machine, Machine::activity)?
        });
        seen.or_else(|| self.noted())
    }

    /// The machines that are alive, as far as they can be listed without waiting.
    pub(crate) fn alive(&self) -> Vec<Arc<Mutex<Machine>>> {
        let machines = self.machines.try_lock();
        let listed = machines.iter().flat_map(|machines| machines.iter());
        listed.filter_map(std::sync::Weak::upgrade).collect()
    }

    /// The state of all machines; `None` when none can be looked at.
    pub(crate) fn snapshot(&self) -> Option<ExecutionSnapshot> {
        let alive = self.alive();
        let mut snapshot = ExecutionSnapshot {
            machines_total: alive.len() as u64,
            pending_output: self.report.pending() as u64,
            secrets: self.secret_values(),
            ..ExecutionSnapshot::default()
        };
        for (index, machine) in alive.iter().enumerate() {
            let (bytes, seen) = look(machine, |machine| {
                let bytes = machine.heap_bytes();
                let seen = (index < MAX_MACHINES).then(|| machine.snapshot());
                (bytes, seen)
            })
            .unwrap_or_default();
            snapshot.machines_bytes += bytes;
            snapshot.machines.extend(seen);
        }
        share(&mut snapshot);
        (!snapshot.machines.is_empty()).then_some(snapshot)
    }
}

/// A value that several variables share counts once, and for the machine that comes first: branches
/// begin with the variables of the loop around them.
fn share(snapshot: &mut ExecutionSnapshot) {
    let mut owners: FxHashMap<usize, usize> = FxHashMap::default();
    let mut shared = 0;
    for (index, machine) in snapshot.machines.iter_mut().enumerate() {
        let mut twice = 0;
        machine.variables.retain(|variable| {
            if variable.bytes < SHARED {
                return true;
            }
            match owners.entry(variable.identity) {
                Entry::Vacant(slot) => {
                    slot.insert(index);
                    true
                }
                Entry::Occupied(owner) => {
                    twice += variable.bytes;
                    *owner.get() == index
                }
            }
        });
        machine.variable_bytes = machine.variable_bytes.saturating_sub(twice);
        shared += twice;
    }
    snapshot.machines_bytes = snapshot.machines_bytes.saturating_sub(shared);
}

pub(super) fn look<R>(machine: &Arc<Mutex<Machine>>, see: impl FnOnce(&Machine) -> R) -> Option<R> {
    match machine.try_lock() {
        Ok(machine) => Some(see(&machine)),
        Err(TryLockError::Poisoned(poisoned)) => Some(see(&poisoned.into_inner())),
        Err(TryLockError::WouldBlock) => None,
    }
}

impl Machine {
    /// Where a span of the running code is.
    pub(super) fn place_of(&self, span: Span) -> Place {
        match self.call() {
            Some(call) => Place::new(self.task_name(call), &call.file.source, span),
            None => Place::default(),
        }
    }

    /// The statement at a span of the running code, as a child is known by it.
    pub(super) fn origin_of(&self, span: Span) -> crate::process::Origin {
        let Some(call) = self.call() else {
            return crate::process::Origin::default();
        };
        crate::process::Origin {
            task: self.task_name(call).into(),
            file: call.file.source.name().into(),
            line: call.file.source.location(span.start).line,
        }
    }

    /// Whether this is the machine of a parallel branch.
    pub(super) fn is_branch(&self) -> bool {
        matches!(call_at(&self.frames, 0), Some(call) if call.kind == CallKind::Branch)
    }

    /// Where the running statement is.
    pub(super) fn place(&self) -> Place {
        self.place_of(self.span_at(self.frames.len()).unwrap_or_default())
    }

    /// The file and namespace of the running code.
    pub(super) fn code(&self) -> (Arc<crate::ast::File>, Text) {
        match self.call() {
            Some(call) => (call.file.clone(), call.namespace.clone()),
            None => (self.run.program.ast().main.clone(), Text::default()),
        }
    }

    pub(super) fn activity(&self) -> Option<Activity> {
        let call = self.call()?;
        let task = call_at(&self.frames, call.task)?;
        Some(Activity {
            task: task.current_task.clone(),
            file: call.file.source.clone(),
            span: self.span_at(self.frames.len()).unwrap_or(call.header),
        })
    }

    fn task_name<'a>(&'a self, call: &'a Call) -> &'a str {
        call_at(&self.frames, call.task).map_or("", |task| task.current_task.as_str())
    }

    /// The statement that runs in the innermost body below frame `end`.
    fn span_at(&self, end: usize) -> Option<Span> {
        self.frames[..end.min(self.frames.len())]
            .iter()
            .rev()
            .map_while(|frame| match frame {
                Frame::Call(_) => None,
                Frame::Body(body) => {
                    let at = (body.next as usize).checked_sub(1)?;
                    Some(body.block.get(at).map(crate::ast::Stmt::span))
                }
                Frame::Loop(frame) => Some(frame.node().map(|node| node.span)),
                Frame::Try(frame) => Some(frame.node().map(|node| node.span)),
            })
            .flatten()
            .next()
    }

    /// Bytes that frames and variables hold, roughly.
    pub(super) fn heap_bytes(&self) -> u64 {
        (self.frame_bytes() + self.variable_bytes()) as u64
    }

    fn frame_bytes(&self) -> usize {
        let boxed = self.calls.len() * (size_of::<Call>() + HEAP);
        self.frames.capacity() * size_of::<Frame>() + self.calls.capacity() * 4 + boxed
    }

    fn variable_bytes(&self) -> usize {
        self.variables
            .iter()
            .map(|(name, value)| name.len() + value.heap_bytes())
            .sum()
    }

    fn snapshot(&self) -> MachineSnapshot {
        // The bottom of the main machine is the run itself, which is no code.
        let bottom = usize::from(!self.is_branch() && !self.calls.is_empty());
        MachineSnapshot {
            label: self.label.to_string(),
            branch: self.branch_id.0,
            depth: self.frames.len() as u64,
            calls: (self.calls.len() - bottom) as u64,
            frame_bytes: self.frame_bytes() as u64,
            stack: FoldedStack::build(
                self.calls.len() - bottom,
                |index| self.call_key(index + bottom),
                |index| self.call_frame(index + bottom),
            ),
            loops: self.loops(),
            variables: self.largest_variables(),
            variables_total: self.variables.iter().count() as u64,
            variable_bytes: self.variable_bytes() as u64,
            statement: self
                .span_at(self.frames.len())
                .map(|span| self.place_of(span)),
            ..MachineSnapshot::default()
        }
    }

    /// What tells a level of the stack from others: its code, and the statement it stands at.
    fn call_key(&self, index: usize) -> u64 {
        let Some(call) = self
            .calls
            .get(index)
            .and_then(|at| call_at(&self.frames, *at))
        else {
            return 0;
        };
        let span = self.span_at(self.end_of_call(index)).unwrap_or_default();
        let file = std::sync::Arc::as_ptr(&call.file) as usize as u64;
        // A span of a file is unique to its statement; the name is that of the task around it.
        file.rotate_left(32)
            ^ (u64::from(span.start) << 20)
            ^ u64::from(span.end)
            ^ (call.name.as_ptr() as usize as u64)
    }

    fn call_frame(&self, index: usize) -> FrameSnapshot {
        let Some(call) = self
            .calls
            .get(index)
            .and_then(|at| call_at(&self.frames, *at))
        else {
            return FrameSnapshot::default();
        };
        let span = self.span_at(self.end_of_call(index)).unwrap_or(call.header);
        FrameSnapshot {
            kind: match call.kind {
                CallKind::Snippet => FrameKind::Snippet,
                CallKind::Hook | CallKind::LenientHook => FrameKind::Hook,
                CallKind::Run => FrameKind::Block,
                CallKind::Branch => FrameKind::Loop,
                CallKind::Planned | CallKind::Task | CallKind::Dependency => FrameKind::Task,
            },
            name: call.name.to_string(),
            place: Place::new(self.task_name(call), &call.file.source, span),
        }
    }

    /// One past the last frame of the call at `index`.
    fn end_of_call(&self, index: usize) -> usize {
        self.calls
            .get(index + 1)
            .map_or(self.frames.len(), |next| *next as usize)
    }

    /// The innermost loops and their positions.
    fn loops(&self) -> Vec<LoopPosition> {
        let mut found = Vec::new();
        // A recursion through loops has as many of them as calls: the innermost tell enough.
        for (index, frame) in self.frames.iter().enumerate().rev().take(100_000) {
            let Frame::Loop(frame) = frame else { continue };
            if found.len() == MAX_LISTED {
                break;
            }
            let Some(node) = frame.node() else { continue };
            let call = self
                .calls
                .partition_point(|at| (*at as usize) < index)
                .checked_sub(1);
            let call = call.and_then(|at| call_at(&self.frames, *self.calls.get(at)?));
            let Some(call) = call else { continue };
            let place = Place::new(self.task_name(call), &call.file.source, node.span);
            found.push(LoopPosition {
                header: place.source_line.clone(),
                iteration: frame.iteration,
                total: Some(frame.total),
                place,
            });
        }
        found
    }

    fn largest_variables(&self) -> Vec<VariableSize> {
        let mut largest: Vec<(usize, &Text, &Value)> = Vec::with_capacity(MAX_LISTED + 1);
        for (name, value) in self.variables.iter() {
            let bytes = value.heap_bytes();
            let at = largest.partition_point(|(other, ..)| *other >= bytes);
            if at < MAX_LISTED {
                largest.insert(at, (bytes, name, value));
                largest.truncate(MAX_LISTED);
            }
        }
        largest
            .into_iter()
            .map(|(bytes, name, value)| VariableSize {
                name: name.to_string(),
                bytes: bytes as u64,
                preview: preview(value.text()),
                place: None,
                identity: value.text().as_str().as_ptr() as usize,
            })
            .collect()
    }
}
