//! A message that points at a place in a source file, and its rendering.

use std::fmt::Write as _;
use std::sync::Arc;

use super::{SourceFile, Span};

/// What is wrong, where, and what to write instead.
#[derive(Debug, Clone)]
pub struct Diagnostic {
    /// The file that the span belongs to.
    pub file: Arc<SourceFile>,
    /// The place; its start is where the caret stands.
    pub span: Span,
    /// What is wrong, in words of the language; lower case, no full stop.
    pub message: String,
    /// What to write instead, when that is known.
    pub help: Option<String>,
}

/// How many messages of one file are shown; the others are only counted.
const SHOWN: usize = 3;
/// The widest part of a source line that is shown, in characters.
const WIDTH: usize = 160;

impl Diagnostic {
    /// A message without help.
    pub fn new(file: &Arc<SourceFile>, span: Span, message: impl Into<String>) -> Self {
        Self {
            file: file.clone(),
            span,
            message: message.into(),
            help: None,
        }
    }

    /// The same message with a line that says what to write instead.
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The message with its place, the source line and a caret, ending with a line end.
    pub fn render(&self) -> String {
        let at = self.file.location(self.span.start);
        let (line, caret) = excerpt(self.file.line(at.line), at.column as usize);
        let number = at.line.to_string();
        let width = number.len().max(4);
        let mut out = String::new();
        // Writing to a String never fails.
        let _ = writeln!(out, "Error: {}", self.message);
        let _ = writeln!(out, "  --> {}:{}:{}", self.file.name(), at.line, at.column);
        let _ = writeln!(out, "{number:>width$} | {line}");
        let _ = writeln!(out, "{:>width$} | {:caret$}^", "", "");
        if let Some(help) = &self.help {
            let _ = writeln!(out, "   Help: {help}");
        }
        out
    }

    /// The first messages of `all`, then how many are left.
    pub fn render_all(all: &[Self]) -> String {
        let mut out: String = all
            .iter()
            .take(SHOWN)
            .map(Self::render)
            .collect::<Vec<_>>()
            .join("\n");
        if all.len() > SHOWN {
            let left = all.len() - SHOWN;
            let noun = if left == 1 { "error" } else { "errors" };
            let _ = writeln!(out, "\n… and {left} more {noun}");
        }
        out
    }
}

/// The part of `line` around `column` with tabs expanded to multiples of 4, and how many cells
/// stand before the caret. A line of megabytes must not be printed whole.
fn excerpt(line: &str, column: usize) -> (String, usize) {
    let before = column.saturating_sub(1);
    let skip = if before > WIDTH {
        before - WIDTH / 2
    } else {
        0
    };
    let mut shown = String::new();
    let mut cells = 0;
    let mut caret = 0;
    if skip > 0 {
        shown.push('…');
        cells = 1;
    }
    let mut left = WIDTH;
    for (index, char) in line.chars().enumerate().skip(skip) {
        if index == before {
            caret = cells;
        }
        if left == 0 {
            shown.push('…');
            break;
        }
        left -= 1;
        if char == '\t' {
            let next = (cells / 4 + 1) * 4;
            shown.extend(std::iter::repeat_n(' ', next - cells));
            cells = next;
        } else {
            shown.push(if char.is_control() { '\u{fffd}' } else { char });
            cells += 1;
        }
    }
    if before >= skip + line.chars().skip(skip).take(WIDTH).count() {
        caret = cells;
    }
    (shown, caret)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caret_stands_under_the_place_also_behind_tabs() {
        let text = "version: 2.0\n\ttask \"x\"\n".to_owned();
        let start = text.find("task").unwrap_or(0) as u32;
        let Some(file) = SourceFile::new("spec.drun", text) else {
            return;
        };
        let shown = Diagnostic::new(&file, Span::new(start, start + 4), "indented task")
            .with_help("move it to the start of the line")
            .render();
        assert_eq!(
            shown,
            "Error: indented task\n  --> spec.drun:2:2\n   2 |     task \"x\"\n     |     ^\n   Help: move it to the start of the line\n"
        );
    }
}
