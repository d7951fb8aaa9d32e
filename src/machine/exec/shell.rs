//! Shell statements and captures.

use std::path::{Path, PathBuf};

use super::super::action::{CaptureInto, Job, JobReport, Ran};
use super::super::{Action, Execution, Failure, Machine, Stop};
use crate::ast::action::{Capture, Script, Shell, ShellWord};
use crate::ast::{Operand, Template};
use crate::process::{Finished, Output, ShellCommand, StartError};
use crate::source::{Span, Text};
use crate::value::{self, Undefined, Value, duration};

/// A script with its placeholders resolved.
pub(super) struct Resolved {
    /// What the shell gets.
    pub(super) text: Text,
    /// How it is named: of a block its listed lines.
    pub(super) shown: Text,
    pub(super) ran: Ran,
}

/// The service of a `run in service` statement.
pub(super) struct InService {
    pub(super) name: Text,
    pub(super) folder: PathBuf,
}

impl Machine {
    pub(in crate::machine) fn shell(&mut self, node: &Shell) -> Execution {
        let script = self.resolve(&node.script, Undefined::All)?;
        let service = match &node.service {
            Some(operand) => Some(self.service(operand)?),
            None => None,
        };
        if matches!(&node.script, Script::Block(block) if block.only_comments) {
            return Ok(());
        }
        let word = match node.word {
            ShellWord::Run => "🏃 Running",
            ShellWord::Exec => "⚡ Executing",
            ShellWord::Shell => "🐚 Shell",
        };
        let place = service
            .as_ref()
            .map(|service| format!(" in service '{}'", service.name));
        let place = place.unwrap_or_default();
        if self.dry() {
            self.dry_shell(&script, &place, service.as_ref());
            return Ok(());
        }
        let attached = if node.attached { " attached" } else { "" };
        self.announce(
            &script,
            &format!("{word}{place}{attached}"),
            &format!("{word} multiline commands{place}"),
        );
        let output = match node.attached {
            true => Output::Attached,
            false => self.passed_on(),
        };
        let folder = service.map(|service| service.folder);
        self.command(script, node.span, folder, output, None)
    }

    pub(in crate::machine) fn capture(&mut self, node: &Capture) -> Execution {
        let undefined = match node.from_shell {
            true => Undefined::DollarOnly,
            false => Undefined::All,
        };
        let script = self.resolve(&node.script, undefined)?;
        let name = node.variable.strip_prefix('$').unwrap_or(&node.variable);
        if self.dry() {
            if node.from_shell {
                let (variable, shown) = (&node.variable, &script.shown);
                self.line(&format!(
                    "[DRY RUN] Would capture {variable} from shell: {shown}"
                ));
            } else {
                self.dry_shell(&script, "", None);
                self.line(&format!("[DRY RUN] Would capture output as: {name}"));
            }
            self.assign(
                &node.variable,
                Value::Text("[DRY RUN] command output".into()),
            );
            return Ok(());
        }
        if !node.from_shell {
            self.announce(&script, "📥  Capturing", "📥  Capturing multiline commands");
        }
        let into = CaptureInto {
            variable: node.variable.clone(),
            from_shell: node.from_shell,
        };
        if matches!(&node.script, Script::Block(block) if block.only_comments) {
            self.assign(&node.variable, Value::Text(Text::default()));
            return Ok(());
        }
        let output = Output::Capture {
            variable: name.into(),
        };
        self.command(script, node.span, None, output, Some(into))
    }

    fn resolve(&mut self, script: &Script, undefined: Undefined) -> Result<Resolved, Stop> {
        match script {
            Script::Command(command) => {
                let text = self.text_with(command, undefined, "shell command")?;
                Ok(Resolved {
                    shown: text.clone(),
                    text,
                    ran: Ran::Command,
                })
            }
            Script::Block(block) => {
                let text = self.block_text(&block.text)?;
                Ok(Resolved {
                    shown: listed_lines(&text).collect::<Vec<_>>().join("\n").into(),
                    text,
                    ran: Ran::Block,
                })
            }
        }
    }

    fn block_text(&mut self, template: &Template) -> Result<Text, Stop> {
        self.text_with(template, Undefined::DollarOnly, "shell command")
    }

    fn dry_shell(&self, script: &Resolved, place: &str, service: Option<&InService>) {
        let folder = service.map(|service| format!(" ({})", service.folder.display()));
        let place = format!("{place}{}", folder.unwrap_or_default());
        if script.ran != Ran::Block {
            self.line(&format!(
                "[DRY RUN] Would execute shell command{place}: {}",
                script.text
            ));
            return;
        }
        self.line(&format!(
            "[DRY RUN] Would execute multiline shell commands{place}:"
        ));
        for (index, line) in script.shown.lines().enumerate() {
            self.line(&format!("[DRY RUN]   {}: {line}", index + 1));
        }
    }

    fn announce(&self, script: &Resolved, single: &str, block: &str) {
        if script.ran != Ran::Block {
            self.verbose(|| format!("{single}: {}", script.text));
            return;
        }
        let count = script.shown.lines().count();
        self.verbose(|| {
            let mut out = format!("{block} ({count} lines):");
            for (index, line) in script.shown.lines().enumerate() {
                out.push_str(&format!("\n  {}: {line}", index + 1));
            }
            out
        });
    }

    pub(super) fn command(
        &mut self,
        script: Resolved,
        span: Span,
        folder: Option<PathBuf>,
        output: Output,
        capture: Option<CaptureInto>,
    ) -> Execution {
        let shell = self.run.shell.clone();
        let command = ShellCommand {
            executable: shell.executable,
            args: shell.args,
            script: Some(script.text),
            dir: folder.unwrap_or_else(|| self.workdir()),
            env: shell.environment,
            branch: self.branch_id,
            started_at: self.origin_of(span),
            account: self.account(),
        };
        let report = JobReport {
            shown: script.shown,
            ran: script.ran,
            ci: matches!(output, Output::Hold),
            capture,
        };
        start(command, output, report)
    }

    /// Where the output of a command goes that is neither captured nor attached.
    pub(super) fn passed_on(&self) -> Output {
        match self.task_call() {
            Some(call) if call.ci => Output::Hold,
            _ if self.is_branch() => Output::Lines,
            _ => Output::Stream,
        }
    }

    pub(super) fn workdir(&self) -> PathBuf {
        let workdir = self.task_call().and_then(|call| call.workdir.as_deref());
        workdir.unwrap_or(&self.run.world.start_dir).to_owned()
    }

    /// Ends the statement of a command.
    pub(in crate::machine) fn finish_command(
        &mut self,
        report: &JobReport,
        outcome: Result<Box<Finished>, StartError>,
    ) -> Execution {
        if matches!(&outcome, Ok(finished) if finished.interrupted) {
            return Err(Failure::interrupted().into());
        }
        let cause = match &outcome {
            Ok(finished) if finished.success() => None,
            Ok(finished) => Some(finished.cause()),
            Err(error) => Some(error.to_string()),
        };
        let Some(cause) = cause else {
            if let Ok(finished) = outcome {
                self.succeed(report, *finished);
            }
            return Ok(());
        };
        if let Some(into) = &report.capture
            && into.from_shell
        {
            let shown = &report.shown;
            return Err(Stop::fail(format!(
                "failed to capture from shell command '{shown}': {cause}"
            )));
        }
        let what = match &report.ran {
            Ran::Command => "Command",
            Ran::Block => "Multiline command",
            Ran::Program(name) => return Err(Stop::fail(format!("`{name}`: {cause}"))),
        };
        self.line(&format!("❌  {what} failed: {cause}"));
        Err(Stop::fail(cause))
    }

    fn succeed(&mut self, report: &JobReport, mut finished: Finished) {
        let took = duration::exact(finished.duration);
        let what = match &report.ran {
            Ran::Command => "Command",
            Ran::Block => "Multiline commands",
            Ran::Program(_) => return,
        };
        let done = || format!("✅  {what} completed successfully (exit code: 0, duration: {took})");
        let Some(into) = &report.capture else {
            self.verbose(done);
            return;
        };
        let output = Text::from(finished.take_captured());
        if into.from_shell {
            let value = output.trim();
            self.verbose(|| format!("📥  Captured {} from shell: {value}", into.variable));
            self.assign(&into.variable, Value::Text(output.share(value)));
        } else {
            let value = output.trim_end_matches(['\n', '\r']);
            let name = into.variable.strip_prefix('$').unwrap_or(&into.variable);
            self.line(&format!("📦  Captured output in variable '{name}'"));
            self.verbose(done);
            self.assign(&into.variable, Value::Text(output.share(value)));
        }
    }

    pub(super) fn service(&mut self, operand: &Operand) -> Result<InService, Stop> {
        let name = match operand {
            Operand::Text(template) => {
                self.text_with(template, Undefined::Dollar, "service name")?
            }
            Operand::Variable(name) | Operand::Name(name) | Operand::Literal(name) => {
                match self.lookup(name)? {
                    Some(value) => value.text().clone(),
                    None => name.clone(),
                }
            }
            _ => Text::default(),
        };
        if name.is_empty() {
            return Err(Stop::fail("the name of the service is empty"));
        }
        if self.run.program.ast().main.services.is_empty() {
            return Err(Stop::fail(format!(
                "no services declared: service '{name}' cannot be used"
            )));
        }
        let Some(service) = self.run.program.service(&name) else {
            return Err(Stop::fail(format!("service '{name}' not found")));
        };
        let folder = self.folder_of_spec().join(service.path.as_str());
        Ok(InService {
            name,
            folder: value::clean(&self.run.world.start_dir.join(folder)),
        })
    }

    /// The folder of the task file; the one above where it is called `.drun`.
    fn folder_of_spec(&self) -> PathBuf {
        let file = self.run.world.file.as_deref().unwrap_or_default();
        let folder = Path::new(file).parent().unwrap_or(Path::new(""));
        let absolute = self.run.world.start_dir.join(folder);
        match (absolute.file_name(), absolute.parent()) {
            (Some(name), Some(parent)) if name == ".drun" => parent.to_owned(),
            _ => absolute,
        }
    }
}

fn start(command: ShellCommand, output: Output, report: JobReport) -> Execution {
    Err(Stop::Action(Box::new(Action::Shell(Box::new(Job {
        command,
        output,
        report,
        then: None,
    })))))
}

/// The lines of a block that are neither blank nor comments.
fn listed_lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim_end).filter(|line| {
        let code = line.trim_start();
        !code.is_empty() && !code.starts_with('#')
    })
}
