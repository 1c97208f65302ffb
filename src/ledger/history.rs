//! The history that is filled into a new index behind a start.
//!
//! Owns the thread that reads the journal once more and hands its rows over, some at a time. Refuses to know what a
//! row means: whoever starts the ledger says which rows follow from a line. One law: nobody waits for it.

use std::{io, mem, thread};

use super::disk::Disk;
use super::follower::Follower;
use super::index::IndexError;
use super::journal::ReadError;
use super::line::Line;
use super::past::Past;
use super::patrol::yield_to_others;
use super::{Row, index};

/// Rows that are read and not yet handed over: some megabytes at most.
const BATCH: usize = 1_000;

/// Which rows follow from a line. Asked for every line of the journal, in order.
pub type Projection = Box<dyn FnMut(&Line) -> Result<Vec<Row>, IndexError> + Send>;

pub(super) struct History<D> {
    pub past: Past<D>,
    pub rows_of: Projection,
    pub follower: Follower,
}

#[derive(Debug, thiserror::Error)]
enum Unfilled {
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error(transparent)]
    Index(#[from] IndexError),
}

impl<D: Disk + Clone> History<D> {
    pub fn start(self) -> io::Result<()> {
        thread::Builder::new().name("history".into()).spawn(move || self.run()).map(drop)
    }

    fn run(mut self) {
        yield_to_others();
        match self.fill() {
            Ok(()) => tracing::info!(seq = self.past.head().seq, "history is filled in"),
            // Closed or left behind, which was said where it happened.
            Err(Unfilled::Index(IndexError::Behind)) => {}
            Err(error) => tracing::error!(%error, "history cannot be filled in before the next start"),
        }
    }

    fn fill(&mut self) -> Result<(), Unfilled> {
        let mut rows = Vec::new();
        for line in self.past.lines() {
            rows.extend((self.rows_of)(&line?)?);
            if rows.len() >= BATCH {
                self.hand_over(mem::take(&mut rows))?;
            }
        }
        self.hand_over(rows)?;
        Ok(self.follower.filled()?)
    }

    fn hand_over(&self, rows: Vec<Row>) -> Result<(), IndexError> {
        rows.iter().try_for_each(index::check_row)?;
        self.follower.fill(rows)
    }
}
