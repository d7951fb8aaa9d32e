//! What a text costs while it is parsed, and afterwards: at most six times its size, whatever it holds.

#![allow(unsafe_code, reason = "a global allocator is unsafe to write")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::Mutex;

use drun::parser::{Progress, parse};
use drun::source::SourceFile;

/// Counts what each thread has taken and not given back, and the most that ever was, in bytes.
struct Counting;

thread_local! {
    static LIVE: Cell<usize> = const { Cell::new(0) };
    static PEAK: Cell<usize> = const { Cell::new(0) };
}

fn taken(bytes: usize) {
    let live = LIVE.get().wrapping_add(bytes);
    LIVE.set(live);
    PEAK.set(PEAK.get().max(live));
}

fn given_back(bytes: usize) {
    LIVE.set(LIVE.get().wrapping_sub(bytes));
}

// SAFETY: everything is handed to the system's allocator as it is.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        taken(layout.size());
        // SAFETY: the caller's promise is handed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        given_back(layout.size());
        // SAFETY: the caller's promise is handed on.
        unsafe { System.dealloc(block, layout) }
    }

    // What grows is large, so it is moved without being copied: it is never there twice.
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        given_back(layout.size());
        taken(size);
        // SAFETY: the caller's promise is handed on.
        unsafe { System.realloc(block, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// A text of about this many bytes that repeats `unit` between `head` and `tail`.
const SIZE: usize = 1 << 20;
/// What any file may cost beside what depends on its size: a block that stays in the tree, the longest
/// list that does, the buffers of the parser.
const ANYWAY: usize = 512 << 10;

/// Repeats what `unit` makes of the number of each repetition.
fn text(head: &str, unit: impl Fn(usize) -> String, tail: &str) -> String {
    let mut text = format!("version: 2.0\n{head}");
    let mut count = 0;
    while text.len() < SIZE {
        text.push_str(&unit(count));
        count += 1;
    }
    text + tail
}

const TASK: &str = "task \"t\":\n";
const PROJECT: &str = "project \"p\":\n";

/// A name, and what makes the text of a number.
type Numbered = (&'static str, fn(usize) -> String);

/// Texts of which each byte costs as much as can be.
fn dense() -> Vec<(String, String)> {
    let repeated = [
        (TASK, " info \"\"\n", ""),
        (TASK, " info \"{$a}\"\n", ""),
        (TASK, " run \"a\"\n", ""),
        (TASK, " let $a=1\n", ""),
        (TASK, " set $a to 1\n", ""),
        (TASK, " if $a:\n  fail\n", ""),
        (TASK, " try:\n  fail\n", ""),
        (TASK, " call task a\n", ""),
        (TASK, " call task a with a=\"\" b=1\n", ""),
        (TASK, " read file \"\"\n", ""),
        (TASK, " get\"\"\n", ""),
        (TASK, " get\"\"token\"\"\n  body\"\"\n", ""),
        (TASK, " ping host\"\"\n", ""),
        (TASK, " promote changelog\"\"to version\"\"\n", ""),
        (TASK, " get json\"\"from\"\"as$a\n", ""),
        (TASK, " check json\"\"in\"\"equals\"\"\n", ""),
        (TASK, " update match\"\"in\"\"to\"\"or fail\n", ""),
        (TASK, " check project version equals\"\"\n", ""),
        (TASK, " git log\n", ""),
        (TASK, " git get latest tag from a as $a\n", ""),
        (TASK, " docker a b\n", ""),
        (TASK, " docker compose a\n", ""),
        (TASK, " docker compose a  b\n", ""),
        (TASK, " git push to\"\"\n", ""),
        ("task \"t\":\n get\"\"\n", "  with\n  token\"\"\n", ""),
        (TASK, " write \"\" to file \"\"\n", ""),
        (TASK, " replace in \"\":\n  \"\"with\"\"\n", ""),
        ("task \"t\":\n replace in \"\":\n", "  \"\"with\"\"\n", ""),
        (TASK, "#\n", " fail\n"),
        (TASK, "\n", " fail\n"),
        (TASK, "  ?\n", ""),
        (TASK, "  info \"\n", ""),
        ("task \"t\":\n set $a to [", "1,", "]\n"),
        ("task \"t\":\n set $a to [", "\"\",", "]\n"),
        ("task \"t\":\n set $a to [", "-a,", "]\n"),
        ("task \"t\":\n set $a to [", "[],", "]\n"),
        ("task \"t\":\n set $a to 1", "+1", "\n"),
        ("task \"t\":\n for $a in [", "1,", "]:\n  fail\n"),
        ("task \"t\":\n if $a in [", "1,", "]:\n  fail\n"),
        ("task \"t\":\n if $a", " or $a", ":\n  fail\n"),
        ("task \"t\":\n call task a with", " a=1", "\n"),
        ("task \"t\":\n info \"", "{a}", "\"\n"),
        ("task \"t\":\n info \"", "${a}", "\"\n"),
        ("task \"t\":\n info \"", "{", "\"\n"),
        ("task \"t\":\n info \"", "{}", "\"\n"),
        ("task \"t\":\n info \"{", "{a}", "\"\n"),
        ("task \"t\":\n info \"{$a", "|trim", "}\"\n"),
        ("task \"t\":\n info \"{$a in [", "1,", "] ? b : c}\"\n"),
        ("task \"t\":\n run:\n", "  a\n", ""),
        ("task \"t\":\n given $a from [", "\"a\",", "]\n fail\n"),
        (TASK, " depends on a\n", " fail\n"),
        (TASK, " depends on a,a\n", " fail\n"),
        ("task \"t\":\n depends on a", ",a", "\n fail\n"),
        ("task \"t\":\n depends on a-b", ",a-b", "\n fail\n"),
        ("task \"t\":\n given a defaults to [1", ",1", "]\n fail\n"),
        (TASK, " given a from [\"a\"]\n", " fail\n"),
        (
            "task \"t\":\n if $a:\n  fail\n",
            " else if $a:\n  fail\n",
            "",
        ),
        ("task \"t\":\n try:\n  fail\n", " catch a:\n  fail\n", ""),
        ("task \"t\":\n requires tools:\n", "  a\n", ""),
        ("task \"t\":\n requires tools:\n  a", ">1", "\n"),
        (
            "task \"t\":\n requires tools:\n  from tasks:\n",
            "   a\n",
            "",
        ),
        ("task \"t\":\n if a", ",a", " is available:\n  fail\n"),
        ("task \"t\":\n detect available a", " or a", "\n"),
        ("", "@a(\"\")\n", "task \"t\":\n fail\n"),
        ("@a(\"\"", ",\"\"", ")\ntask \"t\":\n fail\n"),
        (PROJECT, " set key to \"value\"\n", ""),
        (PROJECT, " set a to 1\n", ""),
        (PROJECT, " parameter $a\n", ""),
        (
            "project \"p\":\n git policy:\n  commit:\n",
            "   ban:\"\"\n",
            "",
        ),
        (PROJECT, " snippet \"a\":\n  fail\n", ""),
        (PROJECT, " before any task:\n  fail\n", ""),
        (PROJECT, " requires tools:\n  a\n", ""),
        (PROJECT, " include \"a\"\n", ""),
    ];
    let repeated = repeated.map(|(head, unit, tail)| {
        (
            format!("{head}{unit}"),
            text(head, |_| unit.to_owned(), tail),
        )
    });
    // Lists that are no longer than a list may be, again and again.
    let long = |between: &str| between.repeat(1000);
    let lists = [
        format!(" set $a to [{}1]\n", long("1,")),
        format!(" for $a in [{}1]:\n  fail\n", long("1,")),
        format!(" if {}$a:\n  fail\n", long("$a or ")),
        format!(" call task a with{}\n", long(" a=1")),
        format!(" info \"{}\"\n", long("{a}")),
        format!(" run:\n  {}\n", long("{a}")),
        format!(" if $a is \"{}\":\n  fail\n", long("{a}")),
        format!(" if $a:\n  fail\n{}", long(" else if $a:\n  fail\n")),
        format!(" set $a to \"{}\"\n", long("{a}")),
        format!(" let $a=\"{}\"\n", long("{a}")),
        format!(" capture \"{}\" as $a\n", long("{a}")),
        format!(" set $a to env(\"{}\")\n", long("{a}")),
        format!(" set $a to {{$a in [{}1] ? b : c}}\n", long("1,")),
        format!(" if env(\"{}\") is \"x\":\n  fail\n", long("{a}")),
        format!(
            " given a defaults to {{$a in [{}1] ? b : c}}\n fail\n",
            long("1,")
        ),
        format!("{} fail\n", long(" given a from [\"\"]\n")),
    ];
    let lists = lists.iter().flat_map(|unit| {
        let in_one = text(TASK, |_| unit.clone(), "");
        let in_many = text("", |at| format!("task \"{at}\":\n{unit}"), "");
        let name: String = unit.chars().take(30).collect();
        [
            (format!("{name}…"), in_one),
            (format!("tasks {name}…"), in_many),
        ]
    });
    let projects = [
        format!(" set a as list to [{}1]\n", long("1,")),
        format!(" set a to \"{}\"\n", long("{a}")),
        format!(" before any task:\n  info \"{}\"\n", long("{a}")),
        format!(" snippet \"a\":\n{}", long("  let $a=1\n")),
        format!(" requires tools:\n{}", long("  a > 1\n")),
    ];
    let projects = projects.iter().map(|unit| {
        let name: String = unit.chars().take(30).collect();
        (
            format!("project {name}…"),
            text(PROJECT, |_| unit.clone(), ""),
        )
    });
    let numbered: [Numbered; 10] = [
        ("tasks", |at| format!("task \"{at}\":\n fail\n")),
        ("tasks with a mode", |at| {
            format!("task \"{at}\" mode \"ci\":\n fail\n")
        }),
        ("tasks with a parameter", |at| {
            format!("task \"{at}\":\n given a from [\"a\"]\n fail\n")
        }),
        ("tasks with a dependency", |at| {
            format!("task \"{at}\":\n depends on a\n fail\n")
        }),
        ("tasks with a tool", |at| {
            format!("task \"{at}\":\n requires tools:\n  a\n")
        }),
        ("tasks with a note", |at| {
            format!("@a(\"\",\"\")\ntask \"{at}\":\n fail\n")
        }),
        ("template tasks", |at| {
            format!("template task \"{at}\":\n fail\n")
        }),
        ("parameters", |at| format!(" given a{at}\n")),
        ("names", |at| format!(" depends on task-{at}\n")),
        ("blocks in blocks", |at| {
            format!("{}if $a:\n", " ".repeat(at % 200 + 1))
        }),
    ];
    let numbered = numbered.map(|(name, unit)| {
        let head = if name.contains("tasks") { "" } else { TASK };
        (name.to_owned(), text(head, unit, " fail\n"))
    });
    let long = lists.chain(projects);
    repeated.into_iter().chain(long).chain(numbered).collect()
}

#[test]
fn no_text_costs_more_than_six_times_its_size() {
    let shapes = Mutex::new(dense());
    let too_much = Mutex::new(Vec::new());
    let measure = || {
        while let Some((name, text)) = { shapes.lock().unwrap().pop() } {
            let size = text.len();
            let source = SourceFile::new("dense.drun", text).unwrap();
            let before = LIVE.get();
            PEAK.set(before);
            let file = parse(&source, &Progress::default());
            // The text itself is one of the six.
            let peak = PEAK.get().wrapping_sub(before) + size;
            drop(file);
            if peak > 6 * size + ANYWAY {
                let times = peak as f64 / size as f64;
                too_much
                    .lock()
                    .unwrap()
                    .push(format!("{name:?}: {times:.1}"));
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(measure);
        }
    });
    let too_much = too_much.into_inner().unwrap();
    assert!(too_much.is_empty(), "{too_much:#?}");
}
