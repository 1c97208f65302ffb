//! A journal up to one of its lines, read beside its writer.
//!
//! Owns the reading of lines that are on record already. Refuses to wait for the ones that come.
//! One law: it ends at the head it was made with, and an end before that is damage.

use std::io;

use super::disk::Disk;
use super::journal::{Damage, ReadError, fault};
use super::key::Keys;
use super::line::{Flaw, Line};
use super::walk::{self, Chain, Segment, Walk};
use super::{Head, journal::Log};

/// A journal's lines up to a head.
#[derive(Debug)]
pub(super) struct Past<D> {
    disk: D,
    keys: Keys,
    segments: Vec<Segment>,
    /// `seq` of the first line; one more than the head's where there is none.
    first: u64,
    head: Head,
}

impl<D: Disk + Clone> Past<D> {
    /// All that is written in an open journal.
    pub fn of(log: &Log<D>) -> Past<D> {
        let segments = log.segments().to_vec();
        let head = log.head();
        let first = segments.first().and_then(|segment| segment.first).unwrap_or(head.seq.saturating_add(1));
        Past { disk: log.disk().clone(), keys: log.keys().clone(), segments, first, head }
    }

    /// The same journal up to a later head.
    ///
    /// # Errors
    /// The disk cannot be listed.
    pub fn up_to(&self, head: Head) -> io::Result<Past<D>> {
        let segments = walk::segments(&self.disk)?;
        Ok(Past { disk: self.disk.clone(), keys: self.keys.clone(), segments, first: self.first, head })
    }
}

impl<D: Disk> Past<D> {
    /// The last line there is to read.
    pub fn head(&self) -> Head {
        self.head
    }

    /// Every line, verified as it is read.
    pub fn lines(&self) -> Lines<'_, D> {
        let chain = Chain { seq: Some(self.first), prev: None };
        let walk = Walk::new(&self.disk, Some(&self.keys), &self.segments, chain);
        Lines::new(walk, &self.segments, self.first, self.head.seq)
    }

    /// What is wrong where the last line is not the one that was on record.
    pub fn another_end(&self) -> Damage {
        let segment = self.segments.last().map(|segment| segment.name.clone()).unwrap_or_default();
        Damage { segment, offset: 0, seq: self.head.seq, why: Flaw::Prev }
    }
}

/// Lines read forward. Ends after the first error.
pub struct Lines<'a, D> {
    walk: Option<Walk<'a, D>>,
    segments: &'a [Segment],
    from: u64,
    head: u64,
}

impl<'a, D> Lines<'a, D> {
    pub(super) fn new(walk: Walk<'a, D>, segments: &'a [Segment], from: u64, head: u64) -> Lines<'a, D> {
        Lines { walk: Some(walk), segments, from, head }
    }

    /// The files ended before the head they were opened with.
    fn end_early(&mut self) -> Option<Result<Line, ReadError>> {
        self.walk = None;
        let seq = std::mem::replace(&mut self.from, u64::MAX);
        let segment = self.segments.last().map(|s| s.name.clone()).unwrap_or_default();
        Some(Err(Damage { segment, offset: 0, seq, why: Flaw::Unreadable }.into()))
    }
}

impl<D: Disk> Iterator for Lines<'_, D> {
    type Item = Result<Line, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.from <= self.head {
            let Some(step) = self.walk.as_mut().and_then(Walk::next) else { return self.end_early() };
            match step.line {
                Ok(line) if line.seq < self.from => {}
                Ok(line) => {
                    self.from = line.seq + 1;
                    return Some(Ok(line));
                }
                Err(_) => {
                    self.walk = None;
                    self.from = u64::MAX;
                    return Some(Err(fault(self.segments, step)));
                }
            }
        }
        None
    }
}

/// Whether a journal may have been written under these keys: one of its lines was, or none can tell.
pub(super) fn is_under<D: Disk>(disk: &D, keys: &Keys) -> bool {
    let Ok(segments) = walk::segments(disk) else { return true };
    let mut walk = Walk::new(disk, Some(keys), &segments, Chain::ANY);
    walk.loosen();
    let mut foreign = false;
    while let Some(step) = walk.next() {
        match step.line {
            Ok(_) | Err(Flaw::Newer(_)) => return true,
            Err(why) => foreign |= why == Flaw::Mac,
        }
    }
    !foreign
}
