//! `cmd:link`, `cmd:unlink`, `cmd:unlink-all`: folders that use a task file of another place.

use super::context::{Context, error};
use crate::load::places::Map;
use crate::resolve::ResolveError;

/// Maps the folders to the given file, or to the one that is found from here.
pub(super) fn link(context: &Context<'_>, folders: &[String]) -> Result<(), ResolveError> {
    let file = match &context.settings.file {
        Some(file) => context.existing_file(file)?,
        None => context.existing_file(&context.find()?.path.display().to_string())?,
    };
    let file = file.display().to_string();
    // Every folder is looked at before anything is saved.
    let folders = folders
        .iter()
        .map(|folder| context.existing_folder(Some(folder)))
        .collect::<Result<Vec<_>, _>>()?;
    let mut links = context.places.links()?;
    for folder in &folders {
        links.insert(folder.clone(), file.clone());
    }
    context.places.save_links(links)?;
    for folder in folders {
        context.say(format!("🔗  Linked {folder} ➜ {file}"));
    }
    context.say("✅  Link configuration updated");
    Ok(())
}

/// Removes the folders from the map; one that is not there is no error.
pub(super) fn unlink(context: &Context<'_>, folders: &[String]) -> Result<(), ResolveError> {
    let mut links = context.places.links()?;
    let before = links.len();
    let mut lines = Vec::new();
    for folder in folders {
        let folder = context.folder(Some(folder));
        lines.push(match links.remove(&folder) {
            Some(_) => format!("❌  Unlinked {folder}"),
            None => format!("ℹ️  Directory {folder} was not linked"),
        });
    }
    if links.len() != before {
        context.places.save_links(links)?;
    }
    lines.iter().for_each(|line| context.say(line));
    Ok(())
}

/// Removes every folder from the map, also out of a file that cannot be read.
pub(super) fn unlink_all(context: &Context<'_>) -> Result<(), ResolveError> {
    if context.places.home.is_none() {
        return error("the home folder is not known: HOME is not set");
    }
    context.places.save_links(Map::new())?;
    context.say("🧹 Removed all directory links");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::fixture::Fixture;
    use super::*;

    #[test]
    fn links_are_saved_all_or_none_and_lead_to_the_file() {
        let fixture = Fixture::with("spec.drun", "version: 2.0\n");
        let context = fixture.context();
        let folder = fixture.here().join("docs");
        std::fs::create_dir(&folder).unwrap();
        let both = ["docs".to_owned(), "none".to_owned()];
        assert!(link(&context, &both).is_err());
        assert!(context.places.links().unwrap().is_empty());
        link(&context, &both[..1]).unwrap();
        let mut there = context.places.clone();
        there.start_dir = folder;
        let found = crate::load::discover(None, &there).unwrap();
        assert_eq!(found.path, fixture.here().join("spec.drun"));
        unlink(&context, &both).unwrap();
        assert!(context.places.links().unwrap().is_empty());
        let lines = fixture.lines();
        assert_eq!(lines.len(), 4);
        assert!(lines[2].starts_with("❌  Unlinked ") && lines[3].ends_with("was not linked"));
    }
}
