//! The tokens of a file, for people who look for a mistake in it.

use crate::source::{Location, SourceFile, Span};
use crate::syntax::{Indentation, Kind, Lexer, Mode, Token};

/// Calls `visit` for each token with its kind, its text and its place, the end of the file included.
///
/// Shell blocks are shown as tokens as well, although the parser takes them as raw text.
pub fn debug_tokens(source: &SourceFile, mut visit: impl FnMut(&'static str, &str, Location)) {
    let mut lexer = Lexer::new(source.text(), Mode::File);
    let mut indentation = Indentation::default();
    let mut brackets = 0_u32;
    loop {
        let token = lexer.next_token();
        let mut show = |kind: Kind, span: Span| {
            visit(kind.name(), source.slice(span), source.location(span.start));
        };
        if brackets == 0 {
            show_blocks(&mut indentation, token, &mut show);
        }
        match token.kind {
            Kind::BracketOpen => brackets += 1,
            Kind::BracketClose => brackets = brackets.saturating_sub(1),
            _ => {}
        }
        show(token.kind, token.span);
        if token.kind == Kind::End {
            return;
        }
    }
}

fn show_blocks(indentation: &mut Indentation, token: Token, show: &mut impl FnMut(Kind, Span)) {
    let at = Span::new(token.span.start, token.span.start);
    let width = match token.kind {
        Kind::End => 0,
        _ if token.line_start => token.indent,
        _ => return,
    };
    while width < indentation.current() {
        indentation.close();
        show(Kind::Dedent, at);
    }
    if width > indentation.current() {
        indentation.open(width);
        show(Kind::Indent, at);
    }
}
