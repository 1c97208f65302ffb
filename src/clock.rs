//! The only reader of real time, with two faces that never mix.
//!
//! **Wall** time ([`Clock::now`], [`Clock::until`]) is what due times and records are made of; the sandbox and the
//! tests move it. **Elapsed** time ([`timeout`], [`pause`], [`elapsed`]) is what deadlines, pings and back-off are made
//! of; nobody moves it.
//!
//! Law: wall time never goes back, whatever the system's clock does.

use std::{
    future::Future,
    pin::Pin,
    sync::{Mutex, MutexGuard, OnceLock, PoisonError},
    time::{Duration, Instant},
};

use chrono::{DateTime, TimeDelta, Utc};

/// Wall time. Two implementations: the system's, and one that is moved by hand ([`Steered`]).
pub trait Clock: Send + Sync + 'static {
    /// The present instant, never before one that was answered or told ([`Clock::not_before`]) already.
    fn now(&self) -> DateTime<Utc>;

    /// Ends when [`Clock::now`] has reached the instant; at once if it has. A suspended machine is noticed within
    /// [`LONGEST_NAP`] of its waking.
    fn until(&self, instant: DateTime<Utc>) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;

    /// Tells of an instant that is on record: time is never before it, also across a restart.
    fn not_before(&self, instant: DateTime<Utc>);
}

/// How long a wait for wall time sleeps at most before it looks again: monotonic clocks stand still while a machine is
/// suspended, and due removals must not.
pub const LONGEST_NAP: Duration = Duration::from_secs(1);

/// Time that ran out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no answer in time")]
pub struct Elapsed;

/// Elapsed time since the program's first look at it. Monotonic.
#[must_use]
pub fn elapsed() -> Duration {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(monotonic).elapsed()
}

/// Waits for elapsed time to pass.
pub async fn pause(length: Duration) {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that sleeps")]
    tokio::time::sleep(length).await;
}

/// Bounds a future by elapsed time; it is dropped when the time is over.
///
/// # Errors
/// If the time ran out first.
pub async fn timeout<F: Future>(length: Duration, future: F) -> Result<F::Output, Elapsed> {
    tokio::time::timeout(length, future).await.map_err(|_| Elapsed)
}

#[expect(clippy::disallowed_methods, reason = "this is the one place that reads elapsed time")]
fn monotonic() -> Instant {
    Instant::now()
}

#[expect(clippy::disallowed_methods, reason = "this is the one place that reads wall time")]
fn wall() -> DateTime<Utc> {
    Utc::now()
}

/// What makes wall time ascend: the greatest of what the system says, what was said last plus the time elapsed since,
/// and what is on record.
#[derive(Debug, Default)]
struct Ascending(Mutex<Option<(DateTime<Utc>, Duration)>>);

impl Ascending {
    fn raise(&self, said: DateTime<Utc>) -> DateTime<Utc> {
        let mut last = lock(&self.0);
        let at = elapsed();
        let now = match *last {
            Some((then, at_then)) => said.max(then + delta(at.saturating_sub(at_then))),
            None => said,
        };
        *last = Some((now, at));
        now
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn delta(length: Duration) -> TimeDelta {
    TimeDelta::from_std(length).unwrap_or(TimeDelta::MAX)
}

/// The system's clock, made to ascend.
#[derive(Debug, Default)]
pub struct System(Ascending);

impl Clock for System {
    fn now(&self) -> DateTime<Utc> {
        self.0.raise(wall())
    }

    fn until(&self, instant: DateTime<Utc>) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async move {
            while let Ok(left) = (instant - self.now()).to_std() {
                if left.is_zero() {
                    return;
                }
                pause(left.min(LONGEST_NAP)).await;
            }
        })
    }

    fn not_before(&self, instant: DateTime<Utc>) {
        self.0.raise(instant);
    }
}

/// The system's clock plus an offset that is moved by hand: the sandbox and the tests pass it in, the product never.
#[derive(Debug)]
pub struct Steered {
    ascending: Ascending,
    offset: tokio::sync::watch::Sender<TimeDelta>,
}

impl Default for Steered {
    fn default() -> Self {
        Self { ascending: Ascending::default(), offset: tokio::sync::watch::Sender::new(TimeDelta::zero()) }
    }
}

impl Steered {
    /// Moves wall time forward, or back: then [`Clock::now`] stands by its law and does not follow.
    pub fn advance(&self, by: TimeDelta) {
        self.offset.send_modify(|offset| *offset += by);
    }
}

impl Clock for Steered {
    fn now(&self) -> DateTime<Utc> {
        let offset = *self.offset.borrow();
        self.ascending.raise(wall() + offset)
    }

    fn until(&self, instant: DateTime<Utc>) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async move {
            let mut moved = self.offset.subscribe();
            while let Ok(left) = (instant - self.now()).to_std() {
                if left.is_zero() {
                    return;
                }
                tokio::select! {
                    _ = moved.changed() => {}
                    () = pause(left.min(LONGEST_NAP)) => {}
                }
            }
        })
    }

    fn not_before(&self, instant: DateTime<Utc>) {
        self.ascending.raise(instant);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn wall_time_does_not_follow_a_clock_that_steps_back() {
        let clock = Steered::default();
        let before = clock.now();
        clock.advance(TimeDelta::hours(-3));
        let after = clock.now();
        assert!(after >= before, "{after} is before {before}");
        assert!(after - before < TimeDelta::minutes(1));
    }

    #[test]
    fn wall_time_is_never_before_what_is_on_record() {
        let clock = System::default();
        let recorded = clock.now() + TimeDelta::hours(1);
        clock.not_before(recorded);
        assert!(clock.now() >= recorded);
    }

    #[tokio::test]
    async fn a_wait_ends_when_the_clock_is_moved_past_it() {
        let clock = Steered::default();
        let due = clock.now() + TimeDelta::days(7);
        let wait = clock.until(due);
        clock.advance(TimeDelta::days(8));
        timeout(Duration::from_secs(5), wait).await.unwrap();
        assert!(clock.now() >= due);
    }
}
