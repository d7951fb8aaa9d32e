//! `requires tools:`.

use serde::{Serialize, Serializer};

use crate::ast::Written;
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
    /// Each `from tasks:`, in order.
    #[serde(serialize_with = "in_one_list")]
    pub from_tasks: Vec<Written<TaskReference>>,
}

fn in_one_list<S: Serializer>(
    lists: &[Written<TaskReference>],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(lists.iter().flatten())
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
