//! What holds for any text whatever: no panic, an end, and messages that point into the text.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRng, TestRunner};

use super::{Progress, parse};
use crate::source::{Diagnostic, SourceFile};

/// Every statement and declaration once, to be damaged.
pub(super) const SAMPLE: &str = r#"version: 2.0
# a comment
project "shop" version "1.0":
  set region to "eu"
  set hosts as list to ["a", "b",
    "c"]
  parameter $env as string from ["dev", "prod"] defaults to "dev"
  shell config:
    linux:
      executable: "/bin/bash"
      args:
        - "-e"
      environment:
        MODE: "test"
  include tasks, snippets from "lib/ops.drun" as ops
  requires tools:
    node >= "18" < 20 provision
    from tasks:
      build
  provisioning sources:
    "./sources.yaml"
  snippet "greet":
    info "Hello {$name | uppercase}"
  before any task:
    echo "starting {$globals.region}"
  on drun teardown:
    run "true"

service "web" in "services/web" means "The shop":
  environment:
    MODE "test"

@platform("linux", "mac")
task "build all" mode "ci" means "Builds ${HOME:-nothing}":
  requires $tag as string matching pattern "^v[0-9]+" defaults to "v1"
  given count as number between 1 and 9 defaults to 3
  accepts $files as list of strings
  depends on lint and "unit tests", other in parallel
  step "one \"two\" \n" add line break before
  let $x = ($count + 2) * 3
  set $list as list to ["a", $x, {$tag without prefix "v"}]
  capture sum from 1 + 2
  capture from shell "git log" as $log
  transform $log with replace "a" "b"
  if env CI exists and not ($x is "1" or is in ["2"]):
    run "echo {$x}" attached
  else if file "a.txt" exists:
    run:
      for f in *; do
        echo "${f}" # {$x}
      done
  else:
    fail with "no"
  when $env is not "prod":
    exec "ls"
  otherwise:
    use snippet "greet"
  when in ci environment:
    ignore
  for each $item in $list where item contains "a" in parallel:
    break when $item == "2"
    continue if $item is empty
  for $i in range 1 to {$count} step -1:
    wait 2 seconds
  for each match m in pattern "[a-z]+" in file "x":
    call task build-all with a="1" b=2
  try:
    throw "T"
  catch ShellError as $e:
    rethrow
  finally:
    use workdir "x"
  detect available "docker compose" or podman as $tool

template task "t" means "T":
  warn "{if $a is 'x' then 'y' else $b}"
"#;

/// Words, signs and line ends that make sense now and then.
pub(super) const SOUP: [&str; 64] = [
    "version",
    ":",
    "2.0",
    "\n",
    "\n  ",
    "\n    ",
    "\n\t",
    "task",
    "\"a\"",
    "\"",
    "info",
    "run",
    ":\n      ",
    "if",
    "else",
    "$x",
    "is",
    "not",
    "and",
    "or",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    "=",
    "==",
    "<",
    "-",
    "+",
    "*",
    "/",
    "/*",
    "*/",
    "#",
    "@",
    "'",
    "\\",
    "for",
    "each",
    "in",
    "range",
    "to",
    "try",
    "catch",
    "as",
    "let",
    "set",
    "capture",
    "from",
    "shell",
    "with",
    "call",
    "project",
    "service",
    "requires",
    "tools",
    "given",
    "defaults",
    "depends on",
    "é",
    " ",
];

/// The same texts in every run.
pub(super) fn runner(cases: u32) -> TestRunner {
    let config = Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    };
    let algorithm = config.rng_algorithm;
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(algorithm))
}

fn holds(text: String) -> Result<(), TestCaseError> {
    let Some(source) = SourceFile::new("spec.drun", text) else {
        return Ok(());
    };
    let Err(errors) = parse(&source, &Progress::default()) else {
        return Ok(());
    };
    prop_assert!(!errors.is_empty());
    let text = source.text();
    let mut before = 0;
    for error in &errors {
        let (start, end) = (error.span.start as usize, error.span.end as usize);
        prop_assert!(start <= end && text.get(start..end).is_some());
        prop_assert!(start >= before, "out of order: {error:?}");
        before = start;
    }
    prop_assert!(!Diagnostic::render_all(&errors).is_empty());
    Ok(())
}

#[test]
fn any_text_is_read_or_refused() {
    let texts = proptest::collection::vec(any::<u8>(), 0..300);
    let result = runner(300).run(&texts, |bytes| {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        holds(text.clone())?;
        holds(format!("version: 2.0\ntask \"a\":\n  {text}"))
    });
    assert_eq!(result, Ok(()));
}

#[test]
fn any_words_are_read_or_refused() {
    let words = proptest::collection::vec(proptest::sample::select(&SOUP[..]), 0..60);
    let result = runner(600).run(&words, |words| {
        holds(words.join(" "))?;
        holds(format!("version: 2.0\ntask \"a\":\n  {}", words.join(" ")))
    });
    assert_eq!(result, Ok(()));
}

#[test]
fn a_damaged_file_is_read_or_refused() {
    assert!(
        parse(
            &SourceFile::new("x", SAMPLE.to_owned()).unwrap(),
            &Progress::default()
        )
        .is_ok()
    );
    let damage = (
        0..SAMPLE.len(),
        0..12_usize,
        proptest::sample::select(&SOUP[..]),
    );
    let damages = proptest::collection::vec(damage, 1..4);
    let result = runner(600).run(&damages, |damages| {
        let mut text = SAMPLE.to_owned();
        for (at, length, word) in damages {
            let start = text.floor_char_boundary(at.min(text.len()));
            let end = text.floor_char_boundary((at + length).min(text.len()));
            text.replace_range(start..end, word);
        }
        holds(text)
    });
    assert_eq!(result, Ok(()));
}
