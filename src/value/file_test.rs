//! Tests of files and directories.

use std::path::Path;

use super::condition::in_condition;
use super::evaluator::{Evaluator, Trouble};
use super::pass::Pass;
use super::{ExpandedPath, os_reason};
use crate::ast::{FileComparison, PathQuestion, PathTest};

impl Evaluator<'_> {
    pub(super) fn path_test(&mut self, node: &PathTest, pass: &mut Pass) -> Result<bool, Trouble> {
        let path = self.path_in(&node.path, pass)?.absolute;
        let exists = if node.directory {
            path.is_dir()
        } else {
            is_file(&path)
        };
        let empty = || {
            if node.directory {
                is_empty_directory(&path)
            } else {
                !exists || std::fs::metadata(&path).is_ok_and(|found| found.len() == 0)
            }
        };
        Ok(match node.question {
            PathQuestion::Exists => exists,
            PathQuestion::NotExists => !exists,
            PathQuestion::IsEmpty => empty(),
            PathQuestion::IsNotEmpty => !empty(),
        })
    }

    pub(super) fn file_comparison(
        &mut self,
        node: &FileComparison,
        pass: &mut Pass,
    ) -> Result<bool, Trouble> {
        let left = self.path_in(&node.left, pass)?;
        let right = self.path_in(&node.right, pass)?;
        let same = same_content(&left, &right).map_err(in_condition)?;
        Ok(same != node.negated)
    }
}

fn is_file(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|found| !found.is_dir())
}

/// Whether a directory has no entry that is not hidden; a missing one is empty.
fn is_empty_directory(path: &Path) -> bool {
    let Ok(entries) = std::fs::read_dir(path) else {
        return true;
    };
    !entries
        .flatten()
        .any(|entry| !entry.file_name().as_encoded_bytes().starts_with(b"."))
}

/// Compares piece by piece: files may be larger than the memory.
fn same_content(left: &ExpandedPath, right: &ExpandedPath) -> Result<bool, String> {
    use std::io::{BufRead, BufReader};
    let open = |side: &str, path: &ExpandedPath| {
        let failed = |error: std::io::Error| {
            let (shown, absolute) = (&path.shown, path.absolute.display());
            let reason = os_reason(&error);
            format!("reading {side} file \"{shown}\": open {absolute}: {reason}")
        };
        let file = std::fs::File::open(&path.absolute).map_err(failed)?;
        if file.metadata().is_ok_and(|found| found.is_dir()) {
            return Err(failed(std::io::ErrorKind::IsADirectory.into()));
        }
        Ok(BufReader::with_capacity(64 * 1024, file))
    };
    let (mut a, mut b) = (open("left", left)?, open("right", right)?);
    loop {
        let read = |error: std::io::Error| format!("reading files: {}", os_reason(&error));
        let (from_a, from_b) = (a.fill_buf().map_err(read)?, b.fill_buf().map_err(read)?);
        let length = from_a.len().min(from_b.len());
        if length == 0 {
            return Ok(from_a.len() == from_b.len());
        }
        if from_a[..length] != from_b[..length] {
            return Ok(false);
        }
        a.consume(length);
        b.consume(length);
    }
}
