//! `cmd:crash`: what the memory monitor left behind, for people.

use std::path::{Path, PathBuf};

use super::context::Context;
use super::invocation::Crash;
use crate::memory::files::places;
use crate::memory::view;
use crate::resolve::ResolveError;
use crate::value::os_reason;

/// Lists, shows or removes crash dumps.
pub(super) fn crash(form: &Crash, context: &Context<'_>) -> Result<(), ResolveError> {
    let start = &context.places.start_dir;
    let places: Vec<PathBuf> = places(context.limits.dump_dir.as_deref(), start);
    let named = |file: &Option<String>| file.as_ref().map(|file| start.join(file));
    let text = match form {
        Crash::List => view::list(&places),
        Crash::Clean => view::clean(&places),
        Crash::Show(file) => shown(view::show(named(file).as_deref(), &places))?,
        Crash::Html(file) => {
            let page = shown(view::html(named(file).as_deref(), &places))?;
            let name = Path::new("drun-crash.html");
            std::fs::write(start.join(name), page).map_err(|error| {
                ResolveError::Message(format!("{}: {}", name.display(), os_reason(&error)))
            })?;
            format!("Wrote {}", name.display())
        }
    };
    context.say(text.trim_end());
    Ok(())
}

fn shown(page: Result<String, view::ViewError>) -> Result<String, ResolveError> {
    page.map_err(|error| ResolveError::Message(error.to_string()))
}
