//! Characters to tokens, one at a time.

use memchr::{memchr, memchr2, memmem};

use super::indentation::width_of;
use super::token::{Kind, Token};
use crate::source::Span;

/// Which rules hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// A task file.
    File,
    /// The inside of a placeholder: single quotes delimit texts too, there are no escapes and no
    /// comments, and a quote without partner is an unknown character, not an error.
    Placeholder,
}

#[cfg(test)]
thread_local! {
    /// How many bytes the lexers of this thread have passed, so that tests count what reading costs
    /// and need no clock.
    pub(crate) static PASSED: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// What a byte can begin.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Letter,
    Digit,
    Dash,
    Dot,
    Other,
}

const CLASSES: [Class; 256] = classes();

const fn classes() -> [Class; 256] {
    let mut table = [Class::Other; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = match byte as u8 {
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => Class::Letter,
            b'0'..=b'9' => Class::Digit,
            b'-' => Class::Dash,
            b'.' => Class::Dot,
            _ => Class::Other,
        };
        byte += 1;
    }
    table
}

fn class(byte: u8) -> Class {
    CLASSES[byte as usize]
}

/// A position in a text from which tokens are taken. Cloning it is cheap.
#[derive(Debug, Clone)]
pub struct Lexer<'s> {
    text: &'s str,
    mode: Mode,
    position: usize,
    /// Whether no token of the current line was taken yet.
    line_start: bool,
    /// From where on a single and a double quote are known to have no partner, so that a text of
    /// quotes is not searched again for each of them.
    lonely: [usize; 2],
}

impl<'s> Lexer<'s> {
    /// A lexer at the start of `text`; a byte order mark at the start of a file is skipped.
    pub fn new(text: &'s str, mode: Mode) -> Self {
        let mark = if mode == Mode::File && text.starts_with('\u{feff}') {
            '\u{feff}'.len_utf8()
        } else {
            0
        };
        Self {
            text,
            mode,
            position: mark,
            line_start: true,
            lonely: [usize::MAX; 2],
        }
    }

    /// The whole text.
    pub fn text(&self) -> &'s str {
        self.text
    }

    /// The byte offset from which the next token is searched.
    pub fn position(&self) -> usize {
        self.position
    }

    /// Goes on at `position`, which is moved back to the start of a character. `line_start` says
    /// whether the next token counts as the first of its line.
    pub fn seek(&mut self, position: usize, line_start: bool) {
        self.position = self.text.floor_char_boundary(position.min(self.text.len()));
        self.line_start = line_start;
    }

    /// The next token; [`Kind::End`] again and again once the text is used up.
    pub fn next_token(&mut self) -> Token {
        #[cfg(test)]
        let before = self.position;
        let (line_start, indent) = self.skip_blank();
        let start = self.position;
        let (kind, end, escaped) = self.scan(start);
        self.position = end;
        #[cfg(test)]
        PASSED.set(PASSED.get() + end - before + 1);
        Token {
            kind,
            line_start,
            escaped,
            indent,
            span: Span::new(start as u32, end as u32),
        }
    }

    /// Skips white space and comments; whether a line begins at what follows, and its width.
    ///
    /// A line that begins with a comment counts with the white space before the comment.
    fn skip_blank(&mut self) -> (bool, u32) {
        let bytes = self.text.as_bytes();
        let mut line_start = std::mem::replace(&mut self.line_start, false);
        let mut leading = line_start;
        let mut width = 0_u32;
        while let Some(&byte) = bytes.get(self.position) {
            match byte {
                b' ' | b'\t' => {
                    if leading {
                        width = width.saturating_add(width_of(byte));
                    }
                    self.position += 1;
                }
                b'\n' => {
                    (line_start, leading, width) = (true, true, 0);
                    self.position += 1;
                }
                b'\r' => self.position += 1,
                b'#' if self.mode == Mode::File => {
                    self.position = self.find(b'\n', self.position);
                }
                b'/' if self.mode == Mode::File && bytes.get(self.position + 1) == Some(&b'*') => {
                    leading = false;
                    let inside = bytes.get(self.position + 2..).unwrap_or_default();
                    self.position = memmem::find(inside, b"*/")
                        .map_or(bytes.len(), |at| self.position + 2 + at + 2);
                }
                _ => break,
            }
        }
        (line_start, width)
    }

    /// Kind and end of the token at `start`, and whether it holds escapes.
    fn scan(&mut self, start: usize) -> (Kind, usize, bool) {
        let bytes = self.text.as_bytes();
        let Some(&byte) = bytes.get(start) else {
            return (Kind::End, start, false);
        };
        let next = bytes.get(start + 1).copied().unwrap_or(0);
        let one = |kind| (kind, start + 1, false);
        let pair = |kind, single| match next {
            b'=' => (kind, start + 2, false),
            _ => (single, start + 1, false),
        };
        match byte {
            _ if class(byte) == Class::Letter => (Kind::Word, self.word_end(start + 1), false),
            b'"' => self.quoted(start, b'"'),
            b'\'' if self.mode == Mode::Placeholder => self.quoted(start, b'\''),
            b'$' if class(next) == Class::Letter => {
                (Kind::Variable, self.variable_end(start + 2), false)
            }
            b'0'..=b'9' => (Kind::Number, self.number_end(start + 1), false),
            b':' => one(Kind::Colon),
            b',' => one(Kind::Comma),
            b'(' => one(Kind::ParenOpen),
            b')' => one(Kind::ParenClose),
            b'{' => one(Kind::BraceOpen),
            b'}' => one(Kind::BraceClose),
            b'[' => one(Kind::BracketOpen),
            b']' => one(Kind::BracketClose),
            b'@' => one(Kind::At),
            b'+' => one(Kind::Plus),
            b'-' => one(Kind::Minus),
            b'*' => one(Kind::Star),
            b'/' => one(Kind::Slash),
            b'%' => one(Kind::Percent),
            b'=' => pair(Kind::Equal, Kind::Assign),
            b'!' => pair(Kind::NotEqual, Kind::Unknown),
            b'<' => pair(Kind::LessOrEqual, Kind::Less),
            b'>' => pair(Kind::GreaterOrEqual, Kind::Greater),
            _ => (Kind::Unknown, self.character_end(start), false),
        }
    }

    fn word_end(&self, from: usize) -> usize {
        let end = self.run(from, |class| !matches!(class, Class::Dot | Class::Other));
        self.without_dashes(end)
    }

    fn variable_end(&self, from: usize) -> usize {
        let end = self.run(from, |class| class != Class::Other);
        self.without_dashes(end)
    }

    fn number_end(&self, from: usize) -> usize {
        let whole = self.run(from, |class| class == Class::Digit);
        let bytes = self.text.as_bytes();
        let fraction =
            bytes.get(whole) == Some(&b'.') && bytes.get(whole + 1).is_some_and(u8::is_ascii_digit);
        if fraction {
            self.run(whole + 1, |class| class == Class::Digit)
        } else {
            whole
        }
    }

    /// The end of the run of bytes from `from` whose classes belong to the token.
    fn run(&self, from: usize, belongs: impl Fn(Class) -> bool) -> usize {
        let rest = self.text.as_bytes().get(from..).unwrap_or_default();
        let length = rest.iter().position(|&byte| !belongs(class(byte)));
        from + length.unwrap_or(rest.len())
    }

    /// A name does not end in a dash. The dashes that are left are tokens of their own, and each
    /// is looked at once more, not the whole run again: they are no start of a name.
    fn without_dashes(&self, end: usize) -> usize {
        let bytes = self.text.as_bytes();
        let mut end = end;
        while end > 0 && bytes.get(end - 1) == Some(&b'-') {
            end -= 1;
        }
        end
    }

    fn character_end(&self, start: usize) -> usize {
        let character = self.text.get(start..).and_then(|rest| rest.chars().next());
        start + character.map_or(1, char::len_utf8)
    }

    fn find(&self, byte: u8, from: usize) -> usize {
        let bytes = self.text.as_bytes();
        let rest = bytes.get(from..).unwrap_or_default();
        memchr(byte, rest).map_or(bytes.len(), |at| from + at)
    }

    fn quoted(&mut self, start: usize, quote: u8) -> (Kind, usize, bool) {
        match self.mode {
            Mode::File => self.quoted_with_escapes(start),
            Mode::Placeholder => {
                let lonely = &mut self.lonely[usize::from(quote == b'"')];
                if start < *lonely {
                    let rest = self.text.as_bytes().get(start + 1..).unwrap_or_default();
                    if let Some(at) = memchr(quote, rest) {
                        return (Kind::Text, start + at + 2, false);
                    }
                    *lonely = start;
                }
                (Kind::Unknown, start + 1, false)
            }
        }
    }

    fn quoted_with_escapes(&self, start: usize) -> (Kind, usize, bool) {
        let bytes = self.text.as_bytes();
        let mut at = start + 1;
        let mut escaped = false;
        while let Some(found) = memchr2(b'"', b'\\', bytes.get(at..).unwrap_or_default()) {
            at += found;
            if bytes.get(at) == Some(&b'"') {
                return (Kind::Text, at + 1, escaped);
            }
            escaped = true;
            at += 2;
        }
        (Kind::UnclosedText, bytes.len(), escaped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lex(text: &str, mode: Mode) -> Vec<(Kind, &str)> {
        let mut lexer = Lexer::new(text, mode);
        let mut tokens = Vec::new();
        loop {
            let token = lexer.next_token();
            if token.kind == Kind::End {
                return tokens;
            }
            let (start, end) = (token.span.start as usize, token.span.end as usize);
            tokens.push((token.kind, &text[start..end]));
        }
    }

    #[test]
    fn names_end_before_a_dash_and_numbers_before_a_second_point() {
        assert_eq!(
            lex("build-all foo-- $a.b- $ 2.0.1 007 1. x!=y", Mode::File),
            [
                (Kind::Word, "build-all"),
                (Kind::Word, "foo"),
                (Kind::Minus, "-"),
                (Kind::Minus, "-"),
                (Kind::Variable, "$a.b"),
                (Kind::Minus, "-"),
                (Kind::Unknown, "$"),
                (Kind::Number, "2.0"),
                (Kind::Unknown, "."),
                (Kind::Number, "1"),
                (Kind::Number, "007"),
                (Kind::Number, "1"),
                (Kind::Unknown, "."),
                (Kind::Word, "x"),
                (Kind::NotEqual, "!="),
                (Kind::Word, "y"),
            ]
        );
    }

    #[test]
    fn texts_may_hold_escaped_quotes_and_line_ends_and_must_be_closed() {
        assert_eq!(
            lex("\"a\\\"\n#b\" \"é", Mode::File),
            [(Kind::Text, "\"a\\\"\n#b\""), (Kind::UnclosedText, "\"é")]
        );
        assert_eq!(lex("\"\\", Mode::File), [(Kind::UnclosedText, "\"\\")]);
    }

    #[test]
    fn a_line_that_begins_with_a_comment_counts_with_its_own_white_space() {
        let text = "a\n  /* x */ b\n \t# c\n\t/* y\n*/ d /* z\n */ e";
        let mut lexer = Lexer::new(text, Mode::File);
        let tokens: Vec<_> = (0..4).map(|_| lexer.next_token()).collect();
        let shown: Vec<_> = tokens.iter().map(|t| (t.line_start, t.indent)).collect();
        assert_eq!(shown, [(true, 0), (true, 2), (true, 4), (false, 0)]);
        assert_eq!(lexer.next_token().kind, Kind::End);
    }

    #[test]
    fn in_a_placeholder_single_quotes_delimit_and_nothing_is_an_error() {
        assert_eq!(
            lex("a|b 'x \"y' it's # \"", Mode::Placeholder),
            [
                (Kind::Word, "a"),
                (Kind::Unknown, "|"),
                (Kind::Word, "b"),
                (Kind::Text, "'x \"y'"),
                (Kind::Word, "it"),
                (Kind::Unknown, "'"),
                (Kind::Word, "s"),
                (Kind::Unknown, "#"),
                (Kind::Unknown, "\""),
            ]
        );
    }
}
