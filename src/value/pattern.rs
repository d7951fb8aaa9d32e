//! Regular expressions in the syntax of RE2, which the language promises.
//!
//! The crate `regex` is nearly that. What differs is rewritten: `\w`, `\d`, `\s` and `\b` know ASCII
//! alone, a brace that begins no repetition is itself, and classes know no sets.

use std::cell::RefCell;
use std::fmt::Write as _;

use regex::{Regex, RegexBuilder};

use crate::source::Text;

/// How large a compiled expression may become, in bytes.
const SIZE: usize = 4 << 20;

/// How many expressions are kept: a loop uses a few over and over.
const KEPT: usize = 8;

/// Compiles an expression.
///
/// # Errors
/// Why it is none, with the expression.
pub fn compile(pattern: &str) -> Result<Regex, String> {
    RegexBuilder::new(&translated(pattern))
        .size_limit(SIZE)
        .build()
        .map_err(|error| {
            let reason = error.to_string();
            let reason = reason.lines().last().unwrap_or_default().trim();
            let reason = reason.strip_prefix("error: ").unwrap_or(reason);
            format!("bad regular expression '{pattern}': {reason}")
        })
}

thread_local! {
    /// The expressions that were used last, the latest first.
    static LAST: RefCell<Vec<(Text, Regex)>> = const { RefCell::new(Vec::new()) };
}

/// Does `work` with an expression, which is kept for the next time.
///
/// # Errors
/// As [`compile`].
pub(super) fn with_regex<R>(pattern: &str, work: impl FnOnce(&Regex) -> R) -> Result<R, String> {
    let known = LAST.with_borrow_mut(|last| {
        let at = last.iter().position(|(known, _)| known == pattern)?;
        last.get_mut(..=at)?.rotate_right(1);
        last.first().map(|(_, regex)| regex.clone())
    });
    let regex = match known {
        Some(regex) => regex,
        None => {
            let regex = compile(pattern)?;
            LAST.with_borrow_mut(|last| {
                last.truncate(KEPT - 1);
                last.insert(0, (Text::from(pattern), regex.clone()));
            });
            regex
        }
    };
    Ok(work(&regex))
}

/// The expression in the syntax of the crate.
fn translated(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len() + 16);
    let mut in_class = false;
    let mut rest = pattern;
    while let Some(char) = rest.chars().next() {
        let after = rest.get(char.len_utf8()..).unwrap_or_default();
        rest = match char {
            '\\' => escape(after, in_class, &mut out),
            '[' if in_class => bracket_in_class(rest, after, &mut out),
            '[' => {
                in_class = true;
                class_begin(after, &mut out)
            }
            ']' if in_class => {
                in_class = false;
                out.push(']');
                after
            }
            // Doubled, they would be operators on sets.
            '&' | '~' if in_class => {
                out.push('\\');
                out.push(char);
                after
            }
            '{' if !in_class && repetition(after).is_none() => {
                out.push_str("\\{");
                after
            }
            _ => {
                out.push(char);
                after
            }
        };
    }
    out
}

/// The `n}`, `n,}` or `n,m}` behind the brace of a repetition.
fn repetition(text: &str) -> Option<()> {
    let (inside, _) = text.split_once('}')?;
    let (least, most) = inside.split_once(',').unwrap_or((inside, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    (!least.is_empty() && digits(least) && digits(most)).then_some(())
}

/// `[`, `[^`, and a `]` right behind it, which is a character.
fn class_begin<'p>(after: &'p str, out: &mut String) -> &'p str {
    out.push('[');
    let mut rest = after;
    if let Some(after) = rest.strip_prefix('^') {
        out.push('^');
        rest = after;
    }
    if let Some(after) = rest.strip_prefix(']') {
        out.push_str("\\]");
        rest = after;
    }
    rest
}

/// `[:alpha:]`, or a bracket that is a character.
fn bracket_in_class<'p>(rest: &'p str, after: &'p str, out: &mut String) -> &'p str {
    let named = after.strip_prefix(':').and_then(|name| {
        let end = name.find(":]")?;
        let letters = |char: char| char.is_ascii_alphabetic() || char == '^';
        name.get(..end)?
            .chars()
            .all(letters)
            .then(|| rest.split_at_checked(end + 4))?
    });
    match named {
        Some((class, after)) => {
            out.push_str(class);
            after
        }
        None => {
            out.push_str("\\[");
            after
        }
    }
}

/// What stands behind a backslash.
fn escape<'p>(after: &'p str, in_class: bool, out: &mut String) -> &'p str {
    let Some(char) = after.chars().next() else {
        out.push('\\');
        return after;
    };
    let rest = after.get(char.len_utf8()..).unwrap_or_default();
    let plain = match (char, in_class) {
        ('d', false) => "[0-9]",
        ('D', false) => "[^0-9]",
        ('w', false) => "[0-9A-Za-z_]",
        ('W', false) => "[^0-9A-Za-z_]",
        ('s', false) => "[\\t\\n\\f\\r ]",
        ('S', false) => "[^\\t\\n\\f\\r ]",
        ('d', true) => "0-9",
        ('D', true) => "[^0-9]",
        ('w', true) => "0-9A-Za-z_",
        ('W', true) => "[^0-9A-Za-z_]",
        ('s', true) => "\\t\\n\\f\\r ",
        ('S', true) => "[^\\t\\n\\f\\r ]",
        ('b', false) => "(?-u:\\b)",
        ('B', false) => "(?-u:\\B)",
        // Edges of words to the crate, characters to RE2.
        ('<', _) => "<",
        ('>', _) => ">",
        ('Q', false) => return quotation(rest, out),
        _ => {
            out.push('\\');
            out.push(char);
            return rest;
        }
    };
    out.push_str(plain);
    rest
}

/// The text between `\Q` and `\E`, character for character.
fn quotation<'p>(rest: &'p str, out: &mut String) -> &'p str {
    let (inside, after) = rest.split_once("\\E").unwrap_or((rest, ""));
    // Writing to a String never fails.
    let _ = write!(out, "{}", regex::escape(inside));
    after
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(pattern: &str, text: &str) -> bool {
        with_regex(pattern, |regex| regex.is_match(text)).unwrap()
    }

    #[test]
    fn classes_know_ascii_alone() {
        for (pattern, text, expected) in [
            (r"^\w$", "é", false),
            (r"^\W$", "é", true),
            (r"^[\w-]+$", "a-9_", true),
            (r"^[^\s]$", "x", true),
            (r"^\d$", "٣", false),
            (r"^[\D]$", "٣", true),
            (r"^.$", "é", true),
            (r"\bx\b", "a x b", true),
            (r"(?i)^É$", "é", true),
            (r"^[[:alpha:]_]+$", "a_b", true),
        ] {
            assert_eq!(found(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn braces_and_brackets_that_mean_nothing_are_themselves() {
        for (pattern, text) in [
            ("a{b", "a{b"),
            ("{", "{"),
            ("a{,2}", "a{,2}"),
            ("^a{2,}$", "aaa"),
            (r"^[[a]+$", "[a["),
            (r"^[]a]+$", "]a"),
            (r"^[^]a]$", "b"),
            (r"^[a&&b]+$", "a&b"),
            (r"^\<a\>$", "<a>"),
            (r"^\Qa.b*\E$", "a.b*"),
            (r"\[x\]\{", "[x]{"),
        ] {
            assert!(found(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn a_bad_expression_is_shown_with_the_reason() {
        assert_eq!(
            compile("(").map(|_| ()),
            Err("bad regular expression '(': unclosed group".to_owned())
        );
        for pattern in [
            "\\",
            "[",
            "[a",
            "a{2",
            "(?P<",
            "[[:x",
            "x**",
            "\\Q",
            "a{9999999}",
        ] {
            let _ = compile(pattern);
        }
    }
}
