//! `cmd:crash`: what was written when the memory monitor stopped a run.

use std::path::PathBuf;

use super::context::Context;
use super::invocation::Crash;
use crate::memory::{files, view};
use crate::resolve::ResolveError;

/// Lists, shows or removes the dumps of all places to which they are written.
pub(super) fn crash(context: &Context<'_>, wanted: &Crash) -> Result<(), ResolveError> {
    let folder = context.limits.dump_dir.as_deref();
    let places = files::places(folder, &context.places.start_dir);
    let named = |file: &Option<String>| -> Option<PathBuf> {
        let file = file.as_ref()?;
        Some(context.places.start_dir.join(file))
    };
    let text = match wanted {
        Crash::List => view::list(&places),
        Crash::Clean => view::clean(&places),
        Crash::Show(file) => view::show(named(file).as_deref(), &places).map_err(told)?,
        Crash::Html(file) => view::html(named(file).as_deref(), &places).map_err(told)?,
    };
    context.report.bytes(text.as_bytes());
    Ok(())
}

fn told(error: view::ViewError) -> ResolveError {
    ResolveError::Message(error.to_string())
}
