//! `docker …` and `docker compose …`.

use serde::Serialize;

use super::super::{Operand, Template};
use crate::source::{Span, Text};

/// `docker OPERATION RESOURCE [NAME] …`.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename = "docker")]
pub struct Docker {
    /// The statement.
    #[serde(rename = "position")]
    pub span: Span,
    /// `build`, `push`, … or another word.
    pub operation: Text,
    /// `image`, `container` or another word.
    pub resource: Text,
    /// The name; of a container that is run without `from` its image.
    pub name: Option<Template>,
    /// `from`.
    pub from: Option<Template>,
    /// `to`.
    pub to: Option<Template>,
    /// `as`.
    #[serde(rename = "as")]
    pub alias: Option<Template>,
    /// `port`, as it is spelled.
    pub port: Option<Text>,
}

/// `docker compose [in service NAME] TEXT`.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename = "docker_compose")]
pub struct DockerCompose {
    /// The statement.
    #[serde(rename = "position")]
    pub span: Span,
    /// `in service NAME`: a string, `$name` or a bare word.
    pub service: Option<Box<Operand>>,
    /// What stands behind `docker compose` in the command.
    pub text: Template,
}
