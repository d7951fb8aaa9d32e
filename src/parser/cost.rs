//! What reading costs, counted in bytes that lexers pass: in proportion to the text, whatever it says.

use proptest::prelude::*;

use super::properties::{SAMPLE, SOUP, runner};
use super::{Progress, parse};
use crate::source::SourceFile;
use crate::syntax::lexer::PASSED;

/// How often each byte may be passed, on the average. A condition looks for several kinds of test at the
/// same words, and a placeholder is read up to 16 times.
const READINGS: usize = 24;
/// What is allowed to the shortest text.
const LEAST: usize = 8192;

/// How many bytes are passed until a text is read or refused.
fn passed(text: &str) -> usize {
    let source = SourceFile::new("spec.drun", text.to_owned()).unwrap();
    let before = PASSED.get();
    drop(parse(&source, &Progress::default()));
    PASSED.get() - before
}

fn is_linear(text: &str) -> Result<(), TestCaseError> {
    let (bytes, passed) = (text.len(), passed(text));
    let shown: String = text.chars().take(200).collect();
    prop_assert!(
        passed <= LEAST + READINGS * bytes,
        "{passed} bytes were passed for {bytes}: {shown}"
    );
    Ok(())
}

#[test]
fn what_is_repeated_costs_in_proportion() {
    let words = proptest::collection::vec(proptest::sample::select(&SOUP[..]), 1..8);
    let starts = proptest::sample::select(&["", "if ", "let $x = ", "info \"{", "run:\n    "][..]);
    let result = runner(500).run(&(starts, words), |(start, words)| {
        let words = words.join(" ");
        let repeated = words.repeat(16_384 / words.len() + 1);
        is_linear(&format!("version: 2.0\ntask \"a\":\n  {start}{repeated}"))?;
        is_linear(&format!(
            "version: 2.0\nproject \"a\":\n  set x to {repeated}"
        ))
    });
    assert_eq!(result, Ok(()));
}

#[test]
fn a_long_file_costs_as_much_a_byte_as_a_short_one() {
    let (head, tasks) = SAMPLE.split_at(SAMPLE.find("@platform").unwrap());
    let text = |count: usize| head.to_owned() + &tasks.repeat(count);
    let (short, long) = (text(1), text(50));
    let (short, long) = (passed(&short) / short.len(), passed(&long) / long.len());
    assert!(long <= short + 1, "{short} and {long} readings a byte");
}

#[test]
fn bytes_are_counted() {
    assert!(passed(SAMPLE) > SAMPLE.len() / 2);
}

#[test]
fn what_is_read_again_costs_only_itself() {
    let tasks: String = (0..20_000)
        .map(|at| format!("@memory(\"1GB\")\ntask \"t{at}\":\n  depends on a, b\n  info \"x\"\n"))
        .collect();
    let rows = format!("task \"rows\":\n{}", "  info \"x\"\n".repeat(10_000));
    let comment = "# a\n".repeat(100_000);
    let text = format!("{comment}version: 2.0\n{rows}{tasks}{comment}");
    let file = parse(&SourceFile::new("a", text).unwrap(), &Progress::default()).unwrap();
    let cost = |read: &dyn Fn() -> usize| {
        let before = PASSED.get();
        (read(), PASSED.get() - before)
    };
    let last = file.tasks.last().unwrap();
    let (count, passed) = cost(&|| last.marks().annotations.len());
    assert!(count == 1 && passed < 100, "{passed}");
    // The comment behind the last task belongs to nobody.
    let before = &file.tasks[19_000];
    let (count, passed) = cost(&|| before.definition().body.len());
    assert!(count == 1 && passed < 300, "{passed}");
    let (count, passed) = cost(&|| before.definition().dependencies[0].items.iter().count());
    assert!(count == 2 && passed < 300, "{passed}");
    let (count, passed) = cost(&|| {
        let mut count = 0;
        file.tasks[0].definition().body.visit(&mut |_| count += 1);
        count
    });
    assert!(count == 10_000 && passed < 3 * rows.len(), "{passed}");
}
