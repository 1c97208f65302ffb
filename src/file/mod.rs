//! Files that people write: read whole and at once, or not at all.
//!
//! Owns which files are read, how large and how deep they may be, and the stack on which what nests is parsed. Refuses to
//! know what they are about. Law: no file keeps whoever reads it waiting, and none ends the program.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read as _},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

use rustix::fs::OFlags;

mod deep;
#[cfg(test)]
mod tests;
pub mod toml;

pub use deep::{Deep, deeply};

/// The largest file of settings, rules or cases, in bytes: some thousand levels of access, or a thousand of the longest
/// rules. What is read of it takes time and room in proportion to it.
pub const LARGEST: u64 = 1 << 20;

/// The same, for people.
pub const LARGEST_TEXT: &str = "1 MiB";

/// Why a file is not read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unread {
    /// It is a folder, a pipe, a socket or a device.
    NotAFile,
    /// It is larger than it may be.
    TooLarge,
    /// It is no text in UTF-8.
    NotText,
    /// The system does not give it.
    Failed(io::ErrorKind),
}

impl From<io::Error> for Unread {
    fn from(error: io::Error) -> Self {
        Self::Failed(error.kind())
    }
}

/// Opens a regular file, links followed; nothing where it is something else, which might keep whoever reads it waiting.
///
/// # Errors
/// If the system does not give it.
pub fn open(path: &Path) -> io::Result<Option<File>> {
    // Before, because to open a device may do something; after, because it may be another by then.
    if !fs::metadata(path)?.is_file() {
        return Ok(None);
    }
    let file = open_at_once(path)?;
    Ok(file.metadata()?.is_file().then_some(file))
}

/// A pipe that nobody writes to is opened too, and not waited for.
fn open_at_once(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).custom_flags(OFlags::NONBLOCK.bits().cast_signed()).open(path)
}

/// What is had of a file that is not read whole: why, and what was read of it all the same.
#[derive(Debug)]
pub struct Torn {
    /// Why it is not read.
    pub why: Unread,
    /// Its bytes from the beginning, as many as it may have. Empty where nothing was read.
    pub read: Vec<u8>,
}

impl From<io::Error> for Torn {
    fn from(error: io::Error) -> Self {
        Unread::from(error).into()
    }
}

impl From<Unread> for Torn {
    fn from(why: Unread) -> Self {
        Self { why, read: Vec::new() }
    }
}

/// The whole text of a file, without the mark that some editors put at its beginning; `largest` is in bytes.
///
/// # Errors
/// If it cannot be had.
pub fn text(path: &Path, largest: u64) -> Result<String, Unread> {
    text_or_torn(path, largest).map_err(|torn| torn.why)
}

/// The same, for whoever can do something with a part of it.
///
/// # Errors
/// If it cannot be had; with what was read.
pub fn text_or_torn(path: &Path, largest: u64) -> Result<String, Torn> {
    let mut file = open(path)?.ok_or(Unread::NotAFile)?;
    let mut read = Vec::new();
    file.by_ref().take(largest).read_to_end(&mut read)?;
    if file.read(&mut [0])? > 0 {
        return Err(Torn { why: Unread::TooLarge, read });
    }
    if read.contains(&0) {
        return Err(Torn { why: Unread::NotText, read });
    }
    let text = String::from_utf8(read).map_err(|error| Torn { why: Unread::NotText, read: error.into_bytes() })?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}
