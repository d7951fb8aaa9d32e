//! Provisioning from catalogues over https, with the built command and a server on this machine.

#![cfg(unix)]

use super::web::{Answer, Server};
use super::xdrun::{Finished, Scratch, block_on, finish};

/// Installs `newtool`, whose version is 1.2, by making it a link to a tool of the system.
const CATALOGUE: &str = "
version: \"1\"
provisionings:
  - name: new-tool
    aliases: [newtool]
    targets:
      - os: plan9
        install: exit 9
      - install: echo installing; ln -s /bin/true bin/newtool
";
const PLACE: &str = "/phillarmonic/drun-hub/main/provisionings.yaml";

/// Runs a task that needs `tool`; `source` is the one of the project.
async fn run(server: &Server, source: Option<&str>, tool: &str, arguments: &[&str]) -> Finished {
    let sources = source.map(|source| format!("  provisioning sources:\n    - \"{source}\"\n"));
    let text = format!(
        "version: 2.0\n\nproject \"p\":\n  set a to \"b\"\n{}\ntask \"t\":\n  requires tools:\n    {tool} provision\n  info \"done\"\n",
        sources.unwrap_or_default()
    );
    let scratch = Scratch::new()
        .file("spec.drun", &text)
        .file("bin/README", "");
    let mut command = scratch.xdrun(["-f", "spec.drun", "t"]);
    command.args(arguments).env("PATH", "./bin:/usr/bin:/bin");
    server.stand_for_github(&mut command, &scratch.home);
    finish(command, Vec::new()).await.unwrap()
}

#[test]
fn an_https_address_is_a_source() {
    block_on(async {
        let server = Server::start(&[
            ("/p.yaml", Answer::Page(CATALOGUE.to_owned())),
            ("/moved", Answer::Moved("/p.yaml".to_owned())),
            ("/none.yaml", Answer::Page("version: \"1\"\n".to_owned())),
            ("/broken", Answer::Page("provisionings: 7\n".to_owned())),
        ])
        .await;
        for path in ["/p.yaml", "/moved"] {
            let source = format!("{}{path}", server.address);
            let done = run(&server, Some(&source), "newtool", &["--verbose"]).await;
            let out = done.out();
            assert_eq!(done.status, 0, "{}", done.err());
            assert!(out.contains(&format!("   source: {source}\n")), "{out}");
            assert!(out.contains("\ninstalling\n"), "{out}");
            assert!(
                out.ends_with("✅  Provisioned 'newtool' successfully\nℹ️  done\n"),
                "{out}"
            );
        }
        for (path, fact) in [
            ("/gone", "nothing lies at https://localhost"),
            ("/broken", "is neither a map by name nor a list"),
        ] {
            let source = format!("{}{path}", server.address);
            let done = run(&server, Some(&source), "newtool", &[]).await;
            assert_eq!((done.status, done.out().as_str()), (1, ""));
            assert!(
                done.err()
                    .contains(&format!("provisioning source '{source}': ")),
                "{}",
                done.err()
            );
            assert!(done.err().contains(fact), "{}", done.err());
        }
        // A source that does not know the tool hands on to the next.
        let source = format!("{}/none.yaml", server.address);
        let done = run(&server, Some(&source), "newtool", &[]).await;
        assert!(
            done.err()
                .contains("no provisioning source knows tool 'newtool'"),
            "{}",
            done.err()
        );
    });
}

#[test]
fn the_catalogue_of_the_makers_comes_before_the_built_in_one() {
    block_on(async {
        let server = Server::start(&[(PLACE, Answer::Page(CATALOGUE.to_owned()))]).await;
        let done = run(&server, None, "newtool", &[]).await;
        assert_eq!(
            (done.status, done.out().as_str()),
            (0, "installing\nℹ️  done\n"),
            "{}",
            done.err()
        );
        let asked = server.asked();
        assert_eq!(asked, ["/repos/phillarmonic/drun-hub", PLACE]);
    });
}

#[test]
fn a_catalogue_of_the_makers_that_is_out_of_reach_is_skipped() {
    block_on(async {
        let mut server = Server::start(&[]).await;
        let gone = "Skipping the catalogue github:phillarmonic/drun-hub/provisionings.yaml: nothing lies at";
        let closed =
            "Skipping the catalogue github:phillarmonic/drun-hub/provisionings.yaml: raw.github";
        for (fact, stops) in [(gone, false), (closed, true)] {
            if stops {
                server.stop().await;
            }
            let done = run(&server, None, "newtool", &["--verbose"]).await;
            assert_eq!(done.status, 1);
            assert!(done.out().contains(fact), "{}", done.out());
            let error = "no provisioning source knows tool 'newtool'";
            assert!(done.err().contains(error), "{}", done.err());
        }
    });
}
