//! The one warning of an execution.

use super::limits::Limits;
use super::redact::Redactor;
use super::snapshot::Activity;
use super::units::MB;

/// Emits it.
pub(super) fn warn(
    resident: u64,
    limits: &Limits,
    activity: Option<&Activity>,
    redactor: &Redactor,
) {
    let place = activity.map(Activity::place).unwrap_or_default();
    tracing::warn!(
        target: "drun::memory",
        kind = "warning",
        resident_mb = resident / MB,
        warning_mb = limits.warning.map(|bytes| bytes / MB),
        limit_mb = limits.critical.map(|bytes| bytes / MB),
        task = place.task,
        file = place.file,
        line = place.line,
        source = &*redactor.redact(&place.source_line),
        "memory usage is high"
    );
}
