//! One file of rules, from the disk to its drafts.

use std::{io, path::Path};

use super::{
    draft::{self, Draft},
    fault::{Fault, Place, Wrong},
    scan::{self, Piece},
};
use crate::file::{self, Unread};

/// So many faults of one file are listed: more of them are no file of rules, or one slip seen again and again.
const MOST_FAULTS: usize = 100;

/// All rules of a file, all that is wrong with it, and what was read of it.
pub(super) fn read(path: &Path, name: &str) -> (Vec<Draft>, Vec<Fault>, String) {
    let text = match file::text(path, file::LARGEST) {
        Ok(text) => text,
        Err(why) => return (Vec::new(), vec![Fault::of_file(name, unread(why))], String::new()),
    };
    let (mut drafts, mut faults) = (Vec::new(), Vec::new());
    for piece in scan::pieces(&text) {
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
    (drafts, faults, text)
}

fn rule(piece: &Piece<'_>, name: &str) -> Result<Draft, Vec<Fault>> {
    if piece.wrongs.is_empty() {
        return draft::read(piece, name);
    }
    let fault = |(line, wrong): &(usize, Wrong)| Fault::new(name.to_owned(), Place::Line(*line), wrong.clone());
    Err(piece.wrongs.iter().map(fault).collect())
}

const fn unread(unread: Unread) -> Wrong {
    match unread {
        Unread::NotAFile => Wrong::NotAFile,
        Unread::TooLarge => Wrong::TooLarge,
        Unread::NotText => Wrong::NotText,
        Unread::Failed(io::ErrorKind::NotFound) => Wrong::NoSuchFile,
        Unread::Failed(kind) => Wrong::Unreadable(kind),
    }
}
