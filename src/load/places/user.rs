//! The files under `~/.drun`: configuration, linked folders, stateless folders, trusted folders.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{Places, is_missing, write_private, yaml};
use crate::load::LoadError;
use crate::value::os_reason;

/// `config.yml`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Config {
    /// Places where a task file may lie, relative to the current folder; trimmed, without empty
    /// and repeated ones.
    pub extra_task_file_search_paths: Vec<String>,
    /// Where install commands of tools come from.
    pub provisioning_sources: Vec<String>,
}

/// `links.yml`: folders whose task file lies elsewhere.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Links {
    /// The absolute task file of each absolute folder.
    pub links: BTreeMap<PathBuf, PathBuf>,
}

impl Links {
    /// The task file of a folder, or of the nearest folder above it that has one.
    pub fn file_of(&self, folder: &Path) -> Option<&Path> {
        let file = folder.ancestors().find_map(|above| self.links.get(above))?;
        Some(file)
    }
}

/// `stateless.yml`: folders whose task file lies under `~/.drun/stateless`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Stateless {
    /// The absolute task file of each absolute folder.
    pub directories: BTreeMap<PathBuf, PathBuf>,
}

/// `trusted.yml`: folders whose task files may open addresses.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Trusted {
    /// Absolute folders, sorted.
    pub trusted_dirs: BTreeSet<PathBuf>,
}

impl Trusted {
    /// Whether a folder or one above it is trusted.
    pub fn covers(&self, folder: &Path) -> bool {
        folder
            .ancestors()
            .any(|above| self.trusted_dirs.contains(above))
    }
}

const CONFIG: &str = "config.yml";
const LINKS: &str = "links.yml";
const STATELESS: &str = "stateless.yml";
const TRUSTED: &str = "trusted.yml";

impl Places {
    /// The user's configuration.
    ///
    /// # Errors
    /// A file that cannot be read or is no YAML.
    pub fn config(&self) -> Result<Config, LoadError> {
        let mut config: Config = self.user_yaml(CONFIG)?;
        let mut seen = BTreeSet::new();
        config.extra_task_file_search_paths = config
            .extra_task_file_search_paths
            .iter()
            .map(|path| path.trim().to_owned())
            .filter(|path| !path.is_empty() && seen.insert(path.clone()))
            .collect();
        Ok(config)
    }

    /// The linked folders.
    ///
    /// # Errors
    /// A file that cannot be read or is no YAML.
    pub fn links(&self) -> Result<Links, LoadError> {
        self.user_yaml(LINKS)
    }

    /// Keeps the linked folders; without any the file is removed.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn save_links(&self, links: &Links) -> Result<(), LoadError> {
        if !links.links.is_empty() {
            return self.save(LINKS, links);
        }
        let path = self.user_file_to_write(LINKS)?;
        match fs::remove_file(&path) {
            Err(error) if !is_missing(&error) => Err(unwritable(&path, &os_reason(&error))),
            _ => Ok(()),
        }
    }

    /// The stateless folders.
    ///
    /// # Errors
    /// A file that cannot be read or is no YAML.
    pub fn stateless(&self) -> Result<Stateless, LoadError> {
        self.user_yaml(STATELESS)
    }

    /// Keeps the stateless folders.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn save_stateless(&self, stateless: &Stateless) -> Result<(), LoadError> {
        self.save(STATELESS, stateless)
    }

    /// Where the task file of a stateless folder (an absolute one) lies.
    ///
    /// # Errors
    /// There is no home folder.
    pub fn stateless_file(&self, folder: &Path) -> Result<PathBuf, LoadError> {
        use std::os::unix::ffi::OsStrExt as _;
        let hash = Sha256::digest(folder.as_os_str().as_bytes());
        let name: String = hash
            .iter()
            .take(8)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let stateless = self.user_file_to_write("stateless")?;
        Ok(stateless.join(name).join("spec.drun"))
    }

    /// The trusted folders.
    ///
    /// # Errors
    /// A file that cannot be read or is no YAML.
    pub fn trusted(&self) -> Result<Trusted, LoadError> {
        self.user_yaml(TRUSTED)
    }

    /// Keeps the trusted folders.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn save_trusted(&self, trusted: &Trusted) -> Result<(), LoadError> {
        self.save(TRUSTED, trusted)
    }

    fn user_yaml<T: DeserializeOwned + Default>(&self, name: &str) -> Result<T, LoadError> {
        let Some(path) = self.user_file(name) else {
            return Ok(T::default());
        };
        yaml(&path).map_err(|reason| {
            LoadError::Message(format!("cannot read {}: {reason}", path.display()))
        })
    }

    fn save<T: Serialize>(&self, name: &str, value: &T) -> Result<(), LoadError> {
        let path = self.user_file_to_write(name)?;
        let text = serde_yaml_ng::to_string(value)
            .map_err(|error| unwritable(&path, &error.to_string()))?;
        write_private(&path, text.as_bytes()).map_err(|error| unwritable(&path, &os_reason(&error)))
    }
}

pub(super) fn unwritable(path: &Path, reason: &str) -> LoadError {
    LoadError::Message(format!("cannot write {}: {reason}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(home: &Path) -> Places {
        Places {
            start_dir: "/work/project".into(),
            home: Some(home.to_owned()),
        }
    }

    #[test]
    fn links_hold_below_their_folder_and_go_with_their_file() {
        let home = tempfile::tempdir().unwrap();
        let places = places(home.path());
        let mut links = places.links().unwrap();
        links
            .links
            .insert("/work".into(), "/tasks/spec.drun".into());
        places.save_links(&links).unwrap();
        let mut links = places.links().unwrap();
        assert_eq!(
            links.file_of(Path::new("/work/a/b")),
            Some(Path::new("/tasks/spec.drun"))
        );
        assert_eq!(links.file_of(Path::new("/worker")), None);
        links.links.clear();
        places.save_links(&links).unwrap();
        assert!(!home.path().join(".drun/links.yml").exists());
        places.save_links(&links).unwrap();
    }

    #[test]
    fn the_configuration_is_trimmed_and_has_to_be_yaml() {
        let home = tempfile::tempdir().unwrap();
        let places = places(home.path());
        assert_eq!(places.config().unwrap(), Config::default());
        let path = home.path().join(".drun/config.yml");
        write_private(
            &path,
            b"extraTaskFileSearchPaths: [' a ', '', a, b]\nother: 1\n",
        )
        .unwrap();
        assert_eq!(
            places.config().unwrap().extra_task_file_search_paths,
            ["a", "b"]
        );
        write_private(&path, b"# nothing\n").unwrap();
        assert_eq!(places.config().unwrap(), Config::default());
        write_private(&path, b"a: [").unwrap();
        assert!(
            places
                .config()
                .unwrap_err()
                .to_string()
                .contains("config.yml")
        );
    }

    #[test]
    fn a_stateless_file_is_found_by_the_hash_of_its_folder() {
        let home = tempfile::tempdir().unwrap();
        let file = places(home.path()).stateless_file(Path::new("/a")).unwrap();
        let folder = home.path().join(".drun/stateless/8d6fb0baa6e1d1ca");
        assert_eq!(file.file_name(), folder.join("spec.drun").file_name());
        let name = file.parent().and_then(Path::file_name).unwrap();
        assert_eq!(name.len(), 16);
    }

    #[test]
    fn trust_covers_what_lies_below() {
        let home = tempfile::tempdir().unwrap();
        let places = places(home.path());
        let mut trusted = places.trusted().unwrap();
        trusted.trusted_dirs.insert("/work".into());
        places.save_trusted(&trusted).unwrap();
        let trusted = places.trusted().unwrap();
        assert!(trusted.covers(Path::new("/work/a")));
        assert!(!trusted.covers(Path::new("/")));
        let text = fs::read_to_string(home.path().join(".drun/trusted.yml")).unwrap();
        assert_eq!(text, "trustedDirs:\n- /work\n");
    }
}
