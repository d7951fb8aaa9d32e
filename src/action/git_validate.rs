//! Names and messages of git, held against the policy of the project.

mod policy;

use std::path::PathBuf;
use std::time::Duration;

use crate::ast::GitPolicy;
use crate::ast::action::GitTarget;
use crate::process::{ShellCommand, Supervisor, probe_command};
use crate::report::Report;
use crate::source::Text;

/// How long a question to git may take. It reads files only.
const GIT: Duration = Duration::from_secs(30);

/// What is held against which policy.
#[derive(Debug)]
pub struct Request {
    /// The policy.
    pub policy: GitPolicy,
    /// What is held against it.
    pub target: GitTarget,
    /// The message; without one that of the last commit.
    pub message: Option<Text>,
    /// The folder of the repository.
    pub folder: PathBuf,
    /// Whether success is told.
    pub verbose: bool,
}

/// Checks one thing after the other.
///
/// # Errors
/// What is wrong, or why that cannot be known.
pub async fn perform(
    request: &Request,
    supervisor: &Supervisor,
    report: &Report,
) -> Result<(), String> {
    let checker = Checker {
        request,
        supervisor,
        report,
    };
    match request.target {
        GitTarget::BranchName => checker.branch().await,
        GitTarget::CommitMessage => checker.message().await,
        GitTarget::SignedCommits => checker.signature().await,
        GitTarget::All => {
            checker.branch().await?;
            checker.message().await?;
            match request.policy.enforce_signed_commits {
                true => checker.signature().await,
                false => Ok(()),
            }
        }
    }
}

struct Checker<'a> {
    request: &'a Request,
    supervisor: &'a Supervisor,
    report: &'a Report,
}

impl Checker<'_> {
    async fn branch(&self) -> Result<(), String> {
        let branch = self.current_branch().await?;
        policy::branch(&self.request.policy, &branch)?;
        self.tell(&format!("✅  Branch name '{branch}' is valid"));
        Ok(())
    }

    async fn message(&self) -> Result<(), String> {
        let policy = &self.request.policy;
        let last;
        let message = match &self.request.message {
            Some(message) => message.as_str(),
            None => {
                last = self.git(&["log", "-1", "--format=%B"]).await?;
                &last
            }
        };
        let identifier = match policy::takes_identifier(policy) {
            Some(_) => policy::identifier(policy, &self.current_branch().await?)?,
            None => None,
        };
        policy::message(policy, message, identifier.as_deref())?;
        self.tell("✅  Commit message is valid");
        Ok(())
    }

    async fn signature(&self) -> Result<(), String> {
        let status = self.git(&["log", "-1", "--format=%G?"]).await?;
        if !matches!(status.as_str(), "G" | "U") {
            return Err(format!(
                "the last commit is not properly signed: its signature has the status '{status}'"
            ));
        }
        self.tell("✅  Commit is signed");
        Ok(())
    }

    async fn current_branch(&self) -> Result<String, String> {
        self.git(&["rev-parse", "--abbrev-ref", "HEAD"]).await
    }

    fn tell(&self, line: &str) {
        if self.request.verbose {
            self.report.line(line);
        }
    }

    /// What git answers, trimmed.
    async fn git(&self, arguments: &[&str]) -> Result<String, String> {
        let words = arguments.iter().map(|word| (*word).to_owned()).collect();
        let command = ShellCommand::program("git", words, &self.request.folder);
        let probed = probe_command(self.supervisor, command, GIT)
            .await
            .map_err(|error| error.to_string())?;
        if probed.code == Some(0) {
            return Ok(probed.stdout.trim().to_owned());
        }
        let reason = probed.stderr.trim().lines().next().unwrap_or_default();
        Err(format!("`git {}`: {reason}", arguments.join(" ")))
    }
}
