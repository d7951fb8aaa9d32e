//! Byte offsets to lines and columns, computed only when a message is rendered.

use memchr::memchr_iter;

/// A place as people count it: both from 1, the column in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1; a tab counts as one.
    pub column: u32,
}

/// The most line starts that are kept.
const KEPT: usize = 65_536;

/// The offsets at which the lines of a text begin: of a long text every second, third, … line, so
/// that the index of a file of any size takes 256 KiB. It is also built while a crash is described,
/// when there is no memory left to take.
#[derive(Debug)]
pub struct LineIndex {
    starts: Vec<u32>,
    /// How many lines apart the starts are.
    every: usize,
}

impl Default for LineIndex {
    fn default() -> Self {
        Self {
            starts: vec![0],
            every: 1,
        }
    }
}

impl LineIndex {
    /// Finds the line starts of `text`.
    pub fn new(text: &str) -> Self {
        let breaks = || memchr_iter(b'\n', text.as_bytes());
        let lines = breaks().count() + 1;
        let every = lines.div_ceil(KEPT);
        let mut starts = Vec::with_capacity(lines.div_ceil(every));
        starts.push(0);
        starts.extend(
            breaks()
                .skip(every - 1)
                .step_by(every)
                .map(|at| at as u32 + 1),
        );
        Self { starts, every }
    }

    /// Line and column of `offset`, which is moved back to the start of a character where it
    /// falls inside one.
    pub fn location(&self, text: &str, offset: u32) -> Location {
        let offset = text.floor_char_boundary((offset as usize).min(text.len()));
        let kept = self
            .starts
            .partition_point(|&start| start as usize <= offset)
            .saturating_sub(1);
        let mut start = self.starts.get(kept).copied().unwrap_or(0) as usize;
        let mut line = kept * self.every + 1;
        let between = text.as_bytes().get(start..offset).unwrap_or_default();
        let from = start;
        for at in memchr_iter(b'\n', between) {
            start = from + at + 1;
            line += 1;
        }
        let before = text.get(start..offset);
        Location {
            line: line as u32,
            column: before.map_or(0, |before| before.chars().count()) as u32 + 1,
        }
    }

    /// The text of line `line` (from 1), without its line end; empty when there is no such line.
    pub fn line<'t>(&self, text: &'t str, line: u32) -> &'t str {
        let index = line.saturating_sub(1) as usize;
        let Some(&kept) = self.starts.get(index / self.every) else {
            return "";
        };
        let mut rest = text.get(kept as usize..).unwrap_or_default();
        for _ in 0..index % self.every {
            let Some(at) = memchr::memchr(b'\n', rest.as_bytes()) else {
                return "";
            };
            rest = rest.get(at + 1..).unwrap_or_default();
        }
        let end = memchr::memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len());
        let line = rest.get(..end).unwrap_or_default();
        line.strip_suffix('\r').unwrap_or(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_lines_start_at_one() {
        let text = "ab\nçd\te\r\n\nlast";
        let index = LineIndex::new(text);
        let at = |needle: &str| index.location(text, text.find(needle).unwrap_or(0) as u32);
        assert_eq!(at("ab"), Location { line: 1, column: 1 });
        assert_eq!(at("d"), Location { line: 2, column: 2 });
        assert_eq!(at("e\r"), Location { line: 2, column: 4 });
        assert_eq!(at("last"), Location { line: 4, column: 1 });
        assert_eq!(index.line(text, 2), "çd\te");
        assert_eq!(index.line(text, 3), "");
        assert_eq!(index.line(text, 9), "");
    }

    #[test]
    fn the_index_of_a_long_text_stays_small_and_exact() {
        let lines = KEPT * 2 + 7;
        let text: String = (1..=lines).map(|line| format!("l{line}\n")).collect();
        let index = LineIndex::new(&text);
        assert!(index.starts.len() <= KEPT);
        for line in [1, 2, 3, 4, 77_777, lines - 1, lines] {
            let content = format!("l{line}");
            assert_eq!(index.line(&text, line as u32), content);
            let at = text.find(&format!("{content}\n")).unwrap() as u32;
            let expected = Location {
                line: line as u32,
                column: 2,
            };
            assert_eq!(index.location(&text, at + 1), expected);
        }
        assert_eq!(index.line(&text, lines as u32 + 1), "");
        assert_eq!(index.line(&text, lines as u32 + 9), "");
    }
}
