//! Tests of `excerpt`.

use std::sync::Arc;

use super::super::{Progress, parse};
use super::*;
use crate::ast::{Definition, DefinitionRef, File};
use crate::source::SourceFile;

fn file(text: String) -> File {
    let source: Arc<SourceFile> = SourceFile::new("a", text).unwrap();
    parse(&source, &Progress::default()).unwrap()
}

fn excerpts(block: &Block) -> usize {
    let is_excerpt = |statement: &&Stmt| matches!(statement, Stmt::Excerpt(_));
    block.iter().filter(is_excerpt).count()
}

fn json(block: &Block) -> serde_json::Value {
    serde_json::to_value(block).unwrap()
}

/// A body of `count` statements of all shapes, in a task.
fn long(count: usize) -> String {
    let mut text = "version: 2.0\n\ntask \"t\":\n".to_owned();
    for index in 0..count {
        text.push_str(match index % 7 {
            0 => "  info \"a {$b}\"  info \"c\"\n",
            1 => "  if $a is \"b\":\n    info \"c\"\n  else:\n    info \"d\"\n",
            2 => "  # a comment\n\n  run:\n    echo a\n    echo b\n",
            3 => "  given $p defaults to \"q\"\n  set $x to [1,\n2]\n",
            4 => "  for each $i in $l:\n\tinfo \"{$i}\"\n",
            5 => "  try:\n    throw \"a\"\n  catch:\n    info \"b\"\n",
            _ => "  let $a = 1 info \"{$a}\"\n",
        });
    }
    text
}

#[test]
fn a_long_block_stays_text_and_reads_as_if_it_did_not() {
    let file = file(long(7_000));
    let body = &file.tasks[0].definition().body.clone();
    assert!(excerpts(body) > 3 && body.len() < IN_A_ROW as usize + 10);
    assert_eq!(file.tasks[0].definition().parameters.len(), 1_000);
    assert_eq!(body.count(), 9_000);
    let all = json(body);
    let all = all.as_array().unwrap();
    assert_eq!(all.len(), 9_000);
    // The statements repeat, so each has the tree of the one before it that looks alike.
    let kinds = |list: &[serde_json::Value]| -> Vec<String> {
        list.iter().map(|node| node["kind"].to_string()).collect()
    };
    for round in all.chunks(9) {
        assert_eq!(kinds(round), kinds(&all[..9]));
    }
}

#[test]
fn an_excerpt_has_the_positions_of_the_file() {
    let file = file(long(7_000));
    let mut spans = Vec::new();
    file.tasks[0]
        .definition()
        .body
        .visit(&mut |statement| spans.push(statement.span()));
    assert!(spans.is_sorted_by(|a, b| a.end <= b.start));
    let text = file.source.text();
    let begins = |span: &Span| {
        text.get(span.start as usize..).is_some_and(|rest| {
            ["info", "if", "run", "set", "for", "try", "let"]
                .iter()
                .any(|word| rest.starts_with(word))
        })
    };
    assert!(spans.iter().all(begins));
}

/// What can stand before a statement on its line, so that the line begins otherwise than its block.
#[test]
fn an_excerpt_may_begin_anywhere_on_a_line() {
    let pieces = [
        "  info \"a\nb\" info \"c\"\n",
        "  info \"a\n        b\" info \"c\"\n",
        "  /* c\n*/ info \"a\"\n  info \"b\"\n",
        "  info \"a\" /* c\n      d */ info \"b\"\n",
        "  set $a to [1,\n2] info \"b\"\n",
        "  set $a to [1,\n      2] info \"b\"\r\n",
        "\tinfo \"a\"\tinfo \"b\"\n",
        "  call task a with b=\"c\nd\" info \"b\"\n",
        "  if $a is \"b\nc\":\n    fail\n  info \"b\"\n",
        "  run:\n    a\n\n    b\n  info \"b\"\n",
        "  info \"a\"\n# c\n      # d\n  info \"b\"\n",
    ];
    for piece in pieces {
        // Each offset puts the border somewhere else in the piece.
        for before in 0..3 {
            let first = if piece.starts_with('\t') {
                "\tfail\n"
            } else {
                "  fail\n"
            };
            let text = first.repeat(before) + &piece.repeat(3_000);
            let body = file(format!("version: 2.0\ntask \"t\":\n{text}")).tasks[0]
                .definition()
                .body
                .clone();
            assert!(excerpts(&body) > 1);
            let mut visited = 0;
            body.visit(&mut |_| visited += 1);
            assert_eq!(
                (visited, body.count()),
                (before + 6_000, before + 6_000),
                "{piece}"
            );
        }
    }
}

#[test]
fn the_tree_of_an_excerpt_is_shared_and_goes_with_its_last_owner() {
    let file = file(long(7_000));
    let body = file.tasks[0].definition().body.clone();
    let excerpt = body.iter().find_map(|statement| match statement {
        Stmt::Excerpt(excerpt) => Some(excerpt),
        _ => None,
    });
    let excerpt = excerpt.unwrap();
    let (one, other) = (excerpt.read(), excerpt.read());
    assert!(std::ptr::eq(&*one, &*other));
    // Somebody who is stuck while he reads keeps nobody else from reading.
    let stuck = excerpt.tree.lock().unwrap();
    assert_eq!(json(&excerpt.read()), json(&one));
    drop(stuck);
    drop((one, other));
    assert!(excerpt.tree.lock().unwrap().upgrade().is_none());
}

#[test]
fn blocks_inside_of_others_stay_text_too() {
    let inner = "    info \"a\"\n".repeat(5_000);
    let file = file(format!(
        "version: 2.0\ntask \"t\":\n  if $a is \"\":\n{inner}  info \"b\"\n"
    ));
    // The header and its block are one statement too many in a row.
    assert_eq!(
        (
            file.tasks[0].definition().body.count(),
            excerpts(&file.tasks[0].definition().body)
        ),
        (2, 1)
    );
    let mut inside = 0;
    file.tasks[0].definition().body.visit(&mut |statement| {
        if let Stmt::Conditional(node) = statement {
            inside = node.branches[0].body.count();
            assert!(excerpts(&node.branches[0].body) > 0);
        }
    });
    assert_eq!(inside, 5_000);
}

#[test]
fn of_very_many_tasks_the_later_ones_stay_text() {
    let task = |index: usize| format!("task \"t{index}\":\n  info \"a\"\n  info \"b\"\n");
    let text: String = (0..40_000).map(task).collect();
    let file = file(format!("version: 2.0\n{text}"));
    let (first, last) = (&file.tasks[0], &file.tasks[39_999]);
    assert!(matches!(first.definition(), DefinitionRef::Here(_)));
    assert!(matches!(last.definition(), DefinitionRef::Read(_)));
    let (first, last) = (&first.definition().body, &last.definition().body);
    let kinds = |block: &Block| -> Vec<_> {
        let json = json(block);
        let nodes = json.as_array().unwrap().iter();
        nodes
            .map(|node| (node["kind"].clone(), node["message"].clone()))
            .collect()
    };
    assert_eq!(kinds(first), kinds(last));
}

#[test]
fn what_stays_text_reads_as_if_it_did_not() {
    let declarations = [
        "task \"NAME\":\n  info \"a\"\n",
        "@platform(\"linux\")\n@memory(\"2GB\")\ntask \"NAME\" mode \"ci\" means \"b\":\n  \
         given $p defaults to [\"a\", \"{$b}\"]\n  depends on a, b-c and d in parallel\n  \
         requires tools:\n    git >= \"2\"\n  info \"{$p}\" info \"q\"\n",
        "# note\ntemplate task \"NAME\" means \"c\": # d\n\trun:\n\t\techo a\n",
        "task \"NAME\":\n  if $a is \"b\nc\":\n    fail\n  get \"u\"\n     with\n    timeout \"2\"\n  docker compose up  \"a\" # b\n/* x */\n",
    ];
    let few: String = declarations.concat().replace("NAME", "first");
    let many: String = (0..12_000)
        .map(|index| declarations[index % 4].replace("NAME", &format!("t{index}")))
        .collect();
    let file = file(format!("version: 2.0\n{few}{many}"));
    let spans = regex::Regex::new(r"Span \{[^}]*\}").unwrap();
    let mut read = 0;
    let text = file.source.text();
    let lists = [(&file.tasks, 3), (&file.templates, 1)];
    for (list, period) in lists {
        for (index, task) in list.iter().enumerate() {
            let first = &list[index % period];
            let (own, other) = (task.definition_once(), first.definition_once());
            read += usize::from(matches!(own, DefinitionRef::Read(_)));
            let without_positions = |definition: &Definition| {
                let shown = format!("{definition:?}");
                spans.replace_all(&shown, "").into_owned()
            };
            assert_eq!(task.is_marked(), first.is_marked());
            assert_eq!(task.requires_tools(), first.requires_tools());
            if index % 500 < period {
                assert_eq!(without_positions(&own), without_positions(&other));
                let start = own.body[0].span().start as usize;
                let words = ["info", "requires", "run", "if"];
                assert!(words.iter().any(|word| text[start..].starts_with(word)));
            }
        }
    }
    assert!(read > 3_000, "{read}");
}

#[test]
fn the_body_of_a_task_that_is_text_is_shared_by_all_who_run_it() {
    let task = |index: usize| format!("task \"t{index}\":\n  info \"{}\"\n", "a".repeat(100));
    let text: String = (0..40_000).map(task).collect();
    let file = file(format!("version: 2.0\n{text}"));
    let last = &file.tasks[39_999];
    let held = last.definition().body.clone();
    // Others push it out of what is held for the next caller.
    for task in file.tasks.iter().skip(30_000).take(2_000) {
        assert_eq!(task.definition().body.len(), 1);
    }
    assert!(std::ptr::eq(&*held, &*last.definition().body));
}

#[test]
fn requirements_of_tools_are_found_in_an_excerpt() {
    let many = "  info \"a\"\n".repeat(6_000);
    let text = format!("version: 2.0\ntask \"t\":\n  requires tools:\n    git\n{many}");
    let body = file(text).tasks[0].definition().body.clone();
    assert!(body.requires_tools() && excerpts(&body) > 1);
    let mut found = Vec::new();
    body.visit_tools(&mut |block| found.push(block.tools[0].name.to_string()));
    assert_eq!(found, ["git"]);
    assert_eq!(body.count(), 6_001);
}
