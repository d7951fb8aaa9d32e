//! `.env` files, as `cmd:dump-env` reads them.

use std::path::PathBuf;

/// An `.env` file that was looked for.
#[derive(Debug)]
pub(super) struct EnvFile {
    pub(super) path: PathBuf,
    pub(super) exists: bool,
    /// Its pairs in order, or why it cannot be read.
    pub(super) pairs: Result<Vec<(String, String)>, String>,
}

impl EnvFile {
    /// Looks for a file.
    pub(super) fn read(path: PathBuf) -> Self {
        let exists = path.exists();
        let pairs = match std::fs::read(&path) {
            Ok(bytes) => Ok(pairs(&String::from_utf8_lossy(&bytes))),
            Err(reason) => Err(crate::value::os_reason(&reason)),
        };
        Self {
            path,
            exists,
            pairs,
        }
    }

    /// Its pairs; none when it was not read.
    pub(super) fn pairs(&self) -> &[(String, String)] {
        self.pairs.as_deref().unwrap_or_default()
    }
}

/// The `KEY=VALUE` lines. Both are trimmed and one pair of quotes around the value goes; nothing else
/// is interpreted.
pub(super) fn pairs(text: &str) -> Vec<(String, String)> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('='))
        .filter(|(key, _)| !key.trim().is_empty())
        .map(|(key, value)| (key.trim().to_owned(), unquoted(value.trim()).to_owned()))
        .collect()
}

fn unquoted(value: &str) -> &str {
    ['"', '\'']
        .iter()
        .find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote))
        .unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pairs_count_and_one_pair_of_quotes_goes() {
        let text = "# a=b\n\nA = x # kept \r\nB=\"\"q\"\"\nC='\nno pair\nD=\n";
        let read = pairs(text);
        let expected = [("A", "x # kept"), ("B", "\"q\""), ("C", "'"), ("D", "")];
        let expected = expected.map(|(key, value)| (key.to_owned(), value.to_owned()));
        assert_eq!(read, expected);
    }
}
