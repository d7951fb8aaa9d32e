//! Any text is a size, a time, a limit, or is refused with its key; limits stay in their ranges.
#![no_main]

use drun::memory::cgroup::ContainerLimit;
use drun::memory::limits::{Asked, KEYS, Limits};
use drun::memory::units::{self, MB};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&str, u8, u64, u64)| {
    let (text, key, bytes, used) = input;
    if let Some(size) = units::size(text) {
        assert!(!units::show(size).is_empty());
    }
    units::time(text);
    let key = KEYS[usize::from(key) % KEYS.len()];
    let asked = Asked {
        values: vec![(key, text.to_owned(), "here".to_owned())],
        off: false,
    };
    let container = ContainerLimit {
        bytes,
        used,
        file: "memory.max".into(),
    };
    for container in [None, Some(&container)] {
        match Limits::resolve(&asked, container) {
            Err(message) => assert!(message.contains(key) && message.contains(text)),
            Ok(limits) => {
                assert!(
                    limits
                        .critical
                        .is_none_or(|limit| container.is_some() || limit >= 16 * MB)
                );
                assert!(limits.warning <= limits.critical || limits.critical.is_none());
                assert!((1..=10_000).contains(&limits.interval.as_millis()));
            }
        }
    }
});
