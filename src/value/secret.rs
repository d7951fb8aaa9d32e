//! Names of secrets, and the function `secret('key', 'default', 'namespace')`.

use std::fmt;

use super::{Evaluator, Probe};
use crate::source::Text;

/// The namespace of secrets where the project has no name.
pub const NO_PROJECT: &str = "default";

/// What a secret is known by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SecretName {
    /// The namespace.
    pub namespace: Text,
    /// The key.
    pub key: Text,
}

impl SecretName {
    /// The secret `key` of a namespace that was `given`, else of the one that holds without saying.
    ///
    /// # Errors
    /// A key or a given namespace that is no name. The `automatic` namespace is the name of a project
    /// or a folder, which may be anything.
    pub fn new(key: &str, given: Option<&str>, automatic: &str) -> Result<Self, String> {
        check("key", key)?;
        Ok(Self {
            namespace: namespace(given, automatic)?,
            key: key.into(),
        })
    }
}

impl fmt::Display for SecretName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.namespace, self.key)
    }
}

/// The namespace that was `given`, else the `automatic` one.
///
/// # Errors
/// A given one that is no name.
pub fn namespace(given: Option<&str>, automatic: &str) -> Result<Text, String> {
    if let Some(given) = given {
        check("namespace", given)?;
    }
    Ok(given.unwrap_or(automatic).into())
}

fn check(what: &str, name: &str) -> Result<(), String> {
    let rest = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let starts = name.starts_with(|first: char| first.is_ascii_alphabetic());
    if starts && name.bytes().all(rest) {
        return Ok(());
    }
    let shown: String = name.chars().take(60).collect();
    Err(format!(
        "the {what} of a secret begins with a letter and goes on with letters, digits, `_` and `-`: '{shown}' does not"
    ))
}

impl Evaluator<'_> {
    /// What the function asks.
    pub(super) fn secret_probe(&self, arguments: &[&str]) -> Result<Probe, String> {
        let (name, default) = self.secret_wanted(arguments)?;
        Ok(Probe::Secret { name, default })
    }

    /// What stands in the place of a secret in a dry run.
    pub(super) fn secret_shown(&self, arguments: &[&str]) -> Result<String, String> {
        let (name, default) = self.secret_wanted(arguments)?;
        Ok(default.map_or_else(|| format!("[SECRET:{name}]"), |default| default.to_string()))
    }

    /// The secret, and what stands for it where there is none: an empty text is no default.
    fn secret_wanted(&self, arguments: &[&str]) -> Result<(SecretName, Option<Text>), String> {
        let at = |index: usize| arguments.get(index).filter(|text| !text.is_empty());
        let key = arguments.first().ok_or("secret needs a key")?;
        let automatic = self.world.secret_namespace();
        let name = SecretName::new(key, at(2).copied(), automatic)?;
        Ok((name, at(1).map(|default| Text::from(*default))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(key: &str, given: Option<&str>) -> String {
        let name = SecretName::new(key, given, "My Project");
        name.map_or_else(|error| error, |name| name.to_string())
    }

    #[test]
    fn keys_and_given_namespaces_are_names_and_projects_are_called_anything() {
        assert_eq!(shown("api_key-2", None), "My Project:api_key-2");
        assert_eq!(shown("k", Some("team")), "team:k");
        for (key, given) in [
            ("9lives", None),
            ("", None),
            ("a b", None),
            ("a:b", None),
            ("é", None),
        ] {
            assert!(shown(key, given).starts_with("the key"), "{key}");
        }
        assert!(shown("k", Some("my team")).starts_with("the namespace"));
    }
}
