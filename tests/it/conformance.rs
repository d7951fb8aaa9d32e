//! The acceptance cases of the language, run against the built command.
//!
//! `DRUN_TEST_CASE=word cargo test conformance` runs those alone whose names hold the word.

use std::path::Path;
use std::sync::Arc;
use std::thread;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::case::cases;

/// Runs all cases of an area, several at a time: most of them wait for a process.
fn check(area: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/conformance")
        .join(area);
    let wanted = std::env::var("DRUN_TEST_CASE").unwrap_or_default();
    let cases = cases(&root)
        .into_iter()
        .filter(|case| case.name().contains(&wanted));
    let cores = thread::available_parallelism().map_or(2, usize::from);
    let places = Arc::new(Semaphore::new(2 * cores));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(cores)
        .enable_all()
        .build()
        .unwrap();
    let wrong = runtime.block_on(async {
        let mut running = JoinSet::new();
        for case in cases {
            let places = places.clone();
            running.spawn(async move {
                let _place = places.acquire().await.unwrap();
                let wrong = case.run(env!("CARGO_BIN_EXE_xdrun")).await;
                (case.name().to_owned(), wrong)
            });
        }
        let mut wrong = running.join_all().await;
        assert!(
            !wrong.is_empty() || !wanted.is_empty(),
            "{area} has no cases"
        );
        wrong.retain(|(_, wrong)| !wrong.is_empty());
        wrong.sort();
        wrong
    });
    let told: Vec<String> = wrong
        .iter()
        .map(|(name, wrong)| format!("{area}/{name}: {}", wrong.join("\n")))
        .collect();
    assert!(
        told.is_empty(),
        "{} failed\n{}",
        told.len(),
        told.join("\n\n")
    );
}

#[test]
fn the_core_of_the_language_is_as_specified() {
    check("core");
}

#[test]
fn control_flow_and_data_are_as_specified() {
    check("data");
}

#[test]
fn execution_is_as_specified() {
    check("execution");
}

#[test]
fn actions_are_as_specified() {
    check("actions");
}
