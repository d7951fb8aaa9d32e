//! `--debug`: what was read, instead of running it.

use std::sync::Arc;

use super::{Failure, Settings};
use crate::ast::{Ast, File};
use crate::load::{self, Places, discover};
use crate::parser::{self, Cursor, Progress};
use crate::report::Report;
use crate::resolve::{Program, TaskRef};
use crate::source::{Diagnostic, SourceFile};
use crate::syntax::Kind;

/// Prints what was asked for; status 0 also when the file has errors.
pub(super) fn debug(settings: &Settings, places: &Places, report: &Report) -> Result<(), Failure> {
    let source = match settings.other("debug-input") {
        Some(text) => load::text("<input>", text.to_owned())?,
        None => {
            let found = discover(settings.file.as_deref(), places)?;
            load::read(&found.path, &found.shown)?
        }
    };
    let parsed = parser::parse(&source, &Progress::default());
    let asked = |name: &str| settings.is_on(name);
    let named = ["tokens", "ast", "json", "errors", "domain"];
    let all = !named.iter().any(|name| asked(&format!("debug-{name}")));
    if all {
        let lines = source.text().lines().count();
        report.line(&format!("Source: {} ({lines} lines)", source.name()));
    }
    if all || asked("debug-tokens") {
        tokens(&source, report);
    }
    if all || asked("debug-errors") {
        match &parsed {
            Ok(_) => report.line("No parse errors"),
            Err(errors) => {
                errors
                    .iter()
                    .for_each(|error| report.line(error.render().trim_end()));
            }
        }
    }
    let file = match parsed {
        Ok(file) => Arc::new(file),
        Err(errors) => {
            if !all && !asked("debug-errors") {
                report.line(Diagnostic::render_all(&errors).trim_end());
            }
            return Ok(());
        }
    };
    if all || asked("debug-ast") {
        tree(&file, report);
    }
    let program = Program::new(Arc::new(Ast {
        main: file.clone(),
        includes: Vec::new(),
    }));
    if asked("debug-json") {
        let json = serde_json::to_string_pretty(&**program.ast());
        report.line(&json.unwrap_or_default());
    }
    if asked("debug-domain") {
        domain(&program, report);
    }
    if asked("debug-plan") || (all && !asked("debug-full")) {
        plans(&program, report);
    }
    export(settings, places, &program, report)
}

fn tokens(source: &Arc<SourceFile>, report: &Report) {
    report.line("Tokens:");
    let progress = Progress::default();
    let mut cursor = Cursor::new(source, &progress);
    let mut number = 0;
    while cursor.token().kind != Kind::End {
        let token = cursor.token();
        let at = source.location(token.span.start);
        let text = source.slice(token.span);
        let kind = token.kind.name();
        report.line(&format!(
            "  {number:>4}  {}:{}  {kind:<12} {text:?}",
            at.line, at.column
        ));
        number += 1;
        cursor.bump();
    }
}

fn tree(file: &File, report: &Report) {
    report.line(&format!("Version: {}", file.version.text));
    if let Some(project) = &file.project {
        let version = project.version.as_deref().unwrap_or("none");
        report.line(&format!("Project: {} (version {version})", project.name));
    }
    for task in &file.tasks {
        let description = task.head.description.as_deref().unwrap_or("No description");
        report.line(&format!("Task: {} ({description})", task.name));
        for parameter in &task.head.parameters {
            report.line(&format!("  Parameter: {}", parameter.name));
        }
        for dependency in task.head.dependencies.iter().flat_map(|group| &group.items) {
            report.line(&format!("  Depends on: {}", dependency.name));
        }
        for statement in task.body.iter() {
            let at = file.source.location(statement.span().start);
            let text = file.source.line(at.line).trim();
            report.line(&format!("  Statement: {}:{} {text}", at.line, at.column));
        }
    }
}

/// The tasks that have dependencies, with their plans.
fn planned(program: &Program) -> Vec<(TaskRef, Vec<TaskRef>)> {
    let tasks = program.ast().main.tasks.iter();
    tasks
        .filter(|task| !task.head.dependencies.is_empty())
        .filter_map(|task| program.own_task(&task.name).ok().flatten())
        .filter_map(|task| {
            let plan = program.plan(&task).ok()?;
            Some((task, plan))
        })
        .collect()
}

fn names(plan: &[TaskRef]) -> Vec<&str> {
    plan.iter().map(|task| task.full_name.as_str()).collect()
}

fn domain(program: &Program, report: &Report) {
    report.line(&format!("Tasks: {}", program.ast().main.tasks.len()));
    for task in &program.ast().main.tasks {
        let plan = match program.own_task(&task.name) {
            Ok(Some(found)) => program.plan(&found).unwrap_or_default(),
            _ => Vec::new(),
        };
        let order = names(&plan[..plan.len().saturating_sub(1)]).join(", ");
        report.line(&format!("  {}: [{order}]", task.name));
    }
}

fn plans(program: &Program, report: &Report) {
    let project = program
        .ast()
        .main
        .project
        .as_ref()
        .map_or("", |project| project.name.as_str());
    for (task, plan) in planned(program) {
        let order = names(&plan).join(" -> ");
        report.line(&format!(
            "Plan of {}: {} tasks, project '{project}': {order}",
            task.full_name,
            plan.len()
        ));
    }
}

fn export(
    settings: &Settings,
    places: &Places,
    program: &Program,
    report: &Report,
) -> Result<(), Failure> {
    type Write = fn(&Program, &[TaskRef]) -> String;
    let kinds: [(&str, &str, Write); 3] = [
        ("debug-export-graph", "dot", dot),
        ("debug-export-mermaid", "mmd", mermaid),
        ("debug-export-json", "json", json),
    ];
    for (flag, ending, write) in kinds {
        let Some(prefix) = settings.other(flag) else {
            continue;
        };
        for (task, plan) in planned(program) {
            let name = format!("{prefix}-{}.{ending}", task.full_name);
            let path = places.start_dir.join(&name);
            std::fs::write(&path, write(program, &plan)).map_err(|error| {
                Failure::Text(format!("{name}: {}", crate::value::os_reason(&error)))
            })?;
            report.line(&format!("Exported {name}"));
        }
    }
    Ok(())
}

/// Each dependency of the plan: what needs it, and it.
fn edges(plan: &[TaskRef]) -> Vec<(String, String)> {
    plan.iter()
        .flat_map(|task| {
            let groups = task
                .head()
                .dependencies
                .iter()
                .flat_map(|group| &group.items);
            groups.map(|item| (item.name.to_string(), task.full_name.to_string()))
        })
        .collect()
}

fn dot(_: &Program, plan: &[TaskRef]) -> String {
    let mut out = "digraph plan {\n".to_owned();
    for name in names(plan) {
        out.push_str(&format!("  {name:?};\n"));
    }
    for (from, to) in edges(plan) {
        out.push_str(&format!("  {from:?} -> {to:?};\n"));
    }
    out + "}\n"
}

fn mermaid(_: &Program, plan: &[TaskRef]) -> String {
    let mut out = "graph TD\n".to_owned();
    let names = names(plan);
    let id = |name: &str| {
        names
            .iter()
            .position(|own| *own == name)
            .unwrap_or_default()
    };
    for (index, name) in names.iter().enumerate() {
        out.push_str(&format!("  t{index}[{name:?}]\n"));
    }
    for (from, to) in edges(plan) {
        out.push_str(&format!("  t{} --> t{}\n", id(&from), id(&to)));
    }
    out
}

fn json(program: &Program, plan: &[TaskRef]) -> String {
    use crate::ast::HookEvent;
    let tasks: serde_json::Map<String, serde_json::Value> = plan
        .iter()
        .map(|task| (task.full_name.to_string(), task_json(task)))
        .collect();
    let project = program.ast().main.project.as_ref();
    let count = |event| program.hooks(event).len();
    let plan = serde_json::json!({
        "target_task": names(plan).last(),
        "execution_order": names(plan),
        "tasks": tasks,
        "hooks": {
            "setup_count": count(HookEvent::Setup),
            "teardown_count": count(HookEvent::Teardown),
            "before_count": count(HookEvent::Before),
            "after_count": count(HookEvent::After),
        },
        "project_name": project.map_or("", |project| project.name.as_str()),
        "project_version": project.and_then(|project| project.version.as_deref()).unwrap_or(""),
        "task_count": plan.len(),
    });
    serde_json::to_string_pretty(&plan).unwrap_or_default() + "\n"
}

fn task_json(task: &TaskRef) -> serde_json::Value {
    use crate::ast::{ParameterKind, ParameterType};
    let head = task.head();
    let parameters: Vec<serde_json::Value> = head
        .parameters
        .iter()
        .map(|parameter| {
            let kind = match parameter.word {
                ParameterKind::Requires => "requires",
                ParameterKind::Given => "given",
                ParameterKind::Accepts => "accepts",
                ParameterKind::Project => "parameter",
            };
            let ty = match &parameter.ty {
                None | Some(ParameterType::String) => "string",
                Some(ParameterType::Number) => "number",
                Some(ParameterType::Boolean) => "boolean",
                Some(ParameterType::List(_)) => "list",
                Some(ParameterType::Unknown(word)) => word.as_str(),
            };
            serde_json::json!({
                "name": parameter.name,
                "type": kind,
                "required": parameter.word == ParameterKind::Requires && parameter.default.is_none(),
                "has_default": parameter.default.is_some(),
                "data_type": ty,
            })
        })
        .collect();
    let dependencies: Vec<&str> = head
        .dependencies
        .iter()
        .flat_map(|group| &group.items)
        .map(|item| item.name.as_str())
        .collect();
    serde_json::json!({
        "name": task.full_name,
        "description": head.description.as_deref().unwrap_or_default(),
        "parameters": parameters,
        "dependencies": dependencies,
        "statement_count": task.body().len(),
    })
}
