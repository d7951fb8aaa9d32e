//! Checks of services, hosts and ports.

use drun::ast::action::{Network, NetworkCheck};

use super::Printer;
use super::expression::quoted;

impl Printer {
    pub(super) fn network(&mut self, node: &Network) {
        let target = quoted(&node.target.text);
        let mut line = match (node.action, &node.port) {
            (NetworkCheck::HealthCheck, _) => format!("check health of service at {target}"),
            (NetworkCheck::WaitForService, _) => format!("wait for service at {target}"),
            (NetworkCheck::Ping, _) => format!("ping host {target}"),
            (NetworkCheck::PortCheck, Some(port)) => {
                format!("check if port {port} is open on {target}")
            }
            (NetworkCheck::PortCheck, None) => format!("test connection to {target}"),
        };
        let options = [
            ("timeout", &node.timeout),
            ("retry", &node.retry),
            ("expect", &node.expect),
        ];
        for (word, text) in options {
            if let Some(text) = text {
                line += &format!(" {word} {}", quoted(&text.text));
            }
        }
        self.line(line);
    }
}
