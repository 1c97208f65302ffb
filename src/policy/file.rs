//! One file of rules, from the disk to its drafts.

use std::{
    fs::{self, File},
    io::{self, Read as _},
    path::Path,
};

use super::{
    draft::{self, Draft},
    fault::{Fault, Place, Wrong},
    scan::{self, Piece},
};

/// The largest file of rules, in bytes: a thousand of the longest rules fit.
const LARGEST_FILE: u64 = 1 << 20;

/// The same, for people.
pub(super) const LARGEST_FILE_TEXT: &str = "1 MiB";

/// So many faults of one file are listed: more of them are no file of rules, or one slip seen again and again.
const MOST_FAULTS: usize = 100;

/// What stands in a file.
#[derive(Debug)]
pub(super) struct Contents {
    /// All of it; empty where it could not be read.
    pub(super) text: String,
    /// Its rules.
    pub(super) drafts: Vec<Draft>,
    /// All that is wrong with it.
    pub(super) faults: Vec<Fault>,
}

impl Contents {
    /// Of a file that cannot be read.
    pub(super) fn lost(name: &str, wrong: Wrong) -> Self {
        Self { text: String::new(), drafts: Vec::new(), faults: vec![Fault::of_file(name, wrong)] }
    }
}

/// Reads a file.
pub(super) fn read(path: &Path, name: &str) -> Contents {
    let text = match text(path) {
        Ok(text) => text,
        Err(wrong) => return Contents::lost(name, wrong),
    };
    let (mut drafts, mut faults) = (Vec::new(), Vec::new());
    // Some editors put a mark at the beginning.
    for piece in scan::pieces(text.trim_start_matches('\u{feff}')) {
        match rule(&piece, name) {
            Ok(draft) => drafts.push(draft),
            Err(found) => faults.extend(found),
        }
        if faults.len() >= MOST_FAULTS {
            faults.truncate(MOST_FAULTS);
            faults.push(Fault::new(name.to_owned(), Place::Line(piece.line), Wrong::AndMore));
            break;
        }
    }
    Contents { text, drafts, faults }
}

fn rule(piece: &Piece<'_>, name: &str) -> Result<Draft, Vec<Fault>> {
    if piece.wrongs.is_empty() {
        return draft::read(piece, name);
    }
    let fault = |(line, wrong): &(usize, Wrong)| Fault::new(name.to_owned(), Place::Line(*line), wrong.clone());
    Err(piece.wrongs.iter().map(fault).collect())
}

fn text(path: &Path) -> Result<String, Wrong> {
    let unreadable = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => Wrong::NoSuchFile,
        io::ErrorKind::InvalidData => Wrong::NotText,
        kind => Wrong::Unreadable(kind),
    };
    // A pipe would keep whoever reads it waiting.
    if !fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(Wrong::NotAFile);
    }
    let mut bytes = Vec::new();
    File::open(path).and_then(|file| file.take(LARGEST_FILE + 1).read_to_end(&mut bytes)).map_err(unreadable)?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > LARGEST_FILE) {
        return Err(Wrong::TooLarge);
    }
    if bytes.contains(&0) {
        return Err(Wrong::NotText);
    }
    String::from_utf8(bytes).map_err(|_| Wrong::NotText)
}
