//! The thread that writes the journal. Nobody else does.
//!
//! Owns the open journal and the store's lock while the ledger runs. Refuses to decide anything.
//! One law: answers follow the sync; a sync that fails ends the process, because the disk will not tell twice.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use tokio::sync::oneshot;

use super::disk::Disk;
use super::follower::{CLOSE_WITHIN, Running};
use super::journal::{AppendError, Log};
use super::line::Unfit;
use super::local::Shared;
use super::opening::Lock;
use super::patrol::Patrol;
use super::pulse::Pulse;
use super::{Commit, CommitError, Receipt};

/// Commits that one write and one sync take: more would only make the first of them wait.
const BATCH: usize = 256;

/// How long an idle writer leaves the room on the disk unwatched.
const WATCH_SPACE: Duration = Duration::from_secs(10);

type Reply = oneshot::Sender<Result<Receipt, CommitError>>;

pub(super) enum Job {
    Commit(Commit, Reply),
    Close(oneshot::Sender<()>),
}

pub(super) struct Writer<D> {
    pub log: Log<D>,
    pub shared: Arc<Shared>,
    pub follower: Option<Running>,
    pub pulse: Pulse,
    pub patrol: Patrol,
    pub lock: Lock,
}

impl<D: Disk> Writer<D> {
    pub fn start(self, queue: Receiver<Job>) -> io::Result<()> {
        thread::Builder::new().name("journal".into()).spawn(move || self.run(queue)).map(drop)
    }

    fn run(mut self, queue: Receiver<Job>) {
        loop {
            match queue.recv_timeout(WATCH_SPACE) {
                Ok(job) => {
                    if let Some(closed) = self.work(job, &queue) {
                        return self.end(queue, Some(closed));
                    }
                }
                Err(RecvTimeoutError::Timeout) => self.watch_space(),
                Err(RecvTimeoutError::Disconnected) => return self.end(queue, None),
            }
        }
    }

    /// Takes all that waits, writes it, answers. Says whom to tell when the ledger is to close.
    fn work(&mut self, first: Job, queue: &Receiver<Job>) -> Option<oneshot::Sender<()>> {
        let (mut commits, mut replies, mut next) = (Vec::new(), Vec::new(), Some(first));
        let mut closing = None;
        while let Some(job) = next.take() {
            match job {
                Job::Commit(commit, reply) => {
                    commits.push(commit);
                    replies.push(reply);
                }
                Job::Close(closed) => closing = Some(closed),
            }
            if closing.is_none() && commits.len() < BATCH {
                next = queue.try_recv().ok();
            }
        }
        if !commits.is_empty() {
            self.pulse.begin();
            self.commit(commits, replies);
            self.pulse.end();
        }
        closing
    }

    fn commit(&mut self, commits: Vec<Commit>, replies: Vec<Reply>) {
        let answers = self.append(&commits);
        if answers.iter().any(Result::is_ok)
            && let Err(e) = self.log.sync()
        {
            abort(&e);
        }
        self.shared.set_head(self.log.head());
        self.watch_space();
        self.follow(commits, &answers);
        for (reply, answer) in replies.into_iter().zip(answers) {
            // Whoever asked may have gone; the commit stands.
            drop(reply.send(answer));
        }
    }

    /// One answer for each commit. One that is unfit is left out, and those decided on top of it conflict.
    fn append(&mut self, commits: &[Commit]) -> Vec<Result<Receipt, CommitError>> {
        let mut answers: Vec<Result<Receipt, CommitError>> = Vec::with_capacity(commits.len());
        let mut upto = commits.len();
        while answers.len() < commits.len() {
            let batch = &commits[answers.len()..upto];
            match self.log.append(batch) {
                Ok(receipts) => {
                    answers.extend(receipts.into_iter().map(Ok));
                    upto = commits.len();
                }
                Err(AppendError::Unfit { index: 0, why }) => answers.push(Err(why.into())),
                Err(AppendError::Unfit { index, .. }) => upto = answers.len() + index,
                Err(AppendError::Full) => answers.extend(batch.iter().map(|_| Err(CommitError::Full))),
                Err(AppendError::Io(e)) => {
                    tracing::error!(error = %e, "the journal could not be written; nothing was kept of it");
                    answers.extend(batch.iter().map(|_| Err(CommitError::Io(e.kind()))));
                }
                Err(e @ (AppendError::SyncFailed(_) | AppendError::Broken)) => abort(&e),
            }
            upto = if answers.len() == upto { commits.len() } else { upto };
        }
        answers
    }

    fn follow(&mut self, commits: Vec<Commit>, answers: &[Result<Receipt, CommitError>]) {
        let Some(running) = &self.follower else { return };
        for (commit, answer) in commits.into_iter().zip(answers) {
            if let Ok(receipt) = answer {
                running.follower.commit(*receipt, commit.rows);
            }
        }
    }

    fn watch_space(&mut self) {
        self.log.watch_space();
        self.shared.set_low(self.log.low());
    }

    /// The lock goes last; where the index hangs, not before the process does.
    fn end(self, queue: Receiver<Job>, closed: Option<oneshot::Sender<()>>) {
        drop(queue);
        self.pulse.stop();
        self.patrol.stop();
        let ended = self.follower.is_none_or(|running| running.close(CLOSE_WITHIN));
        drop(self.log);
        if ended {
            drop(self.lock);
        } else {
            tracing::error!(seconds = CLOSE_WITHIN.as_secs(), "the index does not close; going without it");
            std::mem::forget(self.lock);
        }
        if let Some(closed) = closed {
            let _ = closed.send(());
        }
    }
}

impl From<Unfit> for CommitError {
    fn from(why: Unfit) -> CommitError {
        match why {
            Unfit::Conflict { head } => CommitError::Conflict { head },
            Unfit::TooLong(bytes) => CommitError::TooLong { bytes },
            Unfit::Malformed(what) => CommitError::Malformed(what),
        }
    }
}

/// Ends the process: what memory holds is no longer what the disk holds, and a start sorts it out.
fn abort(why: &AppendError) -> ! {
    tracing::error!(error = %why, "the journal failed; the process ends and must be started again");
    std::process::abort()
}
