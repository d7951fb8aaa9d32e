//! Hiding secrets in everything that is written about a breach.
//!
//! A secret is hidden where it stands under a name that says so, where something before it says
//! so (see `phrases`), and, once its value is known, wherever it occurs in any form.

mod known;
mod names;
mod phrases;
mod serializer;
mod snapshot;

use std::borrow::Cow;
use std::cell::RefCell;
use std::fmt::{self, Write as _};
use std::ops::Range;

use serde::Serialize;

use self::known::KnownValues;
pub use self::known::{is_secret, is_secret_text};
pub use self::names::{Secrecy, is_secret_name, secrecy};
pub use self::serializer::{Redacting, texts};
use crate::ast::Ast;
use crate::memory::snapshot::ExecutionSnapshot;

/// What stands in the place of a secret.
pub const MARK: &str = "[redacted]";

/// Knows the secrets of one execution.
#[derive(Debug, Default)]
pub struct Redactor {
    known: KnownValues,
}

impl Redactor {
    /// Adds the values of environment entries whose names say that they are secrets.
    pub fn with_environment(mut self) -> Self {
        for (name, value) in std::env::vars_os() {
            if let (Some(name), Some(value)) = (name.to_str(), value.to_str()) {
                self.known.add(value, secrecy(name));
            }
        }
        self
    }

    /// Adds the literals that the program gives to settings, variables, parameters, arguments and
    /// environment entries whose names say that they are secrets.
    pub fn with_program(mut self, program: &Ast) -> Self {
        let found = RefCell::new(KnownValues::default());
        std::mem::swap(&mut *found.borrow_mut(), &mut self.known);
        let mut sink = serde_json::Serializer::new(std::io::sink());
        // Writing to a sink never fails.
        let _ = program.serialize(Redacting::collecting(&mut sink, &found));
        self.known = found.into_inner();
        self
    }

    /// Adds values that are known to be secret.
    pub fn with_values<'v>(mut self, values: impl IntoIterator<Item = &'v str>) -> Self {
        for value in values {
            self.known.add(value, Secrecy::Sure);
        }
        self
    }

    /// Adds what the texts of a state show to be secrets: the password in a URL or in a command
    /// line may stand somewhere else without what tells it.
    pub fn with_snapshot(mut self, snapshot: &ExecutionSnapshot) -> Self {
        let known = &mut self.known;
        snapshot::texts(snapshot, &mut |text| known.add_told_in(text));
        self
    }

    /// The text with its secrets hidden.
    pub fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if self.next(text, 0).is_none() {
            return Cow::Borrowed(text);
        }
        let mut out = String::with_capacity(text.len());
        // Writing to a String never fails.
        let _ = write!(out, "{}", self.redacted(text));
        Cow::Owned(out)
    }

    /// As [`Redactor::redact_in`], of a text that may have been cut: what is left of a secret at its
    /// end is hidden as well.
    pub fn redact_cut(&self, text: &mut String) {
        self.redact_in(text);
        let end = text.trim_end_matches('…').len();
        if let Some(start) = self.known.find_cut(text.get(..end).unwrap_or_default()) {
            text.truncate(start);
            text.push_str(MARK);
        }
    }

    /// Hides the secrets in a text of our own.
    pub fn redact_in(&self, text: &mut String) {
        if let Cow::Owned(redacted) = self.redact(text) {
            *text = redacted;
        }
    }

    /// The text with its secrets hidden, written piece by piece and never held.
    pub fn redacted<'a>(&'a self, text: &'a str) -> Redacted<'a> {
        Redacted {
            redactor: self,
            text,
        }
    }

    fn next(&self, text: &str, from: usize) -> Option<Range<usize>> {
        let known = self.known.find(text, from);
        match (known, phrases::find(text, from)) {
            (Some(a), Some(b)) => Some(if a.start <= b.start { a } else { b }),
            (a, b) => a.or(b),
        }
    }
}

/// A text whose secrets are hidden when it is displayed.
#[derive(Debug)]
pub struct Redacted<'a> {
    redactor: &'a Redactor,
    text: &'a str,
}

impl fmt::Display for Redacted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.text;
        let mut at = 0;
        // What was found last is kept until the text before it is written, so that each finder
        // passes the text once.
        let mut known = self.redactor.known.find(text, 0);
        let mut phrase = phrases::find(text, 0);
        while let Some(first) = earlier(&known, &phrase) {
            let mut end = first.end;
            f.write_str(text.get(at..first.start).unwrap_or_default())?;
            f.write_str(MARK)?;
            // Finds that overlap are one secret.
            loop {
                if let Some(range) = known.take_if(|range| range.start < end) {
                    end = end.max(range.end);
                    known = self.redactor.known.find(text, range.start + 1);
                } else if let Some(range) = phrase.take_if(|range| range.start < end) {
                    end = end.max(range.end);
                    phrase = phrases::find(text, end);
                } else {
                    break;
                }
            }
            at = end;
        }
        f.write_str(text.get(at..).unwrap_or_default())
    }
}

fn earlier(a: &Option<Range<usize>>, b: &Option<Range<usize>>) -> Option<Range<usize>> {
    match (a, b) {
        (Some(a), Some(b)) if b.start < a.start => Some(b.clone()),
        (Some(a), _) => Some(a.clone()),
        (None, b) => b.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlapping_finds_are_one_mark() {
        let redactor = Redactor::default().with_values(["hunter2", "2-rest!"]);
        assert_eq!(redactor.redact("a hunter2-rest! b"), "a [redacted] b");
        assert_eq!(
            redactor.redact("token=hunter2-rest! b"),
            "token=[redacted] b"
        );
        assert_eq!(redactor.redact("hunter2 hunter2"), "[redacted] [redacted]");
        assert!(matches!(redactor.redact("nothing"), Cow::Borrowed(_)));
    }

    #[test]
    fn the_finders_pass_a_long_text_once() {
        let redactor = Redactor::default().with_values(["hunter2"]);
        let text = "x=1 hunter2 token=abc\n".repeat(20_000);
        let redacted = redactor.redact(&text);
        assert!(!redacted.contains("hunter2") && !redacted.contains("abc"));
    }

    #[test]
    fn values_and_defaults_of_secrets_are_hidden_whatever_their_keys_are_called() {
        use crate::parser::{Progress, parse};
        use crate::source::SourceFile;

        let text = "version: 2.0\ntask \"t\":\n  secret set \"plain\" to \"pw\"\n  \
            secret set \"n\" to 12 in namespace \"team\"\n  \
            secret get \"plain\" or \"dflt-77\"\n  echo \"dflt-77 plain\"\n";
        let source = SourceFile::new("t.drun", text.to_owned()).unwrap();
        let program = Ast {
            main: std::sync::Arc::new(parse(&source, &Progress::default()).unwrap()),
            includes: Vec::new(),
        };
        let redactor = Redactor::default().with_program(&program);
        let mut out = serde_json::Serializer::new(Vec::new());
        program
            .serialize(Redacting::new(&mut out, &redactor))
            .unwrap();
        let json: serde_json::Value = serde_json::from_slice(&out.into_inner()).unwrap();
        let body = &json["tasks"][0]["body"];
        let operation = |index: usize| &body[index]["operation"];
        assert_eq!(operation(0)["set"]["key"], "plain");
        assert_eq!(operation(0)["set"]["value"]["text"], MARK);
        assert_eq!(operation(1)["set"]["value"]["number"], MARK);
        assert_eq!(body[1]["namespace"], "team");
        assert_eq!(operation(2)["get"]["default"]["text"], MARK);
        assert_eq!(body[3]["message"], "[redacted] plain");
        let line = "secret set \"plain\" to \"pw\"";
        assert_eq!(
            redactor.redact(line),
            "secret set \"plain\" to \"[redacted]\""
        );
    }

    #[test]
    fn literals_under_secret_names_are_hidden_wherever_the_program_has_them() {
        use std::sync::Arc;

        use crate::ast::action::Call;
        use crate::ast::{
            Definition, Expr, File, Project, ProjectItem, Setting, Stmt, Task, TaskDetails,
            Template,
        };
        use crate::source::Span;

        let span = Span::default();
        let setting = |key: &str, value: Expr| {
            ProjectItem::Setting(Setting {
                span,
                key: key.into(),
                as_list: false,
                value,
            })
        };
        let text = |text: &str| Expr::Text(Template::plain(span, text));
        let call = Call {
            span,
            task: "deploy".into(),
            arguments: [
                ("password".into(), Template::plain(span, "pw")),
                (
                    "message".into(),
                    Template::plain(span, "with tok-12345 and dG9rLTEyMzQ1"),
                ),
            ]
            .into(),
        };
        let file = File {
            project: Some(Project {
                span,
                name: "shop".into(),
                version: None,
                items: vec![
                    setting("api_token", text("tok-12345")),
                    setting("pin", Expr::Number("123".into())),
                    setting("secret_of", Expr::Variable("$api_token".into())),
                ],
            }),
            tasks: vec![Task::new(
                span,
                "t".into(),
                None,
                Definition::new(TaskDetails::default(), [Stmt::Call(Box::new(call))].into()),
            )],
            ..File::default()
        };
        let program = Ast {
            main: Arc::new(file),
            includes: Vec::new(),
        };
        let redactor = Redactor::default().with_program(&program);
        let mut out = serde_json::Serializer::new(Vec::new());
        program
            .serialize(Redacting::new(&mut out, &redactor))
            .unwrap();
        let json: serde_json::Value = serde_json::from_slice(&out.into_inner()).unwrap();
        let items = &json["project"]["items"];
        assert_eq!(items[0]["value"]["text"], MARK);
        assert_eq!(items[1]["value"]["number"], MARK);
        assert_eq!(items[2]["value"]["variable"], "$api_token");
        let arguments = &json["tasks"][0]["body"][0]["arguments"];
        assert_eq!(arguments[0], serde_json::json!(["password", MARK]));
        assert_eq!(arguments[1][1], "with [redacted] and [redacted]");
    }
}
