//! The check of a whole journal, for an auditor.
//!
//! Owns the walk over every line of a store or of a copy. Refuses to open, mend or lock anything.
//! One law: it names the first line that is not what was written, and believes nothing after it.

use std::io;
use std::path::Path;

use super::Head;
use super::disk::{Disk, FsDisk};
use super::key::Keys;
use super::line::Flaw;
use super::local::JOURNAL;
use super::side::{MAX_SIDES, side_name};
use super::walk::{self, Chain, Segment, Step, Walk};

/// What a good journal holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Lines.
    pub count: u64,
    /// `seq` of the first line; 0 where there is none. Greater than 1 in a copy of a part.
    pub first: u64,
    /// The last line.
    pub head: Head,
    /// A last write that never finished, or has not yet: nobody was answered for it.
    pub torn: Option<Fault>,
}

/// The first bad line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}, line {number} (seq {seq}): {why}")]
pub struct Fault {
    /// File name.
    pub file: String,
    /// Line of that file, from 1; 0 where the whole file does not belong.
    pub number: u64,
    /// The `seq` that belongs there; 0 where nothing says.
    pub seq: u64,
    /// What is wrong.
    pub why: Flaw,
}

/// Why a journal does not verify.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// A line is bad.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// It cannot be read.
    #[error("{0}")]
    Io(#[from] io::Error),
}

/// Verifies the journal of the store in `dir`. Without keys the MACs are not checked: say so.
///
/// # Errors
/// The first bad line, unless it is a torn tail.
pub fn store(dir: &Path, keys: Option<&Keys>) -> Result<Report, VerifyError> {
    journal(&FsDisk::at(&dir.join(JOURNAL)), keys, Begins::AtOne)
}

/// Verifies the side journals of custody that the store in `dir` has, the oldest first, each by its folder's name.
#[must_use]
pub fn custody(dir: &Path, keys: Option<&Keys>) -> Vec<(String, Result<Report, VerifyError>)> {
    let names = (1..=MAX_SIDES).map(side_name).take_while(|name| dir.join(name).is_dir());
    names.map(|name| (name.clone(), journal(&FsDisk::at(&dir.join(&name)), keys, Begins::Anywhere))).collect()
}

/// Verifies one file: a segment, or several of them one after the other.
///
/// # Errors
/// As [`store`].
pub fn file(path: &Path, keys: Option<&Keys>) -> Result<Report, VerifyError> {
    let name = path.file_name().and_then(|name| name.to_str());
    let name = name.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "not the name of a file"))?;
    let disk = FsDisk::at(path.parent().unwrap_or(Path::new("")));
    disk.len(name)?;
    check(&disk, keys, &[Segment { name: name.to_owned(), first: None }], Chain::ANY)
}

/// What the first line of a directory may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Begins {
    AtOne,
    Anywhere,
}

pub(super) fn journal<D: Disk>(disk: &D, keys: Option<&Keys>, begins: Begins) -> Result<Report, VerifyError> {
    let segments = walk::segments(disk)?;
    let seq = match begins {
        Begins::AtOne => Some(1),
        Begins::Anywhere => segments.first().and_then(|segment| segment.first),
    };
    check(disk, keys, &segments, Chain { seq, prev: None })
}

fn check<D: Disk>(disk: &D, keys: Option<&Keys>, segments: &[Segment], chain: Chain) -> Result<Report, VerifyError> {
    let mut walk = Walk::new(disk, keys, segments, chain);
    let mut report = Report { count: 0, first: 0, head: Head::GENESIS, torn: None };
    let mut durable = 0;
    while let Some(step) = walk.next() {
        match &step.line {
            Ok(line) => {
                durable = durable.max(line.durable);
                if report.count == 0 {
                    report.first = line.seq;
                }
                report.count += 1;
                report.head = line.head();
            }
            Err(_) => {
                report.torn = Some(judge(&mut walk, segments, step, durable)?);
                break;
            }
        }
    }
    Ok(report)
}

/// A bad line is a torn tail only in the last file, above everything that is known to be durable, and only if a crash
/// may have left it and all bad ones behind it.
fn judge<D: Disk>(
    walk: &mut Walk<'_, D>,
    segments: &[Segment],
    step: Step,
    mut durable: u64,
) -> Result<Fault, VerifyError> {
    let last = step.segment + 1 == segments.len();
    let Err(why) = step.line else { return Err(io::Error::other("a good line is no fault").into()) };
    let mut may_be_torn = why.may_be_torn();
    let file = segments.get(step.segment).map(|segment| segment.name.clone()).unwrap_or_default();
    let fault = Fault { file, number: step.number, seq: step.seq, why };
    while let Some(later) = walk.next() {
        match later.line {
            Ok(line) => durable = durable.max(line.durable),
            Err(why) => may_be_torn &= why.may_be_torn(),
        }
    }
    if last && may_be_torn && fault.seq > durable { Ok(fault) } else { Err(fault.into()) }
}
