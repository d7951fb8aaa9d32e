//! A value in one short line.

use super::MAX_PREVIEW;

/// The start of a value in one line: at most [`MAX_PREVIEW`] characters, control characters as
/// blanks, `…` where something was left out. Looks at the start of `value` alone.
pub fn preview(value: &str) -> String {
    let mut out = String::new();
    let mut chars = value.chars();
    for char in chars.by_ref().take(MAX_PREVIEW) {
        out.push(if char.is_control() { ' ' } else { char });
    }
    if chars.next().is_some() {
        out.push('…');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preview_is_one_short_line() {
        assert_eq!(preview("a\nb"), "a b");
        assert_eq!(preview(&"é".repeat(500)).chars().count(), MAX_PREVIEW + 1);
    }
}
