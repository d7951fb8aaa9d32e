//! `scm` of the project: repositories whose tags are versions.

use serde::Serialize;

use super::Template;
use crate::source::{Span, Text};

/// `scm:`.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename = "scm_registry")]
pub struct ScmRegistry {
    /// The header.
    #[serde(rename = "position")]
    pub span: Span,
    /// The sources of all providers in the order of the text.
    pub sources: Vec<ScmSource>,
}

/// A repository and the ways to it.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "kind", rename = "scm_source")]
pub struct ScmSource {
    /// Its alias.
    #[serde(rename = "position")]
    pub span: Span,
    /// Where it is hosted.
    pub provider: ScmProvider,
    /// How statements name it.
    pub alias: Text,
    /// `default`; of one way to it that one.
    pub default: Option<ScmMethod>,
    /// `metadata: fetch`: tags may be fetched for their dates.
    pub fetch: bool,
    /// The ways to it.
    pub access: Vec<ScmAccess>,
    /// Which tags are versions.
    pub tags: Option<TagContract>,
}

/// Who hosts a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum ScmProvider {
    Github,
    Gitlab,
    Generic,
}

/// How a repository is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum ScmMethod {
    Https,
    Ssh,
    Cli,
    Remote,
    Filesystem,
}

impl ScmMethod {
    /// The method that a word means.
    pub fn of(word: &str) -> Option<Self> {
        let all = [
            Self::Https,
            Self::Ssh,
            Self::Cli,
            Self::Remote,
            Self::Filesystem,
        ];
        all.into_iter().find(|method| method.as_str() == word)
    }

    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Https => "https",
            Self::Ssh => "ssh",
            Self::Cli => "cli",
            Self::Remote => "remote",
            Self::Filesystem => "filesystem",
        }
    }
}

/// A way to a repository.
#[derive(Debug, Clone, Serialize)]
pub struct ScmAccess {
    /// The method.
    pub method: ScmMethod,
    /// Its address, its repository or its path.
    pub place: Template,
    /// `host` of `cli`.
    pub host: Option<Template>,
    /// `key` of `ssh`: a file.
    pub key: Option<Template>,
}

/// Which tags are versions, and where in them the version stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TagContract {
    /// `semver`: with a `v` before the version.
    Semver,
    /// `semver_optional_v`: with a `v` or without it.
    SemverOptionalV,
    /// Texts with `{version}` in them.
    Formats(Vec<Text>),
    /// A regular expression with a group `version`.
    Pattern(Text),
}

/// `MAJOR.MINOR.PATCH`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct StableVersion(pub u64, pub u64, pub u64);

impl StableVersion {
    /// The version that a text is, if it is one: three numbers without leading zeros.
    pub fn of(text: &str) -> Option<Self> {
        let mut numbers = text.split('.').map(number);
        let version = Self(numbers.next()??, numbers.next()??, numbers.next()??);
        numbers.next().is_none().then_some(version)
    }
}

fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let plain = text == "0" || !text.starts_with('0');
    (digits && plain).then(|| text.parse().ok()).flatten()
}

/// Which versions are asked for.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WantedVersions {
    /// `in series "8"`, `in series "8.4"`.
    Series(Text),
    /// `matching version ">=8.4.0 <8.4.20"`.
    Constraint(Text),
}

impl WantedVersions {
    /// Whether the text means something.
    pub fn is_valid(&self) -> bool {
        match self {
            Self::Series(text) => series(text).is_some(),
            Self::Constraint(text) => {
                let mut clauses = text.split_whitespace().peekable();
                clauses.peek().is_some() && clauses.all(|text| clause(text).is_some())
            }
        }
    }

    /// Whether a version is asked for.
    pub fn contains(&self, version: StableVersion) -> bool {
        match self {
            Self::Series(text) => match series(text) {
                Some((major, None)) => version.0 == major,
                Some((major, Some(minor))) => (version.0, version.1) == (major, minor),
                None => false,
            },
            Self::Constraint(text) => text.split_whitespace().all(|text| match clause(text) {
                Some((">=", bound)) => version >= bound,
                Some(("<=", bound)) => version <= bound,
                Some((">", bound)) => version > bound,
                Some(("<", bound)) => version < bound,
                Some((_, bound)) => version == bound,
                None => false,
            }),
        }
    }
}

/// `N` or `N.M`.
fn series(text: &str) -> Option<(u64, Option<u64>)> {
    match text.split_once('.') {
        None => Some((number(text)?, None)),
        Some((major, minor)) => Some((number(major)?, Some(number(minor)?))),
    }
}

/// An operator and a version.
fn clause(text: &str) -> Option<(&'static str, StableVersion)> {
    let operators = [">=", "<=", ">", "<", "="];
    operators.into_iter().find_map(|operator| {
        let version = text.strip_prefix(operator)?;
        Some((operator, StableVersion::of(version)?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stable_version_has_three_plain_numbers() {
        assert_eq!(StableVersion::of("1.10.0"), Some(StableVersion(1, 10, 0)));
        for text in [
            "1.2",
            "v1.2.3",
            "01.2.3",
            "1.2.3.4",
            "1.2.3-rc1",
            "1..3",
            "",
            "+1.2.3",
        ] {
            assert_eq!(StableVersion::of(text), None, "{text}");
        }
    }

    #[test]
    fn versions_are_in_a_series_or_between_bounds() {
        let version = StableVersion(8, 4, 20);
        let check = |wanted: WantedVersions| (wanted.is_valid(), wanted.contains(version));
        for (text, expected) in [
            ("8", (true, true)),
            ("8.4", (true, true)),
            ("8.5", (true, false)),
            ("8.4.20", (false, false)),
            ("8.x", (false, false)),
        ] {
            assert_eq!(
                check(WantedVersions::Series(text.into())),
                expected,
                "{text}"
            );
        }
        for (text, expected) in [
            (">=8.4.0 <8.4.21", (true, true)),
            (" >8.4.20", (true, false)),
            ("<=8.4.20  =8.4.20", (true, true)),
            ("~8.4.0", (false, false)),
            (">=8.4", (false, false)),
        ] {
            let wanted = WantedVersions::Constraint(text.into());
            assert_eq!(check(wanted), expected, "{text}");
        }
        assert!(!WantedVersions::Constraint("  ".into()).is_valid());
    }
}
