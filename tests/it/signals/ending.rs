//! How long an end may take, and what is said about it.

use super::*;

#[test]
fn a_clean_up_that_takes_its_time_is_left_to_it() {
    // What ends it is not itself asked to end while it waits.
    let scratch = Scratch::new().file(
        "spec.drun",
        "version: 2.0

task \"t\":
  run \"trap 'echo begin; (trap \\\"\\\" TERM; exec sleep 0.6); echo end; exit 0' TERM; sleep 78.1 & echo ready; wait\"
",
    );
    for (signal, status, word) in [(S::INT, 130, "SIGINT"), (S::TERM, 143, "SIGTERM")] {
        let (status_seen, out, err) = block_on(async {
            let mut child = scratch.xdrun(["-f", "spec.drun", "t"]).spawn().unwrap();
            let mut out = BufReader::new(child.stdout.take().unwrap());
            let mut printed = String::new();
            let ready = async {
                while !printed.contains("ready\n") {
                    assert_ne!(out.read_line(&mut printed).await.unwrap(), 0, "{printed}");
                }
            };
            timeout(PATIENCE, ready).await.expect("it never starts");
            kill_process(pid_of(&child), signal).unwrap();
            ended(&mut child, out).await
        });
        let line = format!("Error: stopped by {word} while task 't' was running\n");
        assert_eq!((err, status_seen), (line, Some(status)), "{out}");
        assert_eq!(out, "begin\nend\n");
    }
}

#[test]
fn a_reader_that_does_not_read_keeps_nobody_from_ending() {
    let tasks: String = (0..4000)
        .map(|number| format!("task \"number {number}\":\n  info \"x\"\n\n"))
        .collect();
    let scratch = Scratch::new().file("spec.drun", &format!("version: 2.0\n\n{tasks}"));
    let commands: [&[&str]; 2] = [&["-f", "spec.drun", "--list"], &["-f", "spec.drun"]];
    for command in commands {
        let (status, err) = block_on(async {
            let mut child = scratch.xdrun(command.iter().copied()).spawn().unwrap();
            let unread = child.stdout.take().unwrap();
            let full = async {
                let capacity = rustix::pipe::fcntl_getpipe_size(&unread).unwrap() as u64;
                while rustix::io::ioctl_fionread(&unread).unwrap() < capacity {
                    tokio::time::sleep(Duration::from_millis(2)).await;
                }
            };
            timeout(PATIENCE, full).await.expect("it prints too little");
            kill_process(pid_of(&child), S::TERM).unwrap();
            let mut err = String::new();
            let mut stderr = child.stderr.take().unwrap();
            let ending = async { tokio::join!(stderr.read_to_string(&mut err), child.wait()).1 };
            let status = timeout(PATIENCE, ending).await.expect("it goes on");
            drop(unread);
            (status.unwrap().code(), err)
        });
        assert_eq!(
            (err.as_str(), status),
            ("Error: stopped by SIGTERM\n", Some(143))
        );
    }
}
