//! Checks of services, hosts and ports.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::time::timeout;

use super::*;
use crate::xdrun::PATIENCE;

const MISSING: Reply = Reply::Text("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");

/// Runs a check that succeeds; what it printed behind its first line.
fn passes(replies: &[Reply], line: &str) -> String {
    let (finished, _) = run(replies, line, &[]);
    assert_eq!(finished.status, 0, "{}{}", finished.out(), finished.err());
    let out = finished.out();
    out.split_once('\n').unwrap().1.to_owned()
}

#[test]
fn a_service_is_healthy_by_its_status() {
    let check = "check health of service at \"URL\"";
    assert_eq!(passes(&[HELLO], check), "");
    let (err, _) = failed(&[MISSING], check);
    assert!(err.contains("health check of 127.0.0.1:"), "{err}");
    assert!(err.contains("failed: status 404 Not Found"), "{err}");
    passes(&[MISSING], &format!("{check} expect 404"));
    passes(
        &[BUSY, Reply::Close, HELLO],
        &format!("{check} with retry 2"),
    );
    let (err, asked) = failed(&[BUSY, HELLO], check);
    assert!(
        err.contains("failed: status 503") && asked.len() == 1,
        "{err}"
    );
    let (err, asked) = failed(&[HELLO], &format!("{check} retry 3\n  expect \"204\""));
    assert!(
        err.contains("failed: status 200 OK instead of 204"),
        "{err}"
    );
    assert_eq!(asked.len(), 1);
    let (err, _) = failed(&[Reply::Stall("")], &format!("{check} timeout \"200ms\""));
    assert!(err.contains("failed: no answer within 200ms"), "{err}");
    for (option, wrong) in [
        ("expect \"ok\"", "'ok' is not the number of a status"),
        ("timeout \"soon\"", "the timeout 'soon' is no time"),
        ("retry \"x\"", "'x' is not a number of retries"),
    ] {
        let (err, asked) = failed(&[], &format!("{check} {option}"));
        assert!(err.contains(wrong) && asked.is_empty(), "{err}");
    }
}

#[test]
fn a_service_is_waited_for() {
    let wait = "wait for service at \"URL\" to be ready";
    let out = passes(
        &[MISSING, Reply::Close, HELLO],
        &format!("{wait} retry \"10ms\" timeout 5"),
    );
    let expected =
        "Waiting for service... (0.01/5s)\nWaiting for service... (0.02/5s)\nService is ready\n";
    assert_eq!(out, expected);
    let (finished, asked) = run(
        &[BUSY, BUSY, HELLO],
        &format!("{wait} retry \"10ms\" timeout \"20ms\""),
        &[],
    );
    assert_eq!((finished.status, asked.len()), (1, 2));
    assert!(finished.out().ends_with("\nTimeout waiting for service\n"));
    let err = finished.err();
    assert!(
        err.contains(" was not ready within 20ms: status 503"),
        "{err}"
    );
    let (err, _) = failed(&[], &format!("{wait} retry 0"));
    assert!(
        err.contains("the time between two attempts is zero"),
        "{err}"
    );
}

#[test]
fn a_wait_is_ended_by_a_signal() {
    block_on(async {
        let server = Server::start(&[Reply::Stall("")]).await;
        let spec = server.spec("wait for service at \"URL\"\ninfo \"not reached\"");
        let scratch = Scratch::new().file("spec.drun", &spec);
        let mut child = scratch.xdrun(["-f", "spec.drun", "t"]).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        let first = timeout(PATIENCE, out.read_line(&mut line)).await;
        first.unwrap().unwrap();
        assert!(
            line.starts_with("⏳  Waiting for service: http://"),
            "{line}"
        );
        let pid = Pid::from_raw(child.id().unwrap() as i32).unwrap();
        kill_process(pid, Signal::INT).unwrap();
        let status = timeout(PATIENCE, child.wait()).await.unwrap().unwrap();
        assert_eq!(status.code(), Some(130));
    });
}

#[test]
fn an_open_port_is_told() {
    for (line, first) in [
        ("test connection to \"HOSTPORT\"", "🔌 Connection test: "),
        (
            "check if port PORT is open on \"127.0.0.1\"",
            "🔌 Port check: ",
        ),
    ] {
        let (finished, _) = run(&[Reply::Close], line, &["-v"]);
        assert_eq!(finished.status, 0, "{}", finished.err());
        let out = finished.out();
        let told = out.get(out.find(first).unwrap()..).unwrap();
        let port = told.lines().next().unwrap().rsplit(':').next().unwrap();
        let expected = format!(
            "{first}127.0.0.1:{port}\nProbe: dial tcp 127.0.0.1:{port} (timeout 5s)\n✅  Port is open: 127.0.0.1:{port}\n"
        );
        assert!(told.starts_with(&expected), "{out}");
    }
}

#[test]
fn a_closed_port_fails() {
    let (finished, _) = run(&[], "check if port 1 is open on \"127.0.0.1\"", &[]);
    assert_eq!(finished.status, 1);
    let expected =
        "🔌 Port check: 127.0.0.1:1\n❌  Port check failed: 127.0.0.1:1: connection refused\n";
    assert_eq!(finished.out(), expected);
    assert!(
        finished
            .err()
            .contains("port check failed: 127.0.0.1:1: connection refused")
    );
}

#[test]
fn a_host_is_asked_by_the_command() {
    let spec =
        "version: 2.0\n\ntask \"t\":\n  ping host \"h\" timeout \"500ms\"\n  ping host \"-f\"\n";
    let scratch = Scratch::new()
        .file("spec.drun", spec)
        .file("bin/ping", "#!/bin/sh\necho \"$@\"\nexit $PING\n");
    let ping = scratch.work.join("bin/ping");
    fs::set_permissions(&ping, fs::Permissions::from_mode(0o755)).unwrap();
    for (status, told) in [("0", "'-f' is no host"), ("3", "exit code 3")] {
        let mut command = scratch.xdrun(["-f", "spec.drun", "t"]);
        command
            .env("PATH", scratch.work.join("bin"))
            .env("PING", status);
        let finished = block_on(finish(command, Vec::new())).unwrap();
        assert_eq!(finished.status, 1);
        let (out, err) = (finished.out(), finished.err());
        assert!(out.starts_with("🏓 Ping: h\n-c 1 -W 0.5 h\n"), "{out}");
        assert!(err.contains(told), "{err}");
    }
}
