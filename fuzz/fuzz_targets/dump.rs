//! Any file is shown as a crash dump, for the terminal and the browser, or is refused.
#![no_main]

use std::fs;
use std::sync::LazyLock;

use drun::memory::view;
use libfuzzer_sys::fuzz_target;
use tempfile::NamedTempFile;

static FILE: LazyLock<NamedTempFile> =
    LazyLock::new(|| NamedTempFile::new().expect("a file for the dump"));

fuzz_target!(|bytes: &[u8]| {
    let path = FILE.path();
    fs::write(path, bytes).expect("the file");
    match view::show(Some(path), &[]) {
        Ok(page) => {
            // A dump must not be able to write what a terminal obeys.
            let obeyed = |char: char| char.is_control() && !matches!(char, '\n' | '\t');
            assert!(!page.contains(obeyed), "{page:?}");
            let html = view::html(Some(path), &[]).expect("what is shown is a page too");
            assert!(html.starts_with("<!doctype html>"));
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});
