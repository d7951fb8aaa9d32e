//! Which task is meant by what was typed.

use std::collections::BTreeSet;

use super::{Program, ResolveError, TaskRef};
use crate::source::Text;

/// What was chosen.
#[derive(Debug)]
pub enum Choice {
    /// A task; `shortened` when only the beginning of its name was typed.
    Task {
        /// The task.
        task: TaskRef,
        /// Whether its name was completed.
        shortened: bool,
    },
    /// Nothing was typed, and there is neither a task `default` nor a task `help`.
    List,
}

/// How many similar names are suggested at the most.
const SUGGESTIONS: usize = 10;

impl Program {
    /// The task that `typed` names: exactly, or as the only one that begins with it.
    ///
    /// # Errors
    /// No such task, several candidates, no variant for the platform.
    pub fn choose(&self, typed: Option<&str>) -> Result<Choice, ResolveError> {
        let Some(typed) = typed else {
            for name in ["default", "help"] {
                if let Some(task) = self.own_task(name)? {
                    return Ok(Choice::Task {
                        task,
                        shortened: false,
                    });
                }
            }
            return Ok(Choice::List);
        };
        if let Some(task) = self.own_task(typed)? {
            return Ok(Choice::Task {
                task,
                shortened: false,
            });
        }
        let names: BTreeSet<&Text> = self
            .tasks
            .keys()
            .filter(|name| name.starts_with(typed))
            .collect();
        match (names.len(), names.first()) {
            (1, Some(name)) => match self.own_task(name)? {
                Some(task) => Ok(Choice::Task {
                    task,
                    shortened: true,
                }),
                None => Err(self.unknown(typed)),
            },
            (0, _) => Err(self.unknown(typed)),
            _ => Err(ambiguous(typed, &names)),
        }
    }

    fn unknown(&self, typed: &str) -> ResolveError {
        let mut similar: Vec<&Text> = self
            .tasks
            .keys()
            .filter(|name| is_similar(name, typed))
            .collect();
        similar.sort_unstable();
        let mut message = format!("task '{typed}' not found");
        if !similar.is_empty() {
            message.push_str("\n  Similar tasks:");
            for name in similar.iter().take(SUGGESTIONS) {
                message.push_str(&format!("\n    {name}"));
            }
        }
        message.push_str("\n  Help: 'xdrun --list' shows all tasks");
        ResolveError::Message(message)
    }
}

fn ambiguous(typed: &str, names: &BTreeSet<&Text>) -> ResolveError {
    let sorted: Vec<&str> = names.iter().map(|name| name.as_str()).collect();
    let mut message = format!("'{typed}' is ambiguous; it may be:");
    for (index, name) in sorted.iter().enumerate().take(100) {
        let before = index
            .checked_sub(1)
            .and_then(|index| sorted.get(index))
            .copied();
        let prefix = shortest_prefix(name, before, sorted.get(index + 1).copied());
        message.push_str(&format!("\n    {name} (type '{prefix}')"));
    }
    ResolveError::Message(message)
}

/// The shortest beginning of `name` that its neighbours in the sorted list do not have; the whole
/// name if there is none.
fn shortest_prefix<'n>(name: &'n str, before: Option<&str>, after: Option<&str>) -> &'n str {
    name.char_indices()
        .map(|(at, char)| &name[..at + char.len_utf8()])
        .find(|prefix| {
            [before, after]
                .iter()
                .flatten()
                .all(|neighbour| !neighbour.starts_with(prefix))
        })
        .unwrap_or(name)
}

/// Whether a name is similar to what was typed, case ignored.
fn is_similar(name: &str, typed: &str) -> bool {
    let (name, typed) = (name.to_lowercase(), typed.to_lowercase());
    if typed.is_empty() {
        return false;
    }
    let first_two = |text: &str| text.chars().take(2).collect::<String>();
    name.contains(&typed)
        || (typed.chars().count() >= 2 && first_two(&name) == first_two(&typed))
        || (typed.chars().count() >= 3 && within_two_edits(&name, &typed))
}

/// Whether at most two insertions, deletions or replacements lead from one text to the other.
fn within_two_edits(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().abs_diff(b.len()) > 2 {
        return false;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(from != to);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()] <= 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn similar_names_contain_begin_alike_or_are_two_edits_away() {
        assert!(is_similar("build-all", "ALL"));
        assert!(is_similar("deploy", "dxploi"));
        assert!(is_similar("test", "te-xyz"));
        assert!(!is_similar("deploy", "lint"));
    }

    #[test]
    fn the_shortest_prefix_is_the_whole_name_where_another_goes_on() {
        assert_eq!(shortest_prefix("build", None, Some("build-all")), "build");
        assert_eq!(shortest_prefix("build-all", Some("build"), None), "build-");
    }
}
