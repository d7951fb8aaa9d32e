//! No text with placeholders costs much: neither time, nor the stack, nor a panic.

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::{Progress, parse, template};
use crate::source::{SourceFile, Span, Text};

/// The stack of a thread of Tokio, on which files are parsed.
const STACK: usize = 2 << 20;

/// Takes a text apart, as a text and as the value of a variable, and drops the tree. What costs more
/// than its length does not come to an end here: some of these texts once took years.
fn take_apart(text: String) {
    let work = move || {
        drop(template(&Text::from(text.as_str()), Span::default()));
        let file = format!("version: 2.0\ntask \"a\":\n  let $x = {text}\n  if {text}:\n");
        drop(SourceFile::new("a", file).map(|file| parse(&file, &Progress::default())));
    };
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(work);
    thread.unwrap().join().unwrap();
}

/// What can stand around a placeholder in one: the text before it, and the text behind it.
const AROUND: &[(&str, &str)] = &[
    ("{if ", " then a else b}"),
    ("{if $x then '", "' else b}"),
    ("{if $x then a else if ", " then b else c}"),
    ("{file ", " exists ? a : b}"),
    ("{file a matches file ", " ? a : b}"),
    ("{port ", " is open on h ? a : b}"),
    ("{port 80 is open on ", " with timeout 2s ? a : b}"),
    ("{docker network ", " exists ? a : b}"),
    ("{$x is ", " ? a : b}"),
    ("{not (", ") ? a : b}"),
    ("{$x ? '", "' : b}"),
    ("{$x ? $x ? ", " : b : c}"),
    ("{x ? ", " : }"),
    ("{x + ", " :}"),
    ("{x - (", "}"),
    ("{(", " + $x)}"),
    ("{($x + ", ")}"),
    ("{$x + ", " + $x + $x}"),
    ("{$x in [", "] ? a : b}"),
    ("{$x replace '", "' by \"b\"}"),
    ("{env('", "')}"),
    ("{env(\"a\", \"", "\") | trim}"),
    ("{env ", " is 'a' ? b : c}"),
    ("{ ", "; }"),
    ("(", ")"),
    ("[", "]"),
    ("not ", ""),
    ("-", ""),
    ("\"", "\""),
    ("${x:-", "}"),
];

#[test]
fn whatever_is_nested_in_itself_is_taken_apart() {
    for (before, after) in AROUND {
        for depth in [20, 255, 5_000] {
            take_apart(before.repeat(depth) + "{$x}" + &after.repeat(depth));
        }
    }
}

#[test]
fn whatever_is_repeated_is_taken_apart() {
    let pieces = [
        "{",
        "}",
        "{}",
        "'",
        "\"",
        "{$x",
        "{$x}",
        "${",
        "{if ",
        "$x ? a : ",
        "| trim ",
        "$x + ",
        "$x or is ",
        "if $x then a else ",
        "pwd(\"",
        "env(a, ",
        "$x, ",
        "file ",
        "a ",
        ": ",
        "not ",
    ];
    for piece in pieces {
        take_apart(piece.repeat(200_000 / piece.len()));
        take_apart(format!("{{$x {}}}", piece.repeat(200_000 / piece.len())));
        take_apart(format!("{{x {}}}", piece.repeat(200_000 / piece.len())));
    }
}

/// Texts made of what means something to the parser.
fn texts() -> impl Strategy<Value = String> {
    let around = (0..AROUND.len()).prop_map(|at| AROUND[at]);
    let leaf = prop_oneof![
        Just("$x".to_owned()),
        Just("{y}".to_owned()),
        Just("'é\u{1F600}'".to_owned()),
        "[ {}()'\"?:|$a-c.,\\[\\]<>=+-]{0,12}",
    ];
    leaf.prop_recursive(40, 200, 3, move |inner| {
        (around.clone(), prop::collection::vec(inner, 1..3))
            .prop_map(|((before, after), inside)| format!("{before}{}{after}", inside.concat()))
    })
}

#[test]
fn mixtures_are_taken_apart_and_nothing_of_a_text_is_lost() {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let config = Config::with_cases(300);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let outcome = runner.run(&texts(), |text| {
        use crate::ast::Part;
        let taken = template(&Text::from(text.as_str()), Span::default());
        let parts = taken.parts.iter().map(|part| match part {
            Part::Text(text) => text.as_str(),
            Part::Environment(part) => part.source.as_str(),
            Part::Placeholder(part) => part.source.as_str(),
            Part::Excerpt(text) => text.as_str(),
        });
        let joined: String = parts.collect();
        prop_assert!(taken.is_plain() || joined == text);
        take_apart(text);
        Ok(())
    });
    assert_eq!(outcome, Ok(()));
}
