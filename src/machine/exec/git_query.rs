//! `git get latest …` and `git ensure …`.

use super::super::{Action, Done, Execution, Machine, Run, Stop};
use crate::action::scm::{self, Purpose, Request, Source};
use crate::ast::action::{GitEnsure, GitQuery};
use crate::ast::{Operand, ProjectItem, ScmMethod, ScmRegistry, ScmSource, TagContract, Template};
use crate::source::Text;
use crate::value::{Value, expanded};

impl Machine {
    pub(in crate::machine) fn git_query(&mut self, node: &GitQuery) -> Execution {
        let run = self.run.clone();
        let registry = registry(&run, &node.source)?;
        if self.dry() {
            self.dry_query(node);
            return Ok(());
        }
        let declared = declared(registry, &node.source)?;
        let method = method(declared, node.method)?;
        let mut source = self.scm_source(declared, method)?;
        source.fetch &= node.allow_fetch;
        self.look_up(Request {
            source,
            tags: contract(node.tags.as_ref(), declared),
            wanted: node.wanted.clone(),
            by_date: node.by_date,
            purpose: Purpose::Get {
                tag: node.tag,
                variable: node.variable.clone(),
            },
        })
    }

    fn dry_query(&mut self, node: &GitQuery) {
        let (alias, variable) = (&node.source, &node.variable);
        let what = if node.tag { "tag" } else { "version" };
        let method = node.method.map_or("source default", ScmMethod::as_str);
        let order = if node.by_date { "date" } else { "version" };
        self.line(&format!(
            "[DRY RUN] Would get latest {what} from Git source {alias} using {method}, ordered by {order}, as {variable}"
        ));
        let value = format!("[DRY RUN] latest {what} from {alias}");
        self.assign(variable, Value::Text(value.into()));
    }

    pub(in crate::machine) fn git_ensure(&mut self, node: &GitEnsure) -> Execution {
        let candidate = self.candidate(&node.candidate)?;
        scm::stable(&candidate).map_err(Stop::fail)?;
        let run = self.run.clone();
        let declared = declared(registry(&run, &node.source)?, &node.source)?;
        let method = method(declared, node.method)?;
        if self.dry() {
            let (alias, method) = (&node.source, method.as_str());
            let contract = described(node.tags.as_ref());
            let capture = node
                .variable
                .as_ref()
                .map(|variable| format!(", with latest-version capture {variable} left unchanged"));
            let capture = capture.unwrap_or_default();
            self.line(&format!(
                "[DRY RUN] Would ensure version {candidate} is newer than the latest stable version from Git source {alias} using {method}{contract}{capture}"
            ));
            return Ok(());
        }
        let source = self.scm_source(declared, method)?;
        self.look_up(Request {
            source,
            tags: contract(node.tags.as_ref(), declared),
            wanted: None,
            by_date: false,
            purpose: Purpose::Ensure {
                candidate,
                variable: node.variable.clone(),
            },
        })
    }

    fn look_up(&self, request: Request) -> Execution {
        Err(Stop::Action(Box::new(Action::Scm(Box::new(request)))))
    }

    /// A version that has to be newer; here an unknown name is an error.
    fn candidate(&mut self, operand: &Operand) -> Result<Text, Stop> {
        match operand {
            Operand::Text(template) => self.text(template, "git statement"),
            Operand::Variable(name) | Operand::Name(name) | Operand::Literal(name) => {
                match self.lookup(name)? {
                    Some(value) => Ok(value.text().clone()),
                    None => Err(Stop::fail(format!("undefined variable: {name}"))),
                }
            }
            Operand::Placeholder(_) | Operand::Array(_) | Operand::Builtin(_) => {
                Ok(Text::default())
            }
        }
    }

    /// The way to a source; in its fields an unknown name is an error.
    fn scm_source(&mut self, declared: &ScmSource, method: ScmMethod) -> Result<Source, Stop> {
        let alias = &declared.alias;
        let mut ways = declared.access.iter();
        let Some(way) = ways.find(|way| way.method == method) else {
            return Err(missing(alias, method));
        };
        let place = self.scm_text(&way.place)?;
        let folder = self.run.world.start_dir.clone();
        let place = match method {
            ScmMethod::Filesystem => {
                let path = expanded(&place, &self.run.world, &folder).absolute;
                path.to_string_lossy().into_owned()
            }
            ScmMethod::Https if !place.starts_with("https://") => {
                let message = format!("git source '{alias}': '{place}' is no https address");
                return Err(Stop::fail(message));
            }
            _ => place.to_string(),
        };
        let host = way.host.as_ref().map(|host| self.scm_text(host));
        let key = way.key.as_ref().map(|key| self.scm_text(key)).transpose()?;
        Ok(Source {
            alias: alias.clone(),
            provider: declared.provider,
            method,
            place,
            host: host.transpose()?.map(|host| host.to_string()),
            key: key.map(|key| expanded(&key, &self.run.world, &folder).absolute),
            own_ssh: self.run.world.environment("GIT_SSH_COMMAND").is_some(),
            folder,
            fetch: declared.fetch,
        })
    }

    fn scm_text(&mut self, template: &Template) -> Result<Text, Stop> {
        self.text(template, "git source")
    }
}

fn registry<'a>(run: &'a Run, alias: &str) -> Result<&'a ScmRegistry, Stop> {
    let project = run.program.ast().main.project.as_ref();
    let mut items = project.iter().flat_map(|project| &project.items);
    let registry = items.find_map(|item| match item {
        ProjectItem::ScmRegistry(registry) => Some(&**registry),
        _ => None,
    });
    registry.ok_or_else(|| {
        Stop::fail(format!(
            "git source '{alias}': the project has no `scm` block that says where it is"
        ))
    })
}

fn declared<'a>(registry: &'a ScmRegistry, alias: &str) -> Result<&'a ScmSource, Stop> {
    let mut sources = registry.sources.iter();
    let source = sources.find(|source| source.alias == *alias);
    source.ok_or_else(|| Stop::fail(format!("there is no git source '{alias}' in `scm`")))
}

/// The method that a statement names, else the default of the source.
fn method(source: &ScmSource, named: Option<ScmMethod>) -> Result<ScmMethod, Stop> {
    let method = named.or(source.default).unwrap_or(ScmMethod::Remote);
    match source.access.iter().any(|way| way.method == method) {
        true => Ok(method),
        false => Err(missing(&source.alias, method)),
    }
}

fn missing(alias: &str, method: ScmMethod) -> Stop {
    let method = method.as_str();
    Stop::fail(format!("git source '{alias}' has no `{method}`"))
}

/// Which tags count: what the statement says, else the source, else any version.
fn contract(said: Option<&TagContract>, source: &ScmSource) -> TagContract {
    let contract = said.or(source.tags.as_ref());
    contract.cloned().unwrap_or(TagContract::SemverOptionalV)
}

fn described(contract: Option<&TagContract>) -> String {
    match contract {
        None => ", using the source/default version-tag contract".to_owned(),
        Some(TagContract::Semver) => ", matching tags semver".to_owned(),
        Some(TagContract::SemverOptionalV) => ", matching tags semver_optional_v".to_owned(),
        Some(TagContract::Formats(formats)) => {
            let formats: Vec<String> = formats.iter().map(|text| format!("\"{text}\"")).collect();
            format!(", matching tags {}", formats.join(", "))
        }
        Some(TagContract::Pattern(_)) => ", matching the inline tag pattern".to_owned(),
    }
}

/// Looks for the latest version of a source.
pub(in crate::machine) async fn look_up(run: &Run, request: &Request) -> Done {
    let found = scm::perform(request, &run.supervisor).await;
    Done::Set(found.map(|found| {
        run.report.line(&found.line);
        found.set
    }))
}
