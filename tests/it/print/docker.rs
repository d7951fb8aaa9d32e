//! Statements that run docker.

use drun::ast::action::{Docker, DockerCompose};

use super::Printer;
use super::condition::operand;
use super::expression::quoted;

impl Printer {
    pub(super) fn docker(&mut self, node: &Docker) {
        let mut line = format!("docker {} {}", node.operation, node.resource);
        if let Some(name) = &node.name {
            line += &format!(" {}", quoted(&name.text));
        }
        let options = [("from", &node.from), ("to", &node.to), ("as", &node.alias)];
        for (word, text) in options {
            if let Some(text) = text {
                line += &format!(" {word} {}", quoted(&text.text));
            }
        }
        if let Some(port) = &node.port {
            line += &format!(" on port {port}");
        }
        self.line(line);
    }

    pub(super) fn docker_compose(&mut self, node: &DockerCompose) {
        let service = node.service.as_deref().map(operand);
        let service = service.map(|service| format!(" in service {service}"));
        let service = service.unwrap_or_default();
        self.line(format!("docker compose{service} {}", node.text.text));
    }
}
