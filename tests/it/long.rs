//! Task files of which most stays text until it runs.

use crate::xdrun::Scratch;

/// A body that is far too long to stay in the tree, with jumps and a failure in its middle.
fn long_body(lines: usize) -> String {
    let mut text = "version: 2.0\n\ntask \"t\":\n  for $i in range 1 to 3:\n".to_owned();
    for line in 0..lines {
        text.push_str(&format!("    info \"{line} {{$i}}\"\n"));
        if line == lines / 2 {
            text.push_str("    if $i is \"2\":\n      continue\n");
            text.push_str("    try:\n      throw \"x\"\n    catch:\n      info \"caught\"\n");
        }
        if line == lines / 4 * 3 {
            text.push_str("    if $i is \"3\":\n      break\n");
        }
    }
    text + "  info \"end\"\n"
}

#[test]
fn a_long_body_runs_in_order_and_its_jumps_leave_it() {
    let lines = 6_000;
    let scratch = Scratch::new().file("long.drun", &long_body(lines));
    let run = scratch.run(["-f", "long.drun", "t"]);
    assert_eq!((run.status, run.err()), (0, String::new()));
    let out = run.out();
    let said: Vec<&str> = out
        .lines()
        .filter_map(|line| line.strip_prefix("ℹ️  "))
        .collect();
    let mut expected = Vec::new();
    for (round, last) in [(1, lines), (2, lines / 2 + 1), (3, lines / 4 * 3 + 1)] {
        for line in 0..last {
            expected.push(format!("{line} {round}"));
            if line == lines / 2 && round != 2 {
                expected.push("caught".to_owned());
            }
        }
    }
    expected.push("end".to_owned());
    assert_eq!(said, expected);
}

#[test]
fn a_failure_in_a_long_body_ends_it() {
    let text = long_body(6_000).replace("info \"5000 {$i}\"", "fail \"here {$i}\"");
    let scratch = Scratch::new().file("long.drun", &text);
    let run = scratch.run(["-f", "long.drun", "t"]);
    assert_eq!(run.status, 1);
    assert!(run.out().contains("4999 1") && !run.out().contains("5001 1"));
    assert!(run.err().contains("here 1"), "{}", run.err());
}

#[test]
fn a_task_behind_very_many_is_called_like_any_other() {
    let task = |at: usize| format!("task \"t{at}\":\n  info \"a {at}\"\n  info \"b {at}\"\n\n");
    let tasks: String = (0..30_000).map(task).collect();
    let call = "task \"go\":\n  call task t29999\n  call task t0\n";
    let scratch = Scratch::new().file("many.drun", &format!("version: 2.0\n\n{tasks}{call}"));
    let run = scratch.run(["-f", "many.drun", "go"]);
    assert_eq!(run.status, 0, "{}", run.err());
    assert_eq!(run.out(), "ℹ️  a 29999\nℹ️  b 29999\nℹ️  a 0\nℹ️  b 0\n");
}

#[test]
fn a_long_list_and_a_long_text_are_evaluated_whole() {
    let list = (0..5_000)
        .map(|at| at.to_string())
        .collect::<Vec<_>>()
        .join(", ");
    let text = "{$x}-".repeat(5_000);
    let scratch = Scratch::new().file(
        "long.drun",
        &format!(
            "version: 2.0\n\ntask \"t\":\n  let $x = \"ab\"\n  for $i in [{list}]:\n    info \"{{$i}}\"\n  info \"{text}\"\n"
        ),
    );
    let run = scratch.run(["-f", "long.drun", "t"]);
    assert_eq!(run.status, 0, "{}", run.err());
    let items: String = (0..5_000).map(|at| format!("ℹ️  {at}\n")).collect();
    assert!(run.out().contains(&items));
    assert!(
        run.out()
            .ends_with(&format!("ℹ️  {}\n", "ab-".repeat(5_000)))
    );
}

#[test]
fn a_recursion_through_a_task_that_stays_text_is_a_recursion() {
    let task = |at: usize| format!("task \"t{at}\":\n  info \"a\"\n  info \"b\"\n  info \"c\"\n\n");
    let tasks: String = (0..12_000).map(task).collect();
    let many = "  if $a is \"b\":\n    info \"c\"\n".repeat(60);
    let text =
        format!("version: 2.0\n\n{tasks}task \"rec\":\n  let $a = \"a\"\n{many}  call task rec\n");
    let scratch = Scratch::new().file("deep.drun", &text);
    let run = scratch.run(["-f", "deep.drun", "rec", "--memory-limit=100MB"]);
    assert_eq!(run.status, 1);
    let err = run.err();
    assert!(err.contains("calls itself without end"), "{err}");
}
