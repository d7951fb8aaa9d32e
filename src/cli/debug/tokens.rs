//! `--debug-tokens`.

use std::sync::Arc;

use crate::cli::context::Context;
use crate::source::SourceFile;
use crate::syntax::{Kind, Lexer, Mode};

/// Prints every token: number, place, kind, text.
pub(super) async fn print(context: &Context<'_>, source: &Arc<SourceFile>) {
    context.say("Tokens:");
    let mut lexer = Lexer::new(source.text(), Mode::File);
    for number in 1_u64.. {
        let token = lexer.next_token();
        if token.kind == Kind::End {
            break;
        }
        let at = source.location(token.span.start);
        let place = format!("{}:{}", at.line, at.column);
        let (kind, text) = (token.kind.name(), source.slice(token.span));
        context.say(format!("  {number:>5}  {place:<9} {kind:<16} {text:?}"));
        context.breathe().await;
    }
}
