//! How long to wait before a socket is opened again.
//!
//! One law: only a connection that proved itself makes the waits short again. A server that accepts and closes at once
//! is asked ever more seldom.

use std::time::Duration;

use rand::{RngExt, rngs::StdRng};

use super::{
    SocketFault, Timing,
    connection::{Departure, Leaving},
};
use crate::slack::error::SlackError;

/// Doubling stops here: any base has reached its cap long before.
const MOST_DOUBLINGS: u32 = 16;

pub(super) struct Backoff {
    jitter: StdRng,
    failures: u32,
    from: Duration,
    cap: Duration,
    proven_after: Duration,
}

impl Backoff {
    pub(super) fn new(jitter: StdRng, timing: &Timing) -> Self {
        Self {
            jitter,
            failures: 0,
            from: timing.backoff_from,
            cap: timing.backoff_cap,
            proven_after: timing.proven_after,
        }
    }

    /// The wait before the next attempt, after the last one ended like this.
    pub(super) fn wait_after(&mut self, leaving: &Leaving) -> Duration {
        let proven = leaving.lived.is_some_and(|lived| lived >= self.proven_after);
        if proven {
            self.failures = 0;
        }
        match &leaving.why {
            Departure::Refresh if proven => Duration::ZERO,
            Departure::Failed(SocketFault::TooManySockets) => self.jittered(self.cap),
            Departure::Failed(fault) if fault.is_for_people() => self.jittered(self.cap),
            Departure::Failed(SocketFault::Open(SlackError::RateLimited { after })) => (*after).max(self.grown()),
            Departure::Refresh | Departure::Failed(_) => self.grown(),
        }
    }

    fn grown(&mut self) -> Duration {
        let doubled = self.from.saturating_mul(1 << self.failures.min(MOST_DOUBLINGS));
        self.failures = self.failures.saturating_add(1);
        self.jittered(doubled.min(self.cap))
    }

    /// Between half and all of it, so that many bots do not come back in step.
    fn jittered(&mut self, wait: Duration) -> Duration {
        wait.mul_f64(self.jitter.random_range(0.5..=1.0))
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    fn backoff() -> Backoff {
        Backoff::new(StdRng::seed_from_u64(1), &Timing::default())
    }

    fn failed(fault: SocketFault, lived: Option<u64>) -> Leaving {
        Leaving { why: Departure::Failed(fault), lived: lived.map(Duration::from_secs) }
    }

    #[test]
    fn waits_double_to_the_cap_and_keep_their_jitter() {
        let mut backoff = backoff();
        let waits: Vec<_> = (0..12).map(|_| backoff.wait_after(&failed(SocketFault::Broken, None))).collect();
        for (n, wait) in waits.iter().enumerate() {
            let full = Duration::from_millis(500).saturating_mul(1 << n).min(Duration::from_secs(30));
            assert!(*wait >= full / 2 && *wait <= full, "wait {n} is {wait:?}");
        }
        assert_ne!(waits[10], waits[11], "no jitter");
    }

    #[test]
    fn a_hello_that_did_not_last_makes_nothing_shorter() {
        let mut backoff = backoff();
        for _ in 0..8 {
            backoff.wait_after(&failed(SocketFault::Closed, Some(1)));
        }
        assert!(backoff.wait_after(&failed(SocketFault::Closed, Some(1))) >= Duration::from_secs(15));
        assert!(backoff.wait_after(&failed(SocketFault::Closed, Some(6))) <= Duration::from_millis(500));
    }

    #[test]
    fn a_refresh_is_followed_at_once_only_by_a_proven_connection() {
        let mut backoff = backoff();
        let refresh = |lived| Leaving { why: Departure::Refresh, lived: Some(Duration::from_secs(lived)) };
        assert_eq!(backoff.wait_after(&refresh(3_600)), Duration::ZERO);
        assert!(backoff.wait_after(&refresh(0)) > Duration::ZERO);
    }

    #[test]
    fn what_people_must_mend_is_asked_slowly_from_the_first_time() {
        use crate::slack::error::SlackCode;
        let slow = [
            SocketFault::TooManySockets,
            SocketFault::LinkDisabled,
            SocketFault::Open(SlackError::Auth { code: SlackCode::InvalidAuth, scope: None }),
        ];
        for fault in slow {
            assert!(backoff().wait_after(&failed(fault, Some(100))) >= Duration::from_secs(15));
        }
    }

    #[test]
    fn a_rate_limit_is_waited_for() {
        let after = Duration::from_secs(47);
        let limited = failed(SocketFault::Open(SlackError::RateLimited { after }), None);
        assert_eq!(backoff().wait_after(&limited), after);
    }
}
