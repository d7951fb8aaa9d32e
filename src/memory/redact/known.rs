//! Values that are known to be secret, in the forms in which they may occur.

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::names::{Secrecy, is_innocent_value, secrecy};
use super::phrases;

/// The most forms that are kept. A program with more secrets has the rest hidden where they stand
/// under their names, but not elsewhere.
const MAX_FORMS: usize = 16_384;
/// The most bytes that all forms may have.
const MAX_BYTES: usize = 768 * 1024;
/// Shorter values would hide half of every text.
const SHORTEST: usize = 4;
/// How far from the end of a text that was cut a secret may begin, in bytes.
const CUT: usize = 512;
/// A value of this length is found inside words; a shorter one only as a word.
const INSIDE_WORDS: usize = 6;

/// What a form needs around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Around {
    /// Nothing.
    Anything,
    /// No letter or digit on either side.
    Boundary,
    /// It is a part of a base64 text, which is hidden as a whole.
    Base64,
}

#[derive(Debug)]
struct Form {
    bytes: Box<[u8]>,
    around: Around,
}

/// A set of values, searched for all at once.
#[derive(Debug, Default)]
pub(super) struct KnownValues {
    forms: Vec<Form>,
    /// The forms that begin with four given bytes.
    starts: FxHashMap<[u8; 4], Vec<u32>>,
    /// Which pairs of first bytes occur at all; most places of a text are passed by this alone.
    pairs: Vec<u64>,
    bytes: usize,
}

impl KnownValues {
    /// Adds a value that stands under a name of the given secrecy, with its base64, URL-encoded
    /// and escaped forms; of a text of several lines each line as well.
    pub(super) fn add(&mut self, value: &str, secrecy: Secrecy) {
        let value = value.trim();
        if secrecy == Secrecy::None || is_innocent_value(value) {
            return;
        }
        if secrecy == Secrecy::Likely && !looks_random(value) {
            return;
        }
        if value.contains('\n') {
            // What is a secret for certain is one line by line.
            let least = match secrecy {
                Secrecy::Sure => INSIDE_WORDS,
                Secrecy::None | Secrecy::Likely => 16,
            };
            let long = |line: &&str| line.trim().len() >= least && !line.starts_with("-----");
            value
                .lines()
                .filter(long)
                .for_each(|line| self.forms_of(line.trim()));
        }
        if value.contains(char::is_control) {
            // As a preview shows it.
            self.forms_of(&value.replace(char::is_control, " "));
        }
        self.forms_of(value);
    }

    /// Adds the values in `text` that are told by what stands before them, if they do not look like
    /// words.
    pub(super) fn add_told_in(&mut self, text: &str) {
        let mut at = 0;
        while let Some(range) = phrases::find(text, at) {
            at = range.end.max(range.start + 1);
            let value = text.get(range).unwrap_or_default();
            self.add(value, Secrecy::Likely);
            // `Bearer …`, `Basic …`: the scheme is no part of the secret.
            if let Some((_, credentials)) = value.split_once(' ') {
                self.add(credentials, Secrecy::Likely);
            }
        }
    }

    fn forms_of(&mut self, value: &str) {
        if value.len() < SHORTEST {
            return;
        }
        let around = if value.len() < INSIDE_WORDS {
            Around::Boundary
        } else {
            Around::Anything
        };
        self.form(value.as_bytes(), around);
        for form in [
            url(value, false, false),
            url(value, true, false),
            url(value, false, true),
        ] {
            self.form(form.as_bytes(), around);
        }
        let escaped = format!("{value:?}");
        self.form(&escaped.as_bytes()[1..escaped.len() - 1], around);
        for shift in 0..3 {
            let text = base64_part(value.as_bytes(), shift);
            self.form(text.as_bytes(), Around::Base64);
            let url_safe = text.replace('+', "-").replace('/', "_");
            self.form(url_safe.as_bytes(), Around::Base64);
        }
    }

    fn form(&mut self, form: &[u8], around: Around) {
        let Some(&start) = form.first_chunk::<4>() else {
            return;
        };
        let full = self.forms.len() >= MAX_FORMS || self.bytes + form.len() > MAX_BYTES;
        let known = self.starts.get(&start).is_some_and(|list| {
            list.iter().any(|&at| {
                self.forms
                    .get(at as usize)
                    .is_some_and(|f| *f.bytes == *form)
            })
        });
        if full || known {
            return;
        }
        self.starts
            .entry(start)
            .or_default()
            .push(self.forms.len() as u32);
        self.pairs.resize(1024, 0);
        let (word, bit) = pair(start[0], start[1]);
        self.pairs[word] |= bit;
        self.bytes += form.len();
        self.forms.push(Form {
            bytes: form.into(),
            around,
        });
    }

    /// The first occurrence that begins in `text` at or after `from`.
    pub(super) fn find(&self, text: &str, from: usize) -> Option<Range<usize>> {
        let bytes = text.as_bytes();
        if self.forms.is_empty() {
            return None;
        }
        let mut at = from;
        while let Some(start) = bytes.get(at..).and_then(<[u8]>::first_chunk::<4>) {
            let (word, bit) = pair(start[0], start[1]);
            if self.pairs[word] & bit != 0
                && let Some(range) = self.at(bytes, at, start)
                && text.is_char_boundary(range.start)
                && text.is_char_boundary(range.end)
            {
                return Some(range.start.max(from)..range.end);
            }
            at += 1;
        }
        None
    }

    /// Where the beginning of a form ends `text`, of four bytes or more.
    pub(super) fn find_cut(&self, text: &str) -> Option<usize> {
        let bytes = text.as_bytes();
        let reach = bytes.len().saturating_sub(CUT);
        (reach..bytes.len()).find(|&at| {
            let Some(tail) = bytes.get(at..).filter(|_| text.is_char_boundary(at)) else {
                return false;
            };
            let forms = tail
                .first_chunk::<4>()
                .and_then(|start| self.starts.get(start));
            forms.into_iter().flatten().any(|&index| {
                let form = self.forms.get(index as usize);
                form.is_some_and(|form| form.bytes.starts_with(tail))
            })
        })
    }

    /// The longest form that stands at `at`, widened to what belongs to it.
    fn at(&self, bytes: &[u8], at: usize, start: &[u8; 4]) -> Option<Range<usize>> {
        let fits = |form: &&Form| {
            let end = at + form.bytes.len();
            let word = |index: Option<usize>| {
                index
                    .and_then(|i| bytes.get(i))
                    .is_some_and(u8::is_ascii_alphanumeric)
            };
            bytes[at..].starts_with(&form.bytes)
                && (form.around != Around::Boundary || !word(at.checked_sub(1)) && !word(Some(end)))
        };
        let form = self
            .starts
            .get(start)?
            .iter()
            .filter_map(|&index| self.forms.get(index as usize))
            .filter(fits)
            .max_by_key(|form| form.bytes.len())?;
        let mut range = at..at + form.bytes.len();
        if form.around == Around::Base64 {
            let part = |byte: &u8| byte.is_ascii_alphanumeric() || b"+-_=".contains(byte);
            range.start -= bytes[..range.start]
                .iter()
                .rev()
                .take_while(|b| part(b))
                .count();
            range.end += bytes[range.end..]
                .iter()
                .take_while(|b| part(b) || **b == b'/')
                .count();
        }
        Some(range)
    }
}

/// Whether a value is one that has to be hidden wherever it stands, by what its name says.
pub fn is_secret(name: &str, value: &str) -> bool {
    is_secret_text(value, secrecy(name))
}

/// Whether a value of this secrecy is one that has to be hidden wherever it stands.
pub fn is_secret_text(value: &str, secrecy: Secrecy) -> bool {
    let value = value.trim();
    match secrecy {
        Secrecy::None => false,
        _ if value.len() < SHORTEST || is_innocent_value(value) => false,
        Secrecy::Likely => looks_random(value),
        Secrecy::Sure => true,
    }
}

fn pair(first: u8, second: u8) -> (usize, u64) {
    let pair = usize::from(first) << 8 | usize::from(second);
    (pair / 64, 1 << (pair % 64))
}

/// Whether a value is no word or name of everyday life: long, or with digits or signs in it.
fn looks_random(value: &str) -> bool {
    let odd = value
        .bytes()
        .filter(|byte| !byte.is_ascii_alphabetic() && !b"-_ ./".contains(byte));
    value.len() >= 20 && !value.contains(' ') || value.len() >= 6 && odd.count() > 0
}

/// Percent-encodes every byte that is not unreserved.
fn url(value: &str, lower: bool, plus: bool) -> String {
    let mut out = String::with_capacity(value.len());
    for byte in value.bytes() {
        match byte {
            b' ' if plus => out.push('+'),
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                out.push(byte as char);
            }
            _ if lower => out.push_str(&format!("%{byte:02x}")),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// The characters of the base64 form that depend on `value` alone when `shift` other bytes stand
/// before it and others behind it; so the value is also found inside `user:value`.
fn base64_part(value: &[u8], shift: usize) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits = (shift + value.len()) * 8;
    let byte = |index: usize| {
        index
            .checked_sub(shift)
            .and_then(|i| value.get(i))
            .map_or(0, |&byte| u16::from(byte))
    };
    // A digit covers six bits; the first and last may share theirs with a neighbour.
    let first = (shift * 8).div_ceil(6);
    (first..bits / 6)
        .map(|digit| {
            let at = digit * 6;
            let two = byte(at / 8) << 8 | byte(at / 8 + 1);
            DIGITS[usize::from(two >> (10 - at % 8)) & 63] as char
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hidden(value: &str, text: &str) -> Option<String> {
        let mut known = KnownValues::default();
        known.add(value, Secrecy::Sure);
        known.find(text, 0).map(|range| text[range].to_owned())
    }

    #[test]
    fn a_value_is_found_in_every_form() {
        let found = |text: &str| hidden("hunter2/& x", text);
        assert_eq!(found("say hunter2/& x!").as_deref(), Some("hunter2/& x"));
        assert_eq!(
            found("?p=hunter2%2F%26%20x&").as_deref(),
            Some("hunter2%2F%26%20x")
        );
        assert_eq!(
            found("?p=hunter2%2f%26%20x&").as_deref(),
            Some("hunter2%2f%26%20x")
        );
        assert_eq!(
            found("?p=hunter2%2F%26+x&").as_deref(),
            Some("hunter2%2F%26+x")
        );
        // The same text alone, after "me:", and after "user:" with more behind it.
        for text in [
            "aHVudGVyMi8mIHg=",
            "bWU6aHVudGVyMi8mIHg=",
            "dXNlcjpodW50ZXIyLyYgeDphYmM=",
        ] {
            assert_eq!(found(&format!("Basic {text} ")).as_deref(), Some(text));
        }
        assert_eq!(found("hunter3"), None);
    }

    #[test]
    fn short_values_are_found_as_words_alone() {
        assert_eq!(
            hidden("root", "user root, pass root").as_deref(),
            Some("root")
        );
        assert_eq!(hidden("root", "the rooted"), None);
        assert_eq!(hidden("abc", "abc"), None);
        assert_eq!(hidden("true", "true"), None);
    }

    #[test]
    fn a_likely_name_hides_only_what_looks_like_a_secret() {
        let mut known = KnownValues::default();
        known.add("build", Secrecy::Likely);
        assert_eq!(known.find("task build", 0), None);
        known.add("k-93hfa", Secrecy::Likely);
        assert_eq!(known.find("use k-93hfa", 0), Some(4..11));
    }

    #[test]
    fn what_a_text_tells_to_be_a_secret_is_known_elsewhere() {
        let mut known = KnownValues::default();
        known.add_told_in("curl -H 'Authorization: Basic q8-w7e6r5' https://a:p4-s5w0@host");
        assert_eq!(known.find("use q8-w7e6r5", 0), Some(4..13));
        assert_eq!(known.find("p4-s5w0", 0), Some(0..7));
        let mut known = KnownValues::default();
        known.add_told_in("password: required");
        assert_eq!(known.find("it is required", 0), None);
    }

    #[test]
    fn the_beginning_of_a_secret_is_found_where_a_text_was_cut() {
        let mut known = KnownValues::default();
        known.add("hunter2-and-more", Secrecy::Sure);
        assert_eq!(known.find_cut("as said: hunter2"), Some(9));
        assert_eq!(known.find_cut("ü hunt"), Some(3));
        assert_eq!(known.find_cut("a hun"), None);
        assert_eq!(known.find_cut("the hunters"), None);
        assert_eq!(known.find_cut(""), None);
    }

    #[test]
    fn the_lines_of_a_key_are_found_one_by_one() {
        let key = "-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0\n-----END KEY-----";
        assert_eq!(
            hidden(key, "x MIIEvQIBADANBgkqhkiG9w0 y").as_deref(),
            Some("MIIEvQIBADANBgkqhkiG9w0")
        );
    }
}
