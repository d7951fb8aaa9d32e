//! Installing tools: the command comes from the first source that knows the tool.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::tools::Requirements;
use crate::process::{self, Output};
use crate::resolve::ResolvedTool;

/// Why a tool is installed.
pub(super) enum Reason {
    Missing,
    Unfit(String),
}

/// What a source holds.
#[derive(Debug, Default, Deserialize)]
struct Catalogue {
    #[serde(default)]
    provisionings: Entries,
}

/// A map by name, or a list of entries that have one.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Entries {
    Map(std::collections::BTreeMap<String, Entry>),
    List(Vec<Entry>),
}

impl Default for Entries {
    fn default() -> Self {
        Self::List(Vec::new())
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
struct Entry {
    #[serde(default)]
    name: String,
    #[serde(default)]
    aliases: Vec<String>,
    #[serde(default)]
    targets: Vec<Target>,
}

#[derive(Debug, Clone, Default, Deserialize)]
struct Target {
    #[serde(default)]
    os: String,
    #[serde(default)]
    arch: String,
    #[serde(default)]
    install: String,
    #[serde(default)]
    install_versioned: String,
}

/// Installs a tool: runs the command of the first source that knows it.
///
/// # Errors
/// A source that cannot be read, no source that knows the tool, a command that fails.
pub(super) async fn install(
    requirements: &Requirements<'_>,
    tool: &ResolvedTool,
    reason: &Reason,
) -> Result<(), String> {
    let name = &tool.name;
    for source in requirements.sources {
        let Some(entry) = entry(source, name, &requirements.shell.dir).await? else {
            continue;
        };
        let Some(target) = target(&entry, name)? else {
            continue;
        };
        return run(requirements, tool, source, &target, reason).await;
    }
    Err(format!("no provisioning source knows tool '{name}'"))
}

async fn entry(source: &str, tool: &str, folder: &Path) -> Result<Option<Entry>, String> {
    let text = read(source, folder).await?;
    let catalogue: Catalogue = serde_yaml_ng::from_str(&text)
        .map_err(|error| format!("provisioning source '{source}': {error}"))?;
    let entries: Vec<Entry> = match catalogue.provisionings {
        Entries::List(entries) => entries,
        Entries::Map(map) => map
            .into_iter()
            .map(|(name, entry)| Entry { name, ..entry })
            .collect(),
    };
    Ok(entries
        .into_iter()
        .find(|entry| entry.name == tool || entry.aliases.iter().any(|alias| alias == tool)))
}

/// The text of a source: a file, a folder, or an address.
async fn read(source: &str, folder: &Path) -> Result<String, String> {
    if source.starts_with("https://") || source.starts_with("github:") {
        return crate::load::remote::fetch(source)
            .await
            .map_err(|error| format!("provisioning source '{source}': {error}"));
    }
    if source.starts_with("ssh://") {
        return Err(format!(
            "provisioning source '{source}': not supported yet: ssh sources"
        ));
    }
    let mut path: PathBuf = folder.join(source);
    if path.is_dir() {
        path.push("provisionings.yaml");
    }
    tokio::fs::read_to_string(&path).await.map_err(|error| {
        let reason = crate::value::os_reason(&error);
        format!(
            "provisioning source '{source}': {}: {reason}",
            path.display()
        )
    })
}

/// The best fit: operating system and processor, operating system alone, neither.
fn target(entry: &Entry, tool: &str) -> Result<Option<Target>, String> {
    let os = crate::value::names_of_platform();
    let arch = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    };
    let score = |target: &Target| {
        let fits = |wanted: &str, have: &str| wanted.is_empty() || wanted == have;
        (fits(&target.os, os) && fits(&target.arch, arch))
            .then(|| 2 * usize::from(!target.os.is_empty()) + usize::from(!target.arch.is_empty()))
    };
    let scored: Vec<(usize, &Target)> = entry
        .targets
        .iter()
        .filter_map(|target| Some((score(target)?, target)))
        .collect();
    let Some(best) = scored.iter().map(|(score, _)| *score).max() else {
        return Ok(None);
    };
    let mut best_ones = scored.iter().filter(|(score, _)| *score == best);
    match (best_ones.next(), best_ones.next()) {
        (Some((_, target)), None) => Ok(Some((*target).clone())),
        _ => Err(format!(
            "tool '{tool}' has two equal provisioning targets for {os}/{arch}"
        )),
    }
}

async fn run(
    requirements: &Requirements<'_>,
    tool: &ResolvedTool,
    source: &str,
    target: &Target,
    reason: &Reason,
) -> Result<(), String> {
    let name = &tool.name;
    let command = match exact(tool) {
        Some(version) if !target.install_versioned.is_empty() => {
            target.install_versioned.replace("{version}", version)
        }
        _ => target.install.clone(),
    };
    if requirements.verbose {
        let reason = match reason {
            Reason::Missing => "it is not installed".to_owned(),
            Reason::Unfit(bound) => format!("its version does not satisfy {bound}"),
        };
        let report = requirements.report;
        report.line(&format!("🔧 Provisioning '{name}' because {reason}"));
        report.line(&format!("   source: {source}"));
        report.line(&format!("   command: {command}"));
    }
    let mut shell = requirements.shell.clone();
    shell.script = Some(command.into());
    let finished = process::run(
        requirements.supervisor,
        shell,
        Output::Stream,
        requirements.report,
    )
    .await
    .map_err(|error| format!("provisioning '{name}': {error}"))?;
    match finished.success() {
        true => Ok(()),
        false => Err(format!(
            "provisioning '{name}' failed with exit code {}",
            finished.code
        )),
    }
}

/// The version that the bounds leave, when they are `>= X` and `<= X`.
fn exact(tool: &ResolvedTool) -> Option<&str> {
    let bound = |wanted: &str| {
        tool.bounds
            .iter()
            .find(|(operator, _)| operator == wanted)
            .map(|(_, version)| version.as_str())
    };
    bound(">=").filter(|low| bound("<=") == Some(low))
}
