//! Which task file is meant.

use std::path::{Path, PathBuf};

use super::Places;
use crate::resolve::ResolveError;

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

impl Found {
    fn new(path: PathBuf, shown: impl Into<String>) -> Self {
        Self {
            path,
            shown: shown.into(),
        }
    }
}

/// Finds the task file: given, stateless, linked, the workspace's, or in one of the usual places.
///
/// # Errors
/// A file that was given or noted and is not there; none in any place.
pub fn discover(given: Option<&str>, places: &Places) -> Result<Found, ResolveError> {
    let here = &places.start_dir;
    if let Some(given) = given {
        return existing(here.join(given), given, "task file");
    }
    let folder = here.display().to_string();
    if let Some(file) = places.stateless()?.get(&folder) {
        return existing(PathBuf::from(file), file, "stateless task file");
    }
    let links = places.links()?;
    let linked = here
        .ancestors()
        .find_map(|folder| links.get(&folder.display().to_string()));
    if let Some(file) = linked {
        return existing(PathBuf::from(file), file, "linked task file");
    }
    if let Some(file) = places.workspace_default() {
        return existing(here.join(&file), &file, "workspace default task file");
    }
    let own = places.extra_search_paths()?;
    SEARCHED
        .iter()
        .map(|place| (*place).to_owned())
        .chain(own)
        .find(|place| here.join(place).is_file())
        .map(|place| Found::new(here.join(&place), place))
        .ok_or_else(nothing)
}

fn existing(path: PathBuf, shown: &str, what: &str) -> Result<Found, ResolveError> {
    let message = match (path.is_file(), path.is_dir()) {
        (true, _) => return Ok(Found::new(path, shown)),
        (_, true) => format!("{what} '{shown}' is a folder"),
        _ if is_special(&path) => return Ok(Found::new(path, shown)),
        _ => format!("{what} '{shown}' not found"),
    };
    Err(ResolveError::Message(message))
}

/// A pipe, as `<(…)` gives one.
fn is_special(path: &Path) -> bool {
    path.exists() && !path.is_dir()
}

fn nothing() -> ResolveError {
    let places = SEARCHED.join(", ");
    ResolveError::Message(format!(
        "no task file found; searched: {places}\n  Help: name one with --file, or make one with --init"
    ))
}
