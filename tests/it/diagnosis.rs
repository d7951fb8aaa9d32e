//! One program for each cause, in the real command under small limits: the cause is named first, with
//! its line, and nothing else is called a recursion.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::schema::dump;
use crate::xdrun::{Finished, Scratch, block_on, finish};

/// What a run is stopped for.
struct Case {
    class: &'static str,
    /// The file behind `version: 2.0` and an empty line; the task is `t`.
    program: &'static str,
    flags: &'static [&'static str],
    /// The place of the cause.
    line: u64,
    /// What the cause says.
    said: &'static [&'static str],
}

const OWN: &[&str] = &["--memory-limit=60MB", "--memory-warning=off"];
const TREE: &[&str] = &["--memory-tree-limit=100MB"];

const CASES: &[Case] = &[
    Case {
        class: "recursion",
        program: "task \"t\":\n  info \"x\"\n  call task \"t\"\n",
        flags: OWN,
        line: 5,
        said: &["task \"t\" calls itself without end: t → t, ", "t.drun:5"],
    },
    Case {
        class: "recursion",
        program: "task \"t\":\n  call task \"b\"\n\ntask \"b\":\n  let $n = \"1\"\n  call task \"t\"\n",
        flags: OWN,
        line: 4,
        said: &[
            "t → b → t, ",
            "t calls b in t.drun:4",
            "b calls t in t.drun:8",
        ],
    },
    Case {
        class: "growing_variable",
        program: "task \"t\":\n  let $x = \"0123456789abcdef\"\n  call task \"b\"\n\n\
                  task \"b\":\n  set $x to \"{$x}{$x}\"\n  call task \"b\"\n",
        flags: OWN,
        line: 8,
        said: &[
            "the variable $x holds ",
            "task \"b\" sets it in t.drun:8",
            "more were wanted at once",
        ],
    },
    Case {
        class: "captured_output",
        program: "task \"t\":\n  capture \"yes | cat\" as $out\n",
        flags: OWN,
        line: 4,
        said: &["of output of `yes | cat` are captured into $out by task \"t\" in t.drun:4"],
    },
    // Deep, but it ends: what fills the memory is captured at the bottom.
    Case {
        class: "captured_output",
        program: "task \"t\":\n  call task \"down\" with n=3000\n\ntask \"down\":\n  requires $n as number\n  \
                  if $n > 0:\n    call task \"down\" with n=\"{$n - 1}\"\n  else:\n    \
                  capture \"yes\" as $out\n",
        flags: OWN,
        line: 11,
        said: &["captured into $out by task \"down\" in t.drun:11"],
    },
    // A loop that goes on and on is none as long as it is a value that fills the memory.
    Case {
        class: "captured_output",
        program: "task \"t\":\n  for $i in range 1 to 1000000:\n    if $i == 5000:\n      \
                  capture \"yes\" as $out\n",
        flags: OWN,
        line: 6,
        said: &["captured into $out by task \"t\" in t.drun:6"],
    },
    Case {
        class: "read",
        program: "task \"t\":\n  for each line $line in file \"big.txt\":\n    info \"{$line}\"\n",
        flags: OWN,
        line: 4,
        said: &["of the file big.txt into memory in t.drun:4"],
    },
    Case {
        class: "read",
        program: "task \"t\":\n  info \"x\"\n  read file \"big.txt\" as $content\n",
        flags: OWN,
        line: 5,
        said: &["of the file big.txt into memory in t.drun:5"],
    },
    Case {
        class: "read",
        program: "task \"t\":\n  write \"aaaaaaaaaaaaaaaa\" to file \"f\"\n  for $i in range 1 to 9:\n    \
                  replace in \"f\":\n      \"aa\" with \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"\n",
        flags: OWN,
        line: 6,
        said: &[
            "to replace texts in the file f, task \"t\" takes ",
            " in t.drun:6",
        ],
    },
    Case {
        class: "child",
        program: "task \"t\":\n  run \"(head -c 300M /dev/zero; sleep 60) | tail\"\n",
        flags: TREE,
        line: 4,
        said: &[
            "`tail` (process ",
            "it was started by task \"t\" in t.drun:4",
        ],
    },
    Case {
        class: "leaking_child",
        program: "task \"t\":\n  run \"while sleep 0.05; do head -c 2M /dev/zero; done | tail\"\n",
        flags: TREE,
        line: 4,
        said: &[
            "`tail` (process ",
            "has grown from ",
            "without a pause",
            "in t.drun:4",
        ],
    },
    Case {
        class: "many_children",
        program: "task \"t\":\n  run \"for i in $(seq 200); do (head -c 1M /dev/zero; sleep 60) | tail & done; wait\"\n",
        flags: TREE,
        line: 4,
        // At first `head` may be as large as `tail`.
        said: &[" processes hold ", "the largest is `", "in t.drun:4"],
    },
    Case {
        class: "parallel_branches",
        program: "task \"t\":\n  for $i in range 1 to 100 in parallel:\n    \
                  capture \"head -c 9M /dev/zero | tr '\\\\0' x; sleep 60\" as $out\n",
        flags: OWN,
        line: 5,
        said: &[
            "5 parallel branches hold ",
            "(t.drun:4)",
            "$out of each",
            "captures it in t.drun:5",
        ],
    },
    Case {
        // Which of both depends on how even the branches are when the limit is reached.
        class: "parallel_branches or growing_variable",
        program: "task \"t\":\n  for each $i in [\"a\", \"b\", \"c\", \"d\"] in parallel:\n    \
                  let $x = \"0123456789abcdef\"\n    call task \"b\"\n\n\
                  task \"b\":\n  set $x to \"{$x}{$x}\"\n  call task \"b\"\n",
        flags: OWN,
        line: 9,
        said: &["$x", "task \"b\" sets it in t.drun:9"],
    },
];

fn written(scratch: &Scratch) -> (Value, String) {
    let one = |start| -> PathBuf {
        let files = scratch.files(start);
        assert_eq!(files.len(), 1, "{files:?}");
        files[0].clone()
    };
    let summary = fs::read_to_string(one("drun-crash-summary-")).unwrap();
    (dump(&one("drun-crash-dump-")), summary)
}

fn check(case: &Case, scratch: &Scratch, finished: &Finished) -> Result<(), String> {
    let err = finished.err();
    if finished.status != 1 || !err.contains("❌ CRITICAL") {
        return Err(format!("status {}: {err}", finished.status));
    }
    let (dump, summary) = written(scratch);
    let cause = err.lines().find(|line| line.starts_with("   Cause: "));
    let cause = cause.unwrap_or_default();
    let missing = case.said.iter().filter(|part| !cause.contains(**part));
    let missing: Vec<_> = missing.collect();
    let diagnosis = &dump["diagnosis"];
    let at = &diagnosis["place"]["line"];
    let class = diagnosis["class"].as_str().unwrap();
    let is_right = case.class.split(" or ").any(|right| right == class);
    if !is_right || *at != case.line || !missing.is_empty() {
        return Err(format!("{class} at {at}: {cause}; missing: {missing:?}"));
    }
    let sentence = diagnosis["sentence"].as_str().unwrap();
    // The summary cuts what is too long for a line.
    let start: String = sentence.chars().take(200).collect();
    if summary
        .lines()
        .nth(3)
        .is_none_or(|line| !line.contains(&start))
    {
        return Err(format!("the summary begins otherwise: {summary}"));
    }
    if (case.class == "recursion") != err.contains("recursion") {
        return Err(format!("it is wrong about recursion: {err}"));
    }
    Ok(())
}

#[test]
fn every_cause_is_named_with_its_line() {
    let mut wrong = Vec::new();
    for case in CASES {
        let program = format!("version: 2.0\n\n{}", case.program);
        let scratch = Scratch::new().file("t.drun", &program);
        if case.class == "read" {
            let big = fs::File::create(scratch.work.join("big.txt")).unwrap();
            // A hole, which is read as so many bytes.
            big.set_len(700 << 20).unwrap();
        }
        let arguments = ["-f", "t.drun", "t"];
        let finished = scratch.run(arguments.iter().chain(case.flags).copied());
        if let Err(problem) = check(case, &scratch, &finished) {
            wrong.push(format!("{}:\n{}{problem}", case.class, case.program));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn a_huge_task_file_is_the_cause_itself() {
    let mut text = String::from("version: 2.0\n\ntask \"t\":\n  info \"x\"\n");
    for number in 0..150_000 {
        text.push_str(&format!(
            "\ntask \"task {number}\":\n  info \"number {number}\"\n  info \"again\"\n"
        ));
    }
    let scratch = Scratch::new().file("t.drun", &text);
    let finished = scratch.run([
        "-f",
        "t.drun",
        "t",
        "--memory-limit=20MB",
        "--memory-warning=off",
    ]);
    let err = finished.err();
    assert_eq!(finished.status, 1, "{err}");
    assert!(err.contains("The task file t.drun is too large ("), "{err}");
    assert!(!err.contains("recursion"), "{err}");
    assert_eq!(written(&scratch).0["diagnosis"]["class"], "task_file");
}

#[test]
fn a_circle_of_thousands_of_tasks_is_a_recursion_too() {
    let number = 8000;
    let mut text = String::from("version: 2.0\n\ntask \"t\":\n  call task \"n0\"\n");
    for task in 0..number {
        let next = (task + 1) % number;
        text.push_str(&format!(
            "\ntask \"n{task}\":\n  info \"x\"\n  call task \"n{next}\"\n"
        ));
    }
    let scratch = Scratch::new().file("t.drun", &text);
    let arguments = [
        "-f",
        "t.drun",
        "t",
        "--memory-limit=80MB",
        "--memory-warning=off",
    ];
    let mut command = scratch.xdrun(arguments);
    // What it prints is long.
    command.stdout(std::process::Stdio::null());
    let finished = block_on(finish(command, Vec::new())).unwrap();
    let err = finished.err();
    assert_eq!(finished.status, 1, "{err}");
    assert!(
        err.contains("Cause: tasks call each other without end: "),
        "{err}"
    );
    assert!(
        err.contains("This likely indicates an infinite loop or runaway recursion."),
        "{err}"
    );
    let (dump, _) = written(&scratch);
    assert_eq!(dump["diagnosis"]["class"], "recursion");
    let place = &dump["diagnosis"]["place"];
    let line = place["line"].as_u64().unwrap() as usize;
    let source = text.lines().nth(line - 1).unwrap().trim();
    assert!(source.starts_with("call task \"n"), "{source}");
}

#[test]
fn two_hundred_processes_that_share_all_they_have_are_no_breach() {
    // By resident memory they are some hundred MB, by what they do not share a few dozen.
    let program =
        "version: 2.0\n\ntask \"t\":\n  run \"for i in $(seq 200); do sleep 2 & done; wait\"\n";
    let scratch = Scratch::new().file("t.drun", program);
    let finished = scratch.run(["-f", "t.drun", "t", "--memory-tree-limit=200MB"]);
    assert_eq!(finished.status, 0, "{}", finished.err());
}

/// A memory control group of version 1 or 2 below our own, removed in the end; `None` where there
/// may be none.
struct Group(PathBuf);

impl Group {
    fn with_limit(name: &str, bytes: u64) -> Option<Self> {
        let groups = fs::read_to_string("/proc/self/cgroup").ok()?;
        let (base, path, limit) = groups.lines().find_map(|line| {
            let mut fields = line.splitn(3, ':').skip(1);
            let (controllers, path) = (fields.next()?, fields.next()?);
            match controllers {
                "" => Some(("/sys/fs/cgroup", path, "memory.max")),
                "memory" => Some(("/sys/fs/cgroup/memory", path, "memory.limit_in_bytes")),
                _ => None,
            }
            .filter(|(base, path, limit)| PathBuf::from(format!("{base}{path}/{limit}")).exists())
        })?;
        let name = format!("drun-test-{name}-{}", std::process::id());
        let folder = PathBuf::from(format!("{base}{path}/{name}"));
        fs::create_dir(&folder).ok()?;
        let group = Self(folder);
        let limited = fs::write(group.0.join(limit), bytes.to_string());
        limited.ok()?;
        Some(group)
    }

    /// Runs `xdrun` in the group.
    fn run(&self, scratch: &Scratch, arguments: &[&str]) -> Finished {
        let mut command = tokio::process::Command::new("/bin/sh");
        let enter = "echo $$ > \"$0/cgroup.procs\" && exec \"$@\"";
        let program = scratch.xdrun([]);
        command
            .args(["-c", enter])
            .arg(&self.0)
            .arg(env!("CARGO_BIN_EXE_xdrun"));
        command.args(arguments).current_dir(&scratch.work);
        for (name, value) in program.as_std().get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command.stdout(std::process::Stdio::piped());
        command.stderr(std::process::Stdio::piped());
        block_on(finish(command, Vec::new())).unwrap()
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // Its processes have ended; one that lingers keeps the group, which then stays empty.
        let _ = fs::remove_dir(&self.0);
    }
}

#[test]
fn a_container_that_is_too_small_is_named() {
    let Some(group) = Group::with_limit("small", 64 << 20) else {
        return;
    };
    let program = "version: 2.0\n\ntask \"t\":\n  capture \"yes\" as $out\n";
    let scratch = Scratch::new().file("t.drun", program);
    let shown = group.run(&scratch, &["-f", "t.drun", "cmd:memory"]).out();
    assert!(
        shown.contains("default: 500 MB, lowered by the container limit 64 MB"),
        "{shown}"
    );
    assert!(shown.contains("Container: 64 MB"), "{shown}");

    let finished = group.run(&scratch, &["-f", "t.drun", "t"]);
    let err = finished.err();
    assert_eq!(finished.status, 1, "{err}");
    assert!(err.contains("❌ CRITICAL: Memory usage exceeded "), "{err}");
    let (dump, summary) = written(&scratch);
    assert!(
        dump["limits"][0]["clamped_by"]
            .as_str()
            .unwrap()
            .contains("64 MB")
    );
    assert!(summary.contains("container limit 64 MB"), "{summary}");
}

#[test]
fn a_child_that_the_kernel_killed_is_reported_as_that() {
    let Some(group) = Group::with_limit("oom", 96 << 20) else {
        return;
    };
    let program =
        "version: 2.0\n\ntask \"t\":\n  run \"head -c 400M /dev/zero | tail > /dev/null\"\n";
    let scratch = Scratch::new().file("t.drun", program);
    let finished = group.run(&scratch, &["-f", "t.drun", "t"]);
    let err = finished.err();
    assert_eq!(finished.status, 1, "{err}");
    for part in [
        "The kernel's OOM killer ended `head -c 400M /dev/zero | tail > /dev/null`",
        "because the container of 96 MB (",
        "started by task \"t\" in t.drun:4",
        "(killed for lack of memory)",
    ] {
        assert!(err.contains(part), "{part}: {err}");
    }
}
