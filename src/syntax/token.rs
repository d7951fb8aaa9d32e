//! What a token is.

use crate::source::Span;

/// The kind of a token. Keywords are words: only the grammar knows where a word means something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A letter or `_`, then letters, digits, `_`, `-`; it does not end in `-`.
    Word,
    /// `$name`, dots and inner dashes included.
    Variable,
    /// Digits, optionally a point and digits.
    Number,
    /// A quoted text. In a placeholder single quotes delimit one as well.
    Text,
    /// A quoted text that is not closed before the end of the file.
    UnclosedText,
    /// A character that belongs to no other token.
    Unknown,
    /// `:`
    Colon,
    /// `,`
    Comma,
    /// `(`
    ParenOpen,
    /// `)`
    ParenClose,
    /// `{`
    BraceOpen,
    /// `}`
    BraceClose,
    /// `[`
    BracketOpen,
    /// `]`
    BracketClose,
    /// `@`
    At,
    /// `+`
    Plus,
    /// `-`
    Minus,
    /// `*`
    Star,
    /// `/`
    Slash,
    /// `%`
    Percent,
    /// `=`
    Assign,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// The next line is indented deeper than the open block. Made by the cursor, not by the lexer.
    Indent,
    /// The next line is indented less than the open block. Made by the cursor, not by the lexer.
    Dedent,
    /// The end of the text.
    End,
}

impl Kind {
    /// The name that debug output shows.
    pub fn name(self) -> &'static str {
        match self {
            Self::Word => "WORD",
            Self::Variable => "VARIABLE",
            Self::Number => "NUMBER",
            Self::Text => "STRING",
            Self::UnclosedText => "UNCLOSED_STRING",
            Self::Unknown => "UNKNOWN",
            Self::Indent => "INDENT",
            Self::Dedent => "DEDENT",
            Self::End => "END",
            _ => "PUNCTUATION",
        }
    }
}

/// A token: 16 bytes, no text of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// Whether it is the first token of its line.
    pub line_start: bool,
    /// Whether a quoted text holds a backslash, so that its value differs from what is written.
    pub escaped: bool,
    /// The width of the white space before the first token of a line: a tab counts 4.
    pub indent: u32,
    /// Where it stands, quotes included.
    pub span: Span,
}
