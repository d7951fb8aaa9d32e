//! `cmd:link`, `cmd:unlink`, `cmd:stateless`, `cmd:trust`: what is noted of folders.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::{Failure, Settings, init};
use crate::load::places::make_folders;
use crate::load::{Places, discover};
use crate::report::Report;
use crate::value::{clean, os_reason};

fn absolute(places: &Places, folder: &str) -> PathBuf {
    clean(&places.start_dir.join(folder))
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

/// The words without flags, and the value of `--file`.
fn words_and_file(settings: &Settings) -> Result<(Vec<String>, Option<String>), Failure> {
    let mut words = Vec::new();
    let mut file = settings.file.clone();
    let mut rest = settings.words.iter();
    while let Some(word) = rest.next() {
        if let Some(value) = word.strip_prefix("--file=") {
            file = Some(value.to_owned());
        } else if word == "--file" || word == "-f" {
            file = rest.next().cloned();
            if file.is_none() {
                return Err(Failure::Text("flag '--file' needs a value".into()));
            }
        } else if word.starts_with('-') {
            return Err(Failure::Text(format!("unknown flag '{word}'")));
        } else {
            words.push(word.clone());
        }
    }
    Ok((words, file))
}

pub(super) fn link(settings: &Settings, places: &Places, report: &Report) -> Result<(), Failure> {
    let (words, file) = words_and_file(settings)?;
    let folders: Vec<&str> = words
        .iter()
        .flat_map(|word| word.split(','))
        .filter(|word| !word.is_empty())
        .collect();
    if folders.is_empty() {
        return Err(Failure::Text("cmd:link needs a folder".into()));
    }
    let found = discover(file.as_deref(), places)?;
    let file = text(&clean(&found.path));
    let mut links = places.links()?;
    let mut lines = Vec::new();
    for folder in folders {
        let path = absolute(places, folder);
        if !path.is_dir() {
            return Err(Failure::Text(format!("'{folder}' is not a folder")));
        }
        lines.push(format!("🔗  Linked {} ➜ {file}", text(&path)));
        links.insert(text(&path), file.clone());
    }
    places.save_links(links)?;
    lines.iter().for_each(|line| report.line(line));
    report.line("✅  Link configuration updated");
    Ok(())
}

pub(super) fn unlink(settings: &Settings, places: &Places, report: &Report) -> Result<(), Failure> {
    let (words, _) = words_and_file(settings)?;
    if words.is_empty() {
        return Err(Failure::Text("cmd:unlink needs a folder".into()));
    }
    let mut links = places.links()?;
    for folder in &words {
        let path = text(&absolute(places, folder));
        if links.remove(&path).is_some() {
            report.line(&format!("❌  Unlinked {path}"));
        } else {
            report.line(&format!("ℹ️  Directory {path} was not linked"));
        }
    }
    Ok(places.save_links(links)?)
}

pub(super) fn unlink_all(places: &Places, report: &Report) -> Result<(), Failure> {
    places.save_links(Default::default())?;
    report.line("🧹 Removed all directory links");
    Ok(())
}

/// The task file of a stateless folder.
fn stateless_file(places: &Places, folder: &str) -> Result<PathBuf, Failure> {
    let home = places
        .home
        .as_ref()
        .ok_or_else(|| Failure::Text("the home folder is not known: HOME is not set".into()))?;
    let digest = Sha256::digest(folder.as_bytes());
    let name: String = digest
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    Ok(home.join(".drun/stateless").join(name).join("spec.drun"))
}

pub(super) fn stateless(
    settings: &Settings,
    places: &Places,
    report: &Report,
) -> Result<(), Failure> {
    let mut words = settings.words.iter().map(String::as_str);
    let verb = words.next();
    let rest: Vec<&str> = words.collect();
    let flag = |long: &str, short: &str| rest.iter().any(|word| *word == long || *word == short);
    let mut named = rest.iter().filter(|word| !word.starts_with('-'));
    let folder = text(&absolute(places, named.next().copied().unwrap_or(".")));
    match verb {
        Some("add") => add(places, &folder, flag("--create", "-c"), report),
        Some("remove") => remove(places, &folder, flag("--delete", "-d"), report),
        Some("list") => list(places, report),
        Some("info") => info(places, report),
        _ => Err(Failure::Text(
            "cmd:stateless needs one of: add, remove, list, info".into(),
        )),
    }
}

fn add(places: &Places, folder: &str, create: bool, report: &Report) -> Result<(), Failure> {
    if !Path::new(folder).is_dir() {
        return Err(Failure::Text(format!("'{folder}' is not a folder")));
    }
    let mut folders = places.stateless()?;
    if folders.contains_key(folder) {
        return Err(Failure::Text(format!(
            "'{folder}' is marked as stateless already"
        )));
    }
    let file = stateless_file(places, folder)?;
    folders.insert(folder.to_owned(), text(&file));
    places.save_stateless(folders)?;
    report.line(&format!("✅  Marked '{folder}' as stateless"));
    report.line(&format!(
        "📁 Configuration will be stored at: {}",
        text(&file)
    ));
    if !create {
        report.line("💡 Run 'xdrun --init' in this directory to create a configuration file");
    } else if file.exists() {
        report.line("⚠️  Configuration file already exists, not overwriting");
    } else {
        init::write(&file, &init::starter(folder, false))?;
        report.line("📝  Created template configuration file");
    }
    Ok(())
}

fn remove(places: &Places, folder: &str, delete: bool, report: &Report) -> Result<(), Failure> {
    let mut folders = places.stateless()?;
    let Some(file) = folders.remove(folder) else {
        return Err(Failure::Text(format!(
            "'{folder}' is not marked as stateless"
        )));
    };
    places.save_stateless(folders)?;
    if delete && std::fs::remove_file(&file).is_ok() {
        report.line(&format!("🗑️  Deleted configuration file: {file}"));
        if let Some(parent) = Path::new(&file).parent()
            && std::fs::remove_dir(parent).is_ok()
        {
            report.line(&format!("🗑️  Removed empty directory: {}", text(parent)));
        }
    }
    report.line(&format!("✅  Removed stateless marking from '{folder}'"));
    Ok(())
}

fn list(places: &Places, report: &Report) -> Result<(), Failure> {
    let folders = places.stateless()?;
    if folders.is_empty() {
        report.line("No stateless directories configured");
        return Ok(());
    }
    report.line("Stateless directories:");
    for (folder, file) in folders {
        let sign = if Path::new(&file).exists() {
            '✓'
        } else {
            '✗'
        };
        report.line(&format!("  {sign} {folder}"));
        report.line(&format!("    → {file}"));
    }
    Ok(())
}

fn info(places: &Places, report: &Report) -> Result<(), Failure> {
    let folders = places.stateless()?;
    let Some(file) = folders.get(&text(&places.start_dir)) else {
        report.line("📁 Current directory is NOT marked as stateless");
        report.line("   Using local configuration (.drun/spec.drun)");
        report.line("   Run 'xdrun cmd:stateless add' to mark as stateless");
        return Ok(());
    };
    report.line("📁 Current directory is marked as STATELESS");
    report.line(&format!("   Config location: {file}"));
    if Path::new(file).exists() {
        report.line("   Status: ✅  Config file exists");
    } else {
        report.line("   Status: ⚠️  Config file does not exist");
        report.line("   Run 'xdrun --init' to create it");
    }
    Ok(())
}

pub(super) fn trust(
    settings: &Settings,
    places: &Places,
    trusted: bool,
    report: &Report,
) -> Result<(), Failure> {
    let name = if trusted { "cmd:trust" } else { "cmd:untrust" };
    let given = match &settings.words[..] {
        [] => ".",
        [folder] => folder,
        _ => {
            return Err(Failure::Text(format!(
                "{name} takes one folder at the most"
            )));
        }
    };
    let folder = absolute(places, given);
    if trusted && !folder.is_dir() {
        return Err(Failure::Text(format!("'{given}' is not a folder")));
    }
    let folder = text(&folder);
    let mut folders = places.trusted()?;
    folders.retain(|other| *other != folder);
    if trusted {
        folders.push(folder);
    }
    places.save_trusted(folders)?;
    let word = if trusted { "Trusted" } else { "Untrusted" };
    report.line(&format!("{word}: {given}"));
    Ok(())
}

/// `--set-workspace`.
pub(super) fn set_workspace(file: &str, places: &Places, report: &Report) -> Result<(), Failure> {
    let path = places.start_dir.join(file);
    if !path.is_file() {
        return Err(Failure::Text(format!("task file '{file}' not found")));
    }
    make_folders(&places.start_dir.join(".drun"))
        .map_err(|error| Failure::Text(format!(".drun: {}", os_reason(&error))))?;
    places.set_workspace_default(file)?;
    report.line(&format!("✅  Set workspace default task file to: {file}"));
    report.line(&format!("💾 Saved to {}", crate::load::places::WORKSPACE));
    Ok(())
}
