//! How fast one issue may be written to, so that Jira's limit for it (20 in 2 s, 100 in 30 s) is never met.
//!
//! Page: <https://developer.atlassian.com/cloud/jira/platform/rate-limiting/>. Law: a pause of one issue holds up no other.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use crate::clock;

/// So many writes in so long: below Jira's own numbers, as its windows need not begin when ours do.
const LIMITS: [(usize, Duration); 2] = [(15, Duration::from_secs(2)), (90, Duration::from_secs(30))];

/// What is older counts for no window.
const FORGOTTEN: Duration = Duration::from_secs(30);

/// When issues were written to, in elapsed time. Forgotten at a restart, which takes longer than a window.
#[derive(Default)]
pub(super) struct Pace(Mutex<BTreeMap<String, Writes>>);

#[derive(Default)]
struct Writes {
    at: VecDeque<Duration>,
    not_before: Duration,
}

impl Pace {
    /// Waits until one more write is fit.
    pub(super) async fn turn(&self, issue: &str) {
        while let Err(wait) = self.admit(issue, clock::elapsed()) {
            clock::pause(wait).await;
        }
    }

    /// Nobody writes to this issue for so long.
    pub(super) fn pause(&self, issue: &str, wait: Duration) {
        self.with(|all| all.entry(issue.to_owned()).or_default().not_before = clock::elapsed() + wait);
    }

    fn admit(&self, issue: &str, now: Duration) -> Result<(), Duration> {
        self.with(|all| {
            all.retain(|_, writes| !writes.is_over(now));
            all.entry(issue.to_owned()).or_default().admit(now)
        })
    }

    fn with<T>(&self, change: impl FnOnce(&mut BTreeMap<String, Writes>) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Writes {
    fn is_over(&self, now: Duration) -> bool {
        self.not_before <= now && self.at.back().is_none_or(|last| now.saturating_sub(*last) >= FORGOTTEN)
    }

    fn admit(&mut self, now: Duration) -> Result<(), Duration> {
        if self.not_before > now {
            return Err(self.not_before - now);
        }
        while self.at.front().is_some_and(|first| now.saturating_sub(*first) >= FORGOTTEN) {
            self.at.pop_front();
        }
        for (most, window) in LIMITS {
            let mut within = self.at.iter().rev().take_while(|at| now.saturating_sub(**at) < window);
            if let Some(oldest) = within.nth(most - 1) {
                return Err((*oldest + window).saturating_sub(now));
            }
        }
        self.at.push_back(now);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: fn(u64) -> Duration = Duration::from_millis;

    #[test]
    fn both_windows_are_kept_for_each_issue_by_itself() {
        let mut writes = Writes::default();
        for at in 0..15 {
            assert_eq!(writes.admit(MS(at)), Ok(()));
        }
        assert_eq!(writes.admit(MS(500)), Err(MS(1500)));
        for burst in 1..6 {
            for at in 0..15 {
                assert_eq!(writes.admit(MS(burst * 2100 + at)), Ok(()));
            }
        }
        assert_eq!(writes.admit(MS(20_000)), Err(MS(10_000)), "90 in 30 s");
        let pace = Pace::default();
        pace.pause("1", Duration::from_secs(60));
        assert!(pace.admit("1", clock::elapsed()).is_err());
        assert_eq!(pace.admit("2", clock::elapsed()), Ok(()));
    }
}
