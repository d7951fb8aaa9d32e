//! Commands of docker: what is said before they run, how they are shown, and their words.

use super::program::CommandLine;
use crate::ast::Template;
use crate::ast::action::Docker;
use crate::source::Text;

/// A statement with its placeholders resolved.
#[derive(Debug)]
pub struct Request {
    operation: Text,
    resource: Text,
    name: Option<Text>,
    from: Option<Text>,
    to: Option<Text>,
    alias: Option<Text>,
    port: Option<Text>,
}

impl Request {
    /// Resolves the texts of a statement by `text`.
    ///
    /// # Errors
    /// Those of `text`.
    pub fn of<E>(
        node: &Docker,
        mut text: impl FnMut(&Template) -> Result<Text, E>,
    ) -> Result<Self, E> {
        let mut optional =
            |template: &Option<Template>| template.as_ref().map(&mut text).transpose();
        Ok(Self {
            operation: node.operation.clone(),
            resource: node.resource.clone(),
            name: optional(&node.name)?,
            from: optional(&node.from)?,
            to: optional(&node.to)?,
            alias: optional(&node.alias)?,
            port: node.port.clone(),
        })
    }

    fn name(&self) -> &str {
        self.name.as_deref().unwrap_or_default()
    }

    fn published(&self) -> Option<String> {
        self.port.as_ref().map(|port| format!("{port}:{port}"))
    }

    /// What is said before it runs.
    pub fn announcement(&self) -> String {
        let (name, resource) = (self.name(), &self.resource);
        match &*self.operation {
            "build" => format!("🔨  Building Docker image: {name}"),
            "push" => match &self.to {
                Some(to) => format!("📤 Pushing Docker image: {name} to {to}"),
                None => format!("📤 Pushing Docker image: {name}"),
            },
            "pull" => format!("📥  Pulling Docker image: {name}"),
            "run" => match &self.port {
                Some(port) => format!("🚀  Running Docker container: {name} on port {port}"),
                None => format!("🚀  Running Docker container: {name}"),
            },
            "stop" => format!("🛑  Stopping Docker container: {name}"),
            "remove" => format!("🗑️  Removing Docker {resource}: {name}"),
            operation => {
                let line = format!("🐳 Running Docker {operation} {resource} {name}");
                line.trim_end().to_owned()
            }
        }
    }

    /// The statement in words of its own, as it is shown.
    pub fn shown(&self) -> String {
        self.spelled().shown()
    }

    fn spelled(&self) -> CommandLine {
        let line = docker(&[&self.operation, &self.resource]).optional(self.name.as_ref());
        let line = match (&*self.operation, &self.from) {
            ("build", Some(_)) => line.own(&["--file"]).optional(self.from.as_ref()),
            (_, from) => line.optional(from.as_ref()),
        };
        let line = line
            .optional(self.to.as_ref())
            .optional(self.alias.as_ref());
        match self.published() {
            Some(published) => line.own(&["-p", &published]),
            None => line,
        }
    }

    /// What docker runs, one after the other.
    pub fn lines(&self) -> Vec<CommandLine> {
        let name = self.name();
        let line = match (&*self.operation, &*self.resource) {
            ("build", _) => {
                let line = docker(&["build", "-t"]).value(name);
                let line = match &self.from {
                    Some(file) => line.own(&["-f"]).value(file),
                    None => line,
                };
                line.own(&["."])
            }
            ("tag", _) => {
                let new = self.alias.as_ref().or(self.to.as_ref());
                docker(&["tag"]).value(name).optional(new)
            }
            ("push", _) => return self.push(),
            ("run", _) => self.run(),
            ("remove", "container") => docker(&["rm"]).value(name),
            ("remove", "image") => docker(&["rmi"]).value(name),
            (operation @ ("pull" | "start" | "stop"), _) => docker(&[operation]).value(name),
            _ => self.spelled(),
        };
        vec![line]
    }

    /// An image goes to another registry under a name that begins with it.
    fn push(&self) -> Vec<CommandLine> {
        let name = self.name();
        match &self.to {
            Some(registry) => {
                let there = format!("{registry}/{name}");
                vec![
                    docker(&["tag"]).value(name).value(&there),
                    docker(&["push"]).value(there),
                ]
            }
            None => vec![docker(&["push"]).value(name)],
        }
    }

    fn run(&self) -> CommandLine {
        let mut line = docker(&["run", "-d"]);
        if self.from.is_some() {
            line = line.own(&["--name"]).value(self.name());
        }
        if let Some(published) = self.published() {
            line = line.own(&["-p", &published]);
        }
        line.value(self.from.as_deref().unwrap_or(self.name()))
    }
}

fn docker(own: &[&str]) -> CommandLine {
    CommandLine::new("docker", own)
}

/// What is said before docker compose runs.
pub fn compose_announcement(text: &str) -> String {
    match text.split_whitespace().next().unwrap_or_default() {
        "up" => "🚀  Starting Docker Compose services".to_owned(),
        "down" => "🛑  Stopping Docker Compose services".to_owned(),
        "build" => "🔨  Building Docker Compose services".to_owned(),
        word => format!("🐳 Running Docker Compose: {word}"),
    }
}
