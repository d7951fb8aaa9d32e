//! `get`, `check` and `update`: one value inside of a file, or the version of the project.

use serde::Serialize;

use super::super::Template;
use crate::source::{Span, Text};

/// A statement about one value inside of a file.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename = "file_value")]
pub struct FileValue {
    /// The statement.
    #[serde(rename = "position")]
    pub span: Span,
    /// How the file is read.
    pub format: ValueFormat,
    /// Which value is meant.
    pub selector: Template,
    /// The file; `None` is the task file that runs.
    pub target: Option<Template>,
    /// What is done with the value.
    pub operation: ValueOperation,
}

/// How a file is read, and what a selector is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ValueFormat {
    /// A key of a properties file.
    Property,
    /// A JSON pointer.
    Json,
    /// Keys joined by dots, in the first document.
    Yaml,
    /// A dotted key.
    Toml,
    /// A regular expression with a group `value`.
    Match,
    /// The version in the header of the project.
    Drun,
}

impl ValueFormat {
    /// The name, as it is written and shown.
    pub fn name(self) -> &'static str {
        match self {
            Self::Property => "property",
            Self::Json => "json",
            Self::Yaml => "yaml",
            Self::Toml => "toml",
            Self::Match => "match",
            Self::Drun => "drun",
        }
    }
}

/// What is done with a value.
#[derive(Debug, Serialize)]
#[serde(tag = "action", rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum ValueOperation {
    /// `variable` with its `$`.
    Get { variable: Text },
    Check {
        comparison: ValueComparison,
        expected: Template,
    },
    Update {
        value: Template,
        missing: MissingValue,
    },
}

/// How a value is compared with a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ValueComparison {
    /// `equals`.
    Equals,
    /// `differs from`.
    Differs,
}

/// What is done where there is no value to update.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MissingValue {
    /// `or fail`.
    Fail,
    /// `or add`, with the type of the value where the format has types.
    Add(Option<ValueType>),
}

/// The type of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ValueType {
    /// Any text.
    String,
    /// A decimal number.
    Number,
    /// `true` or `false`.
    Boolean,
}

impl ValueType {
    /// The name, as it is written and shown.
    pub fn name(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Number => "number",
            Self::Boolean => "boolean",
        }
    }
}
