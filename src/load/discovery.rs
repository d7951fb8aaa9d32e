//! Which task file is meant.

use std::fs;
use std::path::{Path, PathBuf};

use super::Places;
use super::places::is_missing;
use crate::resolve::ResolveError;
use crate::value::os_reason;

/// Places that are searched in the current folder, in order.
pub const SEARCHED: &[&str] = &[
    ".drun/spec.drun",
    ".drun",
    "spec.drun",
    "infra/.drun/spec.drun",
    "infra/drun/spec.drun",
    "ops/.drun/spec.drun",
    "ops/drun/spec.drun",
    "ops/spec.drun",
];

/// A task file that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Where it is.
    pub path: PathBuf,
    /// As it was found or given; messages name it so.
    pub shown: String,
}

/// Finds the task file: given, stateless, linked, the workspace's, or in one of the usual places.
///
/// # Errors
/// A file that was given or noted and is not there; none in any place; a broken file of the user.
pub fn discover(given: Option<&str>, places: &Places) -> Result<Found, ResolveError> {
    find(given, places)?.map_or_else(|| nothing(places), Ok)
}

/// The same; nothing when there is none in any place.
///
/// # Errors
/// The other ones of [`discover`].
pub fn find(given: Option<&str>, places: &Places) -> Result<Option<Found>, ResolveError> {
    // A broken configuration is an error in every run, whoever names the file.
    let own = places.extra_search_paths()?;
    let named = |file: &str, what: &str| named(places, file, what).map(Some);
    if let Some(given) = given {
        return named(given, "task file");
    }
    let here = places.names_of_start();
    let stateless = places.stateless()?;
    let mut names = here.iter().map(|folder| folder.to_string_lossy());
    if let Some(file) = names.find_map(|name| stateless.get(&*name)) {
        return named(file, "stateless task file");
    }
    let links = places.links()?;
    let linked = |folder: &Path| links.get(&*folder.to_string_lossy());
    if let Some(file) = here
        .iter()
        .find_map(|here| here.ancestors().find_map(linked))
    {
        return named(file, "linked task file");
    }
    if let Some(file) = places.workspace_default() {
        return named(&file, "workspace default task file");
    }
    let own = own.iter().map(String::as_str);
    search(places, SEARCHED.iter().copied().chain(own))
}

fn nothing(places: &Places) -> Result<Found, ResolveError> {
    let own = places.extra_search_paths()?;
    let own = own.iter().map(String::as_str);
    let searched: Vec<&str> = SEARCHED.iter().copied().chain(own).collect();
    Err(ResolveError::Message(format!(
        "no task file found; searched: {}\n  Help: name one with --file, or make one with --init",
        searched.join(", ")
    )))
}

/// A file that somebody named has to be there. It may be a pipe, as `<(…)` gives one; whether it can
/// be read shows when it is.
fn named(places: &Places, file: &str, what: &str) -> Result<Found, ResolveError> {
    let path = places.start_dir.join(file);
    let error = |reason: &str| ResolveError::Message(format!("{what} '{file}': {reason}"));
    match fs::metadata(&path) {
        Ok(metadata) if metadata.is_dir() => Err(error("it is a folder")),
        Ok(_) => Ok(Found {
            path,
            shown: file.to_owned(),
        }),
        Err(reason) => Err(error(&os_reason(&reason))),
    }
}

fn search<'p>(
    places: &Places,
    candidates: impl Iterator<Item = &'p str>,
) -> Result<Option<Found>, ResolveError> {
    for candidate in candidates {
        let path = places.start_dir.join(candidate);
        match fs::metadata(&path) {
            Ok(metadata) if metadata.is_file() => {
                return Ok(Some(Found {
                    path,
                    shown: candidate.to_owned(),
                }));
            }
            Ok(_) => {}
            Err(error) if is_missing(&error) => {}
            // A file that may be there must not silently give way to another one.
            Err(error) => {
                let reason = os_reason(&error);
                let message = format!("task file '{candidate}': {reason}");
                return Err(ResolveError::Message(message));
            }
        }
    }
    Ok(None)
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

        fn find(&self, given: Option<&str>) -> Result<String, String> {
            discover(given, &self.places)
                .map(|found| found.shown)
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
        assert_eq!(fixture.find(None).as_deref(), Ok("ops/spec.drun"));
        places.set_workspace_default("own.drun").unwrap();
        assert!(fixture.find(None).unwrap_err().contains("'own.drun'"));
        fixture.write("own.drun");
        assert_eq!(fixture.find(None).as_deref(), Ok("own.drun"));

        let linked = fixture.write("linked.drun").to_string_lossy().into_owned();
        let above = fixture.folder.path().canonicalize().unwrap();
        let above = above.to_string_lossy().into_owned();
        places.save_links([(above, linked.clone())].into()).unwrap();
        assert_eq!(fixture.find(None), Ok(linked));

        let here = places.start_dir.to_string_lossy().into_owned();
        places
            .save_stateless([(here, "/gone/spec.drun".to_owned())].into())
            .unwrap();
        assert!(
            fixture
                .find(None)
                .unwrap_err()
                .contains("'/gone/spec.drun'")
        );

        assert_eq!(
            fixture.find(Some("ops/spec.drun")).as_deref(),
            Ok("ops/spec.drun")
        );
        assert!(fixture.find(Some("ops")).unwrap_err().contains("'ops'"));
        assert!(fixture.find(Some("gone")).unwrap_err().contains("'gone'"));
    }

    #[test]
    fn a_broken_workspace_is_passed_over_and_a_broken_configuration_is_an_error() {
        let fixture = Fixture::new();
        fixture.write("spec.drun");
        fs::write(fixture.write(".drun/.drun_workspace.yml"), "a: [").unwrap();
        assert_eq!(fixture.find(None).as_deref(), Ok("spec.drun"));
        let config = fixture.folder.path().join("home/.drun");
        fs::create_dir_all(&config).unwrap();
        fs::write(config.join("config.yml"), "a: [").unwrap();
        assert!(fixture.find(Some("spec.drun")).is_err());
    }
}
