//! When calls may be made: a vendor's rate limits, and how many calls go at one time.
//!
//! It owns waiting, by the server's own clock. It refuses to know which calls count together: whoever calls says so.
//!
//! Law: no call is made before its limit's reset, removals wait for nothing but that, and one family's limit stops no
//! other.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chrono::{DateTime, Utc};
use reqwest::header::{DATE, HeaderMap};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::clock;

/// The shortest wait after a rate limit.
const SHORTEST_WAIT: Duration = Duration::from_secs(1);

/// The longest wait a server may impose: a wrong clock must not park a removal for a day. Windows are a minute long.
const LONGEST_WAIT: Duration = Duration::from_secs(120);

/// After a reset everything but removals waits a little more, so that removals go first.
const REMOVALS_FIRST: Duration = Duration::from_millis(250);

/// With less than a tenth of a window left only removals go on.
const KEPT_FOR_REMOVALS: u64 = 10;

/// Calls at one time, for removals and, apart, for everything else. Okta allows 35 to 75 an organisation.
const AT_ONCE: usize = 8;

/// What a call is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Priority {
    /// Ending access: waits for nobody.
    Removal,
    /// All else.
    Other,
}

/// The calls that one of a vendor's limits counts, by name.
pub type Family = &'static str;

/// How long a rate limit asks to wait, by the server's own clock: `Retry-After`, else the reset less the reply's date.
pub(super) fn wait(headers: &HeaderMap) -> Duration {
    asked(headers).unwrap_or_else(|| bounded(until_reset(headers).unwrap_or(SHORTEST_WAIT)))
}

/// `Retry-After`, where a reply has one.
pub(super) fn asked(headers: &HeaderMap) -> Option<Duration> {
    retry_after(headers).map(bounded)
}

fn bounded(wait: Duration) -> Duration {
    wait.clamp(SHORTEST_WAIT, LONGEST_WAIT)
}

/// `Retry-After`, in seconds or as a date by the server's own clock.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let date = |name: &str| DateTime::parse_from_rfc2822(headers.get(name)?.to_str().ok()?).ok();
    let until = || (date("retry-after")? - date("date")?).to_std().ok();
    number(headers, "retry-after").map(Duration::from_secs).or_else(until)
}

/// Which limit it was (`RateLimit-Reason`), where it looks like a code.
pub(super) fn reason(headers: &HeaderMap) -> Option<String> {
    let reason = headers.get("ratelimit-reason")?.to_str().ok()?;
    let is_code = reason.len() <= 64 && reason.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    is_code.then(|| reason.to_owned())
}

fn until_reset(headers: &HeaderMap) -> Option<Duration> {
    let reset = number(headers, "x-rate-limit-reset")?;
    let date = DateTime::parse_from_rfc2822(headers.get(DATE)?.to_str().ok()?).ok()?.with_timezone(&Utc);
    let date = u64::try_from(date.timestamp()).ok()?;
    Some(Duration::from_secs(reset.saturating_sub(date)))
}

fn number(headers: &HeaderMap, name: &str) -> Option<u64> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}

/// When calls may be made. Times are elapsed ones.
pub(super) struct Budget {
    windows: Mutex<BTreeMap<Family, Window>>,
    removals: Semaphore,
    others: Semaphore,
}

#[derive(Clone, Copy, Default)]
struct Window {
    /// Nobody calls before this.
    closed_until: Duration,
    /// Only removals call before this.
    scarce_until: Duration,
}

impl Default for Budget {
    fn default() -> Self {
        Self { windows: Mutex::default(), removals: Semaphore::new(AT_ONCE), others: Semaphore::new(AT_ONCE) }
    }
}

impl Budget {
    /// Waits for its turn. A closed semaphore is impossible: it is never closed.
    pub(super) async fn turn(&self, family: Family, priority: Priority) -> Option<SemaphorePermit<'_>> {
        let line = match priority {
            Priority::Removal => &self.removals,
            Priority::Other => &self.others,
        };
        loop {
            self.opens(family, priority).await;
            // Only now: whoever waits for one family's reset must not take a place from the others.
            let turn = line.acquire().await.ok();
            if self.closed_for(family, priority).is_zero() {
                return turn;
            }
        }
    }

    async fn opens(&self, family: Family, priority: Priority) {
        loop {
            let left = self.closed_for(family, priority);
            if left.is_zero() {
                return;
            }
            clock::pause(left).await;
        }
    }

    fn closed_for(&self, family: Family, priority: Priority) -> Duration {
        let window = self.windows().get(family).copied().unwrap_or_default();
        window.opens(priority).saturating_sub(clock::elapsed())
    }

    fn windows(&self) -> MutexGuard<'_, BTreeMap<Family, Window>> {
        self.windows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A limit was met: nobody calls this family before its reset.
    pub(super) fn close(&self, family: Family, wait: Duration) {
        let until = clock::elapsed() + wait;
        let mut windows = self.windows();
        let window = windows.entry(family).or_default();
        window.closed_until = window.closed_until.max(until);
    }

    /// What is left of the window is kept for removals when it runs short.
    pub(super) fn note(&self, family: Family, headers: &HeaderMap) {
        let limit = number(headers, "x-rate-limit-limit");
        let left = number(headers, "x-rate-limit-remaining");
        if let (Some(limit), Some(left), Some(reset)) = (limit, left, until_reset(headers))
            && left.saturating_mul(KEPT_FOR_REMOVALS) < limit
        {
            let until = clock::elapsed() + reset.min(LONGEST_WAIT);
            let mut windows = self.windows();
            let window = windows.entry(family).or_default();
            window.scarce_until = window.scarce_until.max(until);
        }
    }
}

impl Window {
    fn opens(self, priority: Priority) -> Duration {
        match priority {
            Priority::Removal => self.closed_until,
            Priority::Other if self.closed_until.is_zero() => self.scarce_until,
            Priority::Other => (self.closed_until + REMOVALS_FIRST).max(self.scarce_until),
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;
    use reqwest::header::{HeaderName, HeaderValue};

    use super::*;

    const LONG: Duration = Duration::from_secs(100);

    fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in pairs {
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            map.append(name, HeaderValue::from_str(value).unwrap());
        }
        map
    }

    fn goes(budget: &Budget, family: Family, priority: Priority) -> bool {
        budget.turn(family, priority).now_or_never().is_some()
    }

    #[test]
    fn a_wait_is_measured_by_the_servers_own_clock_and_bounded() {
        let at = |reset: &str, date: &str| wait(&headers(&[("x-rate-limit-reset", reset), ("date", date)])).as_secs();
        // 1795362000 is 2026-11-22 15:40:00 UTC.
        assert_eq!(at("1795362030", "Sun, 22 Nov 2026 15:40:00 GMT"), 30);
        assert_eq!(at("1795362030", "Sun, 22 Nov 2026 15:45:00 GMT"), 1, "a reset that is past");
        assert_eq!(at("9999999999", "Sun, 22 Nov 2026 15:40:00 GMT"), 120, "a hostile reset");
        assert_eq!(wait(&headers(&[])).as_secs(), 1);
        assert_eq!(wait(&headers(&[("retry-after", "7")])).as_secs(), 7);
        let dated = [("retry-after", "Sun, 22 Nov 2026 15:40:09 GMT"), ("date", "Sun, 22 Nov 2026 15:40:00 GMT")];
        assert_eq!(wait(&headers(&dated)).as_secs(), 9);
    }

    #[test]
    fn after_a_reset_removals_go_first() {
        let window = Window { closed_until: Duration::from_secs(30), scarce_until: Duration::ZERO };
        assert_eq!(window.opens(Priority::Removal), Duration::from_secs(30), "and not before it");
        assert!(window.opens(Priority::Removal) < window.opens(Priority::Other));
        let scarce = Window { closed_until: Duration::ZERO, scarce_until: Duration::from_secs(30) };
        assert_eq!(scarce.opens(Priority::Removal), Duration::ZERO);
        assert_eq!(scarce.opens(Priority::Other), Duration::from_secs(30));
    }

    #[tokio::test]
    async fn a_limit_stops_its_own_family_and_no_other() {
        let budget = Budget::default();
        budget.close("look-ups", LONG);
        for priority in [Priority::Removal, Priority::Other] {
            assert!(!goes(&budget, "look-ups", priority), "{priority:?}");
            assert!(goes(&budget, "memberships", priority), "{priority:?}");
        }
        budget.close("look-ups", Duration::ZERO);
        assert!(!goes(&budget, "look-ups", Priority::Removal), "a shorter wait shortens no longer one");
    }

    #[tokio::test]
    async fn the_rest_of_a_family_is_kept_for_removals() {
        let budget = Budget::default();
        let date = "Sun, 22 Nov 2026 15:40:00 GMT";
        let said = |left| {
            let pairs =
                [("x-rate-limit-limit", "600"), ("x-rate-limit-remaining", left), ("x-rate-limit-reset", "1795362030")];
            headers(&[pairs.as_slice(), &[("date", date)]].concat())
        };
        budget.note("memberships", &said("60"));
        assert!(goes(&budget, "memberships", Priority::Other));
        budget.note("memberships", &said("59"));
        assert!(!goes(&budget, "memberships", Priority::Other));
        assert!(goes(&budget, "memberships", Priority::Removal));
        assert!(goes(&budget, "look-ups", Priority::Other));
    }

    #[tokio::test]
    async fn whoever_waits_for_a_reset_takes_no_place_from_another_family() {
        let budget = Budget::default();
        budget.close("look-ups", LONG);
        let mut waiting: Vec<_> = (0..AT_ONCE).map(|_| Box::pin(budget.turn("look-ups", Priority::Removal))).collect();
        assert!(waiting.iter_mut().all(|turn| turn.now_or_never().is_none()));
        assert!(goes(&budget, "memberships", Priority::Removal));
    }
}
