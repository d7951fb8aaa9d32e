//! `secret …`: what each operation does to the store, and the lines that it prints.

mod file;
mod seal;
mod store;

pub use store::{Entries, Store, parts};

use super::file as files;
use crate::source::Text;
use crate::value::{self, SecretName};

/// An operation whose texts are known.
#[derive(Debug)]
#[allow(missing_docs)]
pub enum Request {
    Set {
        name: SecretName,
        value: Text,
    },
    Get {
        name: SecretName,
        /// Whether it may be missing.
        has_default: bool,
    },
    Delete {
        name: SecretName,
    },
    Exists {
        name: SecretName,
    },
    List {
        namespace: Text,
        pattern: Option<Text>,
    },
}

/// What an operation came to.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Performed {
    /// The lines to print.
    pub lines: Vec<String>,
    /// The secret that was read.
    pub read: Option<String>,
}

impl Request {
    /// The line of a dry run.
    pub fn dry_line(&self) -> String {
        let what = match self {
            Self::Set { name, .. } => format!("set secret {name} = [REDACTED]"),
            Self::Get { name, .. } => format!("get secret {name}"),
            Self::Delete { name } => format!("delete secret {name}"),
            Self::Exists { name } => format!("check if secret {name} exists"),
            Self::List { namespace, .. } => format!("list secrets in namespace: {namespace}"),
        };
        format!("[DRY RUN] Would {what}")
    }

    /// Performs it, which reads and writes files.
    ///
    /// # Errors
    /// A secret that is missing, and those of the store.
    pub fn perform(&self, store: &Store) -> Result<Performed, String> {
        let mut read = None;
        let line = match self {
            Self::Set { name, value } => {
                store.set(name, value)?;
                said("🔐  Secret", name, "stored securely")
            }
            Self::Get { name, has_default } => match (store.get(name)?, has_default) {
                (Some(value), _) => {
                    read = Some(value);
                    said("🔓 Retrieved secret", name, "")
                }
                (None, true) => said("🔓 Secret", name, "not found, using default value"),
                (None, false) => return Err(missing(name)),
            },
            Self::Delete { name } => {
                store.remove(name)?;
                said("🗑️  Secret", name, "deleted")
            }
            Self::Exists { name } => match store.get(name)? {
                Some(_) => said("✅  Secret", name, "exists"),
                None => said("❌  Secret", name, "does not exist"),
            },
            Self::List { namespace, pattern } => {
                let lines = list(store, namespace, pattern.as_deref())?;
                return Ok(Performed { lines, read });
            }
        };
        Ok(Performed {
            lines: vec![line],
            read,
        })
    }
}

/// Does what reads and writes files beside the run.
///
/// # Errors
/// Those of the work.
pub async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, String> + Send + 'static,
) -> Result<T, String> {
    let done = files::blocking(|_| Ok(work())).await;
    done.unwrap_or_else(|error| Err(format!("the store of secrets: {error}")))
}

/// The value for `{secret(…)}`.
///
/// # Errors
/// A secret that is missing without a default, and those of the store.
pub fn value(name: &SecretName, default: Option<&str>, store: &Store) -> Result<String, String> {
    match (store.get(name)?, default) {
        (Some(value), _) => Ok(value),
        (None, Some(default)) => Ok(default.to_owned()),
        (None, None) => Err(missing(name)),
    }
}

fn missing(name: &SecretName) -> String {
    format!("secret {name} does not exist; {}", hint(name))
}

/// How to set a secret.
pub fn hint(name: &SecretName) -> String {
    let SecretName { namespace, key } = name;
    // The name of a project that is no name of a namespace is found where the project is.
    let namespace = match value::namespace(Some(namespace), "") {
        Ok(namespace) => format!(" --namespace {namespace}"),
        Err(_) => String::new(),
    };
    format!("set it with: xdrun cmd:secret add {key}{namespace}")
}

fn said(before: &str, name: &SecretName, what: &str) -> String {
    let SecretName { namespace, key } = name;
    let blank = if what.is_empty() { "" } else { " " };
    format!("{before} {key}{blank}{what} (namespace: {namespace})")
}

fn list(store: &Store, namespace: &str, pattern: Option<&str>) -> Result<Vec<String>, String> {
    let mut keys = store.keys_of(namespace)?;
    keys.retain(|key| pattern.is_none_or(|pattern| matches(pattern, key)));
    if keys.is_empty() {
        return Ok(vec![format!(
            "📋 No secrets found in namespace: {namespace}"
        )]);
    }
    let mut lines = vec![format!("📋 Secrets in namespace {namespace}:")];
    lines.extend(keys.iter().map(|key| format!("   - {key}")));
    Ok(lines)
}

/// Whether the whole of `key` is as `pattern` says, in which `*` is any text.
fn matches(pattern: &str, key: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else {
        return pattern == key;
    };
    let Some(mut key) = key.strip_prefix(first) else {
        return false;
    };
    let (middle, last) = rest.rsplit_once('*').unwrap_or(("", rest));
    for part in middle.split('*') {
        match key.find(part) {
            Some(at) => key = key.get(at + part.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    key.ends_with(last)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn a_star_is_any_text() {
        for (pattern, key, expected) in [
            ("api", "api", true),
            ("api", "api2", false),
            ("api*", "api", true),
            ("*", "", true),
            ("a*a", "a", false),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-c-b", false),
            ("*key", "api_key", true),
            ("**", "x", true),
        ] {
            assert_eq!(matches(pattern, key), expected, "{pattern} {key}");
        }
    }

    #[test]
    fn a_default_stands_for_what_is_missing_and_nothing_shows_a_value() {
        let home = tempfile::tempdir().unwrap();
        let store = Store::new(Some(home.path()), Path::new("/"));
        let name = || SecretName::new("k", None, "shop").unwrap();
        let get = |has_default| Request::Get {
            name: name(),
            has_default,
        };
        let error = get(false).perform(&store).unwrap_err();
        assert!(
            error.contains("shop:k") && error.contains("cmd:secret add k"),
            "{error}"
        );
        let performed = get(true).perform(&store).unwrap();
        assert_eq!(
            performed.lines,
            ["🔓 Secret k not found, using default value (namespace: shop)"]
        );
        assert_eq!(value(&name(), Some("d"), &store).as_deref(), Ok("d"));
        let set = Request::Set {
            name: name(),
            value: "hidden".into(),
        };
        assert_eq!(
            set.dry_line(),
            "[DRY RUN] Would set secret shop:k = [REDACTED]"
        );
        set.perform(&store).unwrap();
        let performed = get(false).perform(&store).unwrap();
        assert_eq!(performed.lines, ["🔓 Retrieved secret k (namespace: shop)"]);
        assert_eq!(performed.read.as_deref(), Some("hidden"));
        assert_eq!(value(&name(), Some("d"), &store).as_deref(), Ok("hidden"));
    }
}
