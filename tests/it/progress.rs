//! The progress bar at a real terminal: it stays below what is printed, tears nothing, and goes.

#![cfg(target_os = "linux")]

use std::time::Instant;

use super::terminal::{CTRL_C, Terminal, program, wait_for};
use super::xdrun::Scratch;

/// What a person sees after `written`: the lines of a terminal that is wide enough for all of them.
fn screen(written: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut column = 0;
    let mut rest = written.chars();
    while let Some(char) = rest.next() {
        let line = lines.last_mut().unwrap();
        match char {
            '\r' => column = 0,
            '\n' => lines.push(String::new()),
            '\x1b' => match rest.by_ref().find(char::is_ascii_alphabetic) {
                Some('K') => *line = line.chars().take(column).collect(),
                // Wrapping, on and off.
                Some('h' | 'l') => {}
                other => panic!("{other:?} in {written:?}"),
            },
            char => {
                let before = line.chars().take(column);
                let after = line.chars().skip(column + 1);
                *line = before.chain([char]).chain(after).collect();
                column += 1;
            }
        }
        if char == '\n' {
            column = 0;
        }
    }
    lines
}

impl Terminal {
    /// Waits until the lines are those, without the time that stands behind a bar.
    fn until_screen(&self, expected: &[&str]) {
        let seen = || screen(&self.shown());
        let reached = || {
            let seen = seen();
            let alike = |(seen, expected): (&String, &&str)| match expected.strip_suffix('…') {
                Some(begin) => seen.starts_with(begin),
                None => seen == expected,
            };
            seen.len() == expected.len() && seen.iter().zip(expected).all(alike)
        };
        wait_for(reached, || format!("{expected:#?}, but {:#?}", seen()));
    }
}

const GATE: &str = "until [ -e go ]; do sleep 0.01; done";

#[test]
fn the_bar_stays_below_the_lines_and_ends_as_a_line() {
    let scratch = program(&format!(
        "  info \"{{start progress('Building')}}\"
  run \"echo one; {GATE}; rm go\"
  info \"{{update progress('50', 'Half way')}}\"
  info \"two\"
  run \"echo three; {GATE}; rm go\"
  info \"{{update progress('75', 'More')}}\"
  run \"printf un; {GATE}; rm go; printf 'torn\\n'; {GATE}\"
  info \"{{finish progress('Built')}}\"
  info \"four\"
"
    ));
    let go = || std::fs::write(scratch.work.join("go"), "").unwrap();
    let terminal = Terminal::xdrun(&scratch);
    terminal.until_screen(&["one", "📋 Building  …"]);
    go();
    let half = "📋 Half way [██████████░░░░░░░░░░]  50 %  …";
    terminal.until_screen(&["one", "ℹ️  two", "three", half]);
    go();
    // No bar beside a line that is not complete.
    terminal.until_screen(&["one", "ℹ️  two", "three", "un"]);
    go();
    let more = "📋 More [███████████████░░░░░]  75 %  …";
    terminal.until_screen(&["one", "ℹ️  two", "three", "untorn", more]);
    go();
    let (status, shown) = terminal.end();
    assert!(status.success(), "{shown}");
    let seen = screen(&shown);
    assert!(
        seen[4].starts_with("ℹ️  ✅  Built (completed in "),
        "{seen:#?}"
    );
    assert_eq!(seen[5..], ["ℹ️  four", ""]);
}

#[test]
fn the_bar_is_not_drawn_anew_while_nothing_changes() {
    let scratch = program(
        "  info \"{start progress('Working')}\"
  for $i in range 1 to 20000:
    set $x to $i
",
    );
    let begun = Instant::now();
    let (status, shown) = Terminal::xdrun(&scratch).end();
    assert!(status.success(), "{shown}");
    let most = begun.elapsed().as_secs() as usize + 3;
    let drawn = shown.matches("Working").count();
    assert!((1..=most).contains(&drawn), "{drawn} times, at most {most}");
}

#[test]
fn the_bar_goes_with_a_run_that_ends_without_it() {
    for (body, last) in [
        (
            "  fail \"x\"\n",
            "Error: execution failed: task 't' failed: x",
        ),
        ("  run \"true\"\n", "📋 Working"),
    ] {
        let scratch = program(&format!(
            "  info \"{{start progress('Working')}}\"\n  info \"one\"\n{body}"
        ));
        let (_, shown) = Terminal::xdrun(&scratch).end();
        let seen = screen(&shown);
        assert_eq!(seen[0], "ℹ️  one", "{seen:#?}");
        assert_eq!(seen.last().map(String::as_str), Some(""), "{seen:#?}");
        assert_eq!(
            seen.iter().any(|line| line == last),
            last.starts_with("Error"),
            "{seen:#?}"
        );
        assert!(
            !seen.iter().any(|line| line.contains("Working")),
            "{seen:#?}"
        );
    }
}

#[test]
fn the_bar_goes_on_ctrl_c() {
    let scratch =
        program("  echo \"{start progress('Working')}\"\n  run \"echo ready; sleep 1000\"\n");
    let mut terminal = Terminal::xdrun(&scratch);
    terminal.until_screen(&["ready", "📋 Working  …"]);
    terminal.press(CTRL_C);
    let (status, shown) = terminal.end();
    assert_eq!(status.code(), Some(130));
    let seen = screen(&shown);
    assert_eq!(
        seen,
        [
            "ready",
            "Error: stopped by SIGINT while task 't' was running",
            ""
        ]
    );
}

#[test]
fn the_bar_goes_on_a_breach() {
    let text = "version: 2.0
project \"p\":
  set memory_limit to \"60MB\"
task \"t\":
  echo \"{start progress('Working')}\"
  run \"true\"
  call task \"deep\"
task \"deep\":
  call task \"deep\"
";
    let scratch = Scratch::new().file("spec.drun", text);
    let (status, shown) = Terminal::xdrun(&scratch).end();
    assert_eq!(status.code(), Some(1), "{shown}");
    let seen = screen(&shown);
    assert!(shown.contains("📋 Working"), "{seen:#?}");
    assert!(
        !seen.iter().any(|line| line.contains("Working")),
        "{seen:#?}"
    );
    assert!(
        seen.iter()
            .any(|line| line.starts_with("❌ CRITICAL: Memory usage exceeded")),
        "{seen:#?}"
    );
    assert_eq!(seen.last().map(String::as_str), Some(""), "{seen:#?}");
}

#[test]
fn an_attached_command_has_the_terminal_for_itself() {
    let scratch = program(
        "  info \"{start progress('Working')}\"
  run \"echo ready; until [ -e go ]; do sleep 0.01; done\"
  run \"printf 'alone '; sleep 1.1; read -r line; echo $line\" attached
  run \"echo next; until [ -e go2 ]; do sleep 0.01; done\"
",
    );
    let mut terminal = Terminal::xdrun(&scratch);
    terminal.until_screen(&["ready", "📋 Working  …"]);
    std::fs::write(scratch.work.join("go"), "").unwrap();
    terminal.until_screen(&["ready", "alone "]);
    terminal.press(b"x\n");
    terminal.until_screen(&["ready", "alone x", "x", "next", "📋 Working  …"]);
    std::fs::write(scratch.work.join("go2"), "").unwrap();
    let (status, shown) = terminal.end();
    assert!(status.success());
    assert!(
        !shown
            .split("alone")
            .nth(1)
            .unwrap()
            .split('x')
            .next()
            .unwrap()
            .contains("Working")
    );
}
