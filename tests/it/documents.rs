//! The documents and examples are true: every program in them is one, and every command that they
//! show prints what they show.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use drun::parser::{Progress, parse};
use drun::source::SourceFile;

use super::case::words;
use crate::xdrun::{files, root};

/// A fenced block of a document.
struct Fence {
    document: PathBuf,
    line: usize,
    language: String,
    text: String,
}

fn fences() -> Vec<Fence> {
    let mut documents = files(&root().join("docs"), ".md");
    documents.push(root().join("README.md"));
    let mut found = Vec::new();
    for document in documents {
        let text = fs::read_to_string(&document).unwrap();
        let mut open: Option<Fence> = None;
        for (index, line) in text.lines().enumerate() {
            match (line.strip_prefix("```"), &mut open) {
                (Some(language), None) => {
                    open = Some(Fence {
                        document: document.clone(),
                        line: index + 1,
                        language: language.to_owned(),
                        text: String::new(),
                    });
                }
                (Some(_), Some(_)) => found.extend(open.take()),
                (None, Some(fence)) => fence.text.push_str(&format!("{line}\n")),
                (None, None) => {}
            }
        }
        assert!(open.is_none(), "{}: a block has no end", document.display());
    }
    found
}

/// What is wrong with a program.
fn errors(name: &str, text: &str) -> Vec<String> {
    let source = SourceFile::new(name, text.to_owned()).unwrap();
    match parse(&source, &Progress::default()) {
        Ok(_) => Vec::new(),
        Err(errors) => errors.iter().map(|error| format!("{error:?}")).collect(),
    }
}

#[test]
fn programs_in_documents_can_be_parsed() {
    let fences = fences();
    let programs: Vec<_> = fences
        .iter()
        .filter(|fence| fence.language == "drun")
        .collect();
    assert!(!programs.is_empty());
    for fence in programs {
        // A document may leave out the first line of a file.
        let whole = match fence.text.starts_with("version") {
            true => fence.text.clone(),
            false => format!("version: 2.0\n\n{}", fence.text),
        };
        let name = format!("{}:{}", fence.document.display(), fence.line);
        let errors = errors(&name, &whole);
        assert!(errors.is_empty(), "{name}: {errors:#?}");
    }
}

#[test]
fn commands_in_documents_print_what_is_shown() {
    for fence in fences().iter().filter(|fence| fence.language == "console") {
        let place = format!("{}:{}", fence.document.display(), fence.line);
        let mut blocks = fence.text.split("$ ");
        assert_eq!(blocks.next(), Some(""), "{place}: begins with no command");
        for block in blocks {
            let (command, expected) = block.split_once('\n').unwrap();
            // Building is what runs this test.
            let Some(arguments) = command.strip_prefix("xdrun") else {
                continue;
            };
            assert_eq!(output(arguments), expected, "{place}: {command}");
        }
    }
}

/// Both streams of the command, run where the documents say: at the top of the project.
fn output(arguments: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_xdrun"))
        .args(words(arguments))
        .current_dir(root())
        .env("NO_COLOR", "1")
        .env_remove("RUST_LOG")
        .output()
        .unwrap();
    let bytes = [output.stdout, output.stderr].concat();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn links_lead_somewhere() {
    let mut documents = files(&root().join("docs"), ".md");
    documents.push(root().join("README.md"));
    for document in documents {
        let text = fs::read_to_string(&document).unwrap();
        for (_, rest) in text
            .match_indices("](")
            .map(|(at, _)| text.split_at(at + 2))
        {
            let target = rest.split(')').next().unwrap();
            let target = target.split('#').next().unwrap();
            if target.is_empty() || target.contains("://") {
                continue;
            }
            let path = document.parent().unwrap().join(target);
            assert!(path.exists(), "{}: {target}", document.display());
        }
    }
}

#[test]
fn examples_can_be_listed() {
    let examples = files(&root().join("examples"), ".drun");
    assert!(examples.len() >= 5);
    for example in examples {
        let arguments = format!("-f '{}' --list", example.display());
        let listed = output(&arguments);
        assert!(
            listed.starts_with("Available tasks:\n  "),
            "{}\n{listed}",
            example.display()
        );
    }
}
