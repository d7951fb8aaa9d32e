//! `--set-workspace`: the default task file of a folder.

use super::context::Context;
use crate::load::places::WORKSPACE;
use crate::resolve::ResolveError;

/// Makes a file, which has to exist, the default of the current folder.
pub(super) fn set(context: &Context<'_>, file: &str) -> Result<(), ResolveError> {
    context.existing_file(file)?;
    context.places.set_workspace_default(file)?;
    context.say(format!("✅  Set workspace default task file to: {file}"));
    context.say(format!("💾 Saved to {WORKSPACE}"));
    Ok(())
}
