//! How processes start, and what becomes of what they print.

use super::*;

#[test]
fn output_is_passed_on_byte_for_byte() {
    alone("output::output_is_passed_on_byte_for_byte", || async {
        let supervisor = Supervisor::new();
        let script = r"printf ' a\r\n\tb'; printf 'c' >&2; cat; exit 3";
        let (finished, out) = finish(&supervisor, script, Output::Stream).await;
        // Where the other stream comes between is not promised.
        assert!(out.contains('c') && out.replace('c', "") == " a\r\n\tb");
        assert_eq!(finished.code, 3);
        assert_eq!(
            finished.cause(),
            "command failed with exit code 3 (stdout: a\r\n\tb; stderr: c)"
        );
        let (finished, _) = finish(&supervisor, "kill -KILL $$", Output::Stream).await;
        assert_eq!((finished.code, finished.signal), (-1, Some(9)));
        assert_eq!(finished.cause(), "command failed with exit code -1");
        let (_, out) = finish(
            &supervisor,
            "ps -o tpgid= -p $$; [ -t 0 ] || echo no",
            Output::Stream,
        )
        .await;
        assert!(out.ends_with("no\n"));
    });
}

#[test]
fn the_environment_and_the_arguments_of_the_shell_are_given() {
    alone(
        "output::the_environment_and_the_arguments_of_the_shell_are_given",
        || async {
            let supervisor = Supervisor::new();
            let (report, _) = Report::memory();
            let command = ShellCommand {
                executable: "bash".into(),
                args: vec!["-e".into(), "-u".into()],
                env: vec![("COLOUR".into(), "red".into())],
                ..shell("echo $COLOUR $DRUN_SHELL_ARGS $-")
            };
            let mut finished = run(&supervisor, command, capture(), &report).await.unwrap();
            let value = finished.take_captured();
            assert!(value.starts_with("red -e -u "), "{value}");
            assert!(value.contains("eh") || value.contains('e'), "{value}");
        },
    );
}

#[test]
fn what_cannot_be_started_is_named() {
    alone("output::what_cannot_be_started_is_named", || async {
        let supervisor = Supervisor::new();
        let (report, _) = Report::memory();
        for (executable, dir, expected) in [
            (
                "/no/such/shell",
                "/",
                "cannot start /no/such/shell: no such file or directory",
            ),
            (
                "nosuchshell",
                "/",
                "cannot start nosuchshell: no such file or directory",
            ),
            (
                "/bin/bash",
                "/no/dir",
                "cannot start a command in /no/dir: no such file or directory",
            ),
            (
                "/bin/bash",
                "/etc/passwd",
                "cannot start a command in /etc/passwd: not a directory",
            ),
            (
                "/etc/passwd",
                "/",
                "cannot start /etc/passwd: permission denied",
            ),
        ] {
            let command = ShellCommand::shell(executable, "true".into(), dir);
            let error = run(&supervisor, command, Output::Stream, &report)
                .await
                .unwrap_err();
            assert_eq!(error.to_string(), expected);
        }
    });
}

#[test]
fn a_capture_is_counted_while_it_grows() {
    alone("output::a_capture_is_counted_while_it_grows", || async {
        let supervisor = Supervisor::new();
        let folder = tempfile::tempdir().unwrap();
        let gate = folder.path().join("gate");
        let script = format!(
            "head -c 3000000 /dev/zero; until [ -e {} ]; do :; done; echo x; echo e >&2; exit 2",
            gate.display()
        );
        let (report, written) = Report::memory();
        let command = ShellCommand {
            started_at: Origin {
                task: "t".into(),
                file: "f".into(),
                line: 7,
            },
            ..shell(&script)
        };
        let running = run(&supervisor, command, capture(), &report);
        let watched = async {
            until("all counted", || supervisor.captured_bytes() == 3_000_000).await;
            let captures = supervisor.captures();
            assert_eq!(
                (captures[0].bytes, captures[0].started_at.line),
                (3_000_000, 7)
            );
            assert_eq!(captures[0].variable, "v");
            std::fs::write(&gate, "").unwrap();
        };
        let (finished, ()) = tokio::join!(running, watched);
        let mut finished = finished.unwrap();
        assert_eq!(finished.take_captured().len(), 3_000_002);
        assert!(finished.cause().ends_with("x; stderr: e)"));
        assert_eq!(supervisor.captured_bytes(), 0);
        assert_eq!(written.out(), "");
    });
}

#[test]
fn a_captured_value_loses_its_ends() {
    alone("output::a_captured_value_loses_its_ends", || async {
        let supervisor = Supervisor::new();
        let script = r"printf ' \n a\n b \r\n\n'; printf 'noise' >&2";
        let (mut finished, out) = finish(&supervisor, script, capture()).await;
        assert_eq!(
            (finished.take_trimmed().as_str(), out.as_str()),
            ("a\n b", "")
        );
        assert_eq!(finished.take_captured(), "");
        let (mut finished, _) = finish(&supervisor, script, capture()).await;
        assert_eq!(finished.take_without_line_ends(), " \n a\n b ");
        let (mut finished, _) = finish(&supervisor, r"printf '\377x'", capture()).await;
        assert_eq!(finished.take_trimmed(), "\u{fffd}x");
    });
}

#[test]
fn held_output_is_reported_whole() {
    alone("output::held_output_is_reported_whole", || async {
        let supervisor = Supervisor::new();
        let script = "seq 1 400000; echo oops >&2; exit 4";
        let (mut finished, out) = finish(&supervisor, script, Output::Hold).await;
        assert_eq!(out, "");
        let (report, written) = Report::memory();
        finished.ci_report("cmd", &report).await.unwrap();
        report.flush().await.unwrap();
        let expected: String = (1..=400_000).map(|i| format!("{i}\n")).collect();
        let end = "stderr:\noops\nsummary: command `cmd` failed with exit code 4\n";
        assert!(written.out() == format!("stdout:\n{expected}{end}"));
        let begin = "command failed with exit code 4 (stdout: [2623359 earlier bytes left out] ";
        let cause = finished.cause();
        assert!(cause.starts_with(begin), "{}", &cause[..100]);
    });
}

#[test]
fn lines_of_parallel_commands_stay_whole() {
    alone("output::lines_of_parallel_commands_stay_whole", || async {
        let supervisor = Supervisor::new();
        let (report, written) = Report::memory();
        let print = |letter: &str| {
            let script = format!(
                "for i in $(seq 500); do printf {letter}; printf '{letter}{letter}\\n'; done; printf {letter}"
            );
            run(&supervisor, shell(&script), Output::Lines, &report)
        };
        let (a, b, c) = tokio::join!(print("a"), print("b"), print("c"));
        assert!(a.unwrap().success() && b.unwrap().success() && c.unwrap().success());
        report.flush().await.unwrap();
        let out = written.out();
        for letter in ["a", "b", "c"] {
            let whole = format!("{letter}{letter}{letter}");
            assert_eq!(
                out.lines().filter(|line| line.ends_with(&whole)).count(),
                500
            );
        }
    });
}

#[test]
fn a_probe_has_a_time_limit() {
    alone("output::a_probe_has_a_time_limit", || async {
        let supervisor = Supervisor::new();
        let probed = probe_output(
            &supervisor,
            "sh",
            &["-c", "echo o; echo e >&2; exit 5"],
            PATIENCE,
        );
        let probed = probed.await.unwrap();
        assert_eq!(
            (probed.stdout.as_str(), probed.stderr.as_str()),
            ("o\n", "e\n")
        );
        assert_eq!(probed.code, Some(5));
        let script = "setsid sleep 1000 & echo $!; trap '' TERM; wait; sleep 1000";
        let limit = Duration::from_millis(300);
        let probed = probe_output(&supervisor, "bash", &["-c", script], limit)
            .await
            .unwrap();
        assert_eq!(probed.code, None);
        assert!(!exists(&probed.stdout));
        assert!(
            probe_output(&supervisor, "no-such-tool", &[], limit)
                .await
                .is_err()
        );
    });
}

#[test]
fn a_reader_that_left_ends_the_command() {
    alone("output::a_reader_that_left_ends_the_command", || async {
        if find_in_path("yes").is_none() {
            return;
        }
        let supervisor = Supervisor::new();
        let exe = env::current_exe().unwrap();
        let script = format!(
            "{ALONE}=output::prints_without_end {} --exact processes::output::prints_without_end --nocapture | head -n 50 | wc -l",
            exe.display()
        );
        let probed = probe_output(&supervisor, "bash", &["-c", &script], PATIENCE)
            .await
            .unwrap();
        assert_eq!((probed.code, probed.stdout.trim()), (Some(0), "50"));
    });
}

/// The process whose output the test above stops to read.
#[test]
fn prints_without_end() {
    if env::var(ALONE).is_ok_and(|name| name == "output::prints_without_end") {
        alone("output::prints_without_end", || async {
            let supervisor = Supervisor::new();
            let report = Report::standard();
            let finished = run(&supervisor, shell("exec yes"), Output::Stream, &report).await;
            assert!(!finished.unwrap().success());
            let error = report.flush().await.unwrap_err();
            assert_eq!(error.kind(), std::io::ErrorKind::BrokenPipe);
        });
    }
}
