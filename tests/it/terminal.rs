//! The command at a real terminal: what an attached command gets, Ctrl-C, Ctrl-Z.

#![cfg(target_os = "linux")]

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use super::xdrun::Scratch;

const PATIENCE: Duration = Duration::from_secs(60);
pub(crate) const CTRL_C: &[u8] = b"\x03";
const CTRL_Z: &[u8] = b"\x1a";

/// A terminal of 24 rows and 100 columns, and the process that it controls.
pub(crate) struct Terminal {
    keyboard: File,
    shown: Arc<Mutex<Vec<u8>>>,
    screen: Option<thread::JoinHandle<()>>,
    child: Child,
}

impl Terminal {
    /// Starts `words` as the leader of a session at a new terminal.
    pub(crate) fn start(scratch: &Scratch, words: &[&str]) -> Self {
        let master =
            openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let name = ptsname(&master, Vec::new()).unwrap();
        let size = Winsize {
            ws_row: 24,
            ws_col: 100,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        tcsetwinsize(&master, size).unwrap();
        let open = File::options()
            .read(true)
            .write(true)
            .open(name.to_str().unwrap());
        let slave: OwnedFd = open.unwrap().into();
        let known = scratch.xdrun([]);
        // `setsid` makes the terminal the one that controls the session.
        let mut command = Command::new("setsid");
        command.arg("--ctty").args(words).current_dir(&scratch.work);
        for (name, value) in known.as_std().get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command
            .env("XDRUN", env!("CARGO_BIN_EXE_xdrun"))
            .env("PS1", "$ ")
            .env("TERM", "xterm")
            .stdin(Stdio::from(slave.try_clone().unwrap()))
            .stdout(Stdio::from(slave.try_clone().unwrap()))
            .stderr(Stdio::from(slave));
        let child = command.spawn().unwrap();
        // Otherwise this process would keep the terminal open.
        drop(command);
        let keyboard = File::from(master);
        let shown: Arc<Mutex<Vec<u8>>> = Arc::default();
        let (mut reader, log) = (keyboard.try_clone().unwrap(), shown.clone());
        let screen = thread::spawn(move || {
            let mut chunk = [0; 4096];
            // Ends with an error when nobody has the terminal open any more.
            while let Ok(count @ 1..) = reader.read(&mut chunk) {
                log.lock().unwrap().extend_from_slice(&chunk[..count]);
            }
        });
        Self {
            keyboard,
            shown,
            screen: Some(screen),
            child,
        }
    }

    /// The command itself, running task `t` of the file.
    pub(crate) fn xdrun(scratch: &Scratch) -> Self {
        Self::start(
            scratch,
            &[env!("CARGO_BIN_EXE_xdrun"), "-f", "spec.drun", "t"],
        )
    }

    /// All that was written to it.
    pub(crate) fn shown(&self) -> String {
        String::from_utf8_lossy(&self.shown.lock().unwrap()).into_owned()
    }

    /// Waits until `text` is on the screen.
    pub(crate) fn until(&self, text: &str) {
        wait_for(
            || self.shown().contains(text),
            || format!("{text:?} in {:?}", self.shown()),
        );
    }

    pub(crate) fn press(&mut self, keys: &[u8]) {
        self.keyboard.write_all(keys).unwrap();
    }

    /// Waits for the end.
    pub(crate) fn end(mut self) -> (ExitStatus, String) {
        let mut status = None;
        let (child, shown) = (&mut self.child, &self.shown);
        let text = || String::from_utf8_lossy(&shown.lock().unwrap()).into_owned();
        let mut ended = || {
            status = child.try_wait().unwrap();
            status.is_some()
        };
        wait_for(&mut ended, || format!("end after {:?}", text()));
        // The screen is read by a thread of its own, up to the end.
        self.screen.take().unwrap().join().unwrap();
        let shown = self.shown();
        (status.unwrap(), shown)
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // Closing the terminal hangs up what is left.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until `reached`; `what` says what is missing.
pub(crate) fn wait_for(mut reached: impl FnMut() -> bool, what: impl Fn() -> String) {
    let deadline = Instant::now() + PATIENCE;
    while !reached() {
        assert!(Instant::now() < deadline, "never reached: {}", what());
        thread::sleep(Duration::from_millis(2));
    }
}

/// Waits until the shell has the terminal: it is started before it gets it.
const FOREGROUND: &str = "until [ $(ps -o tpgid= -p $$) -eq $$ ]; do :; done";

/// A scratch folder with a task `t` of this body.
pub(crate) fn program(body: &str) -> Scratch {
    let body = body.replace("FOREGROUND", FOREGROUND);
    Scratch::new().file("spec.drun", &format!("version: 2.0\n\ntask \"t\":\n{body}"))
}

#[test]
fn an_attached_command_has_the_terminal_and_gives_it_back() {
    let scratch = program(
        "  run \"test -t 0 && test -t 1 && test -t 2 && stty size && read -r line && echo got:$line\" attached
  run \"ps -o pgid=,tpgid= -p $PPID > groups\"
  run \"read -r line && echo again:$line\" attached
",
    );
    let mut terminal = Terminal::xdrun(&scratch);
    terminal.until("24 100");
    terminal.press(b"hello\n");
    terminal.until("got:hello");
    terminal.press(b"world\n");
    let (status, shown) = terminal.end();
    assert!(status.success(), "{shown}");
    assert!(shown.contains("again:world"), "{shown}");
    // Between them the terminal is ours.
    let groups = std::fs::read_to_string(scratch.work.join("groups")).unwrap();
    let groups: Vec<&str> = groups.split_whitespace().collect();
    assert_eq!(groups[0], groups[1]);
}

#[test]
fn ctrl_c_goes_to_the_attached_command_and_ends_the_run() {
    let scratch = program(
        "  run \"FOREGROUND; echo ready; sleep 1000\" attached
  run \"touch after\"
",
    );
    // The shell is in our group, so it is in the foreground again only when we have given the terminal back.
    let script =
        "trap : INT; \"$XDRUN\" -f spec.drun t; echo status:$?; ps -o pgid=,tpgid= -p $$ > groups";
    let mut terminal = Terminal::start(&scratch, &["sh", "-c", script]);
    terminal.until("ready");
    terminal.press(CTRL_C);
    terminal.until("status:130");
    let (_, shown) = terminal.end();
    assert!(shown.contains("Error: stopped by SIGINT"), "{shown}");
    let groups = std::fs::read_to_string(scratch.work.join("groups")).unwrap();
    let groups: Vec<&str> = groups.split_whitespace().collect();
    assert_eq!(groups[0], groups[1]);
    assert!(scratch.files("after").is_empty());
}

#[test]
fn an_attached_command_that_handles_ctrl_c_goes_on() {
    let scratch = program(
        "  run \"trap 'echo caught' INT; FOREGROUND; echo ready; read -r line; read -r line; echo got:$line\" attached
  info \"next\"
",
    );
    let mut terminal = Terminal::xdrun(&scratch);
    terminal.until("ready");
    terminal.press(CTRL_C);
    terminal.until("caught");
    terminal.press(b"one\ntwo\n");
    let (status, shown) = terminal.end();
    assert!(status.success(), "{shown}");
    assert!(shown.contains("got:") && shown.contains("next"), "{shown}");
}

#[test]
fn ctrl_c_ends_a_command_that_has_no_terminal() {
    let scratch = program(
        "  run \"echo pid:$$:; [ -t 0 ] || echo none; sleep 1000\"
  run \"touch after\"
",
    );
    let mut terminal = Terminal::xdrun(&scratch);
    terminal.until("none");
    terminal.press(CTRL_C);
    let (status, shown) = terminal.end();
    assert_eq!(status.code(), Some(130), "{shown}");
    let pid = shown
        .split("pid:")
        .nth(1)
        .and_then(|rest| rest.split(':').next());
    assert!(state(pid.unwrap()).is_none());
    assert!(scratch.files("after").is_empty());
}

/// The letter of the state of a process; `None` when it has ended.
fn state(pid: &str) -> Option<char> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let state = stat.get(stat.rfind(')')? + 2..)?.chars().next()?;
    (state != 'Z').then_some(state)
}

/// Ctrl-Z in a shell stops the whole job, and `fg` makes it go on; `attached` is what `run` gets.
fn suspends(attached: &str) {
    let scratch = program(&format!(
        "  run \"echo $$ > pid; [ '{attached}' = '' ] || FOREGROUND; echo ready; until [ -e go ]; do sleep 0.01; done; echo done\"{attached}
  info \"next\"
"
    ));
    let mut terminal = Terminal::start(&scratch, &["bash", "--norc", "--noprofile", "-i"]);
    terminal.until("$ ");
    terminal.press(b"\"$XDRUN\" -f spec.drun t\n");
    terminal.until("ready");
    let pid = std::fs::read_to_string(scratch.work.join("pid")).unwrap();
    terminal.press(CTRL_Z);
    terminal.until("Stopped");
    let stopped = || state(pid.trim()) == Some('T');
    wait_for(stopped, || format!("{pid} is stopped"));
    terminal.press(b"touch go; fg\n");
    terminal.until("next");
    terminal.press(b"echo status:$?; exit\n");
    terminal.until("status:0");
    let (_, shown) = terminal.end();
    assert!(shown.contains("done"), "{shown}");
}

#[test]
fn ctrl_z_stops_the_whole_job() {
    suspends("");
}

#[test]
fn ctrl_z_stops_an_attached_command_and_us() {
    suspends(" attached");
}

#[test]
fn ctrl_z_does_nothing_where_no_shell_could_go_on() {
    let scratch =
        program("  run \"echo ready; until [ -e go ]; do sleep 0.01; done; echo done\"\n");
    let mut terminal = Terminal::xdrun(&scratch);
    terminal.until("ready");
    terminal.press(CTRL_Z);
    std::fs::write(scratch.work.join("go"), "").unwrap();
    let (status, shown) = terminal.end();
    assert!(status.success() && shown.contains("done"), "{shown}");
}
