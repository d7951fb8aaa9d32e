//! A host and a port that can be connected to.

use std::fmt;

/// A host and a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// The host, an IPv6 address without its brackets.
    pub host: String,
    /// The port.
    pub port: u16,
}

impl Endpoint {
    /// A host with its port apart, or `host:port`.
    ///
    /// # Errors
    /// What is missing or wrong, with the text.
    pub fn new(target: &str, port: Option<&str>) -> Result<Self, String> {
        let target = target.trim();
        let (host, port) = match port {
            Some(port) => (target, port),
            None => target
                .rsplit_once(':')
                .filter(|(host, _)| !host.contains(':') || host.ends_with(']'))
                .ok_or_else(|| {
                    format!("'{target}' names no port: write host:port, or `on port` behind it")
                })?,
        };
        let inside = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'));
        let host = inside.unwrap_or(host);
        if host.is_empty() {
            return Err(format!("no host is named in '{target}'"));
        }
        let number = port.trim().parse().ok().filter(|port| *port > 0);
        Ok(Self {
            host: host.to_owned(),
            port: number.ok_or_else(|| format!("'{port}' is not a port"))?,
        })
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, port } = self;
        match host.contains(':') {
            true => write!(f, "[{host}]:{port}"),
            false => write!(f, "{host}:{port}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_named_once() {
        let of = |target, port| Endpoint::new(target, port).map(|endpoint| endpoint.to_string());
        assert_eq!(of(" db ", Some("5432")).as_deref(), Ok("db:5432"));
        assert_eq!(of("db:80", None).as_deref(), Ok("db:80"));
        assert_eq!(of("::1", Some("1")).as_deref(), Ok("[::1]:1"));
        assert_eq!(of("[::1]:80", None).as_deref(), Ok("[::1]:80"));
        for (target, port, wrong) in [
            ("db.invalid", None, "'db.invalid' names no port"),
            ("::1", None, "'::1' names no port"),
            ("", Some("1"), "no host is named"),
            (":80", None, "no host is named"),
            ("db", Some("70000"), "'70000' is not a port"),
            ("db", Some("0"), "'0' is not a port"),
            ("db:x", None, "'x' is not a port"),
        ] {
            let told = of(target, port).unwrap_err();
            assert!(told.starts_with(wrong), "{told}");
        }
    }
}
