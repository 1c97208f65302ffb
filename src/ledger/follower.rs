//! The thread that keeps the index behind the journal.
//!
//! Owns the index while the ledger runs. Refuses to hold anybody up: what it cannot take in time is left to the next
//! start. One law: it applies commits in their order, so a read queued after a commit sees it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use std::{io, mem};

use tokio::sync::oneshot;

use super::index::{Index, IndexError, Pair};
use super::{Receipt, Row};

/// Commits and reads that may wait: at a kilobyte each, some megabytes. Beyond that the index is left behind.
const QUEUE: usize = 16_384;

/// Commits applied with one batch of sled.
const BATCH: usize = 256;

/// Commits after which the index is synced without waiting for the second to pass.
const SYNC_AFTER: usize = 1_000;

/// How long a stop waits for the index: a sync takes milliseconds, and what is missing is folded at the next start.
pub(super) const CLOSE_WITHIN: Duration = Duration::from_secs(5);

type Read = Box<dyn FnOnce(Result<View<'_>, IndexError>) + Send>;

enum Ask {
    Commit { at: Receipt, rows: Vec<Row> },
    Read(Read),
    Fill(Vec<Row>, SyncSender<()>),
    Filled,
    Tick,
    Close,
}

/// The way to the index; clones share it.
#[derive(Clone)]
pub(super) struct Follower {
    asks: SyncSender<Ask>,
    behind: Arc<AtomicBool>,
}

/// The follower's thread, for who ends it.
pub(super) struct Running {
    pub follower: Follower,
    thread: JoinHandle<()>,
    /// Its other end goes with the thread.
    ended: Receiver<()>,
}

impl Running {
    /// Ends the thread; says whether it has let go of the index in time.
    pub fn close(self, within: Duration) -> bool {
        self.follower.close();
        if self.ended.recv_timeout(within) == Err(RecvTimeoutError::Timeout) {
            return false;
        }
        if self.thread.join().is_err() {
            tracing::error!("the index thread panicked");
        }
        true
    }
}

/// The index as it can be read now.
pub(super) struct View<'a> {
    index: &'a Index,
    /// While the history is filled in: the keys that are up to date already.
    fresh: Option<&'a BTreeSet<Vec<u8>>>,
}

impl View<'_> {
    pub fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, IndexError> {
        match self.fresh {
            Some(fresh) if !fresh.contains(key) => Err(IndexError::Filling),
            _ => self.index.get(key),
        }
    }

    pub fn scan(&self, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Result<Vec<Pair>, IndexError> {
        if self.fresh.is_some() { Err(IndexError::Filling) } else { self.index.scan(prefix, after, limit) }
    }
}

/// Whether the index has all rows up to its head when the thread takes it over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rows {
    Complete,
    Filling,
}

impl Follower {
    pub fn start(index: Index, head: Receipt, rows: Rows) -> io::Result<Running> {
        let (asks, queue) = sync_channel(QUEUE);
        let behind = Arc::new(AtomicBool::new(false));
        let fresh = match rows {
            Rows::Complete => None,
            Rows::Filling => Some(BTreeSet::new()),
        };
        let work = Work { index, fresh, head, behind: Arc::clone(&behind), unsynced: 0, waiting: Vec::new() };
        let (ending, ended) = sync_channel(0);
        let thread = thread::Builder::new().name("index".into()).spawn(move || {
            let _ending: SyncSender<()> = ending;
            work.run(&queue);
        })?;
        Ok(Running { follower: Follower { asks, behind }, thread, ended })
    }

    pub fn commit(&self, at: Receipt, rows: Vec<Row>) {
        self.send(Ask::Commit { at, rows });
    }

    /// Writes rows of the history. A row that a commit has written meanwhile is newer and stays. Waits until it is
    /// done, so that never more than one such batch is in hand.
    pub fn fill(&self, rows: Vec<Row>) -> Result<(), IndexError> {
        let (done, filled) = sync_channel(1);
        self.ask(Ask::Fill(rows, done))?;
        filled.recv().map_err(|_| IndexError::Behind)?;
        self.keeps_up()
    }

    /// The history is filled in: the index is whole from here on.
    pub fn filled(&self) -> Result<(), IndexError> {
        self.ask(Ask::Filled)
    }

    /// For what may wait: nobody's answer hangs on it.
    fn ask(&self, ask: Ask) -> Result<(), IndexError> {
        self.keeps_up()?;
        self.asks.send(ask).map_err(|_| IndexError::Behind)
    }

    fn keeps_up(&self) -> Result<(), IndexError> {
        if self.behind.load(Ordering::Acquire) { Err(IndexError::Behind) } else { Ok(()) }
    }

    pub fn tick(&self) {
        drop(self.asks.try_send(Ask::Tick));
    }

    /// Queues behind all that waits. Where the queue is full, a thread waits for room, not whoever closes.
    fn close(&self) {
        if let Err(TrySendError::Full(ask)) = self.asks.try_send(Ask::Close) {
            let asks = self.asks.clone();
            let waits = thread::Builder::new().name("index-close".into()).spawn(move || drop(asks.send(ask)));
            if let Err(e) = waits {
                tracing::error!(error = %e, "the index cannot be told to close");
            }
        }
    }

    pub async fn read<T, F>(self, read: F) -> Result<T, IndexError>
    where
        T: Send + 'static,
        F: FnOnce(View<'_>) -> Result<T, IndexError> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let ask = Ask::Read(Box::new(move |index| drop(reply.send(index.and_then(read)))));
        if self.asks.try_send(ask).is_err() {
            return Err(IndexError::Behind);
        }
        answer.await.unwrap_or(Err(IndexError::Behind))
    }

    /// An index that missed one commit gets no later one: its head stays true.
    fn send(&self, ask: Ask) {
        if self.behind.load(Ordering::Acquire) || self.asks.try_send(ask).is_ok() {
            return;
        }
        self.behind.store(true, Ordering::Release);
        tracing::error!("the index cannot keep up with the journal and is left behind until the next start");
    }
}

struct Work {
    index: Index,
    /// While the history is filled in: the keys that commits have written since. They are newer than what is filled.
    fresh: Option<BTreeSet<Vec<u8>>>,
    /// The last commit applied; while the history is filled in, the index itself has no head.
    head: Receipt,
    behind: Arc<AtomicBool>,
    unsynced: usize,
    waiting: Vec<(Receipt, Vec<Row>)>,
}

impl Work {
    fn run(mut self, queue: &Receiver<Ask>) {
        while let Ok(ask) = queue.recv() {
            let mut next = Some(ask);
            while let Some(ask) = next.take() {
                match self.take(ask) {
                    Turn::Close => return self.end(),
                    Turn::On if self.waiting.len() < BATCH => next = queue.try_recv().ok(),
                    Turn::On => {}
                }
            }
            self.apply_waiting();
        }
        self.end();
    }

    fn take(&mut self, ask: Ask) -> Turn {
        if let Ask::Commit { at, rows } = ask {
            self.waiting.push((at, rows));
            return Turn::On;
        }
        self.apply_waiting();
        match ask {
            Ask::Read(read) if self.is_behind() => read(Err(IndexError::Behind)),
            Ask::Read(read) => read(Ok(View { index: &self.index, fresh: self.fresh.as_ref() })),
            Ask::Fill(rows, done) => {
                self.fill(rows);
                // Whoever fills may have gone.
                let _ = done.try_send(());
            }
            Ask::Filled => self.filled(),
            Ask::Tick => self.sync(),
            Ask::Close => return Turn::Close,
            Ask::Commit { .. } => {}
        }
        Turn::On
    }

    fn apply_waiting(&mut self) {
        let waiting = mem::take(&mut self.waiting);
        let Some((at, _)) = waiting.last() else { return };
        let (at, count) = (*at, waiting.len());
        let rows: Vec<Row> = waiting.into_iter().flat_map(|(_, rows)| rows).collect();
        if let Some(fresh) = &mut self.fresh {
            fresh.extend(rows.iter().map(|row| row.key.clone()));
        }
        let head = if self.fresh.is_some() { None } else { Some(at) };
        self.attempt(|index| index.apply(rows, head));
        self.head = at;
        self.unsynced += count;
        if self.unsynced >= SYNC_AFTER {
            self.sync();
        }
    }

    fn fill(&mut self, rows: Vec<Row>) {
        let Some(fresh) = &self.fresh else { return };
        let rows = rows.into_iter().filter(|row| !fresh.contains(&row.key)).collect();
        self.unsynced += 1;
        self.attempt(|index| index.fill(rows));
    }

    fn filled(&mut self) {
        self.fresh = None;
        self.unsynced += 1;
        let head = self.head;
        self.attempt(|index| index.apply(Vec::new(), Some(head)));
    }

    fn sync(&mut self) {
        if mem::take(&mut self.unsynced) > 0 {
            self.attempt(|index| index.sync());
        }
    }

    /// After a failure nothing is applied any more, so that the head stays true.
    fn attempt(&mut self, act: impl FnOnce(&mut Index) -> Result<(), IndexError>) {
        if self.is_behind() {
            return;
        }
        if let Err(e) = act(&mut self.index) {
            tracing::error!(error = %e, "the index failed and is left behind until the next start");
            self.behind.store(true, Ordering::Release);
        }
    }

    fn is_behind(&self) -> bool {
        self.behind.load(Ordering::Acquire)
    }

    fn end(mut self) {
        self.apply_waiting();
        self.sync();
    }
}

enum Turn {
    On,
    Close,
}
