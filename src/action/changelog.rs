//! `promote changelog`: what is unreleased becomes the section of a version.

mod promote;
mod section;

use std::path::PathBuf;

use super::file::{self, Outcome, Reader};
use crate::source::Text;
use crate::value::os_reason;
use promote::promoted;

/// A statement whose texts are known.
#[derive(Debug)]
pub struct Job {
    /// The file.
    pub path: PathBuf,
    /// The file, as messages show it.
    pub shown: String,
    /// The version, with a `v` or without.
    pub version: Text,
    /// The date of the version.
    pub date: Text,
    /// Whether nothing is written, and the line is that of a dry run.
    pub dry_run: bool,
    /// Whether it tells what it did.
    pub verbose: bool,
}

/// Does the work.
pub async fn perform(job: Job, reader: &Reader) -> Outcome {
    let changes = !job.dry_run;
    let (path, shown) = (job.path.clone(), job.shown.clone());
    file::edit(&path, changes, reader, move |text| job.finish(text))
        .await
        .unwrap_or_else(|reason| Outcome {
            failure: Some(format!("promote changelog {shown}: {reason}")),
            ..Outcome::default()
        })
}

impl Job {
    fn finish(&self, text: &str) -> Result<Outcome, String> {
        let version = version(&self.version)?;
        check_date(&self.date)?;
        let changed = promoted(text, version, &self.date)?;
        let (shown, date) = (&self.shown, &self.date);
        let what = format!("changelog {shown} unreleased entries to version {version} ({date})");
        let line = match changed.filter(|changed| changed != text) {
            _ if self.dry_run => format!("[DRY RUN] Would promote {what}"),
            Some(changed) => {
                file::replace(&self.path, changed.as_bytes()).map_err(|error| os_reason(&error))?;
                format!("✅  Promoted {what}")
            }
            None => format!("✅  Changelog {shown} is already up to date"),
        };
        Ok(Outcome {
            lines: match self.dry_run || self.verbose {
                true => vec![line],
                false => Vec::new(),
            },
            ..Outcome::default()
        })
    }
}

/// Three numbers; a `v` before them is dropped.
fn version(written: &str) -> Result<&str, String> {
    let version = written.strip_prefix('v').unwrap_or(written);
    let number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    match version.split('.').count() == 3 && version.split('.').all(number) {
        true => Ok(version),
        false => Err(format!(
            "'{written}' is no version of three numbers such as 1.2.3"
        )),
    }
}

/// A day of the calendar.
fn check_date(written: &str) -> Result<(), String> {
    let form = time::macros::format_description!("[year]-[month]-[day]");
    let digits = written.len() == 10 && !written.starts_with(['+', '-']);
    match digits && time::Date::parse(written, form).is_ok() {
        true => Ok(()),
        false => Err(format!("'{written}' is no date such as 2024-05-31")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_three_numbers_and_a_date_a_day() {
        assert_eq!(
            (version("v1.2.3"), version("10.0.1")),
            (Ok("1.2.3"), Ok("10.0.1"))
        );
        for wrong in ["", "1.2", "1.2.3.4", "1.2.x", "vv1.2.3", "1..3", "1.2.3-rc"] {
            assert!(version(wrong).unwrap_err().contains(wrong), "{wrong}");
        }
        assert_eq!(check_date("2024-02-29"), Ok(()));
        for wrong in [
            "",
            "2023-02-29",
            "2024-2-29",
            "2024-02-29 ",
            "+024-02-29",
            "29.02.2024",
        ] {
            assert!(check_date(wrong).unwrap_err().contains(wrong), "{wrong}");
        }
    }
}
