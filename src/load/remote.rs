//! Remote files: over https, limited in size and time, kept for a minute.

mod cache;
mod download;
mod failure;

pub use failure::NotFetched;

use cache::Cache;
use download::{Download, Sources};
use failure::Failure;

use super::location::Address;
use super::{LoadOptions, Notes};

/// Whether a path names a file elsewhere, be it one that is refused.
pub fn is_remote(path: &str) -> bool {
    Address::parse(path).is_some()
}

/// The text of a remote file (`github:…`, `https://…`, `drunhub:…`), without a cache.
///
/// # Errors
/// Why it cannot be had.
pub async fn fetch(address: &str) -> Result<String, NotFetched> {
    let written = "write https://…, github:owner/repository/path@ref or drunhub:path";
    let parsed = match Address::parse(address) {
        Some(parsed) => parsed.map_err(|reason| NotFetched::new(reason, written))?,
        None => return Err(NotFetched::new("it is no remote address", written)),
    };
    let remote = Remote::new(&LoadOptions {
        no_cache: true,
        ..LoadOptions::default()
    });
    let bytes = remote
        .bytes(&parsed, address, &mut Notes::default())
        .await?;
    String::from_utf8(bytes)
        .map_err(|_| NotFetched::new("it is not valid UTF-8", "save the file as UTF-8"))
}

/// Fetches remote files; the client is made when the first one is not in the cache.
pub(super) struct Remote {
    cache: Option<Cache>,
    download: Download,
}

impl Remote {
    pub(super) fn new(options: &LoadOptions) -> Self {
        let home = options.home.as_ref().filter(|_| !options.no_cache);
        Self {
            cache: home.map(|home| Cache::new(&options.start_dir.join(home).join(".drun"))),
            download: Download::new(Sources::default()),
        }
    }

    /// The bytes of the file at `address`, which was written `shown`.
    pub(super) async fn bytes(
        &self,
        address: &Address,
        shown: &str,
        notes: &mut Notes,
    ) -> Result<Vec<u8>, NotFetched> {
        let lines = &mut notes.lines;
        lines.push(format!("🌐  Fetching remote include: {shown}"));
        let key = address.key();
        if let Some(bytes) = self.cache.as_ref().and_then(|cache| cache.fresh(&key)) {
            lines.push(format!("  ✓  Cache hit for {shown}"));
            return Ok(bytes);
        }
        if matches!(address, Address::Github(file) if file.reference.is_none()) {
            lines.push("  ✓  Detecting default branch...".to_owned());
        }
        let limit = self.download.sources.timeout;
        let bytes = tokio::time::timeout(limit, self.download.bytes(address))
            .await
            .unwrap_or_else(|_| Err(Failure::unanswered(limit)));
        match bytes {
            Ok(bytes) => {
                let size = bytes.len() as f64 / 1024.0;
                lines.push(format!("  ✓  Downloaded {size:.1} KB"));
                if self
                    .cache
                    .as_ref()
                    .is_some_and(|cache| cache.keep(&key, &bytes))
                {
                    lines.push("  ✓  Cached with 1m expiration".to_owned());
                }
                Ok(bytes)
            }
            Err(Failure::Refused(reason)) => Err(reason),
            Err(Failure::Unreachable(reason)) => {
                let copy = self.cache.as_ref().and_then(|cache| cache.stale(&key));
                if copy.is_some() {
                    let warning = format!("{shown}: {}; using an older copy of it", reason.reason);
                    notes.warnings.push(warning);
                }
                copy.ok_or(reason)
            }
        }
    }
}

#[cfg(test)]
mod tests;
