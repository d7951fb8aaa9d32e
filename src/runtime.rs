//! One execution: the machine, the monitor and the signals in one `select!`, and the order in which
//! everything ends.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::ast::{Expr, File, ProjectItem};
use crate::load::{self, Found, LoadOptions, LoadProgress, Places};
use crate::machine::{self, Machine, Run, ShellSetup};
use crate::memory::diagnosis::Diagnosis;
use crate::memory::dump::{self, DumpOutcome};
use crate::memory::limits::{Asked, KEYS, Limits};
use crate::memory::snapshot::{
    Activity, CapturedOutput, ChildSnapshot, ChildrenMemory, ExecutionSnapshot, HeldRead, Loading,
    MAX_CHILDREN, MAX_LISTED, Observed, Phase, Place,
};
use crate::memory::units::MB;
use crate::memory::{Breach, InForce, Monitor, Verdict, cgroup};
use crate::process::{self, GRACE, Origin, Supervisor};
use crate::report::Report;
use crate::resolve::{Program, ResolveError};
use crate::source::{Diagnostic, Span, Text};
use crate::value::{World, os_reason};

pub use crate::machine::Options;

/// How long one look at the memory of the children may take.
const CHILDREN: Duration = Duration::from_millis(5);

/// Why an execution ended that did not succeed.
#[derive(Debug)]
pub enum ExecutionError {
    /// It could not begin.
    Resolve(ResolveError),
    /// It failed, with the message.
    Failed(String),
    /// A signal ended it.
    Signal(Signal, Option<Text>),
    /// The memory monitor stopped it.
    Memory(Box<Stopped>),
}

impl From<ResolveError> for ExecutionError {
    fn from(error: ResolveError) -> Self {
        Self::Resolve(error)
    }
}

/// What the memory monitor left behind.
#[derive(Debug)]
pub struct Stopped {
    /// What was measured.
    pub breach: Breach,
    /// The cause, and the files.
    pub outcome: DumpOutcome,
}

/// A signal that ends a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// Ctrl-C.
    Interrupt,
    /// A wish to end.
    Terminate,
}

impl Signal {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Interrupt => "SIGINT",
            Self::Terminate => "SIGTERM",
        }
    }

    /// The exit status of a run that it ended.
    pub fn status(self) -> u8 {
        match self {
            Self::Interrupt => 130,
            Self::Terminate => 143,
        }
    }
}

/// What is watched: the loading, then the run.
pub struct Watched {
    /// What is being loaded.
    pub loading: Arc<LoadProgress>,
    supervisor: Supervisor,
    run: OnceLock<Arc<Run>>,
    limits: OnceLock<InForce>,
}

impl Watched {
    /// Nothing loaded and nothing running yet.
    pub fn new(supervisor: Supervisor) -> Arc<Self> {
        Arc::new(Self {
            loading: Arc::default(),
            supervisor,
            run: OnceLock::new(),
            limits: OnceLock::new(),
        })
    }

    fn child_snapshots(&self) -> Vec<ChildSnapshot> {
        let children = self.supervisor.children(MAX_CHILDREN);
        children
            .into_iter()
            .map(|child| ChildSnapshot {
                pid: child.pid,
                parent: child.parent,
                bytes: child.memory(),
                command: child.command.to_string(),
                running_ms: child.age.map_or(0, |age| age.as_millis() as u64),
                place: child.started_at.as_ref().map(place),
                ..ChildSnapshot::default()
            })
            .collect()
    }

    fn captured(&self) -> Vec<CapturedOutput> {
        let captures = self.supervisor.captures();
        if captures.is_empty() {
            return Vec::new();
        }
        // A capture knows its statement; the process of that statement knows the command.
        let children = self.supervisor.children(MAX_CHILDREN);
        let command = |origin: &Origin| {
            let child = children
                .iter()
                .find(|child| child.started_at.as_ref() == Some(origin))?;
            Some(child.command.to_string())
        };
        captures
            .into_iter()
            .take(MAX_LISTED)
            .map(|capture| CapturedOutput {
                variable: format!("${}", capture.variable),
                command: command(&capture.started_at)
                    .unwrap_or_else(|| "a command that has ended".to_owned()),
                bytes: capture.bytes,
                place: place(&capture.started_at),
            })
            .collect()
    }

    fn loading_snapshot(&self) -> Option<Loading> {
        let (file, bytes, parsed) = self.loading.now()?;
        Some(Loading {
            file,
            bytes,
            parsed,
        })
    }
}

fn place(origin: &Origin) -> Place {
    Place {
        task: origin.task.to_string(),
        file: origin.file.to_string(),
        line: origin.line,
        column: 1,
        source_line: String::new(),
    }
}

impl Observed for Watched {
    fn activity(&self) -> Option<Activity> {
        self.run.get()?.activity()
    }

    fn snapshot(&self) -> Option<ExecutionSnapshot> {
        let Some(run) = self.run.get() else {
            return Some(ExecutionSnapshot {
                phase: Phase::Loading,
                loading: self.loading_snapshot(),
                ..ExecutionSnapshot::default()
            });
        };
        let mut snapshot = run.snapshot()?;
        snapshot.phase = Phase::Running;
        snapshot.target = run.target().map(|target| target.to_string());
        snapshot.children = self.child_snapshots();
        snapshot.children_total = snapshot.children.len() as u64;
        // Children know the statement that started them, not the machine: one list serves all.
        if let Some(machine) = snapshot.machines.first_mut() {
            machine.captured = self.captured();
            let reads = run.reads();
            machine.reads.extend(reads.iter().map(|read| HeldRead {
                name: read.name.clone(),
                place: read.place.clone(),
                bytes: read.bytes,
                ..HeldRead::default()
            }));
        }
        Some(snapshot)
    }

    fn children(&self) -> Option<ChildrenMemory> {
        if !self.supervisor.is_active() {
            return None;
        }
        let tree = self.supervisor.tree_memory(CHILDREN);
        Some(ChildrenMemory {
            count: tree.processes as u32,
            bytes: tree.bytes,
        })
    }
}

/// What an execution is started with.
pub struct Request {
    /// The folder of the start, and the home.
    pub places: Places,
    /// The task file.
    pub found: Found,
    /// How to run.
    pub options: Options,
    /// The task that was typed.
    pub task: Option<String>,
    /// `key=value`, in order.
    pub arguments: Vec<(Text, Text)>,
    /// Neither reads nor writes the cache of remote includes.
    pub no_cache: bool,
    /// Limits that flags and environment ask for.
    pub limits: Asked,
}

/// What an execution came to that did not fail.
pub enum Outcome {
    /// The task ran.
    Ran,
    /// Nothing was asked for and there is no default task: the file is to be listed.
    List(Arc<File>),
}

/// Runs `work` under the memory monitor and the signals; a breach or a signal drops it.
///
/// # Errors
/// What `work` fails with, a breach, a signal.
pub async fn watched<R>(
    watched: &Arc<Watched>,
    limits: Limits,
    start_dir: PathBuf,
    work: impl Future<Output = Result<R, ExecutionError>>,
) -> Result<R, ExecutionError> {
    let ctx = CancellationToken::new();
    let monitor = Monitor::new(limits).observed(watched.clone());
    let in_force = monitor.limits();
    // One execution is watched once, so nothing else can have set it.
    let _ = watched.limits.set(in_force.clone());
    let mut monitoring = tokio::spawn(monitor.run(ctx.clone()));
    let mut signals = Signals::listen();
    let mut work = std::pin::pin!(work);
    // The order is the priority: memory, then signals, then the work.
    let chosen = tokio::select! {
        biased;
        verdict = &mut monitoring => Chosen::Verdict(verdict.unwrap_or(Verdict::Cancelled)),
        signal = signals.next() => Chosen::Signal(signal),
        result = &mut work => Chosen::Result(result),
    };
    match chosen {
        Chosen::Result(result) => {
            ctx.cancel();
            let _ = monitoring.await;
            result
        }
        Chosen::Verdict(Verdict::Cancelled) => work.await,
        Chosen::Verdict(Verdict::Breach(breach)) => {
            watched.loading.stop();
            let dump_dir = in_force.get().dump_dir.clone();
            Err(stop(watched, *breach, dump_dir, start_dir, &mut signals).await)
        }
        Chosen::Signal(signal) => {
            watched.loading.stop();
            let task = watched.activity().map(|activity| activity.task);
            end_children(watched, &mut signals).await;
            ctx.cancel();
            let _ = monitoring.await;
            Err(ExecutionError::Signal(signal, task))
        }
    }
}

enum Chosen<R> {
    Verdict(Verdict),
    Signal(Signal),
    Result(Result<R, ExecutionError>),
}

/// Ends all children; another signal meanwhile takes their grace away.
async fn end_children(watched: &Watched, signals: &mut Signals) {
    if !watched.supervisor.is_active() {
        return;
    }
    let hurry = CancellationToken::new();
    let mut ending = std::pin::pin!(watched.supervisor.terminate_all(GRACE, &hurry));
    loop {
        tokio::select! {
            biased;
            _ = &mut ending => return,
            _ = signals.next() => hurry.cancel(),
        }
    }
}

/// After a breach: the state is read, the children end while the files are written.
async fn stop(
    watched: &Arc<Watched>,
    mut breach: Breach,
    dump_dir: Option<PathBuf>,
    start_dir: PathBuf,
    signals: &mut Signals,
) -> ExecutionError {
    let snapshot = watched.snapshot();
    if breach.program.is_none() {
        breach.program = watched.run.get().map(|run| run.program.ast().clone());
    }
    let request = dump::Request {
        record: breach.record.clone(),
        program: breach.program.clone(),
        snapshot,
        dump_dir,
        start_dir,
        at: crate::value::now_format::local_now(),
    };
    let (outcome, ()) = tokio::join!(dump::write(request), end_children(watched, signals));
    tell(&breach, &outcome);
    ExecutionError::Memory(Box::new(Stopped { breach, outcome }))
}

/// Emits the event of a stop.
fn tell(breach: &Breach, outcome: &DumpOutcome) {
    let exceeded = &breach.record.exceeded;
    let (limit, current) = (exceeded.limit / MB, exceeded.current / MB);
    let dumped = match &outcome.shown {
        Some(shown) => format!("Diagnostic information dumped to {shown}"),
        None => "Diagnostic information could not be written".to_owned(),
    };
    let place = outcome.diagnosis.place.clone().unwrap_or_default();
    tracing::error!(
        target: "drun::memory",
        kind = "critical",
        limit_mb = limit,
        resident_mb = current,
        dumped,
        cause = outcome.diagnosis.third_line,
        detail = detail(&outcome.diagnosis),
        dump = outcome.dump.as_ref().map(|path| path.display().to_string()).unwrap_or_default(),
        summary = outcome.summary.as_ref().map(|path| path.display().to_string()).unwrap_or_default(),
        task = place.task,
        file = place.file,
        line = place.line,
        problems = outcome.problems.join("\n"),
        essentials = outcome.essentials.clone().unwrap_or_default(),
        "❌ CRITICAL: Memory usage exceeded {limit} MB (current: {current} MB)"
    );
}

/// What happened and what to change, in two lines.
fn detail(diagnosis: &Diagnosis) -> String {
    let mut out = format!("   Cause: {}", diagnosis.sentence);
    if let Some(advice) = diagnosis.advice.first() {
        out.push_str(&format!("\n   To do: {advice}"));
    }
    out
}

/// The signals that end a run.
struct Signals {
    #[cfg(unix)]
    streams: Option<[tokio::signal::unix::Signal; 4]>,
}

impl Signals {
    #[cfg(unix)]
    fn listen() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        let streams = || -> std::io::Result<_> {
            Ok([
                signal(SignalKind::interrupt())?,
                signal(SignalKind::terminate())?,
                signal(SignalKind::hangup())?,
                signal(SignalKind::quit())?,
            ])
        };
        Self {
            streams: streams().ok(),
        }
    }

    #[cfg(not(unix))]
    fn listen() -> Self {
        Self {}
    }

    #[cfg(unix)]
    async fn next(&mut self) -> Signal {
        let Some([interrupt, terminate, hangup, quit]) = &mut self.streams else {
            return std::future::pending().await;
        };
        tokio::select! {
            _ = interrupt.recv() => Signal::Interrupt,
            _ = terminate.recv() => Signal::Terminate,
            _ = hangup.recv() => Signal::Terminate,
            _ = quit.recv() => Signal::Terminate,
        }
    }

    #[cfg(not(unix))]
    async fn next(&mut self) -> Signal {
        match tokio::signal::ctrl_c().await {
            Ok(()) => Signal::Interrupt,
            Err(_) => std::future::pending().await,
        }
    }
}

/// Loads the file and runs the task, with lines for a verbose run.
///
/// # Errors
/// Everything that can go wrong before and while it runs.
pub async fn execute(
    request: &Request,
    watched: &Arc<Watched>,
    report: &Report,
) -> Result<Outcome, ExecutionError> {
    let verbose = request.options.verbose;
    let say = |line: String| {
        if verbose {
            report.line(&line);
        }
    };
    let shown = &request.found.shown;
    if request.task.is_some() {
        say(format!("📂  Loading: {shown}"));
        say("🔍  Parsing drun file...".to_owned());
    }
    let file = load::parse(&request.found.path, shown, &watched.loading).await?;
    if request.task.is_some() {
        say("✅  Parsed successfully".to_owned());
        say(match request.no_cache {
            true => "💾 Remote include caching: disabled".to_owned(),
            false => "💾 Remote include caching: enabled (1m expiration)".to_owned(),
        });
    }
    crate::resolve::check(&file)?;
    project_limits(&file, &request.limits, watched)?;
    let loaded = {
        // The name is chosen among the file's own tasks, before anything is fetched.
        let options = LoadOptions {
            start_dir: request.places.start_dir.clone(),
            home: request.places.home.clone(),
            no_cache: request.no_cache,
        };
        let own = Program::choose_in(&file, request.task.as_deref())?;
        let Some((name, shortened)) = own else {
            return Ok(Outcome::List(file));
        };
        if let (Some(typed), true) = (&request.task, shortened) {
            say(format!("🎯 Resolved '{typed}' → '{name}'"));
        }
        let loaded = load::program(file, &request.found, &options, &watched.loading).await?;
        (loaded, name)
    };
    let (loaded, name) = loaded;
    loaded.lines.into_iter().for_each(say);
    for warning in &loaded.warnings {
        report.error_text(&format!("Warning: {warning}\n"));
    }
    run(request, watched, report, loaded.program, &name)
        .await
        .map(|()| Outcome::Ran)
}

/// Puts the limits in force that the project's settings ask for, where neither a flag nor the
/// environment says something else.
fn project_limits(file: &File, asked: &Asked, watched: &Watched) -> Result<(), ResolveError> {
    let items = file.project.iter().flat_map(|project| &project.items);
    let settings = items.filter_map(|item| match item {
        ProjectItem::Setting(setting) => Some(setting),
        _ => None,
    });
    let mut asked = asked.clone();
    let flags = asked.values.len();
    let mut last = Span::default();
    for setting in settings {
        let key = setting.key.strip_prefix("memory_");
        let Some(key) = key.and_then(|key| KEYS.iter().find(|known| **known == key)) else {
            continue;
        };
        let value = match &setting.value {
            Expr::Text(text) if text.is_plain() => text.text.to_string(),
            Expr::Number(text) => text.to_string(),
            _ => {
                let message = format!("'{}' needs a plain text, such as \"2GB\"", setting.key);
                return Err(ResolveError::at(Diagnostic::new(
                    &file.source,
                    setting.span,
                    message,
                )));
            }
        };
        last = setting.span;
        // The last of several settings with one key wins: the first in the list counts.
        let origin = format!("project setting {}", setting.key);
        asked.values.insert(flags, (key, value, origin));
    }
    if asked.values.len() == flags {
        return Ok(());
    }
    let container = cgroup::limit(Path::new("/"));
    let limits = Limits::resolve(&asked, container.as_ref())
        .map_err(|message| ResolveError::at(Diagnostic::new(&file.source, last, message)))?;
    if let Some(in_force) = watched.limits.get() {
        in_force.set(limits);
    }
    Ok(())
}

async fn run(
    request: &Request,
    watched: &Arc<Watched>,
    report: &Report,
    program: Program,
    name: &str,
) -> Result<(), ExecutionError> {
    program.check_tools()?;
    let run = Arc::new(new_run(request, watched, report, program)?);
    // One execution is watched once, so nothing else can have set it.
    let _ = watched.run.set(run.clone());
    if request.options.ignore_tools {
        if request.options.verbose && run.program.has_project_tools() {
            report.line("⏭️  Skipping project tool requirements (--ignore-tool-requirements)");
        }
    } else {
        let tools = run.program.project_tools()?;
        if !tools.is_empty() {
            run.require(&tools).await.map_err(ExecutionError::Failed)?;
        }
    }
    let target = run
        .program
        .own_task(name)?
        .ok_or_else(|| ResolveError::Message(format!("task '{name}' not found")))?;
    let plan = run.program.plan(&target)?;
    if request.options.dry_run {
        dry_plan(&run, &plan);
    }
    run.set_target(target.full_name.clone());
    let machine: Arc<Mutex<Machine>> = Machine::start(&run, &plan);
    let result = machine::drive(machine).await;
    // What was printed before a failure is printed before its message.
    let flushed = report.flush().await;
    match result {
        Ok(_) => flushed.map_err(|error| {
            let reason = os_reason(&error);
            ExecutionError::Failed(format!("cannot write to standard output: {reason}"))
        }),
        Err(failure) if failure.interrupted => Err(ExecutionError::Signal(
            Signal::Interrupt,
            Some(target.full_name),
        )),
        Err(failure) => {
            let message = failure.message();
            Err(ExecutionError::Failed(format!(
                "execution failed: {message}"
            )))
        }
    }
}

fn dry_plan(run: &Run, plan: &[crate::resolve::TaskRef]) {
    let names: Vec<&str> = plan.iter().map(|task| task.full_name.as_str()).collect();
    run.report
        .line(&format!("[DRY RUN] Execution order: [{}]", names.join(" ")));
    if !run.options.verbose {
        return;
    }
    let ast = run.program.ast();
    let project = ast.main.project.as_ref();
    let mut namespaces: Vec<&str> = ast
        .includes
        .iter()
        .map(|include| include.namespace.as_str())
        .collect();
    namespaces.sort_unstable();
    namespaces.dedup();
    let plan = serde_json::json!({
        "TargetTask": names.last(),
        "ExecutionOrder": names,
        "ProjectName": project.map_or("", |project| project.name.as_str()),
        "ProjectVersion": project.and_then(|project| project.version.as_deref()).unwrap_or(""),
        "Namespaces": namespaces,
        "TaskCount": names.len(),
        "HasHooks": project.is_some(),
    });
    run.report.line("[DRY RUN] Execution plan:");
    run.report
        .line(&serde_json::to_string_pretty(&plan).unwrap_or_default());
}

fn new_run(
    request: &Request,
    watched: &Watched,
    report: &Report,
    program: Program,
) -> Result<Run, ExecutionError> {
    let shell = shell_setup(&program);
    let name = Path::new(&shell.executable)
        .file_stem()
        .map(|name| name.to_string_lossy().to_lowercase())
        .unwrap_or_default();
    let world = World {
        start_dir: request.places.start_dir.clone(),
        home: request.places.home.clone(),
        file: Some(request.found.shown.clone()),
        posix_shell: !matches!(name.as_str(), "pwsh" | "powershell" | "cmd"),
        shell: name,
        dry_run: request.options.dry_run,
        tasks: program.available_tasks(),
        ..World::default()
    };
    let mut provisioning = program.provisioning_sources();
    provisioning.extend(request.places.provisioning_sources()?);
    Ok(Run {
        program: Arc::new(program),
        world,
        report: report.clone(),
        supervisor: watched.supervisor.clone(),
        options: request.options.clone(),
        arguments: request.arguments.clone(),
        project_parameters: OnceLock::new(),
        shell,
        provisioning,
        machines: Mutex::default(),
        state: Mutex::default(),
    })
}

fn shell_setup(program: &Program) -> ShellSetup {
    let Some(config) = program.shell_config() else {
        return ShellSetup {
            executable: process::default_shell(),
            ..ShellSetup::default()
        };
    };
    let args: Vec<String> = config.args.iter().map(ToString::to_string).collect();
    let mut environment: Vec<(String, String)> = config
        .environment
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_string()))
        .collect();
    if !args.is_empty() {
        environment.push(("DRUN_SHELL_ARGS".to_owned(), args.join(" ")));
    }
    ShellSetup {
        executable: match &config.executable {
            Some(executable) => executable.to_string(),
            None => process::default_shell(),
        },
        args,
        environment,
    }
}
