//! The walk over the whole journal, at the start and once a day.
//!
//! Owns the thread that reads every line again, slowly, while the ledger runs. Refuses to mend anything.
//! One law: damage counts when two walks in a row find it, and from then on nothing is granted.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use super::disk::Disk;
use super::journal::{Log, ReadError};
use super::local::Shared;
use super::past::Past;

/// From the end of one walk to the next, elapsed time.
const EVERY: Duration = Duration::from_secs(24 * 60 * 60);

/// Lines between two rests.
const STRETCH: usize = 1_000;

/// One rest: with it a walk reads at most 50,000 lines a second, and leaves the disk to the writer in between.
const REST: Duration = Duration::from_millis(20);

/// The way to end the walks.
pub(super) struct Patrol {
    stop: SyncSender<()>,
}

impl Patrol {
    pub fn start<D: Disk + Clone>(log: &Log<D>, shared: Arc<Shared>) -> io::Result<Patrol> {
        let (stop, stopped) = sync_channel(1);
        let past = Past::of(log);
        thread::Builder::new().name("patrol".into()).spawn(move || run(&past, &shared, &stopped))?;
        Ok(Patrol { stop })
    }

    pub fn stop(&self) {
        // Where a stop is queued already, one is enough.
        let _ = self.stop.try_send(());
    }
}

/// Lets this thread have only what others leave of the processor. On Linux the priority is the thread's own.
pub(super) fn yield_to_others() {
    if let Err(e) = rustix::process::setpriority_process(None, 19) {
        tracing::warn!(error = %e, "a background thread keeps its priority");
    }
}

fn run<D: Disk + Clone>(past: &Past<D>, shared: &Shared, stopped: &Receiver<()>) {
    yield_to_others();
    loop {
        match round(past, shared, stopped) {
            Some(Ok(lines)) => tracing::info!(lines, "the whole journal was verified"),
            Some(Err(error)) => {
                tracing::error!(%error, "the journal is damaged: nothing is granted any more");
                shared.set_damaged();
                return;
            }
            None => return,
        }
        if rests(stopped, EVERY) {
            return;
        }
    }
}

/// How many lines are good, or what is wrong; nothing where it was stopped. One bad answer of a disk is not believed.
pub(super) fn round<D: Disk + Clone>(
    past: &Past<D>,
    shared: &Shared,
    stopped: &Receiver<()>,
) -> Option<Result<u64, ReadError>> {
    match walk(past, shared, stopped)? {
        Ok(lines) => Some(Ok(lines)),
        Err(error) => {
            tracing::warn!(%error, "the journal does not verify; it is read once more");
            walk(past, shared, stopped)
        }
    }
}

fn walk<D: Disk + Clone>(past: &Past<D>, shared: &Shared, stopped: &Receiver<()>) -> Option<Result<u64, ReadError>> {
    let past = match past.up_to(shared.head()) {
        Ok(past) => past,
        Err(e) => return Some(Err(e.into())),
    };
    let (mut count, mut last) = (0, None);
    for line in past.lines() {
        match line {
            Ok(line) => last = Some(line.hash),
            Err(error) => return Some(Err(error)),
        }
        count += 1;
        if count % STRETCH == 0 && rests(stopped, REST) {
            return None;
        }
    }
    match last {
        Some(hash) if hash != past.head().hash => Some(Err(past.another_end().into())),
        _ => Some(Ok(count as u64)),
    }
}

/// Waits; says whether it is to stop.
fn rests(stopped: &Receiver<()>, rest: Duration) -> bool {
    stopped.recv_timeout(rest) != Err(RecvTimeoutError::Timeout)
}
