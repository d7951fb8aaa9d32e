//! Hides the secrets of a snapshot before anything is made of it.

use super::{MARK, Redactor, is_secret_name};
use crate::memory::diagnosis::Diagnosis;
use crate::memory::fold::FoldedStack;
use crate::memory::snapshot::{
    CapturedOutput, ExecutionSnapshot, FrameSnapshot, MachineSnapshot, Place,
};

impl Redactor {
    /// Hides the secrets in every text of `snapshot`.
    pub fn redact_snapshot(&self, snapshot: &mut ExecutionSnapshot) {
        if let Some(text) = &mut snapshot.target {
            self.redact_in(text);
        }
        if let Some(loading) = &mut snapshot.loading {
            self.redact_in(&mut loading.file);
        }
        snapshot
            .machines
            .iter_mut()
            .for_each(|machine| self.machine(machine));
        for child in &mut snapshot.children {
            self.redact_cut(&mut child.command);
            child
                .place
                .iter_mut()
                .for_each(|place| self.redact_place(place));
        }
        snapshot.secrets.clear();
    }

    /// Hides the secrets in a place, above all in its source line.
    pub fn redact_place(&self, place: &mut Place) {
        for text in [&mut place.task, &mut place.file, &mut place.source_line] {
            self.redact_cut(text);
        }
    }

    /// Hides the secrets in what is told about the cause.
    pub fn redact_diagnosis(&self, diagnosis: &mut Diagnosis) {
        let texts = [&mut diagnosis.sentence, &mut diagnosis.third_line];
        for text in texts.into_iter().chain(&mut diagnosis.advice) {
            self.redact_in(text);
        }
        diagnosis
            .place
            .iter_mut()
            .for_each(|place| self.redact_place(place));
    }

    fn machine(&self, machine: &mut MachineSnapshot) {
        self.redact_in(&mut machine.label);
        self.stack(&mut machine.stack);
        for position in &mut machine.loops {
            self.redact_cut(&mut position.header);
            self.redact_place(&mut position.place);
        }
        for variable in &mut machine.variables {
            if is_secret_name(&variable.name) {
                variable.preview = MARK.to_owned();
            } else {
                self.redact_cut(&mut variable.preview);
            }
            self.redact_in(&mut variable.name);
            variable
                .place
                .iter_mut()
                .for_each(|place| self.redact_place(place));
        }
        machine
            .captured
            .iter_mut()
            .for_each(|captured| self.captured(captured));
        for read in &mut machine.reads {
            self.redact_in(&mut read.name);
            self.redact_place(&mut read.place);
        }
        machine
            .statement
            .iter_mut()
            .for_each(|place| self.redact_place(place));
    }

    fn captured(&self, captured: &mut CapturedOutput) {
        self.redact_in(&mut captured.variable);
        self.redact_cut(&mut captured.command);
        self.redact_place(&mut captured.place);
    }

    fn stack(&self, stack: &mut FoldedStack) {
        let cycle = stack.cycle.iter_mut().flat_map(|cycle| &mut cycle.frames);
        let frequent = stack
            .frequent
            .iter_mut()
            .map(|frequent| &mut frequent.frame);
        let ends = stack.top.iter_mut().chain(&mut stack.bottom);
        ends.chain(cycle)
            .chain(frequent)
            .for_each(|frame| self.frame(frame));
    }

    fn frame(&self, frame: &mut FrameSnapshot) {
        self.redact_cut(&mut frame.name);
        self.redact_place(&mut frame.place);
    }
}

/// The texts of a state that may show what is a secret elsewhere.
pub(super) fn texts(snapshot: &ExecutionSnapshot, visit: &mut impl FnMut(&str)) {
    for machine in &snapshot.machines {
        visit(&machine.label);
        for variable in &machine.variables {
            visit(&variable.preview);
        }
        for captured in &machine.captured {
            visit(&captured.command);
        }
        for read in &machine.reads {
            visit(&read.name);
        }
    }
    for child in &snapshot.children {
        visit(&child.command);
    }
}
