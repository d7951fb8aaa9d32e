//! Keys of a properties file.

use std::iter;
use std::ops::Range;

use super::scalar::{Edit, Scalar};
use crate::ast::action::ValueType;

/// The value of a key.
pub(super) fn find(text: &str, selector: &str) -> Result<Option<Scalar>, String> {
    let mut found = None;
    for line in lines(text) {
        let Some((key, value)) = entry(text, line) else {
            continue;
        };
        if unescaped(text.get(key).unwrap_or_default()) != selector {
            continue;
        }
        let scalar = Scalar {
            value: text.get(value.clone()).unwrap_or_default().to_owned(),
            span: value,
            kind: ValueType::String,
        };
        if found.replace(scalar).is_some() {
            return Err("found several times".to_owned());
        }
    }
    Ok(found)
}

/// A new last line.
pub(super) fn add(text: &str, selector: &str, value: &str) -> Edit {
    let end = match text.contains("\r\n") {
        true => "\r\n",
        false => "\n",
    };
    let before = match text.is_empty() || text.ends_with('\n') {
        true => "",
        false => end,
    };
    let key = escaped(selector);
    Edit::insert(text.len(), format!("{before}{key}={value}{end}"))
}

/// The lines, without what ends them.
fn lines(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut start = 0;
    iter::from_fn(move || {
        let rest = text.get(start..).filter(|rest| !rest.is_empty())?;
        let length = memchr::memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len());
        let line = rest.get(..length).unwrap_or_default();
        let line = line.strip_suffix('\r').unwrap_or(line);
        let range = start..start + line.len();
        start += length + 1;
        Some(range)
    })
}

/// Where the key and the value of a line stand; `None` for a blank line and a comment.
fn entry(text: &str, line: Range<usize>) -> Option<(Range<usize>, Range<usize>)> {
    let written = text.get(line.clone())?;
    let key = written.trim_start_matches(BLANKS);
    if key.is_empty() || key.starts_with(['#', '!']) {
        return None;
    }
    let key_start = line.end - key.len();
    let mut escape = false;
    let length = key.bytes().position(|byte| {
        let ends = !escape && matches!(byte, b'=' | b':' | b' ' | b'\t' | b'\x0c');
        escape = !escape && byte == b'\\';
        ends
    });
    let length = length.unwrap_or(key.len());
    let rest = key.get(length..)?.trim_start_matches(BLANKS);
    let rest = match rest.strip_prefix(['=', ':']) {
        Some(rest) => rest.trim_start_matches(BLANKS),
        None => rest,
    };
    Some((
        key_start..key_start + length,
        line.end - rest.len()..line.end,
    ))
}

const BLANKS: [char; 3] = [' ', '\t', '\x0c'];

/// A key without its escapes.
fn unescaped(key: &str) -> String {
    if !key.contains('\\') {
        return key.to_owned();
    }
    // Two escapes may be the halves of one character.
    let mut units: Vec<u16> = Vec::with_capacity(key.len());
    let mut buffer = [0; 2];
    let mut rest = key.chars();
    while let Some(char) = rest.next() {
        let meant = match char {
            '\\' => match rest.next() {
                Some('t') => '\t',
                Some('n') => '\n',
                Some('r') => '\r',
                Some('f') => '\x0c',
                Some('u') => match hexadecimal(rest.as_str()) {
                    Some(unit) => {
                        units.push(unit);
                        rest = rest.as_str().get(4..).unwrap_or_default().chars();
                        continue;
                    }
                    None => 'u',
                },
                Some(other) => other,
                None => break,
            },
            char => char,
        };
        units.extend_from_slice(meant.encode_utf16(&mut buffer));
    }
    String::from_utf16_lossy(&units)
}

fn hexadecimal(text: &str) -> Option<u16> {
    let digits = text.get(..4)?;
    let all = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    all.then(|| u16::from_str_radix(digits, 16).ok())?
}

/// A key that is read as what it is.
fn escaped(key: &str) -> String {
    let mut out = String::with_capacity(key.len());
    for (at, char) in key.chars().enumerate() {
        match char {
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\x0c' => out.push_str("\\f"),
            '\\' | '=' | ':' | ' ' => out.extend(['\\', char]),
            '#' | '!' if at == 0 => out.extend(['\\', char]),
            char => out.push(char),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "# c=1\n! d=2\n a = x y \r\nb:c=d\n\tk\\:\\u00e9\\ud83d\\ude00 v\n\nempty\ne=\\\n  more=1\ntwice=1\ntwice=2";

    fn value(selector: &str) -> Result<Option<String>, String> {
        let found = find(FILE, selector)?;
        Ok(found.map(|found| {
            assert_eq!(FILE.get(found.span), Some(found.value.as_str()));
            found.value
        }))
    }

    #[test]
    fn keys_are_unescaped_and_values_are_not() {
        for (selector, expected) in [
            ("a", "x y "),
            ("b", "c=d"),
            ("k:é😀", "v"),
            ("empty", ""),
            ("e", "\\"),
            ("more", "1"),
        ] {
            assert_eq!(value(selector), Ok(Some(expected.to_owned())), "{selector}");
        }
        assert_eq!((value("c"), value("")), (Ok(None), Ok(None)));
        assert_eq!(value("twice"), Err("found several times".to_owned()));
    }

    #[test]
    fn a_key_is_added_at_the_end() {
        assert_eq!(add("", "a b", "c").apply(""), "a\\ b=c\n");
        assert_eq!(add("x=1", "#:", "").apply("x=1"), "x=1\n\\#\\:=\n");
        assert_eq!(add("x=1\r\n", "y", "2").apply("x=1\r\n"), "x=1\r\ny=2\r\n");
        let text = add("", "\\=\t!é", "v").apply("");
        assert_eq!(find(&text, "\\=\t!é").unwrap().unwrap().value, "v");
    }
}
