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

/// The offsets at which the lines of a text begin.
#[derive(Debug, Default)]
pub struct LineIndex {
    starts: Vec<u32>,
}

impl LineIndex {
    /// Finds the line starts of `text`.
    pub fn new(text: &str) -> Self {
        let mut starts = vec![0];
        starts.extend(memchr_iter(b'\n', text.as_bytes()).map(|at| at as u32 + 1));
        Self { starts }
    }

    /// Line and column of `offset`, which is moved back to the start of a character where it
    /// falls inside one.
    pub fn location(&self, text: &str, offset: u32) -> Location {
        let offset = text.floor_char_boundary((offset as usize).min(text.len()));
        let line = self
            .starts
            .partition_point(|&start| start as usize <= offset);
        let start = self
            .starts
            .get(line.saturating_sub(1))
            .copied()
            .unwrap_or(0);
        let column = text
            .get(start as usize..offset)
            .map_or(0, |before| before.chars().count());
        Location {
            line: line as u32,
            column: column as u32 + 1,
        }
    }

    /// The text of line `line` (from 1), without its line end; empty when there is no such line.
    pub fn line<'t>(&self, text: &'t str, line: u32) -> &'t str {
        let index = line.saturating_sub(1) as usize;
        let Some(&start) = self.starts.get(index) else {
            return "";
        };
        let end = self
            .starts
            .get(index + 1)
            .map_or(text.len(), |&next| next as usize);
        let line = text.get(start as usize..end).unwrap_or_default();
        let line = line.strip_suffix('\n').unwrap_or(line);
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
}
