//! The place in the text at which a production stands, and its verbs.
//!
//! `at` looks, `accept` takes what is optional, `expect` takes what has to be there and blames the
//! author of the file otherwise.

mod begin;
mod blame;
mod blocks;
mod escape;
#[cfg(test)]
mod tests;
mod weight;

use std::sync::Arc;

use self::escape::unescape;
use super::nesting::{Inside, LIMIT, Nest, Nesting, Work};
use super::progress::Progress;
use crate::source::{Diagnostic, SourceFile, Span, Text};
use crate::syntax::{Indentation, Kind, Lexer, Token};

/// A production that did not fit. What is wrong stands in the list of the [`Cursor`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failed;

/// How many tokens can be looked at in advance, the current one included.
const AHEAD: usize = 4;

/// A token stream with a current token, indentation, nesting and messages.
///
/// The kind that a production sees ([`Cursor::kind`]) is that of the current token, except where
/// the indentation of its line says that a block begins ([`Kind::Indent`]) or ends
/// ([`Kind::Dedent`]): these are not tokens, only answers. `open_block` and
/// `close_block` take them.
#[derive(Debug)]
pub struct Cursor<'s> {
    lexer: Lexer<'s>,
    /// The text that [`Cursor::share`] takes parts of.
    base: Text,
    file: Option<&'s Arc<SourceFile>>,
    /// The current token and those after it that were looked at.
    ahead: [Token; AHEAD],
    known: usize,
    kind: Kind,
    previous_end: u32,
    indentation: Indentation,
    /// Open `[`: inside them lines and indentation mean nothing.
    brackets: u32,
    nesting: Nesting,
    /// What may still be done for the text around a placeholder; `None` in a file.
    work: Option<&'s Work>,
    errors: Vec<Diagnostic>,
    progress: Option<&'s Progress>,
    next_look: usize,
    stopped: bool,
    /// Whether the current token begins an item of a block: if it does not fit, the mistake is the
    /// token and not something that is missing before it.
    at_item: bool,
    /// How many tokens were taken: nodes of the tree are made of them, so they are its weight.
    taken: u32,
    /// The weight of what stays in the tree.
    kept: u32,
}

/// A place to return to.
#[derive(Debug, Clone)]
pub struct Checkpoint<'s> {
    lexer: Lexer<'s>,
    ahead: [Token; AHEAD],
    known: usize,
    kind: Kind,
    previous_end: u32,
    brackets: u32,
    nesting: Nesting,
    errors: usize,
}

impl<'s> Cursor<'s> {
    // Looking.

    /// The kind of the current token, or `Indent`/`Dedent` where its line changes the block.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The current token as the lexer made it, whatever its indentation.
    pub fn token(&self) -> Token {
        self.ahead[0]
    }

    /// The token `distance` places further on (0 is the current one), at most 3.
    pub fn nth(&mut self, distance: usize) -> Token {
        let distance = distance.min(AHEAD - 1);
        while self.known <= distance {
            self.ahead[self.known] = self.lexer.next_token();
            self.known += 1;
        }
        self.ahead[distance]
    }

    /// Whether the current token is of that kind.
    pub fn at(&self, kind: Kind) -> bool {
        self.kind == kind
    }

    /// Whether the current token is that word.
    pub fn at_word(&self, word: &str) -> bool {
        self.kind == Kind::Word && self.slice(self.ahead[0].span) == word
    }

    /// Whether the token `distance` places further on is that word.
    pub fn nth_is_word(&mut self, distance: usize, word: &str) -> bool {
        let token = self.nth(distance);
        token.kind == Kind::Word && self.slice(token.span) == word
    }

    /// The current word; empty when the current token is no word.
    pub fn word(&self) -> &'s str {
        if self.kind == Kind::Word {
            self.slice(self.ahead[0].span)
        } else {
            ""
        }
    }

    /// Whether the current token stands on the line of the token before it.
    pub fn on_same_line(&self) -> bool {
        let token = self.ahead[0];
        token.kind != Kind::End && !token.line_start
    }

    /// The end of the token that was taken last.
    pub fn previous_end(&self) -> u32 {
        self.previous_end
    }

    /// The span from `start` to the end of the token that was taken last.
    pub fn span_from(&self, start: u32) -> Span {
        Span::new(start, self.previous_end.max(start))
    }

    // Text.

    /// The whole text.
    pub fn text(&self) -> &'s str {
        self.lexer.text()
    }

    /// The text of a span.
    pub fn slice(&self, span: Span) -> &'s str {
        self.text()
            .get(span.start as usize..span.end as usize)
            .unwrap_or_default()
    }

    /// The text of a span, shared and not copied.
    pub fn share(&self, span: Span) -> Text {
        self.base.share(self.slice(span))
    }

    /// The value of a [`Kind::Text`] token: without quotes, escapes resolved. Shared where nothing
    /// had to be resolved.
    pub fn value(&self, token: Token) -> Text {
        let inside = Span::new(token.span.start + 1, token.span.end.saturating_sub(1));
        if token.escaped {
            Text::from(unescape(self.slice(inside)))
        } else {
            self.share(inside)
        }
    }

    // Taking.

    /// Takes the current token. Indentation is left to the next look.
    pub fn bump(&mut self) -> Token {
        let token = self.ahead[0];
        self.at_item = false;
        self.previous_end = token.span.end.max(self.previous_end);
        // There are fewer tokens than the 4 GiB that a text may have.
        self.taken += 1;
        self.kept += 1;
        if self.known > 1 {
            self.ahead.copy_within(1..self.known, 0);
            self.known -= 1;
        } else {
            self.ahead[0] = self.lexer.next_token();
        }
        if self.previous_end as usize >= self.next_look {
            self.look();
        }
        self.settle();
        token
    }

    /// Takes the current token if it is of that kind.
    pub fn accept(&mut self, kind: Kind) -> Option<Token> {
        self.at(kind).then(|| self.bump())
    }

    /// Takes the current token if it is that word; whether it was.
    pub fn accept_word(&mut self, word: &str) -> bool {
        let found = self.at_word(word);
        if found {
            self.bump();
        }
        found
    }

    /// Takes a token of that kind; `what` says what should stand here.
    pub fn expect(&mut self, kind: Kind, what: &str) -> Result<Token, Failed> {
        match self.accept(kind) {
            Some(token) => Ok(token),
            None => Err(self.unexpected(what)),
        }
    }

    /// Takes that word.
    pub fn expect_word(&mut self, word: &str) -> Result<(), Failed> {
        if self.accept_word(word) {
            Ok(())
        } else {
            Err(self.unexpected(&format!("`{word}`")))
        }
    }

    /// Where the parser stands now.
    pub fn checkpoint(&self) -> Checkpoint<'s> {
        Checkpoint {
            lexer: self.lexer.clone(),
            ahead: self.ahead,
            known: self.known,
            kind: self.kind,
            previous_end: self.previous_end,
            brackets: self.brackets,
            nesting: self.nesting,
            errors: self.errors.len(),
        }
    }

    /// Returns to `place`, and forgets the messages since. No block may have been opened or closed
    /// since. What is read twice is read by whoever rewinds: each production has to bound that.
    pub fn rewind(&mut self, place: Checkpoint<'s>) {
        self.lexer = place.lexer;
        self.ahead = place.ahead;
        self.known = place.known;
        self.kind = place.kind;
        self.previous_end = place.previous_end;
        self.brackets = place.brackets;
        self.nesting = place.nesting;
        self.errors.truncate(place.errors);
    }

    /// Goes on behind raw text that ends at `position`; what lies between counts as taken.
    pub fn seek(&mut self, position: usize) {
        // Whoever passes over text has taken it apart.
        self.add_weight(position.saturating_sub(self.previous_end as usize));
        self.seek_to(position, false);
    }

    fn seek_to(&mut self, position: usize, line_start: bool) {
        self.at_item = false;
        self.lexer.seek(position, line_start);
        self.previous_end = self.previous_end.max(self.lexer.position() as u32);
        self.ahead[0] = self.lexer.next_token();
        self.known = 1;
        if self.previous_end as usize >= self.next_look {
            self.look();
        }
        self.settle();
    }

    /// Goes on at the line that starts at `position`, without counting what lies between.
    pub(super) fn seek_line(&mut self, position: usize, taken_to: u32) {
        let end = self.previous_end.max(taken_to);
        self.seek_to(position, true);
        self.previous_end = end;
    }

    /// The text that all texts of the tree are parts of.
    pub(super) fn base(&self) -> &Text {
        &self.base
    }

    /// The file, unless the text is that of a placeholder.
    pub(super) fn file(&self) -> Option<&'s Arc<SourceFile>> {
        self.file
    }

    /// One level deeper; the current token opens it.
    pub fn enter(&mut self, nest: Nest) -> Result<(), Failed> {
        if self.nesting.enter(nest) {
            return Ok(());
        }
        let message = format!("{} are nested more than {LIMIT} deep", nest.plural());
        Err(self.fail(self.ahead[0].span, message))
    }

    /// One level less deep.
    pub fn leave(&mut self, nest: Nest) {
        self.nesting.leave(nest);
    }

    /// How many levels are open.
    pub(super) fn depth(&self) -> u32 {
        self.nesting.total().into()
    }

    /// Where the cursor stands in a placeholder; `None` in a file.
    pub(super) fn inside(&self) -> Option<Inside<'s>> {
        self.work
            .map(|work| Inside::new(self.nesting.total(), work))
    }

    /// Takes a text of `bytes` bytes at the cursor apart: in a file it has its own work.
    pub(super) fn take_apart<R>(&self, bytes: usize, parse: impl FnOnce(Inside<'_>) -> R) -> R {
        match self.inside() {
            Some(inside) => parse(inside),
            None => parse(Inside::new(0, &Work::new(bytes))),
        }
    }

    /// What a production sees of the current token.
    fn settle(&mut self) {
        let token = self.ahead[0];
        self.kind = token.kind;
        if self.brackets > 0 {
            return;
        }
        if token.kind == Kind::End {
            if self.indentation.depth() > 0 {
                self.kind = Kind::Dedent;
            }
        } else if token.line_start {
            let open = self.indentation.current();
            if token.indent > open {
                self.kind = Kind::Indent;
            } else if token.indent < open {
                self.kind = Kind::Dedent;
            }
        }
    }

    /// Tells how far the parse is; a wish to stop becomes an early end of the text.
    fn look(&mut self) {
        let Some(progress) = self.progress else {
            return;
        };
        self.next_look = self.previous_end as usize + Progress::STRIDE;
        if !progress.reached(self.previous_end as usize) {
            self.stopped = true;
            self.lexer.seek(self.text().len(), false);
            self.ahead[0] = self.lexer.next_token();
            self.known = 1;
        }
    }

    /// Whether somebody wished that the parse ends.
    pub(super) fn stopped(&self) -> bool {
        self.stopped
    }
}
