//! The shape of dumps: `docs/crash-dump.schema.json` describes all of it.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use drun::ast::{Ast, IncludedFile, Selectors};
use drun::memory::dump::{Request, write_now};
use drun::memory::record::Record;
use drun::parser;
use drun::source::SourceFile;
use serde_json::Value;

use crate::xdrun::{files, root};

/// Reads a dump, which must be as its schema says.
pub(crate) fn dump(path: &Path) -> Value {
    let parse = |path: &Path| -> Value {
        serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
    };
    let dump = parse(path);
    let schema = jsonschema::validator_for(&parse(&root().join("docs/crash-dump.schema.json")));
    let wrong: Vec<String> = schema
        .unwrap()
        .iter_errors(&dump)
        .take(20)
        .map(|error| format!("{}: {error:.300}", error.instance_path))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    dump
}

/// Every task file below `folder` that can be parsed.
fn programs(folder: &Path) -> Vec<IncludedFile> {
    let paths = files(folder, ".drun").into_iter();
    paths.filter_map(|path| parsed(&path)).collect()
}

fn parsed(path: &Path) -> Option<IncludedFile> {
    let text = fs::read_to_string(path).ok()?;
    let source = SourceFile::new(path.display().to_string(), text)?;
    let file = parser::parse(&source, &parser::Progress::default()).ok()?;
    Some(IncludedFile {
        namespace: "all".into(),
        path: source.name().into(),
        selectors: Selectors {
            snippets: true,
            templates: true,
            tasks: true,
        },
        file: Arc::new(file),
    })
}

#[test]
fn every_program_of_the_suite_is_written_as_the_schema_says() {
    let mut includes = programs(&root().join("tests/conformance"));
    includes.extend(programs(&root().join("examples")));
    let number = includes.len();
    assert!(number > 500, "{number}");
    let folder = tempfile::tempdir().unwrap();
    let outcome = write_now(&Request {
        record: Record::default(),
        program: Some(Arc::new(Ast {
            includes,
            ..Ast::default()
        })),
        snapshot: None,
        dump_dir: None,
        start_dir: folder.path().to_owned(),
        at: time::OffsetDateTime::UNIX_EPOCH,
    });
    let dump = dump(&outcome.dump.unwrap());
    let written = dump["program"]["includes"].as_array().unwrap();
    assert_eq!(written.len(), number);
}
