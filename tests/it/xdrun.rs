//! The fixture of tests that run the command on files of their own: a folder of its own, a known environment, a
//! deadline.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tempfile::TempDir;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;
use tokio::time::timeout;

/// How long a command may take before its test fails.
pub(crate) const PATIENCE: Duration = Duration::from_secs(180);

/// A working folder, a home and a place for temporary files, all removed in the end.
pub(crate) struct Scratch {
    _root: TempDir,
    pub(crate) work: PathBuf,
    pub(crate) home: PathBuf,
    /// The command's folder for temporary files: crash files of others in the machine's own are
    /// listed, and removed, by `cmd:crash`.
    pub(crate) temporary: PathBuf,
}

impl Scratch {
    pub(crate) fn new() -> Self {
        let root = tempfile::Builder::new()
            .prefix("drun-test-")
            .tempdir()
            .unwrap();
        // Messages show the real path, so the folder must not be named through a link.
        let real = root.path().canonicalize().unwrap();
        let [work, home, temporary] = ["work", "home", "temporary"].map(|name| {
            let folder = real.join(name);
            fs::create_dir(&folder).unwrap();
            folder
        });
        Self {
            _root: root,
            work,
            home,
            temporary,
        }
    }

    /// Writes a file into the working folder.
    pub(crate) fn file(self, name: &str, text: &str) -> Self {
        let path = self.work.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    /// The command, about to start in the working folder.
    pub(crate) fn xdrun<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xdrun"));
        let foreign = |name: &str| {
            let starts = ["DRUN_", "CI", "GITHUB_", "RUST_LOG", "XDG_"];
            // A proxy of the machine would be asked for servers of this process.
            let proxy = name.to_ascii_lowercase().ends_with("_proxy");
            proxy || starts.iter().any(|start| name.starts_with(start))
        };
        for (name, _) in env::vars_os() {
            if name.to_str().is_some_and(foreign) {
                command.env_remove(name);
            }
        }
        command
            .args(arguments)
            .current_dir(&self.work)
            .env("HOME", &self.home)
            .env("TMPDIR", &self.temporary)
            .env("NO_COLOR", "1")
            .env("LC_ALL", "C.UTF-8")
            .env("TERM", "dumb")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }

    /// Runs the command to its end.
    pub(crate) fn run<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Finished {
        block_on(finish(self.xdrun(arguments), Vec::new())).expect("the command takes too long")
    }

    /// The names of the files in the working folder that start so.
    pub(crate) fn files(&self, start: &str) -> Vec<PathBuf> {
        let entries = fs::read_dir(&self.work).unwrap();
        let paths = entries.map(|entry| entry.unwrap().path());
        let named = |path: &PathBuf| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with(start)
        };
        paths.filter(named).collect()
    }
}

/// What a command came to.
#[derive(Debug)]
pub(crate) struct Finished {
    /// -1 when a signal ended it.
    pub(crate) status: i32,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: Vec<u8>,
}

impl Finished {
    pub(crate) fn out(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    pub(crate) fn err(&self) -> String {
        String::from_utf8_lossy(&self.stderr).into_owned()
    }
}

/// Feeds the command and waits for its end; `None` when it takes too long.
pub(crate) async fn finish(mut command: Command, stdin: Vec<u8>) -> Option<Finished> {
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    let mut pipe = child.stdin.take().unwrap();
    let feed = async move {
        // A command that does not read its input closes the pipe, which is its right.
        let _ = pipe.write_all(&stdin).await;
    };
    let both = async { tokio::join!(feed, child.wait_with_output()) };
    let (_, output) = timeout(PATIENCE, both).await.ok()?;
    let output = output.unwrap();
    Some(Finished {
        status: output.status.code().unwrap_or(-1),
        stdout: output.stdout,
        stderr: output.stderr,
    })
}

pub(crate) fn block_on<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(work)
}

/// The root of the repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All files below a folder that end so.
pub(crate) fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_string_lossy().ends_with(ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}
