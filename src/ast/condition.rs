//! Conditions.

use std::sync::Arc;

use serde::Serialize;

use super::{BuiltinCall, Expr, Placeholder, Template};
use crate::source::{Span, Text};

/// A condition and its text.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "kind", rename = "condition")]
pub struct Condition {
    /// From its first token to its last.
    #[serde(rename = "position")]
    pub span: Span,
    /// The text as written.
    pub text: Text,
    /// The tree.
    pub test: Test,
}

/// The tree of a condition.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Test {
    Or(Box<[Test]>),
    And(Box<[Test]>),
    Not(Box<Test>),
    /// An operand that stands alone.
    Truth(Operand),
    Comparison(Box<Comparison>),
    Environment(Box<EnvironmentTest>),
    Path(Box<PathTest>),
    FileComparison(Box<FileComparison>),
    Version(Box<VersionTest>),
    Port(Box<PortTest>),
    DockerNetwork(Box<DockerNetworkTest>),
    Tool(Box<ToolTest>),
}

/// A side of a comparison. Cheap to clone: `$x is "a" or is "b"` has its left side twice.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Operand {
    /// A quoted text, interpolated.
    Text(Template),
    /// A number, boolean, or unquoted words on the right: the text as written.
    Literal(Text),
    /// `$x`, `$globals.k`, `$params.k`.
    Variable(Text),
    /// A bare name: looked up; its own text on the left of an operator if it names nothing,
    /// undefined when it stands alone.
    Name(Text),
    /// `{…}`.
    Placeholder(Arc<Placeholder>),
    /// `["a", "b"]`.
    Array(#[serde(serialize_with = "super::expr::serialize_elements")] Arc<[Expr]>),
    /// A built-in function.
    Builtin(Arc<BuiltinCall>),
}

/// An operator of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Comparator {
    Is,
    IsNot,
    IsEmpty,
    IsNotEmpty,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Contains,
    NotContains,
    StartsWith,
    NotStartsWith,
    EndsWith,
    NotEndsWith,
    Matches,
    NotMatches,
    In,
    NotIn,
}

/// `left operator right`.
#[derive(Debug, Clone, Serialize)]
pub struct Comparison {
    /// Its left side.
    pub left: Operand,
    /// The operator.
    pub operator: Comparator,
    /// Its right side; `None` for `is empty`.
    pub right: Option<Operand>,
}

/// What is asked of an environment variable.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EnvironmentQuestion {
    /// `exists`, or nothing.
    Exists,
    /// `not exists`, `does not exist`.
    NotExists,
    /// Any operator of the table; unset counts as empty, and is equal to nothing.
    Compare(Comparator, Option<Operand>),
}

/// `env NAME …`.
#[derive(Debug, Clone, Serialize)]
pub struct EnvironmentTest {
    /// The variable.
    pub name: Template,
    /// The question.
    pub question: EnvironmentQuestion,
}

/// What is asked of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum PathQuestion {
    Exists,
    NotExists,
    IsEmpty,
    IsNotEmpty,
}

/// `file P exists`, `folder P is empty`, …
#[derive(Debug, Clone, Serialize)]
pub struct PathTest {
    /// Whether a directory is meant.
    pub directory: bool,
    /// The path.
    pub path: PathOperand,
    /// The question.
    pub question: PathQuestion,
}

/// A path: placeholders, then `$NAME`, then `~` are expanded.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PathOperand {
    /// A string, a placeholder or unquoted words.
    Text(Template),
    /// An unquoted `$x`: a drun variable if there is one, else the environment.
    Variable(Text),
}

/// `file P [not] matches file Q`.
#[derive(Debug, Clone, Serialize)]
pub struct FileComparison {
    /// The left file.
    pub left: PathOperand,
    /// The right file.
    pub right: PathOperand,
    /// Whether `not` was written.
    pub negated: bool,
}

/// `A is [not] older|newer than version B`.
#[derive(Debug, Clone, Serialize)]
pub struct VersionTest {
    /// Its left side.
    pub left: Operand,
    /// Its right side.
    pub right: Operand,
    /// `newer`, else `older`.
    pub newer: bool,
    /// Whether `not` was written.
    pub negated: bool,
}

/// `port P is [not] open on HOST [with timeout T]`.
#[derive(Debug, Clone, Serialize)]
pub struct PortTest {
    /// The port.
    pub port: Operand,
    /// The host.
    pub host: Operand,
    /// The timeout as written.
    pub timeout: Option<Operand>,
    /// Whether `not` was written.
    pub negated: bool,
}

/// `docker network NAME [not] exists`.
#[derive(Debug, Clone, Serialize)]
pub struct DockerNetworkTest {
    /// The network.
    pub name: Operand,
    /// Whether `not` was written.
    pub negated: bool,
}

/// What is asked of tools.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum ToolQuestion {
    Available,
    NotAvailable,
    Running,
    NotRunning,
    /// `available and version OP V`.
    AvailableVersion(VersionBound),
    /// `T version OP V`.
    Version(VersionBound),
}

/// `>= "1.2"`.
#[derive(Debug, Clone, Serialize)]
pub struct VersionBound {
    /// `>=`, `>`, `<`, `<=`, `==`, `!=`.
    pub operator: Text,
    /// The version.
    pub version: Template,
}

/// A test of one or several tools.
#[derive(Debug, Clone, Serialize)]
pub struct ToolTest {
    /// The tools as written.
    pub tools: Box<[Text]>,
    /// The question.
    pub question: ToolQuestion,
    /// Set when the tool is a single bare word: where a parameter or variable of that name exists,
    /// this test holds instead.
    pub comparison: Option<Box<Test>>,
}
