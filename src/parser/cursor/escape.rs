//! Escapes in quoted texts.

/// The value of the inside of a quoted text.
pub(super) fn unescape(inside: &str) -> String {
    let mut value = String::with_capacity(inside.len());
    let mut rest = inside;
    while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
        let (before, escape) = rest.split_at(at);
        value.push_str(before);
        let (known, length) = match escape.as_bytes().get(1) {
            Some(b'"') => ("\"", 2),
            Some(b'\\') => ("\\", 2),
            Some(b'n') => ("\n", 2),
            Some(b't') => ("\t", 2),
            Some(b'r') => ("\r", 2),
            Some(b'\n') => ("", 2),
            Some(b'\r') if escape.as_bytes().get(2) == Some(&b'\n') => ("", 3),
            // Anything else stays as it is written, the backslash included.
            _ => ("\\", 1),
        };
        value.push_str(known);
        rest = escape.get(length..).unwrap_or_default();
    }
    value.push_str(rest);
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_resolved_and_unknown_ones_stay() {
        assert_eq!(
            unescape(r#"a\"b\\c\nd\te\rf\qg\{h\"#),
            "a\"b\\c\nd\te\rf\\qg\\{h\\"
        );
        assert_eq!(unescape("one \\\n  two"), "one   two");
    }
}
