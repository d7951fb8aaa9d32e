//! Tools: whether they are there, whether they run, which version they are.

mod require;
mod version_text;

use std::time::Duration;

pub use require::{Requirements, require};

use crate::process::{Supervisor, find_in_path, probe_output};

/// How long the probes of docker may take.
const DOCKER: Duration = Duration::from_secs(3);
/// How long a tool may take to tell its version; a stuck tool must not hang the run.
const VERSION: Duration = Duration::from_secs(30);

/// Whether a tool is available.
pub async fn available(supervisor: &Supervisor, tool: &str) -> bool {
    let in_path = |name: &str| find_in_path(name).is_some();
    match tool {
        "node" | "nodejs" => in_path("node"),
        "python" | "python3" => in_path("python") || in_path("python3"),
        "pip" | "pip3" => in_path("pip") || in_path("pip3"),
        "go" | "golang" => in_path("go"),
        "rust" | "cargo" => in_path("cargo"),
        "docker compose" | "docker-compose" => {
            succeeds(supervisor, &["compose", "version"]).await || in_path("docker-compose")
        }
        "docker buildx" | "docker-buildx" => {
            succeeds(supervisor, &["buildx", "version"]).await || in_path("docker-buildx")
        }
        other => in_path(other),
    }
}

/// Whether a tool runs: of docker its daemon, of all others that they are available.
pub async fn running(supervisor: &Supervisor, tool: &str) -> bool {
    match tool {
        "docker" | "docker compose" | "docker-compose" | "docker buildx" | "docker-buildx" => {
            succeeds(supervisor, &["info"]).await
        }
        other => available(supervisor, other).await,
    }
}

async fn succeeds(supervisor: &Supervisor, arguments: &[&str]) -> bool {
    let probed = probe_output(supervisor, "docker", arguments, DOCKER).await;
    probed.is_ok_and(|probed| probed.code == Some(0))
}

/// The version of a tool; empty when it cannot be found.
pub async fn version(supervisor: &Supervisor, tool: &str) -> String {
    for attempt in version_text::attempts(tool) {
        let arguments: Vec<&str> = attempt.arguments.iter().map(String::as_str).collect();
        let probed = probe_output(supervisor, &attempt.program, &arguments, VERSION).await;
        let Ok(probed) = probed else { continue };
        if probed.code != Some(0) {
            continue;
        }
        let output = format!("{}\n{}", probed.stdout, probed.stderr);
        if let Some(version) = attempt.known.find(&output) {
            return version;
        }
    }
    String::new()
}
