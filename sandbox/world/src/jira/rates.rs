//! Jira's limit on writes to one issue: 20 in 2 seconds and 100 in 30, of real time.
//!
//! Page: developer.atlassian.com/cloud/jira/platform/rate-limiting. Law: a refused call does not count.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use chrono::{SecondsFormat, TimeDelta};

use super::bad::Bad;
use crate::state::State;

/// So many writes in so many seconds.
const LIMITS: [(usize, u64); 2] = [(20, 2), (100, 30)];

/// When each issue was written to, in elapsed time.
#[derive(Debug, Default)]
pub(super) struct Rates(BTreeMap<u64, VecDeque<Duration>>);

impl Rates {
    /// Counts a write, or says how long to wait.
    fn admit(&mut self, issue: u64, now: Duration) -> Result<(), Duration> {
        let written = self.0.entry(issue).or_default();
        while written.front().is_some_and(|first| now.saturating_sub(*first) >= Duration::from_secs(30)) {
            written.pop_front();
        }
        for (most, secs) in LIMITS {
            let window = Duration::from_secs(secs);
            let mut within = written.iter().rev().take_while(|at| now.saturating_sub(**at) < window);
            if let Some(oldest) = within.nth(most - 1) {
                return Err((*oldest + window).saturating_sub(now));
            }
        }
        written.push_back(now);
        Ok(())
    }
}

/// Counts a write to an issue.
///
/// # Errors
/// 429 when there were too many.
pub(super) fn admit(state: &mut State, issue: &str) -> Result<(), Bad> {
    let now = state.clock.elapsed();
    let Some(id) = state.jira.issue(issue).map(|issue| issue.id) else { return Ok(()) };
    state.jira.rates.admit(id, now).map_err(|wait| {
        let secs = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        refusal(state, "jira-per-issue-on-write", secs)
    })
}

/// The 429 with its reason.
pub(super) fn refusal(state: &State, reason: &str, secs: u64) -> Bad {
    let reset = state.clock.now() + TimeDelta::seconds(i64::try_from(secs).unwrap_or(60));
    Bad::new(429, "Rate limit exceeded.")
        .with("retry-after", secs)
        .with("x-ratelimit-reset", reset.to_rfc3339_opts(SecondsFormat::Secs, true))
        .with("ratelimit-reason", reason)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Rates;

    #[test]
    fn both_windows_slide() {
        let mut rates = Rates::default();
        let ms = Duration::from_millis;
        for at in 0..20 {
            assert_eq!(rates.admit(1, ms(at)), Ok(()));
        }
        assert_eq!(rates.admit(1, ms(1000)), Err(ms(1000)));
        assert_eq!(rates.admit(2, ms(1000)), Ok(()), "another issue");
        for burst in 1..5 {
            for at in 0..20 {
                assert_eq!(rates.admit(1, ms(burst * 2000 + at)), Ok(()), "{burst} {at}");
            }
        }
        assert_eq!(rates.admit(1, ms(20_000)), Err(ms(10_000)));
        assert_eq!(rates.admit(1, ms(30_000)), Ok(()));
    }
}
