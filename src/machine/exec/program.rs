//! Programs that run without a shell.

use super::super::action::{Job, JobReport, Ran};
use super::super::{Action, Execution, Machine, Stop};
use crate::action::program::CommandLine;
use crate::process::ShellCommand;
use crate::source::Span;

impl Machine {
    /// Runs programs one after the other, up to the first that fails: it fails the statement.
    pub(in crate::machine) fn programs(&mut self, lines: &[CommandLine], span: Span) -> Execution {
        let mut first = None;
        for line in lines.iter().rev() {
            let arguments = line.arguments().map_err(Stop::fail)?;
            let mut job = self.program(line.program(), arguments, span);
            job.report.ran = Ran::Program(line.name().into());
            job.then = first.take();
            first = Some(Box::new(job));
        }
        match first {
            Some(job) => Err(Stop::Action(Box::new(Action::Shell(job)))),
            None => Ok(()),
        }
    }

    /// A program that fails the statement as a command does.
    pub(in crate::machine) fn program(
        &self,
        name: &str,
        arguments: Vec<String>,
        span: Span,
    ) -> Job {
        let report = JobReport {
            shown: format!("{name} {}", arguments.join(" ")).into(),
            ran: Ran::Command,
            ci: self.task_call().is_some_and(|call| call.ci),
            capture: None,
        };
        let command = ShellCommand {
            branch: self.branch_id,
            started_at: self.origin_of(span),
            account: self.account(),
            ..ShellCommand::program(name, arguments, self.workdir())
        };
        Job {
            command,
            output: self.passed_on(),
            report,
            then: None,
        }
    }
}
