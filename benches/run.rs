//! Speed of a run: what a step, a call and an interpolation cost, and writing a dump.
#![allow(clippy::expect_used, reason = "a bench may fail")]

use std::path::Path;
use std::sync::Arc;

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use drun::ast::Ast;
use drun::load::{Found as FoundFile, Places};
use drun::memory::allocator::Counting;
use drun::memory::dump;
use drun::memory::limits::Asked;
use drun::memory::record::Record;
use drun::memory::snapshot::ExecutionSnapshot;
use drun::parser::{self, Progress, template};
use drun::process::Supervisor;
use drun::report::Report;
use drun::runtime::{Options, Request, Watched, execute};
use drun::source::{SourceFile, Span, Text};
use drun::value::{Evaluator, Found, Names, Replay, Undefined, Value, World};
use tempfile::TempDir;
use time::OffsetDateTime;

/// That of the command.
#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn main() {
    divan::main();
}

/// Of a run of this size the start is no part that matters.
const TIMES: usize = 20_000;

#[divan::bench]
fn a_step(bencher: Bencher<'_, '_>) {
    run(bencher, "    set $x to \"1\"\n");
}

#[divan::bench]
fn a_step_that_interpolates(bencher: Bencher<'_, '_>) {
    run(bencher, "    set $x to \"part {$i} of {$i}\"\n");
}

#[divan::bench]
fn a_call(bencher: Bencher<'_, '_>) {
    run(bencher, "    call task \"nothing\"\n");
}

/// Runs a loop with this body; the load of its small file included.
fn run(bencher: Bencher<'_, '_>, body: &str) {
    let folder = TempDir::new().expect("a folder for temporary files");
    let text = format!(
        "version: 2.0\n\ntask \"nothing\":\n  set $y to \"1\"\n\ntask \"t\":\n  for $i in range 1 to {TIMES}:\n{body}"
    );
    let path = folder.path().join("t.drun");
    std::fs::write(&path, text).expect("room for a small file");
    let request = Request {
        places: Places {
            start_dir: folder.path().to_owned(),
            home: None,
        },
        found: FoundFile {
            path,
            shown: "t.drun".to_owned(),
        },
        options: Options::default(),
        task: Some("t".to_owned()),
        arguments: Vec::new(),
        no_cache: true,
        limits: Asked::default(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    bencher.counter(ItemsCount::new(TIMES)).bench_local(|| {
        let (report, _written) = Report::memory();
        let watched = Watched::new(Supervisor::new());
        let outcome = runtime.block_on(execute(&request, &watched, &report));
        outcome.expect("a run that succeeds");
    });
}

/// One variable.
struct One;

impl Names for One {
    fn find(&self, name: &str, _: &str) -> Found<'_> {
        match name {
            "$stage" => Found::Value(Value::Text(Text::from("v1.2-production"))),
            _ => Found::Nothing,
        }
    }
}

#[divan::bench(args = ["to {$stage}", "to {$stage without prefix 'v' | uppercase}"])]
fn an_interpolation(bencher: Bencher<'_, '_>, text: &str) {
    let template = template(&Text::from(text), Span::default());
    let world = World::default();
    bencher.bench_local(|| {
        let mut replay = Replay::default();
        Evaluator {
            names: &One,
            world: &world,
            namespace: "",
            workdir: Path::new("/"),
            replay: &mut replay,
            allow_undefined: false,
            too_large: |_| false,
            agreed: 0,
        }
        .template(black_box(&template), Undefined::All)
        .is_ok()
    });
}

/// Both files, for a program of so many tasks.
#[divan::bench(args = [10, 1000, 10_000], sample_count = 20)]
fn a_dump(bencher: Bencher<'_, '_>, tasks: usize) {
    let folder = TempDir::new().expect("a folder for temporary files");
    let mut text = "version: 2.0\n".to_owned();
    for index in 0..tasks {
        text.push_str(&format!(
            "\ntask \"task-{index}\" means \"Builds part {index}\":\n  info \"part {index}\"\n  run \"make part-{index}\"\n"
        ));
    }
    let source = SourceFile::new("t.drun", text).expect("shorter than 4 GiB");
    let main = parser::parse(&source, &Progress::default()).expect("a file without mistakes");
    let request = dump::Request {
        record: Record::default(),
        program: Some(Arc::new(Ast {
            main: Arc::new(main),
            includes: Vec::new(),
        })),
        snapshot: Some(ExecutionSnapshot::default()),
        dump_dir: Some(folder.path().to_owned()),
        start_dir: folder.path().to_owned(),
        at: OffsetDateTime::UNIX_EPOCH,
    };
    bencher.bench_local(|| {
        let outcome = dump::write_now(&request);
        assert!(outcome.dump.is_some(), "it was not written");
    });
}
