//! `cmd:memory test`: runs that fill memory under a small limit, and what came of them.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::super::context::{Context, error};
use crate::memory::amount::size;
use crate::memory::diagnosis::{Class, Diagnosis};
use crate::memory::files::{self, Folder, Kind};
use crate::memory::record::{Exceeded, Record, Sample, Scope};
use crate::memory::view;
use crate::process::{Probed, ShellCommand, is_running, probe_command};
use crate::resolve::ResolveError;

/// The limit of the runs. Each takes little more than that, for a moment.
const LIMIT: &str = "64MB";
/// How long a run may take: far more than a stop needs, on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(60);
/// A stop above this many times the limit was not in time.
const LATE: u64 = 4;

/// What the runs do: a recursion beside a process that sleeps, and a process that fills memory.
const PROGRAM: &str = r#"version: 2.0

task "own":
  run "sleep 300 > /dev/null 2>&1 & echo $! > child.pid"
  call task "fill"

task "fill":
  call task "fill"

task "tree":
  run "echo $$ > child.pid; (head -c 256M /dev/zero; sleep 300) | tail > /dev/null"
"#;

/// A run that has to be stopped.
struct Case {
    task: &'static str,
    what: &'static str,
    flag: &'static str,
    scope: Scope,
    causes: &'static [Class],
}

const CASES: [Case; 2] = [
    Case {
        task: "own",
        what: "a recursion without end",
        flag: "--memory-limit",
        scope: Scope::Own,
        causes: &[Class::Recursion],
    },
    Case {
        task: "tree",
        what: "a command that fills memory",
        flag: "--memory-tree-limit",
        scope: Scope::Tree,
        causes: &[Class::Child, Class::LeakingChild],
    },
];

/// Tests on this machine that the guard works, and says what was done.
pub(in crate::cli) async fn test(context: &Context<'_>) -> Result<(), ResolveError> {
    let mut failed = 0;
    for case in &CASES {
        let flag = case.flag;
        context.say(format!("{} under {flag} {LIMIT}:", case.what));
        let findings = match Stage::new() {
            Ok(stage) => case.run(context, &stage).await,
            Err(error) => vec![Err(format!(
                "a temporary folder could not be made: {error}"
            ))],
        };
        for finding in findings {
            match finding {
                Ok(good) => context.say(format!("  ✅ {good}")),
                Err(bad) => {
                    failed += 1;
                    context.say(format!("  ❌ {bad}"));
                }
            }
        }
    }
    match failed {
        0 => {
            context.say("The memory guard works on this machine.");
            Ok(())
        }
        1 => error("the memory guard does not work on this machine: see the ❌ above"),
        _ => error(format!(
            "the memory guard does not work on this machine: see the {failed} ❌ above"
        )),
    }
}

/// The folder of a run, removed in the end.
struct Stage {
    path: PathBuf,
}

impl Stage {
    fn new() -> std::io::Result<Self> {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let unique = now.map_or(0, |now| now.as_nanos());
        let name = format!("drun-memory-test-{}-{unique}", std::process::id());
        let path = std::env::temp_dir().join(name);
        let mut builder = fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        // A folder that exists is an error: it may be somebody else's.
        builder.create(&path)?;
        let stage = Self { path };
        fs::write(stage.path.join("test.drun"), PROGRAM)?;
        Ok(stage)
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        // What cannot be removed is a small folder among temporary files.
        let _ = fs::remove_dir_all(&self.path);
    }
}

type Finding = Result<String, String>;

impl Case {
    async fn run(&self, context: &Context<'_>, stage: &Stage) -> Vec<Finding> {
        let program = match std::env::current_exe() {
            Ok(program) => program.display().to_string(),
            Err(error) => return vec![Err(format!("this program was not found: {error}"))],
        };
        let folder = stage.path.display().to_string();
        let args = ["-f", "test.drun", self.task, self.flag, LIMIT];
        let fixed = ["--memory-warning", "off", "--memory-interval", "100ms"];
        let dumps = ["--memory-dump-dir", &folder];
        let args = args.into_iter().chain(fixed).chain(dumps);
        let args = args.map(str::to_owned).collect();
        let mut command = ShellCommand::program(program, args, &stage.path);
        // Settings of this environment are not what is tested.
        for name in ["RUST_LOG", "DRUN_MEMORY_LIMIT", "DRUN_MEMORY_TREE_LIMIT"] {
            command.env.push((name.to_owned(), String::new()));
        }
        let begun = Instant::now();
        let probed = probe_command(context.supervisor, command, PATIENCE).await;
        match probed {
            Ok(probed) => self.judge(&stage.path, &probed, begun.elapsed()),
            Err(error) => vec![Err(format!("the run could not be started: {error}"))],
        }
    }

    fn judge(&self, folder: &Path, probed: &Probed, took: Duration) -> Vec<Finding> {
        let mut findings = vec![status(probed)];
        match files_of(folder) {
            Ok((dump, record, diagnosis)) => {
                findings.push(decision(&record, self.scope, took));
                findings.push(self.cause(&diagnosis));
                findings.push(written(folder, &dump));
            }
            Err(problem) => findings.push(Err(problem)),
        }
        findings.push(child_ended(folder));
        findings
    }

    fn cause(&self, diagnosis: &Diagnosis) -> Finding {
        let sentence = &diagnosis.sentence;
        match self.causes.contains(&diagnosis.class) {
            true => Ok(format!("its cause was named: {sentence}")),
            false => Err(format!(
                "its cause was taken for something else: {sentence}"
            )),
        }
    }
}

fn status(probed: &Probed) -> Finding {
    match probed.code {
        Some(1) if probed.stderr.contains("CRITICAL: Memory usage exceeded") => {
            Ok("it was stopped, with exit status 1".to_owned())
        }
        None => Err(format!(
            "it was not stopped within {} s",
            PATIENCE.as_secs()
        )),
        Some(code) => {
            let said = probed.stderr.trim();
            Err(format!(
                "it was not stopped: exit status {code}; it said: {said}"
            ))
        }
    }
}

/// The dump of the run and what it says.
fn files_of(folder: &Path) -> Result<(PathBuf, Record, Diagnosis), String> {
    let opened = Folder::open(folder).map_err(|error| format!("its folder is gone: {error}"))?;
    let pairs = files::pairs(&opened);
    let whole = pairs.iter().find(|pair| pair.kinds.contains(&Kind::Dump));
    let Some(pair) = whole.filter(|pair| pair.kinds.contains(&Kind::Summary)) else {
        return Err("no dump and summary were written".to_owned());
    };
    let dump = folder.join(pair.stem.file_name(Kind::Dump));
    let (record, diagnosis) = view::whole(&dump).map_err(|error| error.to_string())?;
    Ok((dump, record, diagnosis))
}

fn decision(record: &Record, scope: Scope, took: Duration) -> Finding {
    let Exceeded { limit, current, .. } = record.exceeded;
    let value = |sample: &Sample| match scope {
        Scope::Own => sample.resident,
        Scope::Tree => sample.resident + sample.children,
    };
    let samples = &record.history.samples;
    let last = samples.last().map_or(0, |sample| sample.at);
    let below = samples.iter().rev().find(|sample| value(sample) <= limit);
    let late = last.saturating_sub(below.map_or(0, |sample| sample.at));
    let over = size(current.saturating_sub(limit));
    let text = format!(
        "decided at {} of {}, {over} above it, at most {late} ms after it was passed and {last} ms \
         after the start; the run had ended after {} ms",
        size(current),
        size(limit),
        took.as_millis()
    );
    match record.exceeded.scope == scope && current <= limit * LATE {
        true => Ok(text),
        false => Err(text),
    }
}

fn written(folder: &Path, dump: &Path) -> Finding {
    let mut text = String::from("a dump and a summary were written, both whole");
    let length = fs::metadata(dump).map_or(0, |found| found.len());
    // Writing to a String never fails.
    let _ = write!(text, " ({})", size(length));
    let left = fs::read_dir(folder).map_or(0, |entries| {
        let hidden = |name: &std::ffi::OsStr| name.to_string_lossy().starts_with('.');
        entries
            .flatten()
            .filter(|entry| hidden(&entry.file_name()))
            .count()
    });
    match left {
        0 => Ok(text),
        left => Err(format!("{left} unfinished files were left behind")),
    }
}

fn child_ended(folder: &Path) -> Finding {
    let read = fs::read_to_string(folder.join("child.pid")).unwrap_or_default();
    let Ok(pid) = read.trim().parse() else {
        return Err("the process that it was to start did not begin".to_owned());
    };
    match is_running(pid) {
        false => Ok(format!("the process that it had started ({pid}) was ended")),
        true => Err(format!(
            "the process that it had started ({pid}) is still there"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guard_that_does_nothing_fails_the_test() {
        let stage = Stage::new().unwrap();
        let (folder, own) = (&stage.path, &CASES[0]);
        let failures = |probed: &Probed| {
            let findings = own.judge(folder, probed, Duration::from_secs(1));
            let failed = findings.into_iter().filter_map(Result::err);
            failed.collect::<Vec<_>>().join("; ")
        };
        let went_on = Probed {
            code: Some(0),
            ..Probed::default()
        };
        let failed = failures(&went_on);
        for part in ["not stopped: exit status 0", "no dump", "did not begin"] {
            assert!(failed.contains(part), "{failed}");
        }
        assert!(failures(&Probed::default()).contains("not stopped within"));

        // A dump that ends in the middle, a child that lives.
        let name = "drun-crash-dump-20250930-143022";
        fs::write(folder.join(format!("{name}.json")), "{\"memory_stats\": {").unwrap();
        let summary = name.replace("dump", "summary");
        fs::write(folder.join(format!("{summary}.txt")), "x").unwrap();
        fs::write(folder.join("child.pid"), std::process::id().to_string()).unwrap();
        let failed = failures(&went_on);
        for part in ["ends in the middle", "is still there"] {
            assert!(failed.contains(part), "{failed}");
        }
        let path = stage.path.clone();
        drop(stage);
        assert!(!path.exists());
    }

    #[test]
    fn a_late_decision_and_a_wrong_cause_fail_the_test() {
        let record = |current: u64| Record {
            exceeded: Exceeded {
                limit: 64 << 20,
                current: current << 20,
                ..Exceeded::default()
            },
            ..Record::default()
        };
        let took = Duration::from_millis(500);
        assert!(decision(&record(66), Scope::Own, took).is_ok());
        assert!(decision(&record(900), Scope::Own, took).is_err());
        assert!(decision(&record(66), Scope::Tree, took).is_err());
        assert!(CASES[0].cause(&Diagnosis::default()).is_err());
    }
}
