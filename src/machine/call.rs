//! Calls: tasks and their dependencies; entering and returning.

mod parameter;
mod snippet;
mod stage;

use super::frame::{Call, CallKind, CallRest, Frame};
use super::{Execution, Machine, Stop};
use crate::ast::action::Call as CallNode;
use crate::resolve::TaskRef;
use crate::source::Text;
use crate::value::Undefined;

impl Machine {
    pub(super) fn call_task(&mut self, node: &CallNode) -> Execution {
        let mut arguments = Vec::with_capacity(node.arguments.len());
        for (name, template) in &node.arguments {
            let value = self.text_with(template, Undefined::Dollar, "call statement")?;
            arguments.push((name.clone(), value));
        }
        if self.dry() {
            self.dry_call(node, &arguments);
            return Ok(());
        }
        let namespace = self
            .call()
            .map(|call| call.namespace.clone())
            .unwrap_or_default();
        let task = self
            .run
            .program
            .task(&node.task, &namespace)
            .map_err(|error| Stop::fail(error.to_string()))?
            .ok_or_else(|| Stop::fail(format!("task '{}' not found", node.task)))?;
        let pending = if task.definition().dependencies.is_empty() {
            Vec::new()
        } else {
            let mut tasks = self
                .run
                .program
                .dependencies_of_call(&task)
                .map_err(|error| Stop::fail(error.to_string()))?;
            tasks.reverse();
            tasks
        };
        let current = if namespace.is_empty() || task.namespace.is_empty() {
            node.task.clone()
        } else {
            task.full_name.clone()
        };
        self.enter_task(task, current, pending, arguments);
        Ok(())
    }

    fn dry_call(&self, node: &CallNode, arguments: &[(Text, Text)]) {
        self.line(&format!("[DRY RUN] Would call task: {}", node.task));
        if arguments.is_empty() {
            return;
        }
        let sorted: std::collections::BTreeMap<_, _> = arguments
            .iter()
            .map(|(name, value)| (name, value))
            .collect();
        let shown: Vec<_> = sorted
            .iter()
            .map(|(name, value)| format!("{name}:{value}"))
            .collect();
        self.line(&format!(
            "[DRY RUN] With parameters: map[{}]",
            shown.join(" ")
        ));
    }

    fn enter_task(
        &mut self,
        task: TaskRef,
        current: Text,
        pending: Vec<TaskRef>,
        arguments: Vec<(Text, Text)>,
    ) {
        let index = self.frames.len() as u32;
        let ci = self.mode_of(&task);
        let mark = self.variables.mark();
        let rest = CallRest {
            pending,
            arguments,
            target: Some(task.clone()),
        };
        self.push_call(Call {
            kind: CallKind::Task,
            name: current.clone(),
            namespace: task.namespace.clone(),
            file: task.file.clone(),
            task: index,
            scope: index,
            workdir: None,
            ci,
            current_task: current,
            parameters: Default::default(),
            header: task.span(),
            mark,
            hidden: None,
            rest: Some(Box::new(rest)),
        });
    }

    /// Whether a task that the running code starts runs in mode `ci`.
    fn mode_of(&self, task: &TaskRef) -> bool {
        let inherited = self.task_call().is_some_and(|call| call.ci);
        self.run
            .options
            .ci
            .unwrap_or(match task.marks().mode.as_deref() {
                Some("ci") => true,
                Some(_) => false,
                None => inherited,
            })
    }

    fn enter_dependency(&mut self, task: TaskRef, scope: u32) {
        let index = self.frames.len() as u32;
        let ci = self.mode_of(&task);
        self.push_call(Call {
            kind: CallKind::Dependency,
            name: task.full_name.clone(),
            namespace: task.namespace.clone(),
            file: task.file.clone(),
            task: index,
            scope,
            workdir: None,
            ci,
            current_task: task.full_name.clone(),
            parameters: Default::default(),
            header: task.span(),
            mark: Default::default(),
            hidden: None,
            rest: Some(Box::new(CallRest {
                target: Some(task),
                ..CallRest::default()
            })),
        });
    }

    pub(super) fn push_call(&mut self, call: Call) {
        self.calls.push(self.frames.len() as u32);
        self.frames.push(Frame::Call(Box::new(call)));
    }

    /// Takes the call on top away.
    pub(super) fn pop_call(&mut self) -> Option<Call> {
        match self.frames.pop() {
            Some(Frame::Call(call)) => {
                self.calls.pop();
                self.allowances.leave(self.frames.len());
                Some(*call)
            }
            other => {
                self.frames.extend(other);
                None
            }
        }
    }

    /// The call on top goes on: it begins, or what it ran has ended.
    pub(super) fn continue_call(&mut self) -> Execution {
        let Some(Frame::Call(call)) = self.frames.last_mut() else {
            return Ok(());
        };
        if call.kind == CallKind::Run {
            return self.next_stage();
        }
        let scope = call.scope;
        if let Some(rest) = &mut call.rest {
            if let Some(dependency) = rest.pending.pop() {
                self.enter_dependency(dependency, scope);
                return Ok(());
            }
            if let Some(target) = rest.target.clone() {
                return self.begin(target);
            }
        }
        self.return_from_call();
        Ok(())
    }

    /// Evaluates the parameters of the task of the call on top, and starts its body.
    fn begin(&mut self, target: TaskRef) -> Execution {
        self.set_parameters(&target)?;
        self.allow(&target);
        if let Some(Frame::Call(call)) = self.frames.last_mut() {
            call.rest = None;
        }
        self.push_body(&target.definition().body);
        Ok(())
    }

    fn return_from_call(&mut self) {
        let Some(call) = self.pop_call() else { return };
        if call.kind != CallKind::Task {
            return;
        }
        // What the callee made of the names of its own parameters stays with it.
        for (name, _) in call.parameters.iter() {
            self.forget(name);
        }
        for (name, value) in call.hidden.into_iter().flat_map(|hidden| *hidden) {
            self.variables.set(&name, value);
        }
        self.variables.keep(call.mark);
    }

    /// Sets the parameters of a task in the scope of the call on top.
    pub(super) fn set_parameters(&mut self, task: &TaskRef) -> Execution {
        let task = task.clone();
        let called = self.call().is_some_and(|call| call.kind == CallKind::Task);
        for parameter in &task.definition().parameters {
            let given = self.given(parameter, called);
            let value = self.parameter_value(parameter, given)?;
            let scope = self.call().map_or(0, |call| call.scope);
            if called {
                self.hide(&parameter.name);
            }
            self.note_secret(&parameter.name, &value);
            if let Some(call) = self.call_mut(scope) {
                call.parameters.set(&parameter.name, value);
            }
        }
        Ok(())
    }

    fn enter_planned(&mut self, planned: super::start::PlannedTask) {
        let index = self.frames.len() as u32;
        let task = planned.task;
        self.push_call(Call {
            kind: CallKind::Planned,
            name: task.full_name.clone(),
            namespace: task.namespace.clone(),
            file: task.file.clone(),
            task: index,
            scope: 0,
            workdir: None,
            ci: planned.ci,
            current_task: task.full_name.clone(),
            parameters: Default::default(),
            header: task.span(),
            mark: Default::default(),
            hidden: None,
            rest: planned.with_parameters.then(|| {
                Box::new(CallRest {
                    target: Some(task.clone()),
                    ..CallRest::default()
                })
            }),
        });
        if !planned.with_parameters {
            self.allow(&task);
            self.push_body(&task.definition().body);
        }
    }
}
