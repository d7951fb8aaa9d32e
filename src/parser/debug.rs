//! The tokens of a file, for people who look for a mistake in it.

use crate::source::Span;
use crate::syntax::{Indentation, Kind, Lexer, Mode, Token};

/// The tokens of a file up to its end, with the beginnings and ends of blocks where the parser sees
/// them.
///
/// Shell blocks are shown as tokens as well, although the parser takes them as raw text.
#[derive(Debug)]
pub struct Tokens<'s> {
    lexer: Lexer<'s>,
    indentation: Indentation,
    brackets: u32,
    /// The token that comes when its line has opened and closed its blocks.
    next: Token,
}

impl<'s> Tokens<'s> {
    /// At the start of a file.
    pub fn new(text: &'s str) -> Self {
        let mut lexer = Lexer::new(text, Mode::File);
        Self {
            next: lexer.next_token(),
            lexer,
            indentation: Indentation::default(),
            brackets: 0,
        }
    }

    /// A block that begins or ends before the next token.
    fn block(&mut self) -> Option<Kind> {
        let width = match self.next.kind {
            _ if self.brackets > 0 => return None,
            Kind::End => 0,
            _ if self.next.line_start => self.next.indent,
            _ => return None,
        };
        if width < self.indentation.current() {
            self.indentation.close();
            return Some(Kind::Dedent);
        }
        if width > self.indentation.current() {
            self.indentation.open(width);
            return Some(Kind::Indent);
        }
        None
    }
}

impl Iterator for Tokens<'_> {
    type Item = (Kind, Span);

    fn next(&mut self) -> Option<Self::Item> {
        let Token { kind, span, .. } = self.next;
        if let Some(block) = self.block() {
            return Some((block, Span::new(span.start, span.start)));
        }
        match kind {
            Kind::End => return None,
            Kind::BracketOpen => self.brackets += 1,
            Kind::BracketClose => self.brackets = self.brackets.saturating_sub(1),
            _ => {}
        }
        self.next = self.lexer.next_token();
        Some((kind, span))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_shown_where_the_parser_sees_them() {
        let text = "a:\n  b [\n\nc]\n    d\n e\n";
        let shown: Vec<&str> = Tokens::new(text)
            .map(|(kind, span)| match kind {
                Kind::Indent => "<",
                Kind::Dedent => ">",
                _ => &text[span.start as usize..span.end as usize],
            })
            .collect();
        assert_eq!(shown.concat(), "a:<b[c]<d>><e>");
    }
}
