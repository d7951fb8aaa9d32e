//! The secrets that the tasks of a plan need: they have to be there before any of them begins.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::ExecutionError;
use crate::action::secret::{blocking, hint};
use crate::ast::action::SecretOperation;
use crate::ast::{
    Block, Branch, BuiltinArgument, BuiltinCall, Choice, HookEvent, Meaning, Part, PipelineSource,
    Placeholder, Stmt, Template,
};
use crate::machine::Run;
use crate::memory::redact::texts;
use crate::parser;
use crate::resolve::TaskRef;
use crate::source::{Span, Text};
use crate::value::SecretName;

/// Looks for the secrets without a default in the bodies of `plan`.
///
/// # Errors
/// Names those that are missing; also a store that cannot be read when one is needed.
pub(super) async fn check(run: &Arc<Run>, plan: &[TaskRef]) -> Result<(), ExecutionError> {
    if !mentioned(plan) {
        return Ok(());
    }
    let (run, plan) = (run.clone(), plan.to_vec());
    // All statements are looked at, and the store is read: too long for where the monitor runs.
    let work = move || missing(&run, &plan);
    match blocking(work).await {
        Ok(missing) if missing.is_empty() => Ok(()),
        Ok(missing) => Err(ExecutionError::Failed(message(&missing))),
        Err(reason) => Err(ExecutionError::Failed(reason)),
    }
}

/// Whether the files of the plan have a call at all, which most have not: the trees of the others
/// are not walked.
fn mentioned(plan: &[TaskRef]) -> bool {
    let mut seen = FxHashSet::default();
    let mut files = plan.iter().map(|task| &task.file);
    files.any(|file| seen.insert(Arc::as_ptr(file)) && has_call(file.source.text()))
}

fn has_call(text: &str) -> bool {
    const WORD: &str = "secret";
    memchr::memmem::find_iter(text.as_bytes(), WORD).any(|at| {
        let rest = text.get(at + WORD.len()..).unwrap_or_default();
        rest.trim_start().starts_with('(')
    })
}

fn missing(run: &Run, plan: &[TaskRef]) -> Result<BTreeSet<SecretName>, String> {
    let found = RefCell::new(Found {
        automatic: run.world.secret_namespace(),
        needed: BTreeSet::new(),
    });
    let mut set = BTreeSet::new();
    for hook in run.program.hooks(HookEvent::Setup) {
        set_in(&hook.body, run, &mut set);
    }
    for task in plan {
        let body = &task.definition().body;
        set_in(body, run, &mut set);
        texts(body, &|text| found.borrow_mut().text(text));
    }
    let mut needed = found.into_inner().needed;
    needed.retain(|name| !set.contains(name));
    if !needed.is_empty() {
        let all = run.store.all()?;
        needed.retain(|name| !all.contains_key(&name.to_string()));
    }
    Ok(needed)
}

fn message(missing: &BTreeSet<SecretName>) -> String {
    let names: Vec<String> = missing.iter().map(SecretName::to_string).collect();
    let hint = missing.first().map(hint).unwrap_or_default();
    format!("missing secrets: {}\n  Help: {hint}", names.join(", "))
}

/// Adds the secrets that statements directly in `block` set.
fn set_in(block: &Block, run: &Run, set: &mut BTreeSet<SecretName>) {
    block.visit(&mut |statement| {
        if let Stmt::Secret(node) = statement
            && let SecretOperation::Set { key, .. } = &node.operation
        {
            let given = node.namespace.as_deref();
            set.extend(SecretName::new(key, given, run.world.secret_namespace()));
        }
    });
}

/// The secrets that were found in texts.
struct Found<'r> {
    automatic: &'r str,
    needed: BTreeSet<SecretName>,
}

impl Found<'_> {
    fn text(&mut self, text: &str) {
        if has_call(text) && text.contains('{') {
            self.template(&parser::template(&Text::from(text), Span::default()));
        }
    }

    fn template(&mut self, template: &Template) {
        for part in template.parts.iter() {
            match part {
                Part::Placeholder(placeholder) => self.placeholder(placeholder),
                Part::Excerpt(text) => self.text(text),
                Part::Text(_) | Part::Environment(_) => {}
            }
        }
    }

    fn placeholder(&mut self, placeholder: &Placeholder) {
        match &placeholder.meaning {
            Meaning::Pipeline(pipeline) => {
                if let PipelineSource::Builtin(call) = &pipeline.source {
                    self.call(call);
                }
                let operations = pipeline.operations.iter();
                let arguments = operations.flat_map(|operation| &operation.arguments);
                arguments.for_each(|argument| self.template(argument));
            }
            Meaning::Choice(choice) => self.choice(choice),
            Meaning::Unknown => {}
        }
    }

    fn choice(&mut self, choice: &Choice) {
        for branch in [&choice.then, &choice.otherwise] {
            match branch {
                Branch::Text(template) => self.template(template),
                Branch::Choice(choice) => self.choice(choice),
                Branch::Name(_) => {}
            }
        }
    }

    /// A call whose key or namespace is only known when it runs says then what is missing.
    fn call(&mut self, call: &BuiltinCall) {
        let literal = |argument: &BuiltinArgument| match argument {
            BuiltinArgument::Text(template) if template.is_plain() => Some(template.text.clone()),
            BuiltinArgument::Text(_) | BuiltinArgument::Name(_) => None,
        };
        for argument in &call.arguments {
            if let BuiltinArgument::Text(template) = argument {
                self.template(template);
            }
        }
        let arguments: Vec<Option<Text>> = call.arguments.iter().map(literal).collect();
        let at = |index: usize| {
            arguments
                .get(index)
                .cloned()
                .unwrap_or(Some(Text::default()))
        };
        let (Some(key), Some(default), Some(given)) = (at(0), at(1), at(2)) else {
            return;
        };
        if call.name == "secret" && default.is_empty() {
            let given = Some(given.as_str()).filter(|given| !given.is_empty());
            self.needed
                .extend(SecretName::new(&key, given, self.automatic));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needed(text: &str) -> Vec<String> {
        let mut found = Found {
            automatic: "shop",
            needed: BTreeSet::new(),
        };
        found.text(text);
        found.needed.iter().map(SecretName::to_string).collect()
    }

    #[test]
    fn secrets_without_default_are_found_wherever_they_stand_in_a_text() {
        assert_eq!(
            needed("a {secret('k')} {secret(\"l\")}"),
            ["shop:k", "shop:l"]
        );
        assert_eq!(needed("{secret('k', '', 'team') | uppercase}"), ["team:k"]);
        assert_eq!(
            needed("{if $x is 'a' then \"{secret('k')}\" else 'b'}"),
            ["shop:k"]
        );
        assert_eq!(needed("{env('A', \"{secret('k')}\")}"), ["shop:k"]);
        for text in [
            "{secret('k', 'd')}",
            "{secret('k', $d)}",
            "{secret($k)}",
            "{secret('9')}",
            "secret('k')",
            "{secret}",
        ] {
            assert_eq!(needed(text), [""; 0], "{text}");
        }
    }
}
