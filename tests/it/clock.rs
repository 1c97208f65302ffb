//! A wall clock that stands still unless it is moved: what people read is the same however slow the machine is.

use std::{future::Future, pin::Pin};

use chrono::{DateTime, TimeDelta, Utc};
use jitney::clock::Clock;
use tokio::sync::watch;

/// Wall time that only [`Standing::advance`] moves.
#[derive(Debug)]
pub struct Standing(watch::Sender<DateTime<Utc>>);

impl Standing {
    /// A clock that stands at an instant.
    pub fn at(instant: DateTime<Utc>) -> Self {
        Self(watch::Sender::new(instant))
    }

    /// Moves it forward.
    pub fn advance(&self, by: TimeDelta) {
        self.0.send_modify(|now| *now += by);
    }
}

impl Clock for Standing {
    fn now(&self) -> DateTime<Utc> {
        *self.0.borrow()
    }

    fn until(&self, instant: DateTime<Utc>) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async move {
            let mut moved = self.0.subscribe();
            // The sender is the clock itself: it outlives the wait.
            let _ = moved.wait_for(|now| *now >= instant).await;
        })
    }

    fn not_before(&self, instant: DateTime<Utc>) {
        self.0.send_modify(|now| *now = instant.max(*now));
    }
}
