//! `requires tools:`.

use serde::Serialize;

use crate::source::{Span, Text};

/// A block of tool requirements, of the project or of a task.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename = "requires_tools")]
pub struct RequiresTools {
    /// The header.
    #[serde(rename = "position")]
    pub span: Span,
    /// The tools in order.
    pub tools: Vec<ToolRequirement>,
    /// `from tasks:`, in order.
    pub from_tasks: Vec<TaskReference>,
}

/// One line of a tool block.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename = "tool_requirement")]
pub struct ToolRequirement {
    /// The line.
    #[serde(rename = "position")]
    pub span: Span,
    /// The tool.
    pub name: Text,
    /// Operator (`>=`, `>`, `<=`, `<`) and version, in order.
    pub bounds: Vec<(Text, Text)>,
    /// `provision` at the end of the line.
    pub provision: bool,
}

/// The name of a task in a `from tasks` block.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "kind", rename = "task_reference")]
pub struct TaskReference {
    /// The name.
    #[serde(rename = "position")]
    pub span: Span,
    /// The task.
    pub name: Text,
}
