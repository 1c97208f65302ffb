//! The start: from the store to the live state.
//!
//! Owns what is believed of a store: all of a sound one, and of a damaged one every intact line. Refuses to repair.
//!
//! Law: recovery is the fold that also ran before; and whatever any intact part names as given is ended, at the
//! earliest end that was seen for it.

use std::{collections::BTreeMap, io};

use tracing::{error, info, warn};

use super::{
    rows,
    salvage::{Beside, salvage},
};
use crate::{
    domain::{
        event::{Entry, Held},
        live::{Illegal, Live},
        membership::Motion,
        port::MembershipKey,
        said::Text,
        time::Timestamp,
    },
    ledger::{
        Damaged, Doubt, Head, IndexError, Keys, Line, Local, OpenError, Opening, Projection, Row, Schema, Side, Sound,
        Why,
        disk::Disk,
        journal::{Damage, ReadError},
    },
};

/// What a start found.
pub struct Recovered {
    /// The state.
    pub live: Live,
    /// The open ledger.
    pub ledger: Local,
    /// Why the program can only end what is due.
    pub custody: Option<Custody>,
}

/// A damaged journal.
pub struct Custody {
    /// What is wrong.
    pub why: Why,
    /// What is to be ended and is not on record in the side journal yet.
    pub held: Vec<Held>,
}

/// Why there is no start.
#[derive(Debug, thiserror::Error)]
pub enum RecoverError {
    /// The store does not open.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The disk answers with an error.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// A line holds something this program does not know.
    #[error("line {seq} was written by a newer version: {what}")]
    Newer {
        /// The line.
        seq: u64,
        /// What is not known.
        what: String,
    },
    /// The lines contradict each other, though each is intact.
    #[error(transparent)]
    Illegal(#[from] Illegal),
    /// The side journal cannot be used.
    #[error("the journal cannot be read: {0}")]
    Read(#[from] ReadError),
}

/// The rows a start believes.
#[must_use]
pub fn schema() -> Schema {
    Schema { version: rows::SCHEMA.to_owned(), live: rows::BELIEVED.to_vec() }
}

/// Folds a store that was opened, and begins its ledger.
///
/// # Errors
/// If nothing can be believed without guessing.
pub fn recover<D: Disk + Clone>(opening: Opening<D>, keys: &Keys, now: Timestamp) -> Result<Recovered, RecoverError> {
    match opening {
        Opening::Sound(sound) => from_sound(sound, keys, now),
        Opening::Damaged(damaged) => from_damaged(&damaged, now),
    }
}

fn from_sound<D: Disk + Clone>(mut sound: Sound<D>, keys: &Keys, now: Timestamp) -> Result<Recovered, RecoverError> {
    loop {
        // The whole fold touches no index, so that no index can keep the program from its start.
        let folded = if sound.tail_from() > 1 { fold_on(&mut sound) } else { fold_all(&sound) };
        match folded {
            Ok(live) => {
                info!(seq = live.seq, requests = live.requests.len(), "the journal is folded");
                return Ok(Recovered { live, ledger: sound.start_filling(history())?, custody: None });
            }
            Err(Unsound::Index(doubt)) => {
                warn!(%doubt, "the index was set aside; the whole journal is folded");
                sound = sound.without_index(doubt);
            }
            Err(Unsound::Damage(damage)) => return from_damaged(&sound.into_damaged(damage, keys)?, now),
            Err(Unsound::Journal(error)) => return Err(error),
        }
    }
}

enum Unsound {
    Index(Doubt),
    Damage(Damage),
    Journal(RecoverError),
}

impl From<rows::Unreadable> for Unsound {
    fn from(error: rows::Unreadable) -> Self {
        Self::Index(Doubt::Unreadable(error.to_string()))
    }
}

impl From<IndexError> for Unsound {
    fn from(error: IndexError) -> Self {
        Self::Index(Doubt::Unreadable(error.to_string()))
    }
}

impl From<ReadError> for Unsound {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Damage(damage) => Self::Damage(damage),
            error => Self::Journal(error.into()),
        }
    }
}

/// The rows of the index, then the lines it does not know yet.
fn fold_on<D: Disk + Clone>(sound: &mut Sound<D>) -> Result<Live, Unsound> {
    let from = sound.tail_from();
    let mut live = rows::load::<Unsound>(from - 1, |table| Ok(sound.live_rows(&[table])?))?;
    let mut fresh: BTreeMap<Vec<u8>, Option<Vec<u8>>> = BTreeMap::new();
    for line in sound.tail() {
        let entry = entry(&line?).map_err(Unsound::Journal)?;
        // A row of the index that contradicts the journal is the index's fault.
        let touched = live.apply(&entry).map_err(|illegal| Doubt::Unreadable(illegal.to_string()));
        fresh.extend(rows::touched(&live, &touched.map_err(Unsound::Index)?));
    }
    sound.project(fresh.into_iter().map(|(key, value)| Row { key, value }).collect())?;
    Ok(live)
}

/// Every line of the journal. Its rows are not kept: they are filled in behind the start.
fn fold_all<D: Disk + Clone>(sound: &Sound<D>) -> Result<Live, Unsound> {
    let mut live = Live::default();
    for line in sound.tail() {
        let entry = entry(&line?).map_err(Unsound::Journal)?;
        live.apply(&entry).map_err(|illegal| Unsound::Journal(illegal.into()))?;
    }
    Ok(live)
}

/// The rows of each line, for an index that is filled in behind the start: the same fold once more.
fn history() -> Projection {
    let failed = |fault: RecoverError| IndexError::Failed(fault.to_string());
    let mut live = Live::default();
    Box::new(move |line| {
        let touched = live.apply(&entry(line).map_err(failed)?).map_err(|illegal| failed(illegal.into()))?;
        Ok(rows::touched(&live, &touched).into_iter().map(|(key, value)| Row { key, value }).collect())
    })
}

/// A line as the core reads it.
///
/// # Errors
/// If it holds something this program does not know.
pub fn entry(line: &Line) -> Result<Entry, RecoverError> {
    let newer = |error: serde_json::Error| RecoverError::Newer { seq: line.seq, what: error.to_string() };
    Ok(Entry {
        seq: line.seq,
        at: line.at,
        events: serde_json::from_str(line.events.get()).map_err(newer)?,
        effects: serde_json::from_str(line.effects.get()).map_err(newer)?,
        words: line
            .words
            .iter()
            .map(|(digest, word)| (digest.clone(), Text::stored(word.salt.clone(), word.text.clone())))
            .collect(),
    })
}

fn from_damaged<D: Disk>(damaged: &Damaged<D>, now: Timestamp) -> Result<Recovered, RecoverError> {
    error!(why = %damaged.why, "the journal is damaged: custody");
    let base = damaged.salvage.head;
    let mut side = damaged.open_side()?;
    let live = loop {
        match resume(&base, &side) {
            Ok(live) => break live,
            // What it says counts all the same; only it cannot be gone on with.
            Err(misfit) => {
                error!(%misfit, "the side journal belongs to another damage: another one is begun");
                side = damaged.begin_another(side)?;
            }
        }
    };
    let sides: Vec<&[Line]> = side.earlier.iter().chain([&side.lines]).map(Vec::as_slice).collect();
    let mut held = salvage(damaged.salvage.lines(), beside(damaged), &sides, now);
    held.retain(|held| !is_on_record(&live, &held.membership));
    info!(seq = live.seq, memberships = live.memberships.len(), fresh = held.len(), "what is left to end");
    let custody = Custody { why: damaged.why.clone(), held };
    Ok(Recovered { live, ledger: side.start()?, custody: Some(custody) })
}

/// What custody has done so far, on top of the last intact line.
fn resume(base: &Head, side: &Side) -> Result<Live, RecoverError> {
    let earlier = side.earlier.iter().flatten().map(|line| line.at);
    let at = base.at.into_iter().chain(earlier).max().unwrap_or_default();
    let mut live = Live { seq: base.seq, at, ..Live::default() };
    for line in &side.lines {
        live.apply(&entry(line)?)?;
    }
    Ok(live)
}

/// Whether custody has it on record already that this is to be ended.
fn is_on_record(live: &Live, membership: &MembershipKey) -> bool {
    live.memberships
        .get(membership)
        .is_some_and(|kept| !kept.holds.is_empty() || matches!(kept.motion, Motion::Removing { .. }))
}

/// What the index still knows. Where one of its rows cannot be read the others count, and all lines beside them.
fn beside<D: Disk>(damaged: &Damaged<D>) -> Beside {
    let whole = rows::load::<Unsound>(0, |table| Ok(damaged.live_rows(&[table])?));
    if let Ok(Live { at, memberships, requests, .. }) = whole {
        let rows = (at, memberships.into_values().collect(), requests.into_values().collect());
        return Beside { rows: Some(rows), rows_upto: damaged.rows_upto() };
    }
    warn!("the index does not help much; every intact line is read");
    let at = damaged.salvage.head.at.unwrap_or_default();
    let rows = damaged.live_rows(&[rows::table::MEMBERSHIP]).unwrap_or_default();
    let memberships = rows.iter().filter_map(|(_, row)| rows::membership(row)).collect();
    Beside { rows: Some((at, memberships, Vec::new())), rows_upto: None }
}

#[cfg(test)]
mod tests;
