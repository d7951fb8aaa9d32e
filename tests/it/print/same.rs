//! Whether what was read and printed is read as the same tree.

use drun::ast::File;
use drun::parser::{Progress, parse};
use drun::source::{Diagnostic, SourceFile};
use serde_json::Value;

/// The tree of a text, or what is wrong in it.
///
/// # Errors
/// What the command would say.
pub(crate) fn read(text: &str) -> Result<File, String> {
    let source = SourceFile::new("a.drun", text.to_owned()).ok_or("too long")?;
    parse(&source, &Progress::default()).map_err(|errors| Diagnostic::render_all(&errors))
}

/// What is wrong with the round trip of a file.
pub(crate) fn differs(file: &File) -> Option<String> {
    let printed = super::file(file);
    match read(&printed) {
        Err(errors) => Some(format!("{errors}\n{printed}")),
        Ok(again) => {
            let (before, after) = (bare(file), bare(&again));
            let same = before == after && super::file(&again) == printed;
            (!same).then(|| format!("{before}\n{after}\n{printed}"))
        }
    }
}

/// The tree without positions, and without the spelling of a condition that is in the tree as well.
fn bare(file: &File) -> Value {
    let mut tree = serde_json::to_value(file).unwrap_or_default();
    erase(&mut tree);
    tree
}

fn erase(node: &mut Value) {
    match node {
        Value::Array(nodes) => nodes.iter_mut().for_each(erase),
        Value::Object(fields) => {
            if fields.contains_key("test") {
                fields.remove("text");
            }
            fields.remove("position");
            fields.values_mut().for_each(erase);
        }
        _ => {}
    }
}
