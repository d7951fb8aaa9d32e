//! Any text is cut into lexemes that follow each other, and what lies between them is blank.
#![no_main]

#[path = "../../tests/it/lexemes.rs"]
mod lexemes;

use drun::syntax::Mode;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    lexemes::cut(text, Mode::File);
    lexemes::cut(text, Mode::Placeholder);
});
