//! Messages that follow their requests: whatever shows less than the durable state is posted or redrawn.
//!
//! Owns which message is under way and which waits; what it shows is rendered when its turn comes, so that a backlog
//! collapses into one update.

use std::{collections::BTreeMap, time::Duration};

use crate::domain::{live::Live, port::ViewKey, request::Request};

/// The longest wait between two tries of a message.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

#[derive(Debug, Default)]
struct Turn {
    in_flight: bool,
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
            turn.in_flight || safe.requests.get(&view.request()).is_some_and(|r| r.stale_views().contains(view))
        });
        let due = self.stale.iter_mut().filter(|(_, turn)| !turn.in_flight && turn.not_before <= now);
        due.map(|(view, turn)| {
            turn.in_flight = true;
            view.clone()
        })
        .collect()
    }

    /// A message shows what it was to show, or will never.
    pub fn done(&mut self, view: &ViewKey) {
        self.stale.remove(view);
    }

    /// A try failed.
    pub fn fail(&mut self, view: &ViewKey, after: Option<Duration>, now: Duration, jitter: f64) {
        if let Some(turn) = self.stale.get_mut(view) {
            turn.in_flight = false;
            turn.tries += 1;
            let wait = Duration::from_secs(1 << turn.tries.saturating_sub(1).min(6)).min(LONGEST_WAIT);
            turn.not_before = now + after.unwrap_or_else(|| wait.mul_f64(1.0 + jitter / 4.0));
        }
    }

    /// When the next wait is over.
    pub fn next(&self, now: Duration) -> Option<Duration> {
        self.stale.values().filter(|turn| !turn.in_flight).map(|turn| turn.not_before).filter(|at| *at > now).min()
    }

    /// Whether nothing is stale.
    pub fn is_empty(&self) -> bool {
        self.stale.is_empty()
    }
}
