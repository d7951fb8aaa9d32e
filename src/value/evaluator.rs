//! Evaluation of templates: what is replaced, what stays, what is an error.

use std::path::Path;

use super::pass::Pass;
use super::{Found, Names, Probe, Replay, Value, World, operation};
use crate::ast::{
    Branch, Choice, EnvironmentPart, Expr, Meaning, Operation, Part, Pipeline, PipelineSource,
    Placeholder, Setting, Template,
};
use crate::parser;
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
    /// None: they count as the empty text. Conditions, where undefined names are allowed.
    Empty,
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
    /// The bytes that were asked about before, and may be had.
    pub agreed: usize,
}

/// What a placeholder came to.
pub(super) enum Resolved {
    Value(Value),
    /// The names, as the error shows them between braces.
    Undefined(Vec<Text>),
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
        let mut pass = self.pass(undefined);
        let text = self.parts(template, &mut pass)?;
        pass.outcome()?;
        Ok(text)
    }

    /// The value of a name as it was written; settings are evaluated.
    ///
    /// # Errors
    /// Those of a setting's value.
    pub fn lookup(&mut self, name: &str) -> Result<Option<Value>, Trouble> {
        let mut pass = self.pass(Undefined::Dollar);
        let value = self.named(name, &mut pass)?;
        pass.outcome()?;
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

    /// The beginning of an evaluation that takes unknown names in this way, where they are errors.
    pub(super) fn pass(&self, undefined: Undefined) -> Pass {
        Pass::new(match self.allow_undefined {
            true => Undefined::Never,
            false => undefined,
        })
    }

    pub(super) fn parts(&mut self, template: &Template, pass: &mut Pass) -> Result<Text, Trouble> {
        if template.is_plain() {
            return Ok(template.text.clone());
        }
        if let [Part::Placeholder(placeholder)] = &*template.parts {
            return self.single(placeholder, pass);
        }
        let mut out = String::with_capacity(template.text.len() + 32);
        self.append(template, pass, &mut out)?;
        Ok(out.into())
    }

    fn append(
        &mut self,
        template: &Template,
        pass: &mut Pass,
        out: &mut String,
    ) -> Result<(), Trouble> {
        for part in template.parts.iter() {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Environment(part) => self.environment(part, pass, out),
                Part::Placeholder(placeholder) => {
                    let text = self.single(placeholder, pass)?;
                    self.make_room(out, text.len())?;
                    out.push_str(&text);
                }
                // One of a whole text may hold those of its rows, which hold none.
                Part::Excerpt(text) => {
                    self.append(&parser::template(text, template.span), pass, out)?;
                }
            }
        }
        Ok(())
    }

    fn single(&mut self, placeholder: &Placeholder, pass: &mut Pass) -> Result<Text, Trouble> {
        match self.placeholder(placeholder, pass) {
            Ok(Resolved::Value(value)) => Ok(value.text().clone()),
            Ok(Resolved::Undefined(names)) => {
                names.iter().for_each(|name| pass.unknown(name));
                Ok(pass.instead(&placeholder.source))
            }
            // Conditions and settings do not go on with what failed.
            Err(Trouble::Failed(message)) if pass.goes_on() => {
                pass.failed(message);
                Ok(placeholder.source.clone())
            }
            Err(trouble) => Err(trouble),
        }
    }

    fn environment(&self, part: &EnvironmentPart, pass: &mut Pass, out: &mut String) {
        match (self.world.environment(&part.name), &part.default) {
            (Some(value), _) => out.push_str(&value),
            (None, Some(default)) => out.push_str(default),
            (None, None) => {
                pass.unset(part);
                out.push_str(&pass.instead(&part.source));
            }
        }
    }

    pub(super) fn placeholder(
        &mut self,
        placeholder: &Placeholder,
        pass: &mut Pass,
    ) -> Result<Resolved, Trouble> {
        pass.deeper()?;
        match &placeholder.meaning {
            Meaning::Pipeline(pipeline) => self.pipeline(pipeline, placeholder, pass),
            Meaning::Choice(choice) => self.choice(choice, pass),
            Meaning::Unknown => Ok(Resolved::Undefined(vec![placeholder.content.clone()])),
        }
    }

    fn pipeline(
        &mut self,
        pipeline: &Pipeline,
        placeholder: &Placeholder,
        pass: &mut Pass,
    ) -> Result<Resolved, Trouble> {
        let value = match &pipeline.source {
            PipelineSource::Name(name) => match self.named(name, pass)? {
                Some(value) => value,
                None => return Ok(Resolved::Undefined(vec![name.clone()])),
            },
            PipelineSource::Builtin(call) => match self.named_builtin(call, pass)? {
                Some(value) => value,
                None => Value::Text(self.builtin(call, placeholder, pass)?),
            },
            PipelineSource::Arithmetic(expression) => {
                match self.arithmetic(expression, placeholder, pass)? {
                    Resolved::Value(value) => value,
                    undefined => return Ok(undefined),
                }
            }
        };
        self.operations(value, &pipeline.operations, pass)
            .map(Resolved::Value)
    }

    /// A calculation in a placeholder. It means something only if all of its names do, and the word
    /// that it begins with (`{count + 1}`) has to be a name.
    fn arithmetic(
        &mut self,
        expression: &Expr,
        placeholder: &Placeholder,
        pass: &mut Pass,
    ) -> Result<Resolved, Trouble> {
        if let Some(word) = first_word(expression)
            && !self.is_known(word)
        {
            return Ok(Resolved::Undefined(vec![placeholder.content.clone()]));
        }
        let (value, unknown) = pass.collecting(|pass| self.expression_in(expression, pass));
        match value {
            Ok(_) | Err(Trouble::Failed(_)) if !unknown.is_empty() => {
                Ok(Resolved::Undefined(unknown))
            }
            value => value.map(Resolved::Value),
        }
    }

    fn operations(
        &mut self,
        mut value: Value,
        operations: &[Operation],
        pass: &mut Pass,
    ) -> Result<Value, Trouble> {
        for operation in operations {
            let mut arguments = Vec::with_capacity(operation.arguments.len());
            for argument in &operation.arguments {
                arguments.push(self.parts(argument, pass)?);
            }
            self.afford(operation::size(&value, &operation.name, &arguments))?;
            value = operation::apply(&value, &operation.name, &arguments, self.world)
                .map_err(Trouble::Failed)?;
        }
        Ok(value)
    }

    fn choice(&mut self, choice: &Choice, pass: &mut Pass) -> Result<Resolved, Trouble> {
        let mut choice = choice;
        loop {
            let holds = self.condition_of_placeholder(&choice.condition, pass)?;
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
                Branch::Text(template) => self.parts(template, pass)?,
                Branch::Name(name) => match self.named(name, pass)? {
                    Some(value) => return Ok(Resolved::Value(value)),
                    None => return Ok(Resolved::Undefined(vec![name.clone()])),
                },
            };
            return Ok(Resolved::Value(Value::Text(text)));
        }
    }

    /// Whether a name means something; settings are not evaluated.
    pub(super) fn is_known(&self, name: &str) -> bool {
        let found = |name: &str| self.names.find(name, self.namespace);
        !matches!(found(name), Found::Nothing)
            || (!name.starts_with('$') && matches!(found(&format!("${name}")), Found::Value(_)))
    }

    /// The value of a name; a bare one may stand for a variable with `$`.
    pub(super) fn named(&mut self, name: &str, pass: &mut Pass) -> Result<Option<Value>, Trouble> {
        if let Some(value) = self.named_first(name, pass)? {
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

    /// The same before functions of that name are thought of.
    pub(super) fn named_first(
        &mut self,
        name: &str,
        pass: &mut Pass,
    ) -> Result<Option<Value>, Trouble> {
        let names: &'a dyn Names = self.names;
        match names.find(name, self.namespace) {
            Found::Nothing => Ok(None),
            Found::Value(value) => Ok(Some(value)),
            Found::Setting(setting, namespace) => self.setting(setting, &namespace, pass).map(Some),
        }
    }

    /// A setting is a template: it is evaluated each time it is read.
    fn setting(
        &mut self,
        setting: &Setting,
        namespace: &Text,
        pass: &mut Pass,
    ) -> Result<Value, Trouble> {
        let key = match namespace.is_empty() {
            true => setting.key.clone(),
            false => Text::from(format!("{namespace}.{}", setting.key)),
        };
        pass.enter_setting(key)?;
        let mut inner = Evaluator {
            names: self.names,
            world: self.world,
            namespace: namespace.as_str(),
            workdir: self.workdir,
            replay: &mut *self.replay,
            allow_undefined: self.allow_undefined,
            too_large: self.too_large,
            agreed: self.agreed,
        };
        let value = pass.taking(pass.undefined.of_values(), |pass| {
            inner.expression_in(&setting.value, pass)
        });
        pass.leave_setting();
        Ok(match setting.as_list {
            true => value?.into_list(),
            false => value?,
        })
    }
}

/// The bare word that a calculation begins with.
pub(super) fn first_word(expression: &Expr) -> Option<&Text> {
    let mut first = expression;
    loop {
        first = match first {
            Expr::Word(word) => return Some(word),
            Expr::Binary(binary) => &binary.left,
            Expr::Group(inner) => inner,
            _ => return None,
        };
    }
}

impl Undefined {
    /// How the texts of values are taken where messages are taken in this way: the braces of a
    /// value that are no name stay.
    pub(super) fn of_values(self) -> Self {
        match self {
            Self::All => Self::Dollar,
            other => other,
        }
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
