//! Answers to the questions that evaluation asks.

use std::time::Duration;

use super::tools;
use crate::process::{Supervisor, find_in_path, probe_output};
use crate::source::Text;
use crate::value::{Probe, World};

/// How long a query of git may take. It reads files only.
const GIT: Duration = Duration::from_secs(30);
/// How long docker may take to answer.
const DOCKER: Duration = Duration::from_secs(3);

/// The answer to a question.
///
/// # Errors
/// Why there is none, for the statement that asked.
pub async fn answer(
    probe: &Probe,
    world: &World,
    supervisor: &Supervisor,
) -> Result<String, String> {
    let asker = Asker { world, supervisor };
    match probe {
        Probe::GitBranch => asker.git(&["rev-parse", "--abbrev-ref", "HEAD"]).await,
        Probe::GitCommit => asker.git(&["rev-parse", "HEAD"]).await,
        Probe::ToolAvailable(tool) => Ok(tools::available(supervisor, tool).await.to_string()),
        Probe::ToolRunning(tool) => Ok(tools::running(supervisor, tool).await.to_string()),
        Probe::ToolVersion(tool) => Ok(tools::version(supervisor, tool).await),
        Probe::Port {
            host,
            port,
            timeout,
        } => Ok(is_open(host, *port, *timeout).await.to_string()),
        Probe::DockerNetwork(name) => {
            let found = asker
                .run("docker", &["network", "inspect", name], DOCKER * 5)
                .await;
            Ok(found.is_some_and(|(code, _)| code == Some(0)).to_string())
        }
        Probe::DockerComposeCommand => asker.compose_command().await,
        Probe::DockerComposeStatus(folder) => {
            let folder = folder.as_ref().map(|folder| folder.display().to_string());
            Ok(asker.compose_status(folder.as_deref()).await)
        }
        Probe::DnsResolve(domain) => {
            let addresses = lookup(domain).await?;
            addresses
                .first()
                .cloned()
                .ok_or_else(|| format!("no address for '{domain}'"))
        }
        Probe::DnsCheck(domain, kind) => dns_check(domain, kind).await,
        Probe::DnsValidate(domain, address) => {
            let addresses = lookup(domain).await?;
            let valid = addresses.iter().any(|found| found == address.as_str());
            Ok((if valid { "valid" } else { "invalid" }).to_owned())
        }
    }
}

struct Asker<'a> {
    world: &'a World,
    supervisor: &'a Supervisor,
}

impl Asker<'_> {
    /// Exit code and standard output of a program; `None` when it cannot be started.
    async fn run(
        &self,
        program: &str,
        arguments: &[&str],
        limit: Duration,
    ) -> Option<(Option<i32>, String)> {
        let probed = probe_output(self.supervisor, program, arguments, limit)
            .await
            .ok()?;
        Some((probed.code, probed.stdout))
    }

    async fn git(&self, arguments: &[&str]) -> Result<String, String> {
        let probed = probe_output(self.supervisor, "git", arguments, GIT)
            .await
            .map_err(|error| format!("git cannot be started: {error}"))?;
        if probed.code == Some(0) {
            return Ok(probed.stdout.trim().to_owned());
        }
        let reason = probed
            .stderr
            .trim()
            .lines()
            .next()
            .unwrap_or_default()
            .to_owned();
        let folder = self.world.start_dir.display();
        Err(format!("git {} in {folder}: {reason}", arguments.join(" ")))
    }

    async fn compose_command(&self) -> Result<String, String> {
        let plugin = self.run("docker", &["compose", "version"], DOCKER).await;
        if plugin.is_some_and(|(code, _)| code == Some(0)) {
            return Ok("docker compose".to_owned());
        }
        match find_in_path("docker-compose") {
            Some(_) => Ok("docker-compose".to_owned()),
            None => Err("neither docker compose nor docker-compose is available".to_owned()),
        }
    }

    /// The state of the services of a folder, from the list that compose gives.
    async fn compose_status(&self, folder: Option<&str>) -> String {
        let Ok(command) = self.compose_command().await else {
            return "unavailable".to_owned();
        };
        let mut words: Vec<&str> = command.split(' ').collect();
        let program = words.remove(0);
        words.extend(
            folder
                .iter()
                .flat_map(|folder| ["--project-directory", folder]),
        );
        words.extend(["ps", "--all", "--format", "json"]);
        let Some((Some(0), list)) = self.run(program, &words, DOCKER * 5).await else {
            return "unavailable".to_owned();
        };
        status_of(&list).to_owned()
    }
}

/// What a list of services, one JSON object a line or one array, comes to.
fn status_of(list: &str) -> &'static str {
    let services: Vec<serde_json::Value> = match serde_json::from_str(list.trim()) {
        Ok(serde_json::Value::Array(services)) => services,
        _ => list
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect(),
    };
    let field = |service: &serde_json::Value, name: &str| {
        service
            .get(name)
            .and_then(|value| value.as_str())
            .unwrap_or_default()
            .to_lowercase()
    };
    let states: Vec<(String, String)> = services
        .iter()
        .map(|service| (field(service, "State"), field(service, "Health")))
        .collect();
    if states
        .iter()
        .any(|(state, health)| state == "restarting" || health == "unhealthy")
    {
        return "unusable";
    }
    match states
        .iter()
        .filter(|(state, _)| state == "running")
        .count()
    {
        0 => "down",
        running if running == states.len() => "usable",
        _ => "partial",
    }
}

async fn is_open(host: &Text, port: u16, timeout: Duration) -> bool {
    let connecting = tokio::net::TcpStream::connect((host.as_str(), port));
    matches!(tokio::time::timeout(timeout, connecting).await, Ok(Ok(_)))
}

async fn lookup(domain: &str) -> Result<Vec<String>, String> {
    let found = tokio::net::lookup_host((domain, 0))
        .await
        .map_err(|error| format!("cannot look '{domain}' up: {error}"))?;
    Ok(found.map(|address| address.ip().to_string()).collect())
}

async fn dns_check(domain: &str, kind: &str) -> Result<String, String> {
    let wanted = match kind.to_uppercase().as_str() {
        "A" => |address: &String| address.parse::<std::net::Ipv4Addr>().is_ok(),
        "AAAA" => |address: &String| address.parse::<std::net::Ipv6Addr>().is_ok(),
        // The system's resolver follows CNAME records and does not show them.
        "CNAME" => |_: &String| true,
        other => return Err(format!("record type '{other}' cannot be looked up")),
    };
    let found = lookup(domain).await?;
    Ok((if found.iter().any(wanted) {
        "success"
    } else {
        "failed"
    })
    .to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_service_decides() {
        assert_eq!(status_of(""), "down");
        assert_eq!(
            status_of("{\"State\":\"running\"}\n{\"State\":\"running\"}"),
            "usable"
        );
        assert_eq!(
            status_of("[{\"State\":\"running\"},{\"State\":\"exited\"}]"),
            "partial"
        );
        assert_eq!(
            status_of("{\"State\":\"running\",\"Health\":\"unhealthy\"}"),
            "unusable"
        );
    }
}
