//! Checks of services and ports: what is asked, and how that is shown.

mod endpoint;
mod perform;

pub use endpoint::Endpoint;
pub(crate) use perform::perform;

use std::time::Duration;

use crate::ast::action::NetworkCheck;
use crate::source::Text;
use crate::value::duration;

/// How long a port may take to answer.
const PORT: Duration = Duration::from_secs(5);
/// How long the check of a service may take.
const HEALTH: &str = "10";
/// How long a service is waited for, and how long between two attempts.
const WAIT: &str = "60";
const INTERVAL: &str = "2";

/// A check with its placeholders resolved.
#[derive(Debug)]
pub struct Check {
    /// What is checked.
    pub action: NetworkCheck,
    /// An address, a host, or a host with its port.
    pub target: Text,
    /// The port, where it stands apart.
    pub port: Option<Text>,
    /// The options as written.
    pub timeout: Option<Text>,
    /// Of a service that is waited for, the time between two attempts.
    pub retry: Option<Text>,
    /// A status.
    pub expect: Option<Text>,
}

impl Check {
    /// What is said before it is done.
    pub fn announcement(&self) -> String {
        let target = &self.target;
        match (self.action, &self.port) {
            (NetworkCheck::HealthCheck, _) => format!("🏥  Health check: {target}"),
            (NetworkCheck::WaitForService, _) => format!("⏳  Waiting for service: {target}"),
            (NetworkCheck::Ping, _) => format!("🏓 Ping: {target}"),
            (NetworkCheck::PortCheck, Some(port)) => format!("🔌 Port check: {target}:{port}"),
            (NetworkCheck::PortCheck, None) => format!("🔌 Connection test: {target}"),
        }
    }

    /// The command that does about the same; of a port, what is probed.
    pub fn command(&self) -> String {
        match self.action {
            NetworkCheck::HealthCheck => self.curl(),
            NetworkCheck::WaitForService => self.script(),
            NetworkCheck::PortCheck => format!("dial tcp {}", self.target),
            NetworkCheck::Ping => {
                let limit = self.timeout.as_ref().map(|limit| format!("-W {limit} "));
                format!("ping -c 1 {}{}", limit.unwrap_or_default(), self.target)
            }
        }
    }

    fn curl(&self) -> String {
        let limit = self.timeout.as_deref().unwrap_or(HEALTH);
        let mut line = format!("curl -f -s -S --max-time {limit}");
        if let Some(retry) = &self.retry {
            line += &format!(" --retry {retry}");
        }
        if self
            .expect
            .as_ref()
            .is_some_and(|code| code.starts_with("20"))
        {
            line += " -w %{http_code}";
        }
        line + " " + &self.target
    }

    fn script(&self) -> String {
        let timeout = self.timeout.as_deref().unwrap_or(WAIT);
        let interval = self.retry.as_deref().unwrap_or(INTERVAL);
        let url = &self.target;
        format!(
            r#"sh -c 
timeout={timeout}
interval={interval}
elapsed=0
while [ $elapsed -lt $timeout ]; do
  if curl -f -s -S --max-time 5 "{url}" > /dev/null 2>&1; then
    echo "Service is ready"
    exit 0
  fi
  sleep $interval
  elapsed=$((elapsed + interval))
  echo "Waiting for service... ($elapsed/${{timeout}}s)"
done
echo "Timeout waiting for service"
exit 1"#
        )
    }

    /// The arguments of `ping`.
    ///
    /// # Errors
    /// A host that would be an option; a time that is none.
    pub fn ping(&self) -> Result<Vec<String>, String> {
        let host = self.target.trim();
        if host.is_empty() || host.starts_with('-') {
            return Err(format!("'{host}' is no host"));
        }
        let mut arguments = vec!["-c".to_owned(), "1".to_owned()];
        if let Some(limit) = &self.timeout {
            let seconds = time("timeout", limit)?.as_secs_f64();
            arguments.extend(["-W".to_owned(), seconds.to_string()]);
        }
        arguments.push(host.to_owned());
        Ok(arguments)
    }

    /// The port that is probed, and how long that may take.
    ///
    /// # Errors
    /// A host or a port that is missing or none; a time that is none.
    pub fn endpoint(&self) -> Result<(Endpoint, Duration), String> {
        let endpoint = Endpoint::new(&self.target, self.port.as_deref())?;
        let limit = match &self.timeout {
            Some(limit) => time("timeout", limit)?,
            None => PORT,
        };
        Ok((endpoint, limit))
    }
}

/// A time that is given with an option.
fn time(option: &str, text: &str) -> Result<Duration, String> {
    duration::parse(text).ok_or_else(|| {
        format!("the {option} '{text}' is no time: write seconds, or a duration such as 30s")
    })
}
