//! Removals that are late: one alarm, which admins follow in one message each for as long as it lasts.
//!
//! Owns since when, how often it was rung, and where the messages stand; refuses to know whose removals they are: that
//! is what the memberships say.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::{id::SlackUserId, membership::times_late, port::Posted, time::Timestamp};

/// Messages on record: so many that a line always holds where they stand, whatever ids Slack gives. Whoever is beyond is
/// told in a new message each time it rings.
pub const MOST_CARDS: usize = 50;

/// Removals that are late, or were until a moment ago.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alarm {
    /// Since when the first of them was tried: from here it is counted when it rings again.
    pub since: Timestamp,
    /// Counts what admins would see differently.
    pub revision: u64,
    /// The revision with which it began: what was told before is none of its rings.
    pub begun: u64,
    /// How often it would have rung by now.
    pub rung: u32,
    /// How often it was heard: the rings that are on admins' screens.
    pub heard: u32,
    /// How many removals were late in all.
    pub late: u32,
    /// The last that was confirmed, where one was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed: Option<Confirmed>,
    /// When the last one was confirmed and none was left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub over: Option<Timestamp>,
    /// The messages, by whose they are.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub cards: BTreeMap<SlackUserId, AlarmCard>,
    /// The revision that some admins were told, and others are still to be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partly: Option<u64>,
}

/// One admin's message, and what it shows.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlarmCard {
    /// Where it stands.
    pub posted: Posted,
    /// The revision that it shows.
    pub revision: u64,
    /// How often it rang for them.
    pub rung: u32,
}

/// What a telling came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rung<'a> {
    /// The messages that show it.
    pub cards: &'a BTreeMap<SlackUserId, Posted>,
    /// Whose message is gone, or takes nothing.
    pub gone: &'a BTreeSet<SlackUserId>,
    /// How often it had rung then.
    pub rung: u32,
}

/// A late removal that is confirmed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Confirmed {
    /// When it was to be.
    pub due: Timestamp,
    /// When it was.
    pub at: Timestamp,
}

impl Alarm {
    /// The first removal is late, at `now`; it was tried since then.
    #[must_use]
    pub fn begins(since: Timestamp, now: Timestamp) -> Self {
        Self {
            since,
            revision: 1,
            begun: 1,
            rung: times_late(now - since).max(1),
            heard: 0,
            late: 1,
            confirmed: None,
            over: None,
            cards: BTreeMap::new(),
            partly: None,
        }
    }

    /// A removal that is tried `since` is found late, for the first time or again. After the end of one alarm whose end
    /// was not told yet it goes on as a new one, in the same messages.
    pub fn finds(&mut self, since: Timestamp, first: bool, now: Timestamp) {
        self.revision += 1;
        if self.over.take().is_some() {
            let (revision, mut cards) = (self.revision, std::mem::take(&mut self.cards));
            cards.values_mut().for_each(|card| card.rung = 0);
            *self = Self { revision, begun: revision, cards, ..Self::begins(since, now) };
            return;
        }
        if first {
            self.late += 1;
        }
        self.rung = self.rung.max(times_late(now - self.since));
    }

    /// A late removal is confirmed.
    pub fn confirms(&mut self, confirmed: Confirmed, left: usize) {
        self.revision += 1;
        self.confirmed = Some(confirmed);
        if left == 0 {
            self.over = Some(confirmed.at);
        }
    }

    /// A revision was told to everybody who can be told.
    pub fn is_told(&mut self, revision: u64, told: Rung<'_>) {
        self.shows(revision, told);
        self.partly = None;
        if revision >= self.begun {
            self.heard = self.heard.max(told.rung);
        }
    }

    /// A revision was told to some, and the others are still to be told.
    pub fn is_told_in_part(&mut self, revision: u64, told: Rung<'_>) {
        self.shows(revision, told);
        self.partly = Some(revision);
    }

    fn shows(&mut self, revision: u64, told: Rung<'_>) {
        let rung = if revision >= self.begun { told.rung } else { 0 };
        for admin in told.gone {
            self.cards.remove(admin);
        }
        for (admin, posted) in told.cards {
            if self.cards.len() < MOST_CARDS || self.cards.contains_key(admin) {
                self.cards.insert(admin.clone(), AlarmCard { posted: posted.clone(), revision, rung });
            }
        }
    }

    /// Whether it is over, and every message on record says so.
    #[must_use]
    pub fn is_known_over(&self) -> bool {
        self.over.is_some() && self.cards.values().all(|card| card.revision == self.revision)
    }

    /// Whether whoever has no message is told in a new one: each time it rings, and once at the end. Where it was told in
    /// part and no more messages are kept, it is not known who had one.
    #[must_use]
    pub fn rings_anew(&self) -> bool {
        let known = self.partly == Some(self.revision) && self.cards.len() >= MOST_CARDS;
        (self.rung > self.heard || self.over.is_some()) && !known
    }
}

impl Confirmed {
    /// How late it was.
    #[must_use]
    pub fn late(&self) -> TimeDelta {
        self.at - self.due
    }
}
