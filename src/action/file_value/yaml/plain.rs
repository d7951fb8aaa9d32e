//! What a scalar without quotes means.

/// The type of a scalar without quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Plain {
    String,
    Number,
    Boolean,
    Null,
    Date,
}

/// The type of a scalar without quotes and without a tag.
pub(super) fn meaning(text: &str) -> Plain {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Plain::Null,
        "true" | "True" | "TRUE" | "false" | "False" | "FALSE" => return Plain::Boolean,
        _ => {}
    }
    if is_number(text) {
        return Plain::Number;
    }
    match is_date(text) {
        true => Plain::Date,
        false => Plain::String,
    }
}

/// Whether it is a number to a common reader: also an octal, a hexadecimal or a separated one.
fn is_number(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") {
        return true;
    }
    if matches!(text, ".nan" | ".NaN" | ".NAN") {
        return true;
    }
    if !unsigned.starts_with(|char: char| char == '.' || char.is_ascii_digit()) {
        return false;
    }
    let plain = unsigned.replace('_', "");
    let radix = |prefix: &str, radix: u32| {
        let digits = plain
            .get(..2)
            .filter(|start| start.eq_ignore_ascii_case(prefix));
        let digits = digits.and_then(|_| plain.get(2..));
        digits.is_some_and(|digits| {
            !digits.is_empty() && digits.chars().all(|char| char.is_digit(radix))
        })
    };
    radix("0x", 16) || radix("0o", 8) || radix("0b", 2) || is_decimal(&plain)
}

/// `12`, `.5`, `1.`, `1e3`.
fn is_decimal(text: &str) -> bool {
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(at) => (text.get(..at).unwrap_or_default(), text.get(at + 1..)),
        None => (text, None),
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let exponent_fits = exponent.is_none_or(|exponent| {
        let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        !exponent.is_empty() && digits(exponent)
    });
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let some = !whole.is_empty() || !fraction.is_empty();
    some && digits(whole) && digits(fraction) && exponent_fits
}

/// Whether it is a date, with a time or without.
fn is_date(text: &str) -> bool {
    let (date, time) = match text.find(['T', 't', ' ']) {
        Some(at) => (text.get(..at).unwrap_or_default(), text.get(at + 1..)),
        None => (text, None),
    };
    let part = |text: &str, least: usize, most: usize| {
        (least..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    let mut parts = date.split('-');
    let mut next = |least, most| parts.next().is_some_and(|text| part(text, least, most));
    let is_date = next(4, 4) && next(1, 2) && next(1, 2) && parts.next().is_none();
    let is_time = time.is_none_or(|time| {
        let mut parts = time.splitn(3, ':');
        let mut next = || parts.next().is_some_and(|text| part(text, 1, 2));
        next()
            && next()
            && parts
                .next()
                .is_some_and(|rest| rest.starts_with(|char: char| char.is_ascii_digit()))
    });
    is_date && is_time
}

/// Whether a string can stand without quotes wherever a scalar can, and stays a string to readers of
/// older versions too.
pub(super) fn is_safe(text: &str) -> bool {
    let starts = |char: char| char.is_alphanumeric() || "_/.$(+".contains(char);
    let goes_on = |char: char| char.is_alphanumeric() || " _-./+@()=$~^%*;<>".contains(char);
    if !text.starts_with(starts) || text.ends_with([' ', ':']) {
        return false;
    }
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        let fits = match char {
            ':' => chars.peek().is_some_and(|next| *next != ' '),
            char => goes_on(char),
        };
        if !fits {
            return false;
        }
    }
    let lower = text.to_ascii_lowercase();
    let old = ["y", "n", "yes", "no", "on", "off", "="];
    meaning(text) == Plain::String
        && meaning(&lower) == Plain::String
        && !is_sexagesimal(text)
        && !old.contains(&lower.as_str())
}

/// `12:30`, a number to readers of older versions.
fn is_sexagesimal(text: &str) -> bool {
    text.contains(':')
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || b":._+".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_something_else_is_no_string() {
        for (text, expected) in [
            ("a", Plain::String),
            ("yes", Plain::String),
            ("1.2.3", Plain::String),
            ("1a", Plain::String),
            ("-", Plain::String),
            (".", Plain::String),
            ("0x", Plain::String),
            ("2024-1", Plain::String),
            ("e3", Plain::String),
            ("-1", Plain::Number),
            ("010", Plain::Number),
            ("0x1F", Plain::Number),
            ("1_000", Plain::Number),
            ("+.5e-3", Plain::Number),
            ("1.", Plain::Number),
            ("-.inf", Plain::Number),
            (".NaN", Plain::Number),
            ("True", Plain::Boolean),
            ("~", Plain::Null),
            ("", Plain::Null),
            ("2024-01-02", Plain::Date),
            ("2024-1-2T3:4:5Z", Plain::Date),
        ] {
            assert_eq!(meaning(text), expected, "{text}");
        }
    }

    #[test]
    fn only_harmless_strings_go_without_quotes() {
        for text in [
            "a",
            "a b",
            "1.2.3",
            "v1:x",
            "https://a/b",
            "é",
            "main",
            "+x",
        ] {
            assert!(is_safe(text), "{text}");
        }
        for text in [
            "",
            " a",
            "a ",
            "a: b",
            "a:",
            "a #b",
            "- a",
            "? a",
            "*a",
            "&a",
            "!a",
            "{a",
            "a, b",
            "[",
            "'a'",
            "\"a\"",
            "yes",
            "Off",
            "1",
            "2024-01-02",
            "null",
            "true",
            "12:30",
            "a\nb",
            "@a",
            "%a",
            "|",
            ">",
            "#a",
            "---",
            "...x\ty",
            "=",
        ] {
            assert!(!is_safe(text), "{text}");
        }
    }
}
