//! The shape of the source: layers, lengths, first lines.

use std::fs;
use std::path::{Path, PathBuf};

/// Layers that have no input or output and no clock.
const PURE: &[&str] = &["source", "syntax", "ast", "parser"];
/// What a pure layer must not name.
const OUTSIDE: &[&str] = &[
    "std::fs",
    "std::env",
    "std::process",
    "std::net",
    "std::io",
    "tokio::",
    "Instant",
    "SystemTime",
];
/// No file is longer than this, in lines.
const LONGEST: usize = 800;

struct Source {
    /// Relative to `src`.
    path: PathBuf,
    text: String,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All Rust files below a folder of the crate.
fn sources(folder: &str) -> Vec<Source> {
    let base = root().join(folder);
    let mut found = Vec::new();
    let mut folders = vec![base.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                let path = path.strip_prefix(&base).unwrap().to_owned();
                found.push(Source { path, text });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// The modules of the crate in the order of `lib.rs`.
fn layers() -> Vec<String> {
    let lib = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let modules = lib.lines().filter_map(|line| {
        let rest = line
            .strip_prefix("pub mod ")
            .or(line.strip_prefix("mod "))?;
        rest.strip_suffix(';').map(ToOwned::to_owned)
    });
    modules.collect()
}

/// The layer that a file belongs to.
fn layer(path: &Path) -> &str {
    let first = path
        .components()
        .next()
        .unwrap()
        .as_os_str()
        .to_str()
        .unwrap();
    first.strip_suffix(".rs").unwrap_or(first)
}

/// The text without comments: what it says in words binds nobody.
fn code(text: &str) -> String {
    let lines = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// The first names behind each `crate::`, those of a brace list included.
fn used(code: &str) -> Vec<String> {
    let name = |text: &str| -> String {
        let end = text.find(|char: char| !char.is_alphanumeric() && char != '_');
        text[..end.unwrap_or(text.len())].to_owned()
    };
    let mut found = Vec::new();
    for (at, before) in code.match_indices("crate::") {
        let rest = &code[at + before.len()..];
        if let Some(list) = rest.strip_prefix('{') {
            let mut depth = 0;
            let mut start = 0;
            for (index, char) in list.char_indices() {
                match char {
                    '{' => depth += 1,
                    '}' | ',' if depth == 0 => {
                        found.push(name(list[start..index].trim()));
                        start = index + 1;
                        if char == '}' {
                            break;
                        }
                    }
                    '}' => depth -= 1,
                    _ => {}
                }
            }
        } else {
            found.push(name(rest));
        }
    }
    found
}

fn nothing(wrong: &[String]) {
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn a_module_uses_only_what_stands_above_it() {
    let layers = layers();
    let place = |name: &str| layers.iter().position(|layer| layer == name);
    let mut wrong = Vec::new();
    for source in sources("src") {
        // `lib.rs` and `main.rs` see everything.
        let Some(own) = place(layer(&source.path)) else {
            continue;
        };
        for name in used(&code(&source.text)) {
            if place(&name).is_some_and(|other| other > own) {
                let (path, layer) = (source.path.display(), &layers[own]);
                wrong.push(format!(
                    "{path}: `{layer}` uses `{name}`, which stands below it"
                ));
            }
        }
    }
    wrong.dedup();
    nothing(&wrong);
}

#[test]
fn pure_layers_touch_nothing_outside_of_them() {
    let mut wrong = Vec::new();
    for source in sources("src") {
        if !PURE.contains(&layer(&source.path)) {
            continue;
        }
        let code = code(&source.text);
        for outside in OUTSIDE.iter().filter(|outside| code.contains(**outside)) {
            wrong.push(format!("{}: {outside}", source.path.display()));
        }
    }
    nothing(&wrong);
}

#[test]
fn files_are_short_and_say_what_they_are_for() {
    let mut wrong = Vec::new();
    for folder in ["src", "tests", "benches"] {
        if !root().join(folder).is_dir() {
            continue;
        }
        for source in sources(folder) {
            let path = format!("{folder}/{}", source.path.display());
            let lines = source.text.lines().count();
            if lines > LONGEST {
                wrong.push(format!("{path}: {lines} lines"));
            }
            if !source.text.starts_with("//! ") {
                wrong.push(format!("{path}: does not begin with what it is for"));
            }
        }
    }
    nothing(&wrong);
}

#[test]
fn names_behind_crate_are_found() {
    let code = "use crate::{ast::{A, B}, source};\nlet x = crate::value::y();";
    assert_eq!(used(code), ["ast", "source", "value"]);
}
