//! One file from the network.

use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode, Url};
use serde::Deserialize;

use super::failure::Failure;
use crate::load::location::{Address, Repository};
use crate::web;

/// The largest file, in bytes.
const MAX_BYTES: usize = 10 * 1024 * 1024;
const MAX_REDIRECTS: usize = 5;
/// Connecting may take this long, so that a name without an answer leaves time for another try.
const CONNECT: Duration = Duration::from_secs(10);
/// What to do when a repository does not give a file.
const IN_REPOSITORY: &str = "check owner, repository, path and what stands after '@'; a private repository needs GITHUB_TOKEN";

/// Where files come from.
pub(super) struct Sources {
    /// Raw files of GitHub.
    pub(super) github_raw: String,
    /// The API of GitHub.
    pub(super) github_api: String,
    /// Goes along to both.
    pub(super) token: Option<String>,
    /// How long one file may take, redirects and the question for the branch included.
    pub(super) timeout: Duration,
    /// The certificates that are trusted, in PEM; `None` for those that browsers trust.
    pub(super) certificates: Option<PathBuf>,
}

impl Default for Sources {
    fn default() -> Self {
        let token = std::env::var("GITHUB_TOKEN").ok();
        Self {
            github_raw: "https://raw.githubusercontent.com".to_owned(),
            github_api: "https://api.github.com".to_owned(),
            token: token.filter(|token| !token.is_empty()),
            timeout: Duration::from_secs(30),
            certificates: web::certificates(),
        }
    }
}

impl Sources {
    /// Whether nothing else than https is allowed; only a test says otherwise.
    fn https_only(&self) -> bool {
        [&self.github_raw, &self.github_api]
            .iter()
            .all(|address| address.starts_with("https://"))
    }
}

/// Fetches files.
pub(super) struct Download {
    pub(super) sources: Sources,
    client: OnceLock<Client>,
}

#[derive(Deserialize)]
struct RepositoryAnswer {
    default_branch: String,
}

impl Download {
    pub(super) fn new(sources: Sources) -> Self {
        Self {
            sources,
            client: OnceLock::new(),
        }
    }

    /// The bytes of a file.
    pub(super) async fn bytes(&self, address: &Address) -> Result<Vec<u8>, Failure> {
        let file = match address {
            Address::Web(url) => {
                let found = self.get(url.clone(), None).await?;
                return found.ok_or_else(|| Failure::gone(url, "check the address"));
            }
            Address::Github(file) => file,
        };
        let branches = match &file.reference {
            Some(reference) => vec![reference.clone()],
            None => match self.default_branch(file).await {
                Some(branch) => vec![branch],
                None => vec!["main".to_owned(), "master".to_owned()],
            },
        };
        let mut tried = Err(Failure::refused("there is no branch", IN_REPOSITORY));
        for branch in branches {
            let parts = [&file.owner, &file.name, &branch, &file.path];
            let url = address_of(&self.sources.github_raw, &parts)?;
            tried = match self.get(url.clone(), self.token()).await? {
                Some(bytes) => return Ok(bytes),
                None => Err(Failure::gone(&url, IN_REPOSITORY)),
            };
        }
        tried
    }

    /// The default branch as GitHub tells it; `None` when it does not.
    async fn default_branch(&self, file: &Repository) -> Option<String> {
        let parts = ["repos", &file.owner, &file.name];
        let url = address_of(&self.sources.github_api, &parts).ok()?;
        let bytes = self.get(url, self.token()).await.ok()??;
        let answer: RepositoryAnswer = serde_json::from_slice(&bytes).ok()?;
        (!answer.default_branch.is_empty()).then_some(answer.default_branch)
    }

    /// What lies at an address; `None` when there is nothing.
    async fn get(&self, url: Url, token: Option<&str>) -> Result<Option<Vec<u8>>, Failure> {
        let mut request = self.client()?.get(url.clone());
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let sent = request.send().await;
        let mut answer = sent.map_err(|error| Failure::of(&error, &url))?;
        let status = answer.status();
        if status == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        if !status.is_success() {
            return Err(Failure::of_status(status, &url));
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = answer
            .chunk()
            .await
            .map_err(|error| Failure::of(&error, &url))?
        {
            // The server's own word about the length is not to be trusted.
            if bytes.len() + chunk.len() > MAX_BYTES {
                return Err(Failure::refused(
                    format!("{url} is larger than 10 MB"),
                    "check the address: no task file is so large",
                ));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(Some(bytes))
    }

    fn token(&self) -> Option<&str> {
        self.sources.token.as_deref()
    }

    fn client(&self) -> Result<&Client, Failure> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let builder = web::builder(self.sources.certificates.as_deref()).map_err(|reason| {
            Failure::refused(reason, "name a file of certificates in PEM, or unset it")
        })?;
        let builder = builder
            .https_only(self.sources.https_only())
            .redirect(Policy::limited(MAX_REDIRECTS))
            .connect_timeout(CONNECT);
        let client = builder.build().map_err(|error| {
            Failure::refused(
                error.to_string(),
                "this is a fault of drun; please report it",
            )
        })?;
        Ok(self.client.get_or_init(|| client))
    }
}

/// `base/part/…`; the parts may hold slashes, everything else that is special is escaped.
fn address_of(base: &str, parts: &[impl AsRef<str>]) -> Result<Url, Failure> {
    let bad = || Failure::refused(format!("bad address: {base}"), IN_REPOSITORY);
    let mut url = Url::parse(base).map_err(|_| bad())?;
    url.path_segments_mut()
        .map_err(|()| bad())?
        .pop_if_empty()
        .extend(parts.iter().flat_map(|part| part.as_ref().split('/')));
    Ok(url)
}
