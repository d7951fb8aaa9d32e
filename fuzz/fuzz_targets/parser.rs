//! Any text is a file or is refused with messages that point into it; the positions of the nodes of
//! a file lie in each other.
#![no_main]

use drun::parser::{Progress, parse};
use drun::source::{Diagnostic, SourceFile};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|text: &str| {
    let Some(source) = SourceFile::new("a.drun", text.to_owned()) else {
        return;
    };
    match parse(&source, &Progress::default()) {
        Ok(file) => {
            let tree = serde_json::to_value(&file).unwrap();
            nested(&tree, (0, text.len() as u64));
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

/// Panics unless the position of each node lies in that of the node around it.
fn nested(node: &Value, around: (u64, u64)) {
    let mut own = around;
    if let Some(position) = node.get("position") {
        let offset = |key: &str| position[key].as_u64().unwrap();
        own = (offset("start"), offset("end"));
        assert!(own.0 <= own.1, "{node}");
        assert!(around.0 <= own.0 && own.1 <= around.1, "{node} in {around:?}");
    }
    match node {
        Value::Array(nodes) => nodes.iter().for_each(|node| nested(node, own)),
        Value::Object(fields) => fields.values().for_each(|node| nested(node, own)),
        _ => {}
    }
}
