//! The index: rows in sled, rebuildable from the journal.
//!
//! Owns the sled directory, its cures, and the proof that what is read is what was written. Refuses to be the only
//! copy of anything. One law: rows and the head they belong to change together, and a doubtful index is set aside.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::thread;

use super::disk::sync_dir;
use super::key::Keys;
use super::line::Hash;
use super::{Head, Receipt, Row};

/// Longest key, in bytes: ids are short.
pub const MAX_KEY: usize = 1024;

/// Longest value, in bytes: no row is longer than the line it comes from.
pub const MAX_VALUE: usize = 64 * 1024;

/// Most rows one read answers.
pub const MAX_ROWS: usize = 10_000;

/// Directory of sled inside the store.
pub(super) const SLED: &str = "sled";

/// Set-aside indexes that are kept: one to look at and one before it. They are evidence, not data.
const KEPT: usize = 2;

/// Bytes sled may cache: what lives is in memory anyway.
const CACHE: u64 = 16 * 1024 * 1024;

/// Milliseconds between sled's own flushes: they drive its garbage collection; durability is ours.
const OWN_FLUSH_MS: u64 = 500;

/// Rows written at once while rebuilding.
const BULK: usize = 1_000;

/// First byte of the ledger's own keys.
const OWN_TABLE: u8 = 0;
const HEAD: &[u8] = b"\0head";

/// A key and its value.
pub type Pair = (Vec<u8>, Vec<u8>);

/// What the caller's rows look like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schema {
    /// An index written under another version is set aside.
    pub version: String,
    /// Tables (first bytes of keys) that are believed at the start: each is checked as a whole when the store opens.
    pub live: Vec<u8>,
}

/// Why a row cannot be read or written. The journal is not touched by any of them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IndexError {
    /// There is no index, in custody or on a full disk.
    #[error("there is no index")]
    Absent,
    /// History is still being filled in behind a start.
    #[error("the index does not have all of the history yet")]
    Filling,
    /// It could not keep up with the journal, or failed; a restart mends it.
    #[error("the index is behind the journal until the next start")]
    Behind,
    /// A key or value beyond its limit, or a key of table 0.
    #[error("not a row")]
    Malformed,
    /// sled failed.
    #[error("the index failed: {0}")]
    Failed(String),
}

/// Why an index was not used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Doubt {
    /// sled did not open, or could not be read.
    #[error("it does not open: {0}")]
    Unreadable(String),
    /// Its rows are of another version.
    #[error("its rows are of another version")]
    Schema,
    /// Its head or a table is not what was written.
    #[error("it does not hold what was written to it")]
    Untrue,
    /// It was being rebuilt.
    #[error("it was never finished")]
    Unfinished,
    /// It belongs to another journal.
    #[error("it follows another journal")]
    Stranger,
}

/// Rows, and the line of the journal they stand at.
pub(super) struct Index {
    db: sled::Db,
    /// sled's `flush` is no fsync on Linux; this second handle is.
    file: File,
    keys: Keys,
    schema: Schema,
    head: Option<Receipt>,
    sums: Sums,
}

impl std::fmt::Debug for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Index").field("head", &self.head).finish_non_exhaustive()
    }
}

/// Per table the exclusive or of the MACs of its rows: changes with each row, and says whether the table is whole.
type Sums = BTreeMap<u8, [u8; 32]>;

/// Refuses rows that the index cannot hold.
pub(super) fn check_row(row: &Row) -> Result<(), IndexError> {
    let key = !row.key.is_empty() && row.key.len() <= MAX_KEY && row.key[0] != OWN_TABLE;
    let value = row.value.as_ref().is_none_or(|value| value.len() <= MAX_VALUE);
    if key && value { Ok(()) } else { Err(IndexError::Malformed) }
}

impl Index {
    /// Opens the index in the store, whose lock must be held. A doubtful one is set aside for an empty one, whose
    /// head is `None`. `Err` where not even that works: then one goes without.
    pub fn open(store: &Path, keys: &Keys, schema: &Schema) -> Result<(Index, Option<Doubt>), IndexError> {
        match Index::open_sound(store, keys, schema) {
            Ok(index) => Ok((index, None)),
            Err(OpenFault::Full(why)) => Err(IndexError::Failed(why)),
            Err(OpenFault::Doubt(doubt)) => {
                set_aside(store, &doubt).map_err(failed)?;
                Ok((Index::open_empty(store, keys, schema)?, Some(doubt)))
            }
        }
    }

    /// Sets this index aside for an empty one.
    pub fn renew(self, store: &Path, doubt: &Doubt) -> Result<Index, IndexError> {
        let Index { db, keys, schema, .. } = self;
        drop(db);
        set_aside(store, doubt).map_err(failed)?;
        Index::open_empty(store, &keys, &schema)
    }

    fn open_empty(store: &Path, keys: &Keys, schema: &Schema) -> Result<Index, IndexError> {
        Index::open_sound(store, keys, schema).map_err(|fault| match fault {
            OpenFault::Full(why) => IndexError::Failed(why),
            OpenFault::Doubt(doubt) => IndexError::Failed(doubt.to_string()),
        })
    }

    /// On a thread of its own: sled panics on some damage, while it opens and while it is read.
    fn open_sound(store: &Path, keys: &Keys, schema: &Schema) -> Result<Index, OpenFault> {
        let dir = store.join(SLED);
        clear_generating(&dir).map_err(|e| OpenFault::Doubt(Doubt::Unreadable(e.to_string())))?;
        let (keys, schema) = (keys.clone(), schema.clone());
        let thread = thread::Builder::new().name("index-open".into()).spawn(move || {
            let mut index = Index::open_sled(&dir, keys, schema)?;
            index.check()?;
            Ok::<Index, OpenFault>(index)
        });
        let panicked = || OpenFault::Doubt(Doubt::Unreadable("sled panicked".into()));
        let index = thread.map_err(|e| OpenFault::Full(e.to_string()))?.join().map_err(|_| panicked())??;
        sync_dir(&store.join(SLED)).and_then(|()| sync_dir(store)).map_err(|e| OpenFault::Full(e.to_string()))?;
        Ok(index)
    }

    fn open_sled(dir: &Path, keys: Keys, schema: Schema) -> Result<Index, OpenFault> {
        let config = sled::Config::new().path(dir).cache_capacity(CACHE).flush_every_ms(Some(OWN_FLUSH_MS));
        let db = config.open()?;
        let file = File::open(dir.join("db")).map_err(sled::Error::from)?;
        file.sync_all().map_err(sled::Error::from)?;
        Ok(Index { db, file, keys, schema, head: None, sums: Sums::new() })
    }

    fn check(&mut self) -> Result<(), OpenFault> {
        let Some(row) = self.db.get(HEAD)? else {
            return if self.db.is_empty() { Ok(()) } else { Err(OpenFault::Doubt(Doubt::Unfinished)) };
        };
        let head = HeadRow::parse(&row, &self.keys).ok_or(OpenFault::Doubt(Doubt::Untrue))?;
        if head.schema != self.schema.version {
            return Err(OpenFault::Doubt(Doubt::Schema));
        }
        self.head = Some(head.at);
        self.sums = head.sums;
        for table in &self.schema.live {
            if self.sum(*table)? != self.sums.get(table).copied().unwrap_or_default() {
                return Err(OpenFault::Doubt(Doubt::Untrue));
            }
        }
        Ok(())
    }

    fn sum(&self, table: u8) -> Result<[u8; 32], sled::Error> {
        let mut sum = [0; 32];
        for pair in self.db.scan_prefix([table]) {
            let (key, value) = pair?;
            toggle(&mut sum, &self.keys, &key, &value);
        }
        Ok(sum)
    }

    /// The line the rows stand at; `None` while it is being built.
    pub fn head(&self) -> Option<Receipt> {
        self.head
    }

    pub fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, IndexError> {
        guarded(|| Ok(self.db.get(key)?.map(|value| value.to_vec())))
    }

    /// At most `limit` rows under `prefix`, after the key `after`.
    pub fn scan(&self, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Result<Vec<Pair>, IndexError> {
        let start = after.map_or(std::ops::Bound::Included(prefix), std::ops::Bound::Excluded);
        guarded(|| {
            let mut pairs = Vec::new();
            for pair in self.db.range::<&[u8], _>((start, std::ops::Bound::Unbounded)).take(limit) {
                let (key, value) = pair?;
                if !key.starts_with(prefix) {
                    break;
                }
                pairs.push((key.to_vec(), value.to_vec()));
            }
            Ok(pairs)
        })
    }

    /// Applies rows, the last one of a key counts, and moves the head if one is given. Not durable before `sync`.
    pub fn apply(&mut self, rows: Vec<Row>, head: Option<Receipt>) -> Result<(), IndexError> {
        let last: BTreeMap<Vec<u8>, Option<Vec<u8>>> = rows.into_iter().map(|row| (row.key, row.value)).collect();
        let mut sums = self.sums.clone();
        let mut batch = sled::Batch::default();
        guarded(|| {
            for (key, value) in last {
                self.account(&mut sums, &key, value.as_deref())?;
                match value {
                    Some(value) => batch.insert(key, value),
                    None => batch.remove(key),
                }
            }
            if let Some(at) = head {
                let row = HeadRow { at, schema: self.schema.version.clone(), sums: sums.clone() };
                batch.insert(HEAD, row.bytes(&self.keys));
            }
            self.db.apply_batch(batch)
        })?;
        self.sums = sums;
        self.head = head.or(self.head);
        Ok(())
    }

    /// Writes rows of an index that is being rebuilt, in bulk.
    pub fn fill(&mut self, rows: Vec<Row>) -> Result<(), IndexError> {
        let mut rows = rows.into_iter();
        loop {
            let bulk: Vec<Row> = rows.by_ref().take(BULK).collect();
            if bulk.is_empty() {
                return Ok(());
            }
            self.apply(bulk, None)?;
        }
    }

    fn account(&self, sums: &mut Sums, key: &[u8], value: Option<&[u8]>) -> Result<(), sled::Error> {
        let sum = sums.entry(key.first().copied().unwrap_or_default()).or_default();
        if let Some(old) = self.db.get(key)? {
            toggle(sum, &self.keys, key, &old);
        }
        if let Some(new) = value {
            toggle(sum, &self.keys, key, new);
        }
        Ok(())
    }

    /// Makes durable what was applied.
    pub fn sync(&self) -> Result<(), IndexError> {
        guarded(|| {
            self.db.flush()?;
            self.file.sync_data()?;
            Ok(())
        })
    }
}

fn toggle(sum: &mut [u8; 32], keys: &Keys, key: &[u8], value: &[u8]) {
    for (byte, mac) in sum.iter_mut().zip(keys.index_mac(&[b"row", key, value])) {
        *byte ^= mac;
    }
}

fn guarded<T>(act: impl FnOnce() -> Result<T, sled::Error>) -> Result<T, IndexError> {
    match catch_unwind(AssertUnwindSafe(act)) {
        Ok(done) => done.map_err(failed),
        Err(_) => Err(IndexError::Failed("sled panicked".into())),
    }
}

fn failed(e: impl std::fmt::Display) -> IndexError {
    IndexError::Failed(e.to_string())
}

enum OpenFault {
    /// The disk has no room, which is no fault of the index.
    Full(String),
    Doubt(Doubt),
}

impl From<sled::Error> for OpenFault {
    fn from(e: sled::Error) -> OpenFault {
        match &e {
            sled::Error::Io(io) if io.kind() == io::ErrorKind::StorageFull => OpenFault::Full(e.to_string()),
            _ => OpenFault::Doubt(Doubt::Unreadable(e.to_string())),
        }
    }
}

/// What stands under the head key.
struct HeadRow {
    at: Receipt,
    schema: String,
    sums: Sums,
}

impl HeadRow {
    /// `seq`, hash, length and bytes of the schema, then table and sum of each table, then the MAC of all that.
    fn bytes(&self, keys: &Keys) -> Vec<u8> {
        let mut bytes = Vec::new();
        bytes.extend_from_slice(&self.at.seq.to_be_bytes());
        bytes.extend_from_slice(self.at.hash.as_bytes());
        bytes.extend_from_slice(&(self.schema.len() as u64).to_be_bytes());
        bytes.extend_from_slice(self.schema.as_bytes());
        for (table, sum) in &self.sums {
            bytes.push(*table);
            bytes.extend_from_slice(sum);
        }
        let mac = keys.index_mac(&[b"head", &bytes]);
        bytes.extend_from_slice(&mac);
        bytes
    }

    fn parse(bytes: &[u8], keys: &Keys) -> Option<HeadRow> {
        let (body, mac) = bytes.split_last_chunk::<32>()?;
        if keys.index_mac(&[b"head", body]) != *mac {
            return None;
        }
        let (seq, body) = body.split_first_chunk::<8>()?;
        let (hash, body) = body.split_first_chunk::<32>()?;
        let (len, body) = body.split_first_chunk::<8>()?;
        let (schema, body) = body.split_at_checked(usize::try_from(u64::from_be_bytes(*len)).ok()?)?;
        let sum = |entry: &[u8]| Some((*entry.first()?, entry.get(1..)?.try_into().ok()?));
        Some(HeadRow {
            at: Receipt { seq: u64::from_be_bytes(*seq), hash: Hash::from_bytes(*hash) },
            schema: String::from_utf8(schema.to_vec()).ok()?,
            sums: body.chunks(33).map(sum).collect::<Option<Sums>>()?,
        })
    }
}

/// A process killed while sled opens leaves this file, and the next open takes it for the newest snapshot.
fn clear_generating(dir: &Path) -> io::Result<()> {
    let entries = match fs::read_dir(dir) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with("snap.") && name.ends_with(".generating") {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Moves the index out of the way. One that was never finished is no evidence of anything and is removed.
fn set_aside(store: &Path, doubt: &Doubt) -> io::Result<()> {
    let dir = store.join(SLED);
    if !dir.exists() {
        return Ok(());
    }
    if *doubt == Doubt::Unfinished {
        return fs::remove_dir_all(&dir);
    }
    let mut aside = set_aside_before(store)?;
    let next = aside.last().map_or(1, |(n, _)| n + 1);
    fs::rename(&dir, store.join(format!("{SLED}.bad-{next}")))?;
    aside.truncate((aside.len() + 1).saturating_sub(KEPT));
    for (_, old) in aside {
        fs::remove_dir_all(old)?;
    }
    sync_dir(store)
}

fn set_aside_before(store: &Path) -> io::Result<Vec<(u64, PathBuf)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(store)? {
        let entry = entry?;
        let name = entry.file_name();
        let number = name.to_str().and_then(|name| name.strip_prefix(SLED)?.strip_prefix(".bad-")?.parse().ok());
        if let Some(number) = number {
            found.push((number, entry.path()));
        }
    }
    found.sort_unstable();
    Ok(found)
}

/// The head of a journal, as the index notes it.
pub(super) fn mark(head: &Head) -> Receipt {
    Receipt { seq: head.seq, hash: head.hash }
}
