//! The tasks of a file by name.

use std::hash::BuildHasher as _;

use rustc_hash::FxBuildHasher;

use crate::ast::File;

/// Finds tasks by name. It costs 8 bytes a task, where a map of names costs 30 and more, and a file
/// of many short tasks is to stay small.
#[derive(Debug, Default)]
pub(super) struct TaskIndex {
    /// The hash of a name above the index of its task, sorted.
    entries: Vec<u64>,
}

impl TaskIndex {
    pub(super) fn new(file: &File) -> Self {
        let entry = |(index, name): (usize, &str)| u64::from(hash(name)) << 32 | index as u64;
        let names = file.tasks.iter().map(|task| task.name.as_str());
        let mut entries: Vec<u64> = names.enumerate().map(entry).collect();
        entries.sort_unstable();
        Self { entries }
    }

    /// The tasks of a name, in the order of the text.
    pub(super) fn named<'i>(
        &'i self,
        file: &'i File,
        name: &'i str,
    ) -> impl Iterator<Item = u32> + 'i {
        let wanted = hash(name);
        let start = self
            .entries
            .partition_point(|&entry| hash_of(entry) < wanted);
        self.entries
            .iter()
            .skip(start)
            .take_while(move |&&entry| hash_of(entry) == wanted)
            .map(|&entry| index_of(entry))
            .filter(move |&index| {
                file.tasks
                    .get(index as usize)
                    .is_some_and(|task| task.name == name)
            })
    }

    /// Tasks that may have one name, in groups of at least two.
    pub(super) fn collisions(&self) -> impl Iterator<Item = impl Iterator<Item = u32> + '_> {
        self.entries
            .chunk_by(|&a, &b| hash_of(a) == hash_of(b))
            .filter(|group| group.len() > 1)
            .map(|group| group.iter().map(|&entry| index_of(entry)))
    }
}

fn hash(name: &str) -> u32 {
    let hash = FxBuildHasher.hash_one(name);
    (hash ^ hash >> 32) as u32
}

fn hash_of(entry: u64) -> u32 {
    (entry >> 32) as u32
}

fn index_of(entry: u64) -> u32 {
    entry as u32
}
