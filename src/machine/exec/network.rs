//! Checks of services, hosts and ports.

use super::super::{Action, Done, Execution, Machine, Run, Stop};
use crate::action::network::{self, Check};
use crate::ast::Template;
use crate::ast::action::{Network, NetworkCheck};
use crate::source::Text;
use crate::value::{Undefined, duration};

impl Machine {
    pub(in crate::machine) fn network(&mut self, node: &Network) -> Execution {
        let check = Check {
            action: node.action,
            target: self.network_text(&node.target)?,
            port: node.port.clone(),
            timeout: self.network_option(node.timeout.as_ref())?,
            retry: self.network_option(node.retry.as_ref())?,
            expect: self.network_option(node.expect.as_ref())?,
        };
        if check.action == NetworkCheck::PortCheck {
            return self.port_check(check);
        }
        if self.dry() {
            let command = check.command();
            self.line(&format!(
                "[DRY RUN] Would execute network command: {command}"
            ));
            return Ok(());
        }
        self.line(&check.announcement());
        if check.action == NetworkCheck::Ping {
            let arguments = check.ping().map_err(Stop::fail)?;
            let job = self.program("ping", arguments, node.span);
            return Err(Stop::Action(Box::new(Action::Shell(Box::new(job)))));
        }
        Err(Stop::Action(Box::new(Action::Network(Box::new(check)))))
    }

    /// What is wrong with it is told in a dry run too.
    fn port_check(&mut self, check: Check) -> Execution {
        self.line(&check.announcement());
        let (endpoint, limit) = check.endpoint().map_err(Stop::fail)?;
        let limit = duration::exact(limit);
        if self.dry() {
            self.line(&format!(
                "[DRY RUN] Would probe TCP port: {endpoint} (timeout {limit})"
            ));
            return Ok(());
        }
        self.verbose(|| format!("Probe: dial tcp {endpoint} (timeout {limit})"));
        Err(Stop::Action(Box::new(Action::Network(Box::new(check)))))
    }

    /// Unknown names stay as they are written, as in all actions.
    fn network_text(&mut self, template: &Template) -> Result<Text, Stop> {
        self.text_with(template, Undefined::Never, "network check")
    }

    fn network_option(&mut self, template: Option<&Template>) -> Result<Option<Text>, Stop> {
        let text = template.map(|template| self.network_text(template));
        text.transpose()
    }
}

/// Performs a check of the running statement.
pub(in crate::machine) async fn check(run: &Run, check: &Check) -> Done {
    Done::Performed(network::perform(check, &run.web, &run.report).await)
}
