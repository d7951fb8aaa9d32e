//! Durations as they are printed: the largest fitting unit, digits as needed; and as they are written.

use std::time::Duration;

/// `2.73576ms`, `1.203s`, `1m2.5s`, `850.1µs`, `0s`.
pub fn exact(duration: Duration) -> String {
    let nanos = duration.as_nanos();
    if nanos == 0 {
        return "0s".to_owned();
    }
    if nanos < 1_000 {
        return format!("{nanos}ns");
    }
    if nanos < 1_000_000 {
        return format!("{}µs", fraction(nanos, 1_000));
    }
    if nanos < 1_000_000_000 {
        return format!("{}ms", fraction(nanos, 1_000_000));
    }
    let second = 1_000_000_000;
    let minutes = nanos / (60 * second);
    let rest = fraction(nanos % (60 * second), second);
    match (minutes / 60, minutes % 60) {
        (0, 0) => format!("{rest}s"),
        (0, minutes) => format!("{minutes}m{rest}s"),
        (hours, minutes) => format!("{hours}h{minutes}m{rest}s"),
    }
}

/// The same, rounded to milliseconds.
pub fn rounded(duration: Duration) -> String {
    let millis = (duration.as_nanos() + 500_000) / 1_000_000;
    exact(Duration::from_millis(
        u64::try_from(millis).unwrap_or(u64::MAX),
    ))
}

/// The duration that `2s`, `500ms`, `1m30s` or bare seconds say; `None` for anything else.
pub fn parse(text: &str) -> Option<Duration> {
    let text = text.trim();
    let digit = |char: char| char.is_ascii_digit() || char == '.';
    if text.chars().all(digit) {
        return Duration::try_from_secs_f64(text.parse().ok()?).ok();
    }
    let (mut total, mut rest) = (0.0, text);
    while !rest.is_empty() {
        let (amount, after) = rest.split_at(rest.find(|char| !digit(char))?);
        let (unit, next) = after.split_at(after.find(digit).unwrap_or(after.len()));
        let factor = match unit.trim() {
            "ns" => 1e-9,
            "us" | "µs" => 1e-6,
            "ms" => 1e-3,
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3600.0,
            _ => return None,
        };
        total += amount.parse::<f64>().ok()? * factor;
        rest = next;
    }
    Duration::try_from_secs_f64(total).ok()
}

/// `amount / unit` with as many digits as are needed; `unit` is a power of ten.
fn fraction(amount: u128, unit: u128) -> String {
    let (whole, rest) = (amount / unit, amount % unit);
    if rest == 0 {
        return whole.to_string();
    }
    let digits = unit.ilog10() as usize;
    let rest = format!("{rest:0digits$}");
    format!("{whole}.{}", rest.trim_end_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_seconds_or_amounts_with_units() {
        let parsed = |text: &str| parse(text).map(exact);
        assert_eq!(parsed("3").as_deref(), Some("3s"));
        assert_eq!(parsed(" 0.25 ").as_deref(), Some("250ms"));
        assert_eq!(parsed("1m30s").as_deref(), Some("1m30s"));
        assert_eq!(parsed("1.5h").as_deref(), Some("1h30m0s"));
        assert_eq!(parsed("500 ms").as_deref(), Some("500ms"));
        for text in [
            "", "soon", "5x", "-1", "1.2.3", "s", "1m30", "inf", "1e9h", ".",
        ] {
            assert_eq!(parsed(text), None, "{text}");
        }
    }

    #[test]
    fn the_largest_fitting_unit_is_used() {
        let exact = |nanos: u64| exact(Duration::from_nanos(nanos));
        assert_eq!(exact(0), "0s");
        assert_eq!(exact(850_100), "850.1µs");
        assert_eq!(exact(2_735_760), "2.73576ms");
        assert_eq!(exact(1_203_000_000), "1.203s");
        assert_eq!(exact(62_500_000_000), "1m2.5s");
        assert_eq!(exact(3_600_000_000_000), "1h0m0s");
        assert_eq!(rounded(Duration::from_micros(23_400)), "23ms");
        assert_eq!(rounded(Duration::from_micros(400)), "0s");
    }
}
