//! `secret …`: the store is a file, so what touches it is an action.

use super::super::{Action, Execution, Machine, Run, Stop};
use crate::action::secret::{Performed, Request, blocking};
use crate::ast::Expr;
use crate::ast::action::{Secret, SecretOperation};
use crate::memory::redact::Secrecy;
use crate::source::Text;
use crate::value::{Probe, SecretName, namespace};

impl Machine {
    pub(in crate::machine) fn secret(&mut self, node: &Secret) -> Execution {
        let request = self.secret_request(node)?;
        if self.dry() {
            self.line(&request.dry_line());
            return Ok(());
        }
        Err(Stop::Action(Box::new(Action::Secret(request))))
    }

    fn secret_request(&mut self, node: &Secret) -> Result<Request, Stop> {
        let run = self.run.clone();
        let (given, automatic) = (node.namespace.as_deref(), run.world.secret_namespace());
        let name = |key: &Text| SecretName::new(key, given, automatic).map_err(Stop::fail);
        Ok(match &node.operation {
            SecretOperation::Set { key, value } => Request::Set {
                name: name(key)?,
                value: self.secret_text(value, Secrecy::Sure)?,
            },
            SecretOperation::Get { key, default } => {
                let name = name(key)?;
                if let Some(default) = default {
                    self.secret_text(default, Secrecy::Likely)?;
                }
                let has_default = default.is_some();
                Request::Get { name, has_default }
            }
            SecretOperation::Delete { key } => Request::Delete { name: name(key)? },
            SecretOperation::Exists { key } => Request::Exists { name: name(key)? },
            SecretOperation::List { pattern } => Request::List {
                namespace: namespace(given, automatic).map_err(Stop::fail)?,
                pattern: pattern.clone(),
            },
        })
    }

    /// A value or a default, which no dump shows from now on.
    fn secret_text(&mut self, value: &Expr, secrecy: Secrecy) -> Result<Text, Stop> {
        let value = self.value(value, false, "secret statement")?;
        self.run.note_secret_text(value.text(), secrecy);
        Ok(value.text().clone())
    }
}

impl Run {
    /// Performs an operation on the store; the lines to print.
    pub(in crate::machine) async fn secret(&self, request: Request) -> Result<Vec<String>, String> {
        let store = self.store.clone();
        let work = move || request.perform(&store);
        let Performed { lines, read } = blocking(work).await?;
        if let Some(value) = read {
            self.note_secret_text(&value, Secrecy::Sure);
        }
        Ok(lines)
    }

    /// Notes the answer to a question, if that is a secret. A default is one only if it looks so.
    pub(in crate::machine) fn note_answer(&self, probe: &Probe, answer: &Result<String, String>) {
        let (Probe::Secret { default, .. }, Ok(value)) = (probe, answer) else {
            return;
        };
        let is_default = default
            .as_ref()
            .is_some_and(|default| default == value.as_str());
        let secrecy = match is_default {
            true => Secrecy::Likely,
            false => Secrecy::Sure,
        };
        self.note_secret_text(value, secrecy);
    }
}
