//! Loops, waits, hooks, dependencies and calls.

use super::*;

#[test]
fn loops_start_no_further_item() {
    check(&[
        case(
            "loop",
            S::INT,
            Running(1),
            "
task \"t\":
  for $i in range 1 to 3:
    run \"[ {$i} = 1 ] || touch after; hang\"
  run \"touch after\"
",
        ),
        case(
            "parallel loop",
            S::INT,
            Running(5),
            "
task \"t\":
  for $i in range 1 to 9 in parallel:
    run \"[ {$i} -le 5 ] || touch after; hang\"
    run \"touch after\"
  run \"touch after\"
",
        ),
        case(
            "parallel loop with a try in each item",
            S::TERM,
            Running(2),
            "
task \"t\":
  for $i in range 1 to 2 in parallel:
    try:
      run \"hang\"
    catch:
      run \"touch after\"
",
        ),
        case(
            "loop without any command",
            S::INT,
            Printed("9999"),
            "
task \"t\":
  for $i in range 1 to 100000000:
    if {$i} is \"9999\":
      info \"{$i}\"
  run \"touch after\"
",
        ),
    ]);
}

#[test]
fn waits_end() {
    check(&[
        case(
            "wait",
            S::INT,
            Printed("Waiting 1h0m"),
            "
task \"t\":
  wait 1 hour
  run \"touch after\"
",
        ),
        case(
            "wait in a parallel loop, with timers",
            S::TERM,
            Printed("Waiting 1h0m"),
            "
task \"t\":
  for $i in range 1 to 3 in parallel:
    info \"{start timer('{$i}')}\"
    wait 1 hour
    info \"{stop timer('{$i}')}\"
    run \"touch after\"
",
        ),
    ]);
}

#[test]
fn hooks_dependencies_and_calls_go_no_further() {
    let hook = |kind: &str| {
        let body = "\ntask \"t\":\n  run \"[ -n '' ]; true\"\n";
        format!(
            "project \"p\":\n  {kind}:\n    run \"hang\"\n    run \"touch after\"\n  on drun teardown:\n    run \"touch after\"\n{body}"
        )
    };
    let hooks = [
        ("setup", hook("on drun setup")),
        ("before", hook("before any task")),
        ("after", hook("after any task")),
    ];
    for (name, file) in hooks {
        check(&[case(name, S::INT, Running(1), &file)]);
    }
    check(&[
        case(
            "teardown",
            S::TERM,
            Running(1),
            "
project \"p\":
  on drun teardown:
    run \"hang\"
    run \"touch after\"
task \"t\":
  run \"true\"
",
        ),
        case(
            "hooks after the task",
            S::INT,
            Running(1),
            "
project \"p\":
  after any task:
    run \"touch after\"
  on drun teardown:
    run \"touch after\"
task \"t\":
  run \"hang\"
",
        ),
        case(
            "dependency",
            S::INT,
            Running(1),
            "
task \"d\":
  run \"hang\"
  run \"touch after\"
task \"t\":
  depends on d
  run \"touch after\"
",
        ),
        case(
            "called task",
            S::INT,
            Running(1),
            "
task \"inner\":
  run \"hang\"
  run \"touch after\"
task \"t\":
  call task \"inner\"
  run \"touch after\"
",
        ),
        case(
            "snippet",
            S::TERM,
            Running(1),
            "
project \"p\":
  snippet \"s\":
    run \"hang\"
    run \"touch after\"
task \"t\":
  use snippet \"s\"
  run \"touch after\"
",
        ),
    ]);
}
