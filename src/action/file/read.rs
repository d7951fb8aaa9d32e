//! Reading, in pieces, so that whoever looks sees how far it is, and a drop ends it.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::io::AsyncReadExt as _;

use super::{Outcome, not_empty};
use crate::source::Text;
use crate::value::ExpandedPath;

/// The size of a piece, in bytes, where nothing is kept of it.
const PIECE: usize = 64 * 1024;

/// Who looks at the reading.
#[derive(Debug, Clone)]
pub struct Reader {
    /// The bytes that are held of it.
    pub held: Arc<AtomicU64>,
    /// Whether so many bytes at once are more than there is room for.
    pub too_large: fn(usize) -> bool,
}

/// `read file`, with or without a variable for the content.
pub(super) async fn read(
    target: &ExpandedPath,
    variable: Option<Text>,
    reader: &Reader,
) -> io::Result<Outcome> {
    not_empty(target)?;
    let shown = &target.shown;
    let mut outcome = Outcome::default();
    let bytes = match variable {
        None => length(&target.absolute).await?,
        Some(variable) => {
            let (text, bytes) = read_text(&target.absolute, reader).await?;
            let name = variable.strip_prefix('$').unwrap_or(&variable);
            outcome.lines.push(format!(
                "📦  Captured file content in variable '{name}' ({bytes} bytes)"
            ));
            outcome.captured = Some((variable, text));
            bytes
        }
    };
    let last = format!("✅  Read {bytes} bytes from file '{shown}'");
    outcome.lines.push(last);
    Ok(outcome)
}

/// The whole of a file as text, and how many bytes it has; those that are no UTF-8 are replaced.
///
/// # Errors
/// Those of the system.
pub async fn read_text(path: &Path, reader: &Reader) -> io::Result<(Text, usize)> {
    let bytes = read_bytes(path, reader).await?;
    let length = bytes.len();
    let text = match String::from_utf8(bytes) {
        Ok(text) => text.into(),
        Err(error) => String::from_utf8_lossy(error.as_bytes())
            .into_owned()
            .into(),
    };
    Ok((text, length))
}

/// The whole of a file.
///
/// # Errors
/// Those of the system.
pub async fn read_bytes(path: &Path, reader: &Reader) -> io::Result<Vec<u8>> {
    let mut file = tokio::fs::File::open(path).await?;
    let mut bytes = Vec::new();
    // All at once where there is room: a buffer that doubles may end up half empty. With one byte
    // more the end of the file is found without another one.
    let size = file.metadata().await?.len().saturating_add(1);
    if let Ok(size) = usize::try_from(size)
        && !(reader.too_large)(size)
    {
        bytes.try_reserve_exact(size).map_err(io::Error::other)?;
    }
    while file.read_buf(&mut bytes).await? > 0 {
        reader.held.store(bytes.len() as u64, Ordering::Relaxed);
    }
    Ok(bytes)
}

/// How many bytes come out of a file: more than its size says, where it is no regular one.
async fn length(path: &Path) -> io::Result<usize> {
    let mut file = tokio::fs::File::open(path).await?;
    let mut piece = vec![0; PIECE];
    let mut all = 0;
    loop {
        match file.read(&mut piece).await? {
            0 => return Ok(all),
            some => all += some,
        }
    }
}
