//! What a damaged journal still says.
//!
//! Owns the search for intact lines across damage, for custody. Refuses to mend anything.
//! One law: a line counts if its own hash and MAC are good, whatever became of its neighbours.

use std::io;

use super::disk::Disk;
use super::key::Keys;
use super::line::{self, Flaw, Line, MAX_LINE};
use super::walk::{self, Chain, Segment, Walk};
use super::{Head, Receipt};

/// The intact lines of a journal, found but not held.
#[derive(Debug)]
pub struct Salvage<D> {
    pub(super) disk: D,
    keys: Keys,
    segments: Vec<Segment>,
    places: Vec<Place>,
    /// How many lines, or stretches of bytes that are none, were passed over.
    pub bad: u64,
    /// The last intact line; [`Head::GENESIS`] where there is none.
    pub head: Head,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    seq: u64,
    segment: usize,
    offset: u64,
    hash: line::Hash,
}

/// Finds every intact line of whatever can be read, also in what was cut off the journal's end and kept: those come
/// before the journal's own line of the same `seq`.
///
/// # Errors
/// The directory cannot be listed. Files that cannot be read count as bad.
pub fn salvage<D: Disk>(disk: D, keys: &Keys) -> io::Result<Salvage<D>> {
    let mut segments = walk::set_aside(&disk)?;
    segments.extend(walk::segments(&disk)?);
    let (mut places, mut bad, mut head) = (Vec::new(), 0, Head::GENESIS);
    let mut walk = Walk::new(&disk, Some(keys), &segments, Chain::ANY);
    walk.loosen();
    while let Some(step) = walk.next() {
        match step.line {
            Ok(line) => {
                places.push(Place { seq: line.seq, segment: step.segment, offset: step.offset, hash: line.hash });
                if line.seq >= head.seq {
                    head = line.head();
                }
            }
            Err(_) => bad += 1,
        }
    }
    places.sort_unstable();
    places.dedup_by_key(|place| (place.seq, place.hash));
    Ok(Salvage { disk, keys: keys.clone(), segments, places, bad, head })
}

impl<D: Disk> Salvage<D> {
    /// The intact lines in order of `seq`; two different lines of one `seq` both come. Some may never have been
    /// answered for.
    pub fn lines(&self) -> impl Iterator<Item = Line> + '_ {
        self.places.iter().filter_map(|place| self.read(place).ok())
    }

    /// How many lines are intact.
    #[must_use]
    pub fn count(&self) -> usize {
        self.places.len()
    }

    /// Whether this very line is intact.
    pub(super) fn has(&self, line: Receipt) -> bool {
        self.places.iter().any(|place| place.seq == line.seq && place.hash == line.hash)
    }

    fn read(&self, place: &Place) -> Result<Line, Flaw> {
        let segment = self.segments.get(place.segment).ok_or(Flaw::MissingSegment)?;
        let bytes = self.disk.read(&segment.name, place.offset, MAX_LINE).map_err(|_| Flaw::Io)?;
        let end = bytes.iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |at| at + 1);
        line::read(&bytes[..end], Some(&self.keys))
    }
}
