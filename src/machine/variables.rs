//! The variables of a machine: one flat map and an undo trail.
//!
//! A loop iteration and a called task work on what the language calls a copy of the scope around
//! them. Copying would make a loop cost as much as there are variables, and a recursion cost memory
//! for all of them at each level. Instead every first change after a [`Mark`] is noted on a trail,
//! and going back to the mark undoes what was noted: a change costs one entry, whatever the
//! number of variables or the depth of the calls.

use rustc_hash::FxHashMap;

use crate::source::Text;
use crate::value::Value;

/// The variables that a machine sees, by their stored spelling (`$x`, `x`, `$ns.x`).
#[derive(Debug, Default)]
pub(crate) struct Variables {
    slots: FxHashMap<Text, Slot>,
    trail: Vec<Undo>,
    /// The mark that is in force; 0 when there is none.
    epoch: u64,
    /// The last epoch that was given out.
    last_epoch: u64,
}

#[derive(Debug)]
struct Slot {
    value: Value,
    /// The epoch of the last change: a second change in one epoch needs no second entry.
    epoch: u64,
}

#[derive(Debug)]
struct Undo {
    name: Text,
    before: Option<Slot>,
}

/// A point to which the variables can be taken back.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Mark {
    trail: usize,
    outer_epoch: u64,
}

impl Variables {
    /// Whether there is no variable.
    pub(crate) fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// The value of the variable that is stored as `name`.
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.slots.get(name).map(|slot| &slot.value)
    }

    /// Sets the variable that is stored as `name`.
    pub(crate) fn set(&mut self, name: &Text, value: Value) {
        let epoch = self.epoch;
        match self.slots.get_mut(name.as_str()) {
            Some(slot) if slot.epoch == epoch || epoch == 0 => slot.value = value,
            Some(slot) => {
                let before = std::mem::replace(slot, Slot { value, epoch });
                self.trail.push(Undo {
                    name: name.clone(),
                    before: Some(before),
                });
            }
            None => {
                self.slots.insert(name.clone(), Slot { value, epoch });
                self.note_absent(name);
            }
        }
    }

    /// Takes the variable away and gives its value.
    pub(crate) fn remove(&mut self, name: &str) -> Option<Value> {
        let (name, slot) = self.slots.remove_entry(name)?;
        let value = slot.value.clone();
        if self.epoch != 0 {
            self.trail.push(Undo {
                name,
                before: Some(slot),
            });
        }
        Some(value)
    }

    /// Begins a part whose changes can be undone.
    pub(crate) fn mark(&mut self) -> Mark {
        let mark = Mark {
            trail: self.trail.len(),
            outer_epoch: self.epoch,
        };
        self.last_epoch += 1;
        self.epoch = self.last_epoch;
        mark
    }

    /// Undoes all changes since `mark` and ends its part.
    pub(crate) fn roll_back(&mut self, mark: Mark) {
        while self.trail.len() > mark.trail {
            let Some(undo) = self.trail.pop() else { break };
            match undo.before {
                Some(slot) => {
                    self.slots.insert(undo.name, slot);
                }
                None => {
                    self.slots.remove(undo.name.as_str());
                }
            }
        }
        self.epoch = mark.outer_epoch;
    }

    /// Keeps all changes since `mark` and ends its part.
    pub(crate) fn keep(&mut self, mark: Mark) {
        self.epoch = mark.outer_epoch;
        if self.epoch == 0 {
            self.trail.clear();
        }
    }

    /// A copy with the same values and no marks, for a parallel branch.
    pub(crate) fn branch(&self) -> Self {
        let slots = self
            .slots
            .iter()
            .map(|(name, slot)| {
                let slot = Slot {
                    value: slot.value.clone(),
                    epoch: 0,
                };
                (name.clone(), slot)
            })
            .collect();
        Self {
            slots,
            ..Self::default()
        }
    }

    /// All variables, in no order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Text, &Value)> {
        self.slots.iter().map(|(name, slot)| (name, &slot.value))
    }

    fn note_absent(&mut self, name: &Text) {
        if self.epoch != 0 {
            self.trail.push(Undo {
                name: name.clone(),
                before: None,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(variables: &Variables, name: &str) -> Option<String> {
        variables.get(name).map(|value| value.text().to_string())
    }

    fn set(variables: &mut Variables, name: &str, value: &str) {
        variables.set(&Text::from(name), Value::Text(Text::from(value)));
    }

    #[test]
    fn rolling_back_restores_changed_new_and_removed_variables() {
        let mut variables = Variables::default();
        set(&mut variables, "$kept", "1");
        set(&mut variables, "$gone", "2");
        let mark = variables.mark();
        set(&mut variables, "$kept", "3");
        set(&mut variables, "$kept", "4");
        set(&mut variables, "$new", "5");
        variables.remove("$gone");
        assert_eq!(variables.trail.len(), 3, "one entry for each first change");
        variables.roll_back(mark);
        assert_eq!(text(&variables, "$kept").as_deref(), Some("1"));
        assert_eq!(text(&variables, "$gone").as_deref(), Some("2"));
        assert_eq!(text(&variables, "$new"), None);
    }

    #[test]
    fn what_an_inner_part_kept_is_undone_by_the_outer_one() {
        let mut variables = Variables::default();
        set(&mut variables, "$x", "outer");
        let outer = variables.mark();
        set(&mut variables, "$x", "iteration");
        let inner = variables.mark();
        set(&mut variables, "$x", "callee");
        variables.keep(inner);
        assert_eq!(text(&variables, "$x").as_deref(), Some("callee"));
        set(&mut variables, "$x", "again");
        variables.roll_back(outer);
        assert_eq!(text(&variables, "$x").as_deref(), Some("outer"));
        assert!(variables.trail.is_empty());
    }

    #[test]
    fn without_a_mark_nothing_is_noted() {
        let mut variables = Variables::default();
        for round in 0..100 {
            set(&mut variables, "$x", &round.to_string());
            let mark = variables.mark();
            set(&mut variables, "$x", "callee");
            variables.keep(mark);
        }
        assert!(variables.trail.is_empty());
    }
}
