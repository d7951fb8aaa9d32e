//! `RUST_LOG`.

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

use super::TARGET;

/// The filter that a text asks for. One that is about other programs only, as people have it in
/// their shells for what they develop, does not silence the monitor.
pub(super) fn parse(text: &str) -> EnvFilter {
    let filter = EnvFilter::builder();
    if text
        .split(',')
        .any(|directive| concerns_us(directive.trim()))
    {
        return filter.parse_lossy(text);
    }
    filter.parse_lossy(format!("{TARGET}=warn,{text}"))
}

fn concerns_us(directive: &str) -> bool {
    let target = directive.split(['=', '[']).next().unwrap_or_default();
    let is_level = !directive.contains('=') && directive.parse::<LevelFilter>().is_ok();
    is_level || (!target.is_empty() && TARGET.starts_with(target))
}
