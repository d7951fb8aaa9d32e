//! Blocks of shell lines: raw text that no token is made of.

use memchr::{memchr, memmem};

use super::super::cursor::{Cursor, Failed};
use super::super::template::template_in;
use crate::ast::action::ScriptBlock;
use crate::source::{Span, Text};
use crate::syntax::indentation::width_of;

/// Takes the `:` of a header that began at `start`, and the deeper lines below it.
pub(super) fn script_block(cursor: &mut Cursor<'_>, start: u32) -> Result<ScriptBlock, Failed> {
    let colon = cursor.token().span;
    let header = Span::new(start, colon.end);
    let text = cursor.text();
    let Some(first) = end_of_header(text, colon.end as usize) else {
        cursor.bump();
        let span = cursor.token().span;
        let message = "the commands of a block stand in the lines below its header";
        let help = "for a single command leave out the `:`";
        return Err(cursor.fail_with_help(span, message, help));
    };
    let extent = Extent::find(text, first, cursor.block_width());
    if !extent.has_code && !extent.has_comment {
        let help = "write them below, indented deeper than this line";
        return Err(cursor.fail_with_help(header, "the block has no commands", help));
    }
    let span = Span::new(extent.start as u32, extent.content_end as u32);
    let raw = text
        .get(extent.start..extent.content_end)
        .unwrap_or_default();
    let script = match dedent(raw, extent.width, cursor.block_width()) {
        Dedented::Part(range) => cursor.share(Span::new(
            span.start + range.start as u32,
            span.start + range.end as u32,
        )),
        Dedented::Copy(copy) => Text::from(copy),
    };
    cursor.seek_line(extent.end, extent.content_end as u32);
    let text = template_in(cursor, &script, span);
    Ok(ScriptBlock {
        span,
        text,
        only_comments: !extent.has_code,
    })
}

/// The start of the line below a header; `None` when something but a comment follows the colon.
fn end_of_header(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = from;
    loop {
        match bytes.get(at) {
            None => return Some(bytes.len()),
            Some(b'\n') => return Some(at + 1),
            Some(b' ' | b'\t' | b'\r') => at += 1,
            Some(b'#') => {
                at = memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |end| at + end);
            }
            Some(b'/') if bytes.get(at + 1) == Some(&b'*') => {
                let inside = bytes.get(at + 2..).unwrap_or_default();
                at = memmem::find(inside, b"*/").map_or(bytes.len(), |end| at + 2 + end + 2);
            }
            Some(_) => return None,
        }
    }
}

/// The lines of a block.
#[derive(Debug, Default)]
struct Extent {
    /// The start of its first line.
    start: usize,
    /// The end of its last line of code or comment, without the line end.
    content_end: usize,
    /// The start of the line behind it.
    end: usize,
    /// The width of its first line of code; of its first comment when there is no code.
    width: u32,
    has_code: bool,
    has_comment: bool,
}

impl Extent {
    /// The lines from `start` that are indented deeper than `header`.
    fn find(text: &str, start: usize, header: u32) -> Self {
        let mut extent = Self {
            start,
            content_end: start,
            end: start,
            ..Self::default()
        };
        let mut at = start;
        while at < text.len() {
            let (line, next) = line_at(text, at);
            let (width, code) = leading(line);
            let first = line.as_bytes().get(code).copied();
            let comment = first == Some(b'#');
            if first.is_some() && width > header {
                if !(extent.has_code || comment && extent.has_comment) {
                    extent.width = width;
                }
                extent.has_code |= !comment;
                extent.has_comment |= comment;
                extent.content_end = at + line.len();
                extent.end = next;
            } else if first.is_some() && !comment {
                break;
            }
            at = next;
        }
        extent
    }
}

/// The line that starts at `at` without its line end, and the start of the next one.
fn line_at(text: &str, at: usize) -> (&str, usize) {
    let rest = text.get(at..).unwrap_or_default();
    let end = memchr(b'\n', rest.as_bytes());
    let line = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
    let next = at + end.map_or(rest.len(), |end| end + 1);
    (line.strip_suffix('\r').unwrap_or(line), next)
}

/// The width of the white space at the start of a line, and how many bytes it has.
fn leading(line: &str) -> (u32, usize) {
    let mut width = 0_u32;
    for (at, &byte) in line.as_bytes().iter().enumerate() {
        if !matches!(byte, b' ' | b'\t' | b'\r') {
            return (width, at);
        }
        width = width.saturating_add(width_of(byte));
    }
    (width, line.len())
}

/// Text without its indentation.
enum Dedented {
    /// A part of what is written.
    Part(std::ops::Range<usize>),
    Copy(String),
}

/// Removes `width` columns from each line, and comments that are no deeper than the header.
fn dedent(raw: &str, width: u32, header: u32) -> Dedented {
    if memchr(b'\n', raw.as_bytes()).is_none() {
        return Dedented::Part(leading(raw).1..raw.len());
    }
    let mut copy = String::with_capacity(raw.len());
    let mut at = 0;
    let mut first = true;
    while at < raw.len() {
        let (line, next) = line_at(raw, at);
        at = next;
        let (own, code) = leading(line);
        let dropped = own <= header && line.as_bytes().get(code) == Some(&b'#');
        if dropped {
            continue;
        }
        if !std::mem::take(&mut first) {
            copy.push('\n');
        }
        push_without(&mut copy, line, width);
    }
    copy.shrink_to_fit();
    Dedented::Copy(copy)
}

/// Appends `line` without its first `width` columns of white space; of a tab that reaches further
/// the rest is kept as blanks.
fn push_without(copy: &mut String, line: &str, width: u32) {
    let mut removed = 0;
    for (at, &byte) in line.as_bytes().iter().enumerate() {
        let columns = width_of(byte);
        if columns == 0 || removed >= width {
            let extra = removed.saturating_sub(width) as usize;
            copy.extend(std::iter::repeat_n(' ', extra));
            copy.push_str(line.get(at..).unwrap_or_default());
            return;
        }
        removed += columns;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, header: u32, expected: &str, rest: &str) {
        let extent = Extent::find(text, 0, header);
        let raw = &text[extent.start..extent.content_end];
        let script = match dedent(raw, extent.width, header) {
            Dedented::Part(range) => raw[range].to_owned(),
            Dedented::Copy(copy) => copy,
        };
        assert_eq!(script, expected);
        assert_eq!(&text[extent.end..], rest);
    }

    #[test]
    fn the_indentation_of_the_first_line_of_code_is_removed() {
        check("    a\n      b\n\tc\n  info", 2, "a\n  b\nc", "  info");
        check("    a \r\n    b\r\n", 2, "a \nb", "");
        check("   a\n\tb\n", 2, "a\n b", "");
        check("    a\n   b\n", 2, "a\nb", "");
        check("\t\techo", 0, "echo", "");
    }

    #[test]
    fn blank_lines_and_deep_comments_stay_and_shallow_comments_go() {
        check(
            "\n    # one\n    a\n# two\n\n    b\n\n# three\n  next",
            2,
            "\n# one\na\n\nb",
            "\n# three\n  next",
        );
    }

    #[test]
    fn only_comments_are_a_block_too() {
        let extent = Extent::find("    # a\n  b", 0, 2);
        assert!(extent.has_comment && !extent.has_code);
        let extent = Extent::find("  # a\n  b", 0, 2);
        assert!(!extent.has_comment && !extent.has_code);
    }
}
