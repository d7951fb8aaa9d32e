//! `replace in`.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use memchr::memmem;

use super::edit::in_turn;
use super::read::read_bytes;
use super::{Outcome, Reader, Wanted, blocking, not_empty, whole};
use crate::source::Text;
use crate::value::ExpandedPath;

/// Applies pairs to the whole text of a file, one after the other.
pub(super) async fn replace(
    target: ExpandedPath,
    pairs: Vec<(Text, Text)>,
    reader: &Reader,
) -> io::Result<Outcome> {
    not_empty(&target)?;
    let _turn = in_turn(&target.absolute).await?;
    let content = read_bytes(&target.absolute, reader).await?;
    let held = reader.held.clone();
    let shown = target.shown.clone();
    let listed = list(&pairs);
    let found =
        blocking(move |wanted| apply(&target.absolute, content, &pairs, &held, wanted)).await?;
    let mut outcome = Outcome::line(match found {
        true => format!("✅  Updated file '{shown}'"),
        false => format!("✅  No replacements applied to '{shown}'"),
    });
    outcome.lines.extend(listed);
    Ok(outcome)
}

/// The lines that tell the pairs, found or not.
pub fn list(pairs: &[(Text, Text)]) -> Vec<String> {
    pairs
        .iter()
        .map(|(search, replacement)| format!("    - {search} → {replacement}"))
        .collect()
}

/// Writes what comes of it; whether any of the texts was found.
fn apply(
    path: &Path,
    mut content: Vec<u8>,
    pairs: &[(Text, Text)],
    held: &AtomicU64,
    wanted: &Wanted,
) -> io::Result<bool> {
    let mut found = false;
    for (search, replacement) in pairs {
        wanted.check()?;
        let Some(change) = Change::find(&content, search, replacement) else {
            continue;
        };
        // Told before it is taken: it may be more than there is room for.
        held.store(
            (content.len() as u64).saturating_add(change.size),
            Ordering::Relaxed,
        );
        content = change.apply(&content)?;
        held.store(content.len() as u64, Ordering::Relaxed);
        found = true;
    }
    if found {
        wanted.check()?;
        whole::write(path, &content, wanted, || {
            fs::OpenOptions::new().write(true).truncate(true).open(path)
        })?;
    }
    Ok(found)
}

/// The places of a text at which another one is to stand.
struct Change<'c> {
    finder: memmem::Finder<'c>,
    replacement: &'c [u8],
    /// How many bytes come of it.
    size: u64,
}

impl<'c> Change<'c> {
    /// `None` where the text is not found; an empty one never is.
    fn find(content: &[u8], search: &'c str, replacement: &'c str) -> Option<Self> {
        if search.is_empty() {
            return None;
        }
        let finder = memmem::Finder::new(search);
        let count = finder.find_iter(content).count() as u64;
        let kept = content.len() as u64 - count * search.len() as u64;
        (count > 0).then(|| Self {
            size: kept.saturating_add(count.saturating_mul(replacement.len() as u64)),
            finder,
            replacement: replacement.as_bytes(),
        })
    }

    fn apply(&self, content: &[u8]) -> io::Result<Vec<u8>> {
        let size = usize::try_from(self.size).map_err(io::Error::other)?;
        let mut out = Vec::new();
        out.try_reserve_exact(size).map_err(io::Error::other)?;
        let mut rest = 0;
        for at in self.finder.find_iter(content) {
            out.extend_from_slice(content.get(rest..at).unwrap_or_default());
            out.extend_from_slice(self.replacement);
            rest = at + self.finder.needle().len();
        }
        out.extend_from_slice(content.get(rest..).unwrap_or_default());
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::Change;

    #[test]
    fn all_occurrences_are_replaced_and_nothing_else() {
        let shown = |search: &str, replacement: &str| {
            let change = Change::find(b"aXaaXb", search, replacement)?;
            let text = change.apply(b"aXaaXb").unwrap();
            assert_eq!(text.len() as u64, change.size);
            Some(String::from_utf8(text).unwrap())
        };
        assert_eq!(shown("X", "--").as_deref(), Some("a--aa--b"));
        assert_eq!(shown("aa", "a").as_deref(), Some("aXaXb"));
        assert_eq!(shown("b", "").as_deref(), Some("aXaaX"));
        assert_eq!(shown("X", "X").as_deref(), Some("aXaaXb"));
        assert_eq!((shown("", "x"), shown("c", "x")), (None, None));
    }

    #[test]
    fn what_would_be_endless_is_known_before_it_is_taken() {
        let text = "b".repeat(1 << 20);
        let change = Change::find(&[b'a'; 1 << 20], "a", &text).unwrap();
        assert_eq!(change.size, 1 << 40);
    }
}
