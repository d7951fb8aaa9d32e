//! Any text is a file or is refused with messages that point into it. The positions of the nodes of
//! a file lie in each other, and what it costs to read it is in proportion to its length.
#![no_main]

mod cost;
#[path = "../../tests/it/spans.rs"]
mod spans;

use drun::parser::{Progress, parse};
use drun::source::{Diagnostic, SourceFile};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Some(source) = SourceFile::new("a.drun", text.to_owned()) else {
        return;
    };
    let before = cost::allocated();
    let read = parse(&source, &Progress::default());
    let bytes = cost::allocated() - before;
    assert!(
        bytes < cost::LEAST + cost::PER_BYTE * text.len(),
        "{bytes} bytes for {} bytes of text",
        text.len()
    );
    match read {
        Ok(file) => {
            let tree = serde_json::to_value(&file).expect("a tree can be written");
            let extent = spans::nested(&tree).expect("positions lie in each other");
            assert!(extent.is_none_or(|extent| extent.1 <= text.len() as u64));
        }
        Err(errors) => {
            assert!(!errors.is_empty());
            for error in &errors {
                let span = error.span.start as usize..error.span.end as usize;
                assert!(text.get(span).is_some());
            }
            assert!(!Diagnostic::render_all(&errors).is_empty());
        }
    }
});
