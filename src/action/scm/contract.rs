//! Which tags are versions, and which ones.

use regex::Regex;

use crate::ast::{StableVersion, TagContract};
use crate::value::pattern::compile;

/// A contract whose expressions are compiled. Any of them may match.
pub(super) struct Contract(Vec<Regex>);

impl Contract {
    pub(super) fn new(tags: &TagContract) -> Result<Self, String> {
        let format = |format: &str| compile(&expression(format));
        let all = match tags {
            TagContract::Semver => vec![format("v{version}")?],
            TagContract::SemverOptionalV => vec![format("{version}")?, format("v{version}")?],
            TagContract::Formats(formats) => {
                let formats = formats.iter().map(|text| format(text));
                formats.collect::<Result<_, _>>()?
            }
            TagContract::Pattern(pattern) => vec![compile(pattern)?],
        };
        Ok(Self(all))
    }

    /// The version in a tag, as text and as numbers; `None` where the tag is none or not a stable one.
    pub(super) fn version(&self, tag: &str) -> Result<Option<(String, StableVersion)>, String> {
        let mut found: Option<&str> = None;
        for regex in &self.0 {
            let captures = regex.captures(tag);
            let Some(text) = captures.and_then(|captures| captures.name("version")) else {
                continue;
            };
            match found {
                Some(other) if other != text.as_str() => {
                    let text = text.as_str();
                    return Err(format!("the tag '{tag}' is version {other} and {text}"));
                }
                _ => found = Some(text.as_str()),
            }
        }
        Ok(found.and_then(|text| Some((text.to_owned(), StableVersion::of(text)?))))
    }
}

/// A format as a regular expression for the whole tag.
fn expression(format: &str) -> String {
    let mut expression = "^".to_owned();
    let mut rest = format;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, part) = rest.split_at(at);
        expression += &regex::escape(before);
        rest = if let Some(rest) = part.strip_prefix("{{") {
            expression += r"\{";
            rest
        } else if let Some(rest) = part.strip_prefix("}}") {
            expression += r"\}";
            rest
        } else {
            expression += r"(?P<version>[0-9]+\.[0-9]+\.[0-9]+)";
            part.strip_prefix("{version}").unwrap_or_default()
        };
    }
    expression + &regex::escape(rest) + "$"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(tags: &TagContract, tag: &str) -> Option<String> {
        let contract = Contract::new(tags).unwrap();
        contract.version(tag).unwrap().map(|(text, _)| text)
    }

    #[test]
    fn tags_match_as_a_whole() {
        let formats = |texts: &[&str]| {
            TagContract::Formats(texts.iter().map(|text| (*text).into()).collect())
        };
        let php = formats(&["php-{version}", "old{{x}}.{version}"]);
        assert_eq!(check(&php, "php-8.4.1").as_deref(), Some("8.4.1"));
        assert_eq!(check(&php, "old{x}.1.2.3").as_deref(), Some("1.2.3"));
        for tag in [
            "old{x}-1.2.3",
            "xphp-8.4.1",
            "php-8.4.1-rc",
            "php-08.4.1",
            "php-8.4",
        ] {
            assert_eq!(check(&php, tag), None, "{tag}");
        }
        assert_eq!(
            check(&TagContract::Semver, "v1.2.3").as_deref(),
            Some("1.2.3")
        );
        assert_eq!(check(&TagContract::Semver, "1.2.3"), None);
        let optional = TagContract::SemverOptionalV;
        assert_eq!(check(&optional, "1.2.3").as_deref(), Some("1.2.3"));
        let pattern = TagContract::Pattern("^r(?P<version>.*)$".into());
        assert_eq!(check(&pattern, "r1.2.3").as_deref(), Some("1.2.3"));
        assert_eq!(check(&pattern, "r1.2.3-rc1"), None);
        let both = Contract::new(&formats(&["{version}.0", "1.{version}"])).unwrap();
        assert!(both.version("1.2.3.0").is_err());
    }
}
