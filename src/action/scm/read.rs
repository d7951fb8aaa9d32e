//! The tags of a repository, with their dates where these are known.

use std::time::Duration;

use super::super::scratch::Scratch;
use super::Source;
use crate::ast::{ScmMethod, ScmProvider};
use crate::process::{ShellCommand, Supervisor, probe_command};

/// How long a question may take.
const LIMIT: Duration = Duration::from_secs(120);
/// How much of an answer is kept; of a longer one tags would be missing.
const KEPT: usize = 1 << 20;
/// How tags are listed: their names, and when they were made.
const FORMAT: &str = "--format=%(creatordate:unix) %(refname:strip=2)";

/// Names and dates (0 where they are not known) of all tags.
pub(super) async fn tags(
    source: &Source,
    by_date: bool,
    supervisor: &Supervisor,
) -> Result<Vec<(String, i64)>, String> {
    let asker = Asker { source, supervisor };
    if source.place.starts_with('-') {
        let place = &source.place;
        return Err(format!("'{place}' would be taken for an option"));
    }
    match source.method {
        ScmMethod::Filesystem => {
            let folder = source.folder.join(&source.place);
            asker.listed(&folder.to_string_lossy()).await
        }
        ScmMethod::Cli if by_date => Err("`cli` tells no dates".to_owned()),
        ScmMethod::Cli => asker.cli().await,
        ScmMethod::Https | ScmMethod::Ssh | ScmMethod::Remote if by_date => asker.fetched().await,
        ScmMethod::Https | ScmMethod::Ssh | ScmMethod::Remote => asker.remote().await,
    }
}

struct Asker<'a> {
    source: &'a Source,
    supervisor: &'a Supervisor,
}

impl Asker<'_> {
    /// The tags of a repository that is here.
    async fn listed(&self, folder: &str) -> Result<Vec<(String, i64)>, String> {
        let words = ["-C", folder, "for-each-ref", FORMAT, "refs/tags"];
        let out = self.run("git", &words).await?;
        let tag = |line: &str| {
            let (date, name) = line.split_once(' ')?;
            Some((name.to_owned(), date.parse().unwrap_or(0)))
        };
        Ok(out.lines().filter_map(tag).collect())
    }

    /// The tags of a repository that is elsewhere, without their dates.
    async fn remote(&self) -> Result<Vec<(String, i64)>, String> {
        let words = ["ls-remote", "--tags", "--refs", &self.source.place];
        let out = self.run("git", &words).await?;
        let tag = |line: &str| {
            let (_, name) = line.split_once("refs/tags/")?;
            Some((name.to_owned(), 0))
        };
        Ok(out.lines().filter_map(tag).collect())
    }

    /// The same with their dates: these stand in what the tags name, which is fetched into a folder that is removed.
    async fn fetched(&self) -> Result<Vec<(String, i64)>, String> {
        if !self.source.fetch {
            let reason =
                "dates need `metadata: fetch` in the source and `allow fetch` in the statement";
            return Err(reason.to_owned());
        }
        let scratch = Scratch::new("drun-tags")?;
        let folder = scratch.path().to_string_lossy();
        self.run("git", &["init", "--quiet", "--bare", &folder])
            .await?;
        let repository = format!("--git-dir={folder}");
        let words = [
            &repository,
            "fetch",
            "--quiet",
            "--no-tags",
            "--depth=1",
            &self.source.place,
            "+refs/tags/*:refs/tags/*",
        ];
        self.run("git", &words).await?;
        self.listed(&folder).await
    }

    /// What the tool of the provider tells.
    async fn cli(&self) -> Result<Vec<(String, i64)>, String> {
        let place = &self.source.place;
        let host = self.source.host.as_deref();
        let (out, field) = match self.source.provider {
            ScmProvider::Gitlab => {
                let project = place.replace('%', "%25").replace('/', "%2F");
                let path = format!("projects/{project}/repository/tags?per_page=100");
                let host = host.unwrap_or("gitlab.com");
                let words = ["api", "--paginate", "--hostname", host, &path];
                (self.run("glab", &words).await?, "name")
            }
            ScmProvider::Github | ScmProvider::Generic => {
                let path = format!("repos/{place}/git/matching-refs/tags/");
                let host = host.unwrap_or("github.com");
                let words = ["api", "--paginate", "--slurp", "--hostname", host, &path];
                (self.run("gh", &words).await?, "ref")
            }
        };
        Ok(names(&out, field)?.map(|name| (name, 0)).collect())
    }

    /// The command that git uses for ssh; git hands it to a shell.
    fn ssh(&self) -> Option<String> {
        if let Some(key) = &self.source.key {
            let key = key.to_string_lossy().replace('\'', r"'\''");
            return Some(format!(
                "ssh -o BatchMode=yes -o IdentitiesOnly=yes -i '{key}'"
            ));
        }
        (!self.source.own_ssh).then(|| "ssh -o BatchMode=yes".to_owned())
    }

    /// What a program answers. It asks nobody for a password.
    async fn run(&self, program: &str, words: &[&str]) -> Result<String, String> {
        let words = words.iter().map(|word| (*word).to_owned()).collect();
        let mut command = ShellCommand::program(program, words, &self.source.folder);
        let set = |name: &str, value: String| (name.to_owned(), value);
        command.env.push(set("GIT_TERMINAL_PROMPT", "0".to_owned()));
        command
            .env
            .extend(self.ssh().map(|ssh| set("GIT_SSH_COMMAND", ssh)));
        let probed = probe_command(self.supervisor, command, LIMIT)
            .await
            .map_err(|error| error.to_string())?;
        match probed.code {
            Some(0) if probed.stdout.len() >= KEPT => {
                Err(format!("{program} answered more than {KEPT} bytes"))
            }
            Some(0) => Ok(probed.stdout),
            Some(code) => {
                let reason = probed.stderr.trim().lines().next().unwrap_or_default();
                Err(format!("{program} ended with exit code {code}: {reason}"))
            }
            None => Err(format!("{program} took longer than {} s", LIMIT.as_secs())),
        }
    }
}

/// The texts of a field in pages of JSON: arrays one after the other, or an array of them.
fn names(out: &str, field: &str) -> Result<impl Iterator<Item = String>, String> {
    let mut names = Vec::new();
    for page in serde_json::Deserializer::from_str(out).into_iter::<serde_json::Value>() {
        let page = page.map_err(|error| format!("its answer is no JSON: {error}"))?;
        let items = page.as_array().into_iter().flatten();
        for item in items {
            let inner = item
                .as_array()
                .map_or(std::slice::from_ref(item), Vec::as_slice);
            for entry in inner {
                let name = entry.get(field).and_then(|name| name.as_str());
                names.extend(name.map(|name| {
                    let name = name.strip_prefix("refs/tags/").unwrap_or(name);
                    name.to_owned()
                }));
            }
        }
    }
    Ok(names.into_iter())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_arrays_or_arrays_of_arrays() {
        let check =
            |out: &str, field: &str| -> Vec<String> { names(out, field).unwrap().collect() };
        let github = "[[{\"ref\":\"refs/tags/v1\"}],[{\"ref\":\"refs/tags/a/b\"}]]";
        assert_eq!(check(github, "ref"), ["v1", "a/b"]);
        assert_eq!(
            check("[{\"name\":\"v1\"}]\n[{\"name\":\"v2\"}]", "name"),
            ["v1", "v2"]
        );
        assert!(names("<html>", "name").is_err());
    }
}
