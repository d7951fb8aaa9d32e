//! Evaluation of conditions.

use super::evaluator::{Evaluator, Resolved, Trouble, Undefined};
use super::pass::Pass;
use super::{Probe, Value, compare, duration};
use crate::ast::{
    Comparator, Comparison, Condition, EnvironmentQuestion, EnvironmentTest, Operand, PortTest,
    Test, ToolQuestion, ToolTest, VersionTest,
};
use crate::source::Text;

/// Where a condition stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Manner {
    /// `if`, `when`, `break`, `continue`: unknown names were found before, and everything is true
    /// but the empty text and `false`.
    Statement,
    /// In a placeholder: few words are true.
    Placeholder,
}

impl Evaluator<'_> {
    /// Whether the condition of an `if` or `when` holds: every unknown name is an error.
    ///
    /// # Errors
    /// Undefined names, also in parts that would be skipped; what its tests fail with.
    pub fn condition(&mut self, condition: &Condition) -> Result<bool, Trouble> {
        self.condition_with(condition, Undefined::All)
    }

    /// Whether a condition holds, with its own rule for unknown names: [`Undefined::Dollar`] for
    /// `break` and `continue`.
    ///
    /// # Errors
    /// As [`Evaluator::condition`].
    pub fn condition_with(
        &mut self,
        condition: &Condition,
        undefined: Undefined,
    ) -> Result<bool, Trouble> {
        let mut pass = Pass::new(match self.allow_undefined {
            true => Undefined::Empty,
            false => undefined,
        });
        self.check(&condition.test, &mut pass);
        pass.outcome()?;
        let holds = self.test(&condition.test, Manner::Statement, &mut pass)?;
        pass.outcome()?;
        Ok(holds)
    }

    pub(super) fn condition_of_placeholder(
        &mut self,
        condition: &Condition,
        pass: &mut Pass,
    ) -> Result<bool, Trouble> {
        pass.taking(Undefined::Empty, |pass| {
            self.test(&condition.test, Manner::Placeholder, pass)
        })
    }

    fn test(&mut self, test: &Test, manner: Manner, pass: &mut Pass) -> Result<bool, Trouble> {
        pass.deeper()?;
        match test {
            Test::Or(tests) => {
                for test in tests {
                    if self.test(test, manner, pass)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Test::And(tests) => {
                for test in tests {
                    if !self.test(test, manner, pass)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Test::Not(test) => Ok(!self.test(test, manner, pass)?),
            Test::Truth(operand) => self.truth(operand, manner, pass),
            Test::Comparison(node) => self.comparison(node, manner, pass),
            Test::Environment(node) => self.environment_test(node, manner, pass),
            Test::Path(node) => self.path_test(node, pass),
            Test::FileComparison(node) => self.file_comparison(node, pass),
            Test::Version(node) => self.version_test(node, manner, pass),
            Test::Port(node) => self.port_test(node, manner, pass),
            Test::DockerNetwork(node) => {
                let name = self.operand(&node.name, manner, pass)?.text().clone();
                if self.world.dry_run {
                    return Ok(false);
                }
                let exists = self.answer(Probe::DockerNetwork(name))? == "true";
                Ok(exists != node.negated)
            }
            Test::Tool(node) => {
                if let (Some(test), [word]) = (&node.comparison, &*node.tools)
                    && self.is_known(word)
                {
                    return self.test(test, manner, pass);
                }
                self.tool_test(node)
            }
        }
    }

    fn truth(
        &mut self,
        operand: &Operand,
        manner: Manner,
        pass: &mut Pass,
    ) -> Result<bool, Trouble> {
        let value = self.operand_alone(operand, manner, pass)?;
        let text = value.text().trim().to_lowercase();
        Ok(match manner {
            Manner::Placeholder => matches!(text.as_str(), "true" | "yes" | "y" | "1" | "on"),
            Manner::Statement => !value.text().is_empty() && text != "false",
        })
    }

    fn comparison(
        &mut self,
        node: &Comparison,
        manner: Manner,
        pass: &mut Pass,
    ) -> Result<bool, Trouble> {
        let left = self.operand(&node.left, manner, pass)?;
        let right = match &node.right {
            Some(right) => self.operand(right, manner, pass)?,
            None => Value::default(),
        };
        compare(node.operator, &left, &right).map_err(in_condition)
    }

    /// An operand that stands alone: a bare name that names nothing is empty, not its own text.
    fn operand_alone(
        &mut self,
        operand: &Operand,
        manner: Manner,
        pass: &mut Pass,
    ) -> Result<Value, Trouble> {
        match operand {
            Operand::Name(name) => Ok(self.named(name, pass)?.unwrap_or_default()),
            operand => self.operand(operand, manner, pass),
        }
    }

    fn operand(
        &mut self,
        operand: &Operand,
        manner: Manner,
        pass: &mut Pass,
    ) -> Result<Value, Trouble> {
        let value = match operand {
            Operand::Text(template) => Value::Text(self.parts(template, pass)?),
            Operand::Literal(text) => Value::Text(text.clone()),
            Operand::Variable(name) => self.named(name, pass)?.unwrap_or_default(),
            Operand::Name(name) => match self.named(name, pass)? {
                Some(value) => value,
                None => Value::Text(name.clone()),
            },
            Operand::Placeholder(placeholder) => match self.placeholder(placeholder, pass)? {
                Resolved::Value(value) => value,
                Resolved::Undefined(names) => {
                    names.iter().for_each(|name| pass.unknown(name));
                    Value::Text(pass.instead(&placeholder.source))
                }
            },
            Operand::Array(elements) => Value::array(self.elements_in(elements, pass)?),
            Operand::Builtin(call) => match self.named_builtin(call, pass)? {
                Some(value) => value,
                None => Value::Text(self.builtin_call(call, pass)?),
            },
        };
        if manner == Manner::Statement {
            // What was met in a setting.
            pass.outcome()?;
        }
        Ok(value)
    }

    fn environment_test(
        &mut self,
        node: &EnvironmentTest,
        manner: Manner,
        pass: &mut Pass,
    ) -> Result<bool, Trouble> {
        let name = self.parts(&node.name, pass)?;
        let value = self.world.environment(&name);
        Ok(match &node.question {
            EnvironmentQuestion::Exists => value.is_some(),
            EnvironmentQuestion::NotExists => value.is_none(),
            EnvironmentQuestion::Compare(operator, operand) => {
                let right = match operand {
                    Some(operand) => self.operand(operand, manner, pass)?,
                    None => Value::default(),
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

    fn version_test(
        &mut self,
        node: &VersionTest,
        manner: Manner,
        pass: &mut Pass,
    ) -> Result<bool, Trouble> {
        let left = self.operand(&node.left, manner, pass)?.text().clone();
        let right = self.operand(&node.right, manner, pass)?.text().clone();
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
        pass: &mut Pass,
    ) -> Result<bool, Trouble> {
        let port = self.operand(&node.port, manner, pass)?.text().clone();
        let host = self.operand(&node.host, manner, pass)?.text().clone();
        let timeout = match &node.timeout {
            Some(operand) => self.operand(operand, manner, pass)?.text().clone(),
            None => Text::from("5s"),
        };
        if self.world.dry_run {
            return Ok(false);
        }
        let port = port
            .trim()
            .parse()
            .map_err(|_| in_condition(format!("'{port}' is not a port")))?;
        let timeout = duration::parse(&timeout)
            .ok_or_else(|| in_condition(format!("'{timeout}' is not a time")))?;
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

pub(super) fn in_condition(message: String) -> Trouble {
    Trouble::Failed(format!("in if condition: {message}"))
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
