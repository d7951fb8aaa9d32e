//! Evaluation against names and a world that are made up.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::{Evaluator, Found, Names, Probe, Replay, Trouble, Undefined, Value, World};
use crate::ast::{Block, Condition, File, ProjectItem, Setting, Stmt};
use crate::parser::{Progress, parse, template};
use crate::source::{SourceFile, Span, Text};

/// Variables by their name as it is written, and the settings of a project.
#[derive(Default)]
struct Made {
    variables: HashMap<String, Value>,
    settings: Vec<Setting>,
}

impl Names for Made {
    fn find(&self, name: &str, _: &str) -> Found<'_> {
        if let Some(value) = self.variables.get(name) {
            return Found::Value(value.clone());
        }
        let key = name.strip_prefix("$globals.").unwrap_or(name);
        match self.settings.iter().find(|setting| *setting.key == *key) {
            Some(setting) => Found::Setting(setting, Text::default()),
            None => Found::Nothing,
        }
    }
}

fn file(text: &str) -> File {
    let text = format!("version: 2.0\n{text}");
    let file = SourceFile::new("spec.drun", text).unwrap();
    match parse(&file, &Progress::default()) {
        Ok(file) => file,
        Err(errors) => panic!("{}", crate::source::Diagnostic::render_all(&errors)),
    }
}

fn made(variables: &[(&str, &str)], settings: &str) -> Made {
    let mut made = Made::default();
    for (name, value) in variables {
        let value = Value::Text(Text::from(*value));
        made.variables.insert((*name).to_owned(), value);
    }
    if !settings.is_empty() {
        let lines: String = settings
            .lines()
            .map(|line| format!("  set {line}\n"))
            .collect();
        let project = file(&format!("project \"p\":\n{lines}")).project.unwrap();
        made.settings = project
            .items
            .into_iter()
            .filter_map(|item| match item {
                ProjectItem::Setting(setting) => Some(setting),
                _ => None,
            })
            .collect();
    }
    made
}

fn with<R>(
    names: &Made,
    replay: &mut Replay,
    allow_undefined: bool,
    work: impl FnOnce(&mut Evaluator<'_>) -> R,
) -> R {
    let world = World {
        start_dir: PathBuf::from("/start/here"),
        posix_shell: true,
        ..World::default()
    };
    replay.begin();
    work(&mut Evaluator {
        names,
        world: &world,
        namespace: "",
        workdir: Path::new("/start/here"),
        replay,
        allow_undefined,
        too_large: |_| false,
        agreed: 0,
    })
}

fn said<R: ToString>(outcome: Result<R, Trouble>) -> String {
    match outcome {
        Ok(value) => value.to_string(),
        Err(Trouble::Undefined(message) | Trouble::Failed(message)) => message,
        Err(trouble) => format!("{trouble:?}"),
    }
}

fn text(names: &Made, written: &str, undefined: Undefined) -> String {
    let template = template(&Text::from(written), Span::default());
    let work = |evaluator: &mut Evaluator<'_>| evaluator.template(&template, undefined);
    said(with(names, &mut Replay::default(), false, work))
}

fn allowed(names: &Made, written: &str) -> String {
    let template = template(&Text::from(written), Span::default());
    let work = |evaluator: &mut Evaluator<'_>| evaluator.template(&template, Undefined::All);
    said(with(names, &mut Replay::default(), true, work))
}

fn condition_of(written: &str) -> Block {
    let file = file(&format!("task \"a\":\n  if {written}:\n    info \"a\"\n"));
    file.tasks[0].definition().body.clone()
}

fn first(body: &[Stmt]) -> &Condition {
    match &body[0] {
        Stmt::Conditional(node) => &node.branches[0].condition,
        other => panic!("{other:?}"),
    }
}

fn holds(names: &Made, written: &str) -> String {
    let body = condition_of(written);
    let work = |evaluator: &mut Evaluator<'_>| evaluator.condition(first(&body));
    said(with(names, &mut Replay::default(), false, work))
}

#[test]
fn what_is_inserted_is_not_looked_at_again() {
    let names = made(&[("$x", "{$y} ${HOME}"), ("$y", "no")], "");
    assert_eq!(text(&names, "<{$x}>", Undefined::All), "<{$y} ${HOME}>");
}

#[test]
fn names_are_found_with_and_without_dollar() {
    let names = made(&[("$x", "1"), ("bare", "2"), ("os", "3")], "key to \"4\"");
    let shown = text(
        &names,
        "{$x} {x} {bare} {os} {key} {$globals.key}",
        Undefined::All,
    );
    assert_eq!(shown, "1 1 2 3 4 4");
}

#[test]
fn unknown_names_are_errors_by_the_kind_of_text() {
    let names = made(&[], "");
    let written = "{$a} {b} ${C_} {$a} {c d} {$x + 1}";
    let stays = "{b} {c d}";
    assert_eq!(
        text(&names, written, Undefined::All),
        "undefined environment variable: ${C_}"
    );
    assert_eq!(
        text(&names, &written.replace("${C_} ", ""), Undefined::All),
        "undefined variables: {$a}, {b}, {c d}, {$x}"
    );
    assert_eq!(
        text(&names, written, Undefined::DollarOnly),
        "undefined variables: {$a}, {$x}"
    );
    assert_eq!(text(&names, stays, Undefined::Dollar), stays);
    assert_eq!(text(&names, written, Undefined::Never), written);
    assert_eq!(allowed(&names, written), written);
}

#[test]
fn a_calculation_needs_its_names_to_mean_something() {
    let names = made(&[("$n", "7"), ("count", "2")], "");
    let shown = |written| text(&names, written, Undefined::All);
    assert_eq!(shown("{$n - 1} {count * 3} {($n + 1) / 2 | trim}"), "6 6 4");
    assert_eq!(shown("{$n > 3}"), "true");
    assert_eq!(shown("{n + 1} {m + 1}"), "undefined variable: {m + 1}");
    assert_eq!(shown("{$n / 0}"), "division by zero");
    // A program in another language that happens to stand in a block.
    let written = "awk '{m + 1}'";
    assert_eq!(text(&names, written, Undefined::DollarOnly), written);
    for written in ["{$m - 1}", "{$m / {$k}}", "{-$m}"] {
        assert_eq!(text(&names, written, Undefined::Never), written);
    }
}

#[test]
fn operations_and_arguments_take_unknown_names_like_the_text_around() {
    let names = made(&[("$x", "a{b}c")], "");
    let written = "{$x replace \"{$no}\" by 'z'}";
    assert_eq!(
        text(&names, written, Undefined::All),
        "undefined variable: {$no}"
    );
    assert_eq!(text(&names, written, Undefined::Never), "a{b}c");
    assert_eq!(
        text(&names, "{$gone | nope}", Undefined::All),
        "undefined variable: {$gone}"
    );
    assert_eq!(
        text(&names, "{$x | nope} {$x | nix}", Undefined::All),
        "multiple errors: unknown operation 'nope'; unknown operation 'nix'"
    );
}

#[test]
fn branches_are_chosen_and_interpolated() {
    let names = made(&[("$on", "yes"), ("$port", "80"), ("$a", "x")], "");
    let shown = |written| text(&names, written, Undefined::All);
    assert_eq!(shown("{$on ? 'host:{$port}' : ''}"), "host:80");
    assert_eq!(shown("{$gone ? 'a' : $port}"), "80");
    assert_eq!(
        shown("{if $a is 'y' then 1 else if $a is 'x' then 2 else 3}"),
        "2"
    );
    assert_eq!(shown("{if $on then it's else not}"), "it's");
    assert_eq!(shown("{$a ? \"{$nope}\" : '{$port}'}"), "80");
}

#[test]
fn settings_are_evaluated_when_they_are_used() {
    let names = made(
        &[("$who", "me")],
        "base to \"{$who}/x\"\nlist as list to [\"{$globals.base}\", \"b, c\"]\na to \"{$globals.b}\"\nb to \"{$globals.a}\"",
    );
    assert_eq!(
        text(&names, "{$globals.list}", Undefined::All),
        "[me/x, b, c]"
    );
    assert_eq!(
        text(&names, "{$globals.a}", Undefined::All),
        "project setting 'a' needs itself"
    );
    let items = with(&names, &mut Replay::default(), false, |evaluator| {
        evaluator.lookup_iterable("$globals.list")
    });
    assert_eq!(items.unwrap().unwrap().items().len(), 2);
}

#[test]
fn settings_that_double_each_other_come_to_an_end() {
    let doubled: Vec<String> = (1..60)
        .map(|n| format!("s{n} to \"{{$globals.s{0}}}{{$globals.s{0}}}\"", n - 1))
        .collect();
    let names = made(&[], &format!("s0 to \"x\"\n{}", doubled.join("\n")));
    let message = text(&names, "{$globals.s59} {$globals.s59}", Undefined::All);
    assert!(message.contains("others at once"), "{message}");
    assert!(message.len() < 1000);
}

#[test]
fn every_name_of_a_condition_is_looked_at_before_anything_is_evaluated() {
    let names = made(&[("$a", "x")], "");
    for (written, unknown) in [
        ("$a is \"y\" and file \"{$no}\" exists", "{$no}"),
        ("$a is \"y\" and $a in [\"{$no}\"]", "{$no}"),
        ("$a is \"y\" and ($a is \"\" or not $no)", "{$no}"),
        ("$a is \"x\" or \"{no}\" is \"\"", "{no}"),
        ("$a is \"x\" or no", "{no}"),
        ("$a is \"x\" or {$no + 1} > 2", "{$no}"),
        ("$a is \"x\" or env X is $no", "{$no}"),
        ("$a is \"x\" or port 1 is open on $no", "{$no}"),
    ] {
        let message = format!("undefined variable: {unknown}");
        assert_eq!(holds(&names, written), message, "{written}");
    }
    assert_eq!(
        holds(&names, "$a is \"x\" or $a is \"${NO_SUCH_}\""),
        "undefined environment variable: ${NO_SUCH_}"
    );
    // Here unknown names are empty.
    assert_eq!(holds(&names, "\"{$no ? 'a' : 'b'}\" is \"b\""), "true");
}

#[test]
fn values_compare_as_the_table_of_operators_says() {
    let names = made(
        &[
            ("$a", "x"),
            ("$n", "10"),
            ("$list", "a, b"),
            ("$e", " "),
            ("$f", "False"),
        ],
        "",
    );
    for (written, expected) in [
        ("$a is x", "true"),
        ("$a is not \"x\"", "false"),
        ("$n > 9", "true"),
        ("$n == 10.0 and $n is not \"10.0\"", "true"),
        ("b in $list", "true"),
        ("$a is in [\"y\", $a]", "true"),
        ("$e is empty and $e is not \"\"", "true"),
        ("$f", "false"),
        ("not $f and $n", "true"),
        ("$a is \"y\" or is \"x\"", "true"),
        ("$a is 3 apples", "false"),
        ("\"a and b\" contains \"and\"", "true"),
        ("$a matches \"^[w-z]$\" and not matches \"y\"", "true"),
        ("\"1.10.0\" is newer than version \"1.9.0\"", "true"),
        (
            "$a is not older than version \"1.0.0\"",
            "in if condition: left side of semantic version comparison: \"x\" is not a stable MAJOR.MINOR.PATCH version",
        ),
    ] {
        assert_eq!(holds(&names, written), expected, "{written}");
    }
}

#[test]
fn what_was_answered_or_done_is_not_asked_or_done_again() {
    let names = made(&[], "");
    let mut replay = Replay::default();
    let written = template(
        &Text::from("{start timer('t')} {current git branch} {current git commit('short')}"),
        Span::default(),
    );
    let evaluate = |replay: &mut Replay| {
        with(&names, replay, false, |evaluator| {
            evaluator.template(&written, Undefined::All)
        })
    };
    assert_eq!(evaluate(&mut replay), Err(Trouble::Need(Probe::GitBranch)));
    replay.push(Ok("main".to_owned()));
    assert_eq!(evaluate(&mut replay), Err(Trouble::Need(Probe::GitCommit)));
    replay.push(Ok("0123456789".to_owned()));
    // The timer is started once: a second start of the same one would fail.
    let text = evaluate(&mut replay);
    assert_eq!(said(text), "⏱️  Started timer 't' main 0123456");
}

#[test]
fn a_question_of_a_part_that_is_skipped_is_not_asked() {
    let names = made(&[("$a", "x")], "branch to \"{current git branch}\"");
    let written = "$a is \"y\" and $globals.branch is \"main\"";
    assert_eq!(holds(&names, written), "false");
}

#[test]
fn a_plain_text_is_shared() {
    let plain = template(&Text::from("no braces"), Span::default());
    let names = made(&[], "");
    let text = with(&names, &mut Replay::default(), false, |evaluator| {
        evaluator.template(&plain, Undefined::All)
    });
    assert_eq!(text.unwrap().as_ptr(), plain.text.as_ptr());
}

#[test]
fn the_deepest_trees_are_evaluated_on_the_stack_of_a_thread() {
    let around = [
        ("{if '", "' is 'a' then 'b' else 'c'}"),
        ("{$x ? '", "' : b}"),
        ("{$x replace '", "' by \"b\"}"),
        ("{env('", "')}"),
        ("{$x + {", "}}"),
        ("{($x + ", " + $x)}"),
    ];
    let work = move || {
        let names = made(&[("$x", "yes")], "");
        for (before, after) in around {
            let written = before.repeat(250) + "{$x}" + &after.repeat(250);
            text(&names, &written, Undefined::All);
            holds(
                &names,
                &format!("\"{}\" is \"\"", written.replace('"', "\\\"")),
            );
        }
        for (before, after) in [
            ("\"{", "}\""),
            ("[", "]"),
            ("($x + (", ") * 2)"),
            ("\"{if $x then '{", "}' else 'b'}\""),
            ("\"{($x + {env('{", "}')})}\""),
        ] {
            let chain: Vec<String> = (1..2500)
                .map(|n| format!("c{n} to {before}$globals.c{}{after}", n - 1))
                .collect();
            let names = made(&[("$x", "yes")], &format!("c0 to 1\n{}", chain.join("\n")));
            let message = text(&names, "{$globals.c2499}", Undefined::All);
            assert!(message.contains("too deep"), "{message}");
        }
    };
    let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(work);
    thread.unwrap().join().unwrap();
}
