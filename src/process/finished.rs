//! A process that has ended: how, and what it left to say.

use std::io;
use std::time::Duration;

use super::hold::Hold;
use crate::report::Report;

/// A process that was started and has ended.
#[derive(Debug)]
pub struct Finished {
    /// The exit status; -1 when a signal ended the process.
    pub code: i32,
    /// The signal that ended the process.
    pub signal: Option<i32>,
    /// Whether the kernel's out-of-memory killer ended the process or one that it had started.
    pub out_of_memory: bool,
    /// Whether the process had the terminal to itself and Ctrl-C ended it: the run ends as if
    /// SIGINT had reached us.
    pub interrupted: bool,
    /// The time from the start to the end.
    pub duration: Duration,
    pub(super) stdout: Tail,
    pub(super) stderr: Tail,
    pub(super) kept: Kept,
}

/// What was kept beside the ends of the streams.
#[derive(Debug, Default)]
pub(super) enum Kept {
    #[default]
    Nothing,
    Captured(Vec<u8>),
    Held(Hold),
    /// Both streams of a probe.
    Both(Vec<u8>, Vec<u8>),
}

impl Finished {
    /// Whether the status was zero.
    pub fn success(&self) -> bool {
        self.code == 0
    }

    /// Why it failed: the status, and the end of both streams.
    pub fn cause(&self) -> String {
        let code = self.code;
        let lack = if self.out_of_memory {
            " (killed for lack of memory)"
        } else {
            ""
        };
        let start = format!("command failed with exit code {code}{lack}");
        match (self.stdout.text(), self.stderr.text()) {
            (None, None) => start,
            (Some(text), None) | (None, Some(text)) => format!("{start}: {text}"),
            (Some(out), Some(err)) => format!("{start} (stdout: {out}; stderr: {err})"),
        }
    }

    /// Standard output of a capture without the white space at its ends; invalid characters are
    /// replaced. Empty the second time. Nothing is copied, because it may be large.
    pub fn take_trimmed(&mut self) -> String {
        let mut text = self.take_captured();
        text.truncate(text.trim_end().len());
        let blank = text.len() - text.trim_start().len();
        text.drain(..blank);
        text.shrink_to_fit();
        text
    }

    /// As [`Finished::take_trimmed`], but only the line ends at its end are removed.
    pub fn take_without_line_ends(&mut self) -> String {
        let mut text = self.take_captured();
        text.truncate(text.trim_end_matches(['\n', '\r']).len());
        text.shrink_to_fit();
        text
    }

    /// Standard output of a capture as it was, otherwise as [`Finished::take_trimmed`].
    pub fn take_captured(&mut self) -> String {
        match std::mem::take(&mut self.kept) {
            Kept::Captured(bytes) => String::from_utf8(bytes)
                .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()),
            kept => {
                self.kept = kept;
                String::new()
            }
        }
    }

    /// Prints what was held back, as the mode `ci` does for a failed `command`.
    pub async fn ci_report(&mut self, command: &str, report: &Report) -> io::Result<()> {
        if let Kept::Held(hold) = &mut self.kept {
            hold.print(report).await?;
        }
        report.line(&ci_summary(command, self.code));
        Ok(())
    }
}

/// The last line of the report of the mode `ci`; a process that could not start has code 1.
pub fn ci_summary(command: &str, code: i32) -> String {
    format!("summary: command `{command}` failed with exit code {code}")
}

/// The end of a stream.
#[derive(Debug, Default)]
pub(super) struct Tail {
    bytes: Vec<u8>,
    total: u64,
}

impl Tail {
    /// `bytes` are the last of `total` bytes. What remains of a character whose first byte was
    /// cut off goes as well.
    pub(super) fn new(mut bytes: Vec<u8>, total: u64) -> Self {
        if (bytes.len() as u64) < total {
            let torn = bytes
                .iter()
                .take(3)
                .take_while(|byte| **byte & 0xC0 == 0x80);
            let torn = torn.count();
            bytes.drain(..torn);
        }
        Self { bytes, total }
    }

    #[cfg(test)]
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What is repeated of the stream; `None` when it is empty but for white space.
    fn text(&self) -> Option<String> {
        let missing = self.total.saturating_sub(self.bytes.len() as u64);
        let text = String::from_utf8_lossy(&self.bytes);
        match (missing, text.trim()) {
            (0, "") => None,
            (0, text) => Some(text.to_owned()),
            // What stands after the cut is not the beginning of the stream: its white space stays.
            (_, _) => Some(format!("{}{}", left_out(missing), text.trim_end())),
        }
    }
}

/// What stands before a text whose beginning is missing.
pub(super) fn left_out(bytes: u64) -> String {
    format!("[{bytes} earlier bytes left out] ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tail(bytes: &[u8], total: u64) -> Tail {
        Tail::new(bytes.to_vec(), total)
    }

    fn check(code: i32, stdout: &[u8], stderr: &[u8], expected: &str) {
        let finished = Finished {
            code,
            signal: None,
            out_of_memory: false,
            interrupted: false,
            duration: Duration::ZERO,
            stdout: tail(stdout, stdout.len() as u64),
            stderr: tail(stderr, stderr.len() as u64),
            kept: Kept::Nothing,
        };
        assert_eq!(finished.cause(), expected);
    }

    #[test]
    fn a_cause_repeats_what_was_printed() {
        check(4, b"", b" \n", "command failed with exit code 4");
        check(
            5,
            b"\n  a b \n\n",
            b"",
            "command failed with exit code 5: a b",
        );
        check(-1, b"", b"e\n", "command failed with exit code -1: e");
        check(
            1,
            b"o",
            b"e",
            "command failed with exit code 1 (stdout: o; stderr: e)",
        );
    }

    #[test]
    fn a_character_that_is_cut_in_half_is_left_out() {
        let text = tail("\u{20ac}x\n".as_bytes().get(1..).unwrap(), 10).text();
        assert_eq!(text.as_deref(), Some("[8 earlier bytes left out] x"));
        let text = tail("é".as_bytes(), 2).text();
        assert_eq!(text.as_deref(), Some("é"));
    }
}
