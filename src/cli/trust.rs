//! `cmd:trust`, `cmd:untrust`: folders whose tasks may open web pages.

use super::context::Context;
use crate::resolve::ResolveError;

/// Trusts a folder and those below it.
pub(super) fn trust(context: &Context<'_>, folder: Option<&str>) -> Result<(), ResolveError> {
    let mut trusted = context.places.trusted()?;
    trusted.push(context.folder(folder));
    context.places.save_trusted(trusted)?;
    context.say(format!("Trusted: {}", folder.unwrap_or(".")));
    Ok(())
}

/// Trusts it no longer; one that was not trusted is no error.
pub(super) fn untrust(context: &Context<'_>, folder: Option<&str>) -> Result<(), ResolveError> {
    let mut trusted = context.places.trusted()?;
    let before = trusted.len();
    let path = context.folder(folder);
    trusted.retain(|own| *own != path);
    if trusted.len() != before {
        context.places.save_trusted(trusted)?;
    }
    context.say(format!("Untrusted: {}", folder.unwrap_or(".")));
    Ok(())
}
