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

/// All rules of a file, all that is wrong with it, and what was read of it.
pub(super) fn read(path: &Path, name: &str) -> (Vec<Draft>, Vec<Fault>, String) {
    let text = match text(path) {
        Ok(text) => text,
        Err(wrong) => return (Vec::new(), vec![Fault::of_file(name, wrong)], String::new()),
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

/// The whole text, without the mark that some editors put at its beginning.
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
    let text = String::from_utf8(bytes).map_err(|_| Wrong::NotText)?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}
