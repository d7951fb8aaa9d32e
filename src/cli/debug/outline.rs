//! `--debug-ast`: the tree, a line a node.

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::Value;

use crate::ast::File;
use crate::cli::context::Context;
use crate::source::with_positions;

/// Prints version, project and tasks with what they hold.
pub(super) async fn print(context: &Context<'_>, file: &File) {
    context.say("Tree:");
    node(context, file, &file.version);
    if let Some(project) = &file.project {
        node(context, file, project);
    }
    for task in &file.tasks {
        node(context, file, task);
        context.breathe().await;
    }
    file.templates
        .iter()
        .for_each(|task| node(context, file, task));
    file.services
        .iter()
        .for_each(|service| node(context, file, service));
}

fn node(context: &Context<'_>, file: &File, tree: &impl Serialize) {
    let value = with_positions(&file.source, || serde_json::to_value(tree));
    let mut out = String::new();
    match value {
        Ok(value) => write(&mut out, 1, "", &value),
        Err(error) => out = format!("  {error}\n"),
    }
    context.report.bytes(out.as_bytes());
}

/// How deep a tree is shown. The parser nests no deeper than 256 blocks, each of a few levels.
const DEEPEST: usize = 2048;

/// A node in a line, what it holds below it. What is empty is left out.
fn write(out: &mut String, depth: usize, name: &str, value: &Value) {
    let indent = 2 * depth.min(40);
    let title = |name: &str| {
        if name.is_empty() {
            String::new()
        } else {
            format!("{name}: ")
        }
    };
    // Writing to a String never fails.
    match value {
        Value::Object(fields) => {
            let kind = fields
                .get("kind")
                .and_then(Value::as_str)
                .unwrap_or_default();
            let _ = write!(out, "{:indent$}{}{kind}", "", title(name));
            if let Some(line) = fields.get("position").and_then(|at| at.get("line")) {
                let column = fields["position"].get("column").unwrap_or(&Value::Null);
                let _ = write!(out, " {line}:{column}");
            }
            let shown = |key: &str| !matches!(key, "kind" | "position");
            for (key, field) in fields
                .iter()
                .filter(|(key, field)| shown(key) && is_word(field))
            {
                let _ = write!(out, " {key}={field}");
            }
            out.push('\n');
            for (key, field) in fields
                .iter()
                .filter(|(key, field)| shown(key) && holds(field))
            {
                if depth < DEEPEST {
                    write(out, depth + 1, key, field);
                }
            }
        }
        Value::Array(items) => {
            let _ = writeln!(out, "{:indent$}{name}:", "");
            if depth < DEEPEST {
                items
                    .iter()
                    .for_each(|item| write(out, depth + 1, "", item));
            }
        }
        word => {
            let _ = writeln!(out, "{:indent$}{}{word}", "", title(name));
        }
    }
}

/// Whether a field fits into the line of its node and says something.
fn is_word(value: &Value) -> bool {
    match value {
        Value::String(text) => !text.is_empty(),
        Value::Bool(set) => *set,
        Value::Number(_) => true,
        _ => false,
    }
}

fn holds(value: &Value) -> bool {
    match value {
        Value::Array(items) => !items.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
        _ => false,
    }
}
