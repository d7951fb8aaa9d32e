//! `shell config:` of the project.

use super::block::{Blame, goes_on, open};
use super::cursor::{Cursor, Failed};
use super::growth::few;
use super::text;
use crate::ast::{ShellConfig, ShellPlatform};
use crate::source::Span;
use crate::syntax::Kind;

/// `shell config:` with an entry a platform.
pub(super) fn shell_config(cursor: &mut Cursor<'_>) -> Result<ShellConfig, Failed> {
    let start = cursor.bump().span.start;
    cursor.expect_word("config")?;
    let span = cursor.span_from(start);
    open(cursor, start, "the shell config", Blame::Header)?;
    let mut platforms = Vec::new();
    while goes_on(cursor)? {
        platforms.push(platform(cursor)?);
    }
    Ok(ShellConfig { span, platforms })
}

fn platform(cursor: &mut Cursor<'_>) -> Result<ShellPlatform, Failed> {
    let span = cursor.token().span;
    let name = text::word(cursor, "the name of a platform")?;
    let mut platform = ShellPlatform {
        span,
        name,
        executable: None,
        args: Vec::new(),
        environment: Vec::new(),
    };
    open(cursor, span.start, "the platform", Blame::Header)?;
    while goes_on(cursor)? {
        item(cursor, &mut platform)?;
    }
    Ok(platform)
}

fn item(cursor: &mut Cursor<'_>, platform: &mut ShellPlatform) -> Result<(), Failed> {
    let Span { start, .. } = cursor.token().span;
    match cursor.word() {
        "executable" => {
            cursor.bump();
            cursor.expect(Kind::Colon, "`:`")?;
            platform.executable = Some(text::plain(cursor, "the shell as a text")?);
        }
        "args" => {
            cursor.bump();
            open(cursor, start, "the list of arguments", Blame::Header)?;
            while goes_on(cursor)? {
                cursor.expect(Kind::Minus, "`-` and an argument")?;
                few(
                    cursor,
                    platform.args.len(),
                    "arguments of a shell",
                    "a few are enough",
                )?;
                platform
                    .args
                    .push(text::plain(cursor, "an argument as a text")?);
            }
        }
        "environment" => {
            cursor.bump();
            open(cursor, start, "the environment", Blame::Header)?;
            while goes_on(cursor)? {
                let name = text::word(cursor, "the name of a variable")?;
                cursor.expect(Kind::Colon, "`:`")?;
                let value = text::plain(cursor, "the value as a text")?;
                let count = platform.environment.len();
                few(
                    cursor,
                    count,
                    "variables of a shell",
                    "set the others where drun is started",
                )?;
                platform.environment.push((name, value));
            }
        }
        _ => return Err(cursor.unexpected("`executable`, `args` or `environment`")),
    }
    Ok(())
}
