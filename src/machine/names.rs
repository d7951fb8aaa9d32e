//! The lookup of names: variables, parameters, project values, and the same inside a namespace.

use super::frame::{Call, Frame};
use super::variables::Variables;
use super::{Run, call_at};
use crate::source::Text;
use crate::value::{Found, Names, Value};

/// What the running code sees.
pub(super) struct View<'a> {
    pub(super) run: &'a Run,
    pub(super) frames: &'a [Frame],
    pub(super) calls: &'a [u32],
    pub(super) variables: &'a Variables,
}

impl<'a> View<'a> {
    pub(super) fn call(&self) -> Option<&'a Call> {
        call_at(self.frames, *self.calls.last()?)
    }

    fn parameter(&self, name: &str) -> Option<&'a Value> {
        let scope = call_at(self.frames, self.call()?.scope)?;
        scope.parameters.get(name)
    }

    fn variable(&self, name: &str, namespace: &str) -> Option<&'a Value> {
        if !namespace.is_empty()
            && let Some(value) = self.variables.get(&namespaced(name, namespace))
        {
            return Some(value);
        }
        self.variables.get(name)
    }

    /// Parameters of the project; inside a namespace its own first.
    fn project_parameter(&self, name: &str, namespace: &str) -> Option<&'a Value> {
        if !namespace.is_empty()
            && let Some(value) = self.run.project_parameter(&format!("{namespace}.{name}"))
        {
            return Some(value);
        }
        self.run.project_parameter(name)
    }

    fn dollar(&self, name: &str, namespace: &str) -> Found<'a> {
        let Some(bare) = name.strip_prefix('$') else {
            return Found::Nothing;
        };
        if let Some(value) = self
            .variable(name, namespace)
            .or_else(|| self.parameter(bare))
            .or_else(|| self.variable(bare, namespace))
            .or_else(|| self.project_parameter(bare, namespace))
        {
            return Found::Value(value.clone());
        }
        if let Some(key) = bare.strip_prefix("globals.") {
            return self.global(key, namespace);
        }
        if let Some(parameter) = bare.strip_prefix("params.") {
            return self
                .parameter(parameter)
                .or_else(|| self.project_parameter(parameter, namespace))
                .map_or(Found::Nothing, |value| Found::Value(value.clone()));
        }
        self.project_value(bare, namespace)
    }

    fn bare(&self, name: &str, namespace: &str) -> Found<'a> {
        match self
            .parameter(name)
            .or_else(|| self.variable(name, namespace))
            .or_else(|| self.project_parameter(name, namespace))
        {
            Some(value) => Found::Value(value.clone()),
            None => self.project_value(name, namespace),
        }
    }

    /// The name or version of the project, else a setting.
    fn project_value(&self, name: &str, namespace: &str) -> Found<'a> {
        let project = self.run.program.ast().main.project.as_ref();
        match (name, project) {
            ("project", Some(project)) => Found::Value(Value::Text(project.name.clone())),
            ("version", Some(project)) if project.version.is_some() => {
                Found::Value(Value::Text(project.version.clone().unwrap_or_default()))
            }
            _ => self.setting(name, namespace),
        }
    }

    fn setting(&self, key: &str, namespace: &str) -> Found<'a> {
        match self.run.program.setting(namespace, key) {
            Some((setting, namespace)) => Found::Setting(setting, namespace),
            None => Found::Nothing,
        }
    }

    /// `$globals.KEY`: a setting, then what every project has.
    fn global(&self, key: &str, namespace: &str) -> Found<'a> {
        let Some(project) = self.run.program.ast().main.project.as_ref() else {
            return Found::Nothing;
        };
        let built_in = match key {
            "project" => Some(project.name.clone()),
            "version" => project.version.clone(),
            "current_task" => self.current_task(),
            _ => None,
        };
        let reserved = matches!(key, "project" | "version" | "current_task");
        if reserved && !namespace.is_empty() {
            return built_in.map_or(Found::Nothing, |text| Found::Value(Value::Text(text)));
        }
        match (self.setting(key, namespace), built_in) {
            (Found::Nothing, Some(text)) => Found::Value(Value::Text(text)),
            (found, _) => found,
        }
    }

    fn current_task(&self) -> Option<Text> {
        let task = call_at(self.frames, self.call()?.task)?;
        (!task.current_task.is_empty()).then(|| task.current_task.clone())
    }
}

impl Names for View<'_> {
    fn find(&self, name: &str, namespace: &str) -> Found<'_> {
        if name.starts_with('$') {
            self.dollar(name, namespace)
        } else {
            self.bare(name, namespace)
        }
    }
}

/// How code of `namespace` stores and reads its own `name`: `$v` as `$ns.v`, `v` as `ns.v`.
pub(super) fn namespaced(name: &str, namespace: &str) -> String {
    match name.strip_prefix('$') {
        Some(bare) => format!("${namespace}.{bare}"),
        None => format!("{namespace}.{name}"),
    }
}
