//! Messages that follow their requests: whatever shows less than the durable state is posted or redrawn.
//!
//! Owns which message is under way and which waits; what it shows is rendered when its turn comes, so that a backlog
//! collapses into one update.

use std::{collections::BTreeMap, time::Duration};

use super::patience::wait;
use crate::domain::{live::Live, port::ViewKey, request::Request};

/// Where a message's turn stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Stage {
    /// It waits.
    #[default]
    Waiting,
    /// It is being posted or redrawn.
    InFlight,
    /// It was; the line that says so is not durable yet. Before that it must not be posted again.
    Recording(u64),
}

#[derive(Debug, Default)]
struct Turn {
    stage: Stage,
    tries: u32,
    not_before: Duration,
}

/// Messages that are stale.
#[derive(Debug, Default)]
pub struct Shows {
    stale: BTreeMap<ViewKey, Turn>,
}

impl Shows {
    /// Looks which messages of a request are stale now.
    pub fn look(&mut self, request: &Request) {
        for view in request.stale_views() {
            self.stale.entry(view).or_default();
        }
    }

    /// Messages whose turn has come and which are still stale.
    pub fn ready(&mut self, safe: &Live, now: Duration) -> Vec<ViewKey> {
        self.stale.retain(|view, turn| {
            turn.stage != Stage::Waiting
                || safe.requests.get(&view.request()).is_some_and(|r| r.stale_views().contains(view))
        });
        let due = self.stale.iter_mut().filter(|(_, turn)| turn.stage == Stage::Waiting && turn.not_before <= now);
        due.map(|(view, turn)| {
            turn.stage = Stage::InFlight;
            view.clone()
        })
        .collect()
    }

    /// A message shows what it was to show, or will never: line `seq` says so.
    pub fn record(&mut self, view: &ViewKey, seq: u64) {
        if let Some(turn) = self.stale.get_mut(view) {
            turn.stage = Stage::Recording(seq);
        }
    }

    /// All lines up to `seq` are durable.
    pub fn durable(&mut self, seq: u64) {
        self.stale.retain(|_, turn| !matches!(turn.stage, Stage::Recording(line) if line <= seq));
    }

    /// The lines that were not durable never were.
    pub fn forget_unsaved(&mut self) {
        self.stale.retain(|_, turn| !matches!(turn.stage, Stage::Recording(_)));
    }

    /// Whether a message is being posted, or was and is not durably on record yet.
    pub fn is_pending(&self, view: &ViewKey) -> bool {
        self.stale.get(view).is_some_and(|turn| turn.stage != Stage::Waiting)
    }

    /// Whether a message is being posted.
    pub fn is_posting(&self, view: &ViewKey) -> bool {
        self.stale.get(view).is_some_and(|turn| turn.stage == Stage::InFlight)
    }

    /// A try failed.
    pub fn fail(&mut self, view: &ViewKey, after: Option<Duration>, now: Duration, jitter: f64) {
        if let Some(turn) = self.stale.get_mut(view) {
            turn.stage = Stage::Waiting;
            turn.tries += 1;
            turn.not_before = now + after.unwrap_or_else(|| wait(turn.tries, jitter));
        }
    }

    /// Whether anything is being posted or redrawn.
    pub fn busy(&self) -> bool {
        self.stale.values().any(|turn| turn.stage != Stage::Waiting)
    }

    /// When the next wait is over.
    pub fn next(&self, now: Duration) -> Option<Duration> {
        self.stale
            .values()
            .filter(|turn| turn.stage == Stage::Waiting)
            .map(|turn| turn.not_before)
            .filter(|at| *at > now)
            .min()
    }

    /// Whether nothing is stale.
    pub fn is_empty(&self) -> bool {
        self.stale.is_empty()
    }
}
