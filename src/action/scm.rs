//! Versions in the tags of repositories.

mod contract;
mod read;

use std::path::PathBuf;

use contract::Contract;

use crate::ast::{ScmMethod, ScmProvider, StableVersion, TagContract, WantedVersions};
use crate::process::Supervisor;
use crate::source::Text;

/// A way to a repository with its placeholders resolved.
#[derive(Debug)]
pub struct Source {
    /// How statements name it.
    pub alias: Text,
    /// Where it is hosted.
    pub provider: ScmProvider,
    /// How it is reached.
    pub method: ScmMethod,
    /// Its address, its repository or its path.
    pub place: String,
    /// The host that a tool asks.
    pub host: Option<String>,
    /// The file of a key.
    pub key: Option<PathBuf>,
    /// Whether the environment says how git uses ssh; then it is not told.
    pub own_ssh: bool,
    /// The folder that relative places count from.
    pub folder: PathBuf,
    /// Whether tags may be fetched for their dates.
    pub fetch: bool,
}

/// Which of its tags is looked for.
#[derive(Debug)]
pub struct Request {
    /// The repository.
    pub source: Source,
    /// Which tags are versions.
    pub tags: TagContract,
    /// Which versions are looked for.
    pub wanted: Option<WantedVersions>,
    /// Whether the latest is the one that was made last.
    pub by_date: bool,
    /// What is done with it.
    pub purpose: Purpose,
}

/// What the latest version is for.
#[derive(Debug)]
pub enum Purpose {
    /// A variable takes the tag or the version.
    Get {
        /// The tag, else the version.
        tag: bool,
        /// The variable with its `$`.
        variable: Text,
    },
    /// A version has to be newer.
    Ensure {
        /// The version.
        candidate: Text,
        /// The variable with its `$` that takes the latest.
        variable: Option<Text>,
    },
}

/// A tag that is a version.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Tag {
    /// 0 where dates do not count.
    date: i64,
    version: StableVersion,
    name: String,
    text: String,
}

/// What came of a request.
#[derive(Debug)]
pub struct Found {
    /// The line to print.
    pub line: String,
    /// The variable with its `$`, and its value.
    pub set: Option<(String, String)>,
}

/// Looks for the latest version.
///
/// # Errors
/// Why there is none, or why the candidate is not newer, with the alias.
pub async fn perform(request: &Request, supervisor: &Supervisor) -> Result<Found, String> {
    let alias = &request.source.alias;
    let latest = latest(request, supervisor)
        .await
        .map_err(|reason| format!("git source '{alias}': {reason}"))?;
    match &request.purpose {
        Purpose::Get { tag, variable } => {
            let (what, value) = match tag {
                true => ("tag", latest.name),
                false => ("version", latest.text),
            };
            Ok(Found {
                line: format!(
                    "📦  Captured latest Git {what} \"{value}\" from {alias} as {variable}"
                ),
                set: Some((variable.to_string(), value)),
            })
        }
        Purpose::Ensure {
            candidate,
            variable,
        } => newer(candidate, &latest, alias, variable.as_deref()),
    }
}

fn newer(
    candidate: &str,
    latest: &Tag,
    alias: &str,
    variable: Option<&str>,
) -> Result<Found, String> {
    let version = stable(candidate)?;
    let text = &latest.text;
    if version == latest.version {
        return Err(format!(
            "version {candidate} is already the latest version from {alias}"
        ));
    }
    if version < latest.version {
        return Err(format!(
            "version {candidate} is older than the latest version {text} from {alias}"
        ));
    }
    let mut line =
        format!("✅  Version {candidate} is newer than latest version {text} from {alias}");
    if let Some(variable) = variable {
        line += &format!("; captured latest as {variable}");
    }
    Ok(Found {
        line,
        set: variable.map(|variable| (variable.to_owned(), text.clone())),
    })
}

/// The version that a candidate is.
///
/// # Errors
/// It is none.
pub fn stable(candidate: &str) -> Result<StableVersion, String> {
    StableVersion::of(candidate).ok_or_else(|| {
        format!("'{candidate}' is no version of the form MAJOR.MINOR.PATCH, such as 1.4.0")
    })
}

async fn latest(request: &Request, supervisor: &Supervisor) -> Result<Tag, String> {
    let contract = Contract::new(&request.tags)?;
    let tags = read::tags(&request.source, request.by_date, supervisor).await?;
    let mut latest: Option<Tag> = None;
    for (name, date) in tags {
        let Some((text, version)) = contract.version(&name)? else {
            continue;
        };
        if request
            .wanted
            .as_ref()
            .is_some_and(|wanted| !wanted.contains(version))
        {
            continue;
        }
        let date = if request.by_date { date } else { 0 };
        let tag = Tag {
            date,
            version,
            name,
            text,
        };
        latest = latest.max(Some(tag));
    }
    latest.ok_or_else(|| "no tag matches".to_owned())
}
