//! The audit key: what makes a line ours.
//!
//! Owns the key file and the keys derived from it. Refuses to know what is MACed, and to print anything.
//! One law: a key is made only where nothing was ever written under another one.

use std::fmt;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use rand::TryRng;
use rand::rngs::SysRng;
use secrecy::zeroize::Zeroizing;
use sha2::Sha256;

use super::line::{hex, unhex};
use crate::file;

/// Bytes of the audit key: as many as the hash it keys. The file holds them in hexadecimal, with a line break.
pub const KEY_BYTES: usize = 32;

/// Bytes of a mark: enough that no two secrets of one configuration share one by chance.
const MARK_BYTES: usize = 8;

/// The keys derived from the audit key. Prints nothing.
#[derive(Clone)]
pub struct Keys(Arc<Derived>);

struct Derived {
    line: Hmac<Sha256>,
    index: Hmac<Sha256>,
    mark: Hmac<Sha256>,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys")
    }
}

/// Why the audit key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// Others than the owner may read it.
    #[error("{0} may be read by others: chmod 600 it")]
    Open(PathBuf),
    /// Not 64 hexadecimal digits.
    #[error("{0} is not an audit key: it must hold 64 hexadecimal digits")]
    Malformed(PathBuf),
    /// It lies with what it protects.
    #[error("{0} lies inside the store: keep the audit key elsewhere")]
    InsideStore(PathBuf),
    /// The store has lines and the key they were written under is gone.
    #[error("{0} is missing, but the store has lines that were written under it: bring it back")]
    Lost(PathBuf),
    /// The file could not be read or made.
    #[error("{0}: {1}")]
    Io(PathBuf, #[source] io::Error),
}

impl Keys {
    /// Reads the audit key; makes one if there is none and the store in `store` has no journal.
    ///
    /// # Errors
    /// Whatever makes the key unusable. [`KeyError::Lost`] and [`KeyError::Malformed`] leave nothing to believe.
    pub fn open(path: &Path, store: &Path) -> Result<Keys, KeyError> {
        refuse_inside(path, store)?;
        match fs::symlink_metadata(path) {
            Ok(_) => read(path),
            Err(e) if e.kind() == io::ErrorKind::NotFound && has_lines(store) => Err(KeyError::Lost(path.into())),
            Err(e) if e.kind() == io::ErrorKind::NotFound => make(path).and_then(|()| read(path)),
            Err(e) => Err(KeyError::Io(path.into(), e)),
        }
    }

    /// Reads an audit key that must be there.
    ///
    /// # Errors
    /// As [`Keys::open`].
    pub fn read(path: &Path) -> Result<Keys, KeyError> {
        read(path)
    }

    /// Reads an audit key that others may have read too, to end what is under way: nothing may be granted under it.
    ///
    /// # Errors
    /// As [`Keys::open`].
    pub fn read_exposed(path: &Path) -> Result<Keys, KeyError> {
        parse(path, opened(path)?)
    }

    /// The keys derived from these bytes.
    #[must_use]
    pub fn derive(audit: &[u8; KEY_BYTES]) -> Keys {
        let line = derived(audit, b"jitney journal line v1");
        let index = derived(audit, b"jitney index row v1");
        Keys(Arc::new(Derived { line, index, mark: derived(audit, b"jitney secret mark v1") }))
    }

    pub(super) fn mac(&self, hash: &[u8; 32]) -> [u8; 32] {
        self.0.line.clone().chain_update(hash).finalize().into_bytes().into()
    }

    /// Compares in constant time.
    pub(super) fn is_mac(&self, hash: &[u8; 32], mac: &[u8; 32]) -> bool {
        self.0.line.clone().chain_update(hash).verify_slice(mac).is_ok()
    }

    /// MAC for the index: over parts, each preceded by its length, so that no two lists of parts read alike.
    pub(super) fn index_mac(&self, parts: &[&[u8]]) -> [u8; 32] {
        over(&self.0.index, parts)
    }

    /// What may go on record in place of a secret: the same for the same secret of the same name, another for another,
    /// and to whoever has not the audit key it tells nothing else.
    #[must_use]
    pub fn mark(&self, name: &str, secret: &str) -> String {
        hex(&over(&self.0.mark, &[name.as_bytes(), secret.as_bytes()])[..MARK_BYTES])
    }
}

fn over(mac: &Hmac<Sha256>, parts: &[&[u8]]) -> [u8; 32] {
    let length = |part: &[u8]| u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes();
    let mac = parts.iter().fold(mac.clone(), |mac, part| mac.chain_update(length(part)).chain_update(part));
    mac.finalize().into_bytes().into()
}

fn derived(audit: &[u8; KEY_BYTES], purpose: &[u8]) -> Hmac<Sha256> {
    // HMAC fills a key of 32 bytes with zeros to the 64 of SHA-256's block.
    let mut block = Zeroizing::new([0; 64]);
    let expanded = Hkdf::<Sha256>::new(None, audit).expand(purpose, &mut block[..KEY_BYTES]);
    debug_assert!(expanded.is_ok(), "32 bytes are within what HKDF-SHA256 gives");
    Hmac::new(&(*block).into())
}

fn refuse_inside(path: &Path, store: &Path) -> Result<(), KeyError> {
    let parent = parent_of(path);
    let inside = match (parent.canonicalize(), store.canonicalize()) {
        (Ok(parent), Ok(store)) => parent.starts_with(store),
        // One of them is not there yet, so neither can hold the other except by its name.
        _ => parent.starts_with(store),
    };
    if inside { Err(KeyError::InsideStore(path.into())) } else { Ok(()) }
}

fn parent_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}

/// Whether the store has a segment with something in it. What cannot be looked at counts as one.
fn has_lines(store: &Path) -> bool {
    let entries = match fs::read_dir(store.join(super::local::JOURNAL)) {
        Ok(entries) => entries,
        Err(e) => return e.kind() != io::ErrorKind::NotFound,
    };
    entries.map(|entry| is_written(&entry?)).any(|written| written.unwrap_or(true))
}

fn is_written(entry: &fs::DirEntry) -> io::Result<bool> {
    let segment = entry.path().extension().is_some_and(|extension| extension == "log");
    Ok(segment && entry.metadata()?.len() > 0)
}

fn read(path: &Path) -> Result<Keys, KeyError> {
    let file = opened(path)?;
    let meta = file.metadata().map_err(|e| KeyError::Io(path.into(), e))?;
    if meta.permissions().mode() & 0o077 != 0 {
        return Err(KeyError::Open(path.into()));
    }
    parse(path, file)
}

/// A pipe, a folder or a device is no key.
fn opened(path: &Path) -> Result<File, KeyError> {
    let file = file::open(path).map_err(|e| KeyError::Io(path.into(), e))?;
    file.ok_or_else(|| KeyError::Malformed(path.into()))
}

fn parse(path: &Path, file: File) -> Result<Keys, KeyError> {
    let meta = file.metadata().map_err(|e| KeyError::Io(path.into(), e))?;
    let malformed = || KeyError::Malformed(path.into());
    if meta.len() > 256 {
        return Err(malformed());
    }
    let text = Zeroizing::new(io::read_to_string(file).map_err(|_| malformed())?);
    let mut audit = Zeroizing::new([0; KEY_BYTES]);
    if unhex(text.trim_end(), &mut *audit) { Ok(Keys::derive(&audit)) } else { Err(malformed()) }
}

/// Whole or not at all: written beside, synced, then linked, which fails where a key appeared meanwhile.
fn make(path: &Path) -> Result<(), KeyError> {
    let fault = |e| KeyError::Io(path.into(), e);
    let parent = parent_of(path);
    DirBuilder::new().recursive(true).mode(0o700).create(parent).map_err(fault)?;
    let draft = path.with_extension(format!("draft-{}", std::process::id()));
    let made = write_draft(&draft).and_then(|()| fs::hard_link(&draft, path));
    let cleared = fs::remove_file(&draft);
    made.map_err(fault)?;
    cleared.and_then(|()| File::open(parent)?.sync_all()).map_err(fault)
}

fn write_draft(draft: &Path) -> io::Result<()> {
    let mut audit = Zeroizing::new([0; KEY_BYTES]);
    SysRng.try_fill_bytes(&mut *audit).map_err(|_| io::Error::other("the system gave no randomness"))?;
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(draft)?;
    let text = Zeroizing::new(hex(&*audit));
    file.write_all(text.as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()
}
