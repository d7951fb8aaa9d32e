//! Making a text of the text of a file.

use std::io;
use std::path::Path;
use std::sync::atomic::Ordering;

use tokio::sync::{Mutex, MutexGuard};

use super::read::read_bytes;
use super::{Outcome, Reader, blocking};
use crate::value::os_reason;

/// Whoever changes what a file holds waits for the others: two branches may change the same one. A pipe
/// would keep them all waiting.
///
/// # Errors
/// A file that is not there, or is no regular one.
pub(in crate::action) async fn in_turn(path: &Path) -> io::Result<MutexGuard<'static, ()>> {
    static TURN: Mutex<()> = Mutex::const_new(());
    match tokio::fs::metadata(path).await?.is_file() {
        true => Ok(TURN.lock().await),
        false => Err(io::Error::other("it is no regular file")),
    }
}

/// Does `work` with the text of a file, beside the run; in turn with others, if it `changes` the file.
///
/// # Errors
/// A file that cannot be read or is no text, and those of the work.
pub(in crate::action) async fn edit(
    path: &Path,
    changes: bool,
    reader: &Reader,
    work: impl FnOnce(&str) -> Result<Outcome, String> + Send + 'static,
) -> Result<Outcome, String> {
    let reason = |error: io::Error| os_reason(&error);
    let _turn = match changes {
        true => Some(in_turn(path).await.map_err(reason)?),
        false => None,
    };
    let content = read_bytes(path, reader).await.map_err(reason)?;
    // What is made of the text is held beside it.
    reader
        .held
        .store(content.len() as u64 * 2, Ordering::Relaxed);
    let text = String::from_utf8(content).map_err(|_| "it is no UTF-8 text".to_owned())?;
    blocking(move |_| Ok(work(&text)))
        .await
        .unwrap_or_else(|error| Err(reason(error)))
}
