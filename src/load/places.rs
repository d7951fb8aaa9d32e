//! The folder of the start, the home folder, and the user's files there and in the workspace.

mod user;
mod workspace;
mod write;

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use serde::de::DeserializeOwned;

pub use user::{Config, Links, Stateless, Trusted};
pub use workspace::FILE as WORKSPACE_FILE;
pub use write::write_private;

use super::LoadError;
use crate::value::os_reason;

/// Where the program was started, and whose it is.
#[derive(Debug, Clone, Default)]
pub struct Places {
    /// The absolute path of the current folder.
    pub start_dir: PathBuf,
    /// `$HOME`; a relative one starts at the current folder.
    pub home: Option<PathBuf>,
}

impl Places {
    /// The places of this process.
    ///
    /// The current folder is `$PWD` where that is right: a user who went through a symbolic link
    /// means the path with the link.
    ///
    /// # Errors
    /// The current folder is gone or cannot be reached.
    pub fn from_environment() -> io::Result<Self> {
        let start_dir = match std::env::var_os("PWD").map(PathBuf::from) {
            Some(logical) if is_current(&logical) => logical,
            _ => std::env::current_dir()?,
        };
        let home = std::env::var_os("HOME").filter(|home| !home.is_empty());
        Ok(Self {
            start_dir,
            home: home.map(PathBuf::from),
        })
    }

    /// `path` as an absolute one without `.` and `..`.
    pub fn absolute(&self, path: &Path) -> PathBuf {
        clean(&self.start_dir.join(path))
    }

    /// `~/.drun`.
    pub fn user_folder(&self) -> Option<PathBuf> {
        let home = self.home.as_ref()?;
        Some(self.start_dir.join(home).join(".drun"))
    }

    fn user_file(&self, name: &str) -> Option<PathBuf> {
        Some(self.user_folder()?.join(name))
    }

    fn user_file_to_write(&self, name: &str) -> Result<PathBuf, LoadError> {
        self.user_file(name).ok_or_else(|| {
            LoadError::Message("HOME is not set, so there is no place for ~/.drun".to_owned())
        })
    }

    /// The current folder under all its names: as it was reached, and without symbolic links.
    pub(super) fn names_of_start(&self) -> Vec<PathBuf> {
        let mut names = vec![self.start_dir.clone()];
        names.extend(
            fs::canonicalize(&self.start_dir)
                .ok()
                .filter(|real| *real != self.start_dir),
        );
        names
    }
}

fn is_current(path: &Path) -> bool {
    let same = |a: fs::Metadata, b: fs::Metadata| {
        use std::os::unix::fs::MetadataExt as _;
        (a.dev(), a.ino()) == (b.dev(), b.ino())
    };
    path.is_absolute()
        && match (fs::metadata(path), fs::metadata(".")) {
            (Ok(a), Ok(b)) => same(a, b),
            _ => false,
        }
}

/// The path without `.`, and without `..` where a folder stands before it.
pub(super) fn clean(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => match out.components().next_back() {
                Some(Component::Normal(_)) => {
                    out.pop();
                }
                Some(Component::RootDir) => {}
                _ => out.push(".."),
            },
            other => out.push(other),
        }
    }
    if out.as_os_str().is_empty() {
        out.push(OsStr::new("."));
    }
    out
}

/// The largest of the user's files, in bytes.
const MAX_YAML: u64 = 4 * 1024 * 1024;

/// Reads a YAML file; a missing or empty one is the default.
fn yaml<T: DeserializeOwned + Default>(path: &Path) -> Result<T, String> {
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if is_missing(&error) => return Ok(T::default()),
        Err(error) => return Err(os_reason(&error)),
    };
    if !metadata.is_file() {
        return Err("it is no file".to_owned());
    }
    if metadata.len() > MAX_YAML {
        return Err("it is larger than 4 MB".to_owned());
    }
    let text = fs::read_to_string(path).map_err(|error| os_reason(&error))?;
    match serde_yaml_ng::from_str::<Option<T>>(&text) {
        Ok(value) => Ok(value.unwrap_or_default()),
        Err(error) => Err(error.to_string()),
    }
}

/// Whether a path leads nowhere; a file in the place of a folder is that too.
pub(super) fn is_missing(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_cleaned_by_their_text() {
        for (path, cleaned) in [
            ("lib/parts/../outer.drun", "lib/outer.drun"),
            ("./deep/../near.drun", "near.drun"),
            ("../../x", "../../x"),
            ("/../x/.", "/x"),
            ("a/..", "."),
        ] {
            assert_eq!(clean(Path::new(path)), Path::new(cleaned), "{path}");
        }
    }
}
