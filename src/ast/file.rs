//! The whole program: the file that was asked for, and the files that it includes.

use std::sync::Arc;

use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};

use super::task::Tasks;
use super::{Project, Service, Task};
use crate::source::{SourceFile, Span, Text, with_positions};

/// A program: its main file and everything that was included.
#[derive(Debug, Default, Serialize)]
pub struct Ast {
    /// The file that was found or given.
    #[serde(flatten)]
    pub main: Arc<File>,
    /// The included files, in the order in which they were read.
    pub includes: Vec<IncludedFile>,
}

/// A file that was included under a namespace.
#[derive(Debug, Serialize)]
pub struct IncludedFile {
    /// The namespace.
    pub namespace: Text,
    /// The path as it was written.
    pub path: Text,
    /// Which kinds of declaration come in.
    pub selectors: Selectors,
    /// Its tree.
    pub file: Arc<File>,
}

/// Which kinds of declaration an include brings in; all three when none is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[allow(missing_docs)]
pub struct Selectors {
    pub snippets: bool,
    pub templates: bool,
    pub tasks: bool,
}

/// One parsed file.
#[derive(Debug, Default)]
pub struct File {
    /// Its text and name.
    pub source: Arc<SourceFile>,
    /// `version: 2.0`.
    pub version: Version,
    /// The project declaration.
    pub project: Option<Project>,
    /// Tasks in the order of the text, platform variants included.
    pub tasks: Vec<Task>,
    /// Template tasks.
    pub templates: Vec<Task>,
    /// Service declarations.
    pub services: Vec<Service>,
    /// Orchestration declarations.
    pub orchestrations: Vec<Orchestration>,
}

/// The version line; any number is accepted and means nothing further.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(tag = "kind", rename = "version")]
pub struct Version {
    /// Where it stands.
    #[serde(rename = "position")]
    pub span: Span,
    /// The number as it was spelled.
    pub text: Text,
}

/// An orchestration declaration. Its fields belong to a chapter that is not built yet.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename = "orchestration")]
pub struct Orchestration {
    /// Where it stands.
    #[serde(rename = "position")]
    pub span: Span,
    /// Its name.
    pub name: Text,
}

impl Serialize for File {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        with_positions(&self.source, || {
            let mut file = serializer.serialize_struct("File", 7)?;
            file.serialize_field("path", self.source.name())?;
            file.serialize_field("version", &self.version)?;
            file.serialize_field("project", &self.project)?;
            let (kind, list) = ("task", &self.tasks);
            file.serialize_field("tasks", &Tasks { kind, list })?;
            let (kind, list) = ("template_task", &self.templates);
            file.serialize_field("templates", &Tasks { kind, list })?;
            file.serialize_field("services", &self.services)?;
            file.serialize_field("orchestrations", &self.orchestrations)?;
            file.end()
        })
    }
}
