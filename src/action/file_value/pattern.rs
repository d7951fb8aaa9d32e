//! What a regular expression matches, the version of a project among it.

use super::scalar::{NOT_FOUND, Scalar};
use crate::ast::action::ValueType;
use crate::value::pattern::compile;

/// The name of the group that is the value.
const GROUP: &str = "value";

/// The header of a project with its version.
const PROJECT: &str = r#"(?m)^[ \t]*project[ \t]*"(?:[^"\\\r\n]|\\.)*"[ \t]*version[ \t]*"(?P<value>(?:[^"\\\r\n]|\\.)*)""#;

/// The group `value` of the only match.
pub(super) fn find(text: &str, selector: &str) -> Result<Scalar, String> {
    let regex = compile(selector)?;
    // A name that stands twice is an error of the expression itself.
    if !regex.capture_names().flatten().any(|name| name == GROUP) {
        return Err("the expression has no group `(?P<value>…)`".to_owned());
    }
    let mut matches = regex.captures_iter(text);
    let first = matches.next().ok_or(NOT_FOUND)?;
    // More are not counted: each may take as long as the text is.
    if matches.next().is_some() {
        return Err("it matches 2 times or more".to_owned());
    }
    let group = first.name(GROUP);
    let group = group.ok_or("the group `value` takes no part in the match")?;
    Ok(Scalar {
        span: group.range(),
        kind: ValueType::String,
        value: group.as_str().to_owned(),
    })
}

/// The version in the header of the project.
pub(super) fn find_version(text: &str) -> Result<Scalar, String> {
    find(text, PROJECT).map_err(|reason| match reason == NOT_FOUND {
        true => "no line `project \"…\" version \"…\"`".to_owned(),
        false => "several lines `project \"…\" version \"…\"`".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_only_match_is_meant() {
        let value = |pattern| find("a=1\nbé=22\n", pattern).map(|found| found.value);
        assert_eq!(value(r"bé=(?P<value>\d+)"), Ok("22".to_owned()));
        assert_eq!(value(r"(?m)^a=(?P<value>.*)$"), Ok("1".to_owned()));
        assert_eq!(value(r"c(?P<value>)"), Err("not found".to_owned()));
        for (pattern, reason) in [
            (r"(?P<value>\d)", "2 times"),
            (r"a=1", "no group"),
            (r"(?P<value>a)|(?P<value>b)", "duplicate"),
            (r"(?P<value>x)?a=", "takes no part"),
            (r"(", "unclosed group"),
        ] {
            let error = value(pattern).unwrap_err();
            assert!(error.contains(reason), "{pattern}: {error}");
        }
    }

    #[test]
    fn the_version_of_a_project_stands_in_its_only_header() {
        let version = |text| find_version(text).map(|found| found.value);
        assert_eq!(
            version("version: 2.0\n\tproject\t\"a \\\" b\"  version \"1.2\" : # version \"3\"\n"),
            Ok("1.2".to_owned())
        );
        assert_eq!(version("project \"a\" version \"1\""), Ok("1".to_owned()));
        assert!(version("project \"a\":\n").is_err());
        let twice = "project \"a\" version \"1\":\n".repeat(2);
        assert!(version(&twice).unwrap_err().starts_with("several"));
    }
}
