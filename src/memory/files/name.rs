//! The names of crash files.

use time::OffsetDateTime;
use time::macros::format_description;

/// What both names of a pair have in common: `20250930-143022`, or `20250930-143022-2` when the
/// first was taken.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Stem {
    stamp: String,
    number: u32,
}

/// Which file of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The JSON file.
    Dump,
    /// The text file.
    Summary,
}

const DUMP: (&str, &str) = ("drun-crash-dump-", ".json");
const SUMMARY: (&str, &str) = ("drun-crash-summary-", ".txt");
const TEMPORARY: (&str, &str) = (".drun-crash-", ".tmp");

impl Stem {
    /// The stem of a moment, in the local time that `at` carries.
    pub fn new(at: OffsetDateTime) -> Self {
        let format = format_description!("[year][month][day]-[hour][minute][second]");
        let stamp = at
            .format(format)
            .unwrap_or_else(|_| "00000000-000000".to_owned());
        Self { stamp, number: 1 }
    }

    /// The stem that is tried when this one is taken.
    pub fn next(&self) -> Self {
        Self {
            stamp: self.stamp.clone(),
            number: self.number + 1,
        }
    }

    /// The full name of a file.
    pub fn file_name(&self, kind: Kind) -> String {
        let (prefix, suffix) = affixes(kind);
        match self.number {
            1 => format!("{prefix}{}{suffix}", self.stamp),
            number => format!("{prefix}{}-{number}{suffix}", self.stamp),
        }
    }

    /// The stem of a name that [`Stem::file_name`] could have made.
    pub fn parse(name: &str) -> Option<(Self, Kind)> {
        [Kind::Dump, Kind::Summary].into_iter().find_map(|kind| {
            let (prefix, suffix) = affixes(kind);
            let middle = name.strip_prefix(prefix)?.strip_suffix(suffix)?;
            let (stamp, rest) = middle.split_at_checked(15)?;
            let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
            let (date, time) = stamp.split_once('-')?;
            let number = match rest.strip_prefix('-') {
                Some(number) if digits(number) => number.parse().ok().filter(|&n| n > 1)?,
                None if rest.is_empty() => 1,
                _ => return None,
            };
            (date.len() == 8 && digits(date) && digits(time)).then(|| {
                let stamp = stamp.to_owned();
                (Self { stamp, number }, kind)
            })
        })
    }
}

/// The temporary name of a file that process `pid` writes.
pub(super) fn temporary(pid: u32, number: u32) -> String {
    format!("{}{pid}-{number}{}", TEMPORARY.0, TEMPORARY.1)
}

/// The process that a temporary name belongs to.
pub(super) fn owner_of_temporary(name: &str) -> Option<u32> {
    let middle = name.strip_prefix(TEMPORARY.0)?.strip_suffix(TEMPORARY.1)?;
    let (pid, number) = middle.split_once('-')?;
    number.parse::<u32>().ok()?;
    pid.parse().ok()
}

fn affixes(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Dump => DUMP,
        Kind::Summary => SUMMARY,
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn names_hold_local_time_and_are_read_back() {
        let stem = Stem::new(datetime!(2025-09-30 14:30:22 +2));
        assert_eq!(
            stem.file_name(Kind::Dump),
            "drun-crash-dump-20250930-143022.json"
        );
        let third = stem.next().next();
        let name = third.file_name(Kind::Summary);
        assert_eq!(name, "drun-crash-summary-20250930-143022-3.txt");
        assert_eq!(Stem::parse(&name), Some((third, Kind::Summary)));
        for foreign in [
            "drun-crash-dump.json",
            "drun-crash-dump-20250930-143022.txt",
            "drun-crash-dump-20250930-143022-x.json",
            "drun-crash-dump-20250930-143022-.json",
            "drun-crash-dump-2025093é-143022.json",
            "drun-crash-dump-20250930x143022.json",
        ] {
            assert_eq!(Stem::parse(foreign), None, "{foreign}");
        }
        assert_eq!(owner_of_temporary(&temporary(7, 1)), Some(7));
        assert_eq!(owner_of_temporary(".drun-crash-x-1.tmp"), None);
    }
}
