//! The names of the built-in functions and of the operations on values: what a placeholder may begin
//! or go on with. What they do is in `value/`.

/// A built-in function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Builtin {
    /// Its words.
    pub name: &'static str,
    /// Whether it takes arguments.
    pub arguments: bool,
}

/// All built-in functions, sorted by name.
pub static BUILTINS: &[Builtin] = &[
    builtin("available tasks", true),
    builtin("compose_cmd", true),
    builtin("current file", false),
    builtin("current git branch", false),
    builtin("current git commit", true),
    builtin("dir exists", true),
    builtin("dns_check", true),
    builtin("dns_resolve", true),
    builtin("dns_validate", true),
    builtin("docker compose command", true),
    builtin("docker compose status", true),
    builtin("env", true),
    builtin("env exists", true),
    builtin("file exists", true),
    builtin("finish progress", true),
    builtin("hostname", false),
    builtin("now", false),
    builtin("now.format", true),
    builtin("os", false),
    builtin("pwd", true),
    builtin("secret", true),
    builtin("shell", false),
    builtin("show elapsed time", true),
    builtin("start progress", true),
    builtin("start timer", true),
    builtin("stop timer", true),
    builtin("update progress", true),
];

const fn builtin(name: &'static str, arguments: bool) -> Builtin {
    Builtin { name, arguments }
}

/// The longest built-in function that `text` begins with, and how many bytes its words take.
pub fn find(text: &str) -> Option<(&'static Builtin, usize)> {
    BUILTINS
        .iter()
        .filter_map(|builtin| Some((builtin, words_at(text, builtin.name)?)))
        .max_by_key(|(_, length)| *length)
}

/// An operation on a value: its words, and the words between its arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OperationName {
    /// Its words.
    pub name: &'static str,
    /// How many arguments it takes.
    pub arguments: usize,
}

/// All operations, longer ones before the shorter ones that they begin with.
pub static OPERATIONS: &[OperationName] = &[
    operation("basename", 0),
    operation("dirname", 0),
    operation("extension", 0),
    operation("filtered by extension", 1),
    operation("filtered by name", 1),
    operation("filtered by prefix", 1),
    operation("filtered by suffix", 1),
    operation("first", 0),
    operation("last", 0),
    operation("lowercase", 0),
    operation("normalized for shell", 0),
    operation("normalized", 0),
    operation("replace", 2),
    operation("reversed", 0),
    operation("sorted by length", 0),
    operation("sorted by name", 0),
    operation("sorted", 0),
    operation("split by", 1),
    operation("trim", 0),
    operation("unique", 0),
    operation("uppercase", 0),
    operation("without prefix", 1),
    operation("without suffix", 1),
];

const fn operation(name: &'static str, arguments: usize) -> OperationName {
    OperationName { name, arguments }
}

/// The operation that `text` begins with, and how many bytes its words take.
pub fn operation_at(text: &str) -> Option<(&'static OperationName, usize)> {
    OPERATIONS
        .iter()
        .find_map(|operation| Some((operation, words_at(text, operation.name)?)))
}

/// How many bytes of `text` the words of `name` take, separated by any blanks, when the text
/// begins with them and the last one ends there.
fn words_at(text: &str, name: &str) -> Option<usize> {
    let mut rest = text;
    for (index, word) in name.split(' ').enumerate() {
        if index > 0 {
            let blanks = rest.len() - rest.trim_start().len();
            if blanks == 0 {
                return None;
            }
            rest = rest.trim_start();
        }
        rest = rest.strip_prefix(word)?;
    }
    let goes_on = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    match rest.bytes().next() {
        Some(byte) if goes_on(byte) => None,
        _ => Some(text.len() - rest.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_name_wins_and_words_have_to_end() {
        assert_eq!(
            find("env  exists('X')").map(|(b, n)| (b.name, n)),
            Some(("env exists", 11))
        );
        assert_eq!(
            find("now.format('x')").map(|(b, _)| b.name),
            Some("now.format")
        );
        assert_eq!(find("pwds"), None);
        assert_eq!(find("pwd-x"), None);
        assert!(BUILTINS.is_sorted_by_key(|builtin| builtin.name));
    }

    #[test]
    fn every_operation_is_found_by_its_own_name() {
        for operation in OPERATIONS {
            let found = operation_at(operation.name).map(|(found, _)| found.name);
            assert_eq!(found, Some(operation.name));
        }
    }
}
