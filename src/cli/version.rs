//! `--version`.

use crate::report::Report;

/// The version of the language and command line that this program is compatible with.
pub const COMPATIBLE: &str = "2.28";

/// Prints the banner and the version.
pub(super) fn print(report: &Report) {
    report.line("drun: runs project tasks, and never out of memory");
    let version = env!("CARGO_PKG_VERSION");
    report.line(&format!("Version {version} (compatible with {COMPATIBLE})"));
}
