//! Paths of conditions and loops: placeholders, then `$NAME`, then `~`.

use std::path::{Path, PathBuf};

use super::World;
use super::evaluator::{Evaluator, Trouble, Undefined};
use super::pass::Pass;
use crate::ast::PathOperand;

/// A path with everything in it expanded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpandedPath {
    /// As messages show it.
    pub shown: String,
    /// Where it is.
    pub absolute: PathBuf,
}

impl Evaluator<'_> {
    /// A path of a condition or a loop, relative to the working directory.
    ///
    /// # Errors
    /// Undefined `$names`.
    pub fn path(&mut self, path: &PathOperand) -> Result<ExpandedPath, Trouble> {
        let mut pass = self.pass(Undefined::Dollar);
        let path = self.path_in(path, &mut pass)?;
        pass.outcome()?;
        Ok(path)
    }

    pub(super) fn path_in(
        &mut self,
        path: &PathOperand,
        pass: &mut Pass,
    ) -> Result<ExpandedPath, Trouble> {
        let text = match path {
            PathOperand::Text(template) => self.parts(template, pass)?,
            PathOperand::Variable(name) => match self.named(name, pass)? {
                Some(value) => value.text().clone(),
                None => name.clone(),
            },
        };
        Ok(expanded(&text, self.world, self.workdir))
    }
}

/// A path whose placeholders were replaced, relative to `folder`.
pub fn expanded(text: &str, world: &World, folder: &Path) -> ExpandedPath {
    let shown = expand(text, world);
    let absolute = folder.join(&shown);
    ExpandedPath { shown, absolute }
}

/// Replaces `$NAME` by the environment (an unset one stays), then a leading `~`.
fn expand(text: &str, world: &World) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        let length = after
            .bytes()
            .take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
            .count();
        let (name, tail) = after.split_at(length);
        let starts = name
            .bytes()
            .next()
            .is_some_and(|byte| !byte.is_ascii_digit());
        match world.environment(name).filter(|_| starts) {
            Some(value) => out.push_str(&value),
            None => {
                out.push('$');
                out.push_str(name);
            }
        }
        rest = tail;
    }
    out.push_str(rest);
    let home = world.home.as_ref().map(|home| home.display().to_string());
    match (out.strip_prefix('~'), home) {
        (Some(rest), Some(home)) if rest.is_empty() || rest.starts_with('/') => {
            format!("{home}{rest}")
        }
        _ => out,
    }
}

/// The path with `.`, `..` and repeated slashes taken out, as text: links are not followed.
pub fn clean(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::CurDir => {}
            std::path::Component::ParentDir => {
                out.pop();
            }
            part => out.push(part),
        }
    }
    out
}

/// The reason of an error of the system, in the words that programs of it use, without its number.
pub fn os_reason(error: &std::io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_lowercase().chain(chars).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_leading_tilde_is_the_home_folder() {
        let world = World {
            home: Some(PathBuf::from("/home/x")),
            ..World::default()
        };
        assert_eq!(expand("~/a", &world), "/home/x/a");
        assert_eq!(expand("~", &world), "/home/x");
        assert_eq!(expand("~y/a", &world), "~y/a");
        assert_eq!(
            expand("$NO_SUCH_NAME_HERE/$1", &world),
            "$NO_SUCH_NAME_HERE/$1"
        );
    }

    #[test]
    fn paths_are_cleaned_as_text() {
        assert_eq!(clean(Path::new("/a/./b/../c//d/")), PathBuf::from("/a/c/d"));
        assert_eq!(clean(Path::new("/../a")), PathBuf::from("/a"));
    }

    #[test]
    fn reasons_are_lower_case_and_have_no_number() {
        let error = std::io::Error::from_raw_os_error(2);
        assert_eq!(os_reason(&error), "no such file or directory");
    }
}
