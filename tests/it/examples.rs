//! The examples do what they say.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::xdrun::{Finished, Scratch, root};

fn example(name: &str) -> Scratch {
    let text = fs::read_to_string(root().join("examples").join(name)).unwrap();
    Scratch::new().file(name, &text)
}

/// Runs a task of an example; standard error must stay empty.
fn output(scratch: &Scratch, arguments: &[&str]) -> String {
    let finished = scratch.run(arguments.iter().copied());
    assert_eq!(
        (finished.status, finished.err().as_str()),
        (0, ""),
        "{arguments:?}"
    );
    finished.out()
}

fn refused(finished: &Finished, parts: &[&str]) {
    assert_eq!(finished.status, 1);
    for part in parts {
        assert!(finished.err().contains(part), "{}", finished.err());
    }
}

/// A program that prints its name and arguments, first in `PATH`.
fn stand_in(scratch: &Scratch, name: &str) -> String {
    let folder = scratch.home.join("bin");
    fs::create_dir_all(&folder).unwrap();
    let program = folder.join(name);
    fs::write(&program, format!("#!/bin/sh\necho {name} \"$@\"\n")).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    format!(
        "{}:{}",
        folder.display(),
        std::env::var("PATH").unwrap_or_default()
    )
}

#[test]
fn every_example_lists_its_tasks() {
    let mut seen = 0;
    for entry in fs::read_dir(root().join("examples")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let listed = output(&example(&name), &["-f", &name, "--list"]);
        assert!(
            listed.starts_with("Available tasks:\n  "),
            "{name}: {listed}"
        );
        seen += 1;
    }
    assert!(seen >= 7);
}

#[test]
fn hello_greets_the_world_or_whoever_is_named() {
    let scratch = example("hello.drun");
    let world = output(&scratch, &["-f", "hello.drun", "hello"]);
    assert!(world.starts_with("ℹ️  Hello, world!\n┌"), "{world}");
    assert!(world.ends_with("┘\nand hello from the shell\n✅  Done\n"));
    let ada = output(&scratch, &["-f", "hello.drun", "hello", "name=Ada"]);
    assert_eq!(ada, "ℹ️  Hello, Ada!\nand hello from the shell\n✅  Done\n");
}

#[test]
fn the_rust_project_checks_in_order() {
    let scratch = example("rust-project.drun");
    let dry = output(&scratch, &["-f", "rust-project.drun", "check", "--dry-run"]);
    let order = "[DRY RUN] Execution order: [format lint test build check]\n";
    assert!(dry.contains(order), "{dry}");
    let build = "[DRY RUN] Would execute shell command: cargo build --profile release\n";
    assert!(dry.contains(build), "{dry}");
    assert!(
        dry.ends_with("[DRY RUN] success: crate 1.0 is fine\n"),
        "{dry}"
    );
}

#[test]
fn the_node_project_finds_its_package_manager() {
    let scratch = example("node-project.drun");
    let path = stand_in(&scratch, "pnpm");
    let mut command = scratch.xdrun(["-f", "node-project.drun", "install"]);
    command.env("PATH", path);
    let work = crate::xdrun::finish(command, Vec::new());
    let finished = crate::xdrun::block_on(work).unwrap();
    assert_eq!(finished.status, 0, "{}", finished.err());
    assert!(finished.out().contains("Installing with pnpm"));
    assert!(finished.out().ends_with("pnpm install\n"));

    let clean = output(&scratch, &["-f", "node-project.drun", "clean"]);
    assert_eq!(clean, "ℹ️  Nothing to remove\n");
}

#[test]
fn a_release_checks_its_version_before_anything_runs() {
    let scratch = example("release.drun");
    let task = ["-f", "release.drun", "release"];
    let released = output(&scratch, &[&task[..], &["version=v1.2.3"]].concat());
    let parts: Vec<&str> = released
        .lines()
        .filter(|line| line.starts_with("part: "))
        .collect();
    assert_eq!(parts, ["part: build", "part: check", "part: publish"]);
    assert!(released.contains("Released registry.example.com/product:1.2.3"));

    let wrong = scratch.run([&task[..], &["version=latest"]].concat());
    refused(&wrong, &["version", "latest"]);
    assert_eq!(wrong.out(), "");
}

#[test]
fn nested_loops_visit_every_combination_but_one() {
    let scratch = example("nested-loops.drun");
    let visited = output(&scratch, &["-f", "nested-loops.drun", "matrix"]);
    let steps = visited.lines().filter(|line| line.contains('/')).count();
    assert_eq!(steps, 10);
    assert!(!visited.contains("windows/arm64"));
    assert!(visited.ends_with("✅  All combinations visited\n"));
}
