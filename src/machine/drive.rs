//! The driver: steps a machine, and performs what it hands out.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::action::{Action, Done, Job, JobReport};
use super::context::Reading;
use super::{Ended, Execution, Failure, Machine, Run, Step, Stop, exec, parallel};
use crate::action::file::{self, Outcome};
use crate::action::{changelog, detect, file_value, probe, tools};
use crate::ast::Stmt;
use crate::memory::allocator;
use crate::memory::snapshot::{Place, ReadKind};
use crate::process::{self, Finished, StartError};
use crate::resolve::ResolvedTool;
use crate::source::Text;

/// How long a machine steps before it lets others run. A step stays far below it.
const SLICE: Duration = Duration::from_millis(1);
/// Steps between two looks at the clock, which costs more than a short step.
const STEPS: u32 = 32;
/// Bytes of output after which a machine stops to have them written.
const PENDING: usize = 64 * 1024;

/// How long the monitor has to object to a demand. It is woken at once and takes microseconds.
const AGREE: Duration = Duration::from_millis(20);

/// What a slice of stepping came to.
enum Slice {
    Used,
    Action(Action),
    Done(Result<Ended, Failure>),
}

/// Runs a machine to its end.
pub(crate) async fn drive(machine: Arc<Mutex<Machine>>) -> Result<Ended, Failure> {
    let run = lock(&machine).run.clone();
    loop {
        match slice(&machine, &run) {
            Slice::Used => {
                flush(&run).await?;
                tokio::task::yield_now().await;
            }
            Slice::Action(action) => {
                flush(&run).await?;
                let done = perform(&machine, &run, action).await;
                lock(&machine).complete(done);
            }
            Slice::Done(result) => {
                flush(&run).await?;
                return result;
            }
        }
    }
}

fn slice(machine: &Mutex<Machine>, run: &Run) -> Slice {
    let begun = Instant::now();
    let mut machine = lock(machine);
    run.note(machine.activity());
    if let Some(instead) = &run.options.instead.0 {
        instead();
    }
    loop {
        for _ in 0..STEPS {
            match machine.step() {
                // Steps are short, but one may take much memory: the monitor looks between two.
                Step::Continue if allocator::is_torn() => {
                    allocator::wake();
                    return Slice::Used;
                }
                Step::Continue => {}
                Step::Action(action) => return Slice::Action(action),
                Step::Done(result) => return Slice::Done(result),
            }
        }
        if begun.elapsed() > SLICE || run.report.pending() > PENDING {
            return Slice::Used;
        }
    }
}

/// Writes what was printed. Output that nobody can take any more ends the run.
async fn flush(run: &Run) -> Result<(), Failure> {
    run.report.flush().await.map_err(|error| {
        let reason = crate::value::os_reason(&error);
        Failure::new(format!("cannot write to standard output: {reason}"))
    })
}

async fn perform(machine: &Arc<Mutex<Machine>>, run: &Arc<Run>, action: Action) -> Done {
    match action {
        Action::Answer(question) => {
            let answer = probe::answer(&question, &run.world, &run.supervisor, &run.store).await;
            run.note_answer(&question, &answer);
            Done::Answered(answer)
        }
        Action::Agree(bytes) => {
            // A monitor that finds the limit exceeded ends the run meanwhile.
            allocator::demand(bytes);
            tokio::time::sleep(AGREE).await;
            allocator::demand(0);
            Done::Agreed(bytes)
        }
        Action::Shell(job) => commands(run, *job).await,
        Action::Sleep(duration) => {
            tokio::time::sleep(duration).await;
            Done::Nothing
        }
        Action::ReadFile { path, shown } => {
            let place = lock(machine).place();
            Done::Read(run.read(&path, &shown, place).await)
        }
        Action::File(job) => {
            let place = lock(machine).place();
            Done::File(Box::new(run.file(*job, place).await))
        }
        Action::FileValue(job) => {
            let place = lock(machine).place();
            let reading = run.begin_read(ReadKind::File, &job.place.shown, place);
            Done::File(Box::new(file_value::perform(*job, &reader(&reading)).await))
        }
        Action::Changelog(job) => {
            let place = lock(machine).place();
            let reading = run.begin_read(ReadKind::File, &job.shown, place);
            Done::File(Box::new(changelog::perform(*job, &reader(&reading)).await))
        }
        Action::Secret(request) => Done::Secret(run.secret(request).await),
        Action::Fan(fan) => parallel::fan(machine, fan).await,
        Action::Http(request) => exec::send(machine, run, &request).await,
        Action::Network(check) => exec::check(run, &check).await,
        Action::Scm(request) => exec::look_up(run, &request).await,
        Action::GitValidate(request) => exec::validate(run, &request).await,
        Action::Tools { block, statement } => Done::Set(match block.get(statement) {
            Some(Stmt::Detect(node)) => Ok(detect(node, run).await),
            Some(Stmt::RequiresTools(node)) => {
                let (file, namespace) = lock(machine).code();
                match run.program.block_tools(node, &file, &namespace) {
                    Ok(tools) => run.require(&tools).await.map(|()| None),
                    Err(error) => Err(error.to_string()),
                }
            }
            _ => Ok(None),
        }),
    }
}

/// Runs commands one after the other, up to the first that fails.
async fn commands(run: &Run, mut job: Job) -> Done {
    loop {
        let origin = job.command.started_at.clone();
        let outcome = process::run(&run.supervisor, job.command, job.output, &run.report).await;
        if matches!(&outcome, Ok(finished) if finished.out_of_memory) {
            run.tell_killed(&job.report.shown, &origin);
        }
        let outcome = report_ci(&job.report, outcome, run).await;
        let succeeded = matches!(&outcome, Ok(finished) if finished.success());
        match job.then.filter(|_| succeeded) {
            Some(next) => job = *next,
            None => return Done::Shell(job.report, outcome.map(Box::new)),
        }
    }
}

/// In mode `ci` what was held back of a command is printed when it failed.
async fn report_ci(
    report: &JobReport,
    outcome: Result<Finished, StartError>,
    run: &Run,
) -> Result<Finished, StartError> {
    if !report.ci {
        return outcome;
    }
    match outcome {
        Ok(mut finished) if !finished.success() => {
            // An output that cannot be written any more ends the run at the next flush.
            let _ = finished.ci_report(&report.shown, &run.report).await;
            Ok(finished)
        }
        Err(error) => {
            run.report.line(&process::ci_summary(&report.shown, 1));
            Err(error)
        }
        done => done,
    }
}

async fn detect(node: &crate::ast::action::Detect, run: &Run) -> Option<(String, String)> {
    let detected = detect::perform(node, &run.world, &run.supervisor, run.options.verbose).await;
    detected.lines.iter().for_each(|line| run.report.line(line));
    detected.set
}

impl Run {
    /// Checks tools, and installs what may be installed.
    pub(crate) async fn require(&self, tools: &[ResolvedTool]) -> Result<(), String> {
        let mut shell = process::ShellCommand::shell(
            self.shell.executable.clone(),
            Text::default(),
            self.world.start_dir.clone(),
        );
        shell.args = self.shell.args.clone();
        shell.env = self.shell.environment.clone();
        tools::require(&tools::Requirements {
            tools,
            sources: &self.provisioning,
            shell,
            supervisor: &self.supervisor,
            report: &self.report,
            dry_run: self.options.dry_run,
            verbose: self.options.verbose,
            allow_changes: self.options.allow_tool_changes,
        })
        .await
    }
}

impl Run {
    /// Does something with a file; what is read of it is told to whoever looks at the run.
    async fn file(&self, job: file::Job, place: Place) -> Outcome {
        let kind = match &job {
            file::Job::Read { .. } => Some(ReadKind::File),
            file::Job::Replace { .. } => Some(ReadKind::Replacement),
            _ => None,
        };
        let reading = kind.map(|kind| self.begin_read(kind, &job.about(), place));
        let reading = reading.unwrap_or_default();
        let keep = file::Keep {
            start_dir: self.world.start_dir.clone(),
        };
        file::perform(job, &keep, &reader(&reading)).await
    }

    /// The whole of a file as text.
    async fn read(&self, path: &Path, shown: &str, place: Place) -> Result<Text, String> {
        let reading = self.begin_read(ReadKind::File, shown, place);
        file::read_text(path, &reader(&reading))
            .await
            .map(|(text, _)| text)
            .map_err(|error| format!("reading file {shown}: {}", crate::value::os_reason(&error)))
    }
}

fn reader(reading: &Reading) -> file::Reader {
    file::Reader {
        held: reading.bytes.clone(),
        too_large: allocator::would_tear,
    }
}

impl Machine {
    /// What an action came to, as the end of its statement.
    pub(super) fn finish_action(&mut self, done: Done) -> Execution {
        match done {
            Done::Answered(answer) => {
                self.replay.push(answer);
                Ok(())
            }
            Done::Agreed(bytes) => {
                self.agreed = bytes;
                self.retry = true;
                Ok(())
            }
            Done::Read(Ok(text)) => {
                self.inbox = Some(text);
                self.retry = true;
                Ok(())
            }
            Done::Read(Err(message)) | Done::Set(Err(message)) | Done::Secret(Err(message)) => {
                Err(Stop::fail(message))
            }
            Done::Secret(Ok(lines)) => {
                lines.iter().for_each(|line| self.line(line));
                Ok(())
            }
            Done::Nothing | Done::Performed(Ok(())) => Ok(()),
            Done::Performed(Err(message)) => Err(Stop::fail(message)),
            Done::File(outcome) => self.finish_file(*outcome),
            Done::Shell(report, outcome) => self.finish_command(&report, outcome),
            Done::Fanned { failed: 0 } => Ok(()),
            Done::Fanned { failed } => Err(Stop::fail(format!(
                "parallel execution completed with {failed} errors"
            ))),
            Done::Set(Ok(variable)) => {
                if let Some((name, value)) = variable {
                    let value = crate::value::Value::Text(value.into());
                    self.assign(&name.into(), value);
                }
                Ok(())
            }
        }
    }
}

fn lock(machine: &Mutex<Machine>) -> MutexGuard<'_, Machine> {
    machine.lock().unwrap_or_else(PoisonError::into_inner)
}
