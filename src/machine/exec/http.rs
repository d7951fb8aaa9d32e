//! HTTP requests: their texts are evaluated here; to send them is an action.

use std::sync::{Arc, Mutex, PoisonError};

use super::super::{Action, Done, Execution, Machine, Run, Stop};
use crate::action::http::{self, Headers, Output, Request};
use crate::ast::Template;
use crate::ast::action::{Http, HttpHeader, HttpScheme};
use crate::memory::snapshot::{ReadKind, preview};
use crate::report::Lines;
use crate::source::Text;
use crate::value::{Undefined, Value};

impl Machine {
    pub(in crate::machine) fn http(&mut self, node: &Http) -> Execution {
        let request = self.request(node)?;
        self.note_secrets_of(&request);
        if self.dry() {
            let command = request.command();
            self.line(&format!("[DRY RUN] Would execute HTTP command: {command}"));
            return Ok(());
        }
        self.line(&request.announcement());
        self.verbose(|| format!("Command: {}", request.command()));
        Err(Stop::Action(Box::new(Action::Http(Box::new(request)))))
    }

    fn request(&mut self, node: &Http) -> Result<Request, Stop> {
        Ok(Request {
            method: node.method,
            url: self.lenient(&node.url)?,
            headers: self.headers(&node.headers)?,
            body: self.optional(node.body.as_ref())?,
            auth: match &node.auth {
                Some(auth) => Some((auth.scheme, self.lenient(&auth.credentials)?)),
                None => None,
            },
            timeout: self.optional(node.timeout.as_ref())?,
            retry: self.optional(node.retry.as_ref())?,
        })
    }

    fn headers(&mut self, nodes: &[HttpHeader]) -> Result<Headers, Stop> {
        let mut headers = Headers::default();
        for node in nodes {
            match node {
                HttpHeader::Written(text) => headers.add_written(&self.lenient(text)?),
                HttpHeader::Accept(value) => headers.add("Accept", &self.lenient(value)?),
                HttpHeader::ContentType(value) => {
                    headers.add("Content-Type", &self.lenient(value)?);
                }
            }
        }
        Ok(headers)
    }

    /// Unknown names stay as they are written: a text that is sent may be full of braces.
    fn lenient(&mut self, template: &Template) -> Result<Text, Stop> {
        self.text_with(template, Undefined::Never, "HTTP request")
    }

    fn optional(&mut self, template: Option<&Template>) -> Result<Option<Text>, Stop> {
        template.map(|template| self.lenient(template)).transpose()
    }

    /// What is sent as a secret may come back in a command line or a variable.
    fn note_secrets_of(&self, request: &Request) {
        let note = |name: &str, text: &str| {
            self.run.note_secret(name, &Value::Text(text.into()));
        };
        for (name, value) in request.headers.iter() {
            note(name, value);
        }
        match &request.auth {
            Some((HttpScheme::Bearer, token)) => note("credentials", token),
            Some((HttpScheme::Basic, both)) => {
                let password = both
                    .split_once(':')
                    .map_or(&**both, |(_, password)| password);
                note("credentials", password);
            }
            None => {}
        }
    }
}

/// Sends a request of the running statement.
pub(in crate::machine) async fn send(
    machine: &Arc<Mutex<Machine>>,
    run: &Run,
    request: &Request,
) -> Done {
    let (place, lines) = {
        let machine = machine.lock().unwrap_or_else(PoisonError::into_inner);
        (machine.place(), machine.is_branch())
    };
    let reading = run.begin_read(ReadKind::HttpBody, &preview(&request.url), place);
    let mut output = Output {
        report: &run.report,
        lines: lines.then(Lines::default),
        held: &reading.bytes,
    };
    Done::Performed(http::perform(request, &run.web, &mut output).await)
}
