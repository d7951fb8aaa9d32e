//! Reading a JSON document from its first byte to its last, with the places of what was asked for.

use std::borrow::Cow;
use std::ops::Range;

/// How deep objects and arrays may be nested: reading them is a recursion.
const DEEPEST: usize = 256;

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    String,
    Number,
    Boolean,
    Null,
    Array,
    Object,
}

/// The object that a value would stand in.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Object {
    /// The place of its `{`.
    pub(super) open: usize,
    /// The place of its `}`.
    pub(super) close: usize,
    /// Where its first member begins.
    pub(super) first: Option<usize>,
    /// Where its last member ends.
    pub(super) last: Option<usize>,
}

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Scan {
    pub(super) target: Option<(Kind, Range<usize>)>,
    pub(super) parent: Option<Object>,
}

/// Looks for the value at the end of `path`; all of the document has to be one.
pub(super) fn scan(text: &str, path: &[Cow<'_, str>]) -> Result<Scan, String> {
    let mut scanner = Scanner {
        text,
        at: 0,
        depth: 0,
        found: Scan::default(),
        problem: None,
    };
    scanner.blank();
    let root = scanner.value(Some(path))?;
    scanner.blank();
    if scanner.at < text.len() {
        return Err(scanner.wrong());
    }
    match scanner.problem {
        _ if root != Kind::Object => Err("the root of the document is no object".to_owned()),
        Some(problem) => Err(problem),
        None => Ok(scanner.found),
    }
}

/// A place in the document. A `path` is that of the value that is read, where what is looked for is
/// in it.
struct Scanner<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
    found: Scan,
    /// Why nothing can be found, unless the document is wrong.
    problem: Option<String>,
}

impl<'t> Scanner<'t> {
    fn value(&mut self, path: Option<&[Cow<'_, str>]>) -> Result<Kind, String> {
        let start = self.at;
        let kind = match self.byte() {
            Some(b'{') => self.object(path)?,
            Some(b'[') => self.array()?,
            Some(b'"') => self.string()?,
            Some(b't') => self.word("true", Kind::Boolean)?,
            Some(b'f') => self.word("false", Kind::Boolean)?,
            Some(b'n') => self.word("null", Kind::Null)?,
            _ => self.number()?,
        };
        match path {
            Some([]) => self.found.target = Some((kind, start..self.at)),
            Some([key, ..]) if kind != Kind::Object => {
                let problem = format!("not found: what '{key}' would stand in is no object");
                self.problem.get_or_insert(problem);
            }
            Some(_) | None => {}
        }
        Ok(kind)
    }

    fn object(&mut self, path: Option<&[Cow<'_, str>]>) -> Result<Kind, String> {
        let mut object = Object {
            open: self.at,
            ..Object::default()
        };
        self.open()?;
        let mut seen = false;
        while self.byte() != Some(b'}') {
            object.first.get_or_insert(self.at);
            let inside = match path {
                Some([key, rest @ ..]) if self.key()? == *key => Some(rest),
                Some([_, ..]) => None,
                Some([]) | None => {
                    self.key()?;
                    None
                }
            };
            if inside.is_some() && std::mem::replace(&mut seen, true) {
                self.problem
                    .get_or_insert_with(|| "found several times".to_owned());
            }
            self.expect(b':')?;
            self.value(inside)?;
            object.last = Some(self.at);
            if !self.more(b'}')? {
                break;
            }
        }
        object.close = self.at;
        self.close();
        if matches!(path, Some([_])) {
            self.found.parent = Some(object);
        }
        Ok(Kind::Object)
    }

    fn array(&mut self) -> Result<Kind, String> {
        self.open()?;
        while self.byte() != Some(b']') {
            self.value(None)?;
            if !self.more(b']')? {
                break;
            }
        }
        self.close();
        Ok(Kind::Array)
    }

    fn open(&mut self) -> Result<(), String> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(format!("nested more than {DEEPEST} deep"));
        }
        self.at += 1;
        self.blank();
        Ok(())
    }

    fn close(&mut self) {
        self.depth -= 1;
        self.at += 1;
    }

    /// Whether a comma comes, behind which something has to stand; else it must be the end.
    fn more(&mut self, end: u8) -> Result<bool, String> {
        self.blank();
        if self.byte() == Some(end) {
            return Ok(false);
        }
        self.expect(b',')?;
        match self.byte() == Some(end) {
            true => Err(self.wrong()),
            false => Ok(true),
        }
    }

    /// The text of a key.
    fn key(&mut self) -> Result<Cow<'t, str>, String> {
        let start = self.at;
        if self.byte() != Some(b'"') {
            return Err(self.wrong());
        }
        self.string()?;
        let key = decoded(self.text.get(start..self.at).unwrap_or_default());
        self.blank();
        Ok(key)
    }

    fn string(&mut self) -> Result<Kind, String> {
        self.at += 1;
        loop {
            match self.byte() {
                Some(b'"') => break,
                Some(b'\\') => {
                    self.at += 1;
                    self.escape()?;
                }
                None | Some(0..0x20) => return Err(self.wrong()),
                Some(_) => self.at += 1,
            }
        }
        self.at += 1;
        Ok(Kind::String)
    }

    fn escape(&mut self) -> Result<(), String> {
        let length = match self.byte() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => 1,
            Some(b'u') => {
                let digits = self.text.as_bytes().get(self.at + 1..self.at + 5);
                match digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)) {
                    true => 5,
                    false => return Err(self.wrong()),
                }
            }
            _ => return Err(self.wrong()),
        };
        self.at += length;
        Ok(())
    }

    fn number(&mut self) -> Result<Kind, String> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let in_number = |byte: u8| byte.is_ascii_digit() || b"+-.eE".contains(&byte);
        let length = rest.bytes().take_while(|byte| in_number(*byte)).count();
        if !super::super::scalar::is_number(rest.get(..length).unwrap_or_default()) {
            return Err(self.wrong());
        }
        self.at += length;
        Ok(Kind::Number)
    }

    fn word(&mut self, word: &str, kind: Kind) -> Result<Kind, String> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        if !rest.starts_with(word) {
            return Err(self.wrong());
        }
        self.at += word.len();
        Ok(kind)
    }

    fn expect(&mut self, byte: u8) -> Result<(), String> {
        if self.byte() != Some(byte) {
            return Err(self.wrong());
        }
        self.at += 1;
        self.blank();
        Ok(())
    }

    fn blank(&mut self) {
        while matches!(self.byte(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn wrong(&self) -> String {
        let before = self.text.as_bytes().get(..self.at).unwrap_or_default();
        let line = memchr::memchr_iter(b'\n', before).count() + 1;
        format!("the document is no JSON (line {line})")
    }
}

/// The text of a string; its escapes are known to be good. Half of a pair is replaced.
pub(super) fn decoded(written: &str) -> Cow<'_, str> {
    let inside = written.get(1..written.len() - 1).unwrap_or_default();
    if !inside.contains('\\') {
        return Cow::Borrowed(inside);
    }
    let mut units: Vec<u16> = Vec::with_capacity(inside.len());
    let mut rest = inside.chars();
    let mut buffer = [0; 2];
    while let Some(char) = rest.next() {
        let meant = match char {
            '\\' => match rest.next() {
                Some('u') => {
                    let digits = rest.as_str().get(..4).unwrap_or_default();
                    units.push(u16::from_str_radix(digits, 16).unwrap_or_default());
                    rest = rest.as_str().get(4..).unwrap_or_default().chars();
                    continue;
                }
                Some('b') => '\u{8}',
                Some('f') => '\u{c}',
                Some('n') => '\n',
                Some('r') => '\r',
                Some('t') => '\t',
                other => other.unwrap_or_default(),
            },
            char => char,
        };
        units.extend_from_slice(meant.encode_utf16(&mut buffer));
    }
    Cow::Owned(String::from_utf16_lossy(&units))
}
