//! A file that is read is the same when it was printed and is read again.
#![no_main]

#[path = "../../tests/it/print/mod.rs"]
mod print;

use libfuzzer_sys::fuzz_target;
use print::same::{differs, read};

fuzz_target!(|text: &str| {
    if let Ok(file) = read(text) {
        assert_eq!(differs(&file), None, "of {text}");
    }
});
