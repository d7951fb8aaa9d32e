//! Evaluation of templates: what is replaced, what stays, what is an error.

use std::path::Path;

use super::{Found, Names, Probe, Replay, Value, World, operation};
use crate::ast::{
    Branch, Choice, EnvironmentPart, Meaning, Operation, Part, Pipeline, PipelineSource,
    Placeholder, Setting, Template,
};
use crate::source::Text;

/// Which unknown names are errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undefined {
    /// All: messages, single shell commands.
    All,
    /// Those that begin with `$`, and `${NAME}`; other braces stay: values, arguments, paths.
    Dollar,
    /// Those that begin with `$`; `${NAME}` stays for the shell: blocks, `capture from shell`.
    DollarOnly,
    /// None: they stay as written.
    Never,
}

/// Why there is no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// Unknown names: the message, without the place that the caller knows.
    Undefined(String),
    /// Anything else that failed: the whole message.
    Failed(String),
    /// An answer is needed; then the statement is evaluated again.
    Need(Probe),
    /// So many bytes are wanted at once that somebody has to agree; then the same.
    Large(usize),
}

/// How deep settings may refer to other settings.
const SETTINGS: usize = 100;

/// Evaluates texts, expressions and conditions for one piece of code.
pub struct Evaluator<'a> {
    /// The names that the code sees.
    pub names: &'a dyn Names,
    /// The process around it.
    pub world: &'a World,
    /// The namespace of the code; empty for the main file.
    pub namespace: &'a str,
    /// The folder that paths of conditions are relative to.
    pub workdir: &'a Path,
    /// Answers to what was asked.
    pub replay: &'a mut Replay,
    /// Whether undefined names stay as text.
    pub allow_undefined: bool,
    /// Whether so many bytes may not be had at once without asking.
    pub too_large: fn(usize) -> bool,
}

/// What a placeholder came to.
pub(super) enum Resolved {
    Value(Value),
    /// The name, as the error shows it between braces.
    Undefined(Text),
}

/// Names and failures that were met in one text.
#[derive(Default)]
pub(super) struct Notes {
    environment: Vec<Text>,
    names: Vec<Text>,
    failures: Vec<String>,
}

impl Notes {
    pub(super) fn name(&mut self, name: Text) {
        if !self.names.contains(&name) {
            self.names.push(name);
        }
    }

    /// What the notes come to; environment variables are reported first and alone.
    pub(super) fn outcome(self) -> Result<(), Trouble> {
        if !self.environment.is_empty() {
            let list = join(&self.environment, |source| source.to_string());
            let noun = plural("undefined environment variable", self.environment.len());
            return Err(Trouble::Undefined(format!("{noun}: {list}")));
        }
        if !self.names.is_empty() {
            let list = join(&self.names, |name| format!("{{{name}}}"));
            let noun = plural("undefined variable", self.names.len());
            return Err(Trouble::Undefined(format!("{noun}: {list}")));
        }
        match self.failures.len() {
            0 => Ok(()),
            1 => Err(Trouble::Failed(self.failures.concat())),
            _ => Err(Trouble::Failed(format!(
                "multiple errors: {}",
                self.failures.join("; ")
            ))),
        }
    }
}

fn plural(noun: &str, count: usize) -> String {
    if count == 1 {
        noun.to_owned()
    } else {
        format!("{noun}s")
    }
}

fn join(names: &[Text], shown: impl Fn(&Text) -> String) -> String {
    names.iter().map(shown).collect::<Vec<_>>().join(", ")
}

impl<'a> Evaluator<'a> {
    /// The text of a template.
    ///
    /// # Errors
    /// Unknown names as `undefined` says, failing operations and functions, and needed answers.
    pub fn template(&mut self, template: &Template, undefined: Undefined) -> Result<Text, Trouble> {
        if template.is_plain() {
            return Ok(template.text.clone());
        }
        let mut notes = Notes::default();
        let text = self.parts(template, undefined, &mut notes, &mut Vec::new())?;
        notes.outcome()?;
        Ok(text)
    }

    /// The value of a name as it was written; settings are evaluated.
    ///
    /// # Errors
    /// Those of a setting's value.
    pub fn lookup(&mut self, name: &str) -> Result<Option<Value>, Trouble> {
        let mut notes = Notes::default();
        let value = self.named(name, &mut notes, &mut Vec::new())?;
        notes.outcome()?;
        Ok(value)
    }

    /// The value of a loop's iterable: as [`Evaluator::lookup`], but settings only through `$globals`.
    ///
    /// # Errors
    /// None but those of [`Evaluator::lookup`].
    pub fn lookup_iterable(&mut self, name: &str) -> Result<Option<Value>, Trouble> {
        let is_setting = matches!(self.names.find(name, self.namespace), Found::Setting(..));
        if is_setting && !name.starts_with("$globals.") {
            return Ok(None);
        }
        self.lookup(name)
    }

    pub(super) fn parts(
        &mut self,
        template: &Template,
        undefined: Undefined,
        notes: &mut Notes,
        active: &mut Vec<Text>,
    ) -> Result<Text, Trouble> {
        if template.is_plain() {
            return Ok(template.text.clone());
        }
        if let [Part::Placeholder(placeholder)] = &*template.parts {
            return self.single(placeholder, undefined, notes, active);
        }
        let mut out = String::with_capacity(template.text.len() + 32);
        for part in template.parts.iter() {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Environment(part) => self.environment(part, undefined, notes, &mut out),
                Part::Placeholder(placeholder) => {
                    let text = self.single(placeholder, undefined, notes, active)?;
                    self.afford(out.len() + text.len())?;
                    out.push_str(&text);
                }
            }
        }
        Ok(out.into())
    }

    /// A text of `bytes` is about to be built.
    pub(super) fn afford(&self, bytes: usize) -> Result<(), Trouble> {
        match (self.too_large)(bytes) {
            true => Err(Trouble::Large(bytes)),
            false => Ok(()),
        }
    }

    fn single(
        &mut self,
        placeholder: &Placeholder,
        undefined: Undefined,
        notes: &mut Notes,
        active: &mut Vec<Text>,
    ) -> Result<Text, Trouble> {
        match self.placeholder(placeholder, notes, active) {
            Ok(Resolved::Value(value)) => Ok(value.text().clone()),
            Ok(Resolved::Undefined(name)) => {
                let strict = match undefined {
                    Undefined::All => true,
                    Undefined::Dollar | Undefined::DollarOnly => name.starts_with(['$', '(']),
                    Undefined::Never => false,
                };
                if strict && !self.allow_undefined {
                    notes.name(name);
                }
                Ok(placeholder.source.clone())
            }
            Err(Trouble::Failed(message)) => {
                notes.failures.push(message);
                Ok(placeholder.source.clone())
            }
            Err(trouble) => Err(trouble),
        }
    }

    fn environment(
        &self,
        part: &EnvironmentPart,
        undefined: Undefined,
        notes: &mut Notes,
        out: &mut String,
    ) {
        match (self.world.environment(&part.name), &part.default) {
            (Some(value), _) => out.push_str(&value),
            (None, Some(default)) => out.push_str(default),
            (None, None) => {
                let strict = matches!(undefined, Undefined::All | Undefined::Dollar);
                if strict && !self.allow_undefined && !notes.environment.contains(&part.source) {
                    notes.environment.push(part.source.clone());
                }
                out.push_str(&part.source);
            }
        }
    }

    pub(super) fn placeholder(
        &mut self,
        placeholder: &Placeholder,
        notes: &mut Notes,
        active: &mut Vec<Text>,
    ) -> Result<Resolved, Trouble> {
        match &placeholder.meaning {
            Meaning::Pipeline(pipeline) => self.pipeline(pipeline, placeholder, notes, active),
            Meaning::Choice(choice) => self.choice(choice, notes, active),
            Meaning::Unknown => Ok(Resolved::Undefined(placeholder.content.clone())),
        }
    }

    fn pipeline(
        &mut self,
        pipeline: &Pipeline,
        placeholder: &Placeholder,
        notes: &mut Notes,
        active: &mut Vec<Text>,
    ) -> Result<Resolved, Trouble> {
        let value = match &pipeline.source {
            PipelineSource::Name(name) => match self.named(name, notes, active)? {
                Some(value) => value,
                None => return Ok(Resolved::Undefined(name.clone())),
            },
            PipelineSource::Builtin(call) => {
                // A variable of the function's name goes before the function.
                let own = match call.arguments.is_empty() {
                    true => self.named_first(&call.source, notes, active)?,
                    false => None,
                };
                match own {
                    Some(value) => value,
                    None => Value::Text(self.builtin(call, placeholder, notes, active)?),
                }
            }
            PipelineSource::Arithmetic(expression) => {
                let before = notes.names.len();
                let value = self.expression_in(expression, notes, active)?;
                if notes.names.len() > before {
                    return Ok(Resolved::Value(Value::Text(placeholder.source.clone())));
                }
                value
            }
        };
        self.operations(value, &pipeline.operations, notes, active)
    }

    fn operations(
        &mut self,
        mut value: Value,
        operations: &[Operation],
        notes: &mut Notes,
        active: &mut Vec<Text>,
    ) -> Result<Resolved, Trouble> {
        for operation in operations {
            let mut arguments = Vec::with_capacity(operation.arguments.len());
            for argument in &operation.arguments {
                arguments.push(self.parts(argument, Undefined::Dollar, notes, active)?);
            }
            value = operation::apply(&value, &operation.name, &arguments, self.world)
                .map_err(Trouble::Failed)?;
        }
        Ok(Resolved::Value(value))
    }

    fn choice(
        &mut self,
        choice: &Choice,
        notes: &mut Notes,
        active: &mut Vec<Text>,
    ) -> Result<Resolved, Trouble> {
        let mut choice = choice;
        loop {
            let holds = self.condition_of_placeholder(&choice.condition, active)?;
            let branch = if holds {
                &choice.then
            } else {
                &choice.otherwise
            };
            let text = match branch {
                Branch::Choice(next) => {
                    choice = next;
                    continue;
                }
                Branch::Text(template) => self.parts(template, Undefined::Dollar, notes, active)?,
                Branch::Name(name) => match self.named(name, notes, active)? {
                    Some(value) => return Ok(Resolved::Value(value)),
                    None => return Ok(Resolved::Undefined(name.clone())),
                },
            };
            return Ok(Resolved::Value(Value::Text(text)));
        }
    }

    /// The value of a name; a bare one may stand for a variable with `$`.
    pub(super) fn named(
        &mut self,
        name: &str,
        notes: &mut Notes,
        active: &mut Vec<Text>,
    ) -> Result<Option<Value>, Trouble> {
        if let Some(value) = self.named_first(name, notes, active)? {
            return Ok(Some(value));
        }
        if name.starts_with('$') {
            return Ok(None);
        }
        match self.names.find(&format!("${name}"), self.namespace) {
            Found::Value(value) => Ok(Some(value)),
            _ => Ok(None),
        }
    }

    fn named_first(
        &mut self,
        name: &str,
        notes: &mut Notes,
        active: &mut Vec<Text>,
    ) -> Result<Option<Value>, Trouble> {
        let names: &'a dyn Names = self.names;
        match names.find(name, self.namespace) {
            Found::Nothing => Ok(None),
            Found::Value(value) => Ok(Some(value)),
            Found::Setting(setting, namespace) => {
                self.setting(setting, &namespace, notes, active).map(Some)
            }
        }
    }

    /// A setting is a template: it is evaluated each time it is read.
    fn setting(
        &mut self,
        setting: &Setting,
        namespace: &Text,
        notes: &mut Notes,
        active: &mut Vec<Text>,
    ) -> Result<Value, Trouble> {
        let key = match namespace.is_empty() {
            true => setting.key.clone(),
            false => Text::from(format!("{namespace}.{}", setting.key)),
        };
        if active.contains(&key) {
            return Err(Trouble::Failed(format!(
                "project setting '{key}' needs itself"
            )));
        }
        if active.len() >= SETTINGS {
            return Err(Trouble::Failed(format!(
                "project setting '{key}' is reached through more than {SETTINGS} other settings"
            )));
        }
        active.push(key);
        let mut inner = Evaluator {
            names: self.names,
            world: self.world,
            namespace: namespace.as_str(),
            workdir: self.workdir,
            replay: &mut *self.replay,
            allow_undefined: self.allow_undefined,
            too_large: self.too_large,
        };
        let value = inner.expression_in(&setting.value, notes, active);
        active.pop();
        let value = value?;
        Ok(if setting.as_list {
            value.into_list()
        } else {
            value
        })
    }
}

impl Value {
    /// The value as a list: a plain text is cut at commas and keeps its text.
    pub(super) fn into_list(self) -> Self {
        match self {
            Self::List(_) => self,
            Self::Text(text) => {
                let items = super::split_commas(&text);
                Self::list(text, items)
            }
        }
    }
}
