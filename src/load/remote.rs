//! Files from other places: `https:`, `github:`, `drunhub:`; a cache of one minute, and an older copy
//! when the network is down.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use sha2::{Digest, Sha256};

use super::LoadOptions;
use super::places::write_whole;

/// The most bytes of a remote file.
const MAX_BYTES: usize = 10 << 20;
/// How long a fetch may take.
const TIMEOUT: Duration = Duration::from_secs(30);
/// How long a cached copy is as good as the file.
const FRESH: Duration = Duration::from_secs(60);
/// The repository of `drunhub:` paths.
const HUB: &str = "phillarmonic/drun-hub";

/// Whether a path names a file elsewhere.
pub fn is_remote(path: &str) -> bool {
    ["github:", "https://", "http://", "drunhub:"]
        .iter()
        .any(|scheme| path.starts_with(scheme))
}

/// Where a remote path leads.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Address {
    Web(String),
    Repository {
        repository: String,
        path: String,
        reference: Option<String>,
    },
}

/// The text of an included file, from the cache or the network.
pub(super) async fn include(
    path: &str,
    options: &LoadOptions,
    lines: &mut Vec<String>,
) -> Result<String, String> {
    let address = address(path)?;
    let cache = cache_file(path, options);
    if let Some((text, age)) = cached(cache.as_ref())
        && age < FRESH
    {
        lines.push(format!("  ✓  Cache hit for {path}"));
        return Ok(text);
    }
    lines.push(format!("🌐  Fetching remote include: {path}"));
    match download(&address, lines).await {
        Ok(text) => {
            let size = text.len() as f64 / 1024.0;
            lines.push(format!("  ✓  Downloaded {size:.1} KB"));
            if let Some(cache) = &cache
                && write_whole(cache, text.as_bytes()).is_ok()
            {
                lines.push("  ✓  Cached with 1m expiration".to_owned());
            }
            Ok(text)
        }
        Err(reason) => match cached(cache.as_ref()) {
            Some((text, _)) => Ok(text),
            None => Err(reason),
        },
    }
}

/// The text of a remote file, without a cache.
///
/// # Errors
/// An address that is refused; a network that is down; a file that is too large or no text.
pub async fn fetch(path: &str) -> Result<String, String> {
    download(&address(path)?, &mut Vec::new()).await
}

fn address(path: &str) -> Result<Address, String> {
    if path.starts_with("http://") {
        return Err("http:// is refused; use https://".to_owned());
    }
    if path.starts_with("https://") {
        return Ok(Address::Web(path.to_owned()));
    }
    if let Some(rest) = path.strip_prefix("drunhub:") {
        return hub(rest);
    }
    let rest = path.strip_prefix("github:").unwrap_or(path);
    let (rest, reference) = with_reference(rest);
    let mut parts = rest.splitn(3, '/');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(owner), Some(name), Some(path))
            if !owner.is_empty() && !name.is_empty() && !path.is_empty() =>
        {
            Ok(Address::Repository {
                repository: format!("{owner}/{name}"),
                path: path.to_owned(),
                reference,
            })
        }
        _ => Err("write github:owner/repository/path/file.drun".to_owned()),
    }
}

fn hub(rest: &str) -> Result<Address, String> {
    let (path, reference) = with_reference(rest);
    let first = path.split('/').next().unwrap_or_default();
    if matches!(first, "docs" | ".github") || path.split('/').any(|part| part == "..") {
        return Err(format!("'{first}' is not a folder of task files"));
    }
    let path = match path.ends_with(".drun") {
        true => path.to_owned(),
        false => format!("{path}.drun"),
    };
    Ok(Address::Repository {
        repository: HUB.to_owned(),
        path,
        reference,
    })
}

fn with_reference(text: &str) -> (&str, Option<String>) {
    match text.rsplit_once('@') {
        Some((path, reference)) if !reference.is_empty() => (path, Some(reference.to_owned())),
        _ => (text, None),
    }
}

fn cache_file(path: &str, options: &LoadOptions) -> Option<PathBuf> {
    if options.no_cache {
        return None;
    }
    let digest = Sha256::digest(path.as_bytes());
    let name: String = digest
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    Some(
        options
            .home
            .as_ref()?
            .join(".drun/cache/includes")
            .join(name),
    )
}

/// A cached copy and its age.
fn cached(file: Option<&PathBuf>) -> Option<(String, Duration)> {
    let file = file?;
    let changed = std::fs::metadata(file).ok()?.modified().ok()?;
    let age = SystemTime::now()
        .duration_since(changed)
        .unwrap_or_default();
    Some((std::fs::read_to_string(file).ok()?, age))
}

async fn download(address: &Address, lines: &mut Vec<String>) -> Result<String, String> {
    let client = client()?;
    let work = async {
        match address {
            Address::Web(url) => get(&client, url, None).await,
            Address::Repository {
                repository,
                path,
                reference,
            } => {
                let token = std::env::var("GITHUB_TOKEN")
                    .ok()
                    .filter(|token| !token.is_empty());
                let token = token.as_deref();
                let references = match reference {
                    Some(reference) => vec![reference.clone()],
                    None => {
                        lines.push("  ✓  Detecting default branch...".to_owned());
                        default_branches(&client, repository, token).await
                    }
                };
                let mut last = String::new();
                for reference in references {
                    let url = format!(
                        "https://raw.githubusercontent.com/{repository}/{reference}/{path}"
                    );
                    match get(&client, &url, token).await {
                        Ok(text) => return Ok(text),
                        Err(reason) => last = reason,
                    }
                }
                Err(last)
            }
        }
    };
    tokio::time::timeout(TIMEOUT, work)
        .await
        .unwrap_or_else(|_| Err(format!("no answer within {} s", TIMEOUT.as_secs())))
}

fn client() -> Result<reqwest::Client, String> {
    reqwest::Client::builder()
        .https_only(true)
        .redirect(reqwest::redirect::Policy::limited(5))
        .timeout(TIMEOUT)
        .user_agent(concat!("drun/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| error.to_string())
}

async fn default_branches(
    client: &reqwest::Client,
    repository: &str,
    token: Option<&str>,
) -> Vec<String> {
    let url = format!("https://api.github.com/repos/{repository}");
    let answer = get(client, &url, token).await.unwrap_or_default();
    let answer: serde_json::Value = serde_json::from_str(&answer).unwrap_or_default();
    let found = answer.get("default_branch").and_then(|name| name.as_str());
    found
        .into_iter()
        .chain(["main", "master"])
        .map(str::to_owned)
        .collect()
}

async fn get(client: &reqwest::Client, url: &str, token: Option<&str>) -> Result<String, String> {
    let mut request = client.get(url);
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    let mut response = request.send().await.map_err(|error| reason(&error))?;
    let status = response.status();
    if !status.is_success() {
        return Err(format!("{url}: {status}"));
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| reason(&error))? {
        if bytes.len() + chunk.len() > MAX_BYTES {
            return Err(format!("{url}: larger than {} MiB", MAX_BYTES >> 20));
        }
        bytes.extend_from_slice(&chunk);
    }
    String::from_utf8(bytes).map_err(|_| format!("{url}: no UTF-8 text"))
}

/// The innermost cause: the outer ones only repeat the address.
fn reason(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repository(
        repository: &str,
        path: &str,
        reference: Option<&str>,
    ) -> Result<Address, String> {
        Ok(Address::Repository {
            repository: repository.to_owned(),
            path: path.to_owned(),
            reference: reference.map(str::to_owned),
        })
    }

    #[test]
    fn every_form_leads_somewhere_or_is_refused() {
        assert_eq!(
            address("github:a/b/c/d.drun@v1"),
            repository("a/b", "c/d.drun", Some("v1"))
        );
        assert_eq!(
            address("drunhub:ops/x"),
            repository(HUB, "ops/x.drun", None)
        );
        assert!(address("drunhub:docs/x").is_err());
        assert!(address("http://x/y").is_err());
        assert!(address("github:a/b").is_err());
    }
}
