//! `git validate …`.

use super::super::{Action, Done, Execution, Machine, Run, Stop};
use crate::action::git_validate::{self, Request};
use crate::ast::action::GitValidate;
use crate::ast::{GitPolicy, ProjectItem};
use crate::value::Undefined;

impl Machine {
    pub(in crate::machine) fn git_validate(&mut self, node: &GitValidate) -> Execution {
        // Unknown names stay as they are written, as in all actions.
        let message = node
            .message
            .as_ref()
            .map(|template| self.text_with(template, Undefined::Never, "git statement"));
        let message = message.transpose()?;
        let policy = self.git_policy().cloned();
        let target = node.target.as_str();
        if self.dry() {
            self.line(&match policy {
                Some(_) => format!("[DRY RUN] git validate {target}"),
                None => format!(
                    "[DRY RUN] Would validate git {target}, but no git policy is configured"
                ),
            });
            return Ok(());
        }
        let Some(policy) = policy else {
            let message = format!("git validate {target}: the project has no `git policy`");
            return Err(Stop::fail(message));
        };
        Err(Stop::Action(Box::new(Action::GitValidate(Box::new(
            Request {
                policy,
                target: node.target,
                message,
                folder: self.workdir(),
                verbose: self.run.options.verbose,
            },
        )))))
    }

    fn git_policy(&self) -> Option<&GitPolicy> {
        let project = self.run.program.ast().main.project.as_ref()?;
        project.items.iter().find_map(|item| match item {
            ProjectItem::GitPolicy(policy) => Some(&**policy),
            _ => None,
        })
    }
}

/// Holds something against the policy.
pub(in crate::machine) async fn validate(run: &Run, request: &Request) -> Done {
    Done::Performed(git_validate::perform(request, &run.supervisor, &run.report).await)
}
