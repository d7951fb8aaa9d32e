//! Remote includes over https, with the built command and a server on this machine.

use std::fs;
use std::time::{Duration, SystemTime};

use super::web::{Answer, Server};
use super::xdrun::{Finished, Scratch, block_on, finish};

const OPS: &str = "version: 2.0\nproject \"ops\":\n  snippet \"hello\":\n    info \"from far\"\n";

/// A task file that includes what lies at an address.
fn including(address: &str) -> String {
    format!(
        "version: 2.0\n\nproject \"p\":\n  include \"{address}\" as ops\n\ntask \"t\":\n  use snippet \"ops.hello\"\n"
    )
}

async fn run(scratch: &Scratch, server: &Server, arguments: &[&str], address: &str) -> Finished {
    fs::write(scratch.work.join("spec.drun"), including(address)).unwrap();
    let certificate = server.certificate_in(&scratch.home);
    let mut command = scratch.xdrun(["-f", "spec.drun", "t"]);
    command.args(arguments).env("SSL_CERT_FILE", certificate);
    finish(command, Vec::new()).await.unwrap()
}

/// All copies, made older than they may be.
fn age(scratch: &Scratch) {
    let folder = scratch.home.join(".drun/cache/includes");
    for entry in fs::read_dir(folder).unwrap() {
        let file = fs::File::options().write(true).open(entry.unwrap().path());
        let before = SystemTime::now() - Duration::from_secs(61);
        file.unwrap().set_modified(before).unwrap();
    }
}

#[test]
fn a_file_is_fetched_once_a_minute_and_its_copy_serves_when_the_server_is_gone() {
    block_on(async {
        let answers = [
            ("/ops.drun", Answer::Page(OPS.to_owned())),
            ("/a/moved.drun", Answer::Moved("/ops.drun".to_owned())),
        ];
        let mut server = Server::start(&answers).await;
        let scratch = Scratch::new();
        let address = format!("{}/a/moved.drun", server.address);
        for (expected, verbose) in [("Downloaded 0.1 KB", 2), ("Cache hit", 2)] {
            let done = run(&scratch, &server, &["--verbose"], &address).await;
            assert_eq!(
                (done.status, done.err().as_str()),
                (0, ""),
                "{}",
                done.out()
            );
            assert!(done.out().contains(expected), "{}", done.out());
            assert!(done.out().contains("ℹ️  from far"));
            assert_eq!(server.asked().len(), verbose);
        }
        let done = run(&scratch, &server, &["--no-drun-cache"], &address).await;
        assert_eq!((done.status, server.asked().len()), (0, 4));

        age(&scratch);
        server.stop().await;
        let done = run(&scratch, &server, &[], &address).await;
        assert_eq!((done.status, done.out().as_str()), (0, "ℹ️  from far\n"));
        assert!(
            done.err().starts_with("Warning: https://localhost"),
            "{}",
            done.err()
        );
        assert!(done.err().contains("using an older copy"), "{}", done.err());
        let done = run(&scratch, &server, &["--no-drun-cache"], &address).await;
        assert_eq!(done.status, 1);
        told(&done, &["cannot be reached", "check the network"]);
    });
}

/// The message names the file, the line, what happened and what to do.
fn told(done: &Finished, facts: &[&str]) {
    let err = done.err();
    assert_eq!((done.status, done.out().as_str()), (1, ""), "{err}");
    for fact in facts.iter().chain(&[
        "--> spec.drun:4:3",
        "cannot include 'https://localhost",
        "Help: ",
    ]) {
        assert!(err.contains(fact), "no {fact:?} in {err}");
    }
}

#[test]
fn what_cannot_be_had_is_told_with_its_place_and_what_to_do() {
    block_on(async {
        let long = "#".repeat(10 * 1024 * 1024 + 1);
        let wrong = "version: 2.0\nproject \"x\":\n  set 7\n";
        let elsewhere = "http://localhost:1/ops.drun".to_owned();
        let server = Server::start(&[
            ("/ops.drun", Answer::Page(OPS.to_owned())),
            ("/round", Answer::Moved("/round".to_owned())),
            ("/plain", Answer::Moved(elsewhere)),
            ("/down", Answer::Status("503 Service Unavailable")),
            ("/secret", Answer::Status("403 Forbidden")),
            ("/long", Answer::Page(long)),
            ("/wrong", Answer::Page(wrong.to_owned())),
        ])
        .await;
        let scratch = Scratch::new();
        for (path, facts) in [
            (
                "/none",
                ["nothing lies at https://localhost", "check the address"],
            ),
            (
                "/round",
                ["too many redirects", "name the address of the file itself"],
            ),
            (
                "/plain",
                ["leads to an address that is refused", "only https://"],
            ),
            ("/down", ["503 Service Unavailable", "try again later"]),
            ("/secret", ["403 Forbidden", "GITHUB_TOKEN"]),
            ("/long", ["larger than 10 MB", "check the address"]),
        ] {
            let address = format!("{}{path}", server.address);
            let done = run(&scratch, &server, &[], &address).await;
            told(&done, &facts);
        }
        let done = run(&scratch, &server, &[], &format!("{}/wrong", server.address)).await;
        assert_eq!(done.status, 1);
        let place = format!("--> {}/wrong:3:7", server.address);
        assert!(done.err().contains(&place), "{}", done.err());
        let kept = scratch.home.join(".drun/cache/includes");
        let kept = fs::read_dir(kept).map_or(0, Iterator::count);
        // What came whole is kept, also when it does not parse.
        assert_eq!(kept, 1);
    });
}

#[test]
fn a_certificate_is_trusted_only_when_it_is_named() {
    block_on(async {
        let server = Server::start(&[("/ops.drun", Answer::Page(OPS.to_owned()))]).await;
        let scratch = Scratch::new();
        let address = format!("{}/ops.drun", server.address);
        let scratch = scratch.file("spec.drun", &including(&address));
        let other = Server::start(&[]).await;
        let empty = scratch.work.join("empty.pem");
        fs::write(&empty, "nothing\n").unwrap();
        let missing = scratch.work.join("missing.pem");
        for (certificates, facts) in [
            (
                "",
                [
                    "the certificate of localhost is not trusted",
                    "SSL_CERT_FILE",
                ],
            ),
            (
                &other.certificate_in(&scratch.home),
                [
                    "the certificate of localhost is not trusted",
                    "SSL_CERT_FILE",
                ],
            ),
            (
                empty.to_str().unwrap(),
                ["empty.pem: it holds no certificate", "PEM"],
            ),
            (
                missing.to_str().unwrap(),
                ["missing.pem: no such file", "PEM"],
            ),
        ] {
            let mut command = scratch.xdrun(["-f", "spec.drun", "t"]);
            command.env("SSL_CERT_FILE", certificates);
            told(&finish(command, Vec::new()).await.unwrap(), &facts);
        }
        assert!(server.asked().is_empty());
    });
}

#[test]
fn github_is_asked_for_the_default_branch_and_gets_the_token() {
    block_on(async {
        let branch = r#"{"default_branch": "trunk"}"#.to_owned();
        let server = Server::start(&[
            ("/repos/o/r", Answer::Page(branch)),
            ("/o/r/trunk/ops.drun", Answer::Page(OPS.to_owned())),
            ("/o/r/v1/ops.drun", Answer::Page(OPS.replace("far", "v1"))),
            (
                "/phillarmonic/drun-hub/main/ops.drun",
                Answer::Page(OPS.replace("far", "the hub")),
            ),
        ])
        .await;
        for (path, expected, asked) in [
            (
                "github:o/r/ops.drun",
                "ℹ️  from far\n",
                &["/repos/o/r with token", "/o/r/trunk/ops.drun with token"][..],
            ),
            (
                "github:o/r/ops.drun@v1",
                "ℹ️  from v1\n",
                &["/o/r/v1/ops.drun with token"],
            ),
            (
                "drunhub:ops@main",
                "ℹ️  from the hub\n",
                &["/phillarmonic/drun-hub/main/ops.drun with token"],
            ),
        ] {
            let scratch = Scratch::new().file("spec.drun", &including(path));
            let before = server.asked().len();
            let mut command = scratch.xdrun(["-f", "spec.drun", "t"]);
            server.stand_for_github(&mut command, &scratch.home);
            command.env("GITHUB_TOKEN", "secret");
            let done = finish(command, Vec::new()).await.unwrap();
            assert_eq!(
                (done.status, done.out().as_str()),
                (0, expected),
                "{}",
                done.err()
            );
            assert_eq!(server.asked()[before..], *asked);
        }
        let scratch = Scratch::new().file("spec.drun", &including("github:o/r/none.drun@v1"));
        let mut command = scratch.xdrun(["-f", "spec.drun", "t"]);
        server.stand_for_github(&mut command, &scratch.home);
        let done = finish(command, Vec::new()).await.unwrap();
        assert_eq!(done.status, 1);
        assert!(
            done.err().contains("Help: check owner, repository, path"),
            "{}",
            done.err()
        );
    });
}
