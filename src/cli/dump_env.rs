//! `cmd:dump-env`: the environment of the process, overlaid by the `.env` files of this folder.
//!
//! Tasks do not read these files.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::context::Context;
use super::dotenv::EnvFile;
use super::invocation::{DumpEnv, EnvFormat};

/// Prints the environment.
pub(super) fn dump(context: &Context<'_>, options: &DumpEnv) {
    let dump = Dump::read(context, options);
    if options.debug {
        context.report.error_text(&dump.read_files());
    }
    let text = match options.format {
        EnvFormat::Table => dump.table(&context.here()),
        EnvFormat::Json => dump.json(),
        EnvFormat::Env => dump.lines(""),
        EnvFormat::Shell => dump.lines("export "),
    };
    context.report.bytes(text.as_bytes());
}

struct Dump<'a> {
    options: &'a DumpEnv,
    files: Vec<EnvFile>,
    variables: BTreeMap<String, String>,
}

impl<'a> Dump<'a> {
    fn read(context: &Context<'_>, options: &'a DumpEnv) -> Self {
        let name = &options.environment;
        let mut names = vec![".env".to_owned(), ".env.local".to_owned()];
        if !name.is_empty() {
            names.push(format!(".env.{name}"));
            names.push(format!(".env.{name}.local"));
        }
        let files: Vec<EnvFile> = names
            .iter()
            .map(|name| EnvFile::read(context.places.start_dir.join(name)))
            .collect();
        let of_process = std::env::vars_os().map(|(key, value)| {
            let text = |text: std::ffi::OsString| text.to_string_lossy().into_owned();
            (text(key), text(value))
        });
        let of_files = files.iter().flat_map(|file| file.pairs().iter().cloned());
        let variables = of_process
            .chain(of_files)
            .filter(|(key, _)| key.starts_with(&options.prefix))
            .collect();
        Self {
            options,
            files,
            variables,
        }
    }

    fn lines(&self, before: &str) -> String {
        let mut out = String::new();
        for (key, value) in &self.variables {
            let value = value
                .replace('"', "\\\"")
                .replace('\n', "\\n")
                .replace('\r', "\\r");
            // Writing to a String never fails.
            let _ = writeln!(out, "{before}{key}=\"{value}\"");
        }
        out
    }

    fn json(&self) -> String {
        let mut out = Map::new();
        out.insert("environment".into(), json!(self.options.environment));
        out.insert("host_env_included".into(), json!(true));
        if self.options.show_files {
            let files = self.files.iter().map(|file| self.json_file(file));
            out.insert("env_files".into(), files.collect());
        }
        out.insert("variables".into(), json!(self.variables));
        let text = serde_json::to_string_pretty(&Value::Object(out)).unwrap_or_default();
        // Line ends in texts are escaped, so that only the key itself stands behind one.
        let key = "\n  \"variables\": {\n";
        text.replacen(key, &format!("{key}\n"), 1) + "\n"
    }

    fn json_file(&self, file: &EnvFile) -> Value {
        let mut out = Map::new();
        out.insert("path".into(), json!(file.path.display().to_string()));
        out.insert("exists".into(), json!(file.exists));
        out.insert("loaded".into(), json!(file.pairs.is_ok()));
        if self.options.show_sources && file.pairs.is_ok() {
            let pairs: BTreeMap<_, _> = file.pairs().iter().cloned().collect();
            out.insert("variables".into(), json!(pairs));
        }
        Value::Object(out)
    }

    fn table(&self, folder: &str) -> String {
        let mut out = format!(
            "Environment: {}\nWorking Directory: {folder}\nHost Environment: Included\n\n",
            self.options.environment
        );
        if self.options.show_files {
            out.push_str("Environment Files:\n");
            out.push_str(&self.read_files());
            out.push('\n');
        }
        let total = self.variables.len();
        let _ = writeln!(out, "Environment Variables ({total} total):\n");
        for (key, value) in &self.variables {
            let value = if is_secret(key) {
                masked(value)
            } else {
                value.clone()
            };
            let _ = writeln!(out, "  {key}={}", cut(value));
        }
        out
    }

    fn read_files(&self) -> String {
        let mut out = String::new();
        for file in &self.files {
            let state = match &file.pairs {
                Ok(pairs) => {
                    let keys: std::collections::BTreeSet<_> =
                        pairs.iter().map(|(key, _)| key).collect();
                    format!("Loaded ({} variables)", keys.len())
                }
                Err(_) if !file.exists => "Not found".to_owned(),
                Err(reason) => format!("Failed ({reason})"),
            };
            let _ = writeln!(out, "  {}: {state}", file.path.display());
        }
        out
    }
}

/// Parts of names whose values are not shown.
const SECRET: &[&str] = &[
    "pass", "pwd", "secret", "key", "token", "auth", "cred", "priv", "session", "cookie",
];

fn is_secret(key: &str) -> bool {
    let key = key.to_lowercase();
    SECRET.iter().any(|part| key.contains(part))
}

/// The first and the last two characters of a longer value.
fn masked(value: &str) -> String {
    let chars: Vec<char> = value.chars().collect();
    match chars.as_slice() {
        [a, b, .., c, d] if chars.len() > 4 => format!("{a}{b}***{c}{d}"),
        _ => "***".to_owned(),
    }
}

/// At most 100 characters.
fn cut(value: String) -> String {
    match value.char_indices().nth(100) {
        None => value,
        Some(_) => value.chars().take(97).chain("...".chars()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_masked_and_long_values_cut() {
        assert_eq!(masked("abcd"), "***");
        assert_eq!(masked("ābcdé"), "āb***dé");
        assert!(is_secret("My_ApiKey") && !is_secret("NAME"));
        assert_eq!(cut("x".repeat(100)).len(), 100);
        assert_eq!(cut("x".repeat(101)), format!("{}...", "x".repeat(97)));
    }
}
