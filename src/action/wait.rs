//! `wait`: how long, and how that is shown.

use std::time::Duration;

use crate::ast::action::TimeUnit;

/// The longest wait, in seconds: some 30 years.
const LONGEST: f64 = 1e9;

/// The duration of an amount and a unit.
///
/// # Errors
/// An amount that is no number, is negative, or is beyond all waiting.
pub fn duration(amount: &str, unit: TimeUnit) -> Result<Duration, String> {
    let number: f64 = amount
        .trim()
        .parse()
        .ok()
        .filter(|number: &f64| number.is_finite())
        .ok_or_else(|| format!("wait: '{amount}' is not a number"))?;
    if number < 0.0 {
        return Err(format!("wait: '{amount}' is negative"));
    }
    let factor = match unit {
        TimeUnit::Second => 1.0,
        TimeUnit::Minute => 60.0,
        TimeUnit::Hour => 3600.0,
    };
    let seconds = number * factor;
    if seconds > LONGEST {
        return Err(format!("wait: '{amount}' is too long"));
    }
    Ok(Duration::from_secs_f64(seconds))
}

/// The duration cut to whole units: `250ms`, `2s`, `1m30s`, `1h15m`.
pub fn text(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0 => format!("{}ms", duration.as_millis()),
        1..60 => format!("{seconds}s"),
        60..3600 => format!("{}m{}s", seconds / 60, seconds % 60),
        _ => format!("{}h{}m", seconds / 3600, seconds % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(amount: &str, unit: TimeUnit) -> String {
        duration(amount, unit).map_or_else(|error| error, text)
    }

    #[test]
    fn amounts_are_cut_to_whole_units() {
        assert_eq!(shown("0.25", TimeUnit::Second), "250ms");
        assert_eq!(shown("0.0004", TimeUnit::Second), "0ms");
        assert_eq!(shown("2.7", TimeUnit::Second), "2s");
        assert_eq!(shown("1.5", TimeUnit::Minute), "1m30s");
        assert_eq!(shown("45", TimeUnit::Minute), "45m0s");
        assert_eq!(shown("1.25", TimeUnit::Hour), "1h15m");
        assert_eq!(shown("100", TimeUnit::Hour), "100h0m");
        assert_eq!(shown("-1", TimeUnit::Hour), "wait: '-1' is negative");
        assert_eq!(
            shown("soon", TimeUnit::Hour),
            "wait: 'soon' is not a number"
        );
        assert_eq!(shown("inf", TimeUnit::Hour), "wait: 'inf' is not a number");
    }
}
