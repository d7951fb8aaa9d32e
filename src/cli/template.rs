//! `--template` and `--list-templates`: task files made from a catalogue.

use std::fmt::Write as _;
use std::path::Path;

use super::context::Context;
use super::invocation::Catalogue;
use super::manifest::Manifest;
use super::starter::escaped;
use crate::load;
use crate::parser::{self, Progress};
use crate::resolve::ResolveError;

/// Prints the templates of the catalogue.
pub(super) async fn list(context: &Context<'_>, catalogue: &Catalogue) -> Result<(), ResolveError> {
    let manifest = Manifest::read(context, catalogue).await?;
    let mut out = format!("Available init templates ({}):\n", manifest.place);
    for entry in &manifest.entries {
        // Writing to a String never fails.
        let _ = match entry.description.as_str() {
            "" => writeln!(out, "  - {}", entry.name),
            description => writeln!(out, "  - {}: {description}", entry.name),
        };
    }
    context.report.bytes(out.as_bytes());
    Ok(())
}

/// The text of a template, fitted to the project. It parses.
pub(super) async fn text(
    context: &Context<'_>,
    catalogue: &Catalogue,
    name: &str,
    project: &str,
) -> Result<String, ResolveError> {
    let manifest = Manifest::read(context, catalogue).await?;
    let entry = manifest.entry(name)?;
    let text = manifest.source(context, entry).await?;
    let module = module(&context.places.start_dir).unwrap_or_else(|| project.to_owned());
    let mut text = fitted(&text, project, &module);
    if entry.kind == "go-cli" {
        text = replace_words(&text, "./cmd/", project);
        text = replace_words(&text, "-o ./bin/", project);
    }
    let source = load::text(&format!("template '{name}'"), text.clone())?;
    match parser::parse(&source, &Progress::default()) {
        Ok(_) => Ok(text),
        Err(errors) => Err(ResolveError::Diagnostics(errors)),
    }
}

fn fitted(text: &str, project: &str, module: &str) -> String {
    let text = text
        .replace("{{project_name}}", project)
        .replace("{{binary_name}}", project)
        .replace("{{cmd_path}}", &format!("./cmd/{project}"))
        .replace("{{module_name}}", module);
    text.split_inclusive('\n')
        .map(|line| renamed(line, project).unwrap_or_else(|| line.to_owned()))
        .collect()
}

/// A line that begins with `project "…"`, with another name.
fn renamed(line: &str, project: &str) -> Option<String> {
    let rest = line.strip_prefix("project")?;
    let quoted = rest.trim_start_matches([' ', '\t']);
    let blanks = rest.strip_suffix(quoted)?;
    let inside = quoted.strip_prefix('"')?;
    let mut escape = false;
    let end = inside.find(|char| {
        let ends = char == '"' && !escape;
        escape = char == '\\' && !escape;
        ends
    })?;
    let project = escaped(project);
    Some(format!("project{blanks}\"{project}{}", inside.get(end..)?))
}

/// Replaces the word behind each `before`.
fn replace_words(text: &str, before: &str, word: &str) -> String {
    let mut parts = text.split(before);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(|char: char| {
            char.is_ascii_alphanumeric() || matches!(char, '_' | '-' | '.')
        });
        out.push_str(before);
        out.push_str(if rest.len() == part.len() { "" } else { word });
        out.push_str(rest);
    }
    out
}

/// The module that `go.mod` names.
fn module(folder: &Path) -> Option<String> {
    let text = std::fs::read_to_string(folder.join("go.mod")).ok()?;
    let name = text.lines().find_map(|line| {
        line.trim()
            .strip_prefix("module ")?
            .split_whitespace()
            .next()
    })?;
    Some(name.trim_matches('"').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_project_is_renamed_where_a_line_begins_with_it() {
        let text = "project  \"a \\\"b\\\" c\" version \"1\":\r\n\tproject \"a\"\n{{cmd_path}}";
        let expected = "project  \"x\" version \"1\":\r\n\tproject \"a\"\n./cmd/x";
        assert_eq!(fitted(text, "x", "m"), expected);
    }

    #[test]
    fn words_behind_a_path_are_replaced() {
        let text = "-o ./bin/sample ./cmd/sample ./cmd/$x ./cmd/";
        let text = replace_words(text, "./cmd/", "shop");
        assert_eq!(text, "-o ./bin/sample ./cmd/shop ./cmd/$x ./cmd/");
        assert!(replace_words(&text, "-o ./bin/", "shop").starts_with("-o ./bin/shop ./cmd"));
    }
}
