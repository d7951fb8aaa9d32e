//! Status statements.

use super::super::{Execution, Machine, Stop};
use crate::ast::{Status, StatusWord};
use crate::source::Text;

impl Machine {
    pub(in crate::machine) fn status(&mut self, node: &Status) -> Execution {
        let text = match &node.message {
            Some(message) if message.is_plain() => message.text.clone(),
            Some(message) => self.text(message, &format!("{} statement", node.word.as_str()))?,
            None => Text::from("Task failed"),
        };
        let on_bar = self.on_bar.take();
        if matches!(node.word, StatusWord::Info | StatusWord::Echo)
            && on_bar.is_some_and(|bar| bar == text.as_str())
        {
            // All that it says is on the progress bar of the terminal.
            return Ok(());
        }
        if self.dry() {
            self.line(&format!("[DRY RUN] {}: {text}", node.word.as_str()));
            return Ok(());
        }
        let sign = match node.word {
            StatusWord::Info => "ℹ️  ",
            StatusWord::Warn | StatusWord::Warning => "⚠️  ",
            StatusWord::Error => "❌  ",
            StatusWord::Success => "✅  ",
            StatusWord::Fail => "💥  ",
            StatusWord::Echo => {
                self.line(&text.replace("\\n", "\n"));
                return Ok(());
            }
            StatusWord::Step => {
                self.step_box(&text, node);
                return Ok(());
            }
        };
        self.line(&format!("{sign}{text}"));
        if node.word == StatusWord::Fail {
            return Err(Stop::fail(text));
        }
        Ok(())
    }

    fn step_box(&self, text: &str, node: &Status) {
        let width = text
            .lines_of_box()
            .map(|row| row.chars().count())
            .max()
            .unwrap_or(0);
        let rule = "─".repeat(width + 2);
        let mut out = String::new();
        if node.break_before {
            out.push('\n');
        }
        out.push_str(&format!("┌{rule}┐\n"));
        for row in text.lines_of_box() {
            let missing = width - row.chars().count();
            out.push_str(&format!("│ {row}{} │\n", " ".repeat(missing)));
        }
        out.push_str(&format!("└{rule}┘"));
        if node.break_after {
            out.push('\n');
        }
        self.line(&out);
    }
}

trait BoxLines {
    fn lines_of_box(&self) -> std::str::Split<'_, char>;
}

impl BoxLines for str {
    /// Every line end begins a row, one at the end of the text too.
    fn lines_of_box(&self) -> std::str::Split<'_, char> {
        self.split('\n')
    }
}
