//! HTTP requests and checks of the real command against a server in this process: what is sent, what is printed, and how
//! it ends.

#![cfg(unix)]

mod checks;
mod limits;
mod server;

use self::server::{Reply, Server};
use crate::web;
use crate::xdrun::{Finished, Scratch, block_on, finish};

/// Runs the task `t` of these lines, in which `URL` is the address of a server that gives these replies, one for
/// each connection; what came of it, and what the server was sent.
fn run(replies: &[Reply], lines: &str, arguments: &[&str]) -> (Finished, Vec<String>) {
    block_on(async {
        let server = Server::start(replies).await;
        let scratch = Scratch::new().file("spec.drun", &server.spec(lines));
        let all = ["-f", "spec.drun", "t"].iter().chain(arguments).copied();
        let finished = finish(scratch.xdrun(all), Vec::new()).await.unwrap();
        (finished, server.asked())
    })
}

/// The same for a run that succeeds: what it printed behind the announcement of the first request.
fn printed(replies: &[Reply], lines: &str) -> (String, Vec<String>) {
    let (finished, asked) = run(replies, lines, &[]);
    assert_eq!(finished.status, 0, "{}{}", finished.out(), finished.err());
    let out = finished.out();
    let (first, rest) = out.split_once('\n').unwrap();
    assert!(first.contains(" request to: http://127.0.0.1:"), "{out}");
    (rest.to_owned(), asked)
}

/// What a run that fails says.
fn failed(replies: &[Reply], lines: &str) -> (String, Vec<String>) {
    let (finished, asked) = run(replies, lines, &[]);
    assert_eq!(finished.status, 1, "{}{}", finished.out(), finished.err());
    assert!(!finished.out().contains("not reached"));
    (finished.err(), asked)
}

const HELLO: Reply = Reply::Text("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello\n");
const BUSY: Reply = Reply::Text("HTTP/1.1 503 Busy\r\nContent-Length: 5\r\n\r\nbusy\n");

#[test]
fn the_body_is_printed_whatever_the_status_says() {
    let (out, asked) = printed(&[HELLO], "get \"URL/a?b=c\"\ninfo \"next\"");
    assert_eq!(out, "hello\nℹ️  next\n");
    assert!(asked[0].starts_with("GET /a?b=c HTTP/1.1\r\n"), "{asked:?}");
    let missing = Reply::Text("HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\n\r\nno\n");
    let (out, _) = printed(&[missing], "get \"URL\"\ninfo \"next\"");
    assert_eq!(out, "no\nℹ️  next\n");
    let moved = Reply::Text("HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n");
    let (out, asked) = printed(&[moved, HELLO], "get \"URL/a\"");
    assert_eq!((out.as_str(), asked.len()), ("", 1));
}

#[test]
fn headers_are_sent_in_order_and_a_body_is_a_form() {
    let lines = "post \"URL\" with header \"B: 2\" with header \"A: 1\"\n  with body \"x={nope}\"\n    retry \"1\"\n header \"b:3\"";
    let (_, asked) = printed(&[HELLO], lines);
    let (head, body) = asked[0].split_once("\r\n\r\n").unwrap();
    assert!(
        head.starts_with(
            "POST / HTTP/1.1\r\nb: 3\r\na: 1\r\ncontent-type: application/x-www-form-urlencoded\r\n"
        ),
        "{head}"
    );
    assert!(
        head.contains("user-agent: drun/") && head.contains("content-length: 8"),
        "{head}"
    );
    assert_eq!(body, "x={nope}");
    let (_, asked) = printed(
        &[HELLO],
        "put \"URL\" content type json accept xml data \"{}\"",
    );
    let head = asked[0].as_str();
    assert!(
        head.contains("content-type: application/json\r\naccept: application/xml\r\n"),
        "{head}"
    );
}

#[test]
fn credentials_are_sent() {
    for (option, expected) in [
        ("with auth bearer \"t0k3n\"", "authorization: Bearer t0k3n"),
        ("token \"{$t}\"", "authorization: Bearer t1"),
        (
            "auth basic \"user:pass\"",
            "authorization: Basic dXNlcjpwYXNz",
        ),
    ] {
        let lines = format!("set $t to \"t1\"\nhead \"URL\" {option}");
        let (finished, asked) = run(&[HELLO], &lines, &[]);
        assert_eq!(finished.status, 0, "{}", finished.err());
        assert!(asked[0].contains(&format!("{expected}\r\n")), "{asked:?}");
    }
}

#[test]
fn of_a_head_the_headers_are_printed() {
    let reply =
        Reply::Text("HTTP/1.1 200 OK\r\nX-One: 1\r\nContent-Length: 600\r\nX-Two: b\r\n\r\n");
    let (out, _) = printed(&[reply], "head \"URL\"");
    assert_eq!(
        out,
        "HTTP/1.1 200 OK\nx-one: 1\ncontent-length: 600\nx-two: b\n"
    );
}

#[test]
fn no_response_fails_with_host_port_and_reason() {
    let lines = "get \"URL/x\"\ninfo \"not reached\"";
    let (err, asked) = failed(&[Reply::Close], lines);
    assert!(err.contains("GET request to 127.0.0.1:"), "{err}");
    assert!(
        err.contains(" failed: connection closed before message completed"),
        "{err}"
    );
    assert_eq!(asked.len(), 1);
    let gone = "try:\n  get \"http://127.0.0.1:1/x\"\ncatch as $e:\n  info \"{$e}\"";
    let (finished, _) = run(&[], gone, &[]);
    let expected = "ℹ️  GET request to 127.0.0.1:1 failed: connection refused\n";
    assert!(finished.out().contains(expected), "{}", finished.out());
}

#[test]
fn what_cannot_be_sent_is_told() {
    for (line, expected) in [
        (
            "get \"{$base}/x\"",
            "{$base}/x is no address: relative URL without a base",
        ),
        (
            "get \"ftp://a\"",
            "only http:// and https:// can be requested",
        ),
        (
            "get \"URL\" header \"a b: c\"",
            "'a b' is not the name of a header",
        ),
        (
            "get \"URL\" header \"A: x\\ny\"",
            "the value of the header 'A' holds a line end",
        ),
        (
            "get \"URL\" token \"x\\u\ny\"",
            "the value of the header 'Authorization' holds a line end",
        ),
        (
            "get \"URL\" timeout \"soon\"",
            "the timeout 'soon' is no time",
        ),
        (
            "get \"URL\" retry \"often\"",
            "'often' is not a number of retries",
        ),
    ] {
        let (err, asked) = failed(&[HELLO], line);
        assert!(err.contains(expected), "{line}: {err}");
        assert_eq!(asked.len(), 0, "{line}");
    }
}

#[test]
fn the_certificates_that_are_named_are_trusted_and_no_others() {
    block_on(async {
        let page = web::Answer::Page("over tls\n".to_owned());
        let server = web::Server::start(&[("/page", page)]).await;
        let spec = format!(
            "version: 2.0\ntask \"t\":\n  get \"{}/page\"\n",
            server.address
        );
        let scratch = Scratch::new().file("spec.drun", &spec);
        let mut command = scratch.xdrun(["-f", "spec.drun", "t"]);
        command.env("SSL_CERT_FILE", server.certificate_in(&scratch.home));
        let finished = finish(command, Vec::new()).await.unwrap();
        assert!(
            finished.out().ends_with("/page\nover tls\n"),
            "{}",
            finished.err()
        );
        let command = scratch.xdrun(["-f", "spec.drun", "t"]);
        let err = finish(command, Vec::new()).await.unwrap().err();
        assert!(
            err.contains("failed: its certificate is not trusted: "),
            "{err}"
        );
    });
}

#[test]
fn the_command_is_told_when_more_is_to_be_said() {
    let (finished, _) = run(
        &[HELLO],
        "patch \"URL\" token \"t\" body \"b c\" timeout \"9s\"",
        &["-v"],
    );
    let out = finished.out();
    let command = "\nCommand: curl -X PATCH -H \"Authorization: Bearer t\" -d b c --max-time 9s http://127.0.0.1:";
    assert!(out.contains(command) && out.contains("\nhello\n"), "{out}");
}

#[test]
fn every_body_may_hold_a_request() {
    let lines = "if 1 == 1:\n  get \"URL/if\"\nfor each $x in [\"a\", \"b\"] in parallel:\n  get \"URL/{$x}\"\nuse snippet \"s\"\n\nproject \"p\":\n  snippet \"s\":\n    delete \"URL/snippet\"\n";
    let (finished, asked) = run(&[HELLO, HELLO, HELLO, HELLO], lines, &[]);
    assert_eq!(finished.status, 0, "{}", finished.err());
    assert_eq!(
        finished.out().matches("hello\n").count(),
        4,
        "{}",
        finished.out()
    );
    let mut paths: Vec<&str> = asked
        .iter()
        .map(|text| text.split(' ').nth(1).unwrap())
        .collect();
    paths.sort_unstable();
    assert_eq!(paths, ["/a", "/b", "/if", "/snippet"]);
}
