//! Crash files that can be trusted: whole under their final names, readable for their owner alone,
//! never in the place of something that exists, never through a link.
//!
//! Everything is synchronous and takes no lock: the backstop's thread writes the same way.

mod name;
mod retention;
mod temporary;

use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use time::OffsetDateTime;

pub use self::name::{Kind, Stem};
pub use self::retention::{MAX_BYTES, MAX_PAIRS, Pair, pairs};
pub use self::temporary::Temporary;

/// How many names of one second are tried.
const ATTEMPTS: usize = 1000;

/// A folder that is open, so that it stays the same whatever happens to its path.
#[derive(Debug)]
pub struct Folder {
    fd: OwnedFd,
    path: PathBuf,
}

impl Folder {
    /// Opens a folder.
    pub fn open(path: &Path) -> io::Result<Self> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let open = || rustix::fs::open(path, flags, Mode::empty());
        let fd = match open() {
            Err(Errno::MFILE) if temporary::raise_file_limit() => open(),
            result => result,
        }?;
        let path = path.to_owned();
        Ok(Self { fd, path })
    }

    /// Its path as it was given.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A new file that gets its name later.
    pub fn temporary(&self) -> io::Result<Temporary<'_>> {
        Temporary::create(self)
    }

    /// Removes all crash files of this user and what killed writers left behind; how many files.
    pub fn clean(&self) -> usize {
        retention::remove_leftovers(self);
        let pairs = pairs(self);
        pairs.iter().map(|pair| retention::remove(self, pair)).sum()
    }

    fn exists(&self, name: &str) -> bool {
        rustix::fs::statat(&self.fd, name, rustix::fs::AtFlags::SYMLINK_NOFOLLOW).is_ok()
    }
}

/// Where crash files may go, in order: the folder that was set, the folder of the start, the one
/// for temporary files, the one in the home directory.
pub fn places(set: Option<&Path>, start: &Path) -> Vec<PathBuf> {
    let from_environment = |name: &str| {
        std::env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let temporary = from_environment("TMPDIR").unwrap_or_else(|| PathBuf::from("/tmp"));
    let home = from_environment("HOME").map(|home| home.join(".drun").join("crash"));
    let set = set.map(|set| start.join(set));
    let mut places: Vec<PathBuf> = Vec::new();
    for place in set
        .into_iter()
        .chain([start.to_owned(), temporary])
        .chain(home)
    {
        if !places.contains(&place) {
            places.push(place);
        }
    }
    places
}

/// Opens a place; the folders that are ours to make are made.
pub fn open_place(path: &Path, make: bool) -> io::Result<Folder> {
    match Folder::open(path) {
        Err(error) if make && error.kind() == io::ErrorKind::NotFound => {
            use std::os::unix::fs::DirBuilderExt as _;
            let mut builder = std::fs::DirBuilder::new();
            builder.recursive(true).mode(0o700).create(path)?;
            Folder::open(path)
        }
        result => result,
    }
}

/// A dump that has its final name.
#[derive(Debug, Clone)]
pub struct Placed {
    /// What its name and that of its summary have in common.
    pub stem: Stem,
}

/// Gives a whole dump the first free name of the second `at`, such that the name of its summary is
/// free as well.
pub fn place_dump(
    folder: &Folder,
    mut dump: Temporary<'_>,
    at: OffsetDateTime,
) -> io::Result<Placed> {
    let mut stem = Stem::new(at);
    for _ in 0..ATTEMPTS {
        if !folder.exists(&stem.file_name(Kind::Summary)) {
            match dump.place(&stem.file_name(Kind::Dump)) {
                Ok(()) => return Ok(Placed { stem }),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        stem = stem.next();
    }
    Err(Errno::EXIST.into())
}

/// Writes the summary beside its dump, or alone when `placed` is none. `text` makes the summary
/// for the name that the dump has; where another file takes the summary's name first, both get the
/// next one.
pub fn place_summary(
    folder: &Folder,
    placed: Option<&Placed>,
    at: OffsetDateTime,
    text: impl Fn(Option<&str>) -> String,
) -> io::Result<Stem> {
    let mut stem = placed.map_or_else(|| Stem::new(at), |placed| placed.stem.clone());
    for _ in 0..ATTEMPTS {
        let dump = stem.file_name(Kind::Dump);
        let mut summary = folder.temporary()?;
        io::Write::write_all(&mut summary, text(placed.map(|_| dump.as_str())).as_bytes())?;
        match summary.place(&stem.file_name(Kind::Summary)) {
            Ok(()) => return Ok(stem),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
        stem = match placed {
            Some(_) => next_free(folder, &dump, &stem)?,
            None => stem.next(),
        };
    }
    Err(Errno::EXIST.into())
}

/// Moves a dump to the next name that is free.
fn next_free(folder: &Folder, from: &str, stem: &Stem) -> io::Result<Stem> {
    let mut stem = stem.next();
    for _ in 0..ATTEMPTS {
        match temporary::move_without_replacing(folder, from, &stem.file_name(Kind::Dump)) {
            Ok(()) => return Ok(stem),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => stem = stem.next(),
            Err(error) => return Err(error),
        }
    }
    Err(Errno::EXIST.into())
}

/// Removes what is too much beside the pair that was just written.
pub fn tidy(folder: &Folder, newest: &Stem) {
    retention::tidy(folder, newest);
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Write as _;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use time::macros::datetime;

    use super::*;

    const AT: OffsetDateTime = datetime!(2025-09-30 14:30:22 UTC);

    fn write_pair(folder: &Folder, at: OffsetDateTime, bytes: usize) -> Stem {
        let mut dump = folder.temporary().unwrap();
        dump.write_all(&vec![b' '; bytes]).unwrap();
        let placed = place_dump(folder, dump, at).unwrap();
        let stem = place_summary(folder, Some(&placed), at, |dump| dump.unwrap().to_owned());
        let stem = stem.unwrap();
        tidy(folder, &stem);
        stem
    }

    /// As [`write_pair`], so many seconds ago.
    fn write_old_pair(folder: &Folder, at: OffsetDateTime, bytes: usize, ago: u64) {
        let stem = write_pair(folder, at, bytes);
        let time = std::time::SystemTime::now() - std::time::Duration::from_secs(ago);
        for kind in [Kind::Dump, Kind::Summary] {
            let file = folder.path().join(stem.file_name(kind));
            let file = fs::File::options().append(true).open(file).unwrap();
            file.set_modified(time).unwrap();
        }
    }

    fn names(dir: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(dir)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_pair_takes_the_first_free_name_and_replaces_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("target");
        fs::write(&target, "mine").unwrap();
        symlink(
            &target,
            dir.path().join("drun-crash-dump-20250930-143022.json"),
        )
        .unwrap();
        fs::create_dir(dir.path().join("drun-crash-summary-20250930-143022-2.txt")).unwrap();
        let folder = Folder::open(dir.path()).unwrap();
        let stem = write_pair(&folder, AT, 10);
        assert_eq!(
            stem.file_name(Kind::Dump),
            "drun-crash-dump-20250930-143022-3.json"
        );
        let summary = dir.path().join(stem.file_name(Kind::Summary));
        assert_eq!(
            fs::read_to_string(&summary).unwrap(),
            stem.file_name(Kind::Dump)
        );
        assert_eq!(
            summary.metadata().unwrap().permissions().mode() & 0o777,
            0o600
        );
        assert_eq!(fs::read_to_string(&target).unwrap(), "mine");
    }

    #[test]
    fn five_pairs_are_kept_and_foreign_names_are_not_touched() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("drun-crash-dump-mine.json"), "x").unwrap();
        let folder = Folder::open(dir.path()).unwrap();
        for second in 0..7 {
            let at = AT + time::Duration::seconds(second);
            write_old_pair(&folder, at, 10, 60 - second as u64);
        }
        write_pair(&folder, AT + time::Duration::seconds(7), 10);
        let names = names(dir.path());
        assert_eq!(names.len(), 2 * MAX_PAIRS + 1, "{names:?}");
        assert!(names.iter().any(|name| name.contains("143029")));
        assert!(!names.iter().any(|name| name.contains("143024")));
    }

    #[test]
    fn the_newest_pair_stays_whatever_its_size() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::open(dir.path()).unwrap();
        write_old_pair(&folder, AT, 10, 60);
        write_pair(&folder, AT + time::Duration::SECOND, MAX_BYTES as usize + 1);
        assert_eq!(names(dir.path()).len(), 2);
        assert_eq!(folder.clean(), 2);
        assert!(names(dir.path()).is_empty());
    }

    #[test]
    fn what_a_killed_writer_left_is_removed_and_what_is_being_written_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::open(dir.path()).unwrap();
        let left = dir
            .path()
            .join(name::temporary(std::process::id(), 999_999));
        fs::write(&left, "half").unwrap();
        let pipe = dir
            .path()
            .join(name::temporary(std::process::id(), 999_998));
        symlink("/nowhere", &pipe).unwrap();
        let open = folder.temporary().unwrap();
        write_pair(&folder, AT, 1);
        let kept = names(dir.path());
        assert!(!kept.iter().any(|name| name.contains("999999")));
        assert!(kept.iter().any(|name| name.contains("999998")));
        assert_eq!(kept.len(), 4, "{kept:?}");
        drop(open);
        assert_eq!(names(dir.path()).len(), 3);
    }

    #[test]
    fn a_dump_that_fails_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::open(dir.path()).unwrap();
        let mut dump = folder.temporary().unwrap();
        dump.write_all(b"{").unwrap();
        drop(dump);
        assert!(names(dir.path()).is_empty());
    }
}
