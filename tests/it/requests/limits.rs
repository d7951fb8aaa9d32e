//! How often a request is sent, for how long, and what ends it.

use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process};
use tokio::io::AsyncReadExt as _;
use tokio::time::timeout;

use super::*;
use crate::xdrun::PATIENCE;

/// More than the limit that the runs have.
const MUCH: usize = 100 << 20;

#[test]
fn a_request_is_sent_again_as_often_as_it_may_be() {
    let lines = "get \"URL\" retry \"2\"";
    let (out, asked) = printed(&[BUSY, Reply::Close, HELLO], lines);
    assert_eq!((out.as_str(), asked.len()), ("hello\n", 3));
    // The last answer is printed, whatever it says.
    let (out, asked) = printed(&[BUSY, BUSY, HELLO], "get \"URL\" retry \"1\"");
    assert_eq!((out.as_str(), asked.len()), ("busy\n", 2));
    let (out, asked) = printed(&[BUSY, HELLO], "get \"URL\"");
    assert_eq!((out.as_str(), asked.len()), ("busy\n", 1));
    let (err, asked) = failed(
        &[Reply::Close, Reply::Close, HELLO],
        "get \"URL\" retry \"1\"",
    );
    assert!(
        err.contains("failed after 2 attempts: connection closed"),
        "{err}"
    );
    assert_eq!(asked.len(), 2);
    // An answer that is no error of the server's is final.
    let refused = Reply::Text("HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n");
    let (_, asked) = printed(&[refused, HELLO], lines);
    assert_eq!(asked.len(), 1);
}

#[test]
fn what_was_begun_to_be_printed_is_not_sent_again() {
    let reply = Reply::Text("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
    let (finished, asked) = run(&[reply, HELLO], "get \"URL\" retry \"3\"", &[]);
    assert_eq!((finished.status, asked.len()), (1, 1));
    assert!(finished.out().ends_with("half"), "{}", finished.out());
    let err = finished.err();
    assert!(err.contains("after 4 bytes of the response"), "{err}");
}

#[test]
fn the_timeout_ends_an_answer_that_does_not_come() {
    let silent: &[Reply] = &[Reply::Stall("")];
    let (err, _) = failed(silent, "get \"URL\" timeout \"300ms\"");
    assert!(err.contains("failed: not complete within 300ms"), "{err}");
    let stalled: &[Reply] = &[Reply::Stall("HTTP/1.1 200 OK\r\n\r\nabc")];
    let (err, _) = failed(stalled, "get \"URL\" timeout \"0.3\"");
    let expected = "failed: not complete within 300ms, after 3 bytes of the response";
    assert!(err.contains(expected), "{err}");
}

#[test]
fn an_endless_body_is_passed_on_and_not_held() {
    block_on(async {
        let server = Server::start(&[Reply::Endless]).await;
        let scratch = Scratch::new().file("spec.drun", &server.spec("get \"URL\""));
        let mut child = scratch
            .xdrun(["-f", "spec.drun", "t", "--memory-limit=64MB"])
            .spawn()
            .unwrap();
        let mut out = child.stdout.take().unwrap();
        let (mut total, mut buffer) = (0, vec![0; 64 * 1024]);
        while total < MUCH {
            let count = timeout(PATIENCE, out.read(&mut buffer))
                .await
                .unwrap()
                .unwrap();
            assert_ne!(count, 0, "it ended after {total} bytes");
            total += count;
        }
        let pid = Pid::from_raw(child.id().unwrap() as i32).unwrap();
        kill_process(pid, Signal::INT).unwrap();
        // Nobody reads any more, and still it ends.
        let output = timeout(PATIENCE, child.wait_with_output()).await.unwrap();
        let output = output.unwrap();
        let err = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(130), "{err}");
        assert!(err.starts_with("Error: stopped by SIGINT"), "{err}");
        assert!(scratch.files("drun-crash").is_empty());
    });
}

#[test]
fn the_timeout_ends_an_endless_body() {
    block_on(async {
        let server = Server::start(&[Reply::Endless]).await;
        let spec = server.spec("get \"URL\" timeout \"300ms\"");
        let scratch = Scratch::new().file("spec.drun", &spec);
        let mut command = scratch.xdrun(["-f", "spec.drun", "t", "--memory-limit=64MB"]);
        command.stdout(Stdio::null());
        let finished = finish(command, Vec::new()).await.unwrap();
        let err = finished.err();
        assert_eq!(finished.status, 1, "{err}");
        assert!(
            err.contains("failed: not complete within 300ms, after "),
            "{err}"
        );
        assert!(scratch.files("drun-crash").is_empty());
    });
}

#[test]
fn a_request_that_waits_is_ended_by_a_signal() {
    block_on(async {
        let server = Server::start(&[Reply::Stall("HTTP/1.1 200 OK\r\n\r\nabc")]).await;
        let lines = "try:\n  get \"URL\" retry \"9\"\ncatch:\n  info \"not reached\"";
        let scratch = Scratch::new().file("spec.drun", &server.spec(lines));
        let mut child = scratch.xdrun(["-f", "spec.drun", "t"]).spawn().unwrap();
        let mut out = child.stdout.take().unwrap();
        let mut text = Vec::new();
        while !text.ends_with(b"abc") {
            text.push(timeout(PATIENCE, out.read_u8()).await.unwrap().unwrap());
        }
        let pid = Pid::from_raw(child.id().unwrap() as i32).unwrap();
        kill_process(pid, Signal::TERM).unwrap();
        let status = timeout(PATIENCE, child.wait()).await.unwrap().unwrap();
        assert_eq!(status.code(), Some(143));
        assert_eq!(server.asked().len(), 1);
    });
}

#[test]
fn a_dump_lists_what_is_under_way() {
    let lines = "for each $x in [\"get\", \"yes\"] in parallel:\n  if $x is \"get\":\n    get \"URL/a?token=Und30-er1way2\"\n  else:\n    capture \"yes\" as $flood";
    block_on(async {
        let server = Server::start(&[Reply::Stall("HTTP/1.1 200 OK\r\n\r\nabc")]).await;
        let scratch = Scratch::new().file("spec.drun", &server.spec(lines));
        let command = scratch.xdrun(["-f", "spec.drun", "t", "--memory-limit=64MB"]);
        let finished = finish(command, Vec::new()).await.unwrap();
        assert_eq!(finished.status, 1, "{}", finished.err());
        let text = std::fs::read_to_string(&scratch.files("drun-crash-dump-")[0]).unwrap();
        let dump: serde_json::Value = serde_json::from_str(&text).unwrap();
        let read = &dump["execution"]["machines"][0]["reads"][0];
        assert_eq!(read["kind"], "http_body", "{text}");
        let name = read["name"].as_str().unwrap();
        assert!(name.ends_with("/a?token=[redacted]"), "{name}");
        assert_eq!(read["place"]["line"], 6);
    });
}
