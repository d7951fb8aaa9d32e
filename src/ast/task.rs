//! Tasks, their annotations, parameters and dependencies.

use std::ops::Deref;
use std::sync::{Arc, LazyLock};

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::definition::Stored;
use super::{Definition, DefinitionRef, Definitions, Extent, Template, Written};
use crate::source::{Span, Text};

/// `task "name" mode "ci" means "…":`, or `template task "name":`, which `call task` alone uses and
/// which has no mode.
#[derive(Debug)]
pub struct Task {
    /// The header.
    pub span: Span,
    /// The name.
    pub name: Text,
    /// The text after `means`; an empty one is missing.
    pub description: Option<Text>,
    stored: Stored,
}

impl Task {
    /// A task whose definition stays in the tree.
    pub fn new(span: Span, name: Text, description: Option<Text>, definition: Definition) -> Self {
        Self {
            span,
            name,
            description,
            stored: Stored::Here(Box::new(definition)),
        }
    }

    /// The same task with its definition as text, which stands between these bytes of the file.
    pub fn as_text(mut self, texts: &Arc<Definitions>, start: u32, end: u32) -> Self {
        self.stored = Stored::text(&self.stored.read(), texts, Span::new(start, end));
        self
    }

    /// What stands in it; of a file with very many tasks it may have to be parsed again.
    pub fn definition(&self) -> DefinitionRef<'_> {
        self.stored.read()
    }

    /// The same for a walk over all tasks: what is read again is held for nobody else.
    pub fn definition_once(&self) -> DefinitionRef<'_> {
        self.stored.read_once(Extent::Whole)
    }

    /// Its mode and its annotations; what else there is may be missing.
    pub fn marks(&self) -> DefinitionRef<'_> {
        match self.is_marked() {
            true => self.stored.read_once(Extent::Marks),
            false => DefinitionRef::empty(),
        }
    }

    /// Whether it has a mode or annotations.
    pub fn is_marked(&self) -> bool {
        self.stored.is_marked()
    }

    /// Whether a `requires tools` block stands directly in its body.
    pub fn requires_tools(&self) -> bool {
        self.stored.requires_tools()
    }
}

/// Tasks, or template tasks, as they are serialised.
pub(super) struct Tasks<'t> {
    pub(super) kind: &'static str,
    pub(super) list: &'t [Task],
}

impl Serialize for Tasks<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let kind = self.kind;
        serializer.collect_seq(self.list.iter().map(|task| OneTask { kind, task }))
    }
}

struct OneTask<'t> {
    kind: &'static str,
    task: &'t Task,
}

impl Serialize for OneTask<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let task = self.task;
        let definition = task.definition_once();
        let mut node = serializer.serialize_struct("Task", 9)?;
        node.serialize_field("kind", self.kind)?;
        node.serialize_field("position", &task.span)?;
        node.serialize_field("name", &task.name)?;
        node.serialize_field("description", &task.description)?;
        node.serialize_field("mode", &definition.mode)?;
        node.serialize_field("annotations", &definition.annotations)?;
        node.serialize_field("parameters", &definition.parameters)?;
        node.serialize_field("dependencies", &definition.dependencies)?;
        node.serialize_field("body", &definition.body)?;
        node.end()
    }
}

impl Serialize for Task {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        OneTask {
            kind: "task",
            task: self,
        }
        .serialize(serializer)
    }
}

/// `@name("argument", …)`.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "kind", rename = "annotation")]
pub struct Annotation {
    /// From the `@`.
    #[serde(rename = "position")]
    pub span: Span,
    /// The name as it was written.
    pub name: Text,
    /// The arguments.
    pub args: Vec<Text>,
}

/// Which word declared a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum ParameterKind {
    Requires,
    Given,
    Accepts,
    /// `parameter $x` in a project body.
    Project,
}

/// The type after `as`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum ParameterType {
    String,
    Number,
    Boolean,
    List(ItemType),
    /// Another word: refuses every value, with an error that names it.
    Unknown(Text),
}

/// The type of the items of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum ItemType {
    Any,
    Number,
    Boolean,
    Unknown(Text),
}

/// What a value has to look like.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Matching {
    /// `matching pattern "…"`: a regular expression, found anywhere.
    Pattern(Text),
    /// `matching email`.
    Email,
    /// `matching NAME`.
    Macro(Macro),
}

/// A pattern that has a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Macro {
    DockerTag,
    GitBranch,
    Ipv4,
    Semver,
    SemverExtended,
    SemverOptionalV,
    Slug,
    Url,
    Uuid,
}

impl Macro {
    /// All of them, by name.
    pub const ALL: [Self; 9] = [
        Self::DockerTag,
        Self::GitBranch,
        Self::Ipv4,
        Self::Semver,
        Self::SemverExtended,
        Self::SemverOptionalV,
        Self::Slug,
        Self::Url,
        Self::Uuid,
    ];

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DockerTag => "docker_tag",
            Self::GitBranch => "git_branch",
            Self::Ipv4 => "ipv4",
            Self::Semver => "semver",
            Self::SemverExtended => "semver_extended",
            Self::SemverOptionalV => "semver_optional_v",
            Self::Slug => "slug",
            Self::Url => "url",
            Self::Uuid => "uuid",
        }
    }
}

impl Serialize for Macro {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// A default value.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DefaultValue {
    /// A text, number, boolean, `empty`, `{…}` or `current git commit` (as `{current git commit}`).
    Text(Template),
    /// An array literal.
    Array(Written<Template>),
}

/// A parameter of a task, a template task or the project.
#[derive(Debug)]
pub struct Parameter {
    /// The whole declaration.
    pub span: Span,
    /// The word that declared it.
    pub word: ParameterKind,
    /// The name without `$`.
    pub name: Text,
    /// What is said of its values. Most parameters say little, so it is kept apart; it reads as if
    /// its fields stood here.
    pub values: Values,
}

impl Serialize for Parameter {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut parameter = serializer.serialize_struct("Parameter", 9)?;
        parameter.serialize_field("kind", "parameter")?;
        parameter.serialize_field("position", &self.span)?;
        parameter.serialize_field("word", &self.word)?;
        parameter.serialize_field("name", &self.name)?;
        parameter.serialize_field("type", &self.ty)?;
        parameter.serialize_field("allowed", &self.allowed)?;
        parameter.serialize_field("default", &self.default)?;
        parameter.serialize_field("range", &self.range)?;
        parameter.serialize_field("matching", &self.matching)?;
        parameter.end()
    }
}

/// What is said of the values of a parameter: nothing, or [`ParameterValues`].
#[derive(Debug, Default)]
pub struct Values(Option<Box<ParameterValues>>);

/// What is said of the values of a parameter.
#[derive(Debug, Default)]
pub struct ParameterValues {
    /// The type; `None` when none was written.
    pub ty: Option<ParameterType>,
    /// The allowed values; an empty list allows everything.
    pub allowed: Box<[Text]>,
    /// The default.
    pub default: Option<DefaultValue>,
    /// `between MIN and MAX`, as spelled.
    pub range: Option<(Text, Text)>,
    /// `matching …`.
    pub matching: Option<Matching>,
}

impl From<ParameterValues> for Values {
    fn from(values: ParameterValues) -> Self {
        let empty = values.ty.is_none()
            && values.allowed.is_empty()
            && values.default.is_none()
            && values.range.is_none()
            && values.matching.is_none();
        Self((!empty).then(|| Box::new(values)))
    }
}

impl Deref for Values {
    type Target = ParameterValues;

    fn deref(&self) -> &ParameterValues {
        static NONE: LazyLock<ParameterValues> = LazyLock::new(ParameterValues::default);
        self.0.as_deref().unwrap_or(&NONE)
    }
}

impl Deref for Parameter {
    type Target = ParameterValues;

    fn deref(&self) -> &ParameterValues {
        &self.values
    }
}

/// `depends on a, b and c`.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename = "dependency_group")]
pub struct DependencyGroup {
    /// The whole statement.
    #[serde(rename = "position")]
    pub span: Span,
    /// The items in order.
    pub items: Written<Dependency>,
}

/// One item of a dependency group.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename = "dependency")]
pub struct Dependency {
    /// The name.
    #[serde(rename = "position")]
    pub span: Span,
    /// The task.
    pub name: Text,
    /// Whether `in parallel` was written; it changes nothing.
    pub in_parallel: bool,
    /// The separator before it: `,`, `and`, `then`; empty for the first.
    pub separator: Text,
}
