//! What is wrong, in words: the messages of the cursor.

use super::{Cursor, Failed};
use crate::source::{Diagnostic, Span};
use crate::syntax::{Kind, Token};

/// How many messages are kept. A text of a million mistakes must not become a million messages.
const MESSAGES: usize = 100;

impl Cursor<'_> {
    /// Reports `message` at `span`.
    pub fn fail(&mut self, span: Span, message: impl Into<String>) -> Failed {
        self.report(span, message.into(), None)
    }

    /// Reports `message` at `span`, and what to write instead.
    pub fn fail_with_help(
        &mut self,
        span: Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Failed {
        self.report(span, message.into(), Some(help.into()))
    }

    fn report(&mut self, span: Span, message: String, help: Option<String>) -> Failed {
        if let Some(file) = self.file
            && !self.full()
        {
            let mut diagnostic = Diagnostic::new(file, span, message);
            diagnostic.help = help;
            self.errors.push(diagnostic);
        }
        Failed
    }

    /// Whether no further message is kept.
    pub(in crate::parser) fn full(&self) -> bool {
        self.errors.len() >= MESSAGES
    }

    /// The messages so far.
    pub(in crate::parser) fn into_errors(self) -> Vec<Diagnostic> {
        self.errors
    }

    /// Whether there is a message.
    pub(in crate::parser) fn has_errors(&self) -> bool {
        !self.errors.is_empty()
    }

    /// Reports that `what` should stand here, and what does. Something that is missing at the end
    /// of a line is reported there and not at the next line.
    pub fn unexpected(&mut self, what: &str) -> Failed {
        self.unexpected_with_help(what, None)
    }

    /// The same, with what to write instead.
    pub fn unexpected_with_help(&mut self, what: &str, help: Option<&str>) -> Failed {
        let token = self.ahead[0];
        match token.kind {
            Kind::UnclosedText => {
                return self.fail_with_help(
                    Span::new(token.span.start, token.span.start + 1),
                    "this text is never closed",
                    "add `\"` where the text ends",
                );
            }
            Kind::Unknown if self.on_same_line() || self.at_item => {
                return self.unknown(token, what, help);
            }
            _ => {}
        }
        let missing = (token.line_start || token.kind == Kind::End) && !self.at_item;
        let (span, found) = if missing {
            let end = Span::new(self.previous_end, self.previous_end);
            (end, self.describe_missing())
        } else {
            (token.span, self.describe(token))
        };
        let message = format!("expected {what}, found {found}");
        let help = help.map(str::to_owned);
        self.report(span, message, help)
    }

    fn describe_missing(&self) -> String {
        let next = match self.kind {
            Kind::End => "the end of the file",
            Kind::Dedent if self.ahead[0].kind == Kind::End => "the end of the file",
            _ => "the end of the line",
        };
        next.to_owned()
    }

    /// What a token is, in words.
    pub(in crate::parser) fn describe(&self, token: Token) -> String {
        let written = shortened(self.slice(token.span));
        match token.kind {
            Kind::Word => format!("the word `{written}`"),
            Kind::Variable => format!("the variable `{written}`"),
            Kind::Number => format!("the number `{written}`"),
            Kind::Text | Kind::UnclosedText => format!("the text {written}"),
            Kind::End => "the end of the file".to_owned(),
            _ => format!("`{written}`"),
        }
    }

    fn unknown(&mut self, token: Token, what: &str, help: Option<&str>) -> Failed {
        let written = self.slice(token.span);
        let hint = match written {
            "'" | "“" | "”" | "„" | "‘" | "’" | "«" | "»" | "`" => {
                Some("write texts in plain double quotes")
            }
            ";" => Some("begin a new line instead; statements need no separator"),
            "\0" => Some("a task file is plain text"),
            _ => help,
        };
        let shown = if written == "\0" { "NUL" } else { written };
        let message = format!("expected {what}, found `{shown}`");
        self.report(token.span, message, hint.map(str::to_owned))
    }
}

/// The first characters of what was written, on one line.
fn shortened(written: &str) -> String {
    const SHOWN: usize = 40;
    let mut shown: String = written.chars().take(SHOWN).collect();
    if let Some(end) = shown.find(['\n', '\r']) {
        shown.truncate(end);
        shown.push('…');
    } else if written.len() > shown.len() {
        shown.push('…');
    }
    shown
}
