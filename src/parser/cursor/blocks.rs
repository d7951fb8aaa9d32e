//! Blocks and brackets: where they begin and end.

use super::super::nesting::{Nest, Nesting};
use super::{Cursor, Failed};
use crate::syntax::{Kind, Token};

impl Cursor<'_> {
    /// The width of the block that is open.
    pub fn block_width(&self) -> u32 {
        self.indentation.current()
    }

    /// Opens the block that begins with the current line; [`Kind::Indent`] has to be current.
    pub(in crate::parser) fn open_block(&mut self) -> Result<(), Failed> {
        self.enter(Nest::Block)?;
        self.indentation.open(self.ahead[0].indent);
        self.settle();
        Ok(())
    }

    /// Closes the block; [`Kind::Dedent`] has to be current.
    pub(in crate::parser) fn close_block(&mut self) -> Result<(), Failed> {
        self.nesting.leave(Nest::Block);
        self.indentation.close();
        self.settle();
        if self.at(Kind::Indent) && self.ahead[0].kind != Kind::End {
            let span = self.ahead[0].span;
            return Err(self.fail_with_help(
                span,
                "the indentation of this line fits no block around it",
                "give the line the same white space as the lines of the block it belongs to",
            ));
        }
        Ok(())
    }

    /// Takes the line that begins here as one that goes on with the statement above, if it is indented deeper than
    /// the open block: how deep does not matter. Whether it does.
    pub(in crate::parser) fn continues_line(&mut self) -> bool {
        let goes_on = self.at(Kind::Indent);
        if goes_on {
            self.kind = self.ahead[0].kind;
            self.at_item = true;
        }
        goes_on
    }

    /// Says that an item of a block begins here.
    pub(in crate::parser) fn begin_item(&mut self) {
        self.at_item = true;
    }

    /// Passes over the item that begins here: to the next line that is not indented deeper than the open block.
    pub(in crate::parser) fn skip_item(&mut self) {
        let width = self.block_width();
        loop {
            self.bump();
            let next = self.ahead[0];
            if next.kind == Kind::End || next.line_start && next.indent <= width {
                return;
            }
        }
    }

    /// Closes everything that is open: the next declaration begins.
    pub(in crate::parser) fn reset_nesting(&mut self) {
        self.indentation.reset();
        self.nesting = Nesting::default();
        self.brackets = 0;
        self.settle();
    }

    /// Takes a `[`, behind which lines and indentation mean nothing.
    pub fn open_bracket(&mut self) -> Result<Token, Failed> {
        if !self.at(Kind::BracketOpen) {
            return Err(self.unexpected("`[`"));
        }
        self.enter(Nest::Bracket)?;
        self.brackets += 1;
        Ok(self.bump())
    }

    /// Takes the `]` that belongs to the last [`Cursor::open_bracket`].
    pub fn close_bracket(&mut self) -> Result<Token, Failed> {
        if self.kind != Kind::BracketClose {
            return Err(self.unexpected("`,` or `]`"));
        }
        self.nesting.leave(Nest::Bracket);
        self.brackets = self.brackets.saturating_sub(1);
        Ok(self.bump())
    }
}
