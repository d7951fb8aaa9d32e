//! Commands of git: what is said before they run, and their words.

use super::program::CommandLine;
use crate::ast::Template;
use crate::ast::action::{GitCommand, GitRemotes, GitShow};
use crate::source::Text;

/// A statement with its placeholders resolved.
#[derive(Debug)]
pub struct Plan {
    /// What is said before it runs.
    pub announcement: String,
    /// What runs, one after the other.
    pub lines: Vec<CommandLine>,
}

impl Plan {
    /// The words of `command`, whose texts `text` resolves in their order.
    ///
    /// # Errors
    /// Those of `text`.
    pub fn of<E>(
        command: &GitCommand,
        text: &mut dyn FnMut(&Template) -> Result<Text, E>,
    ) -> Result<Self, E> {
        let mut planner = Planner { text };
        match command {
            GitCommand::CreateBranch { name, from } => planner.create_branch(name, from),
            GitCommand::CreateTag { name, message } => planner.create_tag(name, message),
            GitCommand::Checkout { branch } => planner.checkout(branch),
            GitCommand::Merge { branch, into } => planner.merge(branch, into),
            GitCommand::Clone { url, to } => planner.clone(url, to),
            GitCommand::Init { folder } => planner.init(folder),
            GitCommand::Add { files } => planner.add(files),
            GitCommand::Commit { all, message } => planner.commit(*all, message),
            GitCommand::Push(remotes) => planner.push(remotes),
            GitCommand::PushTag { tag, remote } => planner.push_tag(tag, remote),
            GitCommand::Pull(remotes) => planner.exchange("pull", remotes),
            GitCommand::Fetch(remotes) => planner.exchange("fetch", remotes),
            GitCommand::Status => Ok(Self::new("📊  Checking Git status", git(&["status"]))),
            GitCommand::Log => Ok(Self::new("🔗 Running Git log", git(&["log", "--oneline"]))),
            GitCommand::Show { what } => Ok(show(*what)),
            GitCommand::Other { word } => {
                Ok(Self::new(format!("🔗 Running Git {word}"), git(&[word])))
            }
        }
    }

    fn new(announcement: impl Into<String>, line: CommandLine) -> Self {
        Self {
            announcement: announcement.into(),
            lines: vec![line],
        }
    }
}

fn git(own: &[&str]) -> CommandLine {
    CommandLine::new("git", own)
}

fn show(what: GitShow) -> Plan {
    let (announcement, words): (_, &[&str]) = match what {
        GitShow::Commit => ("📖 Showing Git information", &["show"]),
        GitShow::CurrentBranch => (
            "🌿  Showing current Git branch",
            &["branch", "--show-current"],
        ),
        GitShow::CurrentCommit => ("📖 Showing Git information", &["rev-parse", "HEAD"]),
    };
    Plan::new(announcement, git(words))
}

/// Resolves the texts of a command.
struct Planner<'a, E> {
    text: &'a mut dyn FnMut(&Template) -> Result<Text, E>,
}

type Optional = Option<Template>;

impl<E> Planner<'_, E> {
    fn text(&mut self, template: &Template) -> Result<Text, E> {
        (self.text)(template)
    }

    fn optional(&mut self, template: &Optional) -> Result<Option<Text>, E> {
        template.as_ref().map(&mut self.text).transpose()
    }

    fn create_branch(&mut self, name: &Template, from: &Optional) -> Result<Plan, E> {
        let (name, from) = (self.text(name)?, self.optional(from)?);
        let line = git(&["checkout", "-b"]).value(&name).optional(from);
        Ok(Plan::new(format!("🌿  Creating Git branch: {name}"), line))
    }

    fn create_tag(&mut self, name: &Template, message: &Optional) -> Result<Plan, E> {
        let (name, message) = (self.text(name)?, self.optional(message)?);
        let line = match &message {
            Some(_) => git(&["tag", "-a"]),
            None => git(&["tag"]),
        };
        let line = line.value(&name).quoted("-m", message);
        Ok(Plan::new(format!("🏷️  Creating Git tag: {name}"), line))
    }

    fn checkout(&mut self, branch: &Template) -> Result<Plan, E> {
        let branch = self.text(branch)?;
        let line = git(&["checkout"]).value(&branch);
        let announcement = format!("🔀 Checking out Git branch: {branch}");
        Ok(Plan::new(announcement, line))
    }

    fn merge(&mut self, branch: &Template, into: &Optional) -> Result<Plan, E> {
        let (branch, into) = (self.text(branch)?, self.optional(into)?);
        let first = into.map(|into| git(&["checkout"]).value(into));
        let merge = git(&["merge"]).value(&branch);
        Ok(Plan {
            announcement: format!("🔀 Merging Git branch: {branch}"),
            lines: first.into_iter().chain([merge]).collect(),
        })
    }

    fn clone(&mut self, url: &Template, to: &Optional) -> Result<Plan, E> {
        let (url, to) = (self.text(url)?, self.optional(to)?);
        let line = git(&["clone"]).value(&url).optional(to);
        Ok(Plan::new(
            format!("📥  Cloning Git repository: {url}"),
            line,
        ))
    }

    fn init(&mut self, folder: &Optional) -> Result<Plan, E> {
        let line = git(&["init"]).optional(self.optional(folder)?);
        Ok(Plan::new("🆕 Initializing Git repository", line))
    }

    /// What is added may be an option: `git add files "-A"`.
    fn add(&mut self, files: &Template) -> Result<Plan, E> {
        let files = self.text(files)?;
        let line = git(&["add", &files]);
        Ok(Plan::new(format!("➕ Adding files to Git: {files}"), line))
    }

    fn commit(&mut self, all: bool, message: &Optional) -> Result<Plan, E> {
        let message = self.optional(message)?;
        let mut announcement = "💾 Committing Git changes".to_owned();
        if let Some(message) = &message {
            announcement += &format!(": {message}");
        }
        let line = match all {
            true => git(&["commit", "-a"]),
            false => git(&["commit"]),
        };
        Ok(Plan::new(announcement, line.quoted("-m", message)))
    }

    fn push(&mut self, remotes: &GitRemotes) -> Result<Plan, E> {
        let address = self.optional(&remotes.address)?;
        let remote = self.optional(&remotes.remote)?;
        let branch = self.optional(&remotes.branch)?;
        let mut announcement = "📤 Pushing Git changes".to_owned();
        if let Some(to) = remote.as_ref().or(address.as_ref()) {
            announcement += &format!(" to {to}");
        }
        if let Some(branch) = &branch {
            announcement += &format!("/{branch}");
        }
        let line = git(&["push"]).optional(address).optional(remote);
        Ok(Plan::new(announcement, line.optional(branch)))
    }

    fn push_tag(&mut self, tag: &Template, remote: &Optional) -> Result<Plan, E> {
        let (tag, remote) = (self.text(tag)?, self.optional(remote)?);
        let remote = remote.unwrap_or_else(|| "origin".into());
        let line = git(&["push"]).value(remote).value(&tag);
        Ok(Plan::new(format!("📤 Pushing Git tag: {tag}"), line))
    }

    fn exchange(&mut self, word: &str, remotes: &GitRemotes) -> Result<Plan, E> {
        let line = git(&[word])
            .optional(self.optional(&remotes.address)?)
            .optional(self.optional(&remotes.remote)?)
            .optional(self.optional(&remotes.branch)?);
        Ok(Plan::new(format!("🔗 Running Git {word}"), line))
    }
}
