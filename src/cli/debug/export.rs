//! `--debug-export-graph`, `--debug-export-mermaid`, `--debug-export-json`: plans as files.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::plan::Plan;
use super::plans_of;
use crate::ast::{HookEvent, Parameter, ParameterKind};
use crate::cli::completion::type_name;
use crate::cli::context::{Context, error};
use crate::cli::invocation::Debug;
use crate::resolve::{Program, ResolveError, TaskRef};
use crate::source::Text;
use crate::value::os_reason;

/// Writes the files of each plan.
pub(super) fn export(
    context: &Context<'_>,
    asked: &Debug,
    program: &Program,
) -> Result<(), ResolveError> {
    if !asked.exports() {
        return Ok(());
    }
    for plan in plans_of(program) {
        let plan = match plan {
            Ok(plan) => plan,
            Err(error) => {
                context.say(format!("Not exported: {error}"));
                continue;
            }
        };
        if let Some(prefix) = &asked.export_graph {
            write(context, prefix, &plan, "dot", &dot(&plan))?;
        }
        if let Some(prefix) = &asked.export_mermaid {
            write(context, prefix, &plan, "mmd", &mermaid(&plan))?;
        }
        if let Some(prefix) = &asked.export_json {
            write(context, prefix, &plan, "json", &json_text(&plan, program))?;
        }
    }
    Ok(())
}

fn write(
    context: &Context<'_>,
    prefix: &str,
    plan: &Plan,
    ending: &str,
    text: &str,
) -> Result<(), ResolveError> {
    // The name of a task must not lead into another folder.
    let task = plan.target().replace(
        |char: char| matches!(char, '/' | '\\') || char.is_control(),
        "-",
    );
    let name = format!("{prefix}-{task}.{ending}");
    match std::fs::write(context.places.start_dir.join(&name), text) {
        Ok(()) => context.say(format!("Wrote {name}")),
        Err(reason) => return error(format!("cannot write '{name}': {}", os_reason(&reason))),
    }
    Ok(())
}

/// For Graphviz: an arrow leads from what is needed to what needs it.
fn dot(plan: &Plan) -> String {
    let mut out = String::from("digraph plan {\n  rankdir=LR;\n");
    for (index, name) in plan.names().into_iter().enumerate() {
        let name = name.replace('\\', "\\\\").replace('"', "\\\"");
        // Writing to a String never fails.
        let _ = writeln!(out, "  t{index} [label=\"{name}\"];");
    }
    for (needed, task) in plan.edges() {
        let _ = writeln!(out, "  t{needed} -> t{task};");
    }
    out + "}\n"
}

fn mermaid(plan: &Plan) -> String {
    let mut out = String::from("graph LR\n");
    for (index, name) in plan.names().into_iter().enumerate() {
        let name = name.replace('"', "#quot;");
        let _ = writeln!(out, "  t{index}[\"{name}\"]");
    }
    for (needed, task) in plan.edges() {
        let _ = writeln!(out, "  t{needed} --> t{task}");
    }
    out
}

fn json_text(plan: &Plan, program: &Program) -> String {
    let tasks: Map<String, Value> = plan
        .tasks
        .iter()
        .map(|task| (task.full_name.to_string(), task_json(task)))
        .collect();
    let count = |event| program.hooks(event).len();
    let project = program.ast().main.project.as_ref();
    let all = json!({
        "target_task": plan.target(),
        "execution_order": plan.names(),
        "tasks": tasks,
        "hooks": {
            "setup_count": count(HookEvent::Setup),
            "teardown_count": count(HookEvent::Teardown),
            "before_count": count(HookEvent::Before),
            "after_count": count(HookEvent::After),
        },
        "project_name": project.map_or("", |project| &project.name),
        "project_version": project.and_then(|project| project.version.as_deref()).unwrap_or(""),
        "task_count": plan.tasks.len(),
    });
    serde_json::to_string_pretty(&all).unwrap_or_default() + "\n"
}

fn task_json(task: &TaskRef) -> Value {
    let definition = task.definition();
    let parameters: Vec<Value> = definition.parameters.iter().map(parameter_json).collect();
    let groups = definition.dependencies.iter();
    let dependencies: Vec<Text> = groups
        .flat_map(|group| &group.items)
        .map(|item| item.name)
        .collect();
    json!({
        "name": task.full_name,
        "description": task.description().map(Text::as_str).unwrap_or_default(),
        "parameters": parameters,
        "dependencies": dependencies,
        "statement_count": definition.body.count(),
    })
}

fn parameter_json(parameter: &Parameter) -> Value {
    let has_default = parameter.default.is_some();
    json!({
        "name": parameter.name,
        "type": parameter.word,
        "required": parameter.word == ParameterKind::Requires && !has_default,
        "has_default": has_default,
        "data_type": type_name(parameter),
    })
}
