//! A command that the kernel ended for lack of memory: said as that, and not as an exit status.

use std::path::Path;

use super::Run;
use crate::memory::cgroup;
use crate::memory::diagnosis::diagnose_killed;
use crate::memory::redact::Redactor;
use crate::memory::snapshot::{ChildSnapshot, Place, preview};
use crate::process::Origin;

impl Run {
    /// Emits the event of such an end.
    pub(super) fn tell_killed(&self, command: &str, origin: &Origin) {
        let child = ChildSnapshot {
            command: preview(command),
            killed_for_memory: true,
            place: Some(self.place_of(origin)),
            ..ChildSnapshot::default()
        };
        let container = cgroup::limit(Path::new("/"));
        let mut diagnosis = diagnose_killed(&child, container.as_ref());
        let secrets = self.secret_values();
        let redactor = Redactor::default()
            .with_environment()
            .with_program(self.program.ast())
            .with_values(secrets.iter().map(String::as_str));
        redactor.redact_diagnosis(&mut diagnosis);
        let mut detail = format!("   Cause: {}", diagnosis.sentence);
        for advice in &diagnosis.advice {
            detail.push_str(&format!("\n   To do: {advice}"));
        }
        let place = diagnosis.place.unwrap_or_default();
        tracing::warn!(
            target: "drun::memory",
            kind = "killed",
            cause = diagnosis.third_line,
            detail,
            task = place.task,
            file = place.file,
            line = place.line,
            "the kernel ended a command for lack of memory"
        );
    }

    /// The statement that started a process.
    pub(crate) fn place_of(&self, origin: &Origin) -> Place {
        let ast = self.program.ast();
        let included = ast.includes.iter().map(|include| &include.file);
        let mut files = std::iter::once(&ast.main).chain(included);
        let file = files.find(|file| file.source.name() == origin.file.as_str());
        Place {
            task: origin.task.to_string(),
            file: origin.file.to_string(),
            line: origin.line,
            column: 1,
            source_line: file
                .map(|file| preview(file.source.line(origin.line).trim()))
                .unwrap_or_default(),
        }
    }
}
