//! `requires tools`: all tools are checked, then one error lists everything.

use super::{available, version};
use crate::action::provision::{self, Reason};
use crate::process::{ShellCommand, Supervisor};
use crate::report::Report;
use crate::resolve::ResolvedTool;
use crate::value::versions;

/// What the check of tools needs.
pub struct Requirements<'a> {
    /// The tools, in order.
    pub tools: &'a [ResolvedTool],
    /// Sources of install commands, in order.
    pub sources: &'a [String],
    /// A shell command to copy for installations: its shell, folder and environment.
    pub shell: ShellCommand,
    /// Starts children.
    pub supervisor: &'a Supervisor,
    /// Gets the output of installations, and the lines.
    pub report: &'a Report,
    /// Whether nothing is installed and nothing fails.
    pub dry_run: bool,
    /// Whether every tool is named.
    pub verbose: bool,
    /// Whether the version of a tool that is there may be changed.
    pub allow_changes: bool,
}

/// What is the matter with a tool.
enum Problem {
    Missing,
    Unfit { version: String, bound: String },
    Unknown,
}

/// Checks the tools, and installs what may be installed.
///
/// # Errors
/// Everything that is wrong, in one message.
pub async fn require(requirements: &Requirements<'_>) -> Result<(), String> {
    let mut problems = Vec::new();
    for tool in requirements.tools {
        let problem = look(requirements, tool).await;
        let Some(problem) = problem else { continue };
        if requirements.dry_run {
            tell_dry(requirements, tool, &problem);
            continue;
        }
        let problem = match tool.provision {
            true => install(requirements, tool, problem).await,
            false => Some(describe(tool, &problem)),
        };
        problems.extend(problem);
    }
    match problems.is_empty() {
        true => Ok(()),
        false => Err(format!(
            "tool requirements are not met:\n  {}",
            problems.join("\n  ")
        )),
    }
}

/// What is the matter with a tool; a tool that fits is named where that is wanted.
async fn look(requirements: &Requirements<'_>, tool: &ResolvedTool) -> Option<Problem> {
    let supervisor = requirements.supervisor;
    if !available(supervisor, &tool.name).await {
        return Some(Problem::Missing);
    }
    let told = requirements.dry_run || requirements.verbose;
    if tool.bounds.is_empty() {
        if told {
            requirements
                .report
                .line(&format!("✅  {} is available", tool.name));
        }
        return None;
    }
    let found = version(supervisor, &tool.name).await;
    if found.is_empty() {
        return Some(Problem::Unknown);
    }
    let unmet = tool
        .bounds
        .iter()
        .find(|(operator, wanted)| !versions::fits(&found, operator, wanted));
    if let Some((operator, wanted)) = unmet {
        return Some(Problem::Unfit {
            version: found,
            bound: format!("{operator} {wanted}"),
        });
    }
    if told {
        let bounds = bounds(tool);
        requirements
            .report
            .line(&format!("✅  {} {found} ({bounds})", tool.name));
    }
    None
}

fn bounds(tool: &ResolvedTool) -> String {
    let bounds: Vec<String> = tool
        .bounds
        .iter()
        .map(|(operator, version)| format!("{operator} {version}"))
        .collect();
    bounds.join(", ")
}

fn describe(tool: &ResolvedTool, problem: &Problem) -> String {
    let name = &tool.name;
    match problem {
        Problem::Missing => format!("tool '{name}' is not installed"),
        Problem::Unfit { version, bound } => {
            format!("tool '{name}' version {version} does not satisfy {bound}")
        }
        Problem::Unknown => {
            format!(
                "the version of tool '{name}' could not be found ({})",
                bounds(tool)
            )
        }
    }
}

fn tell_dry(requirements: &Requirements<'_>, tool: &ResolvedTool, problem: &Problem) {
    let name = &tool.name;
    let report = requirements.report;
    match problem {
        Problem::Missing if tool.provision => {
            report.line(&format!(
                "[DRY RUN] 🔧 Would provision missing tool '{name}'"
            ));
        }
        Problem::Missing => {
            report.line(&format!(
                "[DRY RUN] ❌ Required tool '{name}' is not installed"
            ));
        }
        Problem::Unfit { bound, .. } if tool.provision => {
            report.line(&format!(
                "[DRY RUN] 🔧 Would provision '{name}' to satisfy {bound}"
            ));
        }
        Problem::Unfit { version, bound } => {
            report.line(&format!(
                "[DRY RUN] ❌ Tool '{name}' version {version} does not satisfy {bound}"
            ));
        }
        Problem::Unknown => {
            report.line(&format!(
                "[DRY RUN] ⚠️  Could not determine version for '{name}'"
            ));
        }
    }
}

/// Installs a tool and looks again; what is still the matter with it.
async fn install(
    requirements: &Requirements<'_>,
    tool: &ResolvedTool,
    problem: Problem,
) -> Option<String> {
    let reason = match &problem {
        Problem::Missing => Reason::Missing,
        Problem::Unknown => return Some(describe(tool, &problem)),
        Problem::Unfit { version, bound } if !requirements.allow_changes => {
            let name = &tool.name;
            requirements.report.line(&format!(
                "⚠️  Tool '{name}' version {version} does not satisfy {bound}; refusing to change \
                 the installed version without --allow-tool-version-changes"
            ));
            let text = describe(tool, &problem);
            return Some(format!("{text} (see --allow-tool-version-changes)"));
        }
        Problem::Unfit { bound, .. } => Reason::Unfit(bound.clone()),
    };
    if let Err(reason) = provision::install(requirements, tool, &reason).await {
        return Some(reason);
    }
    let after = look(requirements, tool).await;
    if after.is_none() && requirements.verbose {
        requirements
            .report
            .line(&format!("✅  Provisioned '{}' successfully", tool.name));
    }
    after.map(|problem| format!("{} after it was provisioned", describe(tool, &problem)))
}
