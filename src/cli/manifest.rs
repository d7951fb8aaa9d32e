//! The manifest of a catalogue of templates.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_yaml_ng::Value;

use super::context::{Context, error};
use super::invocation::Catalogue;
use crate::load::remote;
use crate::resolve::ResolveError;
use crate::value::os_reason;

/// The name of a manifest in its folder.
const NAME: &str = "templates.yaml";
/// Where templates come from when nobody says anything else.
const OFFICIAL: &str = "drunhub:templates.yaml";
/// The repository of `drunhub:` paths, which otherwise only name task files.
const HUB: &str = "github:phillarmonic/drun-hub/";

/// A manifest.
#[derive(Debug)]
pub(super) struct Manifest {
    /// Where it was read, as messages name it.
    pub(super) place: String,
    /// Its entries, sorted by name.
    pub(super) entries: Vec<Entry>,
}

/// A template of a manifest.
#[derive(Debug, Clone, Deserialize, PartialEq, Eq)]
pub(super) struct Entry {
    #[serde(default)]
    pub(super) name: String,
    pub(super) source: String,
    #[serde(default)]
    pub(super) description: String,
    #[serde(default)]
    pub(super) kind: String,
}

impl Manifest {
    /// Reads the manifest that flags or environment name, else the official one.
    pub(super) async fn read(
        context: &Context<'_>,
        catalogue: &Catalogue,
    ) -> Result<Self, ResolveError> {
        let place = place(context, catalogue);
        let text = read(context, &place).await.or_else(|reason| {
            error(format!(
                "the templates of '{place}' cannot be read: {reason}\n  Help: name others with --from-template MANIFEST or --templates-repo DIR"
            ))
        })?;
        match entries(&text) {
            Ok(entries) => Ok(Self { place, entries }),
            Err(reason) => error(format!("{place}: {reason}")),
        }
    }

    /// The template with this name.
    pub(super) fn entry(&self, name: &str) -> Result<&Entry, ResolveError> {
        let found = self.entries.iter().find(|entry| entry.name == name);
        found.ok_or_else(|| {
            let names: Vec<&str> = self.entries.iter().map(|entry| &*entry.name).collect();
            let (place, names) = (&self.place, names.join(", "));
            ResolveError::Message(format!(
                "template '{name}' is not in {place}; there are: {names}"
            ))
        })
    }

    /// The text of a template.
    pub(super) async fn source(
        &self,
        context: &Context<'_>,
        entry: &Entry,
    ) -> Result<String, ResolveError> {
        let source = beside(&self.place, &entry.source);
        let name = &entry.name;
        read(context, &source).await.or_else(|reason| {
            error(format!(
                "template '{name}': '{source}' cannot be read: {reason}"
            ))
        })
    }
}

fn place(context: &Context<'_>, catalogue: &Catalogue) -> String {
    let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let in_folder = |folder: &str| format!("{}/{NAME}", folder.trim_end_matches('/'));
    if let Some(manifest) = &catalogue.manifest {
        let is_folder = context.places.start_dir.join(manifest).is_dir();
        return if is_folder {
            in_folder(manifest)
        } else {
            manifest.clone()
        };
    }
    if let Some(folder) = &catalogue.repo {
        return in_folder(folder);
    }
    variable("DRUN_TEMPLATES_MANIFEST")
        .or_else(|| variable("DRUN_TEMPLATES_REPO").map(|folder| in_folder(&folder)))
        .unwrap_or_else(|| OFFICIAL.to_owned())
}

async fn read(context: &Context<'_>, place: &str) -> Result<String, String> {
    if !remote::is_remote(place) {
        let bytes = std::fs::read(context.places.start_dir.join(place))
            .map_err(|reason| os_reason(&reason))?;
        return String::from_utf8(bytes).map_err(|_| "it is no UTF-8 text".to_owned());
    }
    match place.strip_prefix("drunhub:") {
        Some(path) if !path.ends_with(".drun") => remote::fetch(&format!("{HUB}{path}"))
            .await
            .map_err(|trouble| trouble.to_string()),
        _ => remote::fetch(place)
            .await
            .map_err(|trouble| trouble.to_string()),
    }
}

/// The place of a source, which is relative to the manifest unless it is absolute or remote.
fn beside(manifest: &str, source: &str) -> String {
    if remote::is_remote(source) || Path::new(source).is_absolute() {
        return source.to_owned();
    }
    if !remote::is_remote(manifest) {
        let folder = Path::new(manifest)
            .parent()
            .map_or_else(PathBuf::new, Path::to_owned);
        return folder.join(source).display().to_string();
    }
    let (path, reference) = match manifest.rsplit_once('@') {
        Some((path, reference)) if manifest.starts_with("github:") => {
            (path, format!("@{reference}"))
        }
        _ => (manifest, String::new()),
    };
    let end = path.rfind(['/', ':']).map_or(0, |slash| slash + 1);
    format!("{}{source}{reference}", path.get(..end).unwrap_or_default())
}

/// The entries of a manifest, sorted by name.
fn entries(text: &str) -> Result<Vec<Entry>, String> {
    #[derive(Deserialize)]
    struct File {
        #[serde(default)]
        version: Value,
        #[serde(default)]
        templates: Value,
    }
    let file: File = serde_yaml_ng::from_str(text).map_err(|error| error.to_string())?;
    check_version(&file.version)?;
    let mut entries: Vec<Entry> = match file.templates {
        Value::Mapping(map) => map.into_iter().map(named).collect::<Result<_, _>>()?,
        list @ Value::Sequence(_) => {
            serde_yaml_ng::from_value(list).map_err(|error| error.to_string())?
        }
        _ => Vec::new(),
    };
    if entries.is_empty() {
        return Err("it holds no templates".to_owned());
    }
    if entries.iter().any(|entry| entry.name.is_empty()) {
        return Err("a template has no name".to_owned());
    }
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(entries)
}

fn named((name, entry): (Value, Value)) -> Result<Entry, String> {
    let name = name.as_str().unwrap_or_default().to_owned();
    let entry: Entry =
        serde_yaml_ng::from_value(entry).map_err(|error| format!("template '{name}': {error}"))?;
    Ok(Entry { name, ..entry })
}

fn check_version(version: &Value) -> Result<(), String> {
    let version = match version {
        Value::Null => return Ok(()),
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => "?".to_owned(),
    };
    match version.as_str() {
        "1" => Ok(()),
        _ => Err(format!(
            "manifest version '{version}' is not supported; known: 1"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_and_a_list_say_the_same() {
        let map = "version: '1'\ntemplates:\n  b: {source: y}\n  a: {source: x, kind: go-cli}\n";
        let list = "templates:\n- {name: a, source: x, kind: go-cli}\n- {name: b, source: y}\n";
        let read = entries(map).unwrap();
        assert_eq!(read, entries(list).unwrap());
        assert_eq!(read[0].name, "a");
    }

    #[test]
    fn manifests_that_are_wrong_say_why() {
        for (text, fact) in [
            ("version: 2\ntemplates: {a: {source: x}}", "'2'"),
            ("templates: {}", "no templates"),
            ("templates: {a: {}}", "source"),
            ("templates: [{source: x}]", "name"),
        ] {
            let reason = entries(text).unwrap_err();
            assert!(reason.contains(fact), "{text}: {reason}");
        }
    }

    #[test]
    fn sources_lie_beside_their_manifest() {
        assert_eq!(
            beside("catalog/templates.yaml", "files/a"),
            "catalog/files/a"
        );
        assert_eq!(beside("templates.yaml", "a"), "a");
        assert_eq!(beside("x/templates.yaml", "/a"), "/a");
        assert_eq!(beside("https://h/x/templates.yaml", "a"), "https://h/x/a");
        assert_eq!(beside("github:o/r/t/m.yaml@v1", "a"), "github:o/r/t/a@v1");
        assert_eq!(beside("drunhub:templates.yaml", "a.drun"), "drunhub:a.drun");
        assert_eq!(beside("x.yaml", "drunhub:a"), "drunhub:a");
    }
}
