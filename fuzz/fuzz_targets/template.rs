//! Any text is taken apart into the parts of a template, and none of it is lost.
#![no_main]

mod cost;

use drun::ast::Part;
use drun::parser::template;
use drun::source::{Span, Text};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let before = cost::allocated();
    let taken = template(&Text::from(text), Span::default());
    let bytes = cost::allocated() - before;
    assert!(
        bytes < cost::LEAST + cost::PER_BYTE * text.len(),
        "{bytes} bytes"
    );
    let parts = taken.parts.iter().map(|part| match part {
        Part::Text(text) => text.as_str(),
        Part::Environment(part) => part.source.as_str(),
        Part::Placeholder(part) => part.source.as_str(),
        Part::Excerpt(text) => text.as_str(),
    });
    assert!(taken.is_plain() || parts.collect::<String>() == text);
    assert!(serde_json::to_string(&taken.parts).is_ok());
});
