//! The folder of the start, the home folder, and the user's files there and in the workspace.

mod user;
mod workspace;
mod write;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

pub use workspace::WORKSPACE;
pub use write::{make_folders, write_whole};

use crate::resolve::ResolveError;
use crate::value::os_reason;

/// Files by folder, as links and stateless folders are kept; all paths are absolute.
pub type Map = BTreeMap<String, String>;

/// Where the user's files are.
#[derive(Debug, Clone)]
pub struct Places {
    /// The folder in which the program was started.
    pub start_dir: PathBuf,
    /// The home folder; without one the user has no files.
    pub home: Option<PathBuf>,
}

impl Places {
    /// The folder and the home of this process.
    ///
    /// The current folder is `$PWD` where that is right: a user who went through a symbolic link
    /// means the path with the link, and links and stateless folders are kept by it.
    ///
    /// # Errors
    /// A current folder that is gone.
    pub fn of_process() -> Result<Self, ResolveError> {
        let start_dir = match std::env::var_os("PWD").map(PathBuf::from) {
            Some(logical) if is_current(&logical) => logical,
            _ => std::env::current_dir().map_err(|error| {
                ResolveError::Message(format!("the current folder: {}", os_reason(&error)))
            })?,
        };
        let home = std::env::var_os("HOME").or_else(|| std::env::var_os("USERPROFILE"));
        Ok(Self {
            start_dir,
            home: home.filter(|home| !home.is_empty()).map(PathBuf::from),
        })
    }

    /// `~/.drun/NAME`.
    fn user_file(&self, name: &str) -> Option<PathBuf> {
        let home = self.home.as_ref()?;
        Some(self.start_dir.join(home).join(".drun").join(name))
    }

    /// The current folder under all its names: as it was reached, and without symbolic links.
    pub(super) fn names_of_start(&self) -> Vec<PathBuf> {
        let mut names = vec![self.start_dir.clone()];
        let real = fs::canonicalize(&self.start_dir).ok();
        names.extend(real.filter(|real| *real != self.start_dir));
        names
    }
}

#[cfg(unix)]
fn is_current(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let identity = |path: &Path| fs::metadata(path).map(|found| (found.dev(), found.ino()));
    match (identity(path), identity(Path::new("."))) {
        (Ok(a), Ok(b)) => path.is_absolute() && crate::value::clean(path) == path && a == b,
        _ => false,
    }
}

#[cfg(not(unix))]
fn is_current(_: &Path) -> bool {
    false
}

/// The largest of the user's files, in bytes.
const MAX_YAML: u64 = 4 * 1024 * 1024;

/// Reads a YAML file; a missing or empty one is the default.
fn read_yaml<T: DeserializeOwned + Default>(path: &Path) -> Result<T, String> {
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

fn save_yaml<T: Serialize>(path: &Path, shown: &Path, value: &T) -> Result<(), ResolveError> {
    let wrong = |reason: String| {
        ResolveError::Message(format!("cannot write {}: {reason}", shown.display()))
    };
    let text = serde_yaml_ng::to_string(value).map_err(|error| wrong(error.to_string()))?;
    write_whole(path, text.as_bytes()).map_err(|error| wrong(os_reason(&error)))
}

/// Whether a path leads nowhere; a file in the place of a folder is that too.
pub(super) fn is_missing(error: &io::Error) -> bool {
    let kind = error.kind();
    kind == io::ErrorKind::NotFound || kind == io::ErrorKind::NotADirectory
}
