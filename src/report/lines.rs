//! Output of parallel branches, passed on by whole lines.

use std::io;
use std::mem;

use super::Report;

/// A line longer than this, in bytes, is passed on in pieces.
const LONGEST_LINE: usize = 64 * 1024;

/// Holds back the unfinished last line of a stream.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    unfinished: Vec<u8>,
}

impl Lines {
    /// Writes the lines that `chunk` completes.
    pub(crate) async fn pass(&mut self, chunk: &[u8], report: &Report) -> io::Result<()> {
        let whole = match memchr::memrchr(b'\n', chunk) {
            Some(end) => end + 1,
            None if self.unfinished.len() + chunk.len() > LONGEST_LINE => chunk.len(),
            None => 0,
        };
        let (complete, rest) = chunk.split_at(whole);
        if complete.is_empty() {
            self.unfinished.extend_from_slice(rest);
            return Ok(());
        }
        // Taken before the first await, so that a dropped future writes nothing twice.
        let head = mem::take(&mut self.unfinished);
        self.unfinished.extend_from_slice(rest);
        report.write(&[&head, complete]).await
    }

    /// Writes the unfinished last line as it is.
    pub(crate) async fn end(&mut self, report: &Report) -> io::Result<()> {
        let rest = mem::take(&mut self.unfinished);
        if rest.is_empty() {
            return Ok(());
        }
        report.write(&[&rest]).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn check(chunks: &[&str], expected_before_end: &str, expected: &str) {
        let (report, written) = Report::memory();
        let mut lines = Lines::default();
        for chunk in chunks {
            lines.pass(chunk.as_bytes(), &report).await.unwrap();
        }
        assert_eq!(written.out(), expected_before_end);
        lines.end(&report).await.unwrap();
        assert_eq!(written.out(), expected);
    }

    #[tokio::test]
    async fn only_whole_lines_are_passed_on() {
        check(&["a", "b\nc", "d"], "ab\n", "ab\ncd").await;
        check(&["one\ntwo\n"], "one\ntwo\n", "one\ntwo\n").await;
        check(&[], "", "").await;
    }

    #[tokio::test]
    async fn a_very_long_line_is_passed_on_in_pieces() {
        let long = "x".repeat(LONGEST_LINE);
        let all = format!("{long}y");
        check(
            &[&long, "y", "z\nq"],
            &format!("{all}z\n"),
            &format!("{all}z\nq"),
        )
        .await;
    }
}
