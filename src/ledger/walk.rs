//! Reading lines forward, segment after segment.
//!
//! Owns the names of segments and the splitting of their bytes. Refuses to decide what a bad line means.
//! One law: after the first bad line nothing counts as chained any more.

use std::io;

use super::disk::Disk;
use super::key::Keys;
use super::line::{self, Flaw, Hash, Line, MAX_LINE};

/// Bytes asked of the disk at once: enough that its latency does not count, little to hold.
const CHUNK: usize = 256 * 1024;

/// A file of the journal, named by the `seq` of its first line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Segment {
    pub name: String,
    pub first: Option<u64>,
}

impl Segment {
    pub fn new(first: u64) -> Segment {
        Segment { name: format!("{first:020}.log"), first: Some(first) }
    }

    fn parse(name: &str) -> Option<Segment> {
        let first = name.strip_suffix(".log")?.parse().ok()?;
        let segment = Segment::new(first);
        (segment.name == name).then_some(segment)
    }
}

/// The segments in a directory, in order.
pub(super) fn segments<D: Disk>(disk: &D) -> io::Result<Vec<Segment>> {
    let mut found: Vec<Segment> = disk.list()?.iter().filter_map(|name| Segment::parse(name)).collect();
    found.sort_unstable_by_key(|segment| segment.first);
    Ok(found)
}

/// What the names of torn tails begin with: bytes that were cut off a journal's end and kept.
pub(super) const TORN: &str = "torn-";

/// What was cut off a journal's end and kept: lines that are no part of it.
pub(super) fn set_aside<D: Disk>(disk: &D) -> io::Result<Vec<Segment>> {
    let kept = disk.list()?.into_iter().filter(|name| name.starts_with(TORN));
    Ok(kept.map(|name| Segment { name, first: None }).collect())
}

/// What the next line must be; `None` where anything may begin.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chain {
    pub seq: Option<u64>,
    pub prev: Option<Hash>,
}

impl Chain {
    pub const ANY: Chain = Chain { seq: None, prev: None };

    fn follow(&mut self, line: &Line) -> Result<(), Flaw> {
        if let Some(expected) = self.seq
            && expected != line.seq
        {
            return Err(Flaw::Sequence { expected, found: line.seq });
        }
        let genesis = line.seq == 1 && line.prev != Hash::GENESIS;
        if genesis || self.prev.is_some_and(|prev| prev != line.prev) {
            return Err(Flaw::Prev);
        }
        *self = Chain { seq: line.seq.checked_add(1), prev: Some(line.hash) };
        Ok(())
    }
}

/// One line, good or bad, and where it stands.
#[derive(Debug)]
pub(super) struct Step {
    /// Which of the segments.
    pub segment: usize,
    /// First byte of the line in its segment.
    pub offset: u64,
    /// Counted from 1 in its segment.
    pub number: u64,
    /// Its `seq` if the chain says; else what the line itself says, or 0.
    pub seq: u64,
    pub line: Result<Line, Flaw>,
}

/// Walks lines. Chained until [`Walk::loosen`]; from then on each line is judged by itself.
pub(super) struct Walk<'a, D> {
    disk: &'a D,
    keys: Option<&'a Keys>,
    segments: &'a [Segment],
    segment: usize,
    number: u64,
    chain: Option<Chain>,
    bytes: Bytes,
}

impl<'a, D: Disk> Walk<'a, D> {
    pub fn new(disk: &'a D, keys: Option<&'a Keys>, segments: &'a [Segment], chain: Chain) -> Walk<'a, D> {
        Walk { disk, keys, segments, segment: 0, number: 0, chain: Some(chain), bytes: Bytes::from(0) }
    }

    /// Begins inside the first segment, at the first byte of a line.
    pub fn skip_to(&mut self, offset: u64) {
        self.bytes = Bytes::from(offset);
    }

    /// Judges each line by itself from here on.
    pub fn loosen(&mut self) {
        self.chain = None;
    }

    /// The next line; `None` at the end.
    pub fn next(&mut self) -> Option<Step> {
        while let Some(segment) = self.segments.get(self.segment) {
            if let Some(step) = self.check_name(segment) {
                return Some(step);
            }
            let offset = self.bytes.offset;
            match self.bytes.next(self.disk, &segment.name) {
                Ok(Some(bytes)) => {
                    let line = line::read(bytes, self.keys);
                    return Some(self.judge(offset, line));
                }
                Err(_) => return Some(self.judge(offset, Err(Flaw::Io))),
                Ok(None) => self.turn(),
            }
        }
        None
    }

    fn turn(&mut self) {
        self.segment += 1;
        self.number = 0;
        self.bytes = Bytes::from(0);
    }

    /// A segment must begin where the one before ended.
    fn check_name(&mut self, segment: &Segment) -> Option<Step> {
        if self.number > 0 || self.bytes.offset > 0 {
            return None;
        }
        let expected = self.chain.as_ref()?.seq?;
        let first = segment.first?;
        if first == expected {
            return None;
        }
        self.loosen();
        let line = Err(Flaw::MissingSegment);
        Some(Step { segment: self.segment, offset: 0, number: 0, seq: expected, line })
    }

    fn judge(&mut self, offset: u64, read: Result<Line, Flaw>) -> Step {
        self.number += 1;
        let expected = self.chain.as_ref().and_then(|chain| chain.seq);
        let line = match (read, self.chain.as_mut()) {
            (Ok(line), Some(chain)) => chain.follow(&line).map(|()| line),
            (read, _) => read,
        };
        if line.is_err() {
            self.loosen();
        }
        let seq = expected.or(line.as_ref().ok().map(|line| line.seq)).unwrap_or(0);
        Step { segment: self.segment, offset, number: self.number, seq, line }
    }
}

/// Splits one file into lines.
struct Bytes {
    /// Of the next line.
    offset: u64,
    held: Vec<u8>,
    start: usize,
    ended: bool,
}

impl Bytes {
    fn from(offset: u64) -> Bytes {
        Bytes { offset, held: Vec::new(), start: 0, ended: false }
    }

    /// The next line with its line break, or what is left without one. A stretch that cannot be read is skipped.
    fn next<D: Disk>(&mut self, disk: &D, name: &str) -> io::Result<Option<&[u8]>> {
        let mut searched = 0;
        loop {
            let waiting = &self.held[self.start..];
            if let Some(end) = waiting[searched..].iter().position(|byte| *byte == b'\n') {
                return Ok(self.take(searched + end + 1));
            }
            searched = waiting.len();
            if searched > MAX_LINE {
                return Ok(self.take(searched));
            }
            if self.ended {
                return Ok(self.take(searched));
            }
            match disk.read(name, self.offset + searched as u64, CHUNK) {
                Ok(more) => self.refill(&more),
                Err(e) => {
                    *self = Bytes::from(self.offset + (searched + CHUNK) as u64);
                    self.ended = disk.len(name).map_or(true, |len| self.offset >= len);
                    return Err(e);
                }
            }
        }
    }

    fn refill(&mut self, more: &[u8]) {
        self.ended = more.is_empty();
        self.held.drain(..self.start);
        self.start = 0;
        self.held.extend_from_slice(more);
    }

    fn take(&mut self, len: usize) -> Option<&[u8]> {
        let from = self.start;
        self.start += len;
        self.offset += len as u64;
        (len > 0).then(|| &self.held[from..from + len])
    }
}
