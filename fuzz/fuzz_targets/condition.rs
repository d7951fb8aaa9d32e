//! Any text is a condition or an expression, or is refused; what is read is a part of the text.
#![no_main]

use drun::parser::{ConditionEnd, Cursor, Progress, condition, expression};
use drun::source::SourceFile;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Some(source) = SourceFile::new("a.drun", text.to_owned()) else {
        return;
    };
    let progress = Progress::default();
    for end in [ConditionEnd::Colon, ConditionEnd::Line, ConditionEnd::Text] {
        if let Ok(condition) = condition(&mut Cursor::new(&source, &progress), end) {
            assert_eq!(source.slice(condition.span), condition.text.as_str());
            assert!(serde_json::to_string(&condition).is_ok());
        }
    }
    if let Ok(expression) = expression(&mut Cursor::new(&source, &progress)) {
        assert!(serde_json::to_string(&expression).is_ok());
    }
});
