//! Places that take no files, readers that do not read, and a writer that is killed.

use std::fs;
use std::os::fd::OwnedFd;
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::process::Signal;

use super::growth::Away;
use super::watch::{Done, Folder, Running, whole_dump};

const LIMITS: [&str; 3] = ["t", "--memory-limit=64MB", "--memory-warning=off"];

/// What is wrong with the world around a run that is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The folder of the start can't be written.
    ReadOnly,
    /// No place can be written.
    AllReadOnly,
    /// The folder that was set does not exist.
    Missing,
    /// The folder of the start was removed meanwhile.
    Removed,
    /// There is room for some kB.
    Full,
    /// No file may have a byte.
    FileSize,
    /// The run has used all descriptors that it may have.
    NoDescriptors,
    /// Standard error is closed.
    ErrorClosed,
    /// Standard error is a pipe that is full and that nobody reads.
    ErrorUnread,
    /// Who read standard output has gone.
    OutputGone,
    /// SIGTERM comes while the dump is written.
    Terminated,
}

impl Fault {
    pub(crate) const ALL: [Self; 11] = [
        Self::ReadOnly,
        Self::AllReadOnly,
        Self::Missing,
        Self::Removed,
        Self::Full,
        Self::FileSize,
        Self::NoDescriptors,
        Self::ErrorClosed,
        Self::ErrorUnread,
        Self::OutputGone,
        Self::Terminated,
    ];

    /// Whether it needs a file system of its own, which not everybody may make.
    pub(crate) fn needs_mounts(self) -> bool {
        matches!(self, Self::ReadOnly | Self::AllReadOnly | Self::Full)
    }
}

/// Whether a file system can be made here, in a name space that ends with the run.
pub(crate) fn can_mount() -> bool {
    let mut command = super::command("unshare");
    command.args(["-rm", "sh", "-c", "mount -t tmpfs -o size=8k none /mnt"]);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Runs away under a fault; what had to be is checked, and the end is given back.
pub(crate) fn stopped(fault: Fault, run: usize) -> Done {
    let folder = Folder::new(&tasks(fault));
    let ended = |command: Command| Running::start(command).wait();
    let done = match fault {
        Fault::ReadOnly => ended(in_shell(
            &folder,
            "mount -t tmpfs -o ro none . && cd .",
            true,
        )),
        Fault::AllReadOnly => {
            let mounts = "for i in . ../tmp ../home; do mount -t tmpfs -o ro none $i; done; cd .";
            ended(in_shell(&folder, mounts, true))
        }
        Fault::Full => {
            let mounts =
                "for i in . ../tmp ../home; do mount -t tmpfs -o size=4k none $i; done; cd .";
            ended(in_shell(&folder, mounts, true))
        }
        Fault::FileSize => ended(in_shell(&folder, "ulimit -f 0", false)),
        Fault::NoDescriptors => ended(in_shell(
            &folder,
            &format!("ulimit -n {}", 18 + run % 10),
            false,
        )),
        Fault::ErrorClosed => ended(in_shell(&folder, "exec 2>&-", false)),
        Fault::Missing => {
            let mut command = folder.xdrun(&LIMITS);
            command.arg("--memory-dump-dir=../home/made/for/us");
            ended(command)
        }
        Fault::Removed => ended(folder.xdrun(&LIMITS)),
        Fault::ErrorUnread => {
            let (_reader, full) = full_pipe();
            let mut command = folder.xdrun(&LIMITS);
            command.stderr(full);
            ended(command)
        }
        Fault::OutputGone => {
            let (reader, writer) = rustix::pipe::pipe().unwrap();
            drop(reader);
            let mut command = folder.xdrun(&LIMITS);
            command.stdout(writer);
            ended(command)
        }
        Fault::Terminated => {
            let running = Running::start(folder.xdrun(&LIMITS));
            running.until(|| !folder.halves().is_empty());
            running.signal(Signal::TERM);
            running.wait()
        }
    };
    check(fault, &folder, &done);
    done
}

fn tasks(fault: Fault) -> String {
    let away = Away::Recursion.tasks();
    match fault {
        // A summary alone must not fit into what is left either.
        Fault::Terminated => (0..1000).fold(away.to_owned(), |tasks, index| {
            tasks + &format!("\ntask \"task {index}\":\n  info \"{index}\"\n")
        }),
        Fault::Removed => {
            "task \"t\":\n  run \"rm -r ../work\"\n  call task again\n\ntask \"again\":\n  call task again\n".to_owned()
        }
        Fault::NoDescriptors => "task \"t\":\n  for each $i in [\"a\", \"b\", \"c\", \"grow\"] in parallel:\n    if $i is \"grow\":\n      \
             wait 0.2 seconds\n      call task again\n    else:\n      run \"sleep 100\"\n\ntask \"again\":\n  call task again\n"
            .to_owned(),
        _ => away.to_owned(),
    }
}

/// What `xdrun` is started with, after `first`, in a name space of its own if that is wanted.
fn in_shell(folder: &Folder, first: &str, own: bool) -> Command {
    let xdrun = format!(
        "{first}; exec {} -f \"$0\" {}",
        env!("CARGO_BIN_EXE_xdrun"),
        LIMITS.join(" ")
    );
    let file = folder.beside("t.drun");
    fs::copy(folder.work.join("t.drun"), &file).unwrap();
    let mut command = folder.program(if own { "unshare" } else { "bash" });
    if own {
        command.args(["-rm", "bash"]);
    }
    command.args(["-c", &xdrun]).arg(file);
    command
}

fn full_pipe() -> (OwnedFd, Stdio) {
    let (reader, writer) = rustix::pipe::pipe().unwrap();
    rustix::io::ioctl_fionbio(&writer, true).unwrap();
    while rustix::io::write(&writer, &[b'x'; 4096]).is_ok() {}
    while rustix::io::write(&writer, b"x").is_ok() {}
    rustix::io::ioctl_fionbio(&writer, false).unwrap();
    (reader, writer.into())
}

fn check(fault: Fault, folder: &Folder, done: &Done) {
    let err = &done.err;
    assert_eq!(
        (done.status, done.signal),
        (Some(1), None),
        "{fault:?}: {err}"
    );
    let unread = matches!(fault, Fault::ErrorClosed | Fault::ErrorUnread);
    assert!(unread || err.contains("❌ CRITICAL"), "{fault:?}: {err}");
    let files = folder.crash_files();
    let dumped = |place: &str| {
        let place = folder.beside(place);
        assert!(
            files.iter().any(|file| file.starts_with(&place)),
            "{fault:?}: {files:?} {err}"
        );
        let named = files.iter().any(|file| {
            let name = file.file_name().unwrap().to_str().unwrap();
            err.contains(name)
        });
        assert!(unread || named, "{fault:?}: {err}");
    };
    let cause = err.contains("Cause: ") && err.contains("again → ");
    match fault {
        Fault::ReadOnly | Fault::Removed => dumped("tmp"),
        Fault::Missing => dumped("home/made"),
        Fault::AllReadOnly | Fault::Full | Fault::FileSize => {
            assert!(cause && err.contains("could not be"), "{fault:?}: {err}");
            assert!(files.is_empty(), "{fault:?}: {files:?}");
        }
        Fault::NoDescriptors => assert!(cause || !files.is_empty(), "{err}"),
        _ => dumped("work"),
    }
    assert!(folder.halves().is_empty(), "{fault:?}");
    assert!(
        folder.living().is_empty(),
        "{fault:?}: {:?}",
        folder.living()
    );
    for file in files
        .iter()
        .filter(|file| file.extension().is_some_and(|end| end == "json"))
    {
        whole_dump(file);
    }
}

/// Sends SIGTERM to a run whose both streams are full and unread; how long it lives on, in ms.
pub(crate) fn unread() -> f64 {
    let folder = Folder::new("task \"t\":\n  info \"unread\"\n  run \"sleep 1000\"\n");
    let ((_one, out), (_other, error)) = (full_pipe(), full_pipe());
    let mut command = folder.xdrun(&LIMITS);
    command.stdout(out).stderr(error);
    let running = Running::start(command);
    // It waits for its reader by then, and if not, it waits for its child.
    std::thread::sleep(Duration::from_millis(200));
    let sent = super::watch::now();
    running.signal(Signal::TERM);
    let done = running.wait();
    assert_eq!(done.status, Some(143));
    assert!(folder.living().is_empty());
    done.ended - sent
}

/// Kills a run `after` it has begun to write its dump; whether something was left half-way. Nothing
/// broken may have a final name, and the next run tidies up.
pub(crate) fn killed(after: Duration) -> bool {
    let folder = Folder::new(&tasks(Fault::Terminated));
    let running = Running::start(folder.xdrun(&LIMITS));
    running.until(|| !folder.halves().is_empty() || !folder.crash_files().is_empty());
    std::thread::sleep(after);
    running.signal(Signal::KILL);
    running.wait();
    for file in folder.crash_files() {
        if file.extension().is_some_and(|end| end == "json") {
            whole_dump(&file);
        } else {
            let text = fs::read_to_string(&file).unwrap();
            assert!(
                text.contains("Cause: ") && text.ends_with('\n'),
                "{}",
                file.display()
            );
        }
    }
    let left = !folder.halves().is_empty();
    folder.run(&LIMITS).is_stop();
    assert!(folder.halves().is_empty(), "{:?}", folder.halves());
    left
}
