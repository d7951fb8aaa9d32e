//! The user's own files under `~/.drun`, and the workspace file of the current folder.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_yaml_ng::Value;
use sha2::{Digest, Sha256};

use crate::resolve::ResolveError;
use crate::value::os_reason;

/// Folders by name, as links and stateless folders are kept.
pub type Map = BTreeMap<String, String>;

/// Where the user's files are.
#[derive(Debug, Clone)]
pub struct Places {
    /// The folder in which the program was started.
    pub start_dir: PathBuf,
    /// The home folder; without one the user has no files.
    pub home: Option<PathBuf>,
}

/// The workspace file, relative to the current folder.
pub const WORKSPACE: &str = ".drun/.drun_workspace.yml";

#[derive(Debug, Default, Serialize, Deserialize)]
struct Links {
    #[serde(default)]
    links: Map,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Stateless {
    #[serde(default)]
    directories: Map,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Trusted {
    #[serde(default)]
    trusted_dirs: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Config {
    #[serde(default)]
    extra_task_file_search_paths: Vec<String>,
    #[serde(default)]
    provisioning_sources: Vec<String>,
}

impl Places {
    /// The folder and the home of this process.
    ///
    /// # Errors
    /// A current folder that is gone.
    pub fn of_process() -> Result<Self, ResolveError> {
        let start_dir = std::env::current_dir().map_err(|error| {
            ResolveError::Message(format!("the current folder: {}", os_reason(&error)))
        })?;
        let home = std::env::var_os("HOME").or_else(|| std::env::var_os("USERPROFILE"));
        Ok(Self {
            start_dir,
            home: home.filter(|home| !home.is_empty()).map(PathBuf::from),
        })
    }

    fn user_file(&self, name: &str) -> Option<PathBuf> {
        Some(self.home.as_ref()?.join(".drun").join(name))
    }

    fn read<T: Default + for<'de> Deserialize<'de>>(&self, name: &str) -> Result<T, ResolveError> {
        let Some(path) = self.user_file(name) else {
            return Ok(T::default());
        };
        let Ok(text) = fs::read_to_string(&path) else {
            return Ok(T::default());
        };
        if text.trim().is_empty() {
            return Ok(T::default());
        }
        serde_yaml_ng::from_str(&text)
            .map_err(|error| ResolveError::Message(format!("{}: {error}", path.display())))
    }

    fn save<T: Serialize>(&self, name: &str, value: &T) -> Result<(), ResolveError> {
        save_yaml(&self.user_file(name).ok_or_else(no_home)?, value)
    }

    /// Linked folders and their task files.
    ///
    /// # Errors
    /// A file that is no YAML.
    pub fn links(&self) -> Result<Map, ResolveError> {
        Ok(self.read::<Links>("links.yml")?.links)
    }

    /// Keeps the links; without any the file goes.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn save_links(&self, links: Map) -> Result<(), ResolveError> {
        if links.is_empty() {
            if let Some(path) = self.user_file("links.yml") {
                let _ = fs::remove_file(path);
            }
            return Ok(());
        }
        self.save("links.yml", &Links { links })
    }

    /// Stateless folders and their task files.
    ///
    /// # Errors
    /// A file that is no YAML.
    pub fn stateless(&self) -> Result<Map, ResolveError> {
        Ok(self.read::<Stateless>("stateless.yml")?.directories)
    }

    /// Keeps the stateless folders.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn save_stateless(&self, directories: Map) -> Result<(), ResolveError> {
        self.save("stateless.yml", &Stateless { directories })
    }

    /// Where the task file of a stateless folder is kept.
    ///
    /// # Errors
    /// An unknown home folder.
    pub fn stateless_file(&self, folder: &str) -> Result<PathBuf, ResolveError> {
        let digest = Sha256::digest(folder.as_bytes());
        let name: String = digest
            .iter()
            .take(8)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let kept = self.user_file("stateless").ok_or_else(no_home)?;
        Ok(kept.join(name).join("spec.drun"))
    }

    /// The trusted folders, sorted.
    ///
    /// # Errors
    /// A file that is no YAML.
    pub fn trusted(&self) -> Result<Vec<String>, ResolveError> {
        Ok(self.read::<Trusted>("trusted.yml")?.trusted_dirs)
    }

    /// Keeps the trusted folders.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn save_trusted(&self, mut trusted_dirs: Vec<String>) -> Result<(), ResolveError> {
        trusted_dirs.sort();
        trusted_dirs.dedup();
        self.save("trusted.yml", &Trusted { trusted_dirs })
    }

    /// The user's own places for task files: trimmed, without empty and repeated ones.
    ///
    /// # Errors
    /// A file that is no YAML.
    pub fn extra_search_paths(&self) -> Result<Vec<String>, ResolveError> {
        let mut paths: Vec<String> = Vec::new();
        for path in self
            .read::<Config>("config.yml")?
            .extra_task_file_search_paths
        {
            let path = path.trim().to_owned();
            if !path.is_empty() && !paths.contains(&path) {
                paths.push(path);
            }
        }
        Ok(paths)
    }

    /// The user's own sources of install commands.
    ///
    /// # Errors
    /// A file that is no YAML.
    pub fn provisioning_sources(&self) -> Result<Vec<String>, ResolveError> {
        Ok(self.read::<Config>("config.yml")?.provisioning_sources)
    }

    /// The default task file of the current folder. A broken workspace file is as good as none.
    pub fn workspace_default(&self) -> Option<String> {
        let text = fs::read_to_string(self.start_dir.join(WORKSPACE)).ok()?;
        let value: Value = serde_yaml_ng::from_str(&text).ok()?;
        let file = value.get("defaultTaskFile")?.as_str()?.to_owned();
        (!file.is_empty()).then_some(file)
    }

    /// Whether the workspace file is there and no YAML.
    pub fn workspace_is_broken(&self) -> bool {
        fs::read_to_string(self.start_dir.join(WORKSPACE))
            .is_ok_and(|text| serde_yaml_ng::from_str::<Value>(&text).is_err())
    }

    /// Makes `file` the default of the current folder, keeping what else the workspace file holds.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn set_workspace_default(&self, file: &str) -> Result<(), ResolveError> {
        let path = self.start_dir.join(WORKSPACE);
        let text = fs::read_to_string(&path).unwrap_or_default();
        let value = serde_yaml_ng::from_str(&text).unwrap_or(Value::Null);
        let mut mapping = match value {
            Value::Mapping(mapping) => mapping,
            _ => new_workspace(),
        };
        mapping.insert("defaultTaskFile".into(), file.into());
        save_yaml(&path, &Value::Mapping(mapping))
    }
}

fn no_home() -> ResolveError {
    ResolveError::Message("the home folder is not known: HOME is not set".into())
}

fn new_workspace() -> serde_yaml_ng::Mapping {
    let mut mapping = serde_yaml_ng::Mapping::new();
    mapping.insert("defaultTaskFile".into(), "".into());
    mapping.insert("parallelJobs".into(), 4.into());
    mapping.insert("shell".into(), "/bin/bash".into());
    let empty = || Value::Mapping(serde_yaml_ng::Mapping::new());
    mapping.insert("variables".into(), empty());
    mapping.insert("defaults".into(), empty());
    mapping
}

fn save_yaml<T: Serialize>(path: &Path, value: &T) -> Result<(), ResolveError> {
    let text = serde_yaml_ng::to_string(value)
        .map_err(|error| ResolveError::Message(format!("{}: {error}", path.display())))?;
    write_whole(path, text.as_bytes()).map_err(|error| {
        ResolveError::Message(format!("{}: {}", path.display(), os_reason(&error)))
    })
}

/// Writes a file whole or not at all: mode 600, its folders 750.
///
/// # Errors
/// Those of the file system.
pub fn write_whole(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        make_folders(folder)?;
    }
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{}.tmp", std::process::id()));
    let temporary = path.with_file_name(name);
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let written = options
        .open(&temporary)
        .and_then(|mut file| file.write_all(bytes))
        .and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    written
}

/// Makes a folder and those above it, mode 750.
///
/// # Errors
/// Those of the file system.
pub fn make_folders(folder: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o750);
    }
    builder.create(folder)
}
