//! Installing tools: the command comes from the first source that knows the tool.

mod source;

use std::time::Duration;

use serde::Deserialize;

use super::tools::Requirements;
use crate::process::{self, Output};
use crate::resolve::ResolvedTool;

/// Why a tool is installed.
pub(super) enum Reason {
    Missing,
    Unfit(String),
}

/// The catalogue of the project's makers.
const MAKERS: &str = "github:phillarmonic/drun-hub/provisionings.yaml";
/// How long it may take: nobody has asked for it by name.
const MAKERS_LIMIT: Duration = Duration::from_secs(5);

/// What is known without any source: tools whose installation is the same everywhere.
const BUILT_IN: &str = r#"
version: "1"
provisionings:
  bun:
    targets:
      - install: npm install --global bun
        install_versioned: npm install --global bun@{version}
  cargo-nextest:
    targets:
      - install: cargo install --locked cargo-nextest
        install_versioned: cargo install --locked cargo-nextest --version {version}
  golangci-lint:
    targets:
      - install: go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@latest
  pnpm:
    targets:
      - install: npm install --global pnpm
        install_versioned: npm install --global pnpm@{version}
  yarn:
    targets:
      - install: npm install --global yarn
        install_versioned: npm install --global yarn@{version}
"#;

/// What a source holds.
#[derive(Debug, Default, Deserialize)]
struct Catalogue {
    #[serde(default)]
    provisionings: Entries,
}

/// A map by name, or a list of entries that have one.
#[derive(Debug, Deserialize)]
#[serde(
    untagged,
    expecting = "`provisionings` is neither a map by name nor a list of entries with `name:`, each with `targets:`"
)]
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
        let failed = |reason: String| format!("provisioning source '{source}': {reason}");
        let text = source::read(source, &requirements.shell.dir, requirements.supervisor).await;
        let catalogue = text.and_then(|text| parse(&text)).map_err(failed)?;
        if let Some(command) = command(catalogue, tool).map_err(failed)? {
            return run(requirements, tool, source, command, reason).await;
        }
    }
    if let Some(command) = makers(requirements, tool).await {
        return run(requirements, tool, MAKERS, command, reason).await;
    }
    match command(parse(BUILT_IN)?, tool)? {
        Some(command) => run(requirements, tool, "built-in", command, reason).await,
        None => Err(format!("no provisioning source knows tool '{name}'")),
    }
}

/// The command that the makers' catalogue knows. A machine without a network, or a catalogue that cannot be read, is no
/// reason to fail: the built-in one is left.
async fn makers(requirements: &Requirements<'_>, tool: &ResolvedTool) -> Option<String> {
    let fetched = tokio::time::timeout(MAKERS_LIMIT, crate::load::remote::fetch(MAKERS)).await;
    let text = match fetched {
        Ok(fetched) => fetched.map_err(|trouble| trouble.reason),
        Err(_) => Err(format!("no answer within {} s", MAKERS_LIMIT.as_secs())),
    };
    let found = text.and_then(|text| command(parse(&text)?, tool));
    found.unwrap_or_else(|reason| {
        if requirements.verbose {
            let line = format!("⚠️  Skipping the catalogue {MAKERS}: {reason}");
            requirements.report.line(&line);
        }
        None
    })
}

fn parse(text: &str) -> Result<Vec<Entry>, String> {
    let catalogue: Catalogue = serde_yaml_ng::from_str(text).map_err(|error| error.to_string())?;
    Ok(match catalogue.provisionings {
        Entries::List(entries) => entries,
        Entries::Map(map) => {
            let entries = map.into_iter();
            entries
                .map(|(name, entry)| Entry { name, ..entry })
                .collect()
        }
    })
}

/// The command that installs a tool on this platform, that very version when the bounds leave
/// no other; `None` when this catalogue does not know how.
fn command(entries: Vec<Entry>, tool: &ResolvedTool) -> Result<Option<String>, String> {
    let name = tool.name.as_str();
    let knows =
        |entry: &Entry| entry.name == name || entry.aliases.iter().any(|alias| alias == name);
    let Some(entry) = entries.into_iter().find(knows) else {
        return Ok(None);
    };
    let Some(target) = target(&entry, name)? else {
        return Ok(None);
    };
    Ok(match exact(tool) {
        Some(version) if !target.install_versioned.is_empty() => {
            Some(target.install_versioned.replace("{version}", version))
        }
        _ => Some(target.install).filter(|command| !command.is_empty()),
    })
}

/// The best fit: operating system and processor, operating system alone, neither.
fn target(entry: &Entry, tool: &str) -> Result<Option<Target>, String> {
    let os = crate::value::names_of_platform();
    let arch = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "x86" => "386",
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
    command: String,
    reason: &Reason,
) -> Result<(), String> {
    let name = &tool.name;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Text;

    fn tool(name: &str, bounds: &[(&str, &str)]) -> ResolvedTool {
        let bounds = bounds.iter();
        ResolvedTool {
            name: name.into(),
            bounds: bounds
                .map(|(operator, version)| (Text::from(*operator), Text::from(*version)))
                .collect(),
            provision: true,
        }
    }

    fn command_in(catalogue: &str, tool: &ResolvedTool) -> Result<Option<String>, String> {
        command(parse(catalogue)?, tool)
    }

    #[test]
    fn only_bounds_that_leave_one_version_install_that_one() {
        let exact = tool("pnpm", &[(">=", "9.1.0"), ("<=", "9.1.0")]);
        let found = command_in(BUILT_IN, &exact).unwrap().unwrap();
        assert_eq!(found, "npm install --global pnpm@9.1.0");
        let any = tool("pnpm", &[(">=", "9"), ("<=", "10")]);
        let found = command_in(BUILT_IN, &any).unwrap().unwrap();
        assert_eq!(found, "npm install --global pnpm");
        assert_eq!(command_in(BUILT_IN, &tool("nothing", &[])), Ok(None));
    }

    #[test]
    fn the_target_that_says_most_counts_and_two_equal_ones_are_an_error() {
        let os = crate::value::names_of_platform();
        let targets =
            format!("[{{install: any}}, {{os: {os}, install: own}}, {{os: x, install: x}}]");
        let map = format!("provisionings: {{a: {{aliases: [b], targets: {targets}}}}}");
        assert_eq!(
            command_in(&map, &tool("b", &[])),
            Ok(Some("own".to_owned()))
        );
        let twice = "provisionings: [{name: a, targets: [{install: x}, {install: y}]}]";
        assert!(command_in(twice, &tool("a", &[])).is_err());
    }
}
