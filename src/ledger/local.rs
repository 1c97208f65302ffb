//! The ledger on a local disk: a journal, a writer thread, an index behind it.
//!
//! Owns the queue to the writer and what is known of it from outside. Refuses to block a task.
//! One law: an answer is given after the disk's, never before.

use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, ready};
use tokio::sync::oneshot;

use super::disk::Disk;
use super::follower::{Follower, Rows, View};
use super::history::{History, Projection};
use super::index::{self, Index, IndexError, MAX_ROWS, MAX_VALUE, Pair};
use super::journal::Log;
use super::opening::Lock;
use super::past::Past;
use super::patrol::Patrol;
use super::pulse::Pulse;
use super::writer::{Job, Writer};
use super::{Commit, CommitError, Head, Ledger, Receipt, Row};

/// Directory of the journal inside the store.
pub const JOURNAL: &str = "journal";

/// Directory of the side journal that custody keeps, inside the store.
pub const CUSTODY: &str = "custody";

/// Commits that may wait for the disk: what a disk that hangs until the watchdog acts may pile up.
pub const QUEUE: usize = 16_384;

/// An open ledger. [`Ledger::close`] it; dropped, it finishes what is queued in its own time.
pub struct Local {
    jobs: SyncSender<Job>,
    shared: Arc<Shared>,
    follower: Option<Follower>,
}

/// What the writer lets others see.
#[derive(Debug)]
pub(super) struct Shared {
    head: Mutex<Head>,
    low: AtomicBool,
    damaged: AtomicBool,
}

impl Shared {
    pub fn new(head: Head, low: bool) -> Shared {
        Shared { head: Mutex::new(head), low: AtomicBool::new(low), damaged: AtomicBool::new(false) }
    }

    pub fn head(&self) -> Head {
        *self.head.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn set_damaged(&self) {
        self.damaged.store(true, Ordering::Release);
    }

    pub fn set_head(&self, head: Head) {
        *self.head.lock().unwrap_or_else(PoisonError::into_inner) = head;
    }

    pub fn set_low(&self, low: bool) {
        self.low.store(low, Ordering::Release);
    }
}

/// What a ledger starts from.
pub(super) struct Start<D> {
    pub lock: Lock,
    pub log: Log<D>,
    pub index: Option<Index>,
    /// What fills an index that is new; `None` where it has all rows up to the head.
    pub history: Option<Projection>,
}

impl Local {
    /// Begins the threads.
    pub(super) fn start<D: Disk + Clone>(start: Start<D>) -> io::Result<Local> {
        let Start { lock, log, index, history } = start;
        let head = log.head();
        let shared = Arc::new(Shared::new(head, log.low()));
        let rows = if history.is_some() { Rows::Filling } else { Rows::Complete };
        let running = index.map(|index| Follower::start(index, index::mark(&head), rows)).transpose()?;
        let follower = running.as_ref().map(|running| running.follower.clone());
        if let (Some(follower), Some(rows_of)) = (follower.clone(), history) {
            History { past: Past::of(&log), rows_of, follower }.start()?;
        }
        let pulse = Pulse::start(follower.clone())?;
        let patrol = Patrol::start(&log, Arc::clone(&shared))?;
        let (jobs, queue) = sync_channel(QUEUE);
        Writer { log, shared: Arc::clone(&shared), follower: running, pulse, patrol, lock }.start(queue)?;
        Ok(Local { jobs, shared, follower })
    }

    fn queue(&self, commit: Commit) -> Result<oneshot::Receiver<Result<Receipt, CommitError>>, CommitError> {
        commit.rows.iter().try_for_each(check_row)?;
        let (reply, answer) = oneshot::channel();
        match self.jobs.try_send(Job::Commit(commit, reply)) {
            Ok(()) => Ok(answer),
            Err(TrySendError::Full(_)) => Err(CommitError::Busy),
            Err(TrySendError::Disconnected(_)) => Err(CommitError::Broken),
        }
    }

    fn read<T, F>(&self, read: F) -> BoxFuture<'static, Result<T, IndexError>>
    where
        T: Send + 'static,
        F: FnOnce(View<'_>) -> Result<T, IndexError> + Send + 'static,
    {
        match &self.follower {
            Some(follower) => follower.clone().read(read).boxed(),
            None => ready(Err(IndexError::Absent)).boxed(),
        }
    }
}

fn check_row(row: &Row) -> Result<(), CommitError> {
    match &row.value {
        Some(value) if value.len() > MAX_VALUE => Err(CommitError::TooLong { bytes: value.len() }),
        _ => index::check_row(row).map_err(|_| CommitError::Malformed("a row's key")),
    }
}

impl Ledger for Local {
    fn commit(&self, commit: Commit) -> BoxFuture<'static, Result<Receipt, CommitError>> {
        match self.queue(commit) {
            Ok(answer) => async { answer.await.unwrap_or(Err(CommitError::Broken)) }.boxed(),
            Err(e) => ready(Err(e)).boxed(),
        }
    }

    fn row(&self, key: &[u8]) -> BoxFuture<'static, Result<Option<Vec<u8>>, IndexError>> {
        let key = key.to_vec();
        self.read(move |index| index.get(&key))
    }

    fn rows(
        &self,
        prefix: &[u8],
        after: Option<&[u8]>,
        limit: usize,
    ) -> BoxFuture<'static, Result<Vec<Pair>, IndexError>> {
        let (prefix, after) = (prefix.to_vec(), after.map(<[u8]>::to_vec));
        self.read(move |index| index.scan(&prefix, after.as_deref(), limit.min(MAX_ROWS)))
    }

    fn head(&self) -> Head {
        self.shared.head()
    }

    fn low(&self) -> bool {
        self.shared.low.load(Ordering::Acquire)
    }

    fn damaged(&self) -> bool {
        self.shared.damaged.load(Ordering::Acquire)
    }

    fn close(&self) -> BoxFuture<'static, ()> {
        let (done, closed) = oneshot::channel();
        let jobs = self.jobs.clone();
        async move {
            if send_close(&jobs, done) {
                drop(closed.await);
            }
        }
        .boxed()
    }
}

/// Queues behind all commits; where the queue is full, waits for room on a thread of its own.
fn send_close(jobs: &SyncSender<Job>, done: oneshot::Sender<()>) -> bool {
    match jobs.try_send(Job::Close(done)) {
        Ok(()) => true,
        Err(TrySendError::Disconnected(_)) => false,
        Err(TrySendError::Full(job)) => {
            let jobs = jobs.clone();
            std::thread::Builder::new().name("close".into()).spawn(move || drop(jobs.send(job))).is_ok()
        }
    }
}

impl std::fmt::Debug for Local {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Local").field("shared", &self.shared).finish_non_exhaustive()
    }
}

/// The journal's directory in a store.
pub(super) fn journal_dir(store: &Path) -> std::path::PathBuf {
    store.join(JOURNAL)
}
