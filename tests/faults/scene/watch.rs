//! A folder of its own, and a run in it that is watched from outside.

use std::fs;
use std::io::Read;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rustix::process::{Pid, Signal, kill_process};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tempfile::TempDir;

/// How long anything may take before it is taken for hanging.
const PATIENCE: Duration = Duration::from_secs(120);
/// The variable by which the processes of one run are known.
const MARK: &str = "DRUN_FAULT_MARK";

/// A working folder beside a home and a place for temporary files.
pub(crate) struct Folder {
    root: TempDir,
    pub(crate) work: PathBuf,
    mark: String,
}

impl Folder {
    /// With a task file `t.drun`.
    pub(crate) fn new(tasks: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let prefix = "drun-fault-";
        let root = tempfile::Builder::new().prefix(prefix).tempdir().unwrap();
        let work = root.path().canonicalize().unwrap().join("work");
        for name in ["work", "home", "tmp"] {
            fs::create_dir(work.with_file_name(name)).unwrap();
        }
        fs::write(work.join("t.drun"), format!("version: 2.0\n\n{tasks}")).unwrap();
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let mark = format!("{}-{number}", std::process::id());
        Self { root, work, mark }
    }

    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.work.with_file_name(name)
    }

    /// `xdrun` for a task of the file.
    pub(crate) fn xdrun(&self, arguments: &[&str]) -> Command {
        let mut command = self.program(env!("CARGO_BIN_EXE_xdrun"));
        command
            .arg("-f")
            .arg(self.work.join("t.drun"))
            .args(arguments);
        command
    }

    /// Any program in this folder, with the environment of a run.
    pub(crate) fn program(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = command(program);
        for (name, _) in std::env::vars_os() {
            let foreign = ["DRUN_", "CI", "GITHUB_", "RUST_LOG"];
            if name
                .to_str()
                .is_some_and(|name| foreign.iter().any(|start| name.starts_with(start)))
            {
                command.env_remove(name);
            }
        }
        command
            .current_dir(&self.work)
            .env("PWD", &self.work)
            .env("HOME", self.beside("home"))
            .env("TMPDIR", self.beside("tmp"))
            .env(MARK, &self.mark)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs to the end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Done {
        Running::start(self.xdrun(arguments)).wait()
    }

    /// The living processes of the runs in this folder.
    pub(crate) fn living(&self) -> Vec<u32> {
        let wanted = format!("{MARK}={}", self.mark);
        let entries = fs::read_dir("/proc").unwrap();
        let pids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
        let ours = |pid: &u32| {
            let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
            environment
                .split(|byte| *byte == 0)
                .any(|entry| entry == wanted.as_bytes())
        };
        pids.filter(ours).filter(|pid| !is_zombie(*pid)).collect()
    }

    /// The paths of the crash files that have their final names, in all places.
    pub(crate) fn crash_files(&self) -> Vec<PathBuf> {
        self.named("drun-crash-")
    }

    /// What is being written, or was left half-way.
    pub(crate) fn halves(&self) -> Vec<PathBuf> {
        self.named(".drun-crash-")
    }

    fn named(&self, start: &str) -> Vec<PathBuf> {
        let places = [
            self.work.clone(),
            self.beside("tmp"),
            self.beside("home/.drun/crash"),
            self.beside("home/made/for/us"),
        ];
        let entries = places.iter().filter_map(|place| fs::read_dir(place).ok());
        let paths = entries.flatten().flatten().map(|entry| entry.path());
        paths
            .filter(|path| {
                path.file_name()
                    .unwrap()
                    .to_string_lossy()
                    .starts_with(start)
            })
            .collect()
    }

    /// The one dump, which must be whole.
    pub(crate) fn dump(&self) -> Option<Value> {
        let files = self.crash_files();
        let dump = files
            .iter()
            .find(|path| path.extension().is_some_and(|end| end == "json"))?;
        Some(whole_dump(dump))
    }
}

/// A dump under its final name has to be whole. Its program is left out: it may be large, and the
/// memory of this process counts as that of what it starts.
pub(crate) fn whole_dump(path: &Path) -> Value {
    #[derive(Deserialize, Serialize)]
    struct Known {
        memory_stats: Value,
        exceeded: Value,
        execution: Value,
        history: Value,
    }
    let file = std::io::BufReader::new(fs::File::open(path).unwrap());
    let known: Known = serde_json::from_reader(file).unwrap();
    serde_json::to_value(known).unwrap()
}

#[allow(clippy::disallowed_methods, reason = "tests start what they test")]
pub(crate) fn command(program: impl AsRef<std::ffi::OsStr>) -> Command {
    Command::new(program)
}

fn is_zombie(pid: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let state = stat.rfind(')').and_then(|at| stat.get(at + 2..at + 3));
    matches!(state, None | Some("Z" | "X"))
}

/// A run that goes on.
pub(crate) struct Running {
    child: Child,
    begun: Instant,
    out: Option<Receiver<Vec<u8>>>,
    err: Option<Receiver<Vec<u8>>>,
}

/// How a run ended.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) status: Option<i32>,
    pub(crate) signal: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
    pub(crate) took: Duration,
    /// The most that was resident of it or of one of its children, in bytes.
    pub(crate) peak: u64,
    /// When its end was seen, in ms since 1970.
    pub(crate) ended: f64,
}

impl Running {
    pub(crate) fn start(mut command: Command) -> Self {
        let begun = Instant::now();
        // A test harness ignores nothing and blocks nothing, and neither shall what it starts.
        let mut child = command.process_group(0).spawn().unwrap();
        let out = child.stdout.take().map(read);
        let err = child.stderr.take().map(read);
        Self {
            child,
            begun,
            out,
            err,
        }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(self.child.id().cast_signed()).unwrap();
        // It may have ended.
        let _ = kill_process(pid, signal);
    }

    /// Whether it has ended; does not wait for it.
    pub(crate) fn is_gone(&self) -> bool {
        is_zombie(self.child.id())
    }

    /// Waits for `happened` as long as it runs.
    pub(crate) fn until(&self, happened: impl Fn() -> bool) {
        poll(|| happened() || self.is_gone());
    }

    pub(crate) fn wait(mut self) -> Done {
        let (status, peak) = self.end();
        let took = self.begun.elapsed();
        let ended = now();
        let text = |read: Option<Receiver<Vec<u8>>>| {
            // Who survives the run may hold the pipe: that is found elsewhere.
            let bytes = read.and_then(|read| read.recv_timeout(Duration::from_secs(5)).ok());
            String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned()
        };
        Done {
            status: status.code(),
            signal: status.signal(),
            out: text(self.out.take()),
            err: text(self.err.take()),
            took,
            peak,
            ended,
        }
    }

    #[allow(
        unsafe_code,
        reason = "only this call tells how much memory a child had"
    )]
    fn end(&mut self) -> (ExitStatus, u64) {
        let pid = self.child.id().cast_signed();
        let begun = Instant::now();
        loop {
            let mut status = 0;
            // SAFETY: both point to values of the right types, and the child is waited for nowhere else.
            let (gone, usage) = unsafe {
                let mut usage: libc::rusage = std::mem::zeroed();
                (
                    libc::wait4(pid, &raw mut status, libc::WNOHANG, &raw mut usage),
                    usage,
                )
            };
            if gone == pid {
                return (
                    ExitStatus::from_raw(status),
                    usage.ru_maxrss.unsigned_abs() * 1024,
                );
            }
            if begun.elapsed() > PATIENCE {
                self.signal(Signal::KILL);
            }
            std::thread::sleep(Duration::from_micros(500));
        }
    }
}

/// Milliseconds since 1970.
pub(crate) fn now() -> f64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs_f64()
        * 1000.0
}

/// Waits until `happened`.
pub(crate) fn poll(happened: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !happened() {
        assert!(Instant::now() < deadline, "it never happened");
        std::thread::sleep(Duration::from_micros(200));
    }
}

fn read(mut from: impl Read + Send + 'static) -> Receiver<Vec<u8>> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = from.read_to_end(&mut bytes);
        let _ = sender.send(bytes);
    });
    receiver
}

impl Done {
    /// When memory was found to exceed the limit, by the dump, in ms since 1970; and the exit after it.
    pub(crate) fn since_decision(&self, dump: &Value) -> f64 {
        let at = dump["memory_stats"]["timestamp"].as_str().unwrap();
        let at = time::OffsetDateTime::parse(at, &time::format_description::well_known::Rfc3339)
            .unwrap();
        self.ended - at.unix_timestamp_nanos() as f64 / 1e6
    }

    /// How much more was taken after the decision, in bytes.
    pub(crate) fn growth(&self, dump: &Value) -> u64 {
        self.peak
            .saturating_sub(dump["exceeded"]["current"].as_u64().unwrap())
    }

    pub(crate) fn is_stop(&self) {
        assert_eq!((self.status, self.signal), (Some(1), None), "{}", self.err);
        assert!(
            self.err.contains("❌ CRITICAL: Memory usage exceeded"),
            "{}",
            self.err
        );
    }
}
