//! Sources of catalogues: a file, a folder, an address, a repository.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::super::scratch::Scratch;
use crate::process::{Supervisor, probe_output};

/// The file that a folder holds.
const FILE: &str = "provisionings.yaml";
/// No source may be larger, in bytes.
const LARGEST: u64 = 10 << 20;
/// How long fetching one may take.
const LIMIT: Duration = Duration::from_secs(30);

/// Where a catalogue is; an address is what `load::remote` understands.
#[derive(Debug, PartialEq, Eq)]
enum Source {
    File(PathBuf),
    Address(String),
    Repository {
        address: String,
        path: String,
        reference: String,
    },
}

/// The text of a source; relative paths start at `dir`.
///
/// # Errors
/// Why it cannot be read.
pub(super) async fn read(
    source: &str,
    dir: &Path,
    supervisor: &Supervisor,
) -> Result<String, String> {
    match parse(source, dir)? {
        Source::File(path) => read_file(path).await,
        Source::Address(address) => {
            let fetched = crate::load::remote::fetch(&address).await;
            fetched.map_err(|trouble| trouble.to_string())
        }
        Source::Repository {
            address,
            path,
            reference,
        } => read_repository(&address, &path, &reference, supervisor).await,
    }
}

fn parse(source: &str, dir: &Path) -> Result<Source, String> {
    if let Some(rest) = source.strip_prefix("ssh://") {
        return repository(rest)
            .ok_or_else(|| "write `ssh://git@host/repository.git//path?ref=name`".to_owned());
    }
    if let Some(rest) = source.strip_prefix("github:") {
        return Ok(Source::Address(github(rest)));
    }
    if source.starts_with("https://") || source.starts_with("http://") {
        return Ok(Source::Address(source.to_owned()));
    }
    Ok(Source::File(dir.join(source)))
}

/// The address with the file that its path means.
fn github(text: &str) -> String {
    let (text, reference) = match text.split_once('@') {
        Some((text, reference)) => (text, format!("@{reference}")),
        None => (text, String::new()),
    };
    let mut parts = text.splitn(3, '/');
    let owner = parts.next().unwrap_or_default();
    let repository = parts.next().unwrap_or_default();
    let path = file_in(parts.next().unwrap_or_default());
    format!("github:{owner}/{repository}/{path}{reference}")
}

fn repository(text: &str) -> Option<Source> {
    let (text, reference) = text.split_once("?ref=").unwrap_or((text, "HEAD"));
    let (repository, path) = text.split_once("//").unwrap_or((text, ""));
    // A word that begins with a dash would be an option of git.
    let unsafe_word = |word: &str| word.is_empty() || word.starts_with('-');
    if unsafe_word(repository) || unsafe_word(reference) {
        return None;
    }
    Some(Source::Repository {
        address: format!("ssh://{repository}"),
        path: file_in(path),
        reference: reference.to_owned(),
    })
}

/// The file that a path in a repository means.
fn file_in(path: &str) -> String {
    let path = path.trim_matches('/');
    match path {
        "" => FILE.to_owned(),
        path if path.ends_with(".yaml") || path.ends_with(".yml") => path.to_owned(),
        path => format!("{path}/{FILE}"),
    }
}

async fn read_file(mut path: PathBuf) -> Result<String, String> {
    use crate::value::os_reason;
    if path.is_dir() {
        path.push(FILE);
    }
    let failed = |error: std::io::Error| format!("{}: {}", path.display(), os_reason(&error));
    let found = tokio::fs::metadata(&path).await.map_err(failed)?;
    if !found.is_file() {
        return Err(format!("{} is no file", path.display()));
    }
    if found.len() > LARGEST {
        return Err(too_large());
    }
    let bytes = tokio::fs::read(&path).await.map_err(failed)?;
    text(bytes)
}

fn text(bytes: Vec<u8>) -> Result<String, String> {
    String::from_utf8(bytes).map_err(|_| "it is no UTF-8 text".to_owned())
}

fn too_large() -> String {
    format!("it is larger than {} MB", LARGEST >> 20)
}

/// Fetches one commit without a working copy, and takes one file out of it.
async fn read_repository(
    address: &str,
    path: &str,
    reference: &str,
    supervisor: &Supervisor,
) -> Result<String, String> {
    let folder = Scratch::new("drun-source")?;
    let folder_text = folder.path().to_string_lossy();
    let git = async |arguments: &[&str]| {
        let all: Vec<&str> = ["-C", &folder_text]
            .iter()
            .chain(arguments)
            .copied()
            .collect();
        let probed = probe_output(supervisor, "git", &all, LIMIT).await;
        let probed = probed.map_err(|error| error.to_string())?;
        match probed.code {
            Some(0) => Ok(probed.stdout),
            Some(_) => Err(format!("git: {}", probed.stderr.trim())),
            None => Err(format!("git took longer than {} s", LIMIT.as_secs())),
        }
    };
    git(&["init", "--quiet", "--bare"]).await?;
    git(&["fetch", "--quiet", "--depth", "1", "--", address, reference]).await?;
    git(&["show", &format!("FETCH_HEAD:{path}")]).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(source: &str) -> Result<Source, String> {
        parse(source, Path::new("/srv"))
    }

    #[test]
    fn the_form_tells_the_source() {
        assert_eq!(parsed("a/b.yaml"), Ok(Source::File("/srv/a/b.yaml".into())));
        assert_eq!(parsed("/x"), Ok(Source::File("/x".into())));
        let address = |text: &str| Ok(Source::Address(text.to_owned()));
        assert_eq!(parsed("https://a/b.yaml"), address("https://a/b.yaml"));
        assert_eq!(
            parsed("github:me/tools/ci@v2"),
            address("github:me/tools/ci/provisionings.yaml@v2")
        );
        assert_eq!(
            parsed("github:me/tools/a.yml"),
            address("github:me/tools/a.yml")
        );
        assert_eq!(
            parsed("ssh://git@host/me/tools.git//ci/a.yaml?ref=main"),
            Ok(Source::Repository {
                address: "ssh://git@host/me/tools.git".to_owned(),
                path: "ci/a.yaml".to_owned(),
                reference: "main".to_owned(),
            })
        );
    }

    #[test]
    fn a_word_that_git_takes_for_an_option_is_refused() {
        for source in ["ssh://-oProxy", "ssh://h/r//p?ref=--x"] {
            assert!(parsed(source).is_err(), "{source}");
        }
    }
}
