//! Statements that run a command of git.

use drun::ast::action::{Git, GitCommand, GitRemotes, GitShow, GitTarget, GitValidate};
use drun::ast::{GitPolicy, Template};

use drun::source::Text;

use super::Printer;
use super::expression::quoted;

impl Printer {
    pub(super) fn git(&mut self, node: &Git) {
        self.line(format!("git {}", command(&node.command)));
    }

    pub(super) fn git_validate(&mut self, node: &GitValidate) {
        let target = match node.target {
            GitTarget::BranchName => "branch name",
            GitTarget::CommitMessage => "commit message",
            GitTarget::SignedCommits => "signed commits",
            GitTarget::All => "all",
        };
        let message = node
            .message
            .as_ref()
            .map(|text| format!(" {}", quoted(&text.text)));
        self.line(format!(
            "git validate {target}{}",
            message.unwrap_or_default()
        ));
    }

    pub(super) fn git_policy(&mut self, policy: &GitPolicy) {
        let list = |texts: &[Text]| {
            let texts: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
            (!texts.is_empty()).then(|| texts.join(", "))
        };
        let one = |text: &Option<Text>| text.as_ref().map(|text| quoted(text));
        let branch = [
            ("default branches", list(&policy.default_branches)),
            ("protected branches", list(&policy.protected_branches)),
            ("naming", one(&policy.branch_pattern)),
            ("types", list(&policy.branch_types)),
        ];
        let length = policy.commit_min_length;
        let commit = [
            ("messages", one(&policy.commit_pattern)),
            ("ban", list(&policy.commit_bans)),
            ("min length", (length > 0).then(|| length.to_string())),
        ];
        let flags = [
            ("extract identifier from branch", policy.extract_identifier),
            ("enforce signed commits", policy.enforce_signed_commits),
        ];
        self.block("git policy", |printer| {
            printer.rules("branch", &branch, &[]);
            printer.rules("commit", &commit, &flags);
        });
    }

    fn rules(&mut self, part: &str, rules: &[(&str, Option<String>)], flags: &[(&str, bool)]) {
        let rules = rules.iter();
        let rules = rules.filter_map(|(key, value)| Some(format!("{key}: {}", value.as_ref()?)));
        let flags = flags.iter().filter(|(_, set)| *set);
        let lines: Vec<String> = rules
            .chain(flags.map(|(flag, _)| (*flag).to_owned()))
            .collect();
        if !lines.is_empty() {
            self.block(part, |printer| {
                lines.into_iter().for_each(|line| printer.line(line))
            });
        }
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
