//! Remote files: over https, limited in size and time, kept for a minute.

mod cache;
mod download;

use cache::Cache;
use download::{Download, Failure};

use super::location::Address;
use super::{LoadOptions, Notes, Places};

/// The text of a remote file (`github:…`, `https://…`, `drunhub:…`), or a copy not older than a minute.
///
/// # Errors
/// Why it cannot be had.
pub async fn fetch(address: &str) -> Result<String, String> {
    let places = Places::from_environment().map_err(|error| error.to_string())?;
    let options = LoadOptions::new(places);
    let parsed = match Address::parse(address) {
        Some(parsed) => parsed?,
        None => return Err("it is no remote address".to_owned()),
    };
    let remote = Remote::new(&options);
    let bytes = remote
        .bytes(&parsed, address, &mut Notes::default())
        .await?;
    String::from_utf8(bytes).map_err(|_| "it is not valid UTF-8".to_owned())
}

/// Fetches remote files; the client is made when the first one is not in the cache.
pub(super) struct Remote<'o> {
    options: &'o LoadOptions,
    cache: Option<Cache>,
    download: Download<'o>,
}

impl<'o> Remote<'o> {
    pub(super) fn new(options: &'o LoadOptions) -> Self {
        let folder = options.places.user_folder().filter(|_| options.cache);
        Self {
            options,
            cache: folder.map(|folder| Cache::new(&folder)),
            download: Download::new(&options.addresses, options.github_token.as_ref()),
        }
    }

    /// The bytes of the file at `address`, which was written `shown`.
    pub(super) async fn bytes(
        &self,
        address: &Address,
        shown: &str,
        notes: &mut Notes,
    ) -> Result<Vec<u8>, String> {
        self.note(notes, || format!("🌐  Fetching remote include: {shown}"));
        let key = address.key();
        if let Some(bytes) = self.cache.as_ref().and_then(|cache| cache.fresh(&key)) {
            self.note(notes, || format!("  ✓  Cache hit for {shown}"));
            return Ok(bytes);
        }
        let asks = matches!(address, Address::Github(file) if file.reference.is_none());
        if asks {
            self.note(notes, || "  ✓  Detecting default branch...".to_owned());
        }
        let limit = self.options.addresses.timeout;
        let bytes = tokio::time::timeout(limit, self.download.bytes(address))
            .await
            .unwrap_or_else(|_| Err(Failure::unanswered(limit)));
        match bytes {
            Ok(bytes) => {
                self.note(notes, || {
                    format!("  ✓  Downloaded {}", kilobytes(bytes.len()))
                });
                if self
                    .cache
                    .as_ref()
                    .is_some_and(|cache| cache.keep(&key, &bytes))
                {
                    self.note(notes, || "  ✓  Cached with 1m expiration".to_owned());
                }
                Ok(bytes)
            }
            Err(Failure::Refused(reason)) => Err(reason),
            Err(Failure::Unreachable(reason)) => {
                let copy = self.cache.as_ref().and_then(|cache| cache.stale(&key));
                if copy.is_some() {
                    let warning = format!("{shown}: {reason}; using an older copy of it");
                    notes.warnings.push(warning);
                }
                copy.ok_or(reason)
            }
        }
    }

    fn note(&self, notes: &mut Notes, line: impl FnOnce() -> String) {
        if self.options.verbose {
            notes.verbose.push(line());
        }
    }
}

fn kilobytes(bytes: usize) -> String {
    format!("{:.1} KB", bytes as f64 / 1024.0)
}

#[cfg(test)]
mod tests;
