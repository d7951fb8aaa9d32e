//! Evaluation of conditions.

use std::time::Duration;

use super::evaluator::{Evaluator, Notes, Resolved, Trouble, Undefined};
use super::{ExpandedPath, Probe, Value, compare, os_reason};
use crate::ast::{
    Comparator, Comparison, Condition, EnvironmentQuestion, EnvironmentTest, FileComparison,
    Operand, PathQuestion, PathTest, PortTest, Test, ToolQuestion, ToolTest, VersionTest,
};
use crate::source::Text;

/// How the operands of a condition are taken.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Manner {
    /// `if`, `when`: undefined names are errors, found before anything is evaluated.
    Strict,
    /// In a placeholder: undefined names are empty, and few words are true.
    Placeholder,
}

impl Evaluator<'_> {
    /// Whether a condition holds.
    ///
    /// # Errors
    /// Undefined names, also in parts that would be skipped; what its tests fail with.
    pub fn condition(&mut self, condition: &Condition) -> Result<bool, Trouble> {
        if !self.allow_undefined {
            let start = self.replay.position();
            let mut notes = Notes::default();
            self.check(&condition.test, &mut notes)?;
            notes.outcome()?;
            self.replay.rewind(start);
        }
        self.test(&condition.test, Manner::Strict, &mut Vec::new())
    }

    pub(super) fn condition_of_placeholder(
        &mut self,
        condition: &Condition,
        active: &mut Vec<Text>,
    ) -> Result<bool, Trouble> {
        self.test(&condition.test, Manner::Placeholder, active)
    }

    /// Notes every undefined name of a test. The parser limits how deep tests nest.
    fn check(&mut self, test: &Test, notes: &mut Notes) -> Result<(), Trouble> {
        match test {
            Test::Or(tests) | Test::And(tests) => {
                tests.iter().try_for_each(|test| self.check(test, notes))
            }
            Test::Not(test) => self.check(test, notes),
            Test::Truth(operand) => self.check_operand(operand, true, notes),
            Test::Comparison(node) => {
                self.check_operand(&node.left, false, notes)?;
                node.right
                    .as_ref()
                    .map_or(Ok(()), |right| self.check_operand(right, false, notes))
            }
            Test::Version(node) => {
                self.check_operand(&node.left, false, notes)?;
                self.check_operand(&node.right, false, notes)
            }
            Test::Port(node) => {
                self.check_operand(&node.port, false, notes)?;
                self.check_operand(&node.host, false, notes)
            }
            Test::DockerNetwork(node) => self.check_operand(&node.name, false, notes),
            Test::Environment(node) => match &node.question {
                EnvironmentQuestion::Compare(_, Some(operand)) => {
                    self.check_operand(operand, false, notes)
                }
                _ => Ok(()),
            },
            Test::Path(_) | Test::FileComparison(_) | Test::Tool(_) => Ok(()),
        }
    }

    fn check_operand(
        &mut self,
        operand: &Operand,
        alone: bool,
        notes: &mut Notes,
    ) -> Result<(), Trouble> {
        let active = &mut Vec::new();
        match operand {
            Operand::Text(template) if template.is_plain() => {}
            Operand::Text(template) => {
                // Functions are not called here: they may act, or take time.
                for part in template.parts.iter() {
                    if let crate::ast::Part::Placeholder(placeholder) = part {
                        self.check_placeholder(placeholder, notes, active)?;
                    }
                }
            }
            Operand::Variable(name) => {
                if self.named(name, notes, active)?.is_none() {
                    notes.name(name.clone());
                }
            }
            Operand::Name(name) if alone => {
                if self.named(name, notes, active)?.is_none() {
                    notes.name(name.clone());
                }
            }
            Operand::Placeholder(placeholder) => {
                self.check_placeholder(placeholder, notes, active)?;
            }
            Operand::Name(_) | Operand::Literal(_) | Operand::Array(_) | Operand::Builtin(_) => {}
        }
        Ok(())
    }

    fn check_placeholder(
        &mut self,
        placeholder: &crate::ast::Placeholder,
        notes: &mut Notes,
        active: &mut Vec<Text>,
    ) -> Result<(), Trouble> {
        use crate::ast::{Meaning, PipelineSource};
        let name = match &placeholder.meaning {
            Meaning::Unknown => Some(&placeholder.content),
            Meaning::Pipeline(pipeline) => match &pipeline.source {
                PipelineSource::Name(name) => {
                    self.named(name, notes, active)?.is_none().then_some(name)
                }
                _ => None,
            },
            Meaning::Choice(_) => None,
        };
        if let Some(name) = name {
            notes.name(name.clone());
        }
        Ok(())
    }

    fn test(
        &mut self,
        test: &Test,
        manner: Manner,
        active: &mut Vec<Text>,
    ) -> Result<bool, Trouble> {
        match test {
            Test::Or(tests) => {
                for test in tests {
                    if self.test(test, manner, active)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Test::And(tests) => {
                for test in tests {
                    if !self.test(test, manner, active)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Test::Not(test) => Ok(!self.test(test, manner, active)?),
            Test::Truth(operand) => self.truth(operand, manner, active),
            Test::Comparison(node) => self.comparison(node, manner, active),
            Test::Environment(node) => self.environment_test(node, manner, active),
            Test::Path(node) => self.path_test(node),
            Test::FileComparison(node) => self.file_comparison(node),
            Test::Version(node) => self.version_test(node, manner, active),
            Test::Port(node) => self.port_test(node, manner, active),
            Test::DockerNetwork(node) => {
                let name = self.operand(&node.name, manner, active)?.text().clone();
                if self.world.dry_run {
                    return Ok(false);
                }
                let exists = self.answer(Probe::DockerNetwork(name))? == "true";
                Ok(exists != node.negated)
            }
            Test::Tool(node) => {
                if let (Some(test), [word]) = (&node.comparison, &*node.tools)
                    && self.named(word, &mut Notes::default(), active)?.is_some()
                {
                    return self.test(test, manner, active);
                }
                self.tool_test(node)
            }
        }
    }

    fn truth(
        &mut self,
        operand: &Operand,
        manner: Manner,
        active: &mut Vec<Text>,
    ) -> Result<bool, Trouble> {
        let value = self.operand_alone(operand, manner, active)?;
        let text = value.text().trim().to_lowercase();
        Ok(match manner {
            Manner::Placeholder => matches!(text.as_str(), "true" | "yes" | "y" | "1" | "on"),
            Manner::Strict => !value.text().is_empty() && text != "false",
        })
    }

    fn comparison(
        &mut self,
        node: &Comparison,
        manner: Manner,
        active: &mut Vec<Text>,
    ) -> Result<bool, Trouble> {
        let left = self.operand(&node.left, manner, active)?;
        let right = match &node.right {
            Some(right) => self.operand(right, manner, active)?,
            None => Value::Text(Text::default()),
        };
        compare(node.operator, &left, &right).map_err(in_condition)
    }

    /// An operand that stands alone: a bare name that names nothing is empty, not its own text.
    fn operand_alone(
        &mut self,
        operand: &Operand,
        manner: Manner,
        active: &mut Vec<Text>,
    ) -> Result<Value, Trouble> {
        match operand {
            Operand::Name(name) => {
                let value = self.named(name, &mut Notes::default(), active)?;
                Ok(value.unwrap_or_else(|| Value::Text(Text::default())))
            }
            operand => self.operand(operand, manner, active),
        }
    }

    fn operand(
        &mut self,
        operand: &Operand,
        manner: Manner,
        active: &mut Vec<Text>,
    ) -> Result<Value, Trouble> {
        let mut notes = Notes::default();
        let empty = || Value::Text(Text::default());
        let value = match operand {
            Operand::Text(template) => {
                if manner == Manner::Placeholder || self.allow_undefined {
                    Value::Text(self.lenient(template, active)?)
                } else {
                    Value::Text(self.parts(template, Undefined::Dollar, &mut notes, active)?)
                }
            }
            Operand::Literal(text) => Value::Text(text.clone()),
            Operand::Variable(name) => self.named(name, &mut notes, active)?.unwrap_or_else(empty),
            Operand::Name(name) => match self.named(name, &mut notes, active)? {
                Some(value) => value,
                None => Value::Text(name.clone()),
            },
            Operand::Placeholder(placeholder) => {
                match self.placeholder(placeholder, &mut notes, active)? {
                    Resolved::Value(value) => value,
                    Resolved::Undefined(_) => empty(),
                }
            }
            Operand::Array(elements) => {
                Value::array(self.elements_in(elements, &mut notes, active)?)
            }
            Operand::Builtin(call) => match self.named_builtin(call, &mut notes, active)? {
                Some(value) => value,
                None => Value::Text(self.builtin_call(call, &mut notes, active)?),
            },
        };
        if manner == Manner::Strict {
            notes.outcome()?;
        }
        Ok(value)
    }

    /// A text in which undefined names are empty.
    fn lenient(
        &mut self,
        template: &crate::ast::Template,
        active: &mut Vec<Text>,
    ) -> Result<Text, Trouble> {
        use crate::ast::Part;
        if template.is_plain() {
            return Ok(template.text.clone());
        }
        let mut out = String::new();
        for part in template.parts.iter() {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Environment(part) => {
                    let value = self.world.environment(&part.name);
                    let default = part.default.as_ref().map(ToString::to_string);
                    out.push_str(&value.or(default).unwrap_or_default());
                }
                Part::Placeholder(placeholder) => {
                    let found = self.placeholder(placeholder, &mut Notes::default(), active)?;
                    if let Resolved::Value(value) = found {
                        out.push_str(value.text());
                    }
                }
            }
        }
        Ok(out.into())
    }

    fn environment_test(
        &mut self,
        node: &EnvironmentTest,
        manner: Manner,
        active: &mut Vec<Text>,
    ) -> Result<bool, Trouble> {
        let name = self.template(&node.name, Undefined::Dollar)?;
        let value = self.world.environment(&name);
        Ok(match &node.question {
            EnvironmentQuestion::Exists => value.is_some(),
            EnvironmentQuestion::NotExists => value.is_none(),
            EnvironmentQuestion::Compare(operator, operand) => {
                let right = match operand {
                    Some(operand) => self.operand(operand, manner, active)?,
                    None => Value::Text(Text::default()),
                };
                // An unset variable is equal to nothing, also not to the empty text.
                match (operator, &value) {
                    (Comparator::Is | Comparator::Equal, None) => return Ok(false),
                    (Comparator::IsNot | Comparator::NotEqual, None) => return Ok(true),
                    _ => {}
                }
                let left = Value::Text(value.unwrap_or_default().into());
                compare(*operator, &left, &right).map_err(in_condition)?
            }
        })
    }

    fn path_test(&mut self, node: &PathTest) -> Result<bool, Trouble> {
        let path = self.path(&node.path)?.absolute;
        let exists = if node.directory {
            path.is_dir()
        } else {
            is_file(&path)
        };
        let empty = || {
            if node.directory {
                is_empty_directory(&path)
            } else {
                !exists || std::fs::metadata(&path).is_ok_and(|found| found.len() == 0)
            }
        };
        Ok(match node.question {
            PathQuestion::Exists => exists,
            PathQuestion::NotExists => !exists,
            PathQuestion::IsEmpty => empty(),
            PathQuestion::IsNotEmpty => !empty(),
        })
    }

    fn file_comparison(&mut self, node: &FileComparison) -> Result<bool, Trouble> {
        let left = self.path(&node.left)?;
        let right = self.path(&node.right)?;
        let same = same_content(&left, &right).map_err(in_condition)?;
        Ok(same != node.negated)
    }

    fn version_test(
        &mut self,
        node: &VersionTest,
        manner: Manner,
        active: &mut Vec<Text>,
    ) -> Result<bool, Trouble> {
        let left = self.operand(&node.left, manner, active)?.text().clone();
        let right = self.operand(&node.right, manner, active)?.text().clone();
        let unknown = |text: &Text| text.starts_with("[DRY RUN]");
        if self.world.dry_run && (unknown(&left) || unknown(&right)) {
            return Ok(false);
        }
        let left = stable(&left, "left").map_err(in_condition)?;
        let right = stable(&right, "right").map_err(in_condition)?;
        let holds = if node.newer {
            left > right
        } else {
            left < right
        };
        Ok(holds != node.negated)
    }

    fn port_test(
        &mut self,
        node: &PortTest,
        manner: Manner,
        active: &mut Vec<Text>,
    ) -> Result<bool, Trouble> {
        let port = self.operand(&node.port, manner, active)?.text().clone();
        let host = self.operand(&node.host, manner, active)?.text().clone();
        let timeout = match &node.timeout {
            Some(operand) => self.operand(operand, manner, active)?.text().clone(),
            None => Text::from("5s"),
        };
        if self.world.dry_run {
            return Ok(false);
        }
        let port = port
            .trim()
            .parse()
            .map_err(|_| in_condition(format!("'{port}' is not a port")))?;
        let timeout =
            seconds(&timeout).ok_or_else(|| in_condition(format!("'{timeout}' is not a time")))?;
        let open = self.answer(Probe::Port {
            host,
            port,
            timeout,
        })? == "true";
        Ok(open != node.negated)
    }

    /// Whether a test of tools holds.
    ///
    /// # Errors
    /// Undefined names in a version; needed answers.
    pub fn tool_test(&mut self, node: &ToolTest) -> Result<bool, Trouble> {
        Ok(match &node.question {
            ToolQuestion::Available => self.all_tools(node, Probe::ToolAvailable)?,
            ToolQuestion::NotAvailable => !self.all_tools(node, Probe::ToolAvailable)?,
            ToolQuestion::Running => self.all_tools(node, Probe::ToolRunning)?,
            ToolQuestion::NotRunning => !self.all_tools(node, Probe::ToolRunning)?,
            ToolQuestion::AvailableVersion(bound) => {
                if !self.all_tools(node, Probe::ToolAvailable)? {
                    return Ok(false);
                }
                let found = self.tool_version(node)?;
                let wanted = self.template(&bound.version, Undefined::Dollar)?;
                !found.is_empty() && super::versions::fits(&found, &bound.operator, &wanted)
            }
            ToolQuestion::Version(bound) => {
                let found = self.tool_version(node)?;
                let wanted = self.template(&bound.version, Undefined::Dollar)?;
                super::versions::fits(&found, &bound.operator, &wanted)
            }
        })
    }

    /// The version of the tool of a test.
    ///
    /// # Errors
    /// A needed answer.
    pub fn tool_version(&mut self, node: &ToolTest) -> Result<String, Trouble> {
        let tool = node.tools.first().cloned().unwrap_or_default();
        self.answer(Probe::ToolVersion(tool))
    }

    fn all_tools(
        &mut self,
        node: &ToolTest,
        probe: impl Fn(Text) -> Probe,
    ) -> Result<bool, Trouble> {
        for tool in &node.tools {
            if self.answer(probe(tool.clone()))? != "true" {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn answer(&mut self, probe: Probe) -> Result<String, Trouble> {
        self.ask(probe)?.map_err(in_condition)
    }
}

fn in_condition(message: String) -> Trouble {
    Trouble::Failed(format!("in if condition: {message}"))
}

fn is_file(path: &std::path::Path) -> bool {
    std::fs::metadata(path).is_ok_and(|found| !found.is_dir())
}

/// Whether a directory has no entry that is not hidden; a missing one is empty.
fn is_empty_directory(path: &std::path::Path) -> bool {
    let Ok(entries) = std::fs::read_dir(path) else {
        return true;
    };
    !entries
        .flatten()
        .any(|entry| !entry.file_name().as_encoded_bytes().starts_with(b"."))
}

/// Compares piece by piece: files may be larger than the memory.
fn same_content(left: &ExpandedPath, right: &ExpandedPath) -> Result<bool, String> {
    use std::io::{BufRead, BufReader};
    let open = |side: &str, path: &ExpandedPath| {
        let failed = |error: std::io::Error| {
            let (shown, absolute) = (&path.shown, path.absolute.display());
            let reason = os_reason(&error);
            format!("reading {side} file \"{shown}\": open {absolute}: {reason}")
        };
        let file = std::fs::File::open(&path.absolute).map_err(failed)?;
        if file.metadata().is_ok_and(|found| found.is_dir()) {
            return Err(failed(std::io::ErrorKind::IsADirectory.into()));
        }
        Ok(BufReader::with_capacity(64 * 1024, file))
    };
    let (mut a, mut b) = (open("left", left)?, open("right", right)?);
    loop {
        let read = |error: std::io::Error| format!("reading files: {}", os_reason(&error));
        let (from_a, from_b) = (a.fill_buf().map_err(read)?, b.fill_buf().map_err(read)?);
        let length = from_a.len().min(from_b.len());
        if length == 0 {
            return Ok(from_a.len() == from_b.len());
        }
        if from_a[..length] != from_b[..length] {
            return Ok(false);
        }
        a.consume(length);
        b.consume(length);
    }
}

/// `MAJOR.MINOR.PATCH` without leading zeros.
fn stable(text: &str, side: &str) -> Result<[u64; 3], String> {
    let parts: Vec<Option<u64>> = text
        .split('.')
        .map(|part| {
            let leading = part.len() > 1 && part.starts_with('0');
            let digits = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
            (digits && !leading).then(|| part.parse().ok()).flatten()
        })
        .collect();
    match parts[..] {
        [Some(major), Some(minor), Some(patch)] => Ok([major, minor, patch]),
        _ => Err(format!(
            "{side} side of semantic version comparison: \"{text}\" is not a stable MAJOR.MINOR.PATCH version"
        )),
    }
}

/// `2s`, `500ms`, `1m`, or bare seconds.
fn seconds(text: &str) -> Option<Duration> {
    let text = text.trim();
    let split = text
        .find(|char: char| char.is_ascii_alphabetic())
        .unwrap_or(text.len());
    let (amount, unit) = text.split_at(split);
    let amount: f64 = amount.trim().parse().ok()?;
    let factor = match unit {
        "" | "s" => 1.0,
        "ms" => 0.001,
        "m" => 60.0,
        "h" => 3600.0,
        _ => return None,
    };
    Duration::try_from_secs_f64(amount * factor).ok()
}
