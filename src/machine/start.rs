//! The stages of a run, and the machine that begins it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use super::frame::{Call, CallKind, Frame};
use super::variables::Variables;
use super::{Machine, Run};
use crate::ast::{Block, HookEvent};
use crate::resolve::TaskRef;
use crate::source::{Span, Text};
use crate::value::Replay;

/// The number of the next branch. That of everything else is 0.
static BRANCHES: AtomicU64 = AtomicU64::new(1);

/// A step of the run as a whole.
#[derive(Debug)]
pub(crate) enum Stage {
    /// The project's parameters get their values.
    ProjectParameters,
    /// The parameters of the requested task get their values, before its before hooks.
    Parameters(TaskRef),
    /// A task of the plan runs.
    Task(PlannedTask),
    /// A hook runs.
    Hook(HookStage),
}

/// A task of the plan.
#[derive(Debug)]
pub(crate) struct PlannedTask {
    pub(crate) task: TaskRef,
    pub(crate) ci: bool,
    /// Whether its parameters are still to be evaluated.
    pub(crate) with_parameters: bool,
}

/// A lifecycle hook.
#[derive(Debug)]
pub(crate) struct HookStage {
    pub(crate) name: Text,
    pub(crate) body: Block,
    pub(crate) header: Span,
    pub(crate) ci: bool,
    pub(crate) setup: bool,
    /// Failures are warnings, and the next statement runs.
    pub(crate) lenient: bool,
}

impl Machine {
    /// The main machine of a run: the stages of `plan`, whose last task is the requested one.
    pub(crate) fn start(run: &Arc<Run>, plan: &[TaskRef]) -> Arc<Mutex<Self>> {
        let mut machine = Self::empty(run, Text::from("main"));
        machine.stages = stages(run, plan);
        machine.push_call(Call {
            kind: CallKind::Run,
            name: Text::default(),
            namespace: Text::default(),
            file: run.program.ast().main.clone(),
            task: 0,
            scope: 0,
            workdir: None,
            ci: false,
            current_task: Text::default(),
            parameters: Default::default(),
            header: Span::default(),
            mark: Default::default(),
            hidden: None,
            rest: None,
        });
        machine.register()
    }

    /// The machine of a parallel branch: a copy of the scope of the running code, and `block`.
    pub(super) fn branch(&self, label: Text, block: &Block) -> Self {
        let mut branch = Self::empty(&self.run, label);
        branch.branch_id = crate::process::Branch(BRANCHES.fetch_add(1, Ordering::Relaxed));
        branch.variables = self.variables.branch();
        branch.allowances = self.allowances.branch();
        let call = self.call();
        let task = self.task_call();
        let scope = call.and_then(|call| super::call_at(&self.frames, call.scope));
        branch.push_call(Call {
            kind: CallKind::Branch,
            name: call.map(|call| call.name.clone()).unwrap_or_default(),
            namespace: call.map(|call| call.namespace.clone()).unwrap_or_default(),
            file: call
                .map(|call| call.file.clone())
                .unwrap_or_else(|| self.run.program.ast().main.clone()),
            task: 0,
            scope: 0,
            workdir: task.and_then(|task| task.workdir.clone()),
            ci: task.is_some_and(|task| task.ci),
            current_task: task
                .map(|task| task.current_task.clone())
                .unwrap_or_default(),
            parameters: scope
                .map(|scope| scope.parameters.clone())
                .unwrap_or_default(),
            header: call.map(|call| call.header).unwrap_or_default(),
            mark: Default::default(),
            hidden: None,
            rest: None,
        });
        branch.push_body(block);
        branch
    }

    fn empty(run: &Arc<Run>, label: Text) -> Self {
        Self {
            run: run.clone(),
            label,
            branch_id: crate::process::Branch::default(),
            frames: Vec::<Frame>::new(),
            calls: Vec::new(),
            variables: Variables::default(),
            allowances: Default::default(),
            secret_names: Default::default(),
            unwinding: None,
            replay: Replay::default(),
            retry: false,
            inbox: None,
            agreed: 0,
            on_bar: None,
            stages: Vec::new(),
        }
    }

    /// Makes the machine visible to whoever looks at the run.
    pub(super) fn register(self) -> Arc<Mutex<Self>> {
        let run = self.run.clone();
        let machine = Arc::new(Mutex::new(self));
        let mut machines = run
            .machines
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        machines.retain(|machine| machine.strong_count() > 0);
        machines.push(Arc::downgrade(&machine));
        machine
    }
}

/// The stages in reverse: the next one is the last.
fn stages(run: &Run, plan: &[TaskRef]) -> Vec<Stage> {
    let program = &run.program;
    let Some((target, dependencies)) = plan.split_last() else {
        return Vec::new();
    };
    let mode = |task: &TaskRef, inherited: bool| {
        run.options
            .ci
            .unwrap_or(match task.marks().mode.as_deref() {
                Some(mode) => mode == "ci",
                None => inherited,
            })
    };
    let ci = mode(target, false);
    let hooks = |event: HookEvent, name: &str| -> Vec<Stage> {
        let setup = event == HookEvent::Setup;
        let hook = |hook: &crate::ast::Hook| {
            Stage::Hook(HookStage {
                name: name.into(),
                body: hook.body.clone(),
                header: hook.span,
                ci: ci && !setup,
                setup,
                lenient: matches!(event, HookEvent::After | HookEvent::Teardown),
            })
        };
        program.hooks(event).into_iter().map(hook).collect()
    };
    let planned = |task: &TaskRef, ci: bool, with_parameters: bool| {
        Stage::Task(PlannedTask {
            task: task.clone(),
            ci,
            with_parameters,
        })
    };
    let mut stages = vec![Stage::ProjectParameters];
    stages.extend(hooks(HookEvent::Setup, "setup"));
    stages.extend(
        dependencies
            .iter()
            .map(|task| planned(task, mode(task, ci), true)),
    );
    stages.push(Stage::Parameters(target.clone()));
    stages.extend(hooks(HookEvent::Before, "before"));
    stages.push(planned(target, ci, false));
    stages.extend(hooks(HookEvent::After, "after"));
    stages.extend(hooks(HookEvent::Teardown, "teardown"));
    stages.reverse();
    stages
}
