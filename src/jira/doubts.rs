//! What was sent and not answered, and since when it is looked for.
//!
//! Law: after a start nothing is remembered, so looking begins again: later than needed, never too early.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use super::failure;
use crate::{
    clock,
    domain::port::{Class, Doubt, EffectError},
};

/// The longest wait between two looks.
const LONGEST: Duration = Duration::from_secs(60);

/// By the name of what was sent.
#[derive(Default)]
pub(super) struct Doubts(Mutex<BTreeMap<String, Search>>);

#[derive(Clone, Copy)]
struct Search {
    since: Duration,
    looks: u32,
}

/// How long, how often at least, and how far apart.
#[derive(Clone, Copy)]
pub(super) struct Patience {
    pub(super) within: Duration,
    pub(super) looks: u32,
    pub(super) again: Duration,
}

impl Doubts {
    /// Whether it must be looked for.
    pub(super) fn doubts(&self, name: &str, doubt: Doubt) -> bool {
        doubt == Doubt::MayHaveHappened || self.with(|all| all.contains_key(name))
    }

    /// It was sent now, and not answered.
    pub(super) fn sent(&self, name: &str) {
        let search = Search { since: clock::elapsed(), looks: 0 };
        self.with(|all| all.insert(name.to_owned(), search));
    }

    /// It is there, or was answered.
    pub(super) fn ended(&self, name: &str) {
        self.with(|all| all.remove(name));
    }

    /// It was looked for in vain. Succeeds once that was long and often enough to send it again.
    ///
    /// # Errors
    /// [`Class::Unknown`] with the wait until the next look.
    pub(super) fn missed(&self, name: &str, patience: Patience) -> Result<(), EffectError> {
        let now = clock::elapsed();
        let search = self.with(|all| {
            let search = all.entry(name.to_owned()).or_insert(Search { since: now, looks: 0 });
            search.looks = search.looks.saturating_add(1);
            *search
        });
        let over = search.since + patience.within;
        if now >= over && search.looks >= patience.looks {
            return Ok(());
        }
        let step = patience.again * 2_u32.saturating_pow(search.looks.min(8) - 1);
        let after = if search.looks >= patience.looks { step.min(over.saturating_sub(now)) } else { step };
        Err(EffectError { after: Some(after.min(LONGEST)), ..failure(Class::Unknown, "not found yet") })
    }

    fn with<T>(&self, change: impl FnOnce(&mut BTreeMap<String, Search>) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
