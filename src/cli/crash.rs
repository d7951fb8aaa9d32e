//! `cmd:crash`: what was written when the memory monitor stopped a run.

use std::path::PathBuf;

use super::context::Context;
use super::invocation::Crash;
use super::run;
use crate::memory::{files, view};
use crate::resolve::ResolveError;

/// Lists, shows or removes the dumps of all places to which they are written.
pub(super) async fn crash(context: &Context<'_>, wanted: &Crash) -> Result<(), ResolveError> {
    // A task file that is missing or wrong keeps nobody from looking at what was written.
    let limits = match context.load().await {
        Ok(file) => run::limits_with(context.settings, &file).ok(),
        Err(_) => None,
    };
    let folder = limits.as_ref().unwrap_or(context.limits).dump_dir.clone();
    let places = files::places(folder.as_deref(), &context.places.start_dir);
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
