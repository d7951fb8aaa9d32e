//! Why a remote file cannot be had, and what to do about it.

use std::fmt;
use std::time::Duration;

use reqwest::{StatusCode, Url};

use crate::web;

/// A remote file that cannot be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotFetched {
    /// What happened.
    pub reason: String,
    /// What to do.
    pub help: String,
}

impl fmt::Display for NotFetched {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} ({})", self.reason, self.help)
    }
}

impl NotFetched {
    pub(super) fn new(reason: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            help: help.into(),
        }
    }
}

/// Why there is no file.
#[derive(Debug)]
pub(super) enum Failure {
    /// The network or the server is down: an older copy will do.
    Unreachable(NotFetched),
    /// The answer is no, or of no use.
    Refused(NotFetched),
}

const OFFLINE: &str =
    "check the network and the address, or name a copy of the file on this machine";
const LATER: &str = "try again later, or name a copy of the file on this machine";

/// What the client says of any other address.
const NOT_HTTPS: &str = "URL scheme is not allowed";

impl Failure {
    pub(super) fn refused(reason: impl Into<String>, help: &str) -> Self {
        Self::Refused(NotFetched::new(reason, help))
    }

    fn unreachable(reason: impl Into<String>, help: &str) -> Self {
        Self::Unreachable(NotFetched::new(reason, help))
    }

    pub(super) fn unanswered(limit: Duration) -> Self {
        Self::unreachable(format!("no answer within {} s", limit.as_secs()), LATER)
    }

    pub(super) fn gone(url: &Url, help: &str) -> Self {
        Self::refused(format!("nothing lies at {url}"), help)
    }

    pub(super) fn of_status(status: StatusCode, url: &Url) -> Self {
        let reason = format!("{status} from {url}");
        // Too many requests: it will be there again later, as after an error of the server.
        if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
            return Self::unreachable(reason, LATER);
        }
        Self::refused(
            reason,
            "check the address; what not everybody may read on GitHub needs GITHUB_TOKEN",
        )
    }

    pub(super) fn of(error: &reqwest::Error, url: &Url) -> Self {
        let reason = web::innermost(error);
        let host = url.host_str().unwrap_or_default();
        if let Some(fault) = web::untrusted(error) {
            // No fault of the network: somebody else may be answering.
            return Self::refused(
                format!("the certificate of {host} is not trusted: {fault}"),
                "where a proxy signs for others, name a file with its certificate in SSL_CERT_FILE",
            );
        }
        if error.is_builder() || reason == NOT_HTTPS {
            let reason = format!("{url} leads to an address that is refused: {reason}");
            return Self::refused(reason, "only https:// is possible here");
        }
        if error.is_redirect() {
            let reason = format!("{url} leads from one address to the next: {reason}");
            return Self::refused(reason, "name the address of the file itself");
        }
        if error.is_timeout() {
            return Self::unreachable(format!("{host} does not answer"), OFFLINE);
        }
        Self::unreachable(format!("{host} cannot be reached: {reason}"), OFFLINE)
    }
}
