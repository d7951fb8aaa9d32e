//! The checks themselves: a request whose body nobody wants, a connection.

use std::time::Duration;

use reqwest::{Client, StatusCode, Url};

use super::{Check, HEALTH, INTERVAL, WAIT, time};
use crate::action::http::{Backoff, is_temporary, retries};
use crate::action::probe;
use crate::ast::action::NetworkCheck;
use crate::report::Report;
use crate::value::duration;
use crate::web::{self, Web};

/// As long as a check may wait that has no limit.
const ENDLESS: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// How long one attempt may take while a service is waited for.
const ATTEMPT: Duration = Duration::from_secs(5);

/// Performs a check, of a host apart, which is a command.
///
/// # Errors
/// Options that are none; a check that fails.
pub(crate) async fn perform(check: &Check, web: &Web, report: &Report) -> Result<(), String> {
    match check.action {
        NetworkCheck::HealthCheck => health(check, web).await,
        NetworkCheck::WaitForService => wait(check, web, report).await,
        NetworkCheck::PortCheck => port(check, report).await,
        NetworkCheck::Ping => Ok(()),
    }
}

/// A service that can be asked.
struct Service<'w> {
    client: &'w Client,
    url: Url,
}

impl<'w> Service<'w> {
    fn new(check: &Check, web: &'w Web) -> Result<Self, String> {
        Ok(Self {
            url: web::address(&check.target)?,
            client: web.client()?,
        })
    }

    /// What it answers; the body is left where it is.
    async fn status(&self, limit: Duration) -> Result<StatusCode, String> {
        let sent = self.client.get(self.url.clone()).send();
        // 0 is no limit, as for a request.
        let limit = if limit.is_zero() { ENDLESS } else { limit };
        match tokio::time::timeout(limit, sent).await {
            Ok(Ok(response)) => Ok(response.status()),
            Ok(Err(error)) => Err(web::reason(&error)),
            Err(_) => Err(format!("no answer within {}", duration::exact(limit))),
        }
    }
}

async fn health(check: &Check, web: &Web) -> Result<(), String> {
    let service = Service::new(check, web)?;
    let limit = time("timeout", check.timeout.as_deref().unwrap_or(HEALTH))?;
    let mut left = retries(check.retry.as_ref())?;
    let expected = check.expect.as_deref().map(status_of).transpose()?;
    let mut backoff = Backoff::default();
    loop {
        let answer = service.status(limit).await;
        let (reason, temporary) = match (answer, expected) {
            (Ok(status), Some(expected)) if status == expected => return Ok(()),
            (Ok(status), Some(expected)) => (
                format!("status {status} instead of {}", expected.as_str()),
                is_temporary(status),
            ),
            (Ok(status), None) if status.as_u16() < 400 => return Ok(()),
            (Ok(status), None) => (format!("status {status}"), is_temporary(status)),
            (Err(reason), _) => (reason, true),
        };
        if left == 0 || !temporary {
            let endpoint = web::endpoint(&service.url);
            return Err(format!("health check of {endpoint} failed: {reason}"));
        }
        left -= 1;
        backoff.pause().await;
    }
}

fn status_of(text: &str) -> Result<StatusCode, String> {
    StatusCode::from_bytes(text.trim().as_bytes())
        .map_err(|_| format!("'{text}' is not the number of a status"))
}

/// Asks the service again and again; as in the script of a dry run, the pauses alone count.
async fn wait(check: &Check, web: &Web, report: &Report) -> Result<(), String> {
    let service = Service::new(check, web)?;
    let limit = time("timeout", check.timeout.as_deref().unwrap_or(WAIT))?;
    let interval = time("retry", check.retry.as_deref().unwrap_or(INTERVAL))?;
    if interval.is_zero() {
        return Err("the time between two attempts is zero: write `retry \"1\"`".to_owned());
    }
    let mut elapsed = Duration::ZERO;
    let mut last = String::from("there was no time for an attempt");
    while elapsed < limit {
        last = match service.status(ATTEMPT).await {
            Ok(status) if status.as_u16() < 400 => {
                report.line("Service is ready");
                return Ok(());
            }
            Ok(status) => format!("status {status}"),
            Err(reason) => reason,
        };
        tokio::time::sleep(interval).await;
        elapsed = elapsed.saturating_add(interval);
        let (now, end) = (elapsed.as_secs_f64(), limit.as_secs_f64());
        report.line(&format!("Waiting for service... ({now}/{end}s)"));
        // Standard output that is gone ends the run at its next flush.
        if report.flush().await.is_err() {
            return Ok(());
        }
    }
    report.line("Timeout waiting for service");
    let endpoint = web::endpoint(&service.url);
    let limit = duration::exact(limit);
    Err(format!("{endpoint} was not ready within {limit}: {last}"))
}

async fn port(check: &Check, report: &Report) -> Result<(), String> {
    let (endpoint, limit) = check.endpoint()?;
    match probe::connect(&endpoint.host, endpoint.port, limit).await {
        Ok(()) => {
            report.line(&format!("✅  Port is open: {endpoint}"));
            Ok(())
        }
        Err(reason) => {
            let reason = format!("{endpoint}: {reason}");
            report.line(&format!("❌  Port check failed: {reason}"));
            Err(format!("port check failed: {reason}"))
        }
    }
}
