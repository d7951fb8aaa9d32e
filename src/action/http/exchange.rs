//! The way of a request: attempts, and the response on its way to standard output.
//!
//! *Invariant:* of a body no more is held than the piece that came last. Whoever drops the future ends the
//! connection with it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Method, Response, StatusCode, Url};

use super::{Backoff, Request};
use crate::ast::action::{HttpMethod, HttpScheme};
use crate::report::{Lines, Report};
use crate::source::Text;
use crate::value::duration;
use crate::web::{self, Web};

/// What a body is when no header says so, as with curl.
const FORM: HeaderValue = HeaderValue::from_static("application/x-www-form-urlencoded");

/// Where the response goes.
pub(crate) struct Output<'r> {
    pub(crate) report: &'r Report,
    /// Whole lines alone are passed on: others write as well.
    pub(crate) lines: Option<Lines>,
    /// How many bytes of the response are held.
    pub(crate) held: &'r AtomicU64,
}

/// Sends the request until a response has come or it may not be sent again, and passes the response on.
///
/// # Errors
/// A request that cannot be sent as it is; no response, or a part of one.
pub(crate) async fn perform(
    request: &Request,
    web: &Web,
    output: &mut Output<'_>,
) -> Result<(), String> {
    let sending = Sending::new(request, web)?;
    let mut backoff = Backoff::default();
    let mut attempts = 1_u64;
    loop {
        let last = attempts > u64::from(sending.retries);
        match sending.attempt(last, output).await {
            Attempt::Done => return Ok(()),
            Attempt::Again(_) if !last => {}
            Attempt::Again(reason) | Attempt::Failed(reason) => {
                return Err(sending.failure(attempts, &reason));
            }
        }
        backoff.pause().await;
        attempts += 1;
    }
}

/// What an attempt came to.
enum Attempt {
    Done,
    /// Nothing was passed on, and another attempt may do better.
    Again(String),
    /// A part of the response was passed on.
    Failed(String),
}

/// A request that can be sent several times.
struct Sending<'r> {
    client: &'r Client,
    request: reqwest::Request,
    method: HttpMethod,
    url: Url,
    limit: Option<Duration>,
    retries: u32,
}

impl<'r> Sending<'r> {
    fn new(request: &Request, web: &'r Web) -> Result<Self, String> {
        let url = web::address(&request.url)?;
        let client = web.client()?;
        let mut builder = client
            .request(method(request.method), url.clone())
            .headers(headers(request)?);
        if let Some(body) = &request.body {
            builder = builder.body(Bytes::from_owner(Body(body.clone())));
        }
        Ok(Self {
            client,
            request: builder.build().map_err(|error| web::innermost(&error))?,
            method: request.method,
            url,
            limit: limit(request.timeout.as_ref())?,
            retries: retries(request.retry.as_ref())?,
        })
    }

    /// Sends it once.
    async fn attempt(&self, last: bool, output: &mut Output<'_>) -> Attempt {
        let Some(request) = self.request.try_clone() else {
            return Attempt::Failed("it cannot be sent twice".to_owned());
        };
        let mut passed = 0;
        let work = async {
            let mut response = self.client.execute(request).await?;
            if !last && is_temporary(response.status()) {
                return Ok(Some(response.status()));
            }
            match self.method {
                HttpMethod::Head => output.head(&response).await,
                _ => output.body(&mut response, &mut passed).await?,
            }
            Ok::<_, reqwest::Error>(None)
        };
        let outcome = match self.limit {
            Some(limit) => tokio::time::timeout(limit, work).await,
            None => Ok(work.await),
        };
        output.held.store(0, Ordering::Relaxed);
        output.end().await;
        let reason = match outcome {
            Ok(Ok(None)) => return Attempt::Done,
            Ok(Ok(Some(status))) => return Attempt::Again(status.to_string()),
            Ok(Err(error)) => web::reason(&error),
            Err(_) => self.slow(),
        };
        match passed {
            0 => Attempt::Again(reason),
            _ => Attempt::Failed(format!("{reason}, after {passed} bytes of the response")),
        }
    }

    fn slow(&self) -> String {
        let limit = duration::exact(self.limit.unwrap_or_default());
        format!("not complete within {limit}")
    }

    fn failure(&self, attempts: u64, reason: &str) -> String {
        let method = self.method.as_str();
        let endpoint = web::endpoint(&self.url);
        let times = match attempts {
            1 => String::new(),
            _ => format!(" after {attempts} attempts"),
        };
        format!("{method} request to {endpoint} failed{times}: {reason}")
    }
}

impl Output<'_> {
    /// Passes the body on, piece by piece: a reader that is slower than the server makes it wait.
    async fn body(
        &mut self,
        response: &mut Response,
        passed: &mut u64,
    ) -> Result<(), reqwest::Error> {
        while let Some(piece) = response.chunk().await? {
            self.held.store(piece.len() as u64, Ordering::Relaxed);
            *passed += piece.len() as u64;
            if !self.pass(&piece).await {
                return Ok(());
            }
            self.held.store(0, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Prints what is left of a line that was not ended.
    async fn end(&mut self) {
        if let Some(lines) = &mut self.lines {
            // As in `pass`.
            let _ = lines.end(self.report).await;
        }
    }

    /// Prints the status and the headers.
    async fn head(&mut self, response: &Response) {
        let mut text = format!("{:?} {}\n", response.version(), response.status()).into_bytes();
        for (name, value) in response.headers() {
            text.extend_from_slice(name.as_str().as_bytes());
            text.extend_from_slice(b": ");
            text.extend_from_slice(value.as_bytes());
            text.push(b'\n');
        }
        self.pass(&text).await;
    }

    /// Whether it can be written: standard output that is gone ends the run at its next flush.
    async fn pass(&mut self, bytes: &[u8]) -> bool {
        let written = match &mut self.lines {
            Some(lines) => lines.pass(bytes, self.report).await,
            None => self.report.write(&[bytes]).await,
        };
        written.is_ok()
    }
}

/// The text of a body, which is not copied.
struct Body(Text);

impl AsRef<[u8]> for Body {
    fn as_ref(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

fn method(method: HttpMethod) -> Method {
    match method {
        HttpMethod::Get => Method::GET,
        HttpMethod::Post => Method::POST,
        HttpMethod::Put => Method::PUT,
        HttpMethod::Delete => Method::DELETE,
        HttpMethod::Patch => Method::PATCH,
        HttpMethod::Head => Method::HEAD,
        HttpMethod::Options => Method::OPTIONS,
    }
}

/// Answers after which the same request may succeed.
pub(in crate::action) fn is_temporary(status: StatusCode) -> bool {
    status.is_server_error()
        || status == StatusCode::REQUEST_TIMEOUT
        || status == StatusCode::TOO_MANY_REQUESTS
}

/// The headers as they are sent, that of `auth` included.
fn headers(request: &Request) -> Result<HeaderMap, String> {
    let mut all = HeaderMap::new();
    for (name, value) in request.headers.iter() {
        let key = HeaderName::from_bytes(name.as_bytes())
            .map_err(|_| format!("'{}' is not the name of a header", name.escape_debug()))?;
        all.insert(key, header_value(name, value.to_owned())?);
    }
    if let Some((scheme, credentials)) = &request.auth {
        let value = match scheme {
            HttpScheme::Bearer => format!("Bearer {credentials}"),
            HttpScheme::Basic => {
                format!("Basic {}", BASE64_STANDARD.encode(credentials.as_bytes()))
            }
        };
        let mut value = header_value("Authorization", value)?;
        value.set_sensitive(true);
        all.insert(AUTHORIZATION, value);
    }
    if request.body.is_some() && !all.contains_key(CONTENT_TYPE) {
        all.insert(CONTENT_TYPE, FORM);
    }
    Ok(all)
}

/// The value is not repeated: it may be a secret.
fn header_value(name: &str, value: String) -> Result<HeaderValue, String> {
    HeaderValue::try_from(value).map_err(|_| {
        format!("the value of the header '{name}' holds a line end or another control character")
    })
}

fn limit(timeout: Option<&Text>) -> Result<Option<Duration>, String> {
    let Some(text) = timeout else {
        return Ok(None);
    };
    let limit = duration::parse(text).ok_or_else(|| {
        format!("the timeout '{text}' is no time: write seconds, or a duration such as 30s")
    })?;
    // None, as with curl.
    Ok((!limit.is_zero()).then_some(limit))
}

/// How many further attempts there may be.
pub(in crate::action) fn retries(retry: Option<&Text>) -> Result<u32, String> {
    let Some(text) = retry else {
        return Ok(0);
    };
    text.trim()
        .parse()
        .map_err(|_| format!("'{text}' is not a number of retries"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_told_when_they_are_none() {
        assert_eq!(limit(Some(&"2".into())), Ok(Some(Duration::from_secs(2))));
        assert_eq!(limit(Some(&"0".into())), Ok(None));
        assert!(limit(Some(&"soon".into())).unwrap_err().contains("'soon'"));
        assert!(retries(Some(&"-1".into())).unwrap_err().contains("'-1'"));
    }
}
