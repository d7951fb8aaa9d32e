//! Tasks, their annotations, parameters and dependencies.

use std::ops::Deref;
use std::sync::LazyLock;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::{Block, Template, Written};
use crate::source::{Span, Text};

/// `task "name" mode "ci" means "…":`.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename = "task")]
pub struct Task {
    /// The header.
    #[serde(rename = "position")]
    pub span: Span,
    /// The name.
    pub name: Text,
    /// Everything but the body that most tasks do not have.
    #[serde(flatten)]
    pub head: TaskHead,
    /// Its statements.
    pub body: Block,
}

/// What tasks and template tasks share.
///
/// Most tasks have a description at the most: what else there may be is kept apart, so that a file
/// of many small tasks stays small. It reads as if its fields stood here.
#[derive(Debug, Default)]
pub struct TaskHead {
    /// The text after `means`; an empty one is missing.
    pub description: Option<Text>,
    more: Option<Box<TaskDetails>>,
}

/// What stands before and in a task beside its description and its statements.
#[derive(Debug, Default)]
pub struct TaskDetails {
    /// The text after `mode`.
    pub mode: Option<Text>,
    /// Annotations before it.
    pub annotations: Box<[Annotation]>,
    /// Parameters in the order of the text.
    pub parameters: Box<[Parameter]>,
    /// Dependencies in the order of the text.
    pub dependencies: Box<[DependencyGroup]>,
}

impl TaskHead {
    /// The head of a task that has neither description nor details.
    pub const EMPTY: Self = Self {
        description: None,
        more: None,
    };

    /// A head with these parts.
    pub fn new(description: Option<Text>, details: TaskDetails) -> Self {
        let empty = details.mode.is_none()
            && details.annotations.is_empty()
            && details.parameters.is_empty()
            && details.dependencies.is_empty();
        Self {
            description,
            more: (!empty).then(|| Box::new(details)),
        }
    }
}

impl Deref for TaskHead {
    type Target = TaskDetails;

    fn deref(&self) -> &TaskDetails {
        static NONE: LazyLock<TaskDetails> = LazyLock::new(TaskDetails::default);
        self.more.as_deref().unwrap_or(&NONE)
    }
}

impl Serialize for TaskHead {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut head = serializer.serialize_struct("TaskHead", 5)?;
        head.serialize_field("description", &self.description)?;
        head.serialize_field("mode", &self.mode)?;
        head.serialize_field("annotations", &self.annotations)?;
        head.serialize_field("parameters", &self.parameters)?;
        head.serialize_field("dependencies", &self.dependencies)?;
        head.end()
    }
}

/// `template task "name":`, used by `call task` alone. Its head has no mode.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename = "template_task")]
pub struct TemplateTask {
    /// The header.
    #[serde(rename = "position")]
    pub span: Span,
    /// The name.
    pub name: Text,
    /// As of a task.
    #[serde(flatten)]
    pub head: TaskHead,
    /// Its statements.
    pub body: Block,
}

/// `@name("argument", …)`.
#[derive(Debug, Serialize)]
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
