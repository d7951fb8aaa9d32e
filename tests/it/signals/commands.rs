//! Commands in every form, and what might catch a signal.

use super::*;

#[test]
fn commands_are_ended() {
    check(&[
        case(
            "run",
            S::INT,
            Running(1),
            "
task \"t\":
  run \"hang\"
  run \"touch after\"
",
        ),
        case(
            "run with a trap that catches nothing of the run",
            S::TERM,
            Running(1),
            "
task \"t\":
  run \"hang || touch after; exit 0\"
  run \"touch after\"
",
        ),
        case(
            "exec",
            S::TERM,
            Running(1),
            "
task \"t\":
  exec \"hang\"
  run \"touch after\"
",
        ),
        case(
            "block",
            S::INT,
            Running(1),
            "
task \"t\":
  run:
    hang
    exit 0
  run \"touch after\"
",
        ),
        case(
            "background process that was left",
            S::INT,
            Running(2),
            "
task \"t\":
  run \"hang > /dev/null 2>&1 &\"
  run \"hang\"
  run \"touch after\"
",
        ),
        case(
            "capture from shell",
            S::INT,
            Running(1),
            "
task \"t\":
  capture from shell \"hang\" as $v
  run \"touch after\"
",
        ),
        case(
            "capture",
            S::TERM,
            Running(1),
            "
task \"t\":
  capture \"hang\" as $v
  run \"touch after\"
",
        ),
        case(
            "mode ci, with more output than memory holds",
            S::INT,
            Running(1),
            "
task \"t\" mode \"ci\":
  run \"head -c 3000000 /dev/zero; hang\"
  run \"touch after\"
",
        ),
        case(
            "attached",
            S::INT,
            Running(1),
            "
task \"t\":
  run \"hang\" attached
  run \"touch after\"
",
        ),
        case(
            "attached",
            S::TERM,
            Running(1),
            "
task \"t\":
  run \"hang\" attached
  run \"touch after\"
",
        ),
    ]);
}

#[test]
fn nothing_catches_a_signal() {
    let caught = "
task \"t\":
  try:
    run \"hang\"
  catch:
    run \"touch after\"
  finally:
    run \"touch after\"
  run \"touch after\"
";
    check(&[
        case("try", S::INT, Running(1), caught),
        case("try", S::TERM, Running(1), caught),
        case(
            "catch",
            S::INT,
            Running(1),
            "
task \"t\":
  try:
    fail \"x\"
  catch:
    run \"hang\"
  finally:
    run \"touch after\"
",
        ),
        case(
            "finally",
            S::INT,
            Running(1),
            "
task \"t\":
  try:
    fail \"x\"
  finally:
    run \"hang\"
  run \"touch after\"
",
        ),
    ]);
}
