//! `cmd:memory`: the limits in force, and where they come from.

use std::fmt::Write as _;
use std::path::Path;

use super::context::Context;
use crate::memory::limits::Limits;
use crate::memory::{cgroup, units};

/// Prints each limit with its value and its origin.
pub(super) fn show(context: &Context<'_>) {
    context.report.bytes(text(context.limits).as_bytes());
}

fn text(limits: &Limits) -> String {
    let mut out = String::from("Memory limits:\n");
    let mut line = |name: &str, value: &str, origin: &str| {
        // Writing to a String never fails.
        let _ = writeln!(out, "  {name:<11} {value:<10} {origin}");
    };
    for limit in &limits.in_force {
        let origin = match (&limit.clamped_by, limit.asked) {
            (Some(by), _) => format!("{}, lowered by the {by}", limit.origin),
            _ => limit.origin.clone(),
        };
        line(&limit.name, &limit.value, &origin);
    }
    let _ = match cgroup::limit(Path::new("/")) {
        Some(found) => writeln!(
            out,
            "Container: {} ({})",
            units::show(found.bytes),
            found.file.display()
        ),
        None => writeln!(out, "Container: none, or without a limit"),
    };
    if limits.off {
        out.push_str("The monitor is off: flag --no-memory-monitor\n");
    }
    out
}
