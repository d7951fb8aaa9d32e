//! The examples do what they say.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::xdrun::{Scratch, block_on, finish, root};

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

/// The same with a search path.
fn with_path(scratch: &Scratch, path: &str, arguments: &[&str]) -> String {
    let mut command = scratch.xdrun(arguments.iter().copied());
    command.env("PATH", path);
    let finished = block_on(finish(command, Vec::new())).unwrap();
    assert_eq!(finished.status, 0, "{}", finished.err());
    finished.out()
}

/// A search path that begins with a program that tells its version, or its name and arguments.
fn stand_in(scratch: &Scratch, name: &str, version: &str) -> String {
    let folder = scratch.home.join("bin");
    fs::create_dir_all(&folder).unwrap();
    let program = folder.join(name);
    let script = format!(
        "#!/bin/sh\ncase \"$1\" in *version) echo '{version}';; *) echo {name} \"$@\";; esac\n"
    );
    fs::write(&program, script).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let rest = std::env::var("PATH").unwrap_or_default();
    format!("{}:{rest}", folder.display())
}

#[test]
fn hello_greets_the_world_or_whoever_is_named() {
    let scratch = example("hello.drun");
    let world = output(&scratch, &["-f", "hello.drun", "hello"]);
    assert_eq!(world, "ℹ️  Hello, world!\n");
    let ada = output(&scratch, &["-f", "hello.drun", "hello", "name=Ada"]);
    assert_eq!(ada, "ℹ️  Hello, Ada!\n");
}

#[test]
fn a_tour_visits_each_fruit_and_calls_hello() {
    let scratch = example("hello.drun");
    let tour = output(&scratch, &["-f", "hello.drun", "tour", "fruits=fig,date"]);
    assert!(
        tour.starts_with("ℹ️  FIG\nℹ️  DATE\nℹ️  This is "),
        "{tour}"
    );
    assert!(tour.contains("\nℹ️  Hello, "), "{tour}");
}

#[test]
fn the_rust_project_checks_in_order() {
    let scratch = example("rust.drun");
    let path = stand_in(&scratch, "cargo", "cargo 1.90.0");
    let dry = with_path(
        &scratch,
        &path,
        &["-f", "rust.drun", "--dry-run", "default"],
    );
    let order = "[DRY RUN] Execution order: [format-check lint test default]\n";
    assert!(dry.contains(order), "{dry}");
    let lint = "[DRY RUN] Would execute shell command: cargo clippy --workspace --all-targets -- -D warnings\n";
    assert!(dry.contains(lint), "{dry}");
    assert!(dry.ends_with("[DRY RUN] success: Ready to push\n"), "{dry}");
}

#[test]
fn the_node_project_finds_its_package_manager() {
    let scratch = example("node.drun");
    let path = stand_in(&scratch, "pnpm", "9.1.0");
    let installed = with_path(&scratch, &path, &["-f", "node.drun", "install"]);
    assert!(installed.contains("Installing with pnpm"), "{installed}");
    assert!(installed.ends_with("\npnpm install\n"), "{installed}");

    let checked = with_path(&scratch, &path, &["-f", "node.drun", "check"]);
    let mut scripts: Vec<&str> = checked
        .lines()
        .filter_map(|line| line.strip_prefix("pnpm run "))
        .collect();
    scripts.sort_unstable();
    assert_eq!(scripts, ["lint", "test", "typecheck"]);
}

#[test]
fn a_release_stops_at_uncommitted_work() {
    let scratch = example("release.drun");
    // The stand-in says something when it is asked for the status.
    let path = stand_in(&scratch, "git", "git version 2.40.0");
    let mut command = scratch.xdrun(["-f", "release.drun", "release", "version=v1.2.3"]);
    command.env("PATH", path);
    let finished = block_on(finish(command, Vec::new())).unwrap();
    assert_eq!(finished.status, 1);
    let (out, err) = (finished.out(), finished.err());
    assert!(err.contains("There is uncommitted work"), "{err}");
    assert!(!out.contains("git tag"), "{out}");
}

#[test]
fn nested_loops_visit_what_is_asked_for() {
    let scratch = example("nested-loops.drun");
    let matrix = output(&scratch, &["-f", "nested-loops.drun", "matrix"]);
    assert_eq!(matrix.lines().count(), 15);
    assert!(!matrix.contains("1.88 release"));
    let grid = output(&scratch, &["-f", "nested-loops.drun", "grid"]);
    assert_eq!(grid.lines().count(), 10);
    assert!(grid.ends_with("ℹ️  (9, 9, 9)\n"));
}

#[test]
fn captures_hold_what_commands_print() {
    let scratch = example("capture.drun");
    let summary = output(&scratch, &["-f", "capture.drun", "summary"]);
    assert!(summary.starts_with("ℹ️  Last commit: "), "{summary}");
    assert!(summary.contains("ℹ️  Large: ."), "{summary}");
}
