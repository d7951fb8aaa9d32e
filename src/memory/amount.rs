//! Amounts as people read them.

/// A size in bytes: `812 bytes`, `96 KB`, `523 MB`, `4.2 GB`; MB = 1024². Rounded down, so that
/// `523 MB` says that a limit of 523 MB is exceeded and not that it will be.
pub fn size(bytes: u64) -> String {
    const KB: u64 = 1024;
    const MB: u64 = KB * 1024;
    const GB: u64 = MB * 1024;
    match bytes {
        1 => "1 byte".to_owned(),
        0..KB => format!("{bytes} bytes"),
        KB..MB => format!("{} KB", bytes / KB),
        _ if bytes < 10 * GB => format!("{} MB", count(bytes / MB)),
        _ => format!("{}.{} GB", count(bytes / GB), bytes % GB * 10 / GB),
    }
}

/// A number with its thousands parted: `92,340`.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() * 4 / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A time in ms: `840 ms`, `2.3 s`, `12 min 5 s`.
pub fn duration(ms: u64) -> String {
    match ms {
        0..1_000 => format!("{ms} ms"),
        1_000..120_000 => format!("{}.{} s", ms / 1000, ms % 1000 / 100),
        _ => format!("{} min {} s", ms / 60_000, ms % 60_000 / 1000),
    }
}

/// How many whole MB.
pub fn megabytes(bytes: u64) -> u64 {
    bytes / (1024 * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_rounded_down_and_parted() {
        assert_eq!(size(1023), "1023 bytes");
        assert_eq!(size(524 * 1024 * 1024 - 1), "523 MB");
        assert_eq!(size(4_300 * 1024 * 1024), "4,300 MB");
        assert_eq!(size(43 * 1024 * 1024 * 1024 + 1_000_000_000), "43.9 GB");
        assert_eq!(
            (count(0), count(999), count(92_340)),
            ("0".into(), "999".into(), "92,340".into())
        );
        assert_eq!(count(1_000_000), "1,000,000");
        assert_eq!(duration(2_390), "2.3 s");
        assert_eq!(duration(725_000), "12 min 5 s");
    }
}
