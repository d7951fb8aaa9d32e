//! Writing what is known about a breach: the JSON file, the summary, or, when neither can be
//! written, the essentials as text.
//!
//! The JSON is streamed through one buffer, so that it takes the same memory for a program of any
//! size. [`write()`] works beside the runtime; [`write_now`] is its twin for the backstop's thread.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use serde::ser::{Serialize, SerializeStruct, Serializer};
use serde::{Deserialize, Serialize as DeriveSerialize};
use serde_json::ser::PrettyFormatter;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::allocator;
use super::amount::megabytes;
use super::diagnosis::{Diagnosis, diagnose};
use super::files::{self, Folder, Kind, Stem};
use super::record::Record;
use super::redact::{Redacting, Redactor};
use super::snapshot::ExecutionSnapshot;
use super::summary::Told;
use crate::ast::Ast;

/// The version of the shape that `docs/crash-dump.schema.json` describes.
pub const SCHEMA_VERSION: u32 = 1;
/// The buffer before the file.
const BUFFER: usize = 64 * 1024;
/// The stack of the thread that writes. A tree nests 256 levels and each costs some frames; only
/// what is used of it counts as memory.
const STACK: usize = 16 * 1024 * 1024;

/// What is to be written, and where.
#[derive(Debug, Clone)]
pub struct Request {
    /// What was measured.
    pub record: Record,
    /// The program; `None` while it is loaded.
    pub program: Option<Arc<Ast>>,
    /// The state of the execution; `None` when it is locked.
    pub snapshot: Option<ExecutionSnapshot>,
    /// The folder that was set with `dump_dir`.
    pub dump_dir: Option<PathBuf>,
    /// The folder in which the program was started.
    pub start_dir: PathBuf,
    /// The moment of the breach in local time.
    pub at: OffsetDateTime,
}

/// What was written.
#[derive(Debug, Clone, Default)]
pub struct DumpOutcome {
    /// The cause.
    pub diagnosis: Diagnosis,
    /// The JSON file.
    pub dump: Option<PathBuf>,
    /// The summary.
    pub summary: Option<PathBuf>,
    /// The JSON file, or else the summary, as the message names it: without its folder when that
    /// is the folder of the start.
    pub shown: Option<String>,
    /// Why a place could not be used, one line each.
    pub problems: Vec<String>,
    /// What has to go to standard error, because no file could be written.
    pub essentials: Option<String>,
}

/// The runtime, as the dump describes it.
#[derive(Debug, Clone, Default, DeriveSerialize, Deserialize)]
pub struct RuntimeInfo {
    /// The operating system.
    pub os: String,
    /// The processor, as `amd64` or `arm64`.
    pub arch: String,
    /// How many processors this process may use.
    pub num_cpu: u64,
    /// The version of the program.
    pub version: String,
    /// How many tasks of the runtime were alive.
    pub tasks_alive: u64,
    /// The process.
    pub pid: u32,
}

impl RuntimeInfo {
    /// The runtime of this process.
    pub fn new(tasks_alive: u64) -> Self {
        let arch = match std::env::consts::ARCH {
            "x86_64" => "amd64",
            "aarch64" => "arm64",
            "x86" => "386",
            arch => arch,
        };
        let os = match std::env::consts::OS {
            "macos" => "darwin",
            os => os,
        };
        Self {
            os: os.to_owned(),
            arch: arch.to_owned(),
            num_cpu: thread::available_parallelism().map_or(1, |number| number.get() as u64),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            tasks_alive,
            pid: std::process::id(),
        }
    }
}

/// Writes the files on a thread of its own, while the runtime goes on with what it has to do. The
/// thread begins at once.
pub fn write(request: Request) -> impl Future<Output = DumpOutcome> + Send {
    let (sender, receiver) = tokio::sync::oneshot::channel();
    let request = Arc::new(request);
    let shared = request.clone();
    // Not `spawn_blocking`: it panics where the system has no thread to give.
    let started = thread::Builder::new().stack_size(STACK).spawn(move || {
        allocator::exempt();
        let outcome = write_here(&shared);
        drop(shared);
        // Nobody waits any more when the receiver is gone.
        let _ = sender.send(outcome);
        allocator::settle();
    });
    async move {
        match started {
            Ok(_) => receiver.await.unwrap_or_else(|_| failed(&request)),
            Err(_) => write_here(&request),
        }
    }
}

/// Writes the files and returns when they are written. Needs no runtime and waits for no lock.
pub fn write_now(request: &Request) -> DumpOutcome {
    thread::scope(|scope| {
        let builder = thread::Builder::new().stack_size(STACK);
        let write = || {
            allocator::exempt();
            write_here(request)
        };
        match builder.spawn_scoped(scope, write) {
            Ok(writer) => writer.join().unwrap_or_else(|_| failed(request)),
            Err(_) => write_here(request),
        }
    })
}

/// The outcome when writing itself broke.
fn failed(request: &Request) -> DumpOutcome {
    let diagnosis = diagnose(&request.record, None, None);
    DumpOutcome {
        essentials: Some(format!("Cause: {}\n", diagnosis.sentence)),
        problems: vec!["the writer of the dump failed".to_owned()],
        diagnosis,
        ..DumpOutcome::default()
    }
}

fn write_here(request: &Request) -> DumpOutcome {
    let program = request.program.as_deref();
    let mut snapshot = request.snapshot.clone();
    let secrets = snapshot.iter().flat_map(|snapshot| &snapshot.secrets);
    let mut redactor = Redactor::default()
        .with_environment()
        .with_values(secrets.map(String::as_str));
    if let Some(program) = program {
        redactor = redactor.with_program(program);
    }
    if let Some(snapshot) = &mut snapshot {
        redactor = redactor.with_snapshot(snapshot);
        redactor.redact_snapshot(snapshot);
    }
    let mut diagnosis = diagnose(&request.record, snapshot.as_ref(), program);
    // It may quote the program, and is told before anything is serialised.
    redactor.redact_diagnosis(&mut diagnosis);
    let document = Document {
        request,
        snapshot: snapshot.as_ref(),
        diagnosis: &diagnosis,
        runtime: RuntimeInfo::new(request.record.figures.tasks_alive),
        redactor: &redactor,
    };
    let set = request.dump_dir.as_deref();
    let mut outcome = document.write_files(&files::places(set, &request.start_dir));
    outcome.diagnosis = diagnosis;
    outcome
}

/// Everything that goes into the files.
struct Document<'a> {
    request: &'a Request,
    snapshot: Option<&'a ExecutionSnapshot>,
    diagnosis: &'a Diagnosis,
    runtime: RuntimeInfo,
    redactor: &'a Redactor,
}

impl Document<'_> {
    /// Writes a pair into the first place that takes one; a summary alone where no place has room
    /// for the dump; else the essentials.
    fn write_files(&self, places: &[PathBuf]) -> DumpOutcome {
        let mut outcome = DumpOutcome::default();
        for place in places {
            match self.pair(place, &mut outcome) {
                Ok(()) => return outcome,
                Err(error) => outcome.problems.push(problem(place, &error)),
            }
        }
        for place in places {
            let Ok(folder) = self.open(place) else {
                continue;
            };
            let text = |_: Option<&str>| self.told().summary(None);
            if let Ok(stem) = files::place_summary(&folder, None, self.request.at, text) {
                self.name(&mut outcome, place, None, Some(&stem));
                files::tidy(&folder, &stem);
                return outcome;
            }
        }
        outcome.essentials = Some(self.told().essentials());
        outcome
    }

    fn pair(&self, place: &Path, outcome: &mut DumpOutcome) -> io::Result<()> {
        let folder = self.open(place)?;
        let dump = {
            let mut buffered = BufWriter::with_capacity(BUFFER, folder.temporary()?);
            self.stream(&mut buffered)?;
            buffered
                .into_inner()
                .map_err(io::IntoInnerError::into_error)?
        };
        let placed = files::place_dump(&folder, dump, self.request.at)?;
        let text = |dump: Option<&str>| self.told().summary(dump);
        match files::place_summary(&folder, Some(&placed), self.request.at, text) {
            Ok(stem) => {
                self.name(outcome, place, Some(&stem), Some(&stem));
                files::tidy(&folder, &stem);
            }
            Err(error) => {
                self.name(outcome, place, Some(&placed.stem), None);
                outcome
                    .problems
                    .push(format!("the summary could not be written: {error}"));
                files::tidy(&folder, &placed.stem);
            }
        }
        Ok(())
    }

    /// Opens a place; the one that was set and the one in the home directory are made.
    fn open(&self, place: &Path) -> io::Result<Folder> {
        let set = self.request.dump_dir.as_ref();
        let ours = set.is_some_and(|set| self.request.start_dir.join(set) == place)
            || place.ends_with(".drun/crash");
        files::open_place(place, ours)
    }

    fn name(
        &self,
        outcome: &mut DumpOutcome,
        place: &Path,
        dump: Option<&Stem>,
        summary: Option<&Stem>,
    ) {
        outcome.dump = dump.map(|stem| place.join(stem.file_name(Kind::Dump)));
        outcome.summary = summary.map(|stem| place.join(stem.file_name(Kind::Summary)));
        let named = outcome.dump.as_ref().or(outcome.summary.as_ref());
        outcome.shown = named.map(|path| {
            let here = place == self.request.start_dir;
            let name = path.file_name().filter(|_| here).map(Path::new);
            name.unwrap_or(path).display().to_string()
        });
    }

    fn told(&self) -> ToldOwned<'_> {
        ToldOwned {
            document: self,
            timestamp: timestamp(
                self.request
                    .at
                    .replace_nanosecond(0)
                    .unwrap_or(self.request.at),
            ),
        }
    }

    /// Writes the JSON, indented by two blanks, with one line end at its end.
    fn stream(&self, mut writer: impl Write) -> io::Result<()> {
        let formatter = PrettyFormatter::with_indent(b"  ");
        let mut serializer = serde_json::Serializer::with_formatter(&mut writer, formatter);
        self.serialize(Redacting::new(&mut serializer, self.redactor))?;
        writer.write_all(b"\n")
    }
}

/// The texts of a document, with the time stamp that they share.
struct ToldOwned<'a> {
    document: &'a Document<'a>,
    timestamp: String,
}

impl ToldOwned<'_> {
    fn told(&self) -> Told<'_> {
        Told {
            diagnosis: self.document.diagnosis,
            record: &self.document.request.record,
            snapshot: self.document.snapshot,
            program: self.document.request.program.as_deref(),
            timestamp: &self.timestamp,
            runtime: &self.document.runtime,
        }
    }

    fn summary(&self, dump: Option<&str>) -> String {
        let mut text = self.told().summary(dump);
        self.document.redactor.redact_in(&mut text);
        text
    }

    fn essentials(&self) -> String {
        let mut text = self.told().essentials();
        self.document.redactor.redact_in(&mut text);
        text
    }
}

impl Serialize for Document<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let record = &self.request.record;
        let children = self.snapshot.map_or(&[][..], |snapshot| &snapshot.children);
        let mut document = serializer.serialize_struct("Dump", 10)?;
        let stats = MemoryStats::new(record, timestamp(self.request.at));
        document.serialize_field("memory_stats", &stats)?;
        document.serialize_field("program", &self.request.program)?;
        document.serialize_field("runtime_info", &self.runtime)?;
        document.serialize_field("schema_version", &SCHEMA_VERSION)?;
        document.serialize_field("diagnosis", self.diagnosis)?;
        document.serialize_field("exceeded", &record.exceeded)?;
        document.serialize_field("execution", &self.snapshot)?;
        document.serialize_field("history", &record.history)?;
        document.serialize_field("limits", &record.limits)?;
        document.serialize_field("children", children)?;
        document.end()
    }
}

/// The figures: in MB under the names that readers of such dumps know, then in bytes.
#[derive(Debug, Clone, Default, DeriveSerialize, Deserialize)]
pub struct MemoryStats {
    /// Memory that is in use, in MB: the heap, or the resident memory where it is not counted.
    pub alloc_mb: u64,
    /// Memory that was ever allocated, in MB.
    pub total_alloc_mb: u64,
    /// Address space, in MB.
    pub sys_mb: u64,
    /// Always 0: nothing is collected.
    pub num_gc: u64,
    /// When, as RFC 3339 with the local offset.
    pub timestamp: String,
    /// All figures in bytes.
    #[serde(flatten)]
    pub figures: super::record::Figures,
}

impl MemoryStats {
    fn new(record: &Record, timestamp: String) -> Self {
        let figures = record.figures.clone();
        let used = figures.heap.unwrap_or(figures.resident);
        Self {
            alloc_mb: megabytes(used),
            total_alloc_mb: megabytes(figures.allocated.unwrap_or(used)),
            sys_mb: megabytes(figures.system),
            num_gc: 0,
            timestamp,
            figures,
        }
    }
}

fn timestamp(at: OffsetDateTime) -> String {
    at.format(&Rfc3339).unwrap_or_default()
}

fn problem(place: &Path, error: &io::Error) -> String {
    format!("{} could not be used: {error}", place.display())
}

#[cfg(test)]
pub(super) mod tests;
