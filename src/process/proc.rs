//! What the kernel knows of processes: the part of `/proc` that is read here.
//!
//! Read by hand and not through a crate: a sample of 500 processes has to cost a few ms, so each
//! file is one read into a buffer on the stack, and only the fields in use are parsed.

use std::fs;
use std::fs::File;
use std::io::{self, Read};

pub(super) use super::entry::Process;

/// All processes of the machine that can be seen.
pub(super) fn scan() -> Vec<Process> {
    let Ok(folder) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    folder
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter_map(process)
        .collect()
}

/// The descendants of this process, of which there were `expected` last time, by following the
/// lists of children. A process that is started or loses its parent meanwhile may be missed, and
/// not every kernel has the lists. When most processes of the machine are ours a [`scan`] is
/// faster, which finds others as well: 501 processes took 7 ms by their lists and 4 by a scan.
pub(super) fn descendants(expected: usize) -> Vec<Process> {
    let me = std::process::id();
    if is_crowd(expected) || !fs::exists(format!("/proc/{me}/task/{me}/children")).unwrap_or(false)
    {
        return scan();
    }
    let mut found: Vec<Process> = Vec::new();
    let mut parents = vec![(me, 2)];
    while let Some((parent, threads)) = parents.pop() {
        let listed = children(parent, threads);
        // Known before each of them is looked at.
        if is_crowd(found.len() + listed.len()) {
            return scan();
        }
        let listed = listed.into_iter().filter_map(process);
        let begin = found.len();
        found.extend(listed);
        let new = found.get(begin..).unwrap_or_default();
        parents.extend(new.iter().map(|process| (process.pid, process.threads)));
    }
    found
}

fn is_crowd(number: usize) -> bool {
    number > 64 && number * 2 > all_threads()
}

/// How many threads the machine has, which is not less than its processes.
fn all_threads() -> usize {
    usize::from(rustix::system::sysinfo().procs)
}

/// The numbers of the children of `pid`, which belong to its single threads.
fn children(pid: u32, threads: u32) -> Vec<u32> {
    let mut found = Vec::new();
    if threads <= 1 {
        children_of_thread(pid, pid, &mut found);
        return found;
    }
    let Ok(folder) = fs::read_dir(format!("/proc/{pid}/task")) else {
        return found;
    };
    for thread in folder.flatten() {
        if let Some(thread) = thread
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok())
        {
            children_of_thread(pid, thread, &mut found);
        }
    }
    found
}

fn children_of_thread(pid: u32, thread: u32, found: &mut Vec<u32>) {
    let Ok(mut file) = File::open(format!("/proc/{pid}/task/{thread}/children")) else {
        return;
    };
    // Most processes have no children: that costs one read and no memory.
    let mut buffer = [0; 512];
    let mut list = Vec::new();
    while let Some(count) = file.read(&mut buffer).ok().filter(|count| *count > 0) {
        list.extend_from_slice(buffer.get(..count).unwrap_or_default());
    }
    found.extend(list.split(|byte| *byte == b' ').filter_map(number));
}

fn number(bytes: &[u8]) -> Option<u32> {
    str::from_utf8(bytes).ok()?.trim().parse().ok()
}

/// The process `pid`, if it exists.
pub(super) fn process(pid: u32) -> Option<Process> {
    let mut buffer = [0; 1024];
    let text = read(&format!("/proc/{pid}/stat"), &mut buffer).ok()?;
    parse(pid, text, rustix::param::page_size() as u64)
}

fn parse(pid: u32, stat: &[u8], page: u64) -> Option<Process> {
    // The name of the program stands in parentheses and may hold any byte, these two as well.
    let fields = stat.get(memchr::memrchr(b')', stat)? + 2..)?;
    let mut fields = str::from_utf8(fields).ok()?.split_ascii_whitespace();
    let state = *fields.next()?.as_bytes().first()?;
    let parent = fields.next()?.parse().ok()?;
    let group = fields.next()?.parse().ok()?;
    let session = fields.next()?.parse().ok()?;
    let faults = fields.nth(3)?.parse().ok()?;
    let threads = fields.nth(9)?.parse().ok()?;
    let started = fields.nth(1)?.parse().ok()?;
    let pages: u64 = fields.nth(1)?.parse().ok()?;
    Some(Process {
        pid,
        parent,
        group,
        session,
        started,
        state,
        threads,
        resident: pages.saturating_mul(page),
        faults,
    })
}

/// Proportional memory in bytes: pages that several processes share count in part. The cost
/// grows with the size of the process.
pub(super) fn proportional(pid: u32) -> Option<u64> {
    let mut buffer = [0; 2048];
    pss(read(&format!("/proc/{pid}/smaps_rollup"), &mut buffer).ok()?)
}

fn pss(text: &[u8]) -> Option<u64> {
    let line = text
        .split(|byte| *byte == b'\n')
        .find_map(|line| line.strip_prefix(b"Pss:"))?;
    let kib: u64 = str::from_utf8(line)
        .ok()?
        .trim()
        .split(' ')
        .next()?
        .parse()
        .ok()?;
    Some(kib.saturating_mul(1024))
}

/// The resident pages that no file stands behind, in bytes, forks counted in full: what can be read of
/// a process with other rights than ours.
pub(super) fn private(pid: u32) -> Option<u64> {
    let mut buffer = [0; 128];
    let text = read(&format!("/proc/{pid}/statm"), &mut buffer).ok()?;
    let mut fields = str::from_utf8(text).ok()?.split_ascii_whitespace().skip(1);
    let resident: u64 = fields.next()?.parse().ok()?;
    let shared: u64 = fields.next()?.parse().ok()?;
    Some(resident.saturating_sub(shared) * rustix::param::page_size() as u64)
}

/// The command line with blanks between the arguments, at most `limit` bytes of it.
pub(super) fn command_line(pid: u32, limit: usize) -> Option<String> {
    let mut bytes = Vec::new();
    let file = File::open(format!("/proc/{pid}/cmdline")).ok()?;
    // Some more, so that a character at the limit is whole.
    file.take(limit as u64 + 4).read_to_end(&mut bytes).ok()?;
    shown(&bytes, limit)
}

fn shown(bytes: &[u8], limit: usize) -> Option<String> {
    let mut text = String::from_utf8_lossy(bytes).replace('\0', " ");
    text.truncate(text.floor_char_boundary(limit));
    text.truncate(text.trim_end().len());
    (!text.is_empty()).then_some(text)
}

fn read<'a>(path: &str, buffer: &'a mut [u8]) -> io::Result<&'a [u8]> {
    let count = File::open(path)?.read(buffer)?;
    Ok(buffer.get(..count).unwrap_or_default())
}

/// Reads `bytes` as each of the files.
#[cfg(fuzzing)]
pub(super) fn fuzz(bytes: &[u8]) {
    parse(1, bytes, 4096);
    pss(bytes);
    number(bytes);
    assert!(shown(bytes, 20).is_none_or(|text| text.len() <= 20));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_parentheses_confuses_nobody() {
        let stat = b"42 (a) b (c) S 7 40 39 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 3 0 999 1000 25 x";
        let process = parse(42, stat, 4096).unwrap();
        assert_eq!(
            (process.parent, process.group, process.session),
            (7, 40, 39)
        );
        assert_eq!((process.threads, process.started), (3, 999));
        assert_eq!((process.resident, process.faults), (25 * 4096, 1));
        assert!(parse(42, b"42 (a) S 7", 4096).is_none());
        let most = u64::MAX.to_string();
        let stat = format!("1 (a) S 7 4 3 0 -1 4 1 2 3 4 5 6 7 8 20 0 3 0 9 1 {most}");
        assert_eq!(parse(1, stat.as_bytes(), 4096).unwrap().resident, u64::MAX);
        assert_eq!(pss(format!("Pss: {most} kB").as_bytes()), Some(u64::MAX));
    }

    #[test]
    fn we_can_see_ourselves() {
        let me = std::process::id();
        assert!(process(me).unwrap().resident > 0);
        let private = private(me).unwrap();
        assert!(private > 0 && private < process(me).unwrap().resident);
        assert!(command_line(me, 20).unwrap().len() <= 20);
        assert!(scan().iter().any(|process| process.pid == me));
    }
}
