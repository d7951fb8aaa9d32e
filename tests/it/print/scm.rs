//! `scm` of the project, and statements about the versions in it.

use drun::ast::action::{GitEnsure, GitQuery};
use drun::ast::{
    ScmAccess, ScmMethod, ScmProvider, ScmRegistry, ScmSource, TagContract, WantedVersions,
};

use super::Printer;
use super::condition::operand;
use super::expression::quoted;

impl Printer {
    pub(super) fn scm(&mut self, registry: &ScmRegistry) {
        self.block("scm", |printer| {
            if !registry.sources.is_empty() {
                printer.block("git", |printer| {
                    registry
                        .sources
                        .iter()
                        .for_each(|source| printer.source(source));
                });
            }
        });
    }

    fn source(&mut self, source: &ScmSource) {
        let provider = match source.provider {
            ScmProvider::Github => "github",
            ScmProvider::Gitlab => "gitlab",
            ScmProvider::Generic => "generic",
        };
        self.block(provider, |printer| {
            printer.block(quoted(&source.alias), |printer| {
                if let Some(default) = source.default {
                    printer.line(format!("default: {}", default.as_str()));
                }
                if source.fetch {
                    printer.line("metadata: fetch");
                }
                source.access.iter().for_each(|way| printer.way(way));
                if let Some(tags) = &source.tags {
                    printer.version_tags(tags);
                }
            });
        });
    }

    fn way(&mut self, way: &ScmAccess) {
        let place = match way.method {
            ScmMethod::Https | ScmMethod::Ssh | ScmMethod::Remote => "url",
            ScmMethod::Cli => "repository",
            ScmMethod::Filesystem => "path",
        };
        let place = (place, Some(&way.place));
        self.block(way.method.as_str(), |printer| {
            for (name, value) in [
                place,
                ("host", way.host.as_ref()),
                ("key", way.key.as_ref()),
            ] {
                if let Some(value) = value {
                    printer.line(format!("{name}: {}", quoted(&value.text)));
                }
            }
        });
    }

    fn version_tags(&mut self, tags: &TagContract) {
        match tags {
            TagContract::Semver => self.line("version tags: semver"),
            TagContract::SemverOptionalV => self.line("version tags: semver_optional_v"),
            TagContract::Formats(formats) => self.block("version tags", |printer| {
                printer.block("formats", |printer| {
                    formats.iter().for_each(|text| printer.line(quoted(text)));
                });
            }),
            TagContract::Pattern(pattern) => self.block("version tags", |printer| {
                printer.line(format!("pattern: {}", quoted(pattern)));
            }),
        }
    }

    pub(super) fn git_query(&mut self, node: &GitQuery) {
        let what = if node.tag { "tag" } else { "version" };
        self.line(format!(
            "git get latest {what} from {}",
            quoted(&node.source)
        ));
        self.deeper(|printer| {
            printer.matching(node.method, node.tags.as_ref());
            match &node.wanted {
                Some(WantedVersions::Series(text)) => {
                    printer.line(format!("in series {}", quoted(text)));
                }
                Some(WantedVersions::Constraint(text)) => {
                    printer.line(format!("matching version {}", quoted(text)));
                }
                None => {}
            }
            if node.by_date {
                printer.line("ordered by date");
            }
            if node.allow_fetch {
                printer.line("allow fetch");
            }
            printer.line(format!("as {}", node.variable));
        });
    }

    pub(super) fn git_ensure(&mut self, node: &GitEnsure) {
        let (candidate, source) = (operand(&node.candidate), quoted(&node.source));
        self.line(format!(
            "git ensure {candidate} is newer than latest version from {source}"
        ));
        self.deeper(|printer| {
            printer.matching(node.method, node.tags.as_ref());
            if let Some(variable) = &node.variable {
                printer.line(format!("as {variable}"));
            }
        });
    }

    fn matching(&mut self, method: Option<ScmMethod>, tags: Option<&TagContract>) {
        if let Some(method) = method {
            self.line(format!("using {}", method.as_str()));
        }
        let tags = tags.map(|tags| match tags {
            TagContract::Semver => "semver".to_owned(),
            TagContract::SemverOptionalV => "semver_optional_v".to_owned(),
            TagContract::Formats(formats) => quoted(formats.first().map_or("", |text| text)),
            TagContract::Pattern(pattern) => format!("pattern {}", quoted(pattern)),
        });
        if let Some(tags) = tags {
            self.line(format!("matching tags {tags}"));
        }
    }
}
