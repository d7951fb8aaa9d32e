//! `@memory` on a task: what it and all that it starts may use, in the real command.

use crate::schema::dump;
use crate::xdrun::{Finished, Scratch};

/// Takes 200 MB, and keeps them until it is ended.
const HOLDS: &str = "run \"(head -c 200M /dev/zero; sleep 60) | tail\"";
/// Takes 200 MB and ends.
const TAKES: &str = "run \"head -c 200M /dev/zero | tail | wc -c\"";

fn run(file: &str, task: &str) -> (Scratch, Finished) {
    let scratch = Scratch::new().file("t.drun", &format!("version: 2.0\n\n{file}"));
    let finished = scratch.run(["-f", "t.drun", task]);
    (scratch, finished)
}

/// The run is stopped, by the limit of `task`, which stands in `line`.
fn stopped(file: &str, task: &str, limited: &str, line: u32) -> String {
    let (scratch, finished) = run(file, task);
    let err = finished.err();
    assert_eq!(finished.status, 1, "{}{err}", finished.out());
    let limit = format!("Limit: task \"{limited}\" may use 100 MB (@memory in t.drun:{line})");
    assert!(err.contains(&limit), "{err}");
    assert!(
        err.contains("❌ CRITICAL: Memory usage exceeded 100 MB (current: "),
        "{err}"
    );
    assert!(!err.contains("recursion"), "{err}");
    let dumps = scratch.files("drun-crash-dump-");
    let dump = dump(&dumps[0]);
    assert_eq!(dump["exceeded"]["task"], limited);
    assert_eq!(dump["exceeded"]["place"]["line"], line);
    err
}

fn passes(file: &str, task: &str) {
    let (scratch, finished) = run(file, task);
    assert_eq!(finished.status, 0, "{}", finished.err());
    assert!(scratch.files("drun-crash").is_empty());
}

#[test]
fn a_child_above_the_limit_of_its_task_is_stopped_and_named() {
    let file = format!("@memory(\"100MB\")\ntask \"pack\":\n  info \"packing\"\n  {HOLDS}\n");
    let err = stopped(&file, "pack", "pack", 3);
    assert!(err.contains("Cause: `tail` (process "), "{err}");
    assert!(
        err.contains("it was started by task \"pack\" in t.drun:6"),
        "{err}"
    );
    let advice = "let the command in t.drun:6 need less: run \"(head";
    assert!(err.contains(advice), "{err}");
}

#[test]
fn a_child_below_the_limit_of_its_task_passes() {
    passes(
        &format!("@memory(\"400MB\")\ntask \"pack\":\n  {TAKES}\n"),
        "pack",
    );
}

#[test]
fn a_called_task_counts_for_its_caller_whatever_it_is_allowed_itself() {
    let file = format!(
        "@memory(\"100MB\")\ntask \"all\":\n  call task \"pack\"\n\n\
         @memory(\"1GB\")\ntask \"pack\":\n  {HOLDS}\n"
    );
    let err = stopped(&file, "all", "all", 3);
    assert!(
        err.contains("started by task \"pack\" in t.drun:9"),
        "{err}"
    );
}

#[test]
fn a_limit_inside_a_wider_one_holds() {
    let file = format!(
        "@memory(\"1GB\")\ntask \"all\":\n  call task \"pack\"\n\n\
         @memory(\"100MB\")\ntask \"pack\":\n  {HOLDS}\n"
    );
    stopped(&file, "all", "pack", 7);
}

#[test]
fn the_limit_ends_with_its_task_also_when_that_fails() {
    let file = format!(
        "@memory(\"100MB\")\ntask \"small\":\n  run \"true\"\n\n\
         @memory(\"100MB\")\ntask \"fails\":\n  fail \"no\"\n\n\
         task \"large\":\n  {TAKES}\n\n\
         task \"all\":\n  depends on small\n  call task \"small\"\n  try:\n    call task \"fails\"\n  \
         catch:\n    call task \"large\"\n  {TAKES}\n"
    );
    passes(&file, "all");
}

#[test]
fn what_the_task_itself_holds_counts_and_is_named() {
    let file = "task \"all\":\n  call task \"flood\"\n\n@memory(\"100MB\")\ntask \"flood\":\n  \
                capture \"yes\" as $out\n";
    let err = stopped(file, "all", "flood", 6);
    assert!(
        err.contains("output of `yes` are captured into $out by task \"flood\" in t.drun:8"),
        "{err}"
    );

    let file = "@memory(\"100MB\")\ntask \"grow\":\n  let $x = \"0123456789abcdef\"\n  \
                call task \"again\"\n\ntask \"again\":\n  let $x = \"{$x}{$x}\"\n  \
                call task \"again\"\n";
    let err = stopped(file, "grow", "grow", 3);
    assert!(err.contains("the variable $x holds "), "{err}");
    assert!(err.contains("t.drun:9"), "{err}");
}

#[test]
fn branches_count_for_the_task_around_them_and_not_for_each_other() {
    let file = "@memory(\"100MB\")\ntask \"fan\":\n  for each $i in [\"a\", \"b\", \"c\"] in parallel:\n    \
         run \"(head -c 60M /dev/zero; sleep 60) | tail\"\n\n\
         task \"wide\":\n  for each $i in [\"50M\", \"50M\", \"50M\"] in parallel:\n    \
         call task \"one\" with size=\"{$i}\"\n\n\
         @memory(\"100MB\")\ntask \"one\":\n  requires $size\n  \
         run \"head -c {$size} /dev/zero | tail | wc -c\"\n  \
         capture from shell \"head -c 50M /dev/zero | tr '\\\\0' x\" as $x\n  info \"done\"\n\n\
         task \"mixed\":\n  for each $i in [\"10M\", \"200M\"] in parallel:\n    \
         call task \"one\" with size=\"{$i}\"\n";
    stopped(file, "fan", "fan", 3);
    passes(file, "wide");
    let err = stopped(file, "mixed", "one", 12);
    assert!(err.contains("`tail`"), "{err}");
}

#[test]
fn without_the_monitor_no_task_is_limited() {
    let file = format!("@memory(\"100MB\")\ntask \"pack\":\n  {TAKES}\n");
    let scratch = Scratch::new().file("t.drun", &format!("version: 2.0\n\n{file}"));
    let finished = scratch.run(["-f", "t.drun", "pack", "--no-memory-monitor"]);
    assert_eq!(finished.status, 0, "{}", finished.err());
}

#[test]
fn a_bad_limit_is_named_with_its_place() {
    for (annotation, said) in [
        ("@memory(\"lots\")", "'lots' is not a size"),
        ("@memory(\"-1GB\")", "'-1GB' is not a size"),
        ("@memory(\"0MB\")", "'0MB' is not a size"),
        ("@memory(\"5\")", "'5' is not a size"),
        ("@memory", "expected `(`"),
        ("@memory(\"1GB\", \"2GB\")", "@memory takes one size"),
        ("@memory(\"1GB\")\n@memory(\"2GB\")", "@memory stands twice"),
    ] {
        let (_, finished) = run(&format!("{annotation}\ntask \"t\":\n  info \"x\"\n"), "t");
        let err = finished.err();
        assert_eq!((finished.status, finished.out().as_str()), (1, ""), "{err}");
        assert!(err.contains(said) && err.contains("t.drun:"), "{err}");
    }
}
