//! The one door through which memory is read.

/// Readings of the memory of this process, in bytes. A function that returns the resident memory
/// is one.
pub trait Readings: Send + Sync {
    /// Resident memory; `None` when it cannot be read.
    fn resident(&self) -> Option<u64>;

    /// Address space in use; `None` when it cannot be read.
    fn virtual_size(&self) -> Option<u64> {
        None
    }
}

/// What the operating system says. On Linux this reads `/proc/self/statm`, in some microseconds.
#[derive(Debug, Clone, Copy, Default)]
pub struct System;

impl Readings for System {
    fn resident(&self) -> Option<u64> {
        memory_stats::memory_stats()
            .map(|stats| stats.physical_mem as u64)
            // Where no file can be opened any more.
            .or_else(|| Some(kept()?.0))
    }

    fn virtual_size(&self) -> Option<u64> {
        memory_stats::memory_stats()
            .map(|stats| stats.virtual_mem as u64)
            .or_else(|| Some(kept()?.1))
    }
}

/// Keeps what a reading needs open, because a run may use up its descriptors. Once is enough.
pub(super) fn keep_open() {
    #[cfg(target_os = "linux")]
    statm::keep_open();
}

/// Resident and virtual bytes through what is kept open.
fn kept() -> Option<(u64, u64)> {
    #[cfg(target_os = "linux")]
    return statm::kept();
    #[cfg(not(target_os = "linux"))]
    None
}

/// Resident bytes, for the allocator: allocates nothing.
pub(super) fn resident_now() -> Option<u64> {
    #[cfg(target_os = "linux")]
    return statm::read().map(|(resident, _)| resident);
    #[cfg(not(target_os = "linux"))]
    None
}

#[cfg(target_os = "linux")]
mod statm {
    use std::os::fd::{AsFd, OwnedFd};
    use std::sync::OnceLock;

    use rustix::fs::{Mode, OFlags};

    static KEPT: OnceLock<Option<OwnedFd>> = OnceLock::new();

    fn open() -> Option<OwnedFd> {
        let flags = OFlags::RDONLY | OFlags::CLOEXEC;
        rustix::fs::open(c"/proc/self/statm", flags, Mode::empty()).ok()
    }

    pub(super) fn keep_open() {
        KEPT.get_or_init(open);
    }

    pub(super) fn kept() -> Option<(u64, u64)> {
        look(KEPT.get()?.as_ref()?)
    }

    pub(super) fn read() -> Option<(u64, u64)> {
        kept().or_else(|| look(&open()?))
    }

    fn look(file: &impl AsFd) -> Option<(u64, u64)> {
        let mut buffer = [0; 128];
        let count = rustix::io::pread(file, &mut buffer, 0).ok()?;
        let text = str::from_utf8(buffer.get(..count)?).ok()?;
        let mut pages = text.split(' ').map_while(|word| word.parse::<u64>().ok());
        let page = rustix::param::page_size() as u64;
        let size = pages.next()? * page;
        Some((pages.next()? * page, size))
    }

    #[cfg(test)]
    mod tests {
        #[test]
        fn what_is_kept_open_says_the_same() {
            super::keep_open();
            let (resident, size) = super::kept().unwrap();
            assert!(resident > 0 && size > resident);
        }
    }
}

impl<F: Fn() -> Option<u64> + Send + Sync> Readings for F {
    fn resident(&self) -> Option<u64> {
        self()
    }
}
