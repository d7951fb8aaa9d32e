//! Mistakes in statements that run programs, and in what they need of the project.

use super::{mistakes, task};

/// What is wrong with each of these lines, alone in a task.
fn check_lines(lines: &[(&str, &str)]) {
    for (line, expected) in lines {
        let expected = format!("3:{expected}");
        assert_eq!(
            mistakes(&task(&format!("  {line}\n  fail"))),
            [expected],
            "{line}"
        );
    }
}

#[test]
fn incomplete_statements_of_git_are_mistakes() {
    check_lines(&[
        (
            "git",
            "6 expected a command of git such as `status`, found the end of the line",
        ),
        (
            "git create",
            "13 expected `branch` or `tag`, found the end of the line",
        ),
        (
            "git create branch",
            "20 expected the name of the branch as a text, found the end of the line",
        ),
        (
            "git show current",
            "19 expected `branch` or `commit`, found the end of the line",
        ),
        ("git switch \"a\"", "7 there is no statement `git switch`"),
        (
            "git checkout \"a\"",
            "16 expected `branch`, found the text \"a\"",
        ),
        (
            "git rebase \"a\"",
            "14 expected the end of the statement, found the text \"a\"",
        ),
        (
            "git push to \"a\" to \"b\"",
            "19 this is said a second time",
        ),
        (
            "git validate",
            "15 expected `branch name`, `commit message`, `signed commits` or `all`, found the end of the line",
        ),
    ]);
}

#[test]
fn incomplete_statements_of_docker_are_mistakes() {
    check_lines(&[
        (
            "docker",
            "9 expected what docker is to do, such as `build image`, found the end of the line",
        ),
        (
            "docker ps",
            "12 expected `image`, `container` or the like, found the end of the line",
        ),
        (
            "docker build image",
            "3 `docker build image` needs a name as a text",
        ),
        (
            "docker remove network",
            "3 `docker remove network` needs a name as a text",
        ),
        (
            "docker run image \"a\"",
            "3 `docker run` is followed by `container`",
        ),
        (
            "docker tag image \"a\"",
            "3 `docker tag image` needs the new name: `as \"name\"`",
        ),
        (
            "docker pull image \"a\" from \"b\"",
            "3 `from` does not belong to `docker pull`",
        ),
        (
            "docker inspect container \"a\" port 1",
            "3 `port` does not belong to `docker inspect`",
        ),
        (
            "docker build image \"a\" from \"b\" from \"c\"",
            "35 this is said a second time",
        ),
        (
            "docker compose",
            "17 expected what docker compose is to do, such as `up -d`, found the end of the line",
        ),
        (
            "docker compose in service a # b",
            "30 expected what docker compose is to do, such as `up -d`, found the end of the line",
        ),
    ]);
}

#[test]
fn sources_and_queries_of_versions_are_checked() {
    let source = |provider: &str, fields: &str| {
        let fields = fields.replace("; ", "\n        ");
        let text = format!(
            "version: 2.0\nproject \"p\":\n  scm:\n   git:\n    {provider}:\n      a:\n        {fields}\n"
        );
        mistakes(&text)
    };
    let none: [String; 0] = [];
    assert_eq!(
        source("generic", "remote: \"x\"; version tags: \"a{{{version}}}\""),
        none
    );
    for (provider, fields, expected) in [
        (
            "generic",
            "metadata: fetch",
            "6:7 there is no way to the source `a`",
        ),
        (
            "generic",
            "cli: \"x\"",
            "7:9 a source of this provider has no `cli`",
        ),
        (
            "github",
            "https: \"http://x\"",
            "7:16 an `https` source begins with `https://`",
        ),
        (
            "github",
            "https: \"https://u@x/y\"",
            "7:16 the address of a source has no user in it",
        ),
        (
            "github",
            "ssh: \"x\"; cli: \"y\"",
            "6:7 the source `a` needs a `default`: there are several ways to it",
        ),
        (
            "github",
            "ssh: \"x\"; default: cli",
            "6:7 the default of `a` is `cli`, which is not there",
        ),
        (
            "gitlab",
            "ssh:;   host: \"x\"",
            "8:11 `ssh` has no property `host`",
        ),
        ("gitlab", "ssh:;   key: \"x\"", "7:9 `ssh` needs its `url`"),
        (
            "generic",
            "remote: \"x\"; version tags: \"v\"",
            "8:23 a format has one `{version}`",
        ),
        (
            "generic",
            "remote: \"x\"; version tags:;   pattern: \"(a)\"",
            "9:20 a pattern has one group, `version`",
        ),
    ] {
        assert_eq!(source(provider, fields), [expected], "{fields}");
    }
    check_lines(&[
        (
            "git get latest tag from a",
            "28 expected `as`, found the end of the line",
        ),
        (
            "git get latest tag from a in series \"8.x\" as $v",
            "39 these are no versions",
        ),
        (
            "git get latest tag from a in series \"8\" matching version \"=1.2.3\" as $v",
            "43 this is said a second time",
        ),
        (
            "git get latest tag from a using ftp as $v",
            "35 expected `https`, `ssh`, `cli`, `remote` or `filesystem`, found the word `ftp`",
        ),
        (
            "git ensure \"1\" is newer than latest version from a as $v using ssh",
            "60 there is no statement `using`",
        ),
    ]);
}
