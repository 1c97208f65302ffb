//! The world's two faces of time: a movable wall clock (Slack `ts`, Okta `Date`, Jira `created`) and elapsed time that
//! nobody can move (acknowledgement limits, trigger ids, faults that wait).
//!
//! It is the only file of this crate that reads real time. Law: the two faces never mix.

use std::future::Future;
use std::time::{Duration, Instant, SystemTime};

use chrono::{DateTime, TimeDelta, Utc};

/// Wall time that can be moved, and elapsed time since the world began, that cannot.
#[derive(Debug, Clone)]
pub struct Clock {
    started: Instant,
    offset: TimeDelta,
}

impl Clock {
    #[expect(clippy::disallowed_methods, reason = "this is the world's own reader of elapsed time")]
    pub(crate) fn start() -> Self {
        Self { started: Instant::now(), offset: TimeDelta::zero() }
    }

    /// The wall time of the outside world: real time plus what was added by [`Clock::advance`].
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the world's own reader of wall time")]
    pub fn now(&self) -> DateTime<Utc> {
        DateTime::<Utc>::from(SystemTime::now()) + self.offset
    }

    /// Real time since the world was started; `advance` does not touch it.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// Moves the wall clock by so many seconds, backwards when negative.
    pub fn advance(&mut self, secs: i64) {
        self.offset += TimeDelta::seconds(secs);
    }

    /// How far the wall clock stands from real time, in seconds.
    #[must_use]
    pub fn offset_secs(&self) -> i64 {
        self.offset.num_seconds()
    }
}

/// Waits for so much real time. Only scripted delays use it; whoever awaits an outcome uses [`within`].
#[expect(clippy::disallowed_methods, reason = "a scripted delay is elapsed time, and this is its one place")]
pub(crate) async fn pause(time: Duration) {
    tokio::time::sleep(time).await;
}

/// The future's output, or nothing when the real time has passed first.
pub(crate) async fn within<F: Future>(limit: Duration, future: F) -> Option<F::Output> {
    tokio::time::timeout(limit, future).await.ok()
}
