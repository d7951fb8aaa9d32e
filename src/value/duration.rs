//! Durations as they are printed: the largest fitting unit, digits as needed.

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
