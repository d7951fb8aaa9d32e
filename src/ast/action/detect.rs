//! `detect …`.

use serde::Serialize;

use crate::source::{Span, Text};

/// What is looked for.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DetectWhat {
    /// `detect T`.
    Tool(Text),
    /// `detect T version`.
    ToolVersion(Text),
    /// `detect project type`.
    ProjectType,
    /// `detect available A or B as $v`.
    #[allow(missing_docs)]
    Available {
        tools: Box<[Text]>,
        variable: Option<Text>,
    },
}

/// A detection statement.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename = "detect")]
pub struct Detect {
    /// The statement.
    #[serde(rename = "position")]
    pub span: Span,
    /// What is looked for.
    pub what: DetectWhat,
}
