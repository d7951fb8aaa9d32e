//! Questions whose answers take a process or the network.

use std::path::PathBuf;
use std::time::Duration;

use super::SecretName;
use crate::source::Text;

/// A question to the world outside of the process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Probe {
    /// The branch of the repository in the starting folder.
    GitBranch,
    /// The full hash of its last commit.
    GitCommit,
    /// Whether a tool is there: `true` or `false`.
    ToolAvailable(Text),
    /// Whether a tool runs: `true` or `false`.
    ToolRunning(Text),
    /// The version of a tool; empty when it cannot be found.
    ToolVersion(Text),
    /// Whether a port takes connections: `true` or `false`.
    Port {
        /// The host.
        host: Text,
        /// The port.
        port: u16,
        /// How long to try.
        timeout: Duration,
    },
    /// Whether a docker network exists: `true` or `false`.
    DockerNetwork(Text),
    /// `docker compose` or `docker-compose`.
    DockerComposeCommand,
    /// The state of the services of a folder.
    DockerComposeStatus(Option<PathBuf>),
    /// The first address of a domain.
    DnsResolve(Text),
    /// Whether records of a type exist: `success` or `failed`.
    DnsCheck(Text, Text),
    /// Whether a domain has an address: `valid` or `invalid`.
    DnsValidate(Text, Text),
    /// The value of a secret.
    Secret {
        /// Which one.
        name: SecretName,
        /// What stands for it where there is none.
        default: Option<Text>,
    },
}
