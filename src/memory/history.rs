//! The samples of an execution, in bounded memory: close together at the end, thinned out before.

use super::record::{History, Sample};

/// How many samples are kept.
const KEPT: usize = 600;
/// How many of the newest are never thinned out.
const NEWEST: usize = 200;
/// How many names of tasks are kept.
const TASKS: usize = 1000;

/// A bounded history.
#[derive(Debug, Clone, Default)]
pub struct Ring {
    history: History,
}

impl Ring {
    /// Adds a sample, taken while `task` ran.
    pub fn push(&mut self, mut sample: Sample, task: Option<&str>) {
        sample.task = task.and_then(|task| self.index_of(task));
        if self.history.samples.len() >= KEPT {
            self.thin_out();
        }
        self.history.samples.push(sample);
    }

    /// Drops every other one of the older samples.
    fn thin_out(&mut self) {
        let older = KEPT - NEWEST;
        let mut index = 0;
        self.history.samples.retain(|_| {
            index += 1;
            index > older || index % 2 == 1
        });
    }

    fn index_of(&mut self, task: &str) -> Option<u32> {
        let tasks = &mut self.history.tasks;
        if let Some(index) = tasks.iter().rposition(|known| known == task) {
            return Some(index as u32);
        }
        if tasks.len() >= TASKS {
            return None;
        }
        tasks.push(task.to_owned());
        Some(tasks.len() as u32 - 1)
    }

    /// What was kept.
    pub fn history(&self) -> &History {
        &self.history
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_run_stays_covered_in_bounded_memory() {
        let mut ring = Ring::default();
        for at in 0..100_000 {
            let sample = Sample {
                at,
                ..Sample::default()
            };
            ring.push(sample, Some(if at < 50_000 { "first" } else { "second" }));
        }
        let samples = &ring.history().samples;
        assert!(samples.len() <= KEPT);
        assert_eq!(samples.first().map(|sample| sample.at), Some(0));
        assert_eq!(samples.last().map(|sample| sample.at), Some(99_999));
        assert!(samples.is_sorted_by_key(|sample| sample.at));
        assert_eq!(ring.history().tasks, ["first", "second"]);
    }
}
