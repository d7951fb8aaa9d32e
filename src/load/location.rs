//! Where an included file lies: what the path of an include means, seen from the including file.

use std::path::{Path, PathBuf};

use reqwest::Url;

use crate::value::clean;

/// The place of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Location {
    /// A file of this machine, by its absolute path.
    Local(PathBuf),
    /// A file of another one.
    Remote(Address),
}

/// The address of a remote file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Address {
    /// A file in a repository of GitHub.
    Github(Repository),
    /// An address of the web.
    Web(Url),
}

/// A file in a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Repository {
    pub(super) owner: String,
    pub(super) name: String,
    /// Without a slash at the start, without empty parts, `.` and `..`.
    pub(super) path: String,
    /// A branch, tag or commit.
    pub(super) reference: Option<String>,
    /// Whether it was written `drunhub:`.
    hub: bool,
}

const HUB_OWNER: &str = "phillarmonic";
const HUB_NAME: &str = "drun-hub";
/// Folders of drunhub that hold no task files.
const HUB_REFUSED: [&str; 2] = ["docs", ".github"];

impl Address {
    /// The address that `text` writes; `None` for a path of this machine.
    pub(super) fn parse(text: &str) -> Option<Result<Self, String>> {
        if let Some(rest) = text.strip_prefix("github:") {
            return Some(github(rest));
        }
        if let Some(rest) = text.strip_prefix("drunhub:") {
            return Some(hub(rest));
        }
        if text.starts_with("https://") {
            return Some(match Url::parse(text) {
                Ok(url) => Ok(Self::Web(url)),
                Err(error) => Err(format!("bad address: {error}")),
            });
        }
        text.starts_with("http://")
            .then(|| Err("http:// is refused, because anybody on the way could change what comes; use https://".to_owned()))
    }

    /// What tells it from all others.
    pub(super) fn key(&self) -> String {
        match self {
            Self::Web(url) => url.to_string(),
            Self::Github(file) => {
                let reference = file.reference.as_deref().unwrap_or_default();
                format!(
                    "github:{}/{}/{}@{reference}",
                    file.owner, file.name, file.path
                )
            }
        }
    }

    /// The address of a file that this one includes by a relative path.
    fn join(&self, relative: &str) -> Result<Self, String> {
        match self {
            Self::Web(url) => match url.join(relative) {
                Ok(url) if url.scheme() == "https" => Ok(Self::Web(url)),
                Ok(_) => Err("only https:// is possible here".to_owned()),
                Err(error) => Err(format!("bad address: {error}")),
            },
            Self::Github(file) => {
                let joined = Repository {
                    path: beside(&file.path, relative),
                    ..file.clone()
                };
                joined.checked().map(Self::Github)
            }
        }
    }
}

/// The path that `relative` means in the file at `path`; it begins with `..` where it leaves the
/// repository.
fn beside(path: &str, relative: &str) -> String {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in relative.split('/') {
        match (part, parts.last()) {
            ("" | ".", _) => {}
            ("..", Some(&last)) if last != ".." => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

impl Repository {
    fn checked(self) -> Result<Self, String> {
        let bad = |part: &str| part.is_empty() || part == "." || part == "..";
        if bad(&self.owner) || bad(&self.name) || self.path.split('/').any(bad) {
            return Err("write github:owner/repository/path/file.drun@ref".to_owned());
        }
        if self
            .reference
            .as_deref()
            .is_some_and(|reference| reference.split('/').any(bad))
        {
            return Err("the part after '@' is no branch, tag or commit".to_owned());
        }
        let top = self.path.split('/').next().unwrap_or_default();
        if self.hub && HUB_REFUSED.contains(&top) {
            return Err(format!("the folder '{top}' of drunhub holds no task files"));
        }
        Ok(self)
    }
}

fn github(text: &str) -> Result<Address, String> {
    let (path, reference) = split_reference(text);
    let mut parts = path.splitn(3, '/').map(str::to_owned);
    let mut next = || parts.next().unwrap_or_default();
    let repository = Repository {
        owner: next(),
        name: next(),
        path: next(),
        reference,
        hub: false,
    };
    repository.checked().map(Address::Github)
}

fn hub(text: &str) -> Result<Address, String> {
    let (path, reference) = split_reference(text);
    let path = path.trim_start_matches('/');
    let repository = Repository {
        owner: HUB_OWNER.to_owned(),
        name: HUB_NAME.to_owned(),
        // Catalogues of templates and tools are YAML, and are kept there too.
        path: match [".drun", ".yaml", ".yml"]
            .iter()
            .any(|end| path.ends_with(end))
        {
            true => path.to_owned(),
            false => format!("{path}.drun"),
        },
        reference,
        hub: true,
    };
    repository.checked().map(Address::Github)
}

/// `path@ref`; an `@` that begins a folder or file belongs to the path.
fn split_reference(text: &str) -> (&str, Option<String>) {
    match text.rsplit_once('@') {
        Some((path, reference)) if !path.is_empty() && !path.ends_with('/') => {
            (path, Some(reference.to_owned()))
        }
        _ => (text, None),
    }
}

impl Location {
    /// What `path` means in the file that lies here. A local path is looked up in the folder of that
    /// file, then in the folder of the start.
    pub(super) fn of_include(&self, path: &str, start_dir: &Path) -> Result<Self, String> {
        if let Some(address) = Address::parse(path) {
            return address.map(Self::Remote);
        }
        match self {
            Self::Remote(address) => address.join(path).map(Self::Remote),
            Self::Local(including) => Ok(Self::Local(local(including, path, start_dir))),
        }
    }

    /// How messages name the file: a local one from the folder of the start, if it lies below.
    pub(super) fn name(&self, written: &str, start_dir: &Path) -> String {
        match self {
            Self::Local(path) => {
                let path = path.strip_prefix(start_dir).unwrap_or(path);
                path.to_string_lossy().into_owned()
            }
            Self::Remote(_) => written.to_owned(),
        }
    }
}

fn local(including: &Path, path: &str, start_dir: &Path) -> PathBuf {
    let folder = including.parent().unwrap_or(start_dir);
    // Without `..`, so that the paths in a long chain of includes do not grow.
    let beside = clean(&folder.join(path));
    match beside.exists() {
        true => beside,
        false => clean(&start_dir.join(path)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> Result<String, String> {
        Address::parse(text).unwrap().map(|address| address.key())
    }

    #[test]
    fn addresses_are_read_and_refused() {
        for (text, expected) in [
            ("github:o/r/a/b.drun", "github:o/r/a/b.drun@"),
            ("github:o/r/b.drun@feature/x", "github:o/r/b.drun@feature/x"),
            ("github:o/r/@scope/b.drun", "github:o/r/@scope/b.drun@"),
            (
                "drunhub:ops/tools@v2",
                "github:phillarmonic/drun-hub/ops/tools.drun@v2",
            ),
            (
                "drunhub:basics.drun",
                "github:phillarmonic/drun-hub/basics.drun@",
            ),
            (
                "drunhub:templates.yaml",
                "github:phillarmonic/drun-hub/templates.yaml@",
            ),
            ("https://x.org/a.drun", "https://x.org/a.drun"),
        ] {
            assert_eq!(key(text).as_deref(), Ok(expected));
        }
        for text in [
            "http://x.org/a.drun",
            "github:o/r",
            "github:o/r/../x.drun",
            "github:o/r/x.drun@",
            "drunhub:docs/a",
            "drunhub:.github/a",
            "https://",
        ] {
            assert!(key(text).is_err(), "{text}");
        }
        assert!(Address::parse("lib/a.drun").is_none());
    }

    #[test]
    fn remote_files_include_their_neighbours() {
        let join = |from: &str, path: &str| {
            let address = Address::parse(from).unwrap().unwrap();
            let location = Location::Remote(address).of_include(path, Path::new("/"));
            location.map(|location| match location {
                Location::Remote(address) => address.key(),
                Location::Local(path) => path.display().to_string(),
            })
        };
        assert_eq!(
            join("github:o/r/a/b.drun@v1", "../c.drun").as_deref(),
            Ok("github:o/r/c.drun@v1")
        );
        assert_eq!(
            join("https://x.org/a/b.drun", "c.drun").as_deref(),
            Ok("https://x.org/a/c.drun")
        );
        assert!(join("github:o/r/b.drun", "../../c.drun").is_err());
        assert!(join("drunhub:ops/a", "../docs/c.drun").is_err());
        assert!(join("https://x.org/a/b.drun", "http://x.org/c.drun").is_err());
    }
}
