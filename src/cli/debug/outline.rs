//! `--debug-ast`: the tree, a line a node.

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::{Map, Value};

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
    let title = if name.is_empty() {
        Vec::new()
    } else {
        vec![format!("{name}:")]
    };
    // Writing to a String never fails.
    let mut line = |words: Vec<String>| {
        let _ = writeln!(out, "{:indent$}{}", "", words.join(" "));
    };
    match value {
        Value::Object(fields) => {
            line(title.into_iter().chain(head(fields)).collect());
            for (key, field) in own(fields).filter(|(_, field)| holds(field)) {
                if depth < DEEPEST {
                    write(out, depth + 1, key, field);
                }
            }
        }
        Value::Array(items) => {
            line(if name.is_empty() {
                vec!["-".to_owned()]
            } else {
                title
            });
            if depth < DEEPEST {
                items
                    .iter()
                    .for_each(|item| write(out, depth + 1, "", item));
            }
        }
        word => line(title.into_iter().chain([word.to_string()]).collect()),
    }
}

/// Kind, place and short fields of a node.
fn head(fields: &Map<String, Value>) -> Vec<String> {
    let mut words = Vec::new();
    if let Some(kind) = fields.get("kind").and_then(Value::as_str) {
        words.push(kind.to_owned());
    }
    let at = |key: &str| fields.get("position")?.get(key)?.as_u64();
    if let (Some(line), Some(column)) = (at("line"), at("column")) {
        words.push(format!("{line}:{column}"));
    }
    for (key, field) in own(fields).filter(|(_, field)| is_word(field)) {
        words.push(format!("{key}={field}"));
    }
    if words.is_empty() {
        words.push("-".to_owned());
    }
    words
}

/// What is neither kind nor place.
fn own(fields: &Map<String, Value>) -> impl Iterator<Item = (&String, &Value)> {
    fields
        .iter()
        .filter(|(key, _)| !matches!(key.as_str(), "kind" | "position"))
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
