//! `cmd:memory`: the limits in force, where each comes from, and what a run would do.

use super::{Failure, Settings, run};
use crate::memory::cgroup;
use crate::memory::reading::{Readings, System};
use crate::memory::units::show;
use crate::report::Report;

pub(super) fn memory(settings: &Settings, report: &Report) -> Result<(), Failure> {
    if let Some(word) = settings.words.first() {
        return Err(Failure::Text(format!("cmd:memory does not know '{word}'")));
    }
    let limits = run::limits(settings)?;
    report.line("Memory limits of a run:");
    for limit in &limits.in_force {
        let mut line = format!(
            "  {:<12} {:<10} from {}",
            limit.name, limit.value, limit.origin
        );
        if let Some(by) = &limit.clamped_by {
            let asked = limit.asked.map_or("off".to_owned(), show);
            line.push_str(&format!("; {asked} was asked for, clamped by {by}"));
        }
        report.line(&line);
    }
    report.line(&format!(
        "  {:<12} {} ms",
        "interval",
        limits.interval.as_millis()
    ));
    match cgroup::limit(std::path::Path::new("/")) {
        Some(found) => report.line(&format!(
            "Container: limit {} ({})",
            show(found.bytes),
            found.file.display()
        )),
        None => report.line("Container: no memory limit found"),
    }
    if let Some(resident) = System.resident() {
        report.line(&format!("This process uses {} now.", show(resident)));
    }
    report.line(&match (limits.warning, limits.critical) {
        (_, None) => "A run is not stopped, whatever it uses.".to_owned(),
        (None, Some(limit)) => format!("A run is stopped above {}.", show(limit)),
        (Some(warning), Some(limit)) => format!(
            "A run is warned of above {} and stopped above {}, with all that it started.",
            show(warning),
            show(limit)
        ),
    });
    Ok(())
}
