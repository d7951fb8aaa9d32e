//! Text with placeholders, taken apart once when the file is parsed.

use std::sync::Arc;

use serde::Serialize as DeriveSerialize;
use serde::ser::{Serialize, SerializeStruct as _, Serializer};

use super::{BuiltinCall, Condition, Expr};
use crate::source::{Span, Text, with_origin};

/// A text and the parts that it falls into.
///
/// A text without `{` and `${` has no parts: it stands for itself and costs nothing more.
#[derive(Debug, Clone, Default)]
pub struct Template {
    /// Where the text stands, quotes included.
    pub span: Span,
    /// The text after its escapes were resolved.
    pub text: Text,
    /// The parts in order; empty for a plain text.
    pub parts: Arc<[Part]>,
}

impl Template {
    /// A text that is taken as it is.
    pub fn plain(span: Span, text: impl Into<Text>) -> Self {
        Self {
            span,
            text: text.into(),
            parts: Arc::default(),
        }
    }

    /// Whether nothing in the text is replaced.
    pub fn is_plain(&self) -> bool {
        self.parts.is_empty()
    }
}

impl Serialize for Template {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.text.serialize(serializer)
    }
}

/// A part of a template.
#[derive(Debug, Clone, DeriveSerialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Text that stays.
    Text(Text),
    /// `${NAME}` or `${NAME:-default}`.
    Environment(Box<EnvironmentPart>),
    /// `{…}`.
    Placeholder(Box<Placeholder>),
    /// Some of very many parts, as text: read again when they are needed.
    Excerpt(Text),
}

/// A reference to an environment variable.
#[derive(Debug, Clone, DeriveSerialize)]
pub struct EnvironmentPart {
    /// As written, `${…}` included.
    pub source: Text,
    /// The variable.
    pub name: Text,
    /// The default, trimmed.
    pub default: Option<Text>,
}

/// A placeholder.
#[derive(Debug, Clone)]
pub struct Placeholder {
    /// As written, braces included.
    pub source: Text,
    /// The content between the braces, trimmed.
    pub content: Text,
    /// What the content means.
    pub meaning: Meaning,
}

impl Serialize for Placeholder {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // The spans of a placeholder count from the start of its content.
        with_origin(&self.content, 0, || {
            let mut node = serializer.serialize_struct("Placeholder", 3)?;
            node.serialize_field("source", &self.source)?;
            node.serialize_field("content", &self.content)?;
            node.serialize_field("meaning", &self.meaning)?;
            node.end()
        })
    }
}

/// What stands between the braces. Whatever it is: a content that is exactly the name of a variable,
/// parameter or project value is that value, before anything else is tried.
#[derive(Debug, Clone, DeriveSerialize)]
#[serde(rename_all = "snake_case")]
pub enum Meaning {
    /// A source and the operations on it.
    Pipeline(Pipeline),
    /// `if c then a else b`, and `c ? a : b`.
    Choice(Box<Choice>),
    /// Text that makes no sense as a whole; reported like an undefined variable.
    Unknown,
}

/// A value and what is done to it.
#[derive(Debug, Clone, DeriveSerialize)]
pub struct Pipeline {
    /// The value.
    pub source: PipelineSource,
    /// The operations in order.
    pub operations: Box<[Operation]>,
}

/// Where a pipeline begins.
#[derive(Debug, Clone, DeriveSerialize)]
#[serde(rename_all = "snake_case")]
pub enum PipelineSource {
    /// `$name`, `name`, `$globals.key`, `$params.name`.
    Name(Text),
    /// A built-in function.
    Builtin(Box<BuiltinCall>),
    /// A calculation or comparison with at least one variable in it.
    Arithmetic(Box<Expr>),
}

/// `without prefix P`, `uppercase`, `split by D`, …; unknown ones are kept and fail when they run.
#[derive(Debug, Clone, DeriveSerialize)]
pub struct Operation {
    /// The operation's words, such as `without prefix`; as written when it is unknown.
    pub name: Text,
    /// Its arguments, without quotes; placeholders in them are expanded.
    pub arguments: Box<[Template]>,
}

/// A conditional placeholder.
#[derive(Debug, Clone, DeriveSerialize)]
pub struct Choice {
    /// The condition.
    #[serde(serialize_with = "in_its_place")]
    pub condition: Condition,
    /// The branch for true.
    pub then: Branch,
    /// The branch for false.
    pub otherwise: Branch,
}

/// The spans of a condition in a placeholder count from the start of the condition.
fn in_its_place<S: Serializer>(condition: &Condition, serializer: S) -> Result<S::Ok, S::Error> {
    with_origin(&condition.text, condition.span.start, || {
        condition.serialize(serializer)
    })
}

/// A branch of a conditional placeholder.
#[derive(Debug, Clone, DeriveSerialize)]
#[serde(rename_all = "snake_case")]
pub enum Branch {
    /// Quoted text, interpolated; or unquoted text as it stands.
    Text(Template),
    /// An unquoted `$x`.
    Name(Text),
    /// Another conditional.
    Choice(Box<Choice>),
}
