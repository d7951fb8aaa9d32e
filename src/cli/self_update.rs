//! `--self-update`.

use super::context::error;
use crate::resolve::ResolveError;

/// The program was installed by something that also knows how to update it, and says so: a program
/// that overwrites itself would go behind the back of cargo and of package managers.
pub(super) fn refuse() -> Result<(), ResolveError> {
    let program = std::env::current_exe()
        .map(|path| format!(" ({})", path.display()))
        .unwrap_or_default();
    error(format!(
        "this program{program} does not replace itself\n  Help: update it the way it was installed, for instance with: cargo install drun"
    ))
}
