//! How processes end, and that none is left behind.

use super::*;

#[test]
fn a_background_process_is_waited_for_only_if_it_holds_the_pipes() {
    alone(
        "ending::a_background_process_is_waited_for_only_if_it_holds_the_pipes",
        || async {
            let supervisor = Supervisor::owning_process();
            let script = "sleep 1000 > /dev/null 2>&1 & echo pid=$!";
            let (_, out) = finish(&supervisor, script, Output::Stream).await;
            let pid = word(&out, "pid=").to_owned();
            assert!(state(&pid).is_some());
            until("the child is what it is to be", || {
                let children = supervisor.children(10);
                assert_eq!(children.len(), 1);
                children[0].command == "sleep 1000"
            })
            .await;
            let (_, out) = finish(
                &supervisor,
                "(echo first; exec sleep 0.05) & echo second",
                Output::Stream,
            )
            .await;
            assert_eq!(out.len(), "first\nsecond\n".len());
            supervisor
                .terminate_all(GRACE, &CancellationToken::new())
                .await;
            assert!(!exists(&pid));
        },
    );
}

#[test]
fn nobody_survives_an_abort() {
    alone("ending::nobody_survives_an_abort", || async {
        let supervisor = Supervisor::owning_process();
        let script = "
            sleep 1001 & echo plain=$!
            setsid sleep 1002 & echo session=$!
            setsid bash -c 'sleep 1003 & echo daemon=$!'
            sleep 1004 & kill -STOP $!; echo stopped=$!
            echo ready; wait";
        let begun = Instant::now();
        let (out, ended) = aborted(&supervisor, script, GRACE).await;
        for key in ["plain=", "session=", "daemon=", "stopped="] {
            assert!(!exists(word(&out, key)), "{key} is left");
        }
        assert!(
            !ended.killed && ended.left == 0 && ended.asked >= 5,
            "{ended:?}"
        );
        assert!(begun.elapsed() < GRACE, "{:?}", begun.elapsed());
    });
}

#[test]
fn who_ignores_sigterm_is_killed() {
    alone("ending::who_ignores_sigterm_is_killed", || async {
        let supervisor = Supervisor::owning_process();
        let script = "trap '' TERM; sleep 1001 & echo pid=$!; echo ready; sleep 1002";
        let (out, ended) = aborted(&supervisor, script, Duration::from_millis(50)).await;
        assert!(!exists(word(&out, "pid=")));
        assert!(ended.killed && ended.left == 0);
        let refused = run(
            &supervisor,
            shell("true"),
            Output::Stream,
            &Report::memory().0,
        )
        .await;
        assert!(matches!(refused, Err(StartError::Stopping)));
    });
}

#[test]
fn a_second_signal_ends_the_grace() {
    alone("ending::a_second_signal_ends_the_grace", || async {
        let supervisor = Supervisor::owning_process();
        let (report, written) = Report::memory();
        let script = "trap '' TERM; echo ready; while :; do sleep 1; done";
        {
            let running = run(&supervisor, shell(script), Output::Stream, &report);
            tokio::select! {
                _ = running => panic!("ended"),
                () = until("ready", || written.out().contains("ready")) => {}
            }
        }
        let hurry = CancellationToken::new();
        let begun = Instant::now();
        let ending = supervisor.terminate_all(PATIENCE, &hurry);
        let (ended, ()) = tokio::join!(ending, async { hurry.cancel() });
        assert!(ended.left == 0 && begun.elapsed() < GRACE);
    });
}

#[test]
fn clean_up_of_a_command_is_left_alone_and_seen() {
    alone(
        "ending::clean_up_of_a_command_is_left_alone_and_seen",
        || async {
            let supervisor = Supervisor::owning_process();
            let script = "
            clean() { sleep 0.1 && echo cleaned; exit; }
            trap clean TERM; sleep 1000 & echo ready; wait";
            let (out, ended) = aborted(&supervisor, script, PATIENCE).await;
            assert!(out.ends_with("cleaned\n"), "{out:?}");
            assert!(!ended.killed);
        },
    );
}

#[test]
fn a_trap_that_waits_for_a_new_program_runs() {
    alone(
        "ending::a_trap_that_waits_for_a_new_program_runs",
        || async {
            let supervisor = Supervisor::owning_process();
            // The program is started after SIGTERM has come, as it may be by accident.
            let script = "
            trap 'late=1' TERM; sleep 1000 & echo ready; wait
            trap 'echo cleaned; exit' TERM; sleep 1001; kill -TERM $$";
            let (out, ended) = aborted(&supervisor, script, GRACE).await;
            assert!(out.contains("cleaned\n"), "{out:?}");
            assert!(!ended.killed);
        },
    );
}

#[test]
fn many_forks_are_all_ended() {
    alone("ending::many_forks_are_all_ended", || async {
        let supervisor = Supervisor::owning_process();
        let script = "
            echo ready; trap '' TERM
            for i in $(seq 200); do (trap '' TERM; setsid sleep 1000 &) done; wait; sleep 1000";
        let (_, ended) = aborted(&supervisor, script, Duration::from_millis(100)).await;
        assert_eq!(ended.left, 0);
        assert!(supervisor.children(1000).is_empty());
        let left =
            std::fs::read_to_string(format!("/proc/self/task/{}/children", std::process::id()));
        assert_eq!(left.unwrap().trim(), "");
    });
}

#[test]
fn a_branch_is_ended_without_the_others() {
    alone("ending::a_branch_is_ended_without_the_others", || async {
        let supervisor = Supervisor::owning_process();
        let (report, written) = Report::memory();
        let start = |branch, name: &str| {
            let script = format!("sleep 1000 & echo {name}=$!; wait");
            let command = ShellCommand {
                branch: Branch(branch),
                ..shell(&script)
            };
            run(&supervisor, command, Output::Lines, &report)
        };
        let mut other = std::pin::pin!(start(2, "other"));
        {
            let both = async { tokio::join!(start(1, "one"), &mut other) };
            tokio::select! {
                _ = both => panic!("ended"),
                () = until("both run", || written.out().lines().count() == 2) => {}
            }
        }
        let out = written.out();
        let none = CancellationToken::new();
        let ended = supervisor
            .terminate_branches(&[Branch(1)], GRACE, &none)
            .await;
        assert!(!ended.killed && ended.asked == 2, "{ended:?}");
        assert!(!exists(word(&out, "one=")));
        assert!(state(word(&out, "other=")).is_some());
        let (ended, finished) = tokio::join!(supervisor.terminate_all(GRACE, &none), other);
        assert_eq!(ended.left, 0);
        assert_eq!(finished.unwrap().code, -1);
    });
}

#[test]
fn processes_of_others_are_left_alone() {
    alone("ending::processes_of_others_are_left_alone", || async {
        #[allow(clippy::disallowed_methods, reason = "a process that is not drun's")]
        let mut other = std::process::Command::new("sleep")
            .arg("1000")
            .spawn()
            .unwrap();
        let supervisor = Supervisor::owning_process();
        aborted(&supervisor, "echo ready; sleep 1000", GRACE).await;
        assert_eq!(supervisor.end_all_now(Duration::ZERO), 0);
        assert!(other.try_wait().unwrap().is_none());
        other.kill().unwrap();
        other.wait().unwrap();
    });
}

#[test]
fn adopted_processes_do_not_stay_as_zombies() {
    alone(
        "ending::adopted_processes_do_not_stay_as_zombies",
        || async {
            let supervisor = Supervisor::owning_process();
            let script = "setsid bash -c 'exec > /dev/null 2>&1; sleep 0.01' & echo pid=$!";
            let (_, out) = finish(&supervisor, script, Output::Stream).await;
            let pid = word(&out, "pid=").to_owned();
            until("reaped", || {
                supervisor.tree_memory(Duration::from_millis(10));
                !exists(&pid)
            })
            .await;
        },
    );
}

#[test]
fn the_memory_of_the_tree_is_measured_in_time() {
    alone(
        "ending::the_memory_of_the_tree_is_measured_in_time",
        || async {
            let supervisor = Supervisor::owning_process();
            let script = "for i in $(seq 100); do sleep 1000 & done; echo ready; wait";
            let (report, written) = Report::memory();
            let mut running =
                std::pin::pin!(run(&supervisor, shell(script), Output::Stream, &report));
            tokio::select! {
                _ = &mut running => panic!("ended"),
                () = until("ready", || written.out().contains("ready")) => {}
            }
            let all = supervisor.tree_memory(Duration::from_secs(1));
            assert_eq!((all.processes, all.estimated), (101, 0));
            let rough = Supervisor::tree_memory(&supervisor, Duration::ZERO);
            assert_eq!(rough.processes, 101);
            let children = supervisor.children(3);
            assert_eq!(children.len(), 3);
            assert!(children[0].proportional.is_some() && children[0].resident > 0);
            assert!(children[0].memory() >= children[1].memory());
            supervisor
                .terminate_all(GRACE, &CancellationToken::new())
                .await;
            assert_eq!(supervisor.tree_memory(GRACE).processes, 0);
        },
    );
}

#[test]
fn an_attached_command_that_sigint_ended_interrupts_the_run() {
    alone(
        "ending::an_attached_command_that_sigint_ended_interrupts_the_run",
        || async {
            let supervisor = Supervisor::new();
            let (finished, _) = finish(&supervisor, "kill -INT $$", Output::Attached).await;
            assert!(finished.interrupted && finished.code == -1);
            let (finished, _) =
                finish(&supervisor, "echo attached; exit 7", Output::Attached).await;
            assert!(!finished.interrupted);
            assert_eq!(finished.cause(), "command failed with exit code 7");
        },
    );
}
