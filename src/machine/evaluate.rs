//! Evaluation of texts, expressions and conditions in the scope of the running code.

use super::names::View;
use super::{Machine, Stop, call_at};
use crate::ast::{Condition, Expr, Template};
use crate::memory::allocator;
use crate::report::Bar;
use crate::source::Text;
use crate::value::{Evaluator, Trouble, Undefined, Value};

impl Machine {
    /// Runs `work` with an evaluator that sees what the running code sees.
    pub(super) fn evaluate<R>(
        &mut self,
        work: impl FnOnce(&mut Evaluator<'_>) -> Result<R, Trouble>,
    ) -> Result<R, Trouble> {
        let names = View {
            run: &self.run,
            frames: &self.frames,
            calls: &self.calls,
            variables: &self.variables,
        };
        let call = names.call();
        let workdir = call
            .and_then(|call| call_at(&self.frames, call.task))
            .and_then(|task| task.workdir.as_deref())
            .unwrap_or(&self.run.world.start_dir);
        let mut evaluator = Evaluator {
            names: &names,
            world: &self.run.world,
            namespace: call.map_or("", |call| call.namespace.as_str()),
            workdir,
            replay: &mut self.replay,
            allow_undefined: self.run.options.allow_undefined,
            too_large: allocator::would_tear,
            agreed: self.agreed,
        };
        let result = work(&mut evaluator);
        self.show_progress();
        result
    }

    /// Shows what is under way, if an evaluation has changed that.
    fn show_progress(&mut self) {
        let Some(change) = self.run.world.progress_change() else {
            return;
        };
        if self.dry() || !self.run.report.shows_progress() {
            return;
        }
        let bar = change.latest.map(|indicator| Bar {
            message: indicator.message,
            percent: indicator.percent,
            started: indicator.clock.started,
            others: change.others,
        });
        self.run.report.progress(bar);
        self.on_bar = Some(change.text).filter(|text| !text.is_empty());
    }

    /// A text in which every unknown name is an error; `place` is what the error says it is in.
    pub(super) fn text(&mut self, template: &Template, place: &str) -> Result<Text, Stop> {
        self.text_with(template, Undefined::All, place)
    }

    /// A text with its own rule for unknown names.
    pub(super) fn text_with(
        &mut self,
        template: &Template,
        undefined: Undefined,
        place: &str,
    ) -> Result<Text, Stop> {
        if template.is_plain() {
            return Ok(template.text.clone());
        }
        self.evaluate(|evaluator| evaluator.template(template, undefined))
            .map_err(|trouble| within(trouble, place))
    }

    /// The value of an expression.
    pub(super) fn value(
        &mut self,
        expression: &Expr,
        as_list: bool,
        place: &str,
    ) -> Result<Value, Stop> {
        self.evaluate(|evaluator| evaluator.expression(expression, as_list))
            .map_err(|trouble| within(trouble, place))
    }

    /// Whether a condition holds in which every unknown name is an error.
    pub(super) fn holds(&mut self, condition: &Condition, place: &str) -> Result<bool, Stop> {
        self.holds_with(condition, Undefined::All, place)
    }

    /// Whether a condition with its own rule for unknown names holds.
    pub(super) fn holds_with(
        &mut self,
        condition: &Condition,
        undefined: Undefined,
        place: &str,
    ) -> Result<bool, Stop> {
        self.evaluate(|evaluator| evaluator.condition_with(condition, undefined))
            .map_err(|trouble| within(trouble, place))
    }
}

/// What stops a statement when evaluating came to `trouble`.
pub(super) fn within(trouble: Trouble, place: &str) -> Stop {
    match trouble {
        Trouble::Undefined(message) => Stop::fail(format!("in {place}: {message}")),
        Trouble::Failed(message) => Stop::fail(message),
        Trouble::Need(probe) => Stop::Need(probe),
        Trouble::Large(bytes) => Stop::Large(bytes),
    }
}
