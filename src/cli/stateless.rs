//! `cmd:stateless`: folders whose task file is kept in the home folder.

use std::fs;
use std::path::{Path, PathBuf};

use super::context::{Context, error};
use super::starter;
use crate::load::places::write_whole;
use crate::resolve::ResolveError;
use crate::value::os_reason;

/// Marks a folder; with `create` writes its task file.
pub(super) fn add(
    context: &Context<'_>,
    folder: Option<&str>,
    create: bool,
) -> Result<(), ResolveError> {
    let folder = context.existing_folder(folder)?;
    let mut marked = context.places.stateless()?;
    if marked.contains_key(&folder) {
        return error(format!("'{folder}' is already marked as stateless"));
    }
    let path = context.places.stateless_file(&folder)?;
    let file = path.display().to_string();
    marked.insert(folder.clone(), file.clone());
    context.places.save_stateless(marked)?;
    context.say(format!("✅  Marked '{folder}' as stateless"));
    context.say(format!("📁 Configuration will be stored at: {file}"));
    if !create {
        context.say("💡 Run 'xdrun --init' in this directory to create a configuration file");
    } else if path.exists() {
        context.say("⚠️  Configuration file already exists, not overwriting");
    } else {
        let text = starter::full(&starter::project_name(Path::new(&folder)));
        write_whole(&path, text.as_bytes()).or_else(|reason| failed(&file, &reason))?;
        context.say("📝  Created template configuration file");
    }
    Ok(())
}

/// Takes the mark away; with `delete` the task file as well.
pub(super) fn remove(
    context: &Context<'_>,
    folder: Option<&str>,
    delete: bool,
) -> Result<(), ResolveError> {
    let folder = context.folder(folder);
    let mut marked = context.places.stateless()?;
    let Some(file) = marked.remove(&folder) else {
        return error(format!("'{folder}' is not marked as stateless"));
    };
    if delete {
        delete_file(context, &PathBuf::from(file))?;
    }
    context.places.save_stateless(marked)?;
    context.say(format!("✅  Removed stateless marking from '{folder}'"));
    Ok(())
}

fn delete_file(context: &Context<'_>, file: &Path) -> Result<(), ResolveError> {
    let shown = file.display().to_string();
    if file.exists() {
        fs::remove_file(file).or_else(|reason| failed(&shown, &reason))?;
        context.say(format!("🗑️  Deleted configuration file: {shown}"));
    }
    // A folder that holds something else stays.
    if let Some(folder) = file.parent()
        && fs::remove_dir(folder).is_ok()
    {
        let folder = folder.display();
        context.say(format!("🗑️  Removed empty directory: {folder}"));
    }
    Ok(())
}

/// Shows the marked folders.
pub(super) fn list(context: &Context<'_>) -> Result<(), ResolveError> {
    let marked = context.places.stateless()?;
    if marked.is_empty() {
        context.say("No stateless directories configured");
        return Ok(());
    }
    context.say("Stateless directories:");
    for (folder, file) in marked {
        let sign = if Path::new(&file).exists() {
            '✓'
        } else {
            '✗'
        };
        context.say(format!("  {sign} {folder}"));
        context.say(format!("    → {file}"));
    }
    Ok(())
}

/// Says whether the current folder is marked.
pub(super) fn info(context: &Context<'_>) -> Result<(), ResolveError> {
    let marked = context.places.stateless()?;
    let Some(file) = marked.get(&context.here()) else {
        context.say("📁 Current directory is NOT marked as stateless");
        context.say("   Using local configuration (.drun/spec.drun)");
        context.say("   Run 'xdrun cmd:stateless add' to mark as stateless");
        return Ok(());
    };
    context.say("📁 Current directory is marked as STATELESS");
    context.say(format!("   Config location: {file}"));
    if Path::new(file).exists() {
        context.say("   Status: ✅  Config file exists");
    } else {
        context.say("   Status: ⚠️  Config file does not exist");
        context.say("   Run 'xdrun --init' to create it");
    }
    Ok(())
}

fn failed<T>(file: &str, reason: &std::io::Error) -> Result<T, ResolveError> {
    error(format!("{file}: {}", os_reason(reason)))
}

#[cfg(test)]
mod tests {
    use super::super::fixture::Fixture;
    use super::*;
    use crate::cli::init::init;
    use crate::cli::invocation::Init;

    #[tokio::test]
    async fn a_stateless_folder_has_its_task_file_in_the_home_folder() {
        let fixture = Fixture::default();
        let context = fixture.context();
        add(&context, None, false).unwrap();
        assert!(add(&context, None, false).is_err());
        let here = context.here();
        let file = context.places.stateless_file(&here).unwrap();
        assert!(context.find().is_err());
        init(&context, &Init::default()).await.unwrap();
        assert!(file.is_file() && !fixture.here().join(".drun").exists());
        assert_eq!(context.find().unwrap().path, file);
        remove(&context, None, true).unwrap();
        assert!(!file.parent().unwrap().exists());
        list(&context).unwrap();
        let lines = fixture.lines();
        assert_eq!(lines[0], format!("✅  Marked '{here}' as stateless"));
        let file = file.display();
        assert!(lines.contains(&format!("🗑️  Deleted configuration file: {file}")));
        assert_eq!(lines.last().unwrap(), "No stateless directories configured");
    }

    #[test]
    fn create_writes_once() {
        let fixture = Fixture::default();
        let context = fixture.context();
        add(&context, None, true).unwrap();
        info(&context).unwrap();
        remove(&context, None, false).unwrap();
        add(&context, None, true).unwrap();
        let lines = fixture.lines();
        assert_eq!(lines[2], "📝  Created template configuration file");
        assert_eq!(lines[5], "   Status: ✅  Config file exists");
        assert!(
            lines
                .last()
                .unwrap()
                .starts_with("⚠️  Configuration file already exists")
        );
    }
}
