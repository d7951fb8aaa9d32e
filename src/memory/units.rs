//! Sizes and times as people write them.

use std::time::Duration;

/// Bytes of a megabyte.
pub const MB: u64 = 1024 * 1024;

/// A size in bytes: a number and a unit (B, KB, MB, GB, TB, with or without `i`, all by 1024). A bare
/// number counts megabytes.
pub fn size(text: &str) -> Option<u64> {
    let (number, unit) = split(text)?;
    let factor = match unit.to_ascii_uppercase().as_str() {
        "B" => 1,
        "K" | "KB" | "KIB" => 1 << 10,
        "" | "M" | "MB" | "MIB" => MB,
        "G" | "GB" | "GIB" => 1 << 30,
        "T" | "TB" | "TIB" => 1_u64 << 40,
        _ => return None,
    };
    let bytes = number * factor as f64;
    (number.is_finite() && (0.0..1e18).contains(&bytes)).then_some(bytes as u64)
}

/// A time: a number and a unit (ms, s, m). A bare number counts milliseconds.
pub fn time(text: &str) -> Option<Duration> {
    let (number, unit) = split(text)?;
    let millis = match unit.to_ascii_lowercase().as_str() {
        "" | "ms" => number,
        "s" => number * 1e3,
        "m" => number * 6e4,
        _ => return None,
    };
    (0.0..1e9)
        .contains(&millis)
        .then(|| Duration::from_micros((millis * 1e3) as u64))
}

/// A number and the word behind it, which may be empty.
fn split(text: &str) -> Option<(f64, &str)> {
    let at = text.find(|char: char| char.is_ascii_alphabetic());
    let (number, unit) = text.split_at(at.unwrap_or(text.len()));
    Some((number.trim().parse().ok()?, unit.trim()))
}

/// A size as people read it: `500 MB`, `2 GB`, `1.5 GB`.
pub fn show(bytes: u64) -> String {
    let gigabyte = 1024 * MB;
    match bytes {
        _ if bytes >= gigabyte && bytes.is_multiple_of(gigabyte) => {
            format!("{} GB", bytes / gigabyte)
        }
        _ if bytes >= 10 * gigabyte => format!("{:.1} GB", bytes as f64 / gigabyte as f64),
        _ if bytes >= MB => format!("{} MB", bytes / MB),
        _ if bytes >= 1024 => format!("{} KB", bytes / 1024),
        _ => format!("{bytes} B"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units_by_1024_and_bare_numbers_are_megabytes() {
        assert_eq!(size("2GB"), Some(2 << 30));
        assert_eq!(size("1.5 GiB"), Some(3 << 29));
        assert_eq!(size("300"), Some(300 * MB));
        assert_eq!(size("64kb"), Some(64 << 10));
        assert_eq!(size("lots"), None);
        assert_eq!(size("-1MB"), None);
        assert_eq!(time("50"), Some(Duration::from_millis(50)));
        assert_eq!(time("1s"), Some(Duration::from_secs(1)));
        assert_eq!(show(2 << 30), "2 GB");
        assert_eq!(show(1536 * MB), "1536 MB");
    }
}
