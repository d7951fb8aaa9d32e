//! `--init`: a task file to start from.

use std::path::Path;

use super::{Failure, Settings, templates};
use crate::load::Places;
use crate::load::discovery::SEARCHED;
use crate::load::places::{make_folders, write_whole};
use crate::parser::{self, Progress};
use crate::report::Report;
use crate::source::Diagnostic;
use crate::value::os_reason;

/// `--init` and `--init-minimal`.
pub(super) async fn init(
    settings: &Settings,
    places: &Places,
    report: &Report,
) -> Result<(), Failure> {
    let minimal = !settings.is_on("init");
    let here = places.start_dir.display().to_string();
    let template = settings.other("template");
    if template.is_none() && settings.other("from-template").is_some() {
        return Err(Failure::Text(
            "--from-template needs --template NAME".into(),
        ));
    }
    let stateless = places.stateless()?;
    let file = match (&settings.file, stateless.get(&here)) {
        (Some(file), _) => file.clone(),
        (None, Some(file)) => file.clone(),
        (None, None) => SEARCHED[0].to_owned(),
    };
    let path = places.start_dir.join(&file);
    if path.exists() {
        return Err(Failure::Text(format!(
            "'{file}' exists already; it stays as it is"
        )));
    }
    let text = match template {
        Some(name) => templates::text(name, settings, places).await?,
        None => starter(&here, minimal),
    };
    check(&file, &text)?;
    let parent = Path::new(&file)
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    if let Some(parent) = parent
        && !places.start_dir.join(parent).exists()
    {
        make_folders(&places.start_dir.join(parent)).map_err(|error| {
            Failure::Text(format!("{}: {}", parent.display(), os_reason(&error)))
        })?;
        report.line(&format!("📁 Created directory: {}", parent.display()));
    }
    write(&path, &text)?;
    report.line(&format!("✅  Created {file}"));
    let searched = SEARCHED.contains(&file.as_str()) || stateless.contains_key(&here);
    if settings.is_on("save-as-default") || (settings.file.is_some() && !searched) {
        places.set_workspace_default(&file)?;
        report.line(&format!("💾 Saved '{file}' as workspace default"));
    }
    report.line("🚀  Get started with: xdrun --list");
    Ok(())
}

/// What is written has to be a task file.
fn check(file: &str, text: &str) -> Result<(), Failure> {
    let source = crate::load::text(file, text.to_owned())?;
    match parser::parse(&source, &Progress::default()) {
        Ok(_) => Ok(()),
        Err(errors) => {
            let shown = Diagnostic::render_all(&errors);
            let shown = shown
                .strip_prefix("Error: ")
                .unwrap_or(&shown)
                .trim_end()
                .to_owned();
            Err(Failure::Text(format!(
                "the template is no task file: {shown}"
            )))
        }
    }
}

/// Writes a file whole.
pub(super) fn write(path: &Path, text: &str) -> Result<(), Failure> {
    write_whole(path, text.as_bytes())
        .map_err(|error| Failure::Text(format!("{}: {}", path.display(), os_reason(&error))))
}

/// The name of a folder, as a project is named after it.
pub(super) fn folder_name(folder: &str) -> String {
    Path::new(folder).file_name().map_or_else(
        || "project".to_owned(),
        |name| name.to_string_lossy().into_owned(),
    )
}

/// The starter for a folder.
pub(super) fn starter(folder: &str, minimal: bool) -> String {
    let name = folder_name(folder).replace(['"', '\\', '{'], "_");
    let mut out = format!(
        "# Tasks of this project. `xdrun --list` shows them, `xdrun NAME` runs one.\n\
         # A task says what it does in plain words; `run \"…\"` hands a command to the shell.\n\n\
         version: 2.0\n\n\
         project \"{name}\" version \"1.0\":\n\n\
         task \"default\" means \"Say what can be done\":\n\
         \tinfo \"{name}: 'xdrun --list' shows the tasks\"\n"
    );
    if !minimal {
        out.push_str(
            "\ntask \"hello\" means \"Greet\":\n\
             \tinfo \"Hello\"\n\
             \ntask \"build\" means \"Build the project\":\n\
             \tstep \"Building\"\n\
             \tsuccess \"Built\"\n\
             \ntask \"test\" means \"Test the project\":\n\
             \tdepends on build\n\
             \tstep \"Testing\"\n\
             \tsuccess \"All tests passed\"\n\
             \ntask \"deploy\" means \"Deploy the project\":\n\
             \tdepends on test\n\
             \tgiven $environment defaults to \"development\"\n\
             \tstep \"Deploying to {$environment}\"\n\
             \tsuccess \"Deployed\"\n",
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starters_are_task_files() {
        for folder in ["/a/shop", "/a/we\"ird {x} \\", "/"] {
            for minimal in [true, false] {
                let text = starter(folder, minimal);
                assert!(check("x.drun", &text).is_ok(), "{text}");
            }
        }
    }
}
