//! What is to be done when, each thing once: the next comes first.

use std::collections::{BTreeMap, BTreeSet};

/// Things in the order of their times.
#[derive(Debug)]
pub struct Agenda<At, What> {
    by_time: BTreeSet<(At, What)>,
    times: BTreeMap<What, At>,
}

impl<At, What> Default for Agenda<At, What> {
    fn default() -> Self {
        Self { by_time: BTreeSet::new(), times: BTreeMap::new() }
    }
}

impl<At: Copy + Ord, What: Clone + Ord> Agenda<At, What> {
    /// Puts a thing at a time, in place of the one it had, or takes it away.
    pub fn set(&mut self, what: What, at: Option<At>) {
        if let Some(old) = self.times.remove(&what) {
            self.by_time.remove(&(old, what.clone()));
        }
        if let Some(at) = at {
            self.times.insert(what.clone(), at);
            self.by_time.insert((at, what));
        }
    }

    /// Brings a thing forward to a time; one that comes sooner stays where it is.
    pub fn hasten(&mut self, what: &What, at: At) {
        if self.times.get(what).is_none_or(|set| *set > at) {
            self.set(what.clone(), Some(at));
        }
    }

    /// Whether a thing is to be done.
    pub fn holds(&self, what: &What) -> bool {
        self.times.contains_key(what)
    }

    /// The earliest whose time has come.
    pub fn due(&self, now: At) -> Option<What> {
        self.by_time.first().filter(|(at, _)| *at <= now).map(|(_, what)| what.clone())
    }

    /// When the next comes.
    pub fn next(&self) -> Option<At> {
        self.by_time.first().map(|(at, _)| *at)
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.times.is_empty()
    }
}
