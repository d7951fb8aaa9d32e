//! Which task is meant by what was typed.

use std::collections::BTreeSet;

use super::{Program, ResolveError};
use crate::ast::File;
use crate::source::Text;

/// How many similar names are suggested at the most.
const SUGGESTIONS: usize = 10;
/// How many tasks that a shortened name may mean are listed at the most.
const CANDIDATES: usize = 100;

impl Program {
    /// The name of the task that `typed` means, and whether it was completed: exactly, or as the only
    /// one that begins with it. `None` when nothing was typed and there is neither a task `default`
    /// nor a task `help`.
    ///
    /// # Errors
    /// No such task, several candidates.
    pub fn choose_in(
        file: &File,
        typed: Option<&str>,
    ) -> Result<Option<(Text, bool)>, ResolveError> {
        let exact = |wanted: &str| file.tasks.iter().find(|task| task.name == wanted);
        let Some(typed) = typed else {
            let found = ["default", "help"].into_iter().find_map(exact);
            return Ok(found.map(|task| (task.name.clone(), false)));
        };
        if let Some(task) = exact(typed) {
            return Ok(Some((task.name.clone(), false)));
        }
        let all = || file.tasks.iter().map(|task| &task.name);
        let names: BTreeSet<&Text> = all().filter(|name| name.starts_with(typed)).collect();
        match (names.len(), names.first()) {
            (1, Some(name)) => Ok(Some(((*name).clone(), true))),
            (0, _) => Err(unknown(typed, all())),
            _ => Err(ambiguous(typed, &names)),
        }
    }
}

fn unknown<'n>(typed: &str, names: impl Iterator<Item = &'n Text>) -> ResolveError {
    let similar: BTreeSet<&Text> = names.filter(|name| is_similar(name, typed)).collect();
    let mut message = format!("task '{typed}' not found");
    if !similar.is_empty() {
        message.push_str("\n  Similar tasks:");
        for name in similar.iter().take(SUGGESTIONS) {
            message.push_str(&format!("\n    {name}"));
        }
        message.push_str(&more(similar.len(), SUGGESTIONS));
    }
    message.push_str("\n  Help: 'xdrun --list' shows all tasks");
    ResolveError::Message(message)
}

fn more(all: usize, shown: usize) -> String {
    match all.saturating_sub(shown) {
        0 => String::new(),
        left => format!("\n    … and {left} more"),
    }
}

fn ambiguous(typed: &str, names: &BTreeSet<&Text>) -> ResolveError {
    let sorted: Vec<&str> = names.iter().map(|name| name.as_str()).collect();
    let mut message = format!("'{typed}' is ambiguous; it may be:");
    for (index, name) in sorted.iter().enumerate().take(CANDIDATES) {
        let before = index
            .checked_sub(1)
            .and_then(|index| sorted.get(index))
            .copied();
        let prefix = shortest_prefix(name, before, sorted.get(index + 1).copied());
        message.push_str(&format!("\n    {name} (type '{prefix}')"));
    }
    message.push_str(&more(sorted.len(), CANDIDATES));
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
///
/// The usual table of distances, of which only the five diagonals in the middle can hold 2 or less:
/// the time is linear in the texts.
fn within_two_edits(a: &str, b: &str) -> bool {
    const FAR: usize = 3;
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().abs_diff(b.len()) > 2 {
        return false;
    }
    // row[d] is the distance of a[..i] and b[..i + d - 2].
    let mut row = [FAR, FAR, 0, 1, 2];
    for i in 1..=a.len() {
        let mut next = [FAR; 5];
        for d in 0..5 {
            let Some(j) = (i + d).checked_sub(2).filter(|&j| j <= b.len()) else {
                continue;
            };
            let replaced = match j.checked_sub(1) {
                Some(before) => row[d] + usize::from(a[i - 1] != b[before]),
                None => FAR,
            };
            let deleted = row.get(d + 1).map_or(FAR, |distance| distance + 1);
            let inserted = match d.checked_sub(1) {
                Some(before) if j > 0 => next[before] + 1,
                _ => FAR,
            };
            next[d] = replaced.min(deleted).min(inserted).min(FAR);
        }
        row = next;
    }
    row.get(b.len() + 2 - a.len())
        .is_some_and(|&distance| distance < FAR)
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
        for (a, b, near) in [
            ("publish", "pubilsh", true),
            ("abc", "xabcx", true),
            ("abcde", "cde", true),
            ("abcdef", "cdefx", false),
            ("ab", "", true),
            ("", "ab", true),
            ("abc", "xyz", false),
            ("abcd", "bcda", true),
        ] {
            assert_eq!(within_two_edits(a, b), near, "{a} {b}");
        }
    }

    #[test]
    fn the_shortest_prefix_is_the_whole_name_where_another_goes_on() {
        assert_eq!(shortest_prefix("build", None, Some("build-all")), "build");
        assert_eq!(shortest_prefix("build-all", Some("build"), None), "build-");
    }
}
