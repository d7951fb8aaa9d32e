//! How the memory grew, in words.

use crate::memory::amount::{duration, size};
use crate::memory::record::{Record, Sample};

/// `from 12 MB to 523 MB in the last 2.3 s (222 MB/s), after 4.0 s at 12 MB`.
pub(super) fn growth(record: &Record) -> String {
    let value = |sample: &Sample| record.value(sample);
    let samples = &record.history.samples;
    let (Some(first), Some(last), true) = (samples.first(), samples.last(), samples.len() > 1)
    else {
        return format!(
            "to {}; nothing was measured before",
            size(record.exceeded.current)
        );
    };
    let end = record.exceeded.current.max(value(last));
    let start = value(first).min(end);
    // The growth begins at the last sample that is hardly above the first.
    let floor = start + (end - start) / 20;
    let low = |sample: &Sample| value(sample) < floor || value(sample) <= start;
    let begin = samples.iter().rposition(low).unwrap_or(0);
    let begin = samples.get(begin).unwrap_or(first);
    let from = value(begin).min(end);
    let took = last.at.saturating_sub(begin.at);
    let mut text = format!(
        "from {} to {} in the last {}",
        size(from),
        size(end),
        duration(took)
    );
    if took > 0 {
        let rate = u128::from(end - from) * 1000 / u128::from(took);
        text.push_str(&format!(
            " ({}/s)",
            size(u64::try_from(rate).unwrap_or(u64::MAX))
        ));
    }
    let before = begin.at.saturating_sub(first.at);
    if before >= 1000 {
        text.push_str(&format!(
            ", after {} around {}",
            duration(before),
            size(from)
        ));
    }
    text
}
