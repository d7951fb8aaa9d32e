//! `--debug-tokens`.

use std::sync::Arc;

use crate::cli::context::Context;
use crate::parser::Tokens;
use crate::source::SourceFile;

/// Prints every token: number, place, kind, text.
pub(super) async fn print(context: &Context<'_>, source: &Arc<SourceFile>) {
    context.say("Tokens:");
    for (number, (kind, span)) in (1_u64..).zip(Tokens::new(source.text())) {
        let at = source.location(span.start);
        let place = format!("{}:{}", at.line, at.column);
        let (kind, text) = (kind.name(), source.slice(span));
        context.say(format!("  {number:>5}  {place:<9} {kind:<16} {text:?}"));
        context.breathe().await;
    }
}
