//! What the command says when it is given next to nothing, and what reaches the terminal of a file that
//! nobody has looked at.

#![cfg(target_os = "linux")]

use std::process::{Command, Stdio};

use super::xdrun::Scratch;

#[test]
fn few_descriptors_are_an_error_and_no_panic() {
    let scratch = Scratch::new();
    for (limit, held) in (3..=12).map(|limit| (limit, "")).chain([
        // Descriptors that were inherited need not be the lowest.
        (12, "7</dev/null 9</dev/null"),
        (
            14,
            "5</dev/null 6</dev/null 11</dev/null 12</dev/null 13</dev/null",
        ),
    ]) {
        let script = format!("ulimit -n {limit}; exec \"$XDRUN\" --version {held}");
        let output = Command::new("/bin/bash")
            .args(["-c", &script])
            .current_dir(&scratch.work)
            .env("XDRUN", env!("CARGO_BIN_EXE_xdrun"))
            .env("RUST_BACKTRACE", "0")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        let told = match output.status.code() {
            Some(0) => error.is_empty() && output.stdout.starts_with(b"drun: "),
            Some(1) => error.starts_with("Error: the runtime cannot start: Too many open files"),
            // The loader of a binary that is linked dynamically needs one itself.
            Some(127) => limit == 3 && error.contains("error while loading shared libraries"),
            _ => false,
        };
        assert!(told, "{limit} {held}: {:?} {error}", output.status);
    }
}

#[test]
fn no_name_in_a_file_controls_the_terminal() {
    let name = "ev\u{1b}[31m\u{9b}il";
    for body in [
        "call task \"NAME\"",
        "fail \"x\"",
        "call task \"NAME 2\"",
        "no \"NAME\"",
    ] {
        let body = body.replace("NAME", name);
        let text = format!("version: 2.0\n\ntask \"{name}\":\n  {body}\n");
        let scratch = Scratch::new().file("a\u{1b}.drun", &text);
        for task in [name, "evil"] {
            let arguments = ["-f", "a\u{1b}.drun", task, "--memory-limit=32MB"];
            let finished = scratch.run(arguments);
            let error = finished.err();
            assert_eq!(finished.status, 1, "{error}");
            assert!(!error.is_empty(), "{body}");
            let controls = |char: char| char.is_control() && char != '\n';
            assert!(!error.contains(controls), "{error:?}");
        }
        let listed = scratch.run(["-f", "a\u{1b}.drun", "--list"]).out();
        assert!(!listed.contains('\u{1b}'), "{listed:?}");
    }
}
