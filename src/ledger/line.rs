//! The line of the journal.
//!
//! Owns its bytes: how they are sealed, hashed, MACed and read back. Refuses to know what events mean, and files.
//! One law: the bytes are the truth; a line that is not, byte for byte, what this module would have written is bad.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use super::key::Keys;
use super::{Commit, Head};

/// Longest line, its line break included: a person's 1,000 characters of four bytes fit many times over, and one
/// bad line never costs more than this to hold.
pub const MAX_LINE: usize = 64 * 1024;

/// The version of the line's format that this program writes and reads.
pub const VERSION: u64 = 1;

/// Characters of a salt: 128 bits in hexadecimal. Fixed, so that salt and text cannot be divided anew under one digest.
pub const SALT_CHARS: usize = 32;

/// A SHA-256, printed in lower-case hexadecimal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash([u8; 32]);

impl Hash {
    /// What the first line is chained to.
    pub const GENESIS: Hash = Hash([0; 32]);

    /// The hash of these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Hash {
        Hash(Sha256::digest(bytes).into())
    }

    /// Reads 64 lower-case hexadecimal characters.
    #[must_use]
    pub fn parse(text: &str) -> Option<Hash> {
        let mut bytes = [0; 32];
        unhex(text, &mut bytes).then_some(Hash(bytes))
    }

    /// The 32 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    pub(super) fn from_bytes(bytes: [u8; 32]) -> Hash {
        Hash(bytes)
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A person's text, beside the chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Word {
    /// [`SALT_CHARS`] lower-case hexadecimal characters, random, so that the digest of an erased text cannot be guessed.
    pub salt: String,
    /// What the person wrote.
    pub text: String,
}

/// People's texts under their digests. An erased one is simply absent.
pub type Words = BTreeMap<String, Word>;

/// What names a text inside the sealed part: SHA-256 of the salt's characters, then the text, in hexadecimal.
#[must_use]
pub fn word_digest(salt: &str, text: &str) -> String {
    let digest = Sha256::new().chain_update(salt).chain_update(text).finalize();
    hex(&digest)
}

/// A line that was read and found good in itself.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its place; ascends by one and is the order.
    pub seq: u64,
    /// The highest `seq` that was synced when this line was written.
    pub durable: u64,
    /// Wall time of the decision.
    pub at: DateTime<Utc>,
    /// Hash of the line before.
    pub prev: Hash,
    /// Hash of this line's sealed bytes.
    pub hash: Hash,
    /// JSON array, as it was handed over.
    pub events: Box<RawValue>,
    /// JSON array, as it was handed over.
    pub effects: Box<RawValue>,
    /// The texts that are not erased.
    pub words: Words,
}

impl Line {
    /// The head a journal has that ends with this line.
    #[must_use]
    pub fn head(&self) -> Head {
        Head { seq: self.seq, hash: self.hash, at: Some(self.at) }
    }
}

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// Without its end, overwritten, or never a line of ours.
    #[error("it is not a whole line")]
    Unreadable,
    /// Longer than [`MAX_LINE`].
    #[error("it is longer than a line may be")]
    TooLong,
    /// A whole line, but not one that this program has written like this.
    #[error("it is not, byte for byte, a line of this program")]
    Form,
    /// The sealed bytes were changed.
    #[error("its hash does not match its bytes")]
    Hash,
    /// The hash is right and the MAC is not: recomputed without the key, or opened with another key.
    #[error("its MAC was not made with this audit key")]
    Mac,
    /// A text was changed.
    #[error("the words under {0} are not those it names")]
    Word(String),
    /// A line is missing, doubled, or out of order.
    #[error("it is line {found} where line {expected} belongs")]
    Sequence {
        /// The `seq` that belongs here.
        expected: u64,
        /// The `seq` found.
        found: u64,
    },
    /// The line is good in itself but continues another journal.
    #[error("it is not chained to the line before it")]
    Prev,
    /// A segment of the journal is not there.
    #[error("the segment it belongs to is missing")]
    MissingSegment,
    /// Written by a newer version of the program.
    #[error("it was written by a newer version (format {0})")]
    Newer(u64),
    /// The disk could not deliver it.
    #[error("it could not be read from the disk")]
    Io,
}

impl Flaw {
    /// Whether an append that was never synced can have left this. What is lost of one are whole stretches of bytes:
    /// they are missing, zero or garbage, and the line they belong to is no line any more. A crash leaves no whole
    /// line that is wrong.
    pub(super) fn may_be_torn(&self) -> bool {
        matches!(self, Flaw::Unreadable | Flaw::TooLong)
    }
}

/// Why a commit cannot become a line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// `seq` is not the head's plus one.
    #[error("decided on another head: the journal stands at {head}")]
    Conflict {
        /// `seq` of the line it would have followed.
        head: u64,
    },
    /// The line would have this many bytes.
    #[error("{0} bytes are more than a line may have")]
    TooLong(usize),
    /// A fault of the caller.
    #[error("malformed commit: {0}")]
    Malformed(&'static str),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sealed<'a> {
    v: u64,
    seq: u64,
    durable: u64,
    at: DateTime<Utc>,
    prev: String,
    #[serde(borrow)]
    events: &'a RawValue,
    #[serde(borrow)]
    effects: &'a RawValue,
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    sealed: &'a RawValue,
    hash: String,
    mac: String,
    words: Words,
}

#[derive(Deserialize)]
struct Version {
    v: u64,
}

/// Writes the line that follows `after`, its line break included.
pub(super) fn write(commit: &Commit, after: &Head, durable: u64, keys: &Keys) -> Result<(Vec<u8>, Hash), Unfit> {
    if Some(commit.seq) != after.seq.checked_add(1) {
        return Err(Unfit::Conflict { head: after.seq });
    }
    let sealed = seal(commit, after, durable)?;
    check_words(&sealed, &commit.words).map_err(|_| Unfit::Malformed("a word that is not under its digest"))?;
    let hash = Hash::of(sealed.as_bytes());
    let line = envelope(&sealed, &hash.to_string(), &hex(&keys.mac(hash.as_bytes())), &commit.words)
        .ok_or(Unfit::Malformed("words that are not JSON"))?;
    if line.len() > MAX_LINE { Err(Unfit::TooLong(line.len())) } else { Ok((line, hash)) }
}

fn seal(commit: &Commit, after: &Head, durable: u64) -> Result<String, Unfit> {
    for json in [&commit.events, &commit.effects] {
        check_json(json.get()).map_err(Unfit::Malformed)?;
    }
    let sealed = Sealed {
        v: VERSION,
        seq: commit.seq,
        durable,
        at: commit.at,
        prev: after.hash.to_string(),
        events: &commit.events,
        effects: &commit.effects,
    };
    serde_json::to_string(&sealed).map_err(|_| Unfit::Malformed("it is not JSON"))
}

/// The line around sealed bytes. Reading compares with this, so every byte outside the seal is checked too.
fn envelope(sealed: &str, hash: &str, mac: &str, words: &Words) -> Option<Vec<u8>> {
    let mut line = Vec::with_capacity(sealed.len() + 256);
    for part in [r#"{"sealed":"#, sealed, r#","hash":""#, hash, r#"","mac":""#, mac, r#"","words":"#] {
        line.extend_from_slice(part.as_bytes());
    }
    serde_json::to_writer(&mut line, words).ok()?;
    line.extend_from_slice(b"}\n");
    Some(line)
}

/// Reads one line, its line break included. Without keys the MAC is taken on trust.
pub(super) fn read(bytes: &[u8], keys: Option<&Keys>) -> Result<Line, Flaw> {
    if bytes.len() > MAX_LINE {
        return Err(Flaw::TooLong);
    }
    if bytes.last() != Some(&b'\n') {
        return Err(Flaw::Unreadable);
    }
    let envelope: Envelope<'_> = serde_json::from_slice(bytes).map_err(|_| Flaw::Unreadable)?;
    check_envelope(bytes, &envelope)?;
    let hash = check_seal(&envelope, keys)?;
    let sealed = open(envelope.sealed.get())?;
    check_words(envelope.sealed.get(), &envelope.words)?;
    Ok(Line {
        seq: sealed.seq,
        durable: sealed.durable,
        at: sealed.at,
        prev: Hash::parse(&sealed.prev).ok_or(Flaw::Form)?,
        hash,
        events: sealed.events.to_owned(),
        effects: sealed.effects.to_owned(),
        words: envelope.words,
    })
}

fn check_envelope(bytes: &[u8], found: &Envelope<'_>) -> Result<(), Flaw> {
    let ours = envelope(found.sealed.get(), &found.hash, &found.mac, &found.words);
    if ours.as_deref() == Some(bytes) { Ok(()) } else { Err(Flaw::Form) }
}

fn check_seal(found: &Envelope<'_>, keys: Option<&Keys>) -> Result<Hash, Flaw> {
    let hash = Hash::parse(&found.hash).ok_or(Flaw::Form)?;
    let mac = Hash::parse(&found.mac).ok_or(Flaw::Form)?;
    if Hash::of(found.sealed.get().as_bytes()) != hash {
        return Err(Flaw::Hash);
    }
    match keys {
        Some(keys) if !keys.is_mac(hash.as_bytes(), mac.as_bytes()) => Err(Flaw::Mac),
        _ => Ok(hash),
    }
}

fn open(sealed: &str) -> Result<Sealed<'_>, Flaw> {
    if let Ok(sealed) = serde_json::from_str::<Sealed<'_>>(sealed)
        && sealed.v == VERSION
    {
        return Ok(sealed);
    }
    match serde_json::from_str::<Version>(sealed) {
        Ok(Version { v }) if v != VERSION => Err(Flaw::Newer(v)),
        _ => Err(Flaw::Form),
    }
}

fn check_words(sealed: &str, words: &Words) -> Result<(), Flaw> {
    let good = |(digest, word): (&String, &Word)| {
        word.salt.len() == SALT_CHARS
            && *digest == word_digest(&word.salt, &word.text)
            && sealed.contains(digest.as_str())
    };
    match words.iter().find(|word| !good(*word)) {
        Some((digest, _)) => Err(Flaw::Word(digest.clone())),
        None => Ok(()),
    }
}

/// Refuses what would not survive as one line of integers and text.
fn check_json(json: &str) -> Result<(), &'static str> {
    if !json.starts_with('[') {
        return Err("not an array");
    }
    if json.contains('\n') {
        return Err("a line break between the values");
    }
    if has_fraction(json) { Err("a number that is not an integer") } else { Ok(()) }
}

/// Whether a number with a fraction or an exponent stands outside the strings.
fn has_fraction(json: &str) -> bool {
    let (mut quoted, mut escaped, mut digit) = (false, false, false);
    for byte in json.bytes() {
        if quoted {
            quoted = escaped || byte != b'"';
            escaped = !escaped && byte == b'\\';
            continue;
        }
        if digit && matches!(byte, b'.' | b'e' | b'E') {
            return true;
        }
        digit = byte.is_ascii_digit();
        quoted = byte == b'"';
    }
    false
}

pub(super) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

/// Fills `bytes` from exactly twice as many lower-case digits; says whether it could.
pub(super) fn unhex(text: &str, bytes: &mut [u8]) -> bool {
    let digit = |c: u8| match c {
        b'0'..=b'9' => Some(c - b'0'),
        b'a'..=b'f' => Some(c - b'a' + 10),
        _ => None,
    };
    let pairs = text.as_bytes().chunks_exact(2);
    if text.len() != bytes.len() * 2 {
        return false;
    }
    bytes.iter_mut().zip(pairs).all(|(byte, pair)| match (digit(pair[0]), digit(pair[1])) {
        (Some(high), Some(low)) => {
            *byte = high << 4 | low;
            true
        }
        _ => false,
    })
}
