//! A disk in memory that does to unsynced bytes what disks do.
//!
//! Owns what is live and what is durable, and decides by a seed what a crash leaves. Refuses to be kind: bytes that
//! were not synced are lost, torn, zeroed or replaced by garbage, names that were not synced come and go one by one.
//! One law: what `sync` and `sync_dir` answered for stays.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rand::rngs::StdRng;
use rand::{Rng, RngExt, SeedableRng};

use super::disk::Disk;

/// Bytes that reach the platter together. Smaller than a real disk's, so that lines tear in many places.
const SECTOR: usize = 64;

/// Free space of a disk without a budget.
const ROOMY: u64 = 1 << 50;

/// A handle on the disk; clones share it. After [`SimDisk::crash`] older handles answer errors.
#[derive(Clone, Debug)]
pub struct SimDisk {
    shared: Arc<Mutex<State>>,
    life: u64,
}

#[derive(Debug)]
struct State {
    life: u64,
    rng: StdRng,
    files: Vec<File>,
    names: BTreeMap<String, usize>,
    durable_names: BTreeMap<String, usize>,
    name_changes: Vec<NameChange>,
    budget: Option<u64>,
    operations: u64,
    cut_at: Option<u64>,
    fail_sync: bool,
    fail_append: Option<io::ErrorKind>,
    unreadable: BTreeSet<String>,
}

#[derive(Debug, Default)]
struct File {
    live: Vec<u8>,
    durable: Vec<u8>,
    pending: Vec<Change>,
}

#[derive(Debug)]
enum Change {
    Write { offset: usize, bytes: Vec<u8> },
    Cut(usize),
}

#[derive(Debug)]
enum NameChange {
    Set(String, usize),
    Gone(String),
}

impl SimDisk {
    /// An empty disk; the seed decides what its crashes leave.
    #[must_use]
    pub fn new(seed: u64) -> SimDisk {
        let state = State {
            life: 0,
            rng: StdRng::seed_from_u64(seed),
            files: Vec::new(),
            names: BTreeMap::new(),
            durable_names: BTreeMap::new(),
            name_changes: Vec::new(),
            budget: None,
            operations: 0,
            cut_at: None,
            fail_sync: false,
            fail_append: None,
            unreadable: BTreeSet::new(),
        };
        SimDisk { shared: Arc::new(Mutex::new(state)), life: 0 }
    }

    /// The power goes and comes back. Answers the disk as it is found; every older handle is dead.
    #[must_use]
    pub fn crash(&self) -> SimDisk {
        let mut state = self.lock();
        state.crash();
        SimDisk { shared: Arc::clone(&self.shared), life: state.life }
    }

    /// The power goes at the operation that is the `operations`th from now, counted from 0: that one may be half
    /// done, and from then on nothing answers until [`SimDisk::crash`].
    pub fn cut_power_after(&self, operations: u64) {
        let mut state = self.lock();
        state.cut_at = Some(state.operations + operations);
    }

    /// How many operations were asked for so far; a measure for [`SimDisk::cut_power_after`].
    #[must_use]
    pub fn operations(&self) -> u64 {
        self.lock().operations
    }

    /// How many bytes all files together may have; `None` is no limit.
    pub fn set_budget(&self, bytes: Option<u64>) {
        self.lock().budget = bytes;
    }

    /// Bytes in all files.
    #[must_use]
    pub fn used(&self) -> u64 {
        self.lock().used()
    }

    /// The next `sync` fails and, as on Linux, drops what it should have written: no later one makes it durable.
    pub fn fail_next_sync(&self) {
        self.lock().fail_sync = true;
    }

    /// The next `append` writes a part and fails.
    pub fn fail_next_append(&self, kind: io::ErrorKind) {
        self.lock().fail_append = Some(kind);
    }

    /// From now on the file's bytes cannot be read.
    pub fn fail_reads(&self, name: &str) {
        self.lock().unreadable.insert(name.to_owned());
    }

    /// The live bytes of a file.
    #[must_use]
    pub fn contents(&self, name: &str) -> Option<Vec<u8>> {
        let state = self.lock();
        state.file(name).ok().map(|id| state.files[id].live.clone())
    }

    /// Puts bytes into a file, live and durable, as somebody would who meddles with the disk.
    pub fn overwrite(&self, name: &str, bytes: &[u8]) {
        let mut state = self.lock();
        let file = File { live: bytes.to_vec(), durable: bytes.to_vec(), pending: Vec::new() };
        let id = state.add(file);
        state.names.insert(name.to_owned(), id);
        state.durable_names.insert(name.to_owned(), id);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts the operation. `Err` where the power is gone; the bool says that it goes with this one.
    fn begin(&self) -> io::Result<(MutexGuard<'_, State>, bool)> {
        let mut state = self.lock();
        let gone = || io::Error::other("the power is gone");
        if state.life != self.life {
            return Err(gone());
        }
        let now = state.operations;
        state.operations += 1;
        match state.cut_at {
            Some(at) if now > at => Err(gone()),
            at => Ok((state, at == Some(now))),
        }
    }

    /// Does a change whose answer may be lost with the power.
    fn change<T>(&self, act: impl FnOnce(&mut State) -> io::Result<T>) -> io::Result<T> {
        let (mut state, cut) = self.begin()?;
        if cut && state.rng.random() {
            return Err(io::Error::other("the power is gone"));
        }
        let done = act(&mut state);
        if cut { Err(io::Error::other("the power is gone")) } else { done }
    }

    /// Does what only looks.
    fn look<T>(&self, act: impl FnOnce(&State) -> io::Result<T>) -> io::Result<T> {
        let (state, cut) = self.begin()?;
        if cut { Err(io::Error::other("the power is gone")) } else { act(&state) }
    }
}

impl State {
    fn file(&self, name: &str) -> io::Result<usize> {
        self.names.get(name).copied().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn add(&mut self, file: File) -> usize {
        self.files.push(file);
        self.files.len() - 1
    }

    fn set_name(&mut self, name: &str, id: usize) {
        self.names.insert(name.to_owned(), id);
        self.name_changes.push(NameChange::Set(name.to_owned(), id));
    }

    fn used(&self) -> u64 {
        self.names.values().map(|id| self.files[*id].live.len() as u64).sum()
    }

    fn room(&self) -> u64 {
        self.budget.map_or(ROOMY, |budget| budget.saturating_sub(self.used()))
    }

    fn append(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let id = self.file(name)?;
        let room = usize::try_from(self.room()).unwrap_or(usize::MAX);
        let fails = match self.fail_append.take() {
            Some(kind) => Some((kind, self.rng.random_range(0..=bytes.len()))),
            None if room < bytes.len() => Some((io::ErrorKind::StorageFull, room)),
            None => None,
        };
        let bytes = &bytes[..fails.map_or(bytes.len(), |(_, written)| written)];
        let file = &mut self.files[id];
        file.pending.push(Change::Write { offset: file.live.len(), bytes: bytes.to_vec() });
        file.live.extend_from_slice(bytes);
        fails.map_or(Ok(()), |(kind, _)| Err(kind.into()))
    }

    fn sync(&mut self, name: &str) -> io::Result<()> {
        let id = self.file(name)?;
        let failed = std::mem::take(&mut self.fail_sync);
        let file = &mut self.files[id];
        let pending = std::mem::take(&mut file.pending);
        if failed {
            return Err(io::Error::other("the disk lost what it held"));
        }
        pending.iter().for_each(|change| change.apply(&mut file.durable));
        Ok(())
    }

    fn crash(&mut self) {
        self.life += 1;
        self.cut_at = None;
        self.fail_sync = false;
        self.fail_append = None;
        for change in std::mem::take(&mut self.name_changes) {
            if self.rng.random() {
                change.apply(&mut self.durable_names);
            }
        }
        self.names = self.durable_names.clone();
        for file in &mut self.files {
            file.crash(&mut self.rng);
        }
    }
}

impl File {
    /// Some changes are whole, the next is torn, and of the rest a later write may land all the same.
    fn crash(&mut self, rng: &mut StdRng) {
        let pending = std::mem::take(&mut self.pending);
        let whole = rng.random_range(0..=pending.len());
        pending[..whole].iter().for_each(|change| change.apply(&mut self.durable));
        let rest = &pending[whole..];
        let grows = rest.iter().all(|change| matches!(change, Change::Write { .. }));
        let reaches = if grows && rng.random() { rest.len() } else { rest.len().min(1) };
        for change in &rest[..reaches] {
            change.tear(&mut self.durable, rng);
        }
        self.live = self.durable.clone();
    }
}

impl Change {
    fn apply(&self, to: &mut Vec<u8>) {
        match self {
            Change::Cut(len) => to.truncate(*len),
            Change::Write { offset, bytes } => put(to, *offset, bytes),
        }
    }

    /// A prefix lands; of its sectors each is written, zero, or garbage, in one of three moods.
    fn tear(&self, to: &mut Vec<u8>, rng: &mut StdRng) {
        let Change::Write { offset, bytes } = self else { return };
        let len = rng.random_range(0..=bytes.len());
        let mut landed = bytes[..len].to_vec();
        let spoilt = [0, 10, 50][rng.random_range(0..3)];
        for sector in landed.chunks_mut(SECTOR) {
            match rng.random_range(0..100) {
                n if n >= spoilt => {}
                n if n % 2 == 0 => sector.fill(0),
                _ => rng.fill_bytes(sector),
            }
        }
        if !landed.is_empty() {
            put(to, *offset, &landed);
        }
    }
}

/// Writes at an offset; a hole before it is zeros.
fn put(to: &mut Vec<u8>, offset: usize, bytes: &[u8]) {
    let end = offset + bytes.len();
    if to.len() < end {
        to.resize(end, 0);
    }
    to[offset..end].copy_from_slice(bytes);
}

impl Disk for SimDisk {
    fn list(&self) -> io::Result<Vec<String>> {
        self.look(|state| Ok(state.names.keys().cloned().collect()))
    }

    fn len(&self, name: &str) -> io::Result<u64> {
        self.look(|state| Ok(state.files[state.file(name)?].live.len() as u64))
    }

    fn read(&self, name: &str, offset: u64, len: usize) -> io::Result<Vec<u8>> {
        self.look(|state| {
            if state.unreadable.contains(name) {
                return Err(io::Error::other("the file cannot be read"));
            }
            let live = &state.files[state.file(name)?].live;
            let start = usize::try_from(offset).unwrap_or(usize::MAX).min(live.len());
            Ok(live[start..start.saturating_add(len).min(live.len())].to_vec())
        })
    }

    fn create(&self, name: &str) -> io::Result<()> {
        self.change(|state| {
            if state.names.contains_key(name) {
                return Err(io::ErrorKind::AlreadyExists.into());
            }
            let id = state.add(File::default());
            state.set_name(name, id);
            Ok(())
        })
    }

    fn allocate(&self, name: &str, len: u64) -> io::Result<()> {
        self.change(|state| {
            if state.room() < len {
                return Err(io::ErrorKind::StorageFull.into());
            }
            let zeros = vec![0; usize::try_from(len).map_err(io::Error::other)?];
            let id = state.add(File { live: zeros.clone(), durable: zeros, pending: Vec::new() });
            state.set_name(name, id);
            Ok(())
        })
    }

    fn append(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        self.change(|state| state.append(name, bytes))
    }

    fn truncate(&self, name: &str, len: u64) -> io::Result<()> {
        self.change(|state| {
            let id = state.file(name)?;
            let len = usize::try_from(len).unwrap_or(usize::MAX);
            let file = &mut state.files[id];
            file.live.truncate(len);
            file.pending.push(Change::Cut(len));
            Ok(())
        })
    }

    fn sync(&self, name: &str) -> io::Result<()> {
        self.change(|state| state.sync(name))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.change(|state| {
            state.file(name)?;
            state.names.remove(name);
            state.name_changes.push(NameChange::Gone(name.to_owned()));
            Ok(())
        })
    }

    fn sync_dir(&self) -> io::Result<()> {
        self.change(|state| {
            for change in std::mem::take(&mut state.name_changes) {
                change.apply(&mut state.durable_names);
            }
            Ok(())
        })
    }

    fn free_space(&self) -> io::Result<u64> {
        self.look(|state| Ok(state.room()))
    }
}

impl NameChange {
    fn apply(&self, names: &mut BTreeMap<String, usize>) {
        match self {
            NameChange::Set(name, id) => names.insert(name.clone(), *id),
            NameChange::Gone(name) => names.remove(name),
        };
    }
}
