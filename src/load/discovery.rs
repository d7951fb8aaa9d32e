//! Which task file is meant.

use std::fs;
use std::path::{Path, PathBuf};

use super::places::is_missing;
use super::{LoadError, Notes, Places};
use crate::value::os_reason;

/// A task file that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// As it was given or found, which is how messages name it.
    pub shown: PathBuf,
    /// Where it lies.
    pub path: PathBuf,
    /// Who named it.
    pub origin: Origin,
}

impl Found {
    /// The name in messages.
    pub fn name(&self) -> String {
        self.shown.to_string_lossy().into_owned()
    }
}

/// Who named a task file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// `--file`.
    Flag,
    /// `cmd:stateless`.
    Stateless,
    /// `cmd:link`.
    Link,
    /// The workspace default.
    Workspace,
    /// It lies where task files are searched.
    Search,
}

/// Where a task file is searched, from the current folder.
pub const SEARCHED: [&str; 8] = [
    ".drun/spec.drun",
    ".drun",
    "spec.drun",
    "infra/.drun/spec.drun",
    "infra/drun/spec.drun",
    "ops/.drun/spec.drun",
    "ops/drun/spec.drun",
    "ops/spec.drun",
];

/// Finds the task file: the given one, that of a stateless or linked folder, the workspace default,
/// or the first one where task files are searched.
///
/// # Errors
/// The file that was named is missing or a folder; nothing is found; a user file is broken.
pub fn find(given: Option<&Path>, places: &Places, notes: &mut Notes) -> Result<Found, LoadError> {
    // A broken configuration is an error in every run, whoever names the file.
    let config = places.config()?;
    if let Some(file) = given {
        return named(places, file, Origin::Flag, "");
    }
    let names = places.names_of_start();
    let stateless = places.stateless()?;
    if let Some(file) = names
        .iter()
        .find_map(|name| stateless.directories.get(name))
    {
        return named(
            places,
            file,
            Origin::Stateless,
            ", the file of this stateless folder",
        );
    }
    let links = places.links()?;
    if let Some(file) = names.iter().find_map(|name| links.file_of(name)) {
        return named(
            places,
            file,
            Origin::Link,
            ", to which this folder is linked",
        );
    }
    match places.workspace_default() {
        Ok(Some(file)) => {
            return named(
                places,
                &file,
                Origin::Workspace,
                ", the default of this workspace",
            );
        }
        Ok(None) => {}
        Err(warning) => notes.warnings.push(warning),
    }
    let own = config
        .extra_task_file_search_paths
        .iter()
        .map(String::as_str);
    search(places, SEARCHED.into_iter().chain(own))
}

/// A file that somebody named has to be there; whether it can be read shows when it is.
fn named(places: &Places, file: &Path, origin: Origin, role: &str) -> Result<Found, LoadError> {
    let path = places.start_dir.join(file);
    let error = |reason: &str| {
        LoadError::Message(format!("task file '{}'{role}: {reason}", file.display()))
    };
    match fs::metadata(&path) {
        Ok(metadata) if metadata.is_dir() => Err(error("it is a folder")),
        Ok(_) => Ok(Found {
            shown: file.to_owned(),
            path,
            origin,
        }),
        Err(reason) => Err(error(&os_reason(&reason))),
    }
}

fn search<'p>(
    places: &Places,
    candidates: impl Iterator<Item = &'p str> + Clone,
) -> Result<Found, LoadError> {
    for candidate in candidates.clone() {
        let path = places.start_dir.join(candidate);
        match fs::metadata(&path) {
            Ok(metadata) if metadata.is_file() => {
                return Ok(Found {
                    shown: candidate.into(),
                    path,
                    origin: Origin::Search,
                });
            }
            Ok(_) => {}
            Err(error) if is_missing(&error) => {}
            // A file that may be there must not silently give way to another one.
            Err(error) => {
                let reason = os_reason(&error);
                return Err(LoadError::Message(format!(
                    "task file '{candidate}': {reason}"
                )));
            }
        }
    }
    let searched: String = candidates.map(|place| format!("\n    {place}")).collect();
    Err(LoadError::Message(format!(
        "no task file found; searched:{searched}\n  Help: name one with --file, or write one with \
         'xdrun --init'"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixture {
        folder: tempfile::TempDir,
        places: Places,
    }

    impl Fixture {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let start_dir = fs::canonicalize(folder.path()).unwrap().join("project");
            fs::create_dir(&start_dir).unwrap();
            let home = Some(folder.path().join("home"));
            Self {
                folder,
                places: Places { start_dir, home },
            }
        }

        fn write(&self, path: &str) -> PathBuf {
            let path = self.places.start_dir.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, "version: 2.0\n").unwrap();
            path
        }

        fn find(&self, given: Option<&str>) -> Result<(String, Origin), String> {
            find(given.map(Path::new), &self.places, &mut Notes::default())
                .map(|found| (found.name(), found.origin))
                .map_err(|error| error.to_string())
        }
    }

    #[test]
    fn the_order_is_flag_stateless_link_workspace_search() {
        let fixture = Fixture::new();
        let places = &fixture.places;
        let missing = fixture.find(None).unwrap_err();
        for fact in ["ops/spec.drun", "--file", "--init"] {
            assert!(missing.contains(fact), "{missing}");
        }
        fixture.write("ops/spec.drun");
        assert_eq!(
            fixture.find(None),
            Ok(("ops/spec.drun".into(), Origin::Search))
        );
        places.set_workspace_default(Path::new("own.drun")).unwrap();
        assert!(fixture.find(None).unwrap_err().contains("'own.drun'"));
        fixture.write("own.drun");
        assert_eq!(
            fixture.find(None),
            Ok(("own.drun".into(), Origin::Workspace))
        );

        let linked = fixture.write("linked.drun");
        let mut links = super::super::places::Links::default();
        links.links.insert(
            fixture.folder.path().canonicalize().unwrap(),
            linked.clone(),
        );
        places.save_links(&links).unwrap();
        let name = linked.to_string_lossy().into_owned();
        assert_eq!(fixture.find(None), Ok((name, Origin::Link)));

        let mut stateless = places.stateless().unwrap();
        let file = places.stateless_file(&places.start_dir).unwrap();
        stateless
            .directories
            .insert(places.start_dir.clone(), file.clone());
        places.save_stateless(&stateless).unwrap();
        assert!(
            fixture
                .find(None)
                .unwrap_err()
                .contains(&*file.to_string_lossy())
        );

        assert_eq!(
            fixture.find(Some("ops/spec.drun")),
            Ok(("ops/spec.drun".into(), Origin::Flag))
        );
        assert!(fixture.find(Some("ops")).unwrap_err().contains("'ops'"));
        assert!(fixture.find(Some("gone")).unwrap_err().contains("'gone'"));
    }

    #[test]
    fn a_broken_workspace_is_a_warning_and_a_broken_configuration_an_error() {
        let fixture = Fixture::new();
        fixture.write("spec.drun");
        let workspace = fixture.write(".drun/.drun_workspace.yml");
        fs::write(workspace, "a: [").unwrap();
        let mut notes = Notes::default();
        let found = find(None, &fixture.places, &mut notes).unwrap();
        assert_eq!(found.name(), "spec.drun");
        assert_eq!(notes.warnings.len(), 1);
        let config = fixture.places.user_folder().unwrap();
        fs::create_dir_all(&config).unwrap();
        fs::write(config.join("config.yml"), "a: [").unwrap();
        assert!(fixture.find(Some("spec.drun")).is_err());
    }
}
