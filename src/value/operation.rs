//! Operations on values: `{$x without prefix 'v' | uppercase}`.

use super::{Value, World};
use crate::source::Text;

/// Applies the operation `name`.
///
/// # Errors
/// An unknown operation, and missing arguments, by the operation's name.
pub(super) fn apply(
    value: &Value,
    name: &str,
    arguments: &[Text],
    world: &World,
) -> Result<Value, String> {
    let text = value.text();
    let argument = |index: usize| {
        arguments
            .get(index)
            .ok_or_else(|| format!("operation '{name}' needs an argument"))
    };
    let new: Text = match name {
        "without prefix" => text.share(text.strip_prefix(argument(0)?.as_str()).unwrap_or(text)),
        "without suffix" => text.share(text.strip_suffix(argument(0)?.as_str()).unwrap_or(text)),
        "replace" => text.replace(argument(0)?.as_str(), argument(1)?).into(),
        "uppercase" => text.to_uppercase().into(),
        "lowercase" => text.to_lowercase().into(),
        "trim" => text.share(text.trim()),
        "split by" => split(text, argument(0)?),
        "first" => value
            .items_of_operation()
            .first()
            .cloned()
            .unwrap_or_default(),
        "last" => value
            .items_of_operation()
            .last()
            .cloned()
            .unwrap_or_default(),
        "basename" => text.share(basename(text)),
        "dirname" => dirname(text),
        "extension" => text.share(extension(text)),
        "normalized" | "normalized for shell" => normalized(text, world.posix_shell).into(),
        _ => return list(value, name, arguments),
    };
    Ok(Value::Text(new))
}

/// How many bytes the result may have: only what is put in more often than it stands there makes a
/// text that is much larger than what there was.
pub(super) fn size(value: &Value, name: &str, arguments: &[Text]) -> usize {
    let text = value.text();
    match (name, arguments) {
        ("replace", [from, to]) if to.len() > from.len() => {
            let count = text.matches(from.as_str()).count();
            text.len() + count.saturating_mul(to.len())
        }
        _ => text.len(),
    }
}

fn split(text: &Text, at: &Text) -> Text {
    if at.is_empty() {
        return text.clone();
    }
    text.split(at.as_str()).collect::<Vec<_>>().join(" ").into()
}

/// Operations that yield a list: its text is the items joined with blanks.
fn list(value: &Value, name: &str, arguments: &[Text]) -> Result<Value, String> {
    let mut items = value.items_of_operation().into_owned();
    let argument = || {
        arguments
            .first()
            .ok_or_else(|| format!("operation '{name}' needs an argument"))
    };
    match name {
        "reversed" => items.reverse(),
        "unique" => {
            let mut seen = std::collections::HashSet::new();
            items.retain(|item| seen.insert(item.clone()));
        }
        "sorted" | "sorted by name" => items.sort(),
        "sorted by length" => items.sort_by_key(|item| item.chars().count()),
        "filtered by extension" | "filtered by suffix" => {
            let end = argument()?;
            items.retain(|item| item.ends_with(end.as_str()));
        }
        "filtered by prefix" => {
            let start = argument()?;
            items.retain(|item| item.starts_with(start.as_str()));
        }
        "filtered by name" => {
            let part = argument()?;
            items.retain(|item| item.contains(part.as_str()));
        }
        _ => return Err(format!("unknown operation '{name}'")),
    }
    let joined: Vec<&str> = items.iter().map(Text::as_str).collect();
    Ok(Value::list(joined.join(" ").into(), items))
}

fn trimmed(path: &str) -> &str {
    match path.trim_end_matches('/') {
        "" if !path.is_empty() => "/",
        path => path,
    }
}

fn basename(path: &str) -> &str {
    match trimmed(path) {
        "" => ".",
        "/" => "/",
        path => path.rsplit('/').next().unwrap_or(path),
    }
}

/// The folder of a path; `dir/sub/` is taken for a folder, so its folder is itself.
fn dirname(path: &Text) -> Text {
    let (folder, _) = match path.rfind('/') {
        None => return ".".into(),
        Some(at) => path.split_at(at),
    };
    match folder.trim_end_matches('/') {
        "" => "/".into(),
        folder => path.share(folder),
    }
}

fn extension(path: &str) -> &str {
    let last = path.rsplit('/').next().unwrap_or(path);
    last.rsplit_once('.').map_or("", |(_, extension)| extension)
}

fn normalized(path: &str, posix: bool) -> String {
    let (from, to) = if posix { ('\\', "/") } else { ('/', "\\") };
    let path = path.replace(from, to);
    let cut = path.trim_end_matches(['/', '\\']);
    let root = cut.is_empty() || (cut.len() == 2 && cut.ends_with(':'));
    match root {
        true if !path.is_empty() => path[..(cut.len() + 1).min(path.len())].to_owned(),
        _ => cut.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apply(text: &str, name: &str, arguments: &[&str]) -> String {
        let arguments: Vec<Text> = arguments.iter().map(|text| Text::from(*text)).collect();
        let world = World {
            posix_shell: true,
            ..World::default()
        };
        match super::apply(&Value::Text(Text::from(text)), name, &arguments, &world) {
            Ok(value) => value.text().to_string(),
            Err(error) => error,
        }
    }

    #[test]
    fn paths_are_taken_apart() {
        let of = |path| {
            let parts = ["basename", "dirname", "extension"];
            parts.map(|name| apply(path, name, &[]))
        };
        assert_eq!(of("a/b.tar.gz"), ["b.tar.gz", "a", "gz"]);
        assert_eq!(of("dir/sub/"), ["sub", "dir/sub", ""]);
        assert_eq!(of("file"), ["file", ".", ""]);
        assert_eq!(of(""), [".", ".", ""]);
        assert_eq!(of("/"), ["/", "/", ""]);
        assert_eq!(apply("C:\\x\\", "normalized", &[]), "C:/x");
        assert_eq!(apply("/", "normalized", &[]), "/");
    }

    #[test]
    fn lists_are_split_and_joined_with_blanks() {
        assert_eq!(apply("b a b", "unique", &[]), "b a");
        assert_eq!(apply("ccc a bb", "sorted by length", &[]), "a bb ccc");
        assert_eq!(apply("a.js b.ts", "filtered by extension", &["js"]), "a.js");
        assert_eq!(
            apply("feature/New Thing", "split by", &["/"]),
            "feature New Thing"
        );
        assert_eq!(
            apply("x", "frobnicate", &[]),
            "unknown operation 'frobnicate'"
        );
    }
}
