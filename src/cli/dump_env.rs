//! `cmd:dump-env`: the environment overlaid by `.env` files. Tasks do not see these files.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::{Failure, Settings};
use crate::load::Places;
use crate::report::Report;

#[derive(Debug, Default)]
struct Asked {
    environment: String,
    format: String,
    prefix: String,
    files: bool,
    sources: bool,
    debug: bool,
}

/// A `.env` file and what came of it.
#[derive(Debug)]
struct EnvFile {
    path: PathBuf,
    state: Result<BTreeMap<String, String>, Option<String>>,
}

pub(super) fn dump(settings: &Settings, places: &Places, report: &Report) -> Result<(), Failure> {
    let asked = asked(&settings.words)?;
    let files = files(places, &asked.environment);
    let mut variables: BTreeMap<String, String> = std::env::vars_os()
        .map(|(key, value)| {
            let text = |part: std::ffi::OsString| part.to_string_lossy().into_owned();
            (text(key), text(value))
        })
        .collect();
    for file in files.iter().filter_map(|file| file.state.as_ref().ok()) {
        variables.extend(file.clone());
    }
    variables.retain(|key, _| key.starts_with(&asked.prefix));
    if asked.debug {
        for file in &files {
            report.error_text(&format!("{}: {}\n", file.path.display(), file.shown()));
        }
    }
    match asked.format.as_str() {
        "env" => variables.iter().for_each(|(key, value)| {
            report.line(&format!("{key}=\"{}\"", escaped(value)));
        }),
        "shell" => variables.iter().for_each(|(key, value)| {
            report.line(&format!("export {key}=\"{}\"", escaped(value)));
        }),
        "json" => json(&asked, &files, &variables, report),
        _ => table(&asked, places, &files, &variables, report),
    }
    Ok(())
}

fn asked(words: &[String]) -> Result<Asked, Failure> {
    let mut asked = Asked::default();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let (name, given) = match word.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (word.as_str(), None),
        };
        let mut value = || {
            given
                .clone()
                .or_else(|| words.next().cloned())
                .ok_or_else(|| Failure::Text(format!("flag '{name}' needs a value")))
        };
        match name {
            "--env" => asked.environment = value()?,
            "--format" => asked.format = value()?,
            "--filter" => asked.prefix = value()?,
            "--show-files" => asked.files = true,
            "--show-sources" => asked.sources = true,
            "--debug" => asked.debug = true,
            _ => {
                return Err(Failure::Text(format!(
                    "unknown flag '{word}' of cmd:dump-env"
                )));
            }
        }
    }
    Ok(asked)
}

fn files(places: &Places, environment: &str) -> Vec<EnvFile> {
    let mut names = vec![".env".to_owned(), ".env.local".to_owned()];
    if !environment.is_empty() {
        names.push(format!(".env.{environment}"));
        names.push(format!(".env.{environment}.local"));
    }
    names
        .into_iter()
        .map(|name| {
            let path = places.start_dir.join(name);
            let state = match std::fs::read(&path) {
                Ok(bytes) => Ok(parse(&String::from_utf8_lossy(&bytes))),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(None),
                Err(error) => Err(Some(crate::value::os_reason(&error))),
            };
            EnvFile { path, state }
        })
        .collect()
}

/// `KEY=VALUE` lines, both trimmed, one pair of matching quotes removed.
fn parse(text: &str) -> BTreeMap<String, String> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .filter_map(|line| line.split_once('='))
        .map(|(key, value)| {
            let value = value.trim();
            let bare = ['"', '\'']
                .iter()
                .find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote));
            (key.trim().to_owned(), bare.unwrap_or(value).to_owned())
        })
        .collect()
}

impl EnvFile {
    fn shown(&self) -> String {
        match &self.state {
            Ok(variables) => format!("Loaded ({} variables)", variables.len()),
            Err(None) => "Not found".to_owned(),
            Err(Some(reason)) => format!("Failed ({reason})"),
        }
    }
}

fn escaped(value: &str) -> String {
    value
        .replace('"', "\\\"")
        .replace('\n', "\\n")
        .replace('\r', "\\r")
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Valid JSON in a layout of its own: an empty line stands before the variables.
fn json(asked: &Asked, files: &[EnvFile], variables: &BTreeMap<String, String>, report: &Report) {
    report.line("{");
    report.line(&format!(
        "  \"environment\": {},",
        quoted(&asked.environment)
    ));
    report.line("  \"host_env_included\": true,");
    if asked.files {
        let shown: Vec<serde_json::Value> = files
            .iter()
            .map(|file| {
                let mut entry = serde_json::json!({
                    "path": file.path.display().to_string(),
                    "exists": !matches!(file.state, Err(None)),
                    "loaded": file.state.is_ok(),
                });
                if let (true, Ok(variables)) = (asked.sources, &file.state) {
                    entry["variables"] = serde_json::json!(variables);
                }
                entry
            })
            .collect();
        let shown = serde_json::to_string_pretty(&shown).unwrap_or_default();
        report.line(&format!(
            "  \"env_files\": {},",
            shown.replace('\n', "\n  ")
        ));
    }
    report.line("  \"variables\": {\n");
    let lines: Vec<String> = variables
        .iter()
        .map(|(key, value)| format!("    {}: {}", quoted(key), quoted(value)))
        .collect();
    if !lines.is_empty() {
        report.line(&lines.join(",\n"));
    }
    report.line("  }\n}");
}

fn table(
    asked: &Asked,
    places: &Places,
    files: &[EnvFile],
    variables: &BTreeMap<String, String>,
    report: &Report,
) {
    report.line(&format!("Environment: {}", asked.environment));
    report.line(&format!(
        "Working Directory: {}",
        places.start_dir.display()
    ));
    report.line("Host Environment: Included\n");
    if asked.files {
        report.line("Environment Files:");
        for file in files {
            report.line(&format!("  {}: {}", file.path.display(), file.shown()));
        }
        report.line("");
    }
    report.line(&format!(
        "Environment Variables ({} total):\n",
        variables.len()
    ));
    for (key, value) in variables {
        report.line(&format!("  {key}={}", shown(key, value)));
    }
}

/// Parts of keys whose values are not shown.
const SECRET: &[&str] = &[
    "pass", "pwd", "secret", "key", "token", "auth", "cred", "priv", "session", "cookie",
];

fn shown(key: &str, value: &str) -> String {
    let lower = key.to_lowercase();
    let chars: Vec<char> = value.chars().collect();
    if SECRET.iter().any(|part| lower.contains(part)) && !value.is_empty() {
        if chars.len() <= 4 {
            return "***".to_owned();
        }
        let (start, end) = (&chars[..2], &chars[chars.len() - 2..]);
        return start.iter().chain(['*'; 3].iter()).chain(end).collect();
    }
    if chars.len() > 100 {
        return chars[..97].iter().collect::<String>() + "...";
    }
    value.to_owned()
}
