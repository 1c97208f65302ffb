//! The start of a ledger.
//!
//! Owns the store's lock and the comparison of journal and index. Refuses to fold: the caller does, from what it is
//! given here. One law: nothing begins on a journal that has lost a line somebody was answered for.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::Mode;

use super::disk::{self, Disk, FsDisk};
use super::history::Projection;
use super::index::{self, Doubt, Index, IndexError, Pair, Schema};
use super::journal::{Damage, Limits, Lines, Log, Opened, Origin, ReadError, Torn};
use super::key::Keys;
use super::local::{Local, Start, journal_dir};
use super::past::is_under;
use super::salvage::{Salvage, salvage};
use super::{Head, Row};

/// The lock's name inside the store.
const LOCK: &str = "lock";

/// Held as long as the store is used; the system lets go of it with the process.
pub(super) type Lock = Arc<File>;

/// A store that is not open and that nobody else can open.
#[derive(Debug)]
pub struct Held {
    _lock: Lock,
}

/// Why a store does not open at all.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has it.
    #[error("{0} is in use by another process")]
    Locked(PathBuf),
    /// A good journal, for another program than this.
    #[error("line {seq} was written by a newer version (format {version})")]
    NewerVersion {
        /// Which line.
        seq: u64,
        /// Its format.
        version: u64,
    },
    /// The disk answered with an error.
    #[error("the store in {0} cannot be opened: {1}")]
    Io(PathBuf, #[source] io::Error),
}

/// A store, opened.
#[derive(Debug)]
pub enum Opening<D> {
    /// Journal good; the index, or the whole journal, gives the state.
    Sound(Sound<D>),
    /// Custody: lines are lost or were changed.
    Damaged(Damaged<D>),
}

/// Why a store opens in custody.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    /// A line is bad.
    #[error("the journal is damaged: {0}")]
    Damage(#[from] Damage),
    /// The index knows of durable lines that the journal no longer has.
    #[error("the journal ends at line {journal}, but line {index} was on record")]
    LostLines {
        /// `seq` of the index's head.
        index: u64,
        /// `seq` of the journal's head.
        journal: u64,
    },
}

/// A sound store, before its threads begin.
#[derive(Debug)]
pub struct Sound<D> {
    dir: PathBuf,
    lock: Lock,
    log: Log<D>,
    index: Option<Index>,
    from: u64,
    /// Rows that go in with the head, at the start.
    rows: Vec<Row>,
    /// What was cut off the journal's end.
    pub torn: Option<Torn>,
    /// Why the index was set aside and the whole journal is to be folded.
    pub doubt: Option<Doubt>,
}

/// A damaged store: what can still be believed, and a side journal for what is done about it.
#[derive(Debug)]
pub struct Damaged<D> {
    pub(super) dir: PathBuf,
    pub(super) lock: Lock,
    pub(super) keys: Keys,
    pub(super) limits: Limits,
    pub(super) index: Option<Index>,
    /// The intact lines.
    pub salvage: Salvage<D>,
    /// What is wrong.
    pub why: Why,
}

impl Local {
    /// Takes the lock of the store in `dir`, making it if need be, for who cannot open it and lets nobody else.
    ///
    /// # Errors
    /// It is in use, or cannot be used at all.
    pub fn hold(dir: &Path) -> Result<Held, OpenError> {
        Ok(Held { _lock: lock(dir)? })
    }

    /// Opens the store in `dir`, making it if need be: takes its lock, opens index and journal, compares them.
    /// Sets the process's umask to 077, because sled makes files that others may read.
    ///
    /// # Errors
    /// Where the store cannot be used at all; damage is no error but [`Opening::Damaged`].
    pub fn open(dir: &Path, keys: &Keys, low_mark: u64, schema: &Schema) -> Result<Opening<FsDisk>, OpenError> {
        let fault = |e| OpenError::Io(dir.into(), e);
        let lock = lock(dir)?;
        let disk = FsDisk::open(&journal_dir(dir)).map_err(fault)?;
        open_locked(dir, lock, disk, keys, Limits::with_low_mark(low_mark), schema)
    }

    /// The same with the journal on a disk of one's own; lock and index stay in `dir`.
    ///
    /// # Errors
    /// As [`Local::open`].
    pub fn open_on<D: Disk + Clone>(
        disk: D,
        dir: &Path,
        keys: &Keys,
        limits: Limits,
        schema: &Schema,
    ) -> Result<Opening<D>, OpenError> {
        open_locked(dir, lock(dir)?, disk, keys, limits, schema)
    }
}

fn lock(dir: &Path) -> Result<Lock, OpenError> {
    let fault = |e| OpenError::Io(dir.into(), e);
    rustix::process::umask(Mode::from_raw_mode(0o077));
    if !dir.is_dir() {
        disk::make_dir(dir).map_err(fault)?;
    }
    let path = dir.join(LOCK);
    let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path).map_err(fault)?;
    match file.try_lock() {
        Ok(()) => Ok(Arc::new(file)),
        Err(TryLockError::WouldBlock) => Err(OpenError::Locked(dir.into())),
        Err(TryLockError::Error(e)) => Err(fault(e)),
    }
}

fn open_locked<D: Disk + Clone>(
    dir: &Path,
    lock: Lock,
    disk: D,
    keys: &Keys,
    limits: Limits,
    schema: &Schema,
) -> Result<Opening<D>, OpenError> {
    // Under another key a good index looks untrue: then the journal says so, and the index is left as it is.
    let (index, doubt) = if is_under(&disk, keys) { open_index(dir, keys, schema) } else { (None, None) };
    let known = index.as_ref().and_then(Index::head).map_or(0, |head| head.seq);
    let parts = Parts { dir: dir.into(), lock, keys: keys.clone(), limits, index };
    match Log::open_known(disk.clone(), keys, limits, Origin::Genesis, known) {
        Ok(opened) => parts.compare(disk, opened, doubt),
        Err(ReadError::Damage(damage)) => parts.damaged(disk, damage.into()),
        Err(ReadError::NewerVersion { seq, version }) => Err(OpenError::NewerVersion { seq, version }),
        Err(ReadError::Io(e)) => Err(OpenError::Io(dir.into(), e)),
    }
}

/// Without an index one goes on all the same: the journal has everything.
fn open_index(dir: &Path, keys: &Keys, schema: &Schema) -> (Option<Index>, Option<Doubt>) {
    match Index::open(dir, keys, schema) {
        Ok((index, doubt)) => {
            if let Some(doubt) = &doubt {
                tracing::warn!(%doubt, "the index was set aside and is built anew");
            }
            (Some(index), doubt)
        }
        Err(e) => {
            tracing::error!(error = %e, "the index cannot be used; going on without it");
            (None, Some(Doubt::Unreadable(e.to_string())))
        }
    }
}

struct Parts {
    dir: PathBuf,
    lock: Lock,
    keys: Keys,
    limits: Limits,
    index: Option<Index>,
}

impl Parts {
    /// Ahead of the journal: lines are lost. Behind it: the rest is to be folded. On another one: set aside.
    fn compare<D: Disk>(self, disk: D, opened: Opened<D>, doubt: Option<Doubt>) -> Result<Opening<D>, OpenError> {
        let Opened { log, torn } = opened;
        let Some(mark) = self.index.as_ref().and_then(Index::head) else {
            return Ok(self.sound(log, torn, doubt, 1));
        };
        let journal = log.head().seq;
        if mark.seq > journal {
            return self.damaged(disk, Why::LostLines { index: mark.seq, journal });
        }
        let known = match log.read_from(mark.seq).next() {
            _ if mark == index::mark(&Head::GENESIS) => true,
            Some(Ok(line)) => line.hash == mark.hash,
            Some(Err(ReadError::Damage(damage))) => return self.damaged(disk, damage.into()),
            Some(Err(ReadError::NewerVersion { seq, version })) => {
                return Err(OpenError::NewerVersion { seq, version });
            }
            Some(Err(ReadError::Io(e))) => return Err(OpenError::Io(self.dir, e)),
            None => false,
        };
        if known {
            return Ok(self.sound(log, torn, doubt, mark.seq + 1));
        }
        let dir = self.dir.clone();
        let index = self.index.and_then(|index| index.renew(&dir, &Doubt::Stranger).ok());
        Ok(Parts { index, ..self }.sound(log, torn, Some(Doubt::Stranger), 1))
    }

    fn sound<D>(self, log: Log<D>, torn: Option<Torn>, doubt: Option<Doubt>, from: u64) -> Opening<D> {
        let Parts { dir, lock, index, .. } = self;
        if let Some(torn) = &torn {
            tracing::warn!(seq = torn.seq, bytes = torn.bytes, "a torn write was cut off the journal");
        }
        Opening::Sound(Sound { dir, lock, log, index, from, rows: Vec::new(), torn, doubt })
    }

    fn damaged<D: Disk>(self, disk: D, why: Why) -> Result<Opening<D>, OpenError> {
        let Parts { dir, lock, keys, limits, index } = self;
        tracing::error!(%why, "the journal cannot be believed as a whole");
        let salvage = salvage(disk, &keys).map_err(|e| OpenError::Io(dir.clone(), e))?;
        Ok(Opening::Damaged(Damaged { dir, lock, keys, limits, index, salvage, why }))
    }
}

impl<D: Disk + Clone> Sound<D> {
    /// The journal's head.
    #[must_use]
    pub fn head(&self) -> Head {
        self.log.head()
    }

    /// All rows under a prefix, as of the index's head. Of a table in [`Schema::live`] they are proved.
    ///
    /// # Errors
    /// sled failed: answer with [`Sound::without_index`].
    pub fn live_rows(&self, prefix: &[u8]) -> Result<Vec<Pair>, IndexError> {
        self.index.as_ref().map_or(Ok(Vec::new()), |index| index.scan(prefix, None, usize::MAX))
    }

    /// The lines that the rows do not know yet, in order: all of them where the index was set aside.
    #[must_use]
    pub fn tail(&self) -> Lines<'_, D> {
        self.log.read_from(self.from)
    }

    /// `seq` of the first line that [`Sound::tail`] gives; 1 where the whole journal is to be folded.
    #[must_use]
    pub fn tail_from(&self) -> u64 {
        self.from
    }

    /// Takes rows that follow from the tail. Those of an index that is built anew are written at once; the others
    /// go in with the head when the ledger starts, so that a crash in between changes nothing.
    ///
    /// # Errors
    /// A row is malformed, or sled failed.
    pub fn project(&mut self, mut rows: Vec<Row>) -> Result<(), IndexError> {
        rows.iter().try_for_each(index::check_row)?;
        match &mut self.index {
            Some(index) if index.head().is_none() => index.fill(rows)?,
            Some(_) => self.rows.append(&mut rows),
            None => {}
        }
        Ok(())
    }

    /// Sets the index aside: from here on [`Sound::tail`] gives the whole journal.
    #[must_use]
    pub fn without_index(mut self, doubt: Doubt) -> Sound<D> {
        let renewed = self.index.map(|index| index.renew(&self.dir, &doubt));
        self.index = renewed.and_then(Result::ok);
        Sound { from: 1, rows: Vec::new(), doubt: Some(doubt), ..self }
    }

    /// Begins: every row that the tail made was given to [`Sound::project`].
    ///
    /// # Errors
    /// A thread cannot be started.
    pub fn start(mut self) -> io::Result<Local> {
        let head = index::mark(&self.log.head());
        let rows = std::mem::take(&mut self.rows);
        let applied = self.index.as_mut().map(|index| index.apply(rows, Some(head)).and_then(|()| index.sync()));
        if let Some(Err(e)) = applied {
            tracing::error!(error = %e, "the index cannot be used; going on without it");
            self.index = None;
        }
        self.begin(None)
    }

    /// Begins at once; where the index is new, a thread reads the journal once more and fills in the rows that follow
    /// from its lines. Until that is done, reads answer [`IndexError::Filling`]. Where the index is not new, the same
    /// as [`Sound::start`].
    ///
    /// # Errors
    /// A thread cannot be started.
    pub fn start_filling(self, rows_of: Projection) -> io::Result<Local> {
        match &self.index {
            Some(index) if index.head().is_none() => self.begin(Some(rows_of)),
            _ => self.start(),
        }
    }

    /// Custody after all: a line of the tail was bad.
    ///
    /// # Errors
    /// The disk cannot be listed.
    pub fn into_damaged(self, damage: Damage, keys: &Keys) -> Result<Damaged<D>, OpenError> {
        let Sound { dir, lock, log, index, .. } = self;
        let (disk, limits) = (log.disk().clone(), log.limits());
        let salvage = salvage(disk, keys).map_err(|e| OpenError::Io(dir.clone(), e))?;
        Ok(Damaged { dir, lock, keys: keys.clone(), limits, index, salvage, why: damage.into() })
    }

    fn begin(self, history: Option<Projection>) -> io::Result<Local> {
        Local::start(Start { lock: self.lock, log: self.log, index: self.index, history })
    }
}
