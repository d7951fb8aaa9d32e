//! Statements that set variables.

use super::super::names::namespaced;
use super::super::{Execution, Machine, Stop};
use crate::ast::{SetVariable, SetWord, Transform, TransformArgument};
use crate::source::Text;
use crate::value::{Undefined, Value, transform};

impl Machine {
    pub(in crate::machine) fn set_variable(&mut self, node: &SetVariable) -> Execution {
        let place = match node.word {
            SetWord::Let => "let statement",
            SetWord::Set => "set statement",
            SetWord::Capture => "capture statement",
        };
        let value = self.value(&node.value, node.as_list, place)?;
        let name = node.name.as_str();
        if self.dry() {
            let dollar = name.strip_prefix('$').unwrap_or(name);
            let text = value.text();
            self.line(&match node.word {
                SetWord::Let => format!("[DRY RUN] Would set variable {name} = {text}"),
                SetWord::Set => format!("[DRY RUN] Would set variable {name} to {text}"),
                SetWord::Capture => format!("[DRY RUN] Would capture {dollar}: {text}"),
            });
        } else {
            self.verbose(|| match node.word {
                SetWord::Let => format!("📝  Set variable {name} = {}", value.text()),
                SetWord::Set => format!("📝  Set variable {name} to {}", value.text()),
                SetWord::Capture => format!("📥  Captured {name}: {}", value.text()),
            });
        }
        self.assign(&node.name, value);
        Ok(())
    }

    /// Sets a variable for the running code: code of a namespace has names of its own.
    pub(in crate::machine) fn assign(&mut self, name: &Text, value: Value) {
        self.note_secret(name, &value);
        let namespace = self
            .call()
            .map(|call| call.namespace.clone())
            .unwrap_or_default();
        if namespace.is_empty() {
            self.variables.set(name, value);
        } else {
            self.variables
                .set(&namespaced(name, &namespace).into(), value);
        }
    }

    pub(in crate::machine) fn transform(&mut self, node: &Transform) -> Execution {
        let old = self.variable_text(&node.name)?;
        let mut arguments = Vec::with_capacity(node.arguments.len());
        for argument in &node.arguments {
            arguments.push(match argument {
                TransformArgument::Text(text) => {
                    self.text_with(text, Undefined::Dollar, "transform statement")?
                }
                TransformArgument::Name(name) => self.variable_text(name)?,
            });
        }
        let new = transform::apply(&node.function, &old, &arguments)
            .map_err(|error| Stop::fail(format!("transformation failed: {error}")))?;
        let (name, function) = (&node.name, &node.function);
        if self.dry() {
            self.line(&format!(
                "[DRY RUN] Would transform variable {name} with {function}: {old} -> {new}"
            ));
        } else {
            self.line(&format!(
                "🔄  Transformed variable {name} with {function}: {old} -> {new}"
            ));
        }
        let name = self.transformed(&node.name);
        self.assign(&name, Value::Text(new));
        Ok(())
    }

    /// Where the result of a transformation goes: a bare variable stays bare.
    fn transformed(&self, name: &Text) -> Text {
        match name.strip_prefix('$') {
            Some(bare)
                if self.variables.get(name).is_none() && self.variables.get(bare).is_some() =>
            {
                name.share(bare)
            }
            _ => name.clone(),
        }
    }

    /// The text of a variable that has to exist.
    fn variable_text(&mut self, name: &Text) -> Result<Text, Stop> {
        match self.lookup(name)? {
            Some(value) => Ok(value.text().clone()),
            None => Err(Stop::fail(format!("variable '{name}' not found"))),
        }
    }

    /// The value of a name as it was written, settings evaluated.
    pub(in crate::machine) fn lookup(&mut self, name: &str) -> Result<Option<Value>, Stop> {
        self.evaluate(|evaluator| evaluator.lookup(name))
            .map_err(|trouble| super::super::evaluate::within(trouble, "name"))
    }
}
