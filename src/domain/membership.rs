//! A membership: one person in one Okta group, as far as Jitney gives it.
//!
//! Owns until when somebody holds it and the one motion that is under way; refuses to know why they hold it.
//!
//! Law: whoever may have been added has a removal on record, or a hold that ends in one.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::{
    id::{EffectId, RequestId},
    port::{Doubt, MembershipKey},
    time::Timestamp,
};

/// How long after a doing of ours a person found in the group is taken for our doing, not for a standing member:
/// directories lag, and a removal by hand and back is rarer than a read that is late.
pub const OURS_FOR: TimeDelta = TimeDelta::hours(24);

/// How long an addition may be on its way. What was sent before has arrived or never will: a call's deadline, what a
/// proxy adds to it, and much room for a clock that is set right in between. A removal that is promised sooner looks
/// twice. Wall time: a clock that is set forward by more, within seconds of an addition, is not reckoned with.
pub const ADDITION_ARRIVES_WITHIN: TimeDelta = TimeDelta::minutes(2);

/// How long after its time a removal that is not confirmed is told: first, second, third.
const LATE_AFTER: [TimeDelta; 3] = [TimeDelta::minutes(5), TimeDelta::minutes(15), TimeDelta::minutes(60)];

/// And how much later each time after that.
const LATE_AGAIN: TimeDelta = TimeDelta::hours(4);

/// How long what was held is remembered, for the rules that go by the time at a stretch.
pub const REMEMBERED_FOR: TimeDelta = TimeDelta::days(30);

/// So many stretches are remembered one by one; older ones are joined.
const MOST_STRETCHES: usize = 32;

/// A time for which a membership was held through one request.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stretch {
    /// When access was open.
    pub opened: Timestamp,
    /// When it was over.
    pub ended: Timestamp,
    /// For how long it was held in between, in seconds.
    pub secs: u64,
}

impl Stretch {
    /// Held all the time from one instant to another.
    #[must_use]
    pub fn whole(opened: Timestamp, ended: Timestamp) -> Self {
        Self { opened, ended, secs: u64::try_from((ended - opened).num_seconds()).unwrap_or_default() }
    }

    fn joined(self, later: Self) -> Self {
        Self { opened: self.opened, ended: self.ended.max(later.ended), secs: self.secs + later.secs }
    }
}

/// How many seconds of what was held belong to one stretch that goes on at `start`: each less than `gap` before what
/// came after it.
#[must_use]
pub fn at_a_stretch(held: &[Stretch], start: Timestamp, gap: TimeDelta) -> u64 {
    let mut held = held.to_vec();
    held.sort_by_key(|stretch| std::cmp::Reverse(stretch.ended));
    let mut start = start;
    let mut secs = 0;
    for stretch in held {
        if start - stretch.ended >= gap {
            break;
        }
        secs += stretch.secs;
        start = start.min(stretch.opened);
    }
    secs
}

/// What is being done about a membership. Never two things at once.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "motion", rename_all = "snake_case", deny_unknown_fields)]
pub enum Motion {
    /// Nothing. The person is not in the group through us.
    Outside,
    /// Nothing. The person is in the group through us.
    Inside,
    /// Looking before adding.
    Checking {
        /// The promise.
        effect: EffectId,
        /// Whether they are in the group through us already, for another hold, or may be, by an earlier try.
        inside: bool,
    },
    /// Adding.
    Adding {
        /// The promise.
        effect: EffectId,
        /// Whether they were in the group through us before, or may have been.
        inside: bool,
    },
    /// Removing, without end until it is confirmed.
    Removing {
        /// The promise.
        effect: EffectId,
        /// When it was to end.
        due: Timestamp,
        /// Since when it is tried. Its lateness counts from here: after a long outage it is tried before it is told.
        since: Timestamp,
        /// How often its lateness was told.
        told: u32,
    },
}

/// One person in one Okta group.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Membership {
    /// Who and where.
    pub key: MembershipKey,
    /// Which requests hold it, and until when: approved ones until they are called off, active ones until they end.
    pub holds: BTreeMap<RequestId, Timestamp>,
    /// Which requests are over once its removal is confirmed.
    pub ending: BTreeSet<RequestId>,
    /// What is being done.
    pub motion: Motion,
    /// When we last did something about it.
    pub touched: Option<Timestamp>,
    /// The last instant at which an addition was known to be under way. Tries that were sent until then, also those
    /// that nobody waits for any more, may arrive after it.
    pub added: Option<Timestamp>,
    /// For how long it was held lately, the earliest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub held: Vec<Stretch>,
}

impl Membership {
    /// One that nobody holds.
    #[must_use]
    pub const fn new(key: MembershipKey) -> Self {
        Self {
            key,
            holds: BTreeMap::new(),
            ending: BTreeSet::new(),
            motion: Motion::Outside,
            touched: None,
            added: None,
            held: Vec::new(),
        }
    }

    /// Whether an addition that was sent may still arrive.
    #[must_use]
    pub fn addition(&self, now: Timestamp) -> Doubt {
        let on_its_way = self.added.is_some_and(|added| now - added < ADDITION_ARRIVES_WITHIN);
        if on_its_way || matches!(self.motion, Motion::Adding { .. }) { Doubt::MayHaveHappened } else { Doubt::None }
    }

    /// Whether someone found in the group is there by our doing.
    #[must_use]
    pub fn is_ours(&self, now: Timestamp) -> bool {
        !matches!(self.motion, Motion::Outside | Motion::Checking { inside: false, .. })
            || self.touched.is_some_and(|touched| now - touched < OURS_FOR)
    }

    /// Whether it can be forgotten: nobody holds it, nothing is under way, what is found there is not ours, and it was
    /// not held lately.
    #[must_use]
    pub fn is_idle(&self, now: Timestamp) -> bool {
        let remembered = |stretch: &Stretch| now - stretch.ended < REMEMBERED_FOR;
        let quiet = self.holds.is_empty() && matches!(self.motion, Motion::Outside) && !self.is_ours(now);
        quiet && !self.held.iter().any(remembered)
    }

    /// Remembers that it was held through one request.
    pub fn remember(&mut self, opened: Timestamp, ended: Timestamp) {
        self.held.retain(|stretch| ended - stretch.ended < REMEMBERED_FOR);
        self.held.push(Stretch::whole(opened, ended));
        if self.held.len() > MOST_STRETCHES {
            let eldest = self.held.remove(0);
            self.held[0] = eldest.joined(self.held[0]);
        }
    }

    /// When something is due: the end of a hold, or telling that a removal is late.
    #[must_use]
    pub fn due(&self) -> Option<Timestamp> {
        self.holds.values().copied().min().into_iter().chain(self.late()).min()
    }

    /// When the lateness of the removal is told next.
    #[must_use]
    pub fn late(&self) -> Option<Timestamp> {
        match &self.motion {
            Motion::Removing { since, told, .. } => Some(*since + late_after(*told)),
            _ => None,
        }
    }
}

/// How many times the lateness of a removal that has been tried for so long would have been told.
#[must_use]
pub fn times_late(late: TimeDelta) -> u32 {
    let last = LATE_AFTER[LATE_AFTER.len() - 1];
    let early = LATE_AFTER.iter().filter(|after| **after <= late).count();
    let again = (late - last).num_seconds().max(0) / LATE_AGAIN.num_seconds();
    u32::try_from(again).unwrap_or(u32::MAX).saturating_add(u32::try_from(early).unwrap_or(u32::MAX))
}

/// How long after its time a removal's lateness is told for the `told + 1`st time.
fn late_after(told: u32) -> TimeDelta {
    let place = usize::try_from(told).unwrap_or(usize::MAX);
    LATE_AFTER.get(place).copied().unwrap_or_else(|| {
        let again = i32::try_from(place - LATE_AFTER.len() + 1).unwrap_or(i32::MAX);
        LATE_AFTER[LATE_AFTER.len() - 1] + LATE_AGAIN * again
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lateness_is_told_at_growing_intervals() {
        let minutes: Vec<i64> = (0..6).map(|told| late_after(told).num_minutes()).collect();
        assert_eq!(minutes, [5, 15, 60, 300, 540, 780]);
    }

    #[test]
    fn what_was_slept_through_is_told_once() {
        let times = |minutes| times_late(TimeDelta::minutes(minutes));
        assert_eq!([0, 4, 5, 14, 15, 59, 60, 299, 300, 540].map(times), [0, 0, 1, 1, 2, 2, 3, 3, 4, 5]);
        for minutes in [5, 17, 61, 300, 35_000] {
            let late = TimeDelta::minutes(minutes);
            assert!(late_after(times_late(late)) > late, "the next telling lies ahead");
        }
    }
}
