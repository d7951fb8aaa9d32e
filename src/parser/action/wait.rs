//! `wait`.

use super::super::cursor::{Cursor, Failed};
use super::super::placeholder::placeholder;
use crate::ast::action::{TimeUnit, Wait, WaitAmount};
use crate::ast::{Meaning, PipelineSource};
use crate::syntax::Kind;

pub(in crate::parser) fn wait(cursor: &mut Cursor<'_>) -> Result<Wait, Failed> {
    let start = cursor.bump().span.start;
    let token = cursor.token();
    let amount = match cursor.kind() {
        Kind::Number => {
            cursor.bump();
            WaitAmount::Number(cursor.share(token.span))
        }
        Kind::BraceOpen => {
            let found = placeholder(cursor)?;
            let name = matches!(
                &found.meaning,
                Meaning::Pipeline(pipeline)
                    if pipeline.operations.is_empty()
                        && matches!(pipeline.source, PipelineSource::Name(_))
            );
            if !name {
                let message = "the braces of `wait` hold a name and nothing else";
                return Err(cursor.fail(token.span, message));
            }
            WaitAmount::Placeholder(Box::new(found))
        }
        _ => {
            let help = "write `wait 2 seconds` or `wait {$time} seconds`";
            return Err(cursor.unexpected_with_help("a number or {$variable}", Some(help)));
        }
    };
    let unit = match cursor.word() {
        "second" | "seconds" => TimeUnit::Second,
        "minute" | "minutes" => TimeUnit::Minute,
        "hour" | "hours" => TimeUnit::Hour,
        _ => return Err(cursor.unexpected("`seconds`, `minutes` or `hours`")),
    };
    cursor.bump();
    Ok(Wait {
        span: cursor.span_from(start),
        amount,
        unit,
    })
}
