//! The side journals of custody: what is done about a damaged journal is written beside it.
//!
//! Owns which of them is written and what the others still say. Refuses to know what their lines mean.
//! One law: only the newest is written; whatever an older one says intact is handed over with it.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use super::disk::{Disk, FsDisk};
use super::index::{IndexError, Pair};
use super::journal::{Log, Opened, Origin, ReadError};
use super::local::{CUSTODY, Local, Start};
use super::opening::{Damaged, Lock, OpenError};
use super::salvage::salvage;
use super::space;
use super::{Head, Line};

/// Side journals that are tried: each one but the last is damaged itself, or fits another damage.
pub(super) const MAX_SIDES: u32 = 100;

/// A side journal, before its thread begins: the same lines, chained to the last intact one.
#[derive(Debug)]
pub struct Side {
    number: u32,
    lock: Lock,
    log: Log<FsDisk>,
    /// What earlier custodies have written into it.
    pub lines: Vec<Line>,
    /// What is intact of those before it, the oldest first.
    pub earlier: Vec<Vec<Line>>,
}

impl<D: Disk> Damaged<D> {
    /// Rows of the index under a prefix, if there is one: it may know of grants whose lines are lost.
    ///
    /// # Errors
    /// sled failed, or there is no index.
    pub fn live_rows(&self, prefix: &[u8]) -> Result<Vec<Pair>, IndexError> {
        self.index.as_ref().ok_or(IndexError::Absent)?.scan(prefix, None, usize::MAX)
    }

    /// The last line that the index's rows know of, if that very line is intact: then they are this journal's, and
    /// say all that it said up to there.
    #[must_use]
    pub fn rows_upto(&self) -> Option<u64> {
        let head = self.index.as_ref()?.head()?;
        self.salvage.has(head).then_some(head.seq)
    }

    /// Opens the newest side journal. One that is damaged itself is read as far as it goes, and another one is begun.
    /// The journal's own reserve is given up: nothing more is written there.
    ///
    /// # Errors
    /// The disk answers with an error.
    pub fn open_side(&self) -> Result<Side, OpenError> {
        space::give_way(&self.salvage.disk);
        let newest = (1..=MAX_SIDES).take_while(|number| self.side_dir(*number).is_dir()).last().unwrap_or(1);
        let mut earlier = Vec::new();
        for number in 1..newest {
            earlier.push(self.lines_of(&FsDisk::at(&self.side_dir(number)))?);
        }
        self.open_from(newest, earlier)
    }

    /// Begins another side journal after one that does not fit what is intact.
    ///
    /// # Errors
    /// The disk answers with an error.
    pub fn begin_another(&self, unfit: Side) -> Result<Side, OpenError> {
        let Side { number, lines, mut earlier, log, .. } = unfit;
        space::give_way(log.disk());
        earlier.push(lines);
        self.open_from(number + 1, earlier)
    }

    fn open_from(&self, first: u32, mut earlier: Vec<Vec<Line>>) -> Result<Side, OpenError> {
        for number in first..=MAX_SIDES {
            let dir = self.side_dir(number);
            let fault = |e| OpenError::Io(dir.clone(), e);
            let disk = FsDisk::open(&dir).map_err(fault)?;
            match Log::open(disk.clone(), &self.keys, self.limits, Origin::After(self.salvage.head)) {
                Ok(Opened { log, .. }) => {
                    let lines = self.lines_of(&disk)?;
                    return Ok(Side { number, lock: Arc::clone(&self.lock), log, lines, earlier });
                }
                Err(ReadError::Damage(damage)) => {
                    tracing::error!(%damage, "the side journal is damaged too");
                    space::give_way(&disk);
                    earlier.push(self.lines_of(&disk)?);
                }
                Err(ReadError::NewerVersion { seq, version }) => return Err(OpenError::NewerVersion { seq, version }),
                Err(ReadError::Io(e)) => return Err(fault(e)),
            }
        }
        Err(OpenError::Io(self.dir.clone(), io::Error::other("too many damaged side journals")))
    }

    fn lines_of(&self, disk: &FsDisk) -> Result<Vec<Line>, OpenError> {
        let found = salvage(disk.clone(), &self.keys).map_err(|e| OpenError::Io(disk.path().into(), e))?;
        Ok(found.lines().collect())
    }

    fn side_dir(&self, number: u32) -> PathBuf {
        self.dir.join(side_name(number))
    }
}

/// The folder of a side journal, inside the store.
pub(super) fn side_name(number: u32) -> String {
    if number == 1 { CUSTODY.to_owned() } else { format!("{CUSTODY}-{number}") }
}

impl Side {
    /// Where the next line goes.
    #[must_use]
    pub fn head(&self) -> Head {
        self.log.head()
    }

    /// Begins. There is no index: reads of rows answer [`IndexError::Absent`].
    ///
    /// # Errors
    /// The thread cannot be started.
    pub fn start(self) -> io::Result<Local> {
        Local::start(Start { lock: self.lock, log: self.log, index: None, history: None })
    }
}
