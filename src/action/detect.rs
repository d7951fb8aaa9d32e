//! `detect …`, and the lines of tool tests in `if`.

use super::{project_type, tools};
use crate::ast::ToolQuestion;
use crate::ast::ToolTest;
use crate::ast::action::{Detect, DetectWhat};
use crate::process::Supervisor;
use crate::source::Text;
use crate::value::{Evaluator, Trouble, World};

/// What a detection came to.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Detected {
    /// The lines to print.
    pub lines: Vec<String>,
    /// The variable to set, with its `$`, and its value.
    pub set: Option<(String, String)>,
}

/// Performs a `detect` statement. The checks are made in a dry run as well.
pub async fn perform(
    node: &Detect,
    world: &World,
    supervisor: &Supervisor,
    verbose: bool,
) -> Detected {
    let dry = world.dry_run;
    let mut detected = Detected::default();
    match &node.what {
        DetectWhat::Tool(tool) => {
            let found = tools::available(supervisor, tool).await;
            detected.lines.push(match dry {
                true => format!("[DRY RUN] Would check if {tool} is available: {found}"),
                false => format!("🔍  {tool} available: {found}"),
            });
        }
        DetectWhat::ToolVersion(tool) => {
            let version = tools::version(supervisor, tool).await;
            detected.lines.push(match dry {
                true => format!("[DRY RUN] Would detect {tool} version: {version}"),
                false => format!("🔍  Detected {tool} version: {version}"),
            });
            // The blank of `docker compose` cannot be written in a name.
            let name = tool.replace(' ', "_");
            detected.set = Some((format!("${name}_version"), version));
        }
        DetectWhat::ProjectType => {
            let types = project_type::detect(&world.start_dir).join(" ");
            detected.lines.push(match dry {
                true => format!("[DRY RUN] Would detect project types: [{types}]"),
                false => format!("🔍  Detected project types: [{types}]"),
            });
        }
        DetectWhat::Available { tools, variable } => {
            available(
                tools,
                variable.as_ref(),
                (dry, verbose),
                supervisor,
                &mut detected,
            )
            .await;
        }
    }
    detected
}

async fn available(
    tools: &[Text],
    variable: Option<&Text>,
    (dry, verbose): (bool, bool),
    supervisor: &Supervisor,
    detected: &mut Detected,
) {
    let list = list_of(tools, " ");
    let mut found = None;
    for tool in tools {
        if tools::available(supervisor, tool).await {
            found = Some(tool);
            break;
        }
    }
    let name = variable.map(|variable| variable.strip_prefix('$').unwrap_or(variable));
    let mut line = |text: String| detected.lines.push(text);
    if dry {
        line(format!(
            "[DRY RUN] Would detect available tool from: [{list}]"
        ));
        let shown = found.map_or("none available", Text::as_str);
        line(format!("[DRY RUN] Would find: {shown}"));
        if let (Some(name), Some(tool)) = (name, found) {
            line(format!("[DRY RUN] Would capture as {name}: {tool}"));
        }
        let value = found.map_or("[DRY RUN] no tool available", Text::as_str);
        detected.set = variable.map(|variable| (variable.to_string(), value.to_owned()));
        return;
    }
    if verbose {
        line(format!("🔍  Detecting available tool from: [{list}]"));
    }
    let Some(tool) = found else {
        line(format!("❌  None of the tools are available: [{list}]"));
        return;
    };
    if verbose {
        line(format!("✅  Found: {tool}"));
        if let Some(name) = name {
            line(format!("📝  Captured as {name}: {tool}"));
        }
    }
    detected.set = variable.map(|variable| (variable.to_string(), tool.to_string()));
}

fn list_of(tools: &[Text], separator: &str) -> String {
    let tools: Vec<&str> = tools.iter().map(Text::as_str).collect();
    tools.join(separator)
}

/// Whether a tool test holds, and the line that a dry run or a verbose run prints of it.
///
/// # Errors
/// Those of [`Evaluator::tool_test`].
pub fn evaluate(
    test: &ToolTest,
    evaluator: &mut Evaluator<'_>,
    dry: bool,
    verbose: bool,
) -> Result<(bool, Option<String>), Trouble> {
    let start = evaluator.replay.position();
    let holds = evaluator.tool_test(test)?;
    let end = evaluator.replay.position();
    let lead = match (dry, verbose) {
        (true, _) => "[DRY RUN] Would check if ",
        (false, true) => match test.question {
            ToolQuestion::Version(_) => "🔍  Checking ",
            _ => "🔍  Checking if ",
        },
        (false, false) => return Ok((holds, None)),
    };
    let tool = test.tools.first().cloned().unwrap_or_default();
    if let ToolQuestion::Version(bound) = &test.question {
        // The answers begin again: the version is the first of them.
        evaluator.replay.rewind(start);
        let current = evaluator.tool_version(test)?;
        let (operator, wanted) = (&bound.operator, wanted(evaluator, test)?);
        let line = format!(
            "{lead}{tool} version {current} {operator} {wanted}: {holds} (current: {current})"
        );
        return Ok((holds, Some(line)));
    }
    let mut what = question(test);
    if let ToolQuestion::AvailableVersion(bound) = &test.question {
        evaluator.replay.rewind(start);
        let mut all = true;
        for _ in &test.tools {
            all &= matches!(evaluator.replay.take(), Some(Ok(answer)) if answer == "true");
        }
        evaluator.replay.rewind(end);
        if all {
            let wanted = wanted(evaluator, test)?;
            what = format!("{what} and {tool} version {} {wanted}", bound.operator);
        }
    }
    Ok((holds, Some(format!("{lead}{what}: {holds}"))))
}

fn wanted(evaluator: &mut Evaluator<'_>, test: &ToolTest) -> Result<Text, Trouble> {
    match &test.question {
        ToolQuestion::Version(bound) | ToolQuestion::AvailableVersion(bound) => {
            evaluator.template(&bound.version, crate::value::Undefined::Dollar)
        }
        _ => Ok(Text::default()),
    }
}

/// What a test asks, in words.
fn question(test: &ToolTest) -> String {
    let (not, state) = match test.question {
        ToolQuestion::Available | ToolQuestion::AvailableVersion(_) | ToolQuestion::Version(_) => {
            (false, "available")
        }
        ToolQuestion::NotAvailable => (true, "available"),
        ToolQuestion::Running => (false, "running"),
        ToolQuestion::NotRunning => (true, "running"),
    };
    let tools = list_of(&test.tools, ", ");
    match (test.tools.len(), not) {
        (1, false) => format!("{tools} is {state}"),
        (1, true) => format!("{tools} is not {state}"),
        (_, false) => format!("all of [{tools}] are {state}"),
        (_, true) => format!("any of [{tools}] is not {state}"),
    }
}

/// The line of a dry run before the branch that is taken.
pub fn branch_line(test: &ToolTest, body: bool) -> String {
    let tool = test.tools.first().map_or("", Text::as_str);
    match (&test.question, body) {
        (ToolQuestion::Version(_), true) => {
            format!("[DRY RUN] Would execute if-version body for {tool}")
        }
        (ToolQuestion::Version(_), false) => {
            format!("[DRY RUN] Would execute else body for {tool}")
        }
        (_, true) => "[DRY RUN] Would execute if body".to_owned(),
        (_, false) => "[DRY RUN] Would execute else body".to_owned(),
    }
}
