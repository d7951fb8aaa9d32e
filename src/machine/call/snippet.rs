//! `use snippet`.

use super::super::frame::{Call, CallKind};
use super::super::{Execution, Machine, Stop};
use crate::ast::action::UseSnippet;
use crate::source::Text;

impl Machine {
    pub(in crate::machine) fn use_snippet(&mut self, node: &UseSnippet) -> Execution {
        if self.dry() {
            self.line(&format!("[DRY RUN] Would execute snippet: {}", node.name));
            return Ok(());
        }
        let (namespace, task, scope) = self
            .call()
            .map(|call| (call.namespace.clone(), call.task, call.scope))
            .unwrap_or_default();
        let snippet = self
            .run
            .program
            .snippet(&node.name, &namespace)
            .map_err(|error| Stop::fail(error.to_string()))?
            .ok_or_else(|| Stop::fail(format!("snippet '{}' not found", node.name)))?;
        self.push_call(Call {
            kind: CallKind::Snippet,
            name: node.name.clone(),
            namespace: snippet.namespace.clone(),
            file: snippet.file.clone(),
            task,
            scope,
            workdir: None,
            ci: false,
            current_task: Text::default(),
            parameters: Default::default(),
            header: snippet.span(),
            mark: Default::default(),
            hidden: None,
            rest: None,
        });
        let body = snippet.body().clone();
        self.push_body(&body);
        Ok(())
    }
}
