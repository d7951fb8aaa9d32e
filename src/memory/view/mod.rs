//! The viewer of crash files: what is there, one dump as a page for the terminal or the browser,
//! and removing them all. Everything returns text; nothing is printed here.

mod chart;
mod document;
mod escape;
mod html;
mod page;
mod tables;

use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};

use self::document::Document;
use super::amount::size;
use super::diagnosis::Diagnosis;
use super::files::{self, Folder, Kind, Pair};
use super::record::Record;

/// What is shown of a cause in the list, in characters.
const CAUSE: usize = 160;
/// What can be done with what is listed.
const USES: &str = "\nxdrun cmd:crash show [FILE]               shows the newest, or FILE\n\
                    xdrun cmd:crash html [FILE] > crash.html  makes a page for the browser\n\
                    xdrun cmd:crash clean                     removes them all\n";

/// Why a dump can't be shown.
#[derive(Debug, thiserror::Error)]
pub enum ViewError {
    /// No place has one.
    #[error("no crash dump in {}", listed(.0))]
    Nothing(Vec<PathBuf>),
    /// The file can't be read.
    #[error("cannot read {}: {error}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The file ends too early.
    #[error("{} is not a whole crash dump: it ends in the middle", .0.display())]
    Truncated(PathBuf),
    /// The file is something else.
    #[error("{} is not a crash dump of this drun: {reason}", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What is wrong in it.
        reason: String,
    },
}

/// The crash files of all `places`, the newest first: each pair with its cause, and what can be done
/// with them.
pub fn list(places: &[PathBuf]) -> String {
    let mut out = String::new();
    for place in places {
        let Ok(folder) = Folder::open(place) else {
            continue;
        };
        for pair in files::pairs(&folder) {
            let names: Vec<String> = pair
                .kinds
                .iter()
                .map(|kind| pair.stem.file_name(*kind))
                .collect();
            let names = names.join(", ");
            // Writing to a String never fails.
            let _ = writeln!(out, "{}: {names} ({})", place.display(), size(pair.bytes));
            let dump = place.join(pair.stem.file_name(Kind::Dump));
            if let Ok(document) = Document::read(&dump) {
                let cause: String = document.diagnosis.sentence.chars().take(CAUSE).collect();
                let cause = cause.replace(char::is_control, " ");
                let _ = writeln!(out, "  {}  {cause}", document.time());
            }
        }
    }
    if out.is_empty() {
        return format!("no crash dump in {}\n", listed(places));
    }
    out.push_str(USES);
    out
}

/// One dump as a page for the terminal: `file`, or the newest in `places`.
pub fn show(file: Option<&Path>, places: &[PathBuf]) -> Result<String, ViewError> {
    let (document, name) = read(file, places)?;
    Ok(page::page(&document, &name))
}

/// One dump as a page for the browser, in a single file that needs no other and no network.
pub fn html(file: Option<&Path>, places: &[PathBuf]) -> Result<String, ViewError> {
    let (document, name) = read(file, places)?;
    Ok(html::html(&document, &name))
}

/// Removes the crash files of this user from all `places`, and says how many there were.
pub fn clean(places: &[PathBuf]) -> String {
    let mut out = String::new();
    for place in places {
        let Ok(folder) = Folder::open(place) else {
            continue;
        };
        let number = folder.clean();
        if number > 0 {
            let noun = if number == 1 { "file" } else { "files" };
            // Writing to a String never fails.
            let _ = writeln!(out, "removed {number} {noun} from {}", place.display());
        }
    }
    if out.is_empty() {
        out.push_str("nothing to remove\n");
    }
    out
}

/// What a dump says, which has to be whole.
///
/// # Errors
/// It cannot be read, ends too early, or is something else.
pub fn whole(path: &Path) -> Result<(Record, Diagnosis), ViewError> {
    let document = Document::read(path)?;
    Ok((document.record(), document.diagnosis))
}

fn read(file: Option<&Path>, places: &[PathBuf]) -> Result<(Document, String), ViewError> {
    let path = match file {
        Some(path) => path.to_owned(),
        None => newest(places).ok_or_else(|| ViewError::Nothing(places.to_vec()))?,
    };
    let document = Document::read(&path)?;
    let name = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    Ok((document, name))
}

fn newest(places: &[PathBuf]) -> Option<PathBuf> {
    let pairs = |place: &PathBuf| {
        let pairs = Folder::open(place)
            .map(|folder| files::pairs(&folder))
            .unwrap_or_default();
        let place = place.clone();
        pairs.into_iter().map(move |pair| (place.clone(), pair))
    };
    let has_dump = |(_, pair): &(PathBuf, Pair)| pair.kinds.contains(&Kind::Dump);
    let found = places.iter().flat_map(pairs).filter(has_dump);
    // Where two are as new as each other, the place that comes first has it.
    let newest = found.reduce(|a, b| if b.1.modified > a.1.modified { b } else { a })?;
    Some(newest.0.join(newest.1.stem.file_name(Kind::Dump)))
}

fn listed(places: &[PathBuf]) -> String {
    let places: Vec<String> = places
        .iter()
        .map(|place| place.display().to_string())
        .collect();
    places.join(", ")
}

#[cfg(test)]
mod tests;
