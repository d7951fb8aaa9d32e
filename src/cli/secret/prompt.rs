//! Asking for the value of a secret.

use std::io;

use rustix::stdio::stdin;
use rustix::termios::{LocalModes, OptionalActions, Termios, isatty, tcgetattr, tcsetattr};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};

use crate::cli::context::{Context, error};
use crate::resolve::ResolveError;
use crate::value::os_reason;

/// The longest value that is read, in bytes.
const LONGEST: u64 = 1 << 20;

/// Asks for a value: a word, or with `masked` a line that is not shown while it is typed.
pub(super) async fn value(
    context: &Context<'_>,
    key: &str,
    masked: bool,
) -> Result<String, ResolveError> {
    // Before it is asked for: fast fingers answer at once.
    let _quiet = match masked {
        true => Quiet::begin(),
        false => None,
    };
    let prompt = format!("Enter value for '{key}': ");
    context.report.bytes(prompt.as_bytes());
    // An output that nobody takes is told at the end.
    let _ = context.report.flush().await;
    let line = line().await.or_else(|reason| {
        let reason = os_reason(&reason);
        error(format!("cannot read the value of '{key}': {reason}"))
    })?;
    let value = if masked { line.as_str() } else { line.trim() };
    if value.is_empty() {
        return error(format!("no value was given for '{key}'"));
    }
    if !masked && value.contains(char::is_whitespace) {
        return error(format!(
            "the value of '{key}' is more than a word: give it with --value, or use --masked"
        ));
    }
    Ok(value.to_owned())
}

/// A line of standard input without its end.
async fn line() -> io::Result<String> {
    let mut input = BufReader::new(tokio::io::stdin().take(LONGEST + 1));
    let mut bytes = Vec::new();
    if input.read_until(b'\n', &mut bytes).await? == 0 {
        return Err(io::Error::other("standard input has ended"));
    }
    if bytes.len() as u64 > LONGEST {
        return Err(io::Error::other("it is longer than 1 MB"));
    }
    if bytes.ends_with(b"\n") {
        bytes.pop();
    }
    if bytes.ends_with(b"\r") {
        bytes.pop();
    }
    String::from_utf8(bytes).map_err(|_| io::Error::other("it is no UTF-8 text"))
}

/// A terminal that does not show what is typed, until this is dropped: at the end of the line, or
/// when a signal ends the command.
struct Quiet(Termios);

impl Quiet {
    /// `None` when standard input is no terminal, which shows nothing anyway.
    fn begin() -> Option<Self> {
        if !isatty(stdin()) {
            return None;
        }
        let before = tcgetattr(stdin()).ok()?;
        let mut modes = before.clone();
        modes.local_modes.remove(LocalModes::ECHO);
        // The end of the line is shown.
        modes.local_modes.insert(LocalModes::ECHONL);
        tcsetattr(stdin(), OptionalActions::Now, &modes).ok()?;
        Some(Self(before))
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        // A terminal that is gone needs no modes.
        let _ = tcsetattr(stdin(), OptionalActions::Now, &self.0);
    }
}
