//! Standard output that takes nothing.

use std::fs::File;
use std::process::Stdio;

use crate::xdrun::{Finished, Scratch, block_on, finish};

fn list(stdout: Stdio) -> Finished {
    let text = "version: 2.0\ntask \"a\":\n  info \"x\"\n";
    let scratch = Scratch::new().file("a.drun", text);
    let mut command = scratch.xdrun(["-f", "a.drun", "--list"]);
    command.stdout(stdout);
    block_on(finish(command, Vec::new())).expect("the command takes too long")
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let listed = list(writer.into());
    assert_eq!((listed.status, listed.err().as_str()), (0, ""));
}

#[cfg(target_os = "linux")]
#[test]
fn a_list_that_cannot_be_written_is_not_lost_in_silence() {
    let full = File::options().write(true).open("/dev/full").unwrap();
    let listed = list(full.into());
    assert_eq!(listed.status, 1);
    assert_eq!(
        listed.err(),
        "Error: cannot write to standard output: no space left on device\n"
    );
}
