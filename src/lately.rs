//! What was found out lately: remembered for so long, and no more of it than so much.
//!
//! It owns when something is forgotten. It refuses to read a clock: whoever asks says how late it is.
//!
//! Law: what is older than it lasts is no answer, however much room there is.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// What was found out lately, by what it is about. All times are elapsed ones.
pub struct Lately<K, V> {
    lasts: Duration,
    most: usize,
    found: Mutex<BTreeMap<K, (Duration, V)>>,
}

impl<K: Ord + Clone, V: Clone> Lately<K, V> {
    /// Nothing yet. What is found out lasts for so long, and so much of it is remembered at one time.
    #[must_use]
    pub const fn new(lasts: Duration, most: usize) -> Self {
        Self { lasts, most, found: Mutex::new(BTreeMap::new()) }
    }

    /// What was found out about it, if that still counts.
    pub fn get(&self, about: &K, now: Duration) -> Option<V> {
        let found = self.found();
        let (at, value) = found.get(about)?;
        self.counts(*at, now).then(|| value.clone())
    }

    /// It was found out just now. Where there is no room what counts no more goes first, then the oldest.
    pub fn put(&self, about: K, value: V, now: Duration) {
        let mut found = self.found();
        if found.len() >= self.most && !found.contains_key(&about) {
            found.retain(|_, (at, _)| self.counts(*at, now));
        }
        if found.len() >= self.most && !found.contains_key(&about) {
            let oldest = found.iter().min_by_key(|(_, (at, _))| *at).map(|(about, _)| about.clone());
            oldest.map(|oldest| found.remove(&oldest));
        }
        found.insert(about, (now, value));
    }

    fn counts(&self, at: Duration, now: Duration) -> bool {
        now.saturating_sub(at) < self.lasts
    }

    /// Nothing is done under this lock that could fail half-way.
    fn found(&self) -> MutexGuard<'_, BTreeMap<K, (Duration, V)>> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn secs(secs: u64) -> Duration {
        Duration::from_secs(secs)
    }

    #[test]
    fn what_was_found_out_counts_for_so_long_and_anew_when_it_is_found_out_again() {
        let lately = Lately::new(secs(60), 10);
        assert_eq!(lately.get(&"bob", secs(0)), None::<u32>);
        lately.put("bob", 1, secs(100));
        assert_eq!([100, 159, 160].map(|now| lately.get(&"bob", secs(now))), [Some(1), Some(1), None]);
        assert_eq!(lately.get(&"dana", secs(100)), None);
        lately.put("bob", 2, secs(150));
        assert_eq!([209, 210].map(|now| lately.get(&"bob", secs(now))), [Some(2), None]);
    }

    #[test]
    fn that_nothing_was_found_is_remembered_too() {
        let lately = Lately::new(secs(60), 10);
        lately.put("nobody", None::<u32>, secs(0));
        assert_eq!(lately.get(&"nobody", secs(1)), Some(None));
    }

    #[test]
    fn where_there_is_no_room_what_is_over_goes_then_the_oldest() {
        let lately = Lately::new(secs(60), 3);
        let known = |now| ["a", "b", "c", "d", "e"].map(|about| lately.get(&about, secs(now)).is_some());
        for (about, at) in [("b", 0), ("a", 50), ("c", 55)] {
            lately.put(about, (), secs(at));
        }
        lately.put("a", (), secs(58));
        assert_eq!(known(58), [true, true, true, false, false], "what is known already needs no room");
        lately.put("d", (), secs(60));
        assert_eq!(known(60), [true, false, true, true, false], "one was over");
        lately.put("e", (), secs(61));
        assert_eq!(known(61), [true, false, false, true, true], "none was: the oldest");
    }
}
