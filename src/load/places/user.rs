//! The files under `~/.drun`: configuration, linked folders, stateless folders, trusted folders.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Map, Places, is_missing, read_yaml, save_yaml};
use crate::resolve::ResolveError;
use crate::value::os_reason;

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Links {
    links: Map,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Stateless {
    directories: Map,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Trusted {
    trusted_dirs: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Config {
    extra_task_file_search_paths: Vec<String>,
    provisioning_sources: Vec<String>,
}

const CONFIG: &str = "config.yml";
const LINKS: &str = "links.yml";
const STATELESS: &str = "stateless.yml";
const TRUSTED: &str = "trusted.yml";

impl Places {
    /// Linked folders and their task files.
    ///
    /// # Errors
    /// A file that cannot be read or is no YAML.
    pub fn links(&self) -> Result<Map, ResolveError> {
        Ok(self.user::<Links>(LINKS)?.links)
    }

    /// Keeps the links; without any the file goes.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn save_links(&self, links: Map) -> Result<(), ResolveError> {
        if !links.is_empty() {
            return self.save(LINKS, &Links { links });
        }
        let Some(path) = self.user_file(LINKS) else {
            return Ok(());
        };
        match fs::remove_file(&path) {
            Err(error) if !is_missing(&error) => {
                let reason = os_reason(&error);
                let message = format!("cannot remove {}: {reason}", path.display());
                Err(ResolveError::Message(message))
            }
            _ => Ok(()),
        }
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
        let kept = self.user_file("stateless").ok_or_else(|| {
            ResolveError::Message("the home folder is not known: HOME is not set".to_owned())
        })?;
        Ok(kept.join(name).join("spec.drun"))
    }

    /// Stateless folders and their task files.
    ///
    /// # Errors
    /// A file that cannot be read or is no YAML.
    pub fn stateless(&self) -> Result<Map, ResolveError> {
        Ok(self.user::<Stateless>(STATELESS)?.directories)
    }

    /// Keeps the stateless folders.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn save_stateless(&self, directories: Map) -> Result<(), ResolveError> {
        self.save(STATELESS, &Stateless { directories })
    }

    /// The trusted folders, sorted.
    ///
    /// # Errors
    /// A file that cannot be read or is no YAML.
    pub fn trusted(&self) -> Result<Vec<String>, ResolveError> {
        Ok(self.user::<Trusted>(TRUSTED)?.trusted_dirs)
    }

    /// Keeps the trusted folders.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn save_trusted(&self, mut trusted_dirs: Vec<String>) -> Result<(), ResolveError> {
        trusted_dirs.sort();
        trusted_dirs.dedup();
        self.save(TRUSTED, &Trusted { trusted_dirs })
    }

    /// The user's own places for task files: trimmed, without empty and repeated ones.
    ///
    /// # Errors
    /// A file that cannot be read or is no YAML.
    pub fn extra_search_paths(&self) -> Result<Vec<String>, ResolveError> {
        let config: Config = self.user(CONFIG)?;
        let mut seen = BTreeSet::new();
        let paths = config.extra_task_file_search_paths.iter();
        Ok(paths
            .map(|path| path.trim().to_owned())
            .filter(|path| !path.is_empty() && seen.insert(path.clone()))
            .collect())
    }

    /// The user's own sources of install commands.
    ///
    /// # Errors
    /// A file that cannot be read or is no YAML.
    pub fn provisioning_sources(&self) -> Result<Vec<String>, ResolveError> {
        Ok(self.user::<Config>(CONFIG)?.provisioning_sources)
    }

    fn user<T: DeserializeOwned + Default>(&self, name: &str) -> Result<T, ResolveError> {
        let Some(path) = self.user_file(name) else {
            return Ok(T::default());
        };
        read_yaml(&path).map_err(|reason| {
            ResolveError::Message(format!("cannot read {}: {reason}", path.display()))
        })
    }

    fn save<T: Serialize>(&self, name: &str, value: &T) -> Result<(), ResolveError> {
        let Some(path) = self.user_file(name) else {
            let message = "HOME is not set, so there is no place for ~/.drun".to_owned();
            return Err(ResolveError::Message(message));
        };
        save_yaml(&path, &path, value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fixture() -> (tempfile::TempDir, Places) {
        let home = tempfile::tempdir().unwrap();
        let places = Places {
            start_dir: "/home/me/project".into(),
            home: Some(home.path().to_owned()),
        };
        (home, places)
    }

    #[test]
    fn links_go_with_their_file() {
        let (home, places) = fixture();
        let mut links = places.links().unwrap();
        links.insert("/srv".into(), "/tasks/spec.drun".into());
        places.save_links(links.clone()).unwrap();
        assert_eq!(places.links().unwrap(), links);
        places.save_links(Map::new()).unwrap();
        assert!(!home.path().join(".drun/links.yml").exists());
        places.save_links(Map::new()).unwrap();
    }

    #[test]
    fn the_configuration_is_trimmed_and_has_to_be_yaml() {
        let (home, places) = fixture();
        assert!(places.extra_search_paths().unwrap().is_empty());
        let path = home.path().join(".drun/config.yml");
        let write = |text: &str| super::super::write_whole(&path, text.as_bytes()).unwrap();
        write("extraTaskFileSearchPaths: [' a ', '', a, b]\nother: 1\n");
        assert_eq!(places.extra_search_paths().unwrap(), ["a", "b"]);
        write("# nothing\n");
        assert!(places.extra_search_paths().unwrap().is_empty());
        write("a: [");
        let error = places.extra_search_paths().unwrap_err().to_string();
        assert!(error.contains("config.yml"), "{error}");
    }

    #[test]
    fn trusted_folders_are_sorted() {
        let (home, places) = fixture();
        let folders = ["/b", "/a", "/b"].map(str::to_owned);
        places.save_trusted(folders.to_vec()).unwrap();
        let text = fs::read_to_string(home.path().join(".drun/trusted.yml")).unwrap();
        assert_eq!(text, "trustedDirs:\n- /a\n- /b\n");
    }
}
