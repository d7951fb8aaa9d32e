//! `cmd:memory`: what is in force, and the test that it holds.

use std::fs;

use crate::xdrun::{Scratch, block_on, finish};

const PROJECT: &str = "version: 2.0\n\nproject \"p\":\n  set memory_limit to \"2GB\"\n  \
                       set memory_warning to \"3GB\"\n  set memory_interval to \"50ms\"\n\n\
                       @memory(\"300MB\")\ntask \"pack\":\n  info \"x\"\n";

#[test]
fn every_value_is_shown_with_its_origin() {
    let scratch = Scratch::new().file("lim.drun", PROJECT);
    let mut command = scratch.xdrun([
        "-f",
        "lim.drun",
        "cmd:memory",
        "--memory-tree-limit",
        "4GB",
        "--memory-limit=1GB",
    ]);
    command.env("DRUN_MEMORY_INTERVAL", "20ms");
    command.env("DRUN_MEMORY_LIMIT", "3GB");
    let finished = block_on(finish(command, Vec::new())).unwrap();
    assert_eq!(finished.status, 0, "{}", finished.err());
    let out = finished.out();
    let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let lines: Vec<String> = out.lines().map(words).collect();
    for line in [
        "Task file: lim.drun",
        "limit 1 GB flag --memory-limit",
        "warning 819 MB project setting memory_warning (lim.drun:5): 3 GB, lowered by the limit",
        "tree_limit 4 GB flag --memory-tree-limit",
        "interval 20 ms environment DRUN_MEMORY_INTERVAL",
        "dump_dir the folder of the start default",
        "is stopped when drun itself uses more than 1 GB",
        "pack 300 MB @memory (lim.drun:9)",
    ] {
        let clamped = lines
            .iter()
            .any(|line| line.contains("lowered by the container"));
        assert!(
            clamped || lines.iter().any(|own| own == line),
            "{line}\n{out}"
        );
    }
    assert!(out.contains("\nContainer: "), "{out}");
    assert!(out.contains(scratch.work.to_str().unwrap()), "{out}");

    let out = scratch.run(["-f", "lim.drun", "cmd:memory", "show"]).out();
    let from = "project setting memory_limit (lim.drun:4)";
    assert!(out.contains(from), "{out}");
}

#[test]
fn a_task_file_that_is_missing_or_wrong_is_said_and_a_bad_setting_is_an_error() {
    let finished = Scratch::new().run(["cmd:memory"]);
    assert_eq!(finished.status, 0);
    assert!(finished.out().starts_with("Task file: none found here\n"));

    let scratch = Scratch::new().file("lim.drun", "version: 2.0\ntask task task\n");
    let finished = scratch.run(["-f", "lim.drun", "cmd:memory"]);
    assert_eq!(finished.status, 0);
    let note = "Task file: lim.drun has an error, so its settings do not count\n";
    assert!(finished.out().starts_with(note), "{}", finished.out());

    let scratch = Scratch::new().file("lim.drun", &PROJECT.replace("2GB", "lots"));
    let finished = scratch.run(["-f", "lim.drun", "cmd:memory"]);
    assert_eq!((finished.status, finished.out().as_str()), (1, ""));
    let err = finished.err();
    for part in ["memory_limit", "'lots'", "16 MB", "--> lim.drun:4:3"] {
        assert!(err.contains(part), "{err}");
    }
}

#[test]
fn the_test_stops_runs_and_leaves_nothing() {
    let scratch = Scratch::new();
    let mut command = scratch.xdrun(["cmd:memory", "test"]);
    // What is set for other runs does not disturb it.
    command
        .env("RUST_LOG", "drun::memory=off")
        .env("DRUN_MEMORY_LIMIT", "4GB")
        .env("DRUN_MEMORY_TREE_LIMIT", "32MB");
    let finished = block_on(finish(command, Vec::new())).unwrap();
    let out = finished.out();
    assert_eq!((finished.status, finished.err().as_str()), (0, ""), "{out}");
    assert_eq!(
        out.matches("✅ it was stopped, with exit status 1").count(),
        2
    );
    assert_eq!(out.matches("✅ decided at ").count(), 2, "{out}");
    assert_eq!(out.matches("both whole").count(), 2, "{out}");
    assert_eq!(out.matches("was ended").count(), 2, "{out}");
    assert!(out.contains("fill → fill"), "{out}");
    assert!(
        out.ends_with("The memory guard works on this machine.\n"),
        "{out}"
    );
    assert_eq!(fs::read_dir(&scratch.temporary).unwrap().count(), 0);
    assert_eq!(fs::read_dir(&scratch.work).unwrap().count(), 0);
}

#[test]
fn a_test_that_cannot_be_made_fails_and_says_why() {
    let scratch = Scratch::new();
    let mut command = scratch.xdrun(["cmd:memory", "test"]);
    command.env("TMPDIR", "/no/such/folder");
    let finished = block_on(finish(command, Vec::new())).unwrap();
    assert_eq!(finished.status, 1);
    let out = finished.out();
    assert!(
        out.contains("❌ a temporary folder could not be made"),
        "{out}"
    );
    assert!(finished.err().contains("does not work on this machine"));
}

#[test]
fn help_and_completion_know_it() {
    let scratch = Scratch::new();
    let help = scratch.run(["cmd:memory", "--help"]).out();
    assert!(help.contains("xdrun cmd:memory [show | test]"), "{help}");
    let words = scratch.run(["cmd:complete", "cmd:memory", ""]).out();
    assert!(words.contains("show") && words.contains("test"), "{words}");
    let finished = scratch.run(["cmd:memory", "nonsense"]);
    assert_eq!(finished.status, 1);
    assert!(
        finished
            .err()
            .contains("'nonsense' is none of show or test")
    );
}
