//! The project declaration: settings, parameters, shell configuration, snippets, includes, hooks.

use serde::Serialize;

use super::action::RequiresTools;
use super::{Annotation, Block, Expr, GitPolicy, Parameter, ScmRegistry, Selectors};
use crate::source::{Span, Text};

/// `project "name" version "1.0":` and its body.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename = "project")]
pub struct Project {
    /// The header.
    #[serde(rename = "position")]
    pub span: Span,
    /// The name.
    pub name: Text,
    /// The version, when one is declared.
    pub version: Option<Text>,
    /// The body in the order of the text.
    pub items: Vec<ProjectItem>,
}

/// What stands in a project body.
#[derive(Debug, Serialize)]
#[serde(untagged)]
#[allow(missing_docs)]
pub enum ProjectItem {
    Setting(Setting),
    /// A parameter of kind [`super::ParameterKind::Project`].
    Parameter(Box<Parameter>),
    ShellConfig(ShellConfig),
    Snippet(Snippet),
    Include(Include),
    Hook(Hook),
    RequiresTools(RequiresTools),
    ProvisioningSources(ProvisioningSources),
    GitPolicy(Box<GitPolicy>),
    ScmRegistry(Box<ScmRegistry>),
}

/// `set key to value`.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename = "setting")]
pub struct Setting {
    /// From `set` to the end of the value.
    #[serde(rename = "position")]
    pub span: Span,
    /// The key.
    pub key: Text,
    /// Whether `as list` was written.
    pub as_list: bool,
    /// The value; resolved each time the setting is read.
    pub value: Expr,
}

/// `shell config:` with one entry a platform.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename = "shell_config")]
pub struct ShellConfig {
    /// The header.
    #[serde(rename = "position")]
    pub span: Span,
    /// Entries in the order of the text.
    pub platforms: Vec<ShellPlatform>,
}

/// The shell of one platform.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename = "shell_platform")]
pub struct ShellPlatform {
    /// The platform's name.
    #[serde(rename = "position")]
    pub span: Span,
    /// `linux`, `mac`, `darwin`, `windows`, or another word, which never matches.
    pub name: Text,
    /// The shell program.
    pub executable: Option<Text>,
    /// Arguments given to the shell before `-c`.
    pub args: Vec<Text>,
    /// Added to the environment of every command, in the order of the text.
    pub environment: Vec<(Text, Text)>,
}

/// `snippet "name":`.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename = "snippet")]
pub struct Snippet {
    /// The header.
    #[serde(rename = "position")]
    pub span: Span,
    /// The name.
    pub name: Text,
    /// Annotations before it.
    pub annotations: Vec<Annotation>,
    /// Its statements.
    pub body: Block,
}

/// `include …`.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename = "include")]
pub struct Include {
    /// The whole statement.
    #[serde(rename = "position")]
    pub span: Span,
    /// The path as it was written; `drunhub:…` for the form `include from drunhub`.
    pub path: Text,
    /// What comes in.
    pub selectors: Selectors,
    /// The word after `as`.
    pub namespace: Option<Text>,
}

/// When a hook runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HookEvent {
    /// `on drun setup`: once, before all tasks.
    Setup,
    /// `before any task`: before the requested task.
    Before,
    /// `after any task`: after the requested task.
    After,
    /// `on drun teardown`: once, at the end.
    Teardown,
}

/// A lifecycle hook.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename = "hook")]
pub struct Hook {
    /// The header.
    #[serde(rename = "position")]
    pub span: Span,
    /// When it runs.
    pub event: HookEvent,
    /// Its statements.
    pub body: Block,
}

/// `provisioning sources:`.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename = "provisioning_sources")]
pub struct ProvisioningSources {
    /// The header.
    #[serde(rename = "position")]
    pub span: Span,
    /// Sources in order.
    pub sources: Vec<Text>,
}
