//! `--init` and `--init-minimal`: a task file to start with.

use std::path::{Path, PathBuf};

use super::context::{Context, error, without_dots};
use super::invocation::Init;
use super::{starter, template};
use crate::load::discovery::SEARCHED;
use crate::load::places::{make_folders, write_whole};
use crate::resolve::ResolveError;
use crate::value::os_reason;

/// Writes a task file, which must not exist.
pub(super) async fn init(context: &Context<'_>, init: &Init) -> Result<(), ResolveError> {
    let shown = target(context)?;
    let path = without_dots(&context.places.start_dir.join(&shown));
    // A link that leads nowhere is there as well.
    if path.symlink_metadata().is_ok() {
        return error(format!("'{shown}' exists already; it stays as it is"));
    }
    // A template that fails must leave nothing behind: the text comes first.
    let text = text(context, init).await?;
    write(context, &shown, &path, &text)?;
    if init.save_as_default || is_elsewhere(context, &path)? {
        context.places.set_workspace_default(&shown)?;
        context.say(format!("💾 Saved '{shown}' as workspace default"));
    }
    context.say("🚀  Get started with: xdrun --list");
    Ok(())
}

/// The given file, the place of a stateless folder, or the usual one.
fn target(context: &Context<'_>) -> Result<String, ResolveError> {
    if let Some(file) = &context.settings.file {
        return Ok(file.clone());
    }
    let marked = context.places.stateless()?.remove(&context.here());
    Ok(marked.unwrap_or_else(|| ".drun/spec.drun".to_owned()))
}

async fn text(context: &Context<'_>, init: &Init) -> Result<String, ResolveError> {
    let project = starter::project_name(&context.places.start_dir);
    match &init.template {
        Some(name) => template::text(context, &init.catalogue, name, &project).await,
        None if init.minimal => Ok(starter::minimal(&project)),
        None => Ok(starter::full(&project)),
    }
}

fn write(context: &Context<'_>, shown: &str, path: &Path, text: &str) -> Result<(), ResolveError> {
    let failed = |reason: std::io::Error| {
        ResolveError::Message(format!("cannot write '{shown}': {}", os_reason(&reason)))
    };
    if let (Some(folder), Some(named)) = (path.parent(), Path::new(shown).parent())
        && !folder.is_dir()
    {
        make_folders(folder).map_err(failed)?;
        context.say(format!("📁 Created directory: {}", named.display()));
    }
    write_whole(path, text.as_bytes()).map_err(failed)?;
    context.say(format!("✅  Created {shown}"));
    Ok(())
}

/// Whether a file that was given is in a place that is not searched by itself.
fn is_elsewhere(context: &Context<'_>, path: &Path) -> Result<bool, ResolveError> {
    if context.settings.file.is_none() {
        return Ok(false);
    }
    let here = &context.places.start_dir;
    let own = context.places.extra_search_paths()?;
    let mut searched = SEARCHED
        .iter()
        .map(PathBuf::from)
        .chain(own.into_iter().map(PathBuf::from));
    Ok(!searched.any(|place| without_dots(&here.join(place)) == path))
}
