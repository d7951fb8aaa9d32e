//! Loops: finding what they visit, filtering it, and one iteration after the other.

use super::super::frame::{Frame, LoopFrame};
use super::super::items::Items;
use super::super::parallel::Fan;
use super::super::variables::Mark;
use super::super::{Action, Execution, Failure, Machine, Stop};
use crate::ast::{Block, Bound, Loop, LoopFilter, LoopSource, MatchSubject, RangeSource};
use crate::source::Text;
use crate::value::{self, Undefined, Value};

/// How many items run at the same time.
pub(in crate::machine) const WORKERS: u64 = 5;

impl Machine {
    pub(in crate::machine) fn enter_loop(
        &mut self,
        node: &Loop,
        block: &Block,
        at: usize,
    ) -> Execution {
        let Some(mut items) = self.items(node)? else {
            return Ok(());
        };
        let mut total = items.len();
        let each = matches!(node.source, LoopSource::Variable(_) | LoopSource::Array(_));
        if each && total == 0 {
            self.line("ℹ️  No items to process in loop");
            return Ok(());
        }
        if let Some(filter) = &node.filter {
            items = self.filtered(filter, items)?;
            total = items.len();
        }
        if node.parallel {
            return self.enter_parallel(node, block, at, items, total);
        }
        if total == 0 {
            return Ok(());
        }
        self.verbose(|| format!("🔄  Executing {total} items sequentially"));
        let workdir = self.task_call().and_then(|call| call.workdir.clone());
        let variable = node.variable.clone();
        self.frames.push(Frame::Loop(Box::new(LoopFrame {
            block: block.clone(),
            statement: at as u32,
            items,
            item: None,
            variable,
            iteration: 0,
            total,
            mark: Mark::default(),
            workdir,
        })));
        Ok(())
    }

    fn enter_parallel(
        &mut self,
        node: &Loop,
        block: &Block,
        at: usize,
        items: Items,
        total: u64,
    ) -> Execution {
        if total == 0 {
            return Ok(());
        }
        if !self.dry() {
            let workers = total.min(WORKERS);
            self.verbose(|| {
                format!("🔄  Starting parallel execution: {total} items, {workers} workers")
            });
            return Err(Stop::Action(Box::new(Action::Fan(Fan {
                block: block.clone(),
                statement: at as u32,
                items,
                total,
            }))));
        }
        self.line(&format!(
            "[DRY RUN] Would execute {total} items in parallel (max workers: {WORKERS})"
        ));
        for (index, item) in items.enumerate() {
            let (worker, variable) = (index + 1, &node.variable);
            self.line(&format!("[DRY RUN] Worker {worker}: {variable} = {item}"));
        }
        self.line(&format!(
            "[DRY RUN] All {total} parallel executions would complete"
        ));
        Ok(())
    }

    /// What the loop visits; `None` when its line was printed and nothing is to run.
    fn items(&mut self, node: &Loop) -> Result<Option<Items>, Stop> {
        Ok(Some(match &node.source {
            LoopSource::Variable(name) => self.items_of_variable(name)?,
            LoopSource::Array(elements) => {
                let elements = elements.clone();
                let list = self
                    .evaluate(|evaluator| evaluator.elements(&elements))
                    .map_err(|trouble| super::super::evaluate::within(trouble, "for statement"))?;
                Items::list(list)
            }
            LoopSource::Range(range) => return self.range(range),
            LoopSource::Lines(path) => {
                let path = self.path(path)?;
                if self.dry() {
                    self.line(&format!(
                        "[DRY RUN] Would read lines from file: {}",
                        path.shown
                    ));
                    return Ok(None);
                }
                let text = self.file_content(&path)?;
                let items = Items::lines(text);
                let (shown, count) = (&path.shown, items.len());
                self.line(&format!(
                    "📄 Reading lines from file: {shown} ({count} lines)"
                ));
                items
            }
            LoopSource::Matches(source) => {
                let place = "for statement";
                let pattern = self.text_with(&source.pattern, Undefined::Dollar, place)?;
                if self.dry() {
                    self.line(&format!(
                        "[DRY RUN] Would find matches for pattern: {pattern}"
                    ));
                    return Ok(None);
                }
                let text = match &source.subject {
                    None => {
                        return Err(Stop::fail(format!(
                            "no text to search for pattern '{pattern}'"
                        )));
                    }
                    Some(MatchSubject::Text(text)) => {
                        self.text_with(text, Undefined::Dollar, place)?
                    }
                    Some(MatchSubject::Variable(name)) => match self.lookup(name)? {
                        Some(value) => value.text().clone(),
                        None => return Err(unknown_variable(name)),
                    },
                    Some(MatchSubject::File(path)) => {
                        let path = self.path(path)?;
                        self.file_content(&path)?
                    }
                };
                let parts = value::find_matches(&pattern, &text).map_err(Stop::fail)?;
                let count = parts.len();
                self.line(&format!(
                    "🔍  Finding matches for pattern: {pattern} ({count} matches)"
                ));
                Items::Parts {
                    text,
                    parts,
                    next: 0,
                }
            }
        }))
    }

    fn items_of_variable(&mut self, name: &Text) -> Result<Items, Stop> {
        if let Some(key) = name.strip_prefix("$globals.") {
            let value = self.lookup(name)?;
            return match value {
                Some(value) => Ok(Items::list(value.items().into_owned())),
                None if self.run.program.ast().main.project.is_none() => {
                    Err(Stop::fail("no project defined for $globals access"))
                }
                None => Err(Stop::fail(format!("project setting '{key}' not found"))),
            };
        }
        let value = self
            .evaluate(|evaluator| evaluator.lookup_iterable(name))
            .map_err(|trouble| super::super::evaluate::within(trouble, "for statement"))?;
        match value {
            Some(value) => Ok(Items::list(value.items().into_owned())),
            None => Err(unknown_variable(name)),
        }
    }

    fn range(&mut self, range: &RangeSource) -> Result<Option<Items>, Stop> {
        let start = self.bound(&range.start)?;
        let end = self.bound(&range.end)?;
        let step = match &range.step {
            Some(step) => self.bound(step)?,
            None => 1,
        };
        if step == 0 {
            return Err(Stop::fail("the step of a range must not be 0"));
        }
        let items = Items::range(start, end, step);
        let count = items.len();
        if self.dry() {
            self.line(&format!(
                "[DRY RUN] Would execute range loop from {start} to {end} step {step} ({count} items)"
            ));
            return Ok(None);
        }
        self.line(&format!(
            "🔄  Executing range loop from {start} to {end} step {step} ({count} items)"
        ));
        Ok(Some(items))
    }

    fn bound(&mut self, bound: &Bound) -> Result<i64, Stop> {
        let text = match bound {
            Bound::Number(text) => text.clone(),
            Bound::Name(name) => match self.lookup(name)? {
                Some(value) => value.text().clone(),
                None if name.starts_with('$') => return Err(unknown_variable(name)),
                None => name.clone(),
            },
            Bound::Placeholder(placeholder) => {
                let template = value::placeholder_template(placeholder);
                self.text_with(&template, Undefined::All, "for statement")?
            }
        };
        text.trim()
            .parse()
            .map_err(|_| Stop::fail(format!("range bound '{text}' is not a whole number")))
    }

    /// The items that the filter lets pass.
    fn filtered(&mut self, filter: &LoopFilter, items: Items) -> Result<Items, Stop> {
        let wanted = self.text_with(&filter.value, Undefined::Dollar, "where clause")?;
        let wanted_value = Value::Text(wanted.clone());
        let before = items.len();
        let mut kept = Vec::new();
        for item in items {
            let passes = value::compare(filter.operator, &Value::Text(item.clone()), &wanted_value)
                .map_err(Stop::fail)?;
            if passes {
                kept.push(item);
            }
        }
        let count = kept.len();
        if (count as u64) < before {
            let (name, operator) = (&filter.name, &filter.operator_text);
            self.line(&format!(
                "🔍  Filter applied: {count} items match condition '{name} {operator} {wanted}'"
            ));
        }
        Ok(Items::list(kept))
    }

    /// Ends the running iteration of the loop on top, if there is one, and begins the next.
    pub(in crate::machine) fn next_iteration(&mut self) -> Execution {
        self.end_iteration();
        let Some(Frame::Loop(frame)) = self.frames.last_mut() else {
            return Ok(());
        };
        let Some(item) = frame.items.next() else {
            let total = frame.total;
            self.frames.pop();
            self.verbose(|| format!("✅  Sequential loop completed: {total} items processed"));
            return Ok(());
        };
        frame.iteration += 1;
        frame.item = Some(item.clone());
        frame.mark = self.variables.mark();
        let (name, value) = (frame.variable.clone(), Value::Text(item.clone()));
        self.variables.set(&name, value.clone());
        let (iteration, total) = (frame.iteration, frame.total);
        let body = frame.node().map(|node| node.body.clone());
        self.note_secret(&name, &value);
        self.verbose(|| format!("📋 Processing item {iteration}/{total}: {item}"));
        if let Some(body) = body {
            self.push_body(&body);
        }
        Ok(())
    }

    /// Undoes what the running iteration of the loop on top has changed.
    fn end_iteration(&mut self) -> Option<Text> {
        let Some(Frame::Loop(frame)) = self.frames.last_mut() else {
            return None;
        };
        let item = frame.item.take()?;
        let workdir = frame.workdir.clone();
        self.variables.roll_back(frame.mark);
        if let Some(index) = self.call().map(|call| call.task)
            && let Some(task) = self.call_mut(index)
        {
            task.workdir = workdir;
        }
        Some(item)
    }

    /// Leaves the loop on top by `break`.
    pub(in crate::machine) fn break_loop(&mut self) {
        self.end_iteration();
        self.frames.pop();
    }

    /// Leaves the loop on top with a failure.
    pub(in crate::machine) fn fail_loop(&mut self, failure: Failure) -> Failure {
        let item = self.end_iteration();
        self.frames.pop();
        match item {
            Some(item) => failure.within(super::super::Layer::Item(item)),
            None => failure,
        }
    }

    /// The content of a file, read by an action; the statement runs again with it.
    fn file_content(&mut self, path: &value::ExpandedPath) -> Result<Text, Stop> {
        match self.inbox.take() {
            Some(text) => Ok(text),
            None => Err(Stop::Action(Box::new(Action::ReadFile {
                path: path.absolute.clone(),
                shown: path.shown.clone(),
            }))),
        }
    }

    fn path(&mut self, path: &crate::ast::PathOperand) -> Result<value::ExpandedPath, Stop> {
        self.evaluate(|evaluator| evaluator.path(path))
            .map_err(|trouble| super::super::evaluate::within(trouble, "for statement"))
    }
}

fn unknown_variable(name: &str) -> Stop {
    Stop::fail(format!("variable '{name}' not found"))
}
