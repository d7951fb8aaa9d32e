//! Values of parameters: given, by default, or by their kind; and what they hide meanwhile.

use super::super::frame::Frame;
use super::super::{Execution, Machine, Stop, call_at};
use crate::ast::{DefaultValue, Parameter, ParameterKind, ParameterType, Template, Written};
use crate::source::Text;
use crate::value::{self, Undefined, Value};

impl Machine {
    /// What was given for a parameter, by the call or on the command line.
    pub(super) fn given(&self, parameter: &Parameter, called: bool) -> Option<Text> {
        if !called && self.call().is_some_and(|call| call.scope == 0) {
            return self.run.argument(&parameter.name).cloned();
        }
        let scope = call_at(&self.frames, self.call()?.scope)?;
        let arguments = &scope.rest.as_ref()?.arguments;
        let (_, value) = arguments
            .iter()
            .rev()
            .find(|(name, _)| *name == parameter.name)?;
        Some(value.clone())
    }

    /// The value of a parameter: given, else its default, else what its kind says.
    pub(in crate::machine) fn parameter_value(
        &mut self,
        parameter: &Parameter,
        given: Option<Text>,
    ) -> Result<Value, Stop> {
        let text = match (given, &parameter.default) {
            (Some(text), _) => text,
            (None, Some(DefaultValue::Text(template))) => {
                let place = format!("default of parameter '{}'", parameter.name);
                self.text_with(template, Undefined::Dollar, &place)?
            }
            (None, Some(DefaultValue::Array(items))) => {
                return self.default_list(parameter, items);
            }
            (None, None) if parameter.word == ParameterKind::Requires => {
                let name = &parameter.name;
                return Err(Stop::fail(format!(
                    "required parameter '{name}' not provided"
                )));
            }
            (None, None) => {
                return Ok(match parameter.ty {
                    Some(ParameterType::List(_)) => Value::list(Text::default(), Vec::new()),
                    _ => Value::Text(Text::default()),
                });
            }
        };
        value::parameter::check(parameter, &text).map_err(|error| Stop::fail(error.to_string()))
    }

    pub(super) fn default_list(
        &mut self,
        parameter: &Parameter,
        items: &Written<Template>,
    ) -> Result<Value, Stop> {
        let place = format!("default of parameter '{}'", parameter.name);
        let mut texts = Vec::new();
        for item in items {
            texts.push(self.text_with(&item, Undefined::Dollar, &place)?);
        }
        value::parameter::check_items(parameter, texts)
            .map_err(|error| Stop::fail(error.to_string()))
    }

    /// Takes the caller's variables of a parameter's name out of sight.
    pub(super) fn hide(&mut self, name: &Text) {
        let found = self.forget(name);
        if found.is_empty() {
            return;
        }
        if let Some(Frame::Call(call)) = self.frames.last_mut() {
            call.hidden.get_or_insert_default().extend(found);
        }
    }

    /// Takes the variables of a parameter's name away, and gives those that were there.
    pub(super) fn forget(&mut self, name: &Text) -> Vec<(Text, Value)> {
        if self.variables.is_empty() {
            return Vec::new();
        }
        let dollar = Text::from(format!("${name}"));
        let found = [dollar, name.clone()].map(|name| {
            let value = self.variables.remove(&name)?;
            Some((name, value))
        });
        found.into_iter().flatten().collect()
    }

    pub(super) fn set_project_parameters(&mut self) -> Execution {
        if self.run.project_parameters.get().is_some() {
            return Ok(());
        }
        let program = self.run.program.clone();
        let mut values = rustc_hash::FxHashMap::default();
        for (namespace, parameter) in program.project_parameters() {
            let given = match namespace.is_empty() {
                true => self.run.argument(&parameter.name).cloned(),
                false => None,
            };
            if given.is_none() && parameter.default.is_none() {
                continue;
            }
            let value = self.parameter_value(parameter, given)?;
            let name = match namespace.is_empty() {
                true => parameter.name.clone(),
                false => Text::from(format!("{namespace}.{}", parameter.name)),
            };
            values.insert(name, value);
        }
        // Only the main machine runs stages, so nothing else can have set them meanwhile.
        let _ = self.run.project_parameters.set(values);
        Ok(())
    }
}
