//! Shell statements and captures; blocks of raw text.

use super::super::condition::text_template;
use super::super::cursor::{Cursor, Failed};
use super::super::expression::expression;
use super::super::template::template;
use super::super::variable::variable;
use crate::ast::action::{Capture, Script, ScriptBlock, Shell, ShellWord};
use crate::ast::{Operand, SetVariable, SetWord, Stmt};
use crate::source::{Span, Text};
use crate::syntax::Kind;

/// `run`, `exec`, `shell`.
pub(in crate::parser) fn shell(cursor: &mut Cursor<'_>) -> Result<Shell, Failed> {
    let word = match cursor.word() {
        "run" => ShellWord::Run,
        "exec" => ShellWord::Exec,
        _ => ShellWord::Shell,
    };
    let start = cursor.bump().span.start;
    let mut service = None;
    if word == ShellWord::Run && cursor.on_same_line() && cursor.at_word("in") {
        cursor.bump();
        cursor.expect_word("service")?;
        service = Some(service_name(cursor)?);
    }
    if cursor.at(Kind::Colon) {
        let span = cursor.span_from(start);
        return Ok(Shell {
            span,
            word,
            script: Script::Block(block(cursor, span)?),
            attached: false,
            service,
        });
    }
    let help = "write the command in quotes, or `:` and its lines below";
    if !cursor.at(Kind::Text) {
        return Err(cursor.unexpected_with_help("a command in quotes", Some(help)));
    }
    let token = cursor.bump();
    let command = template(&cursor.value(token), token.span);
    let attached = cursor.at_word("attached") && cursor.on_same_line();
    if attached {
        if word != ShellWord::Run {
            return Err(cursor
                .unexpected_with_help("the next statement", Some("only `run` can be `attached`")));
        }
        cursor.bump();
    }
    Ok(Shell {
        span: cursor.span_from(start),
        word,
        script: Script::Command(command),
        attached,
        service,
    })
}

fn service_name(cursor: &mut Cursor<'_>) -> Result<Operand, Failed> {
    let token = cursor.token();
    let operand = match cursor.kind() {
        Kind::Text => Operand::Text(text_template(cursor, token)),
        Kind::Variable => Operand::Variable(cursor.share(token.span)),
        Kind::Word => Operand::Name(cursor.share(token.span)),
        _ => return Err(cursor.unexpected("the name of a service")),
    };
    cursor.bump();
    Ok(operand)
}

/// `capture from shell …`, `capture "…" as $v`, `capture as $v:`, `capture name from value`.
pub(in crate::parser) fn capture(cursor: &mut Cursor<'_>) -> Result<Stmt, Failed> {
    let start = cursor.bump().span.start;
    let from_shell = cursor.at_word("from") && cursor.nth_is_word(1, "shell");
    if from_shell {
        cursor.bump();
        cursor.bump();
    }
    if !from_shell && cursor.at(Kind::Word) && !cursor.at_word("as") {
        return capture_value(cursor, start);
    }
    if cursor.accept_word("as") {
        let variable = variable(cursor)?;
        let span = cursor.span_from(start);
        return Ok(Stmt::Capture(Box::new(Capture {
            span,
            from_shell,
            script: Script::Block(block(cursor, span)?),
            variable,
        })));
    }
    let token = cursor.token();
    if !cursor.at(Kind::Text) {
        let help = "write capture from shell \"command\" as $name";
        return Err(cursor.unexpected_with_help("a command in quotes", Some(help)));
    }
    cursor.bump();
    let script = Script::Command(template(&cursor.value(token), token.span));
    if !cursor.accept_word("as") {
        let help = "say where the output goes: as $name";
        return Err(cursor.fail_with_help(
            cursor.span_from(start),
            "the captured output would be lost",
            help,
        ));
    }
    let variable = variable(cursor)?;
    Ok(Stmt::Capture(Box::new(Capture {
        span: cursor.span_from(start),
        from_shell,
        script,
        variable,
    })))
}

fn capture_value(cursor: &mut Cursor<'_>, start: u32) -> Result<Stmt, Failed> {
    let name = cursor.bump();
    cursor.expect_word("from")?;
    let value = expression(cursor)?;
    Ok(Stmt::SetVariable(Box::new(SetVariable {
        span: cursor.span_from(start),
        word: SetWord::Capture,
        name: cursor.share(name.span),
        as_list: false,
        value,
    })))
}

/// The lines below a header that are indented deeper than it.
fn block(cursor: &mut Cursor<'_>, header: Span) -> Result<ScriptBlock, Failed> {
    if !cursor.at(Kind::Colon) || cursor.token().line_start {
        return Err(cursor.unexpected("`:`"));
    }
    let colon = cursor.token().span.end as usize;
    let text = cursor.text();
    let rest = text.get(colon..).unwrap_or_default();
    let end = memchr::memchr(b'\n', rest.as_bytes()).map_or(rest.len(), |end| end + 1);
    let same_line = rest.get(..end).unwrap_or_default().trim();
    if !same_line.is_empty() && !same_line.starts_with('#') && !same_line.starts_with("/*") {
        cursor.bump();
        return Err(cursor.unexpected_with_help(
            "the next line",
            Some("write the lines of the block below, indented deeper"),
        ));
    }
    let width = cursor.block_width();
    let lines = Lines::collect(text, colon + end, width);
    if lines.code.is_none() && !lines.comments {
        let message = "the block has no lines";
        return Err(cursor.fail_with_help(
            header,
            message,
            "indent its lines deeper than this one",
        ));
    }
    let span = Span::new((colon + end) as u32, lines.end as u32);
    let script = lines.join(text);
    cursor.seek_line(lines.next, lines.end as u32);
    Ok(ScriptBlock {
        span,
        text: template(&Text::from(script), span),
        only_comments: lines.code.is_none(),
    })
}

/// The lines of a block.
struct Lines {
    /// Start and end of each line that is kept, without its line end.
    kept: Vec<(usize, usize)>,
    /// The indentation of the first line of code.
    code: Option<u32>,
    comments: bool,
    /// Behind the last line.
    end: usize,
    /// Where the next statement's line begins.
    next: usize,
}

impl Lines {
    fn collect(text: &str, from: usize, width: u32) -> Self {
        let mut lines = Self {
            kept: Vec::new(),
            code: None,
            comments: false,
            end: from,
            next: from,
        };
        let mut at = from;
        // Blank and comment lines belong to the block only when something of it follows.
        let mut pending = 0;
        while at < text.len() {
            let rest = text.get(at..).unwrap_or_default();
            let length = memchr::memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len());
            let line = rest.get(..length).unwrap_or_default();
            let (indent, _) = indentation(line);
            let code = line.trim_start();
            let blank = code.trim_end().is_empty();
            let comment = code.starts_with('#');
            if !blank && !comment && indent <= width {
                break;
            }
            let deep = indent > width;
            if blank || deep {
                lines.kept.push((at, at + length));
            }
            if !blank && deep {
                pending = 0;
                lines.comments |= comment;
                lines.end = at + length;
                lines.next = (at + length + 1).min(text.len());
                if !comment && lines.code.is_none() {
                    lines.code = Some(indent);
                }
            } else if blank {
                pending += 1;
            }
            at += length + 1;
        }
        lines.kept.truncate(lines.kept.len() - pending);
        lines
    }

    fn join(&self, text: &str) -> String {
        let width = self.code.unwrap_or(0);
        let mut out = String::with_capacity(self.kept.iter().map(|(a, b)| b - a + 1).sum());
        for (index, &(start, end)) in self.kept.iter().enumerate() {
            if index > 0 {
                out.push('\n');
            }
            out.push_str(cut(text.get(start..end).unwrap_or_default(), width));
        }
        out
    }
}

/// The width of the white space at the beginning of a line (a tab counts 4), and its bytes.
fn indentation(line: &str) -> (u32, usize) {
    let mut width = 0;
    let mut bytes = 0;
    for byte in line.bytes() {
        match byte {
            b' ' => width += 1,
            b'\t' => width += 4,
            _ => break,
        }
        bytes += 1;
    }
    (width, bytes)
}

/// A line without the first `width` columns of its white space.
fn cut(line: &str, width: u32) -> &str {
    let mut taken = 0;
    let mut bytes = 0;
    for byte in line.bytes() {
        if taken >= width {
            break;
        }
        match byte {
            b' ' => taken += 1,
            b'\t' => taken += 4,
            _ => break,
        }
        bytes += 1;
    }
    line.get(bytes..).unwrap_or_default()
}
