//! What a loop visits, one item at a time and without a list where none is needed.

use crate::source::Text;

/// The items of a loop that are still to come.
#[derive(Debug)]
pub(crate) enum Items {
    /// A list, from an index.
    List { items: Vec<Text>, next: usize },
    /// Whole numbers by a step, `left` of them.
    Range { next: i64, step: i64, left: u64 },
    /// The lines of a text, from a byte.
    Lines { text: Text, next: usize },
    /// Parts of a text.
    Parts {
        text: Text,
        parts: Vec<(u32, u32)>,
        next: usize,
    },
}

impl Items {
    /// A list of texts.
    pub(crate) fn list(items: Vec<Text>) -> Self {
        Self::List { items, next: 0 }
    }

    /// The whole numbers from `start` to `end` inclusive by `step`, which is not 0.
    pub(crate) fn range(start: i64, end: i64, step: i64) -> Self {
        let (distance, forward) = if step > 0 {
            (i128::from(end) - i128::from(start), step)
        } else {
            (i128::from(start) - i128::from(end), step.saturating_neg())
        };
        let left = if distance < 0 {
            0
        } else {
            u64::try_from(distance / i128::from(forward) + 1).unwrap_or(u64::MAX)
        };
        Self::Range {
            next: start,
            step,
            left,
        }
    }

    /// The lines of `text`, without line ends; a line end at the end adds none.
    pub(crate) fn lines(text: Text) -> Self {
        Self::Lines { text, next: 0 }
    }

    /// How many items are left.
    pub(crate) fn len(&self) -> u64 {
        match self {
            Self::List { items, next } => (items.len() - next.min(&items.len())) as u64,
            Self::Range { left, .. } => *left,
            Self::Lines { text, next } => {
                let rest = text.as_bytes().get(*next..).unwrap_or_default();
                let ends = memchr::memchr_iter(b'\n', rest).count();
                (ends + usize::from(rest.last().is_some_and(|&last| last != b'\n'))) as u64
            }
            Self::Parts { parts, next, .. } => (parts.len() - next.min(&parts.len())) as u64,
        }
    }
}

impl Iterator for Items {
    type Item = Text;

    fn next(&mut self) -> Option<Text> {
        match self {
            Self::List { items, next } => {
                let item = items.get(*next)?.clone();
                *next += 1;
                Some(item)
            }
            Self::Range { next, step, left } => {
                *left = left.checked_sub(1)?;
                let item = *next;
                *next = next.saturating_add(*step);
                Some(item.to_string().into())
            }
            Self::Lines { text, next } => {
                let rest = text.get(*next..)?;
                if rest.is_empty() {
                    return None;
                }
                let end = memchr::memchr(b'\n', rest.as_bytes());
                let line = &rest[..end.unwrap_or(rest.len())];
                let line = line.strip_suffix('\r').unwrap_or(line);
                let item = text.share(line);
                *next += end.map_or(rest.len(), |end| end + 1);
                Some(item)
            }
            Self::Parts { text, parts, next } => {
                let &(start, end) = parts.get(*next)?;
                *next += 1;
                Some(text.share(text.get(start as usize..end as usize)?))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(items: Items) -> (u64, Vec<String>) {
        (items.len(), items.map(|item| item.to_string()).collect())
    }

    #[test]
    fn ranges_include_both_bounds_and_know_their_length() {
        assert_eq!(
            all(Items::range(1, 7, 3)),
            (3, vec!["1".into(), "4".into(), "7".into()])
        );
        assert_eq!(
            all(Items::range(2, 0, -1)),
            (3, vec!["2".into(), "1".into(), "0".into()])
        );
        assert_eq!(all(Items::range(2, 1, 1)), (0, vec![]));
        assert_eq!(Items::range(i64::MIN, i64::MAX, 1).len(), u64::MAX);
        assert_eq!(all(Items::range(i64::MAX, i64::MAX, i64::MAX)).0, 1);
    }

    #[test]
    fn blank_lines_count_and_a_final_line_end_adds_none() {
        let lines = |text: &str| all(Items::lines(Text::from(text)));
        assert_eq!(
            lines("a\n\nb\r\n"),
            (3, vec!["a".into(), "".into(), "b".into()])
        );
        assert_eq!(lines("a\nb"), (2, vec!["a".into(), "b".into()]));
        assert_eq!(lines("\n"), (1, vec!["".into()]));
        assert_eq!(lines(""), (0, vec![]));
    }
}
