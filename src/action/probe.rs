//! Answers to the questions that evaluation asks.

use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::secret::{self, Store};
use super::{dns, tools};
use crate::process::{Supervisor, find_in_path, probe_output};
use crate::value::{Probe, World, duration, os_reason};

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
    secrets: &Arc<Store>,
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
        } => Ok(connect(host, *port, *timeout).await.is_ok().to_string()),
        Probe::DockerNetwork(name) => asker.docker_network(name).await,
        Probe::DockerComposeCommand => asker.compose_command().await,
        Probe::DockerComposeStatus(folder) => {
            let folder = folder.as_ref().unwrap_or(&world.start_dir);
            Ok(asker.compose_status(folder).await)
        }
        Probe::Secret { name, default } => {
            let (store, name, default) = (secrets.clone(), name.clone(), default.clone());
            secret::blocking(move || secret::value(&name, default.as_deref(), &store)).await
        }
        Probe::DnsResolve(domain) => {
            let addresses = dns::addresses(domain).await?;
            let first = addresses.first().map(IpAddr::to_string);
            first.ok_or_else(|| format!("no address for '{domain}'"))
        }
        Probe::DnsCheck(domain, kind) => {
            let found = dns::has_records(domain, kind).await?;
            Ok((if found { "success" } else { "failed" }).to_owned())
        }
        Probe::DnsValidate(domain, address) => {
            let addresses = dns::addresses(domain).await?;
            let wanted = address.trim().parse::<IpAddr>();
            let valid = wanted.is_ok_and(|wanted| addresses.contains(&wanted));
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
        let folder = self.world.start_dir.to_string_lossy();
        let mut all = vec!["-C", &folder];
        all.extend(arguments);
        let probed = probe_output(self.supervisor, "git", &all, GIT)
            .await
            .map_err(|error| error.to_string())?;
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

    /// Docker also finds networks whose name or number only begins so, hence the comparison.
    async fn docker_network(&self, name: &str) -> Result<String, String> {
        let filter = format!("name=^{name}$");
        let words = [
            "network",
            "ls",
            "--format",
            "{{.Name}}",
            "--filter",
            &filter,
        ];
        let probed = probe_output(self.supervisor, "docker", &words, DOCKER * 5)
            .await
            .map_err(|error| error.to_string())?;
        match probed.code {
            Some(0) => {
                let mut names = probed.stdout.lines();
                Ok(names.any(|found| found.trim() == name).to_string())
            }
            _ => Err(format!("docker network ls: {}", probed.stderr.trim())),
        }
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

    /// The state of the services of a folder, from the lists that compose gives.
    async fn compose_status(&self, folder: &Path) -> String {
        let unavailable = || "unavailable".to_owned();
        let Ok(command) = self.compose_command().await else {
            return unavailable();
        };
        let folder = folder.to_string_lossy();
        let mut words: Vec<&str> = command.split(' ').collect();
        let program = words.remove(0);
        words.extend(["--project-directory", &folder]);
        let ask = async |question: &[&str]| {
            let words = [&words, question].concat();
            let answer = self.run(program, &words, DOCKER * 5).await;
            answer
                .filter(|(code, _)| *code == Some(0))
                .map(|(_, text)| text)
        };
        let Some(services) = ask(&["config", "--services"]).await else {
            return unavailable();
        };
        let Some(containers) = ask(&["ps", "--all", "--format", "json"]).await else {
            return unavailable();
        };
        let services = services.lines().filter(|name| !name.trim().is_empty());
        status_of(services.count(), &containers).to_owned()
    }
}

/// What a list of containers, one JSON object a line or one array, comes to; a service without a
/// container does not run.
fn status_of(services: usize, list: &str) -> &'static str {
    let containers: Vec<serde_json::Value> = match serde_json::from_str(list.trim()) {
        Ok(serde_json::Value::Array(containers)) => containers,
        _ => list
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect(),
    };
    let field = |container: &serde_json::Value, name: &str| {
        container
            .get(name)
            .and_then(|value| value.as_str())
            .unwrap_or_default()
            .to_lowercase()
    };
    let states: Vec<(String, String)> = containers
        .iter()
        .map(|container| (field(container, "State"), field(container, "Health")))
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
        running if running >= services.max(states.len()) => "usable",
        _ => "partial",
    }
}

/// Connects to a port and leaves.
///
/// # Errors
/// Why that cannot be done.
pub(super) async fn connect(host: &str, port: u16, timeout: Duration) -> Result<(), String> {
    let connecting = tokio::net::TcpStream::connect((host, port));
    match tokio::time::timeout(timeout, connecting).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(os_reason(&error)),
        Err(_) => Err(format!("no answer within {}", duration::exact(timeout))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_service_decides() {
        assert_eq!(status_of(1, ""), "down");
        assert_eq!(
            status_of(2, "{\"State\":\"running\"}\n{\"State\":\"running\"}"),
            "usable"
        );
        assert_eq!(
            status_of(2, "[{\"State\":\"running\"},{\"State\":\"exited\"}]"),
            "partial"
        );
        assert_eq!(
            status_of(2, "{\"State\":\"running\",\"Health\":\"unhealthy\"}"),
            "unusable"
        );
    }
}
