//! From the places that the parser tells, in characters, to those of bytes.

use std::ops::Range;

use saphyr_parser::{Marker, ScalarStyle, Span};

/// A text, and the place in it that was asked for last: the next one is near.
pub(super) struct Places<'t> {
    pub(super) text: &'t str,
    /// In characters and in bytes.
    pub(super) at: (usize, usize),
}

impl Places<'_> {
    pub(super) fn byte(&mut self, place: Marker) -> usize {
        let wanted = place.index();
        let (mut chars, mut byte) = self.at;
        if wanted >= chars {
            let mut after = self.text.get(byte..).unwrap_or_default().chars();
            while chars < wanted
                && let Some(char) = after.next()
            {
                chars += 1;
                byte += char.len_utf8();
            }
        } else {
            let mut before = self.text.get(..byte).unwrap_or_default().chars();
            while chars > wanted
                && let Some(char) = before.next_back()
            {
                chars -= 1;
                byte -= char.len_utf8();
            }
        }
        self.at = (chars, byte);
        byte
    }

    /// The bytes of a scalar without its anchor and its tag. A block has its header as well, which stands
    /// behind `begun`.
    pub(super) fn scalar(&mut self, span: Span, style: ScalarStyle, begun: usize) -> Range<usize> {
        let (start, end) = (self.byte(span.start), self.byte(span.end));
        let written = self.text.get(start..end).unwrap_or_default();
        let value = start + properties(written);
        let rest = self.text.get(value..).unwrap_or_default();
        match style {
            ScalarStyle::Plain if start == end && rest.starts_with(':') => end + 1..end + 1,
            ScalarStyle::Plain => value..start + written.trim_end().len().max(value - start),
            // The parser's span may go on to the comment behind the quote.
            ScalarStyle::SingleQuoted => value..value + single_quoted(rest),
            ScalarStyle::DoubleQuoted => value..value + double_quoted(rest),
            ScalarStyle::Literal | ScalarStyle::Folded => {
                let before = self.text.get(begun..start).unwrap_or_default();
                let header = before.rfind(['|', '>']).unwrap_or(before.len());
                begun + header..end
            }
        }
    }
}

/// The bytes of anchors and tags before a value, and of the blanks behind them.
fn properties(written: &str) -> usize {
    let mut rest = written;
    while rest.starts_with(['&', '!']) {
        let after = rest
            .find(char::is_whitespace)
            .and_then(|end| rest.get(end..));
        rest = after.unwrap_or_default().trim_start();
    }
    written.len() - rest.len()
}

/// The bytes from one quote to the other.
fn single_quoted(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let mut at = 1;
    while let Some(byte) = bytes.get(at) {
        at += 1;
        if *byte == b'\'' {
            match bytes.get(at) {
                Some(b'\'') => at += 1,
                _ => break,
            }
        }
    }
    at.min(bytes.len())
}

fn double_quoted(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let mut at = 1;
    while let Some(byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'\\' => at += 1,
            b'"' => break,
            _ => {}
        }
    }
    at.min(bytes.len())
}
