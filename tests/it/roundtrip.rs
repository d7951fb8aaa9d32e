//! What was read and is printed is read as the same tree: of all task files of the acceptance cases
//! and examples, and of files that are made up.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use drun::ast::File;
use drun::parser::{Progress, parse};
use drun::source::{Diagnostic, SourceFile};
use serde_json::Value;

use crate::print;
use crate::spans::nested;
use crate::xdrun::root;

/// The tree of a text, or what is wrong in it.
fn read(text: &str) -> Result<File, String> {
    let source: Arc<SourceFile> = SourceFile::new("a.drun", text.to_owned()).unwrap();
    parse(&source, &Progress::default()).map_err(|errors| Diagnostic::render_all(&errors))
}

/// The tree without positions, and without the spelling of a condition that is in the tree as well.
fn bare(file: &File) -> Value {
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
    let mut tree = serde_json::to_value(file).unwrap();
    erase(&mut tree);
    tree
}

/// What is wrong with the positions and the round trip of a file.
fn differs(file: &File) -> Option<String> {
    if let Err(error) = nested(&serde_json::to_value(file).unwrap()) {
        return Some(error);
    }
    let printed = print::file(file);
    match read(&printed) {
        Err(errors) => Some(format!("{errors}\n{printed}")),
        Ok(again) if bare(&again) != bare(file) => {
            Some(format!("{}\n{}\n{printed}", bare(file), bare(&again)))
        }
        Ok(again) => (print::file(&again) != printed).then_some(printed),
    }
}

/// All task files below the acceptance cases and the examples.
fn task_files() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join("tests/conformance"), root().join("examples")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path
                .extension()
                .is_some_and(|extension| extension == "drun")
            {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

#[test]
fn every_task_file_of_the_cases_is_the_same_when_it_was_printed() {
    let mut read_well = 0;
    let mut wrong = Vec::new();
    for path in task_files() {
        let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
        // Some cases are about files that are refused.
        let Ok(file) = read(&text) else { continue };
        read_well += 1;
        if let Some(difference) = differs(&file) {
            wrong.push(format!("{}:\n{difference}", path.display()));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} differ\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(read_well > 600, "only {read_well} files were read");
}
