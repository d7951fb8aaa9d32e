//! The client of everything that is fetched or requested: certificates, proxies, and why there is no answer.
//!
//! *Invariant:* says what happened, not what to do about it: that depends on what was wanted.

use std::error::Error;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, ClientBuilder, Url};

use crate::value::os_reason;

/// Names the trusted certificates, as for curl and OpenSSL.
const CERTIFICATES: &str = "SSL_CERT_FILE";

/// The file of the certificates that are trusted, in PEM; `None` for those that browsers trust.
pub(crate) fn certificates() -> Option<PathBuf> {
    let path = std::env::var_os(CERTIFICATES).filter(|path| !path.is_empty());
    path.map(PathBuf::from)
}

/// The beginning of a client; the proxies are those of the environment.
///
/// # Errors
/// A file of certificates that is none.
pub(crate) fn builder(certificates: Option<&Path>) -> Result<ClientBuilder, String> {
    let builder = Client::builder().user_agent(concat!("drun/", env!("CARGO_PKG_VERSION")));
    match certificates {
        Some(path) => trusting(builder, path)
            .map_err(|reason| format!("{CERTIFICATES} is {}: {reason}", path.display())),
        None => Ok(builder),
    }
}

/// Trusts the certificates in a file and no others, as the other programs that read the variable do.
fn trusting(builder: ClientBuilder, path: &Path) -> Result<ClientBuilder, String> {
    let bytes = std::fs::read(path).map_err(|error| os_reason(&error))?;
    let certificates = Certificate::from_pem_bundle(&bytes).map_err(|error| error.to_string())?;
    if certificates.is_empty() {
        return Err("it holds no certificate".to_owned());
    }
    let builder = builder.tls_built_in_root_certs(false);
    Ok(certificates
        .into_iter()
        .fold(builder, ClientBuilder::add_root_certificate))
}

/// The client of the statements of a run, made by the first of them. It follows no redirects and has no
/// limit in time: a statement has its own.
#[derive(Debug, Default)]
pub(crate) struct Web(OnceLock<Client>);

impl Web {
    /// The client.
    ///
    /// # Errors
    /// As [`builder`].
    pub(crate) fn client(&self) -> Result<&Client, String> {
        if let Some(client) = self.0.get() {
            return Ok(client);
        }
        let builder = builder(certificates().as_deref())?.redirect(Policy::none());
        let client = builder.build().map_err(|error| innermost(&error))?;
        Ok(self.0.get_or_init(|| client))
    }
}

/// The address that a statement names.
///
/// # Errors
/// What is wrong with it. An address that may hold a password is not repeated.
pub(crate) fn address(text: &str) -> Result<Url, String> {
    let shown = if text.contains('@') { "it" } else { text };
    let url = Url::parse(text.trim())
        .map_err(|error| format!("{shown} is no address: {error}; write it as http://host/path"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(format!(
            "{shown} is an address of {}: only http:// and https:// can be requested",
            url.scheme()
        ));
    }
    Ok(url)
}

/// The host and the port of an address.
pub(crate) fn endpoint(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port_or_known_default() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// Why there is no answer, in words.
pub(crate) fn reason(error: &reqwest::Error) -> String {
    if let Some(fault) = untrusted(error) {
        return format!(
            "its certificate is not trusted: {fault} (SSL_CERT_FILE names a file of those that are)"
        );
    }
    let unknown = causes(error).any(|cause| cause.to_string() == "dns error");
    let reason = innermost(error);
    match unknown {
        true => format!("its name cannot be looked up: {reason}"),
        false => reason,
    }
}

/// What is wrong with the certificate of the other side, if that is it.
pub(crate) fn untrusted(error: &reqwest::Error) -> Option<String> {
    let reason = innermost(error);
    let fault = reason.strip_prefix("invalid peer certificate: ")?;
    Some(fault.to_owned())
}

/// The reason behind all layers: the outer ones only say that sending failed.
pub(crate) fn innermost(error: &(dyn Error + 'static)) -> String {
    let Some(cause) = causes(error).last() else {
        return String::new();
    };
    match cause.downcast_ref::<io::Error>() {
        Some(error) => os_reason(error),
        None => cause.to_string(),
    }
}

fn causes<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| (*error).source())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_scheme_that_can_be_requested() {
        let wrong = |text: &str| address(text).unwrap_err();
        assert!(wrong("{$base}/x").starts_with("{$base}/x is no address"));
        assert!(wrong("ftp://a/b").contains("only http:// and https://"));
        let hidden = wrong("http://me:pw@host:99999/");
        assert!(!hidden.contains("pw") && hidden.starts_with("it is no address"));
    }

    #[test]
    fn an_endpoint_has_a_port() {
        let of = |text: &str| endpoint(&address(text).unwrap());
        assert_eq!(of("https://a.example/x"), "a.example:443");
        assert_eq!(of("http://u:p@[::1]:8080"), "[::1]:8080");
    }
}
