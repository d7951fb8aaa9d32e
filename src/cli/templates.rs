//! Templates for `--init`: a manifest names them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use regex::Regex;
use serde::Deserialize;

use super::{Failure, Settings, init};
use crate::load::{Places, remote};
use crate::report::Report;
use crate::value::os_reason;

/// The manifest that is used when none is named.
const OFFICIAL: &str = "github:phillarmonic/drun-hub/templates/templates.yaml";

#[derive(Debug, Deserialize)]
struct Manifest {
    #[serde(default)]
    version: Option<serde_yaml_ng::Value>,
    #[serde(default)]
    templates: Option<Templates>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Templates {
    Map(BTreeMap<String, Entry>),
    List(Vec<Entry>),
}

#[derive(Debug, Clone, Deserialize)]
struct Entry {
    #[serde(default)]
    name: String,
    #[serde(default)]
    source: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    kind: String,
}

/// Where the manifest is.
fn place(settings: &Settings) -> String {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let in_folder = |folder: &str| {
        Path::new(folder)
            .join("templates.yaml")
            .display()
            .to_string()
    };
    if let Some(manifest) = settings.other("from-template") {
        return manifest.to_owned();
    }
    if let Some(folder) = settings.other("templates-repo") {
        return in_folder(folder);
    }
    variable("DRUN_TEMPLATES_MANIFEST")
        .or_else(|| variable("DRUN_TEMPLATES_REPO").map(|folder| in_folder(&folder)))
        .unwrap_or_else(|| OFFICIAL.to_owned())
}

async fn read(place: &str, places: &Places) -> Result<(String, Option<PathBuf>), Failure> {
    if remote::is_remote(place) {
        let text = remote::fetch(place)
            .await
            .map_err(|reason| Failure::Text(format!("'{place}': {reason}")))?;
        return Ok((text, None));
    }
    let mut path = places.start_dir.join(place);
    if path.is_dir() {
        path.push("templates.yaml");
    }
    let text = std::fs::read_to_string(&path)
        .map_err(|error| Failure::Text(format!("'{place}': {}", os_reason(&error))))?;
    Ok((text, path.parent().map(Path::to_owned)))
}

async fn manifest(
    settings: &Settings,
    places: &Places,
) -> Result<(String, BTreeMap<String, Entry>, Option<PathBuf>), Failure> {
    let place = place(settings);
    let (text, folder) = read(&place, places).await?;
    let manifest: Manifest = serde_yaml_ng::from_str(&text)
        .map_err(|error| Failure::Text(format!("manifest '{place}': {error}")))?;
    let version = manifest.version.map(|version| match version {
        serde_yaml_ng::Value::String(text) => text,
        serde_yaml_ng::Value::Number(number) => number.to_string(),
        _ => String::new(),
    });
    if let Some(version) = version.filter(|version| version != "1") {
        return Err(Failure::Text(format!(
            "manifest '{place}': version '{version}' is not known"
        )));
    }
    let entries: BTreeMap<String, Entry> = match manifest.templates {
        None => BTreeMap::new(),
        Some(Templates::Map(map)) => map,
        Some(Templates::List(list)) => list
            .into_iter()
            .map(|entry| (entry.name.clone(), entry))
            .collect(),
    };
    if entries.is_empty() {
        return Err(Failure::Text(format!(
            "manifest '{place}' holds no templates"
        )));
    }
    Ok((place, entries, folder))
}

/// `--list-templates`.
pub(super) async fn list(
    settings: &Settings,
    places: &Places,
    report: &Report,
) -> Result<(), Failure> {
    for name in ["init", "init-minimal", "template"] {
        if settings.other(name).is_some() {
            return Err(Failure::Text(format!(
                "--list-templates does not go with --{name}"
            )));
        }
    }
    let (place, entries, _) = manifest(settings, places).await?;
    report.line(&format!("Available init templates ({place}):"));
    for (name, entry) in entries {
        match entry.description.as_str() {
            "" => report.line(&format!("  - {name}")),
            description => report.line(&format!("  - {name}: {description}")),
        }
    }
    Ok(())
}

/// The text of a template with its marks replaced.
pub(super) async fn text(
    name: &str,
    settings: &Settings,
    places: &Places,
) -> Result<String, Failure> {
    let (place, entries, folder) = manifest(settings, places).await?;
    let Some(entry) = entries.get(name) else {
        let known: Vec<&str> = entries.keys().map(String::as_str).collect();
        return Err(Failure::Text(format!(
            "template '{name}' is not in '{place}'; it holds: {}",
            known.join(", ")
        )));
    };
    let source = match &folder {
        Some(folder) if !remote::is_remote(&entry.source) => {
            folder.join(&entry.source).display().to_string()
        }
        _ => entry.source.clone(),
    };
    let (text, _) = read(&source, places).await?;
    Ok(filled(&text, entry, places))
}

fn filled(text: &str, entry: &Entry, places: &Places) -> String {
    let folder = init::folder_name(&places.start_dir.display().to_string());
    let module = std::fs::read_to_string(places.start_dir.join("go.mod"))
        .unwrap_or_default()
        .lines()
        .find_map(|line| Some(line.strip_prefix("module ")?.trim().to_owned()))
        .unwrap_or_else(|| folder.clone());
    let mut text = text
        .replace("{{project_name}}", &folder)
        .replace("{{binary_name}}", &folder)
        .replace("{{cmd_path}}", &format!("./cmd/{folder}"))
        .replace("{{module_name}}", &module);
    let mut replace = |pattern: &str, with: &str| {
        if let Ok(regex) = Regex::new(pattern) {
            let with = |found: &regex::Captures<'_>| format!("{}{with}", &found[1]);
            text = regex.replace_all(&text, with).into_owned();
        }
    };
    replace(r#"(?m)^(project ")[^"]*"#, &folder);
    if entry.kind == "go-cli" {
        replace(r"(\./cmd/)[A-Za-z0-9_-]+", &folder);
        replace(r"(-o \./bin/)[A-Za-z0-9_-]+", &folder);
    }
    text
}
