//! Tasks, their annotations, parameters and dependencies.

use serde::Serialize;

use super::{Block, Template};
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
#[derive(Debug, Default, Serialize)]
pub struct TaskHead {
    /// The text after `means`; an empty one is missing.
    pub description: Option<Text>,
    /// The text after `mode`.
    pub mode: Option<Text>,
    /// Annotations before it.
    pub annotations: Vec<Annotation>,
    /// Parameters in the order of the text.
    pub parameters: Vec<Parameter>,
    /// Dependencies in the order of the text.
    pub dependencies: Vec<DependencyGroup>,
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
    /// `matching NAME`: a macro, which may be unknown.
    Macro(Text),
}

/// A default value.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DefaultValue {
    /// A text, number, boolean, `empty`, `{…}` or `current git commit` (as `{current git commit}`).
    Text(Template),
    /// An array literal.
    Array(Vec<Template>),
}

/// A parameter of a task, a template task or the project.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename = "parameter")]
pub struct Parameter {
    /// The whole declaration.
    #[serde(rename = "position")]
    pub span: Span,
    /// The word that declared it.
    pub word: ParameterKind,
    /// The name without `$`.
    pub name: Text,
    /// The type; `None` when none was written.
    #[serde(rename = "type")]
    pub ty: Option<ParameterType>,
    /// The allowed values; an empty list allows everything.
    pub allowed: Vec<Text>,
    /// The default.
    pub default: Option<DefaultValue>,
    /// `between MIN and MAX`, as spelled.
    pub range: Option<(Text, Text)>,
    /// `matching …`.
    pub matching: Option<Matching>,
}

/// `depends on a, b and c`.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename = "dependency_group")]
pub struct DependencyGroup {
    /// The whole statement.
    #[serde(rename = "position")]
    pub span: Span,
    /// The items in order.
    pub items: Vec<Dependency>,
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
