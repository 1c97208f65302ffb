//! The journal: the truth.
//!
//! Owns the segments, the chain over them, and what is done with a torn tail. Synchronous; refuses to know threads,
//! clocks and the meaning of a line. One law: what `sync` has answered for is never given up in silence.

use std::io;

use super::disk::Disk;
use super::key::Keys;
use super::line::{self, Flaw, Line, MAX_LINE, Unfit};
pub use super::past::Lines;
use super::space::Space;
use super::walk::{self, Chain, Segment, Step, Walk};
use super::{Commit, Head, Receipt};

/// Bytes after which the next segment begins: small enough to verify one at every start and to copy one by one.
pub const SEGMENT: u64 = 64 * 1024 * 1024;

/// Bytes of the reserve: some ten thousand removals.
pub const RESERVE: u64 = 16 * 1024 * 1024;

/// Lines between two remembered places of the last segment: reading from a known `seq` skips what lies before.
const STRIDE: u64 = 256;

/// The sizes a journal keeps to, in bytes.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// A segment that would grow beyond this is followed by the next one.
    pub segment: u64,
    /// The reserve beside the journal.
    pub reserve: u64,
    /// With less free space than this, room is short.
    pub low_mark: u64,
}

impl Limits {
    /// [`SEGMENT`] and [`RESERVE`], with this low mark.
    #[must_use]
    pub const fn with_low_mark(low_mark: u64) -> Limits {
        Limits { segment: SEGMENT, reserve: RESERVE, low_mark }
    }
}

/// Where a journal begins.
#[derive(Clone, Copy, Debug)]
pub enum Origin {
    /// With line 1.
    Genesis,
    /// A side journal: its first line follows this head of another one. Once it has lines, they say where it begins.
    After(Head),
}

/// A bad line that was durable, or that no crash can have made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{segment}, byte {offset}, line {seq}: {why}")]
pub struct Damage {
    /// File name.
    pub segment: String,
    /// First byte of the line in that file.
    pub offset: u64,
    /// The `seq` that belongs there.
    pub seq: u64,
    /// What is wrong.
    pub why: Flaw,
}

/// What was cut off the end: written, never synced, never answered for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Torn {
    /// The `seq` of the first line that went.
    pub seq: u64,
    /// How much.
    pub bytes: u64,
    /// The file it was set aside in; `None` where the disk had no room for it.
    pub kept: Option<String>,
}

/// Why a journal does not open or cannot be read on.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Lines are lost or were changed.
    #[error("the journal is damaged: {0}")]
    Damage(#[from] Damage),
    /// Good, but not for this program.
    #[error("line {seq} was written by a newer version (format {version})")]
    NewerVersion {
        /// Which line.
        seq: u64,
        /// Its format.
        version: u64,
    },
    /// The disk answered with an error.
    #[error("the journal cannot be read: {0}")]
    Io(#[from] io::Error),
}

/// Why commits were not appended, or not synced.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// One of the commits cannot become a line; nothing was written.
    #[error("commit {index} of the batch: {why}")]
    Unfit {
        /// Which of the batch.
        index: usize,
        /// What is wrong with it.
        why: Unfit,
    },
    /// No room; nothing was written, and the reserve was given up.
    #[error("the disk is full")]
    Full,
    /// The write failed and was undone.
    #[error("the journal could not be written: {0}")]
    Io(#[source] io::Error),
    /// A sync failed: what was written may be lost, and the disk will not say so again. The log is beyond use.
    #[error("the journal could not be synced: {0}")]
    SyncFailed(#[source] io::Error),
    /// A sync failed before, or a failed write could not be undone. The log is beyond use.
    #[error("the journal is beyond use since an earlier failure")]
    Broken,
}

/// An open journal.
#[derive(Debug)]
pub struct Log<D> {
    disk: D,
    keys: Keys,
    limits: Limits,
    space: Space,
    segments: Vec<Segment>,
    /// Good bytes of the last segment.
    len: u64,
    head: Head,
    synced: u64,
    places: Vec<(u64, u64)>,
    broken: bool,
}

/// A journal that opened, and what it took.
#[derive(Debug)]
pub struct Opened<D> {
    /// The journal.
    pub log: Log<D>,
    /// What was cut off its end.
    pub torn: Option<Torn>,
}

impl<D: Disk> Log<D> {
    /// Opens a journal: verifies its last segment and how the others join, cuts a torn tail, and syncs what it found.
    ///
    /// # Errors
    /// [`ReadError::Damage`] names the first bad line; then [`super::salvage`] reads what is intact.
    pub fn open(disk: D, keys: &Keys, limits: Limits, origin: Origin) -> Result<Opened<D>, ReadError> {
        Log::open_known(disk, keys, limits, origin, 0)
    }

    /// The same where something else, like the index, knows that the lines up to `known` were durable: a bad one of
    /// them is damage, whatever it looks like.
    ///
    /// # Errors
    /// As [`Log::open`].
    pub fn open_known(
        disk: D,
        keys: &Keys,
        limits: Limits,
        origin: Origin,
        known: u64,
    ) -> Result<Opened<D>, ReadError> {
        let space = Space::new(&disk, limits.reserve, limits.low_mark);
        let segments = walk::segments(&disk)?;
        let start = check_joins(&disk, keys, &segments, origin)?;
        let mut log = Log {
            disk,
            keys: keys.clone(),
            limits,
            space,
            segments,
            len: 0,
            head: start,
            synced: start.seq,
            places: Vec::new(),
            broken: false,
        };
        let torn = log.recover(origin, known)?;
        Ok(Opened { log, torn })
    }

    /// The last line written; durable once `sync` has answered after it.
    #[must_use]
    pub fn head(&self) -> Head {
        self.head
    }

    /// Whether room is short: the reserve was given up.
    #[must_use]
    pub fn low(&self) -> bool {
        self.space.low()
    }

    pub(super) fn keys(&self) -> &Keys {
        &self.keys
    }

    pub(super) fn segments(&self) -> &[Segment] {
        &self.segments
    }

    pub(super) fn limits(&self) -> Limits {
        self.limits
    }

    /// The directory.
    #[must_use]
    pub fn disk(&self) -> &D {
        &self.disk
    }

    /// Looks how much room there is; gives up or takes back the reserve.
    pub fn watch_space(&mut self) {
        self.space.watch(&self.disk);
    }

    /// Appends these commits with one write. They are not durable before [`Log::sync`].
    ///
    /// # Errors
    /// Nothing is written in any case but `SyncFailed` and `Broken`, which leave the log beyond use.
    pub fn append(&mut self, commits: &[Commit]) -> Result<Vec<Receipt>, AppendError> {
        if self.broken {
            return Err(AppendError::Broken);
        }
        let (bytes, receipts) = self.render(commits)?;
        let (Some(commit), Some(Receipt { seq, hash })) = (commits.last(), receipts.last().copied()) else {
            return Ok(receipts);
        };
        self.turn(bytes.len() as u64)?;
        self.write(&bytes)?;
        self.head = Head { seq, hash, at: Some(commit.at) };
        Ok(receipts)
    }

    /// Makes durable what was appended.
    ///
    /// # Errors
    /// `SyncFailed` and `Broken`: the log is beyond use and the process should end.
    pub fn sync(&mut self) -> Result<(), AppendError> {
        if self.broken {
            return Err(AppendError::Broken);
        }
        if let Some(last) = self.segments.last() {
            let synced = self.disk.sync(&last.name);
            self.or_broken(synced)?;
        }
        self.synced = self.head.seq;
        Ok(())
    }

    /// The lines from `seq` to the head, in order, verified as they are read.
    pub fn read_from(&self, seq: u64) -> Lines<'_, D> {
        let index = self.segments.partition_point(|s| s.first.is_some_and(|first| first <= seq)).saturating_sub(1);
        let segments = self.segments.get(index..).unwrap_or_default();
        let first = segments.first().and_then(|s| s.first);
        let place = self.places.iter().rev().find(|(at, _)| *at <= seq && segments.len() == 1);
        let chain = Chain { seq: place.map(|(at, _)| *at).or(first), prev: None };
        let mut walk = Walk::new(&self.disk, Some(&self.keys), segments, chain);
        if let Some((_, offset)) = place {
            walk.skip_to(*offset);
        }
        Lines::new(walk, segments, seq, self.head.seq)
    }

    fn render(&self, commits: &[Commit]) -> Result<(Vec<u8>, Vec<Receipt>), AppendError> {
        let (mut bytes, mut receipts, mut head) = (Vec::new(), Vec::with_capacity(commits.len()), self.head);
        for (index, commit) in commits.iter().enumerate() {
            let (line, hash) =
                line::write(commit, &head, self.synced, &self.keys).map_err(|why| AppendError::Unfit { index, why })?;
            bytes.extend_from_slice(&line);
            receipts.push(Receipt { seq: commit.seq, hash });
            head = Head { seq: commit.seq, hash, at: Some(commit.at) };
        }
        Ok((bytes, receipts))
    }

    /// Begins the next segment where the last one is full, or none is there. A segment is whole and durable before
    /// the next one has a name, so that a name says: all before it was synced.
    fn turn(&mut self, more: u64) -> Result<(), AppendError> {
        let fits = self.len == 0 || self.len.saturating_add(more) <= self.limits.segment;
        if fits && !self.segments.is_empty() {
            return Ok(());
        }
        self.sync()?;
        let segment = Segment::new(self.head.seq + 1);
        if let Err(e) = self.disk.create(&segment.name) {
            return Err(self.failed(e));
        }
        let named = self.disk.sync_dir();
        self.or_broken(named)?;
        self.places = vec![(self.head.seq + 1, 0)];
        self.segments.push(segment);
        self.len = 0;
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), AppendError> {
        let Some(last) = self.segments.last() else { return Err(AppendError::Broken) };
        let Err(e) = self.disk.append(&last.name, bytes) else {
            self.len += bytes.len() as u64;
            return Ok(());
        };
        if self.disk.truncate(&last.name, self.len).is_err() {
            self.broken = true;
            return Err(AppendError::Broken);
        }
        Err(self.failed(e))
    }

    fn failed(&mut self, e: io::Error) -> AppendError {
        if !is_full(&e) {
            return AppendError::Io(e);
        }
        self.space.give_up(&self.disk);
        AppendError::Full
    }

    fn or_broken(&mut self, synced: io::Result<()>) -> Result<(), AppendError> {
        synced.map_err(|e| {
            self.broken = true;
            AppendError::SyncFailed(e)
        })
    }

    /// Reads the last segment, cuts its torn tail, and makes sure that what was found is durable.
    fn recover(&mut self, origin: Origin, known: u64) -> Result<Option<Torn>, ReadError> {
        let Some(last) = self.segments.last().cloned() else { return Ok(None) };
        let scan = scan(&self.disk, &self.keys, &last, self.start_of(origin), known)?;
        let size = self.disk.len(&last.name).map_err(|_| unread(&last, 0, self.head.seq + 1))?;
        self.head = scan.head.unwrap_or(self.head);
        self.places = scan.places;
        self.len = scan.torn.as_ref().map_or(size, |(offset, _)| *offset);
        let torn = match scan.torn {
            Some((_, seq)) => Some(self.cut(&last, seq, size)?),
            None => None,
        };
        self.disk.sync(&last.name)?;
        self.synced = self.head.seq;
        Ok(torn)
    }

    fn start_of(&self, origin: Origin) -> Chain {
        match origin {
            Origin::After(_) if self.segments.len() == 1 => {
                Chain { seq: self.segments.first().and_then(|s| s.first), prev: None }
            }
            _ => Chain { seq: Some(self.head.seq + 1), prev: Some(self.head.hash) },
        }
    }

    /// Sets the tail aside, then cuts it: on disk twice rather than not at all.
    fn cut(&mut self, last: &Segment, seq: u64, size: u64) -> io::Result<Torn> {
        let bytes = size.saturating_sub(self.len);
        let tail = self.disk.read(&last.name, self.len, usize::try_from(bytes).unwrap_or(usize::MAX))?;
        let kept = match set_aside(&self.disk, seq, &tail) {
            Ok(name) => Some(name),
            // Better to lose bytes nobody was answered for than not to start, and end no grants.
            Err(e) if is_full(&e) => None,
            Err(e) => return Err(e),
        };
        self.disk.truncate(&last.name, self.len)?;
        Ok(Torn { seq, bytes, kept })
    }
}

/// Whether an error says that there is no room.
fn is_full(e: &io::Error) -> bool {
    matches!(e.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

fn set_aside<D: Disk>(disk: &D, seq: u64, tail: &[u8]) -> io::Result<String> {
    let names = disk.list()?;
    let free = (1_u64..).map(|n| format!("{}{seq}-{n}", walk::TORN)).find(|name| !names.contains(name));
    let Some(name) = free else { return Err(io::Error::other("no name is left for a torn tail")) };
    disk.create(&name)?;
    let kept = disk.append(&name, tail).and_then(|()| disk.sync(&name)).and_then(|()| disk.sync_dir());
    if kept.is_err() {
        disk.remove(&name)?;
    }
    kept.map(|()| name)
}

/// Checks that no segment is missing and that each begins where the one before ends. Answers the head before the last.
fn check_joins<D: Disk>(disk: &D, keys: &Keys, segments: &[Segment], origin: Origin) -> Result<Head, ReadError> {
    let (mut head, strict) = match origin {
        Origin::Genesis => (Head::GENESIS, true),
        Origin::After(head) => (head, false),
    };
    for (index, segment) in segments.iter().enumerate() {
        let first = segment.first.unwrap_or(0);
        if let Some(before) = index.checked_sub(1).and_then(|i| segments.get(i)) {
            head = last_line(disk, keys, before, first)?.head();
        } else if !strict && first != head.seq + 1 {
            head = Head { seq: first.saturating_sub(1), ..head };
        }
        if first != head.seq + 1 {
            let seq = head.seq + 1;
            return Err(Damage { segment: segment.name.clone(), offset: 0, seq, why: Flaw::MissingSegment }.into());
        }
    }
    Ok(head)
}

/// The last line of a segment that another one, beginning with `next`, has sealed.
fn last_line<D: Disk>(disk: &D, keys: &Keys, segment: &Segment, next: u64) -> Result<Line, ReadError> {
    let lost = |_| unread(segment, 0, next.saturating_sub(1));
    let size = disk.len(&segment.name).map_err(lost)?;
    let from = size.saturating_sub(MAX_LINE as u64 + 1);
    let tail = disk.read(&segment.name, from, MAX_LINE + 1).map_err(lost)?;
    let body = tail.strip_suffix(b"\n").unwrap_or(&tail);
    let start = body.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let flaw = match line::read(&tail[start..], Some(keys)) {
        Ok(line) if line.seq.checked_add(1) == Some(next) => return Ok(line),
        Ok(_) => Flaw::MissingSegment,
        Err(Flaw::Newer(version)) => return Err(ReadError::NewerVersion { seq: next.saturating_sub(1), version }),
        Err(flaw) => flaw,
    };
    let offset = from + start as u64;
    Err(Damage { segment: segment.name.clone(), offset, seq: next.saturating_sub(1), why: flaw }.into())
}

/// A line that the disk does not deliver is as lost as a bad one.
fn unread(segment: &Segment, offset: u64, seq: u64) -> Damage {
    Damage { segment: segment.name.clone(), offset, seq, why: Flaw::Io }
}

struct Scan {
    head: Option<Head>,
    places: Vec<(u64, u64)>,
    /// Offset and `seq` of the first line to cut.
    torn: Option<(u64, u64)>,
}

/// Reads the last segment. A bad line begins the torn tail if it lies above the greatest `durable` that any intact line
/// names and above `known`, and if a crash may have left it and all bad ones behind it. Else it is damage.
fn scan<D: Disk>(disk: &D, keys: &Keys, last: &Segment, start: Chain, known: u64) -> Result<Scan, ReadError> {
    let segments = std::slice::from_ref(last);
    let mut walk = Walk::new(disk, Some(keys), segments, start);
    let mut scan = Scan { head: None, places: Vec::new(), torn: None };
    let mut durable = last.first.map_or(0, |first| first.saturating_sub(1)).max(known);
    let (mut bad, mut may_be_torn): (Option<Damage>, bool) = (None, true);
    while let Some(step) = walk.next() {
        let offset = step.offset;
        match step.line {
            Ok(line) => {
                durable = durable.max(line.durable);
                if bad.is_none() {
                    scan.keep(&line, offset);
                }
            }
            Err(Flaw::Newer(_)) => return Err(fault(segments, step)),
            Err(why) => {
                may_be_torn &= why.may_be_torn();
                bad.get_or_insert_with(|| Damage { segment: last.name.clone(), offset, seq: step.seq, why });
            }
        }
    }
    match bad {
        Some(damage) if !may_be_torn || damage.seq <= durable => Err(damage.into()),
        bad => {
            scan.torn = bad.map(|damage| (damage.offset, damage.seq));
            Ok(scan)
        }
    }
}

impl Scan {
    fn keep(&mut self, line: &Line, offset: u64) {
        if self.places.last().is_none_or(|(seq, _)| line.seq >= seq.saturating_add(STRIDE)) {
            self.places.push((line.seq, offset));
        }
        self.head = Some(line.head());
    }
}

pub(super) fn fault(segments: &[Segment], step: Step) -> ReadError {
    let why = match step.line {
        Err(Flaw::Newer(version)) => return ReadError::NewerVersion { seq: step.seq, version },
        Err(why) => why,
        Ok(_) => Flaw::Unreadable,
    };
    let segment = segments.get(step.segment).map(|s| s.name.clone()).unwrap_or_default();
    Damage { segment, offset: step.offset, seq: step.seq, why }.into()
}
