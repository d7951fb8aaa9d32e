//! Statements that run docker.

use super::super::action::Ran;
use super::super::{Execution, Machine};
use super::shell::Resolved;
use crate::action::docker::{Request, compose_announcement};
use crate::ast::action::{Docker, DockerCompose};
use crate::value::Undefined;

impl Machine {
    pub(in crate::machine) fn docker(&mut self, node: &Docker) -> Execution {
        // Unknown names stay as they are written, as in all actions.
        let request = Request::of(node, |template| {
            self.text_with(template, Undefined::Never, "docker statement")
        })?;
        if self.dry() {
            let shown = request.shown();
            self.line(&format!("[DRY RUN] Would execute Docker command: {shown}"));
            return Ok(());
        }
        self.line(&request.announcement());
        self.verbose(|| format!("Command: {}", request.shown()));
        self.programs(&request.lines(), node.span)
    }

    /// The text is one for the shell: it may have quotes and variables of its own.
    pub(in crate::machine) fn docker_compose(&mut self, node: &DockerCompose) -> Execution {
        let text = self.text_with(&node.text, Undefined::Never, "docker statement")?;
        let service = match &node.service {
            Some(operand) => Some(self.service(operand)?),
            None => None,
        };
        let command = format!("docker compose {text}");
        if self.dry() {
            let place = service.map(|service| {
                format!(
                    " in service '{}' ({})",
                    service.name,
                    service.folder.display()
                )
            });
            let place = place.unwrap_or_default();
            self.line(&format!(
                "[DRY RUN] Would execute Docker command{place}: {command}"
            ));
            return Ok(());
        }
        self.line(&compose_announcement(&text));
        self.verbose(|| format!("Command: {command}"));
        if let Some(service) = &service {
            self.verbose(|| format!("📁 Working directory: {}", service.folder.display()));
        }
        let script = Resolved {
            shown: command.as_str().into(),
            text: command.into(),
            ran: Ran::Program("docker compose".into()),
        };
        let folder = service.map(|service| service.folder);
        self.command(script, node.span, folder, self.passed_on(), None)
    }
}
