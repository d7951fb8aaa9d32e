//! Texts of files that nobody has looked at, on their way to a terminal.

use std::borrow::Cow;

/// `text` with control characters as blanks, but line ends and tabs: a name in a file must not
/// control the terminal that a message about it is shown on.
pub fn printable(text: &str) -> Cow<'_, str> {
    let controls = |char: char| char.is_control() && !matches!(char, '\n' | '\t');
    match text.contains(controls) {
        true => Cow::Owned(text.replace(controls, " ")),
        false => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_controls_a_terminal_is_replaced() {
        assert_eq!(
            printable("a\u{1b}[31m\r\u{9b}b\n\tc\u{7f}"),
            "a [31m  b\n\tc "
        );
        assert!(matches!(printable("é ⚠️\n"), Cow::Borrowed(_)));
    }
}
