//! The platforms that annotations and shell configurations name.

/// A platform of the language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Platform {
    Linux,
    Mac,
    Windows,
}

impl Platform {
    /// The platform that a word names; `darwin` is another name of `mac`.
    pub fn parse(word: &str) -> Option<Self> {
        match word.trim().to_lowercase().as_str() {
            "linux" => Some(Self::Linux),
            "mac" | "darwin" => Some(Self::Mac),
            "windows" => Some(Self::Windows),
            _ => None,
        }
    }

    /// The platform that this program runs on; `None` for one that the language does not name.
    pub fn current() -> Option<Self> {
        Self::parse(match std::env::consts::OS {
            "macos" => "mac",
            other => other,
        })
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Linux => "linux",
            Self::Mac => "mac",
            Self::Windows => "windows",
        }
    }
}

/// The names of platforms, sorted.
pub(super) fn names(platforms: &[Platform]) -> String {
    let mut names: Vec<&str> = platforms.iter().map(|platform| platform.name()).collect();
    names.sort_unstable();
    names.join(", ")
}
