//! Versions of tools: split at dots, compared as numbers, missing parts count 0.

use std::cmp::Ordering;

/// Compares two versions; parts that are no whole number are dropped.
pub fn order(a: &str, b: &str) -> Ordering {
    let parts = |text: &str| -> Vec<u64> {
        let text = text.trim();
        let text = text.strip_prefix('v').unwrap_or(text);
        text.split('.')
            .filter_map(|part| part.trim().parse().ok())
            .collect()
    };
    let (a, b) = (parts(a), parts(b));
    let part = |parts: &[u64], index: usize| parts.get(index).copied().unwrap_or(0);
    (0..a.len().max(b.len()))
        .map(|index| part(&a, index).cmp(&part(&b, index)))
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}

/// Whether `found operator wanted` holds; an unknown operator never does.
pub fn fits(found: &str, operator: &str, wanted: &str) -> bool {
    let order = order(found, wanted);
    match operator {
        ">=" => order.is_ge(),
        ">" => order.is_gt(),
        "<=" => order.is_le(),
        "<" => order.is_lt(),
        "==" => order.is_eq(),
        "!=" => order.is_ne(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_numbers_and_missing_ones_are_zero() {
        assert!(fits("18", "==", "18.0.0"));
        assert!(fits("2.10", ">", "2.9"));
        assert!(fits("1.2.3", "<", "1.3"));
        assert!(fits("", "<", "1"));
        assert!(!fits("1", "~", "1"));
    }
}
