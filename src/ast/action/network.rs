//! Checks of what is reached over the network: services, hosts, ports.

use serde::Serialize;

use super::super::Template;
use crate::source::{Span, Text};

/// What is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NetworkCheck {
    /// `check health of service at URL`.
    HealthCheck,
    /// `wait for service at URL`.
    WaitForService,
    /// `ping host HOST`.
    Ping,
    /// `test connection to HOST`, `check if port N is open on HOST`.
    PortCheck,
}

/// A check. Of two options of one kind the later one stands here; each check has those that mean something to it.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename = "network")]
pub struct Network {
    /// The statement, options on lines of their own included.
    #[serde(rename = "position")]
    pub span: Span,
    /// What is checked.
    pub action: NetworkCheck,
    /// An address, a host, or a host with its port.
    pub target: Template,
    /// The port as spelled, where it stands apart.
    pub port: Option<Text>,
    /// `timeout`.
    pub timeout: Option<Template>,
    /// `retry`; while a service is waited for, the time between two attempts.
    pub retry: Option<Template>,
    /// `expect`: a status.
    pub expect: Option<Template>,
}
