//! How files are loaded, and what is to be told about it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::{LoadProgress, Places};

/// How files are loaded.
#[derive(Debug, Clone, Default)]
pub struct LoadOptions {
    /// The folder of the start and the home folder.
    pub places: Places,
    /// Whether copies of remote files are kept and used; off with `--no-drun-cache`.
    pub cache: bool,
    /// Whether the lines of `--verbose` are collected.
    pub verbose: bool,
    /// Where remote files come from.
    pub addresses: Addresses,
    /// Goes along to GitHub.
    pub github_token: Option<Token>,
    /// Where the loader tells how far it is.
    pub progress: Arc<LoadProgress>,
}

impl LoadOptions {
    /// The usual options in these places; the token is that of the environment.
    pub fn new(places: Places) -> Self {
        let token = std::env::var("GITHUB_TOKEN").ok();
        Self {
            places,
            cache: true,
            github_token: token.filter(|token| !token.is_empty()).map(Token),
            ..Self::default()
        }
    }
}

/// A secret that does not show itself.
#[derive(Clone)]
pub struct Token(pub String);

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// Where remote files come from; no slash at the end.
#[derive(Debug, Clone)]
pub struct Addresses {
    /// Raw files of GitHub.
    pub github_raw: String,
    /// The API of GitHub.
    pub github_api: String,
    /// How long one file may take.
    pub timeout: Duration,
}

impl Default for Addresses {
    fn default() -> Self {
        Self {
            github_raw: "https://raw.githubusercontent.com".to_owned(),
            github_api: "https://api.github.com".to_owned(),
            timeout: Duration::from_secs(30),
        }
    }
}

impl Addresses {
    /// Whether nothing else than https is allowed; only a test says otherwise.
    pub(super) fn https_only(&self) -> bool {
        [&self.github_raw, &self.github_api]
            .iter()
            .all(|address| address.starts_with("https://"))
    }
}

/// What the user should read about loading.
#[derive(Debug, Clone, Default)]
pub struct Notes {
    /// Lines of `--verbose`, for standard output.
    pub verbose: Vec<String>,
    /// Lines for standard error, with or without `--verbose`.
    pub warnings: Vec<String>,
}
