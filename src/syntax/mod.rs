//! Characters to tokens: what a token is, the lexer, and the widths of open blocks.
//!
//! Tokens are made on demand and never collected: a file of a gigabyte needs no token list.
//!
//! *Invariant:* pure, linear in the text, and no panic on any text.

pub mod indentation;
pub mod lexer;
pub mod token;

pub use indentation::Indentation;
pub use lexer::{Lexer, Mode};
pub use token::{Kind, Token};
