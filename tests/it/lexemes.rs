//! The lexemes of a text follow each other, and what lies between them is blank.

use drun::syntax::{Kind, Lexer, Mode};

/// Cuts a text into its lexemes.
///
/// # Panics
/// Where a lexeme overlaps with another, or something is lost.
pub(crate) fn cut(text: &str, mode: Mode) {
    let mut lexer = Lexer::new(text, mode);
    let mut end = 0;
    loop {
        let token = lexer.next_token();
        let span = token.span.start as usize..token.span.end as usize;
        assert!(end <= span.start, "{token:?} begins before {end}");
        assert!(text.is_char_boundary(span.start) && text.is_char_boundary(span.end));
        assert!(
            is_blank(&text[end..span.start], mode),
            "lost before {token:?}"
        );
        end = span.end;
        if token.kind == Kind::End {
            break;
        }
        assert!(!span.is_empty(), "{token:?} is empty");
    }
    assert_eq!(end, text.len());
    assert_eq!(lexer.next_token().kind, Kind::End);
}

/// Whether a text is white space and comments; in a file a byte order mark too.
fn is_blank(text: &str, mode: Mode) -> bool {
    let mut rest = text.trim_start_matches('\u{feff}');
    while let Some(first) = rest.chars().next() {
        rest = match first {
            ' ' | '\t' | '\r' | '\n' => &rest[1..],
            '#' if mode == Mode::File => rest.find('\n').map_or("", |at| &rest[at..]),
            '/' if mode == Mode::File && rest.starts_with("/*") => {
                rest[2..].find("*/").map_or("", |at| &rest[2 + at + 2..])
            }
            _ => return false,
        };
    }
    true
}
