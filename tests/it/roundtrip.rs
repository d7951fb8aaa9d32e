//! What was read and is printed is read as the same tree: of all task files of the acceptance cases
//! and examples, and of files that are made up.

use std::fs;
use std::path::PathBuf;

use drun::ast::File;
use drun::syntax::Mode;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRng, TestRunner};

use crate::lexemes::cut;
use crate::print::same::{differs, read};
use crate::spans::nested;
use crate::xdrun::{files, root};

/// What is wrong with the positions and the round trip of a file.
fn wrong_in(file: &File) -> Option<String> {
    nested(&serde_json::to_value(file).unwrap())
        .err()
        .or_else(|| differs(file))
}

/// The texts of all task files of the acceptance cases and the examples.
fn task_files() -> impl Iterator<Item = (PathBuf, String)> {
    let folders = [root().join("tests/conformance"), root().join("examples")];
    let paths = folders
        .into_iter()
        .flat_map(|folder| files(&folder, ".drun"));
    paths.map(|path| {
        let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
        (path, text)
    })
}

#[test]
fn every_task_file_of_the_cases_is_the_same_when_it_was_printed() {
    let mut read_well = 0;
    let mut wrong = Vec::new();
    for (path, text) in task_files() {
        // Some cases are about files that are refused.
        let Ok(file) = read(&text) else { continue };
        read_well += 1;
        if let Some(difference) = wrong_in(&file) {
            wrong.push(format!("{}:\n{difference}", path.display()));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} differ\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(read_well > 600, "only {read_well} files were read");
}

/// One of some texts.
fn one_of(texts: &'static [&'static str]) -> impl Strategy<Value = String> + Clone {
    prop::sample::select(texts).prop_map(str::to_owned)
}

/// Texts in quotes, with what means something in them.
fn texts() -> impl Strategy<Value = String> + Clone {
    let inside = prop_oneof![
        one_of(&[
            "plain",
            "{$x | trim}",
            "{if $x is 'a' then 'b' else $c}",
            "${HOME:-no}",
            "{"
        ]),
        one_of(&[
            "\\\"", "\\\\", "\\q", "\\n", "\n  ", "é", "'", "#", "/*", ": ", "\t"
        ]),
    ];
    prop::collection::vec(inside, 0..4).prop_map(|parts| format!("\"{}\"", parts.concat()))
}

fn values() -> impl Strategy<Value = String> + Clone {
    let leaf = prop_oneof![
        one_of(&[
            "{if $x is 'é' then 'y' else if $z in [1, 'b'] then 'n' else '{$m}'}",
            "{$x == \"b\" ? $y : [1]}",
            "{($x + 2) * 3}",
        ]),
        texts(),
        one_of(&[
            "1", "2.50", "true", "word", "$x", "$a.b-c", "{$x}", "{x + 1}", "pwd"
        ]),
        one_of(&[
            "env('HOME')",
            "current git branch",
            "now.format(\"2006\")",
            "[]",
            "hostname"
        ]),
    ];
    leaf.prop_recursive(4, 16, 3, |inner| {
        let pair = (
            inner.clone(),
            one_of(&["+", "-", "*", "/", "%"]),
            inner.clone(),
        );
        prop_oneof![
            pair.prop_map(|(left, sign, right)| format!("{left} {sign} {right}")),
            inner.clone().prop_map(|value| format!("({value} >= 3)")),
            inner.clone().prop_map(|value| format!("-({value})")),
            prop::collection::vec(inner, 1..4).prop_map(|all| format!("[{}]", all.join(",\n  "))),
        ]
    })
}

fn conditions() -> impl Strategy<Value = String> + Clone {
    let operand = prop_oneof![
        texts(),
        one_of(&["$x", "5", "-1", "{$x}", "word", "two words"])
    ];
    let right = prop_oneof![
        operand.clone(),
        one_of(&["[\"a\", $b]", "a/b.c - d", "false"])
    ];
    let operator = one_of(&[
        "is",
        "is not",
        "==",
        "!=",
        "<",
        ">=",
        "contains",
        "not contains",
        "starts with",
        "not ends with",
        "matches",
        "in",
        "is not in",
    ]);
    let single = one_of(&[
        "$x",
        "$x is empty",
        "$x is not empty",
        "env CI",
        "env \"A\" does not exist",
        "env HOME is not empty",
        "folder \"a/{$b}\" is empty",
        "file a.txt exists",
        "dir $d not exists",
        "file \"a\" not matches file $b",
        "$v is not newer than version \"1.2\"",
        "port 80 is not open on localhost with timeout 2",
        "docker network web exists",
        "docker compose is available",
        "\"a b\", node are not available",
        "node version >= 18",
        "docker is available and version < \"20\"",
        "podman is not running",
        "word",
        "pwd is \"/\"",
    ]);
    let pair = (operand, operator, right);
    let leaf = prop_oneof![
        single,
        pair.prop_map(|(left, operator, right)| format!("{left} {operator} {right}")),
    ];
    leaf.prop_recursive(3, 8, 2, |inner| {
        let two = (inner.clone(), one_of(&["and", "or"]), inner.clone());
        prop_oneof![
            two.prop_map(|(left, word, right)| format!("({left}) {word} ({right})")),
            inner.clone().prop_map(|inner| format!("not ({inner})")),
            inner.prop_map(|inner| format!("$y is \"1\" or is in [\"2\"] and ({inner})")),
        ]
    })
}

/// Statements of one line, or of a header and a body.
fn statements() -> impl Strategy<Value = Vec<String>> + Clone {
    let line = prop_oneof![
        one_of(&[
            "fail",
            "break",
            "continue",
            "rethrow",
            "ignore",
            "wait 3 minutes",
            "wait {$x} second",
            "detect project type",
            "detect available docker compose or \"a\" as $tool",
            "detect node version",
            "use snippet \"a\"",
            "call task a - b with c=\"d\" e=2",
            "requires tools:\n  node >= \"18\" < 20 provision\n  from tasks:\n    build-all",
            "transform $x with replace \"a\" \"b\"",
            "transform $x with made-up $y -3 z",
            "capture from shell \"ls\" as $out",
            "capture \"ls\" as $out",
            "run \"a\" attached",
            "run in service $s \"make\"",
            "run:\n    a \\\n\n  # b\n      c {$x}\n    d",
            "capture from shell as $o:\n  ls",
            "shell:\n  # nothing",
            "set $l as list to [\"a\"]",
            "create directory \"a\"",
            "delete file \"a\"",
            "copy {$a} to \"b/{$c}\"",
            "check if folder \"a\" exists",
            "check size of file \"a\"",
            "replace in \"a\":\n  # first\n  \"b\" with \"c\"\n\n  \"\" with \"{$d}\"",
            "secret set \"k\" to \"{$x}\" in namespace \"n\"",
            "secret set \"k\" to 3",
            "secret get \"k\" from namespace \"n\" or $d",
            "secret get \"k\" or \"d\"",
            "secret delete \"k\"\nsecret exists \"k\" from namespace \"n\"",
            "secret list matching \"a*\" from namespace \"n\"",
            "secret list",
            "get request to \"{$u}\" with header \"A: {b}\" accept json token \"{$t}\"",
            "delete \"u\"\n      with auth basic \"a:b\"\n  timeout \"2\" with retry \"3\"",
            "check health of service at \"{$u}\" expect 204\n  with timeout \"2\" retry 3",
            "wait for service at \"u\" to be ready timeout \"2\"",
            "ping host \"h\" timeout 2",
            "test connection to \"h\" on port 80",
            "test connection to \"h:{$p}\" timeout \"1s\"",
            "check if port 80 is open on \"h\"",
            "promote changelog \"f\" to version \"{$v}\" on \"2024-05-06\"",
            "promote changelog \"f\" to version \"v1.0.0\"",
            "get property \"a.{$b}\" from \"f\" as $v",
            "check json \"/a\" in \"{$f}\" differs from \"{b}\"",
            "update yaml \"a.b\" in \"f\" to \"{$v}\" or add as number",
            "update property \"a\" in \"f\" to \"\" or add",
            "update property \"a\" in \"f\" to \"\" or add as string",
            "update match \"(?P<value>\\\\d+)\" in \"f\" to \"1\" or fail",
            "check project version equals \"1\"\nupdate project version to \"{$v}\"",
            "git create branch \"{$b}\" from \"main\"",
            "git create tag \"v1\" with message \"a\"\ngit checkout branch \"b\" git status",
            "git merge branch \"a\" into \"b\"\ngit clone repository \"u\" to \"f\"",
            "git init repository in \"f\" git add files \".\" git log",
            "git commit all changes with message \"{$m}\"",
            "git push branch \"b\" to remote \"r\"\ngit push to \"{$r}\"\ngit push",
            "git push tag \"v1\" to remote \"r\"\ngit push tag \"v2\"",
            "git pull from \"u\" branch \"b\"\ngit fetch from remote \"r\"",
            "git validate branch git validate signed commits git validate all",
            "git validate commit \"{$m}\"\ngit validate commit message",
            "docker build image \"a:{$v}\" from \"f\"\ndocker tag image \"a\" as \"b\"",
            "docker push image \"a\" to \"r\" docker pull image \"a\"",
            "docker run container \"a\" from \"i\" on port 80\ndocker run container \"a\" port 81",
            "docker remove container \"a\" docker inspect container docker list images to \"x\"",
            "docker compose up  -d \"a  # b\" # c\ndocker compose in service $s logs {$x} $HOME",
            "docker compose in service \"s\" ps\ndocker compose in service s exec a sh -c 'b \"c'",
            "git get latest tag from a using ssh in series \"8\"\n  ordered by date allow fetch as $v",
            "git get latest version from a-b matching tags \"v{version}\"\n  matching version \">1.0.0\" as $v",
            "git ensure $v is newer than latest version from a matching tags semver\n  as $w",
            "git ensure \"{$v}\" is newer than latest version from a using cli",
            "git show current branch git show current commit git show git stash",
            "http request \"u\" content type \"a/{b}\" headers \"no colon\"",
        ]),
        texts().prop_map(|text| format!("write {text} to file {text}")),
        texts().prop_map(|text| format!("append {text} to file \"a\"")),
        texts().prop_map(|text| format!("move {text} to \"a\"")),
        texts().prop_map(|text| format!("read file {text} as $content")),
        texts().prop_map(|text| format!("backup {text} as {text}")),
        texts().prop_map(|text| format!("step {text} add line break after")),
        texts().prop_map(|text| format!("fail with {text}")),
        texts().prop_map(|text| format!("run {text}")),
        texts().prop_map(|text| format!("use workdir {text}")),
        texts().prop_map(|text| format!("post {text}\n  with body {text} header {text}")),
        values().prop_map(|value| format!("let $x = {value}")),
        values().prop_map(|value| format!("let x be {value}")),
        values().prop_map(|value| format!("set $x to {value}")),
        values().prop_map(|value| format!("capture from from {value}")),
        conditions().prop_map(|condition| format!("break when {condition}")),
    ];
    let lines = |text: String| text.lines().map(str::to_owned).collect();
    let leaf = line.prop_map(lines);
    leaf.prop_recursive(4, 24, 3, |inner| {
        let body = prop::collection::vec(inner, 1..3)
            .prop_map(|all: Vec<Vec<String>>| indented(&all.concat()));
        let header = prop_oneof![
            one_of(&[
                "try",
                "when in ci environment",
                "for each line l in file $f"
            ]),
            one_of(&[
                "for each match m in pattern \"a\" in \"b\"",
                "for globals in [\"a\", 2]"
            ]),
            one_of(&[
                "for i in range - 1 to {$n} step 2",
                "for each $x in $l in parallel"
            ]),
            one_of(&[
                "for $a.b in $l where x starts with {$p}",
                "for each $in in $in",
                "for each x in $l where $x == -1"
            ]),
            conditions().prop_map(|condition| format!("when {condition}")),
            conditions().prop_map(|condition| format!("if {condition}")),
        ];
        (header, body.clone(), conditions(), body).prop_map(|(header, body, condition, more)| {
            let next: &[String] = match header.split(' ').next() {
                Some("if") => &[format!("else if {condition}"), "else".to_owned()],
                Some("try") => &["catch Type as $e".to_owned(), "finally".to_owned()],
                Some("when") => &["otherwise".to_owned()],
                _ => &[],
            };
            let mut lines = vec![format!("{header}:")];
            lines.extend(body);
            for header in next {
                lines.push(format!("{header}:"));
                lines.extend(more.clone());
            }
            lines
        })
    })
}

fn indented(lines: &[String]) -> Vec<String> {
    lines.iter().map(|line| format!("  {line}")).collect()
}

/// The same texts in every run.
fn runner(cases: u32) -> TestRunner {
    let config = Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    };
    let rng = TestRng::deterministic_rng(config.rng_algorithm);
    TestRunner::new_with_rng(config, rng)
}

#[test]
fn made_up_files_are_the_same_when_they_were_printed() {
    let body = prop::collection::vec(statements(), 1..5).prop_map(|all| all.concat());
    let outcome = runner(200).run(&body, |body| {
        let body = indented(&body).join("\n");
        let text = format!("version: 2.0\ntask \"a\":\n{body}\n");
        let file = read(&text).map_err(TestCaseError::fail)?;
        match wrong_in(&file) {
            Some(difference) => Err(TestCaseError::fail(format!("{text}\n{difference}"))),
            None => Ok(()),
        }
    });
    assert!(outcome.is_ok(), "{}", outcome.unwrap_err());
}

#[test]
fn a_value_may_begin_with_a_character_that_is_no_blank_here() {
    let file = read("version: 2.0\ntask \"a\":\n  if env A is\u{c}\"fast\":\n    info \"b\"\n");
    assert_eq!(wrong_in(&file.unwrap()), None);
}

#[test]
fn lexemes_follow_each_other_and_nothing_lies_between_them() {
    for (_, text) in task_files() {
        cut(&text, Mode::File);
        cut(&text, Mode::Placeholder);
    }
    let pieces = prop_oneof![
        one_of(&[
            "/*", "*/", "#", "\"", "'", "\\", "\n", "\r", "\u{feff}", "é", "$", "-", "."
        ]),
        one_of(&[
            "a-", "$a.b-", "1.5.", "!=", "<=", "=", "{", "\t", " ", "@", "\0", "_"
        ]),
    ];
    let texts = prop::collection::vec(pieces, 0..24).prop_map(|all| all.concat());
    let outcome = runner(2000).run(&texts, |text| {
        cut(&text, Mode::File);
        cut(&text, Mode::Placeholder);
        Ok(())
    });
    assert!(outcome.is_ok(), "{}", outcome.unwrap_err());
}
