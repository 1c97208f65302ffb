//! The ledger: what was decided, on disk, in one order.
//!
//! Owns the journal file (the truth), the index that follows behind it, and the lock on both. Refuses to know what
//! an event means, who asked, or how the outside world looks: it is handed bytes and hands bytes back.
//! One law: a commit that was answered is found again after any crash, whole and in its place.

pub mod disk;
mod follower;
mod history;
pub mod index;
pub mod journal;
pub mod key;
pub mod line;
pub mod local;
pub mod opening;
mod past;
mod patrol;
mod pulse;
pub mod salvage;
pub mod side;
pub mod sim_disk;
mod space;
pub mod verify;
mod walk;
mod writer;

#[cfg(test)]
mod tests;

use std::io;

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use serde_json::value::RawValue;

pub use self::history::Projection;
pub use self::index::{Doubt, IndexError, Pair, Schema};
pub use self::key::{KeyError, Keys};
pub use self::line::{Flaw, Hash, Line, Unfit, Word, Words, word_digest};
pub use self::local::Local;
pub use self::opening::{Damaged, Held, OpenError, Opening, Sound, Why};
pub use self::side::Side;

/// What the engine hands over: one commit becomes one line of the journal.
#[derive(Clone, Debug)]
pub struct Commit {
    /// The place the writer decided on: the head's `seq` plus one, or the commit is answered [`CommitError::Conflict`].
    pub seq: u64,
    /// When it was decided, wall time.
    pub at: DateTime<Utc>,
    /// A JSON array; kept byte for byte. No line breaks, no fractions.
    pub events: Box<RawValue>,
    /// A JSON array; kept byte for byte. No line breaks, no fractions.
    pub effects: Box<RawValue>,
    /// People's texts, each under its [`word_digest`], which must stand in `events` or `effects`.
    pub words: Words,
    /// How this commit changes the index.
    pub rows: Vec<Row>,
}

/// One key of the index, as a commit leaves it. The first byte of a key is its table; table 0 is the ledger's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// At least one byte, at most [`index::MAX_KEY`].
    pub key: Vec<u8>,
    /// At most [`index::MAX_VALUE`] bytes; `None` deletes.
    pub value: Option<Vec<u8>>,
}

/// The last line: where the next one is chained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// 0 where nothing was written yet.
    pub seq: u64,
    /// Hash of that line; [`Hash::GENESIS`] where there is none.
    pub hash: Hash,
    /// Its wall time. Time never goes back behind it.
    pub at: Option<DateTime<Utc>>,
}

impl Head {
    /// Before the first line.
    pub const GENESIS: Head = Head { seq: 0, hash: Hash::GENESIS, at: None };
}

/// A durable commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Its place.
    pub seq: u64,
    /// Its hash.
    pub hash: Hash,
}

/// Why a commit is not on record. Nothing of it is written in any of these cases.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommitError {
    /// It was decided on another head than the journal's: decide again.
    #[error("decided on another head: the journal stands at {head}")]
    Conflict {
        /// `seq` of the last line written.
        head: u64,
    },
    /// No room. The reserve was given up, so what ends grants may be handed over again, with the right `seq`.
    #[error("the disk is full")]
    Full,
    /// The line, or one of the rows, is longer than its limit.
    #[error("{bytes} bytes are more than a line or a row may have")]
    TooLong {
        /// How long it would have been.
        bytes: usize,
    },
    /// Not something the journal can keep: a fault of the caller.
    #[error("malformed commit: {0}")]
    Malformed(&'static str),
    /// More commits wait than [`local::QUEUE`]; it was not queued.
    #[error("too many commits wait for the disk")]
    Busy,
    /// The write failed and was undone; it may be tried again.
    #[error("the journal could not be written: {0}")]
    Io(io::ErrorKind),
    /// Closed, or beyond use: nothing is accepted any more.
    #[error("the ledger accepts nothing any more")]
    Broken,
}

/// A ledger at the level of commits. One task hands commits over; everybody may read.
pub trait Ledger: Send + Sync {
    /// Hands a commit over; calls take effect in their order. The future resolves when it is durable, or failed.
    /// Dropping the future does not cancel the commit.
    fn commit(&self, commit: Commit) -> BoxFuture<'static, Result<Receipt, CommitError>>;

    /// The value under `key`. Sees every commit that was answered before the call.
    fn row(&self, key: &[u8]) -> BoxFuture<'static, Result<Option<Vec<u8>>, IndexError>>;

    /// At most `limit` rows whose key begins with `prefix`, in order of key, after the key `after` if one is given.
    fn rows(
        &self,
        prefix: &[u8],
        after: Option<&[u8]>,
        limit: usize,
    ) -> BoxFuture<'static, Result<Vec<Pair>, IndexError>>;

    /// The last durable commit.
    fn head(&self) -> Head;

    /// Whether room is short: from then on only what ends grants should be handed over.
    fn low(&self) -> bool;

    /// Whether lines that were on record are found lost or changed while the ledger runs: nothing may be granted on
    /// it any more.
    fn damaged(&self) -> bool;

    /// Takes nothing more, finishes what is queued, and lets go of the store.
    fn close(&self) -> BoxFuture<'static, ()>;
}
