//! Text with placeholders to its parts. (Temporary: only the text.)

use crate::ast::Template;
use crate::source::{Span, Text};

/// Takes a text apart.
pub fn template(text: &Text, span: Span) -> Template {
    Template::plain(span, text.clone())
}
