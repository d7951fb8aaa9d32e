//! Control flow: conditionals, loops, jumps, `try`, `throw`.

use serde::Serialize;

use super::{Block, Comparator, Condition, Expr, PathOperand, Placeholder, Template};
use crate::source::{Span, Text};

/// `if` or `when`, with its branches.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename = "conditional")]
pub struct Conditional {
    /// The header.
    #[serde(rename = "position")]
    pub span: Span,
    /// Whether it was written `when … otherwise`.
    pub when: bool,
    /// `if` and each `else if`, in order.
    pub branches: Box<[ConditionalBranch]>,
    /// `else` or `otherwise`.
    pub otherwise: Option<Block>,
}

/// A condition and the block that it guards.
#[derive(Debug, Serialize)]
pub struct ConditionalBranch {
    /// The condition.
    pub condition: Condition,
    /// The block.
    pub body: Block,
}

/// An environment that `when in` tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Environment {
    Ci,
    Local,
    Production,
    Staging,
    Development,
}

/// `when in ENV environment:`.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename = "when_environment")]
pub struct WhenEnvironment {
    /// The header.
    #[serde(rename = "position")]
    pub span: Span,
    /// The environment.
    pub environment: Environment,
    /// The block for true.
    pub body: Block,
    /// `else` or `otherwise`.
    pub otherwise: Option<Block>,
}

/// `for …`.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename = "loop")]
pub struct Loop {
    /// The header.
    #[serde(rename = "position")]
    pub span: Span,
    /// The variable as it is stored: with `$` after `for` and `for each`, bare for lines and matches.
    pub variable: Text,
    /// What is visited.
    pub source: LoopSource,
    /// `where …`.
    pub filter: Option<LoopFilter>,
    /// `in parallel`.
    pub parallel: bool,
    /// The body.
    pub body: Block,
}

/// What a loop visits.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LoopSource {
    /// `in $list`, `in $globals.key`.
    Variable(Text),
    /// `in ["a", "b"]`.
    Array(#[serde(serialize_with = "super::expr::serialize_elements")] Box<[Expr]>),
    /// `in range A to B step C`.
    Range(Box<RangeSource>),
    /// `each line x in file "F"`.
    Lines(PathOperand),
    /// `each match x in pattern "P" in …`.
    Matches(Box<MatchSource>),
}

/// The bounds of a range loop, inclusive.
#[derive(Debug, Serialize)]
#[allow(missing_docs)]
pub struct RangeSource {
    pub start: Bound,
    pub end: Bound,
    pub step: Option<Bound>,
}

/// A bound of a range.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// A number as written, with its sign.
    Number(Text),
    /// `$x` or a bare name.
    Name(Text),
    /// `{…}`.
    Placeholder(Box<Placeholder>),
}

/// What a match loop searches.
#[derive(Debug, Serialize)]
pub struct MatchSource {
    /// The regular expression.
    pub pattern: Template,
    /// Where; `None` is an error when the loop runs.
    pub subject: Option<MatchSubject>,
}

/// The text that a match loop searches.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum MatchSubject {
    Text(Template),
    Variable(Text),
    File(PathOperand),
}

/// `where NAME OP VALUE`.
#[derive(Debug, Serialize)]
pub struct LoopFilter {
    /// The name as written, with or without `$`; the left side is always the item.
    pub name: Text,
    /// The operator.
    pub operator: Comparator,
    /// The operator as written, for the line that is printed.
    pub operator_text: Text,
    /// The value.
    pub value: Template,
}

/// Which jump.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum JumpWord {
    Break,
    Continue,
}

/// `break`, `continue`, with an optional condition.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename = "jump")]
pub struct Jump {
    /// The statement.
    #[serde(rename = "position")]
    pub span: Span,
    /// The word.
    pub word: JumpWord,
    /// The condition.
    pub condition: Option<Box<JumpCondition>>,
}

/// The condition of a jump, which shows it when it is true.
#[derive(Debug, Serialize)]
pub struct JumpCondition {
    /// The condition.
    #[serde(flatten)]
    pub condition: Condition,
    /// Its words with quotes dropped, separated by single blanks; placeholders are expanded when
    /// it is shown.
    #[serde(skip)]
    pub shown: Template,
}

/// `try … catch … finally`.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename = "try")]
pub struct Try {
    /// The header.
    #[serde(rename = "position")]
    pub span: Span,
    /// The guarded block.
    pub body: Block,
    /// The clauses in order.
    pub catches: Box<[Catch]>,
    /// The last block.
    pub finally: Option<Block>,
}

/// `catch TYPE as $e:`.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename = "catch")]
pub struct Catch {
    /// The header.
    #[serde(rename = "position")]
    pub span: Span,
    /// The type; `None` takes everything.
    pub error_type: Option<Text>,
    /// The variable with its `$`.
    pub variable: Option<Text>,
    /// The block.
    pub body: Block,
}

/// Which statement of the `throw` family.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum ThrowWord {
    Throw(Template),
    Rethrow,
    Ignore,
}

/// `throw "…"`, `rethrow`, `ignore`.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename = "throw")]
pub struct Throw {
    /// The statement.
    #[serde(rename = "position")]
    pub span: Span,
    /// Which of them.
    pub word: ThrowWord,
}
