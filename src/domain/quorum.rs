//! Whether steps can be met at all: each by somebody else.
//!
//! Owns that one question; refuses to know who may decide a step, and when.

use std::collections::{BTreeMap, BTreeSet};

/// Whether each step can be given somebody of its own: one person meets one step.
///
/// ```
/// use std::collections::BTreeSet;
/// use jitney::domain::quorum::is_met;
///
/// let owners = BTreeSet::from(["bob", "dana"]);
/// let soc = BTreeSet::from(["bob"]);
/// assert!(is_met(&[owners.clone(), soc.clone()]), "Dana for the owners, Bob for the SOC");
/// assert!(!is_met(&[owners.clone(), owners, soc]), "three steps, two people");
/// ```
#[must_use]
pub fn is_met<P: Ord>(steps: &[BTreeSet<P>]) -> bool {
    let mut taken = BTreeMap::new();
    (0..steps.len()).all(|step| place(steps, step, &mut taken, &mut BTreeSet::new()))
}

/// Finds somebody for a step, moving those who are taken to another of theirs where that helps.
fn place<'a, P: Ord>(
    steps: &'a [BTreeSet<P>],
    step: usize,
    taken: &mut BTreeMap<&'a P, usize>,
    tried: &mut BTreeSet<&'a P>,
) -> bool {
    let Some(people) = steps.get(step) else { return false };
    for person in people {
        if !tried.insert(person) {
            continue;
        }
        let free = match taken.get(person).copied() {
            None => true,
            Some(other) => place(steps, other, taken, tried),
        };
        if free {
            taken.insert(person, step);
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Every way to give each step somebody.
    fn by_trying(steps: &[BTreeSet<u8>], taken: &BTreeSet<u8>) -> bool {
        let Some((first, rest)) = steps.split_first() else { return true };
        first.difference(taken).any(|person| {
            let mut taken = taken.clone();
            taken.insert(*person);
            by_trying(rest, &taken)
        })
    }

    proptest! {
        #[test]
        fn it_is_what_trying_everything_says(
            steps in prop::collection::vec(prop::collection::btree_set(0_u8..6, 0..4), 0..6)
        ) {
            prop_assert_eq!(is_met(&steps), by_trying(&steps, &BTreeSet::new()));
        }
    }
}
