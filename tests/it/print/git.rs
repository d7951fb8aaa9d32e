//! Statements that run a command of git.

use drun::ast::Template;
use drun::ast::action::{Git, GitCommand, GitRemotes, GitShow};

use super::Printer;
use super::expression::quoted;

impl Printer {
    pub(super) fn git(&mut self, node: &Git) {
        self.line(format!("git {}", command(&node.command)));
    }
}

fn command(command: &GitCommand) -> String {
    match command {
        GitCommand::CreateBranch { name, from } => {
            format!("create branch {}{}", text(name), option("from", from))
        }
        GitCommand::CreateTag { name, message } => {
            format!(
                "create tag {}{}",
                text(name),
                option("with message", message)
            )
        }
        GitCommand::Checkout { branch } => format!("checkout branch {}", text(branch)),
        GitCommand::Merge { branch, into } => {
            format!("merge branch {}{}", text(branch), option("into", into))
        }
        GitCommand::Clone { url, to } => {
            format!("clone repository {}{}", text(url), option("to", to))
        }
        GitCommand::Init { folder } => format!("init{}", option("in", folder)),
        GitCommand::Add { files } => format!("add files {}", text(files)),
        GitCommand::Commit { all, message } => {
            let all = if *all { " all" } else { "" };
            format!("commit{all}{}", option("with message", message))
        }
        GitCommand::Push(node) => format!("push{}", remotes(node)),
        GitCommand::PushTag { tag, remote } => {
            format!("push tag {}{}", text(tag), option("to remote", remote))
        }
        GitCommand::Pull(node) => format!("pull{}", remotes(node)),
        GitCommand::Fetch(node) => format!("fetch{}", remotes(node)),
        GitCommand::Status => "status".to_owned(),
        GitCommand::Log => "log".to_owned(),
        GitCommand::Show { what } => match what {
            GitShow::Commit => "show".to_owned(),
            GitShow::CurrentBranch => "show current branch".to_owned(),
            GitShow::CurrentCommit => "show current commit".to_owned(),
        },
        GitCommand::Other { word } => word.to_string(),
    }
}

fn remotes(node: &GitRemotes) -> String {
    let options = [
        ("remote", &node.remote),
        ("branch", &node.branch),
        ("from", &node.address),
    ];
    options.map(|(word, text)| option(word, text)).concat()
}

fn text(template: &Template) -> String {
    quoted(&template.text)
}

fn option(word: &str, template: &Option<Template>) -> String {
    let template = template.as_ref();
    let option = template.map(|template| format!(" {word} {}", text(template)));
    option.unwrap_or_default()
}
