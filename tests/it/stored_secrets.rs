//! Stored secrets: in every body, in a crash dump, on the disk.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::schema::dump;
use crate::xdrun::{Scratch, block_on, finish};

#[test]
fn secrets_are_set_and_read_in_every_body() {
    let program = r#"version: 2.0
project "my shop":
  snippet "save":
    secret set "from-snippet" to 5
  before any task:
    secret set "from-hook" to "{$n}hook" in namespace "team"

template task "base":
  secret set "from-template" to "t{secret('from-snippet')}"

task "t":
  let $n = "n"
  use snippet "save"
  call task "base"
  for each $i in ["1", "2", "3", "4", "5", "6", "7"] in parallel:
    secret set "item" to "i"
    secret set "p" to "{$i}"
  try:
    secret get "nowhere"
  catch as $e:
    echo "caught {$e}"
  if "{secret('item')}" is "i":
    for each $i in ["1", "2"]:
      echo "{$i} {secret('from-template')} {secret('from-snippet') | replace '5' by 'five'}"
  let $late = "{secret('absent')}"
"#;
    let program = program.replace("{$n}hook", "hook");
    let finished = Scratch::new()
        .file("s.drun", &program)
        .run(["-f", "s.drun", "t"]);
    // What only snippets, loops and called tasks set is not set for sure.
    let err = finished.err();
    let missing = ["absent", "from-snippet", "from-template", "item"];
    let missing = missing.map(|key| format!("my shop:{key}")).join(", ");
    assert!(
        err.contains(&format!("missing secrets: {missing}\n")),
        "{err}"
    );
    assert!(err.contains("xdrun cmd:secret add absent\n"), "{err}");
    assert_eq!(finished.out(), "");

    let program = ["item", "from-template", "from-snippet", "absent"]
        .iter()
        .fold(program, |program, key| {
            let call = format!("secret('{key}')");
            program.replace(&call, &format!("secret('{key}', 'none')"))
        });
    let finished = Scratch::new()
        .file("s.drun", &program)
        .run(["-f", "s.drun", "t"]);
    let out = finished.out();
    assert_eq!(finished.status, 0, "{out}{}", finished.err());
    assert!(
        out.contains("caught secret my shop:nowhere does not exist"),
        "{out}"
    );
    assert!(out.contains("1 t5 five\n2 t5 five\n"), "{out}");
    assert!(
        out.contains("Secret from-hook stored securely (namespace: team)"),
        "{out}"
    );
}

#[test]
fn the_files_of_secrets_are_their_owners() {
    let text = "version: 2.0\ntask \"t\":\n  secret set \"k\" to \"v\"\n";
    let scratch = Scratch::new().file("s.drun", text);
    assert_eq!(scratch.run(["-f", "s.drun", "t"]).status, 0);
    let folder = scratch.home.join(".drun");
    let mode = |path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(folder.clone()), 0o700);
    assert_eq!(mode(folder.join("secrets.enc")), 0o600);
    assert_eq!(mode(folder.join("secrets.lock")), 0o600);
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 2);
    // Somebody else's file: nothing is lost, and the message says what to do.
    fs::write(folder.join("secrets.enc"), "no secrets").unwrap();
    let refused = scratch.run(["-f", "s.drun", "t"]);
    let err = refused.err();
    assert_eq!(refused.status, 1);
    assert!(err.contains("secrets.enc is damaged: restore it"), "{err}");
    let left = fs::read_to_string(folder.join("secrets.enc")).unwrap();
    assert_eq!(left, "no secrets");
}

/// Values that stand under names which say nothing.
const PLANTED: [&str; 6] = [
    "Sto1-kq8zq1/&w",
    "Set2-vw7xn2",
    "Dyn3-ht5rd3",
    "Def4-pz9lm4",
    "Lat5-cx2bv5",
    "Get6-gj6fk6",
];

#[test]
fn no_stored_secret_is_in_what_a_breach_leaves() {
    let [stored, set, dynamic, default, lattice, got] = PLANTED;
    let fill = format!(
        "version: 2.0\ntask \"t\":\n  secret set \"one\" to \"{stored}\"\n  secret set \"six\" to \"{got}\"\n"
    );
    let program = format!(
        r#"version: 2.0
task "t":
  capture from shell "cat dynamic.txt" as $input
  secret set "two" to "{set}"
  secret set "three" to $input
  secret set "pin" to "12"
  secret get "six"
  secret get "seven" or "{lattice}"
  let $a = "<{{secret('one')}}>"
  let $b = "{{secret('three')}}"
  let $c = "{{secret('four', '{default}')}}"
  let $d = "{set} {lattice}"
  capture from shell "cat blob.txt" as $e
  run "bash -c 'sleep 60; : {{secret(\"one\")}} {{secret(\"two\")}}' > /dev/null 2>&1 &"
  for each $item in ["{got}", "shown as it is"] in parallel:
    capture "yes {{$item}} {{secret('three')}}" as $flood
"#
    );
    // What `user:Sto1-kq8zq1/&w` is in base64, and the value in an address.
    let forms = ["dXNlcjpTdG8xLWtxOHpxMS8mdw==", "Sto1-kq8zq1%2F%26w"];
    let scratch = Scratch::new()
        .file("fill.drun", &fill)
        .file("s.drun", &program)
        .file("dynamic.txt", dynamic)
        .file("blob.txt", &forms.join(" "));
    assert_eq!(scratch.run(["-f", "fill.drun", "t"]).status, 0);
    let limits = ["--memory-limit=64MB", "--memory-warning=32MB"];
    let command = scratch.xdrun(["-f", "s.drun", "t", limits[0], limits[1]]);
    let finished = block_on(finish(command, Vec::new())).unwrap();
    let err = finished.err();
    assert_eq!(finished.status, 1, "{}{err}", finished.out());
    assert!(err.contains("CRITICAL"), "{err}");
    let (json, summary) = (
        &scratch.files("drun-crash-dump-")[0],
        &scratch.files("drun-crash-summary-")[0],
    );
    let written = dump(json);
    let read = |path| fs::read_to_string(path).unwrap();
    let all = [
        ("message", err),
        ("dump", read(json)),
        ("summary", read(summary)),
        ("page", scratch.run(["cmd:crash", "show"]).out()),
        ("html", scratch.run(["cmd:crash", "html"]).out()),
    ];
    for (place, text) in &all {
        for secret in PLANTED.iter().map(|value| &value[..9]).chain(forms) {
            assert!(!text.contains(secret), "{secret} in the {place}: {text}");
        }
    }
    let body = &written["program"]["tasks"][0]["body"];
    assert_eq!(body[3]["operation"]["set"]["value"]["text"], "[redacted]");
    assert!(all[1].1.contains("shown as it is"), "{}", all[1].1);
}

#[test]
fn processes_that_add_at_once_lose_nothing() {
    const WRITERS: usize = 12;
    let scratch = Scratch::new();
    let keys: Vec<String> = (0..WRITERS).map(|number| format!("k{number}")).collect();
    block_on(async {
        let mut running = tokio::task::JoinSet::new();
        for key in &keys {
            let command = scratch.xdrun(["cmd:secret", "add", key, "value"]);
            running.spawn(finish(command, Vec::new()));
        }
        while let Some(finished) = running.join_next().await {
            let finished = finished.unwrap().unwrap();
            assert_eq!(finished.status, 0, "{}", finished.err());
        }
    });
    let listed = scratch.run(["cmd:secret", "list"]).out();
    assert_eq!(listed.lines().count(), 1 + WRITERS, "{listed}");
    let names = fs::read_dir(scratch.home.join(".drun")).unwrap().count();
    assert_eq!(names, 2, "a temporary file was left behind");
}

#[test]
fn a_value_is_asked_for_also_where_there_is_no_terminal() {
    let scratch = Scratch::new();
    let add = |words: &[&str], input: &str| {
        let words = ["cmd:secret", "add"].iter().chain(words).copied();
        let command = scratch.xdrun(words);
        block_on(finish(command, input.as_bytes().to_vec())).unwrap()
    };
    let asked = add(&["one"], " s3cret \nmore\n");
    assert_eq!(
        asked.out(),
        "Enter value for 'one': ✓  Secret 'one' stored securely in namespace 'default'\n"
    );
    assert_eq!(add(&["two", "-m"], "with blanks \r\n").status, 0);
    for (words, input, reason) in [
        (&["three"][..], "two words\n", "more than a word"),
        (&["three"], "", "standard input has ended"),
        (&["three", "-m"], "\n", "no value was given"),
        (&["3"], "x\n", "the key of a secret"),
        (
            &["three", "x", "-n", "a b"],
            "",
            "the namespace of a secret",
        ),
    ] {
        let refused = add(words, input);
        assert_eq!(refused.status, 1, "{words:?}");
        assert!(refused.err().contains(reason), "{}", refused.err());
    }
    let listed = scratch
        .run(["cmd:secret", "list-all", "--show-values"])
        .out();
    let expected = "All secrets:\n\nNamespace 'default' (2 secrets):\n  - one: s3cret\n  - two: with blanks \n\n";
    assert_eq!(listed, expected);
}

#[cfg(target_os = "linux")]
#[test]
fn a_masked_value_is_not_shown_and_the_terminal_shows_again_what_is_typed() {
    use crate::terminal::{CTRL_C, Terminal};

    let scratch = Scratch::new();
    let script = "trap : INT; \"$XDRUN\" cmd:secret add k -m; echo one:$?; stty -a; \
        \"$XDRUN\" cmd:secret add l -m; echo two:$?; stty -a; echo end";
    let mut terminal = Terminal::start(&scratch, &["sh", "-c", script]);
    terminal.until("Enter value for 'k': ");
    terminal.press(b"hidden-value\n");
    terminal.until("one:0");
    terminal.until("Enter value for 'l': ");
    terminal.press(b"half");
    terminal.press(CTRL_C);
    terminal.until("two:130");
    let (_, shown) = terminal.end();
    assert!(
        !shown.contains("hidden-value") && !shown.contains("half"),
        "{shown}"
    );
    assert_eq!(shown.matches(" echo ").count(), 2, "{shown}");
    let listed = scratch.run(["cmd:secret", "list", "--show-values"]).out();
    assert_eq!(
        listed,
        "Secrets in namespace 'default':\n  - k: hidden-value\n"
    );
}
