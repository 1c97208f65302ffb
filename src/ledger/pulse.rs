//! The second hand of the ledger.
//!
//! Owns the watchdog over the writer and the index's regular sync. Refuses to read a clock: it counts its own ticks.
//! One law: a writer that hangs for a minute ends the process, so that a start can sort it out.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use super::follower::Follower;

/// One tick.
const TICK: Duration = Duration::from_secs(1);

/// Ticks within one batch after which an alarm is logged: a slow cloud disk answers within 0.1 s.
const ALARM: u32 = 10;

/// Ticks within one batch after which the process ends: the disk hangs.
const ABORT: u32 = 60;

/// Counts batches: odd while one is being written.
pub(super) struct Pulse {
    batches: Arc<AtomicU64>,
    stop: SyncSender<()>,
}

impl Pulse {
    pub fn start(follower: Option<Follower>) -> io::Result<Pulse> {
        let batches = Arc::new(AtomicU64::new(0));
        let (stop, stopped) = sync_channel(1);
        let watched = Arc::clone(&batches);
        thread::Builder::new().name("pulse".into()).spawn(move || run(&watched, &stopped, follower.as_ref()))?;
        Ok(Pulse { batches, stop })
    }

    pub fn begin(&self) {
        self.batches.fetch_add(1, Ordering::AcqRel);
    }

    pub fn end(&self) {
        self.batches.fetch_add(1, Ordering::AcqRel);
    }

    pub fn stop(&self) {
        // Where a stop is queued already, one is enough.
        let _ = self.stop.try_send(());
    }
}

fn run(batches: &AtomicU64, stopped: &Receiver<()>, follower: Option<&Follower>) {
    let mut watch = Watch { last: 0, ticks: 0 };
    while stopped.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
        match watch.tick(batches.load(Ordering::Acquire)) {
            ALARM => tracing::error!(seconds = ALARM, "the disk does not answer; commits wait"),
            ABORT.. => {
                tracing::error!(seconds = ABORT, "the disk does not answer; the process ends");
                std::process::abort()
            }
            _ => {}
        }
        if let Some(follower) = follower {
            follower.tick();
        }
    }
}

/// How long the same batch has been in hand.
struct Watch {
    last: u64,
    ticks: u32,
}

impl Watch {
    fn tick(&mut self, batches: u64) -> u32 {
        let hanging = batches % 2 == 1 && batches == self.last;
        self.ticks = if hanging { self.ticks.saturating_add(1) } else { 0 };
        self.last = batches;
        self.ticks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ticks_within_one_batch_count() {
        let mut watch = Watch { last: 0, ticks: 0 };
        assert_eq!([0, 0, 1, 1, 1, 2, 2, 3, 5, 5].map(|batches| watch.tick(batches)), [0, 0, 0, 1, 2, 0, 0, 0, 0, 1]);
    }
}
