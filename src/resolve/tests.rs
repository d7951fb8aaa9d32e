//! Checks, names and plans of whole programs.

use std::sync::Arc;

use super::*;
use crate::ast::{IncludedFile, Selectors};
use crate::parser::{self, Progress};
use crate::source::SourceFile;

fn file(name: &str, text: &str) -> Arc<File> {
    let source = SourceFile::new(name, format!("version: 2.0\n{text}")).unwrap();
    match parser::parse(&source, &Progress::default()) {
        Ok(file) => Arc::new(file),
        Err(errors) => panic!("{}", crate::source::Diagnostic::render_all(&errors)),
    }
}

fn program(text: &str, includes: &[(&str, &str)]) -> Program {
    let included = |&(namespace, text): &(&str, &str)| IncludedFile {
        namespace: namespace.into(),
        path: format!("{namespace}.drun").into(),
        selectors: Selectors {
            snippets: true,
            templates: true,
            tasks: true,
        },
        file: file(&format!("{namespace}.drun"), text),
    };
    let main = file("spec.drun", text);
    let includes = includes.iter().map(included).collect();
    Program::new(Arc::new(Ast { main, includes }))
}

fn refused(text: &str, facts: &[&str]) {
    let error = program(text, &[]).check().unwrap_err().render();
    for fact in facts {
        assert!(error.contains(fact), "{fact} is missing in:\n{error}");
    }
}

const SAY: &str = "  info \"x\"\n";

#[test]
fn wrong_declarations_are_refused_with_their_facts() {
    for (declaration, facts) in [
        ("task \"\":\n", &["empty", "spec.drun:2:1"][..]),
        ("task \"one\" mode \"turbo\":\n", &["one", "turbo"]),
        (
            "@deprecated(\"x\")\ntask \"pack\":\n",
            &["pack", "deprecated", "spec.drun:2:1"],
        ),
        ("@platform()\ntask \"pack\":\n", &["pack", "platform"]),
        (
            "@platform(\"solaris\")\ntask \"pack\":\n",
            &["pack", "solaris"],
        ),
        (
            "@platform(\"mac\", \"Darwin \")\ntask \"pack\":\n",
            &["pack", "Darwin"],
        ),
        ("@memory(\"much\")\ntask \"pack\":\n", &["pack", "much"]),
        (
            "@memory(\"1GB\")\n@memory(\"2GB\")\ntask \"pack\":\n",
            &["pack", "twice"],
        ),
        (
            "@memory(\"1GB\")\ntemplate task \"pack\":\n",
            &["pack", "@memory"],
        ),
        ("@memory(\"-1GB\")\ntask \"pack\":\n", &["pack", "-1GB"]),
    ] {
        refused(&format!("{declaration}{SAY}"), facts);
    }
    for text in ["2GB", "1.5 GiB", "512MB", "100B"] {
        let text = format!("@memory(\"{text}\")\ntask \"a\":\n{SAY}");
        program(&text, &[]).check().unwrap();
    }
}

#[test]
fn variants_need_platforms_of_their_own() {
    let task = |annotation: &str| format!("{annotation}task \"pack\":\n{SAY}");
    let (linux, plain) = (task("@platform(\"linux\", \"mac\")\n"), task(""));
    refused(
        &(plain.clone() + &plain),
        &["'pack'", "twice", "spec.drun:4:1", "line 2"],
    );
    let again = task("@platform(\"darwin\")\n");
    refused(&(linux.clone() + &plain + &again), &["'pack'", "mac"]);
    let windows = task("@platform(\"windows\")\n");
    let all = program(&(windows.clone() + &linux + &plain), &[]);
    all.check().unwrap();
    let chosen = all.own_task("pack").unwrap().unwrap();
    assert_eq!(chosen.index, if cfg!(windows) { 0 } else { 1 });
    if cfg!(target_os = "linux") {
        let error = program(&windows, &[])
            .own_task("pack")
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("windows") && error.contains("linux"),
            "{error}"
        );
    }
}

#[test]
fn several_mistakes_are_reported_in_the_order_of_the_text() {
    let text = format!("task \"a\":\n{SAY}task \"a\":\n{SAY}task \"b\" mode \"x\":\n{SAY}");
    let Err(ResolveError::Diagnostics(all)) = check(&file("spec.drun", &text)) else {
        panic!("taken");
    };
    let messages: Vec<&str> = all.iter().map(|one| one.message.as_str()).collect();
    assert_eq!(messages.len(), 2, "{messages:?}");
    assert!(messages[0].contains("'a'") && messages[1].contains("'b'"));
}

#[test]
fn tasks_of_one_namespace_may_not_share_a_name() {
    let task = format!("project \"p\"\ntask \"x\":\n{SAY}");
    let error = program("", &[("ops", &task), ("ops", &task)])
        .check()
        .unwrap_err();
    assert!(error.to_string().contains("'ops.x'"), "{error}");
    program("", &[("ops", &task), ("web", &task)])
        .check()
        .unwrap();
    let wrong = format!("project \"p\"\ntask \"x\" mode \"y\":\n{SAY}");
    assert!(program("", &[("ops", &wrong)]).check().is_err());
}

fn names(tasks: &[TaskRef]) -> Vec<&str> {
    tasks.iter().map(|task| task.full_name.as_str()).collect()
}

#[test]
fn a_plan_runs_each_task_once_and_keeps_namespaces_apart() {
    let ops = format!(
        "project \"ops\"\ntask \"prepare\":\n{SAY}task \"work\":\n  depends on prepare, own\n"
    );
    let text = format!(
        "task \"own\":\n{SAY}task \"prepare\":\n  depends on own\ntask \"go\":\n  \
         depends on \"ops.work\" and prepare\n  depends on own\n"
    );
    let program = program(&text, &[("ops", &ops)]);
    let go = program.own_task("go").unwrap().unwrap();
    let plan = program.plan(&go).unwrap();
    assert_eq!(
        names(&plan),
        ["ops.prepare", "own", "ops.work", "prepare", "go"]
    );
    let before = program.dependencies_of_call(&go).unwrap();
    assert_eq!(
        names(&before),
        ["ops.prepare", "own", "ops.work", "prepare"]
    );
}

#[test]
fn unknown_and_circular_dependencies_have_their_place() {
    let error = |text: &str, task: &str| {
        let program = program(text, &[]);
        let task = program.own_task(task).unwrap().unwrap();
        program.plan(&task).unwrap_err().render()
    };
    let unknown = error("task \"go\":\n  depends on vanished\n", "go");
    for fact in ["'go'", "'vanished'", "spec.drun:3:14"] {
        assert!(unknown.contains(fact), "{unknown}");
    }
    let circle = error(
        "task \"a\":\n  depends on b\ntask \"b\":\n  depends on a\n",
        "a",
    );
    assert!(
        circle.contains("circular") && circle.contains("spec.drun:5:14"),
        "{circle}"
    );
    let template = error(
        &format!("template task \"t\":\n{SAY}task \"go\":\n  depends on t\n"),
        "go",
    );
    assert!(template.contains("'t'"), "{template}");
}

#[test]
fn long_chains_and_wide_tasks_take_no_stack_and_linear_time() {
    const COUNT: usize = 20_000;
    let mut text = String::from("task \"wide\":\n");
    (0..COUNT).for_each(|number| text.push_str(&format!("  depends on t{number}\n")));
    for number in 0..COUNT {
        text.push_str(&format!(
            "task \"t{number}\":\n  requires tools:\n    from tasks:\n"
        ));
        match number + 1 < COUNT {
            true => text.push_str(&format!("      t{0}\n  depends on t{0}\n", number + 1)),
            false => text.push_str("      end\n"),
        }
    }
    text.push_str(&format!(
        "task \"end\":\n  requires tools:\n    node\n{SAY}"
    ));
    let program = program(&text, &[]);
    program.check().unwrap();
    let wide = program.own_task("wide").unwrap().unwrap();
    assert_eq!(program.plan(&wide).unwrap().len(), COUNT + 1);
}

#[test]
fn required_tools_come_from_other_tasks_too() {
    let text = "project \"p\":\n  requires tools:\n    widget\n    from tasks:\n      go\n\
                task \"lint\":\n  requires tools:\n    node >= \"99\"\n    npm\n\
                task \"go\":\n  requires tools:\n    node >= \"18\"\n    from tasks:\n      lint\n      \"ops.x\"\n";
    let ops = "project \"ops\"\ntask \"x\":\n  requires tools:\n    from tasks:\n      y\n\
               task \"y\":\n  requires tools:\n    kubectl\n";
    let program = program(text, &[("ops", ops)]);
    program.check().unwrap();
    let tools = program.project_tools().unwrap();
    let shown: Vec<String> = tools
        .iter()
        .map(|tool| match tool.bounds.first() {
            Some((operator, version)) => format!("{} {operator} {version}", tool.name),
            None => tool.name.to_string(),
        })
        .collect();
    assert_eq!(shown, ["widget", "node >= 18", "npm", "kubectl"]);
    let of = |task: &str| format!("task \"{task}\":\n  requires tools:\n    from tasks:\n      ");
    refused(
        &format!("{}ghost\n", of("other")),
        &["\"ghost\"", "'other'"],
    );
    refused(&format!("{}b\n{}a\n", of("a"), of("b")), &["circular"]);
    refused(&format!("{}a\n", of("a")), &["circular"]);
}

#[test]
fn names_are_looked_up_inside_their_namespace_first() {
    let ops = format!(
        "project \"ops\":\n  set k to \"1\"\n  snippet \"s\":\n    info \"x\"\n\
         task \"work\":\n{SAY}template task \"roll\":\n{SAY}"
    );
    let text = format!(
        "project \"main\":\n  set k to \"2\"\n  snippet \"s\":\n    info \"x\"\n  \
         snippet \"v1.2\":\n    info \"x\"\ntask \"work\":\n{SAY}task \"other\":\n{SAY}"
    );
    let program = program(&text, &[("ops", &ops)]);
    let task = |name: &str, namespace: &str| {
        let task = program.task(name, namespace).unwrap();
        task.map(|task| task.full_name.to_string())
            .unwrap_or_default()
    };
    assert_eq!(task("work", "ops"), "ops.work");
    assert_eq!(task("other", "ops"), "other");
    assert_eq!(task("work", ""), "work");
    assert_eq!(task("ops.roll", ""), "ops.roll");
    assert_eq!(task("roll", ""), "");
    let snippet = |name: &str, namespace: &str| {
        let snippet = program.snippet(name, namespace).unwrap();
        snippet.map(|snippet| snippet.namespace.to_string())
    };
    assert_eq!(snippet("s", "ops").as_deref(), Some("ops"));
    assert_eq!(snippet("ops.s", "").as_deref(), Some("ops"));
    assert_eq!(snippet("v1.2", "").as_deref(), Some(""));
    let setting = |key: &str, namespace: &str| program.setting(namespace, key).map(|(_, of)| of);
    assert_eq!(setting("k", "ops").as_deref(), Some("ops"));
    assert_eq!(setting("k", "").as_deref(), Some(""));
    assert_eq!(setting("ops.k", "").as_deref(), Some("ops"));
}

#[test]
fn a_task_is_chosen_by_its_name_or_the_beginning_of_it() {
    let tasks = [
        "build",
        "beta",
        "benchmark",
        "test",
        "test-unit",
        "test-integration",
    ];
    let text: String = tasks
        .iter()
        .map(|name| format!("task \"{name}\":\n{SAY}"))
        .collect();
    let program = program(&text, &[]);
    let main = &program.ast().main;
    let chosen = |typed: &str| match Program::choose_in(main, Some(typed)) {
        Ok(Some((name, shortened))) => Ok((name.to_string(), shortened)),
        Ok(None) => panic!("a list for {typed}"),
        Err(error) => Err(error.to_string()),
    };
    assert_eq!(chosen("test"), Ok(("test".to_owned(), false)));
    assert_eq!(chosen("bu"), Ok(("build".to_owned(), true)));
    let ambiguous = chosen("be").unwrap_err();
    for fact in ["'be'", "benchmark (type 'ben')", "beta (type 'bet')"] {
        assert!(ambiguous.contains(fact), "{ambiguous}");
    }
    let unknown = chosen("tets").unwrap_err();
    assert!(
        unknown.contains("test") && unknown.contains("--list"),
        "{unknown}"
    );
    assert!(matches!(Program::choose_in(main, None), Ok(None)));
}
