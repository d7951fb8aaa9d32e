//! Whole files: what they become, and what is said about wrong ones.

mod lists;
mod programs;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::{Progress, parse};
use crate::ast::action::Script;
use crate::ast::{File, Stmt};
use crate::source::{Diagnostic, SourceFile};

fn read(text: &str) -> Result<File, Vec<Diagnostic>> {
    let source = SourceFile::new("spec.drun", text.to_owned()).unwrap();
    parse(&source, &Progress::default())
}

fn good(text: &str) -> File {
    read(text).unwrap_or_else(|errors| panic!("{}", Diagnostic::render_all(&errors)))
}

/// The mistakes of a text as `line:column message`.
fn mistakes(text: &str) -> Vec<String> {
    let errors = read(text).err().unwrap_or_default();
    let shown = |error: &Diagnostic| {
        let at = error.file.location(error.span.start);
        format!("{}:{} {}", at.line, at.column, error.message)
    };
    errors.iter().map(shown).collect()
}

/// A file with one task that has these lines.
fn task(lines: &str) -> String {
    format!("version: 2.0\ntask \"t\":\n{lines}\n")
}

#[test]
fn each_mistake_is_reported_once_and_the_next_task_is_read() {
    assert_eq!(
        mistakes(
            "version: 2.0\ntask \"a\" means \"A\"\n  info 1\n  bogus\n\ntask \"b\":\n  info \"fine\"\n  oops\n  info\ntask c:\n  x\n"
        ),
        [
            "2:19 expected `:`, found the end of the line",
            "8:3 there is no statement `oops`",
            "10:6 the name of a task has to be quoted, found `c`",
        ]
    );
}

#[test]
fn a_task_that_is_a_comment_is_not_taken_for_the_next_one() {
    assert_eq!(
        mistakes("version: 2.0\ntask \"a\":\n  bogus\n/*\ntask b\n*/\ntask \"c\":\n  worse\n"),
        [
            "3:3 there is no statement `bogus`",
            "8:3 there is no statement `worse`"
        ]
    );
}

#[test]
fn the_version_comes_first_and_has_one_point() {
    for (text, expected) in [
        ("", "1:1 the version line is missing"),
        ("  version: 2.0\n", "1:3 the version line is indented"),
        (
            "version 2.0\n",
            "1:9 expected `:` after `version`, found the number `2.0`",
        ),
        (
            "version: 2.0.1\n",
            "1:13 expected the end of the version, found `.`",
        ),
        ("version: 2.0\0", "1:13 the file holds a NUL byte"),
    ] {
        assert_eq!(mistakes(text), [expected], "{text:?}");
    }
    assert_eq!(good("\u{feff}# first\nversion: 3").version.text, "3");
}

#[test]
fn where_only_a_name_can_stand_every_word_is_one() {
    let file = good(&task(
        "  given $with defaults to \"1\"\n  requires as as list from [\"a\" \"b\"]\n  accepts tools\n  depends on if, and then then\n  let be be for\n  set $to to to\n  capture from from from\n  call task task with with=\"1\" task=2\n  call task a - b\n  for in in $in:\n    break if if\n  for each each in [each]:\n    continue\n  for each line in $line:\n    ignore\n  try:\n    ignore\n  catch catch as $as:\n    ignore",
    ));
    let task = &file.tasks[0];
    let definition = task.definition();
    let names: Vec<_> = definition
        .parameters
        .iter()
        .map(|p| p.name.clone())
        .collect();
    assert_eq!(names, ["with", "as", "tools"]);
    let names: Vec<_> = definition.dependencies[0]
        .items
        .iter()
        .map(|item| format!("{}{}", item.separator, item.name))
        .collect();
    assert_eq!(names, ["if", ",and", "thenthen"]);
    let calls: Vec<_> = definition
        .body
        .iter()
        .filter_map(|statement| match statement {
            Stmt::Call(call) => Some((call.task.as_str(), call.arguments.len())),
            _ => None,
        })
        .collect();
    assert_eq!(calls, [("task", 2), ("a-b", 0)]);
}

#[test]
fn line_ends_separate_no_statements() {
    let file =
        good("version: 2.0 task\n\"t\"\n:\n  info\n  \"a\" info \"b\" fail\n  \"c\" fail fail");
    assert_eq!(file.tasks[0].definition().body.len(), 5);
}

#[test]
fn a_text_that_is_never_closed_does_not_take_the_rest_of_the_file() {
    for condition in [
        "break when $n == @1\"",
        "if file a\" exists:",
        "break when $n is a \"b",
    ] {
        let found = mistakes(&task(&format!("  {condition}\n  info \"x {{$y}}\"\n")));
        assert_eq!(found.len(), 1, "{condition}");
        assert!(found[0].contains("this text is never closed"), "{found:?}");
    }
}

#[test]
fn a_block_of_commands_is_raw_and_the_next_statement_follows_it() {
    let file = good(
        "version: 2.0\r\ntask \"t\":\r\n  run: # why\r\n    it's \"\r\n\r\n      /* {$x}\r\n  info \"a\"\r\n",
    );
    let body = file.tasks[0].definition().body.clone();
    let Stmt::Shell(shell) = &body[0] else {
        panic!("no shell statement");
    };
    let Script::Block(block) = &shell.script else {
        panic!("no block");
    };
    assert_eq!(block.text.text, "it's \"\n\n  /* {$x}");
    assert_eq!(file.tasks[0].definition().body.len(), 2);
    assert_eq!(
        mistakes(&task("  run:\n  info \"a\"")),
        ["3:3 the block has no commands"]
    );
    assert_eq!(
        mistakes(&task("  run: ls")),
        ["3:8 the commands of a block stand in the lines below its header"]
    );
}

#[test]
fn nesting_is_limited() {
    let nested = |depth: usize| {
        let mut text = String::from("version: 2.0\ntask \"t\":\n");
        for level in 1..depth {
            text.push_str(&" ".repeat(level));
            text.push_str("if $x:\n");
        }
        text + &" ".repeat(depth) + "ignore\n"
    };
    assert!(read(&nested(256)).is_ok());
    assert_eq!(
        mistakes(&nested(257)),
        ["259:258 blocks are nested more than 256 deep"]
    );
    let open = |bracket: &str| mistakes(&task(&format!("  let $x = {}", bracket.repeat(300))));
    assert_eq!(
        open("("),
        ["3:268 parentheses are nested more than 256 deep"]
    );
    assert_eq!(open("["), ["3:268 brackets are nested more than 256 deep"]);
}

#[test]
fn statements_that_are_not_there_yet_are_named() {
    assert_eq!(
        mistakes(&task("  download \"a\"")),
        ["3:3 not supported yet: download"]
    );
    // What follows is read, whatever they look like.
    let body = "  if {$a} is \"b\":\n    open\n      url \"x\"\n    oops\n";
    let expected = [
        "4:5 not supported yet: open",
        "6:5 there is no statement `oops`",
    ];
    assert_eq!(mistakes(&task(body)), expected);
    let body =
        "  orchestrate \"(\"\n  open \"a\nb\" to [\n  download \"x\"\n\ntask \"u\":\n  oops\n";
    assert_eq!(
        mistakes(&task(body)),
        [
            "3:3 not supported yet: orchestrate",
            "4:3 not supported yet: open",
            "6:3 not supported yet: download",
            "9:3 there is no statement `oops`"
        ]
    );
}

#[test]
fn statements_about_a_value_end_with_their_line() {
    let update = "update json \"/a\" in \"f\" to \"1\"";
    for (line, expected) in [
        (
            "get yml \"x\"",
            "`property`, `json`, `yaml`, `toml` or `match`",
        ),
        ("get project version as $v", "`json`"),
        ("check file \"x\"", "`project version`, `if`"),
        ("update \"x\"", "`match` or `project version`"),
        ("get json \"/a\" in \"f\" as $v", "`from`"),
        ("get json \"/a\" from \"f\"\n  as $v", "`as`"),
        ("get json \"/a\" from \"f\" as $params", "reserved"),
        (
            "check json \"/a\" in \"f\" is \"b\"",
            "`equals` or `differs from`",
        ),
        (update, "`or`"),
        (&format!("{update} or ignore"), "`fail` or `add`"),
        (&format!("{update} or add"), "`as`"),
        (
            &format!("{update} or add as text"),
            "`string`, `number` or `boolean`",
        ),
        ("update match \"a\" in \"f\" to \"1\" or add", "`fail`"),
        ("update project version", "`to`"),
        ("promote \"f\"", "`changelog`"),
        ("promote changelog \"f\" to \"1\"", "`version`"),
        ("check project name", "`version`"),
    ] {
        let mistakes = mistakes(&task(&format!("  {line}\n")));
        let told = mistakes
            .first()
            .is_some_and(|first| first.contains(expected));
        assert!(told, "{line}: {mistakes:?}");
    }
    good(&task(&format!("  {update} or fail info \"x\"\n")));
    good(&task(
        "  update property \"a\" in \"f\" to \"1\" or add as number\n",
    ));
}

#[test]
fn options_of_a_request_may_stand_in_deeper_lines_however_deep() {
    let lines = "  get \"a\" with\n      header \"B: c\"\n    timeout \"2\"\n        retry \"1\"\n\n  # no option\n  delete to \"b\" info \"x\"\n  head \"c\"\n";
    let file = good(&task(lines));
    let body = &file.tasks[0].definition().body;
    let Stmt::Http(first) = &body[0] else {
        unreachable!()
    };
    assert_eq!((first.headers.len(), body.len()), (1, 4));
    assert!(first.timeout.is_some() && first.retry.is_some());
    for (line, mistake) in [
        ("get \"a\"\n    info \"b\"", "4:5 expected `header`"),
        (
            "get \"a\" timeout 30",
            "3:19 expected a time such as `\"30s\"`",
        ),
        ("https \"a\"", "3:9 expected `request`"),
        (
            "get \"a\" with auth token \"b\"",
            "3:21 expected `bearer` or `basic`",
        ),
        ("post", "3:7 expected the address as a text"),
    ] {
        let told = mistakes(&task(&format!("  {line}")));
        assert!(told[0].starts_with(mistake), "{line}: {told:?}");
    }
}

#[test]
fn services_are_read_as_far_as_commands_need_them() {
    let file = good(
        "version: 2.0\nservice \"a\" in \"x\" means \"A\":\n  depends on [\"b\",\n\"c\"]\n  build:\n    make args [\"x\"]\nservice \"b\" in \"y\":\norchestrate \"all\":\n  services [\"a\"]\ntask \"t\":\n  ignore",
    );
    let shown: Vec<_> = file
        .services
        .iter()
        .map(|service| (service.name.as_str(), service.path.as_str()))
        .collect();
    assert_eq!(shown, [("a", "x"), ("b", "y")]);
    assert_eq!((file.orchestrations.len(), file.tasks.len()), (1, 1));
}

#[test]
fn a_default_has_to_be_allowed() {
    for (line, at) in [
        ("given $x from [\"a\"] defaults to \"b\"", "3:35"),
        ("given $x defaults to \"b\" from [\"a\"]", "3:24"),
        (
            "given $x as list from [\"b\", \"c\"] defaults to \"c, b,d\"",
            "3:48",
        ),
    ] {
        let found = mistakes(&task(&format!("  {line}")));
        assert_eq!(found.len(), 1, "{line}");
        assert!(found[0].starts_with(at), "{found:?}");
    }
    assert!(read(&task("  given $x from [\"a\"] defaults to \"{$b}\"")).is_ok());
    assert!(read(&task("  given $x from [\"a\"]")).is_ok());
}

#[test]
fn a_parenthesis_behind_a_path_closes_the_condition() {
    for condition in [
        "(file \"a\" matches file $b) and $c",
        "($c or file a.txt matches file b.txt)",
        "(file \"a\" not matches file (b)c)",
        "file a(1).txt exists",
    ] {
        let text = task(&format!("  if {condition}:\n    ignore"));
        assert!(
            mistakes(&text).is_empty(),
            "{condition}: {:?}",
            mistakes(&text)
        );
    }
    assert_eq!(
        mistakes(&task("  if file a matches file:\n    ignore")),
        ["3:25 expected a path, found `:`"]
    );
}

#[test]
fn a_variable_is_a_path_whatever_follows_it() {
    for rest in ["", " and $c", " or $c"] {
        let file = good(&task(&format!(
            "  if file \"a\" matches file $b{rest}:\n    ignore"
        )));
        let tree = format!("{:?}", file.tasks[0].definition().body);
        assert!(tree.contains("right: Variable(\"$b\")"), "{tree}");
    }
}

#[test]
fn a_mistake_in_an_indentation_is_reported_at_its_line() {
    assert_eq!(
        mistakes(&task("    ignore\n  ignore")),
        ["4:3 the indentation of this line fits no block around it"]
    );
    assert_eq!(
        mistakes(&task("  ignore\n    ignore")),
        ["4:5 this line is indented deeper than the lines before it"]
    );
    assert_eq!(
        mistakes(&task("  if $x:\n  ignore")),
        ["4:3 the body of `if` is not indented"]
    );
    assert_eq!(
        mistakes(&task("ignore")),
        ["2:1 the body of the task is not indented"]
    );
}

#[test]
fn a_parse_can_be_stopped_and_says_how_far_it_is() {
    let text = task(&"  info \"text\"\n".repeat(20_000));
    let source = SourceFile::new("spec.drun", text).unwrap();
    let progress = Progress::default();
    assert!(parse(&source, &progress).is_ok());
    let parsed = progress.parsed.load(Ordering::Relaxed) as usize;
    assert_eq!(parsed, source.text().len());
    progress.stop.store(true, Ordering::Relaxed);
    assert!(parse(&source, &progress).is_err_and(|errors| errors.is_empty()));
}

#[test]
fn names_and_texts_are_parts_of_the_file_and_no_copies() {
    let text = "version: 2.0\ntask \"name\":\n  info \"text\"\n";
    let source = SourceFile::new("spec.drun", text.to_owned()).unwrap();
    let file = parse(&source, &Progress::default()).unwrap();
    let place = |part: &str| part.as_ptr() as usize - source.text().as_ptr() as usize;
    assert_eq!(place(&file.tasks[0].name), text.find("name").unwrap());
    assert!(Arc::ptr_eq(&file.source, &source));
}
