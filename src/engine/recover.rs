//! The start: from the store to the live state.
//!
//! Owns what is believed of a store: all of a sound one, and of a damaged one every intact line. Refuses to repair.
//!
//! Law: recovery is the fold that also ran before; and whatever any intact part names as given is ended, at the
//! earliest end that was seen for it.

use std::{collections::BTreeMap, io};

use tracing::{error, info, warn};

use super::rows;
use crate::{
    domain::{
        event::{Entry, Event, Held},
        id::{EffectId, RequestId},
        live::{Illegal, Live},
        membership::{Membership, Motion},
        port::{Effect, MembershipKey, Outcome},
        said::Text,
        time::Timestamp,
    },
    ledger::{
        Damaged, Doubt, IndexError, Keys, Line, Local, OpenError, Opening, Projection, Row, Schema, Sound, Why,
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
    /// What is to be ended; empty where an earlier custody has put it on record.
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
    let side = damaged.open_side()?;
    let base = damaged.salvage.head;
    let mut live = Live { seq: base.seq, at: base.at.unwrap_or_default(), ..Live::default() };
    for line in &side.lines {
        live.apply(&entry(line)?)?;
    }
    let held = if side.lines.is_empty() {
        let mut held = Salvaged::default();
        damaged.salvage.lines().for_each(|line| held.read(&line));
        let memberships = damaged.live_rows(&[rows::table::MEMBERSHIP]).unwrap_or_default();
        memberships.iter().for_each(|(_, row)| held.read_row(row));
        held.held(now)
    } else {
        Vec::new()
    };
    Ok(Recovered { live, ledger: side.start()?, custody: Some(Custody { why: damaged.why.clone(), held }) })
}

/// What intact lines say was given and not taken back.
#[derive(Default)]
struct Salvaged {
    given: BTreeMap<MembershipKey, Option<Timestamp>>,
    requests: BTreeMap<RequestId, MembershipKey>,
    promised: BTreeMap<EffectId, MembershipKey>,
}

impl Salvaged {
    /// Reads a line as far as it can be read: what this program does not know is passed over.
    fn read(&mut self, line: &Line) {
        let parse = |json: &str| serde_json::from_str::<Vec<serde_json::Value>>(json).unwrap_or_default();
        for event in parse(line.events.get()).into_iter().filter_map(|event| serde_json::from_value(event).ok()) {
            self.event(&event);
        }
        for (ordinal, effect) in (0..).zip(parse(line.effects.get())) {
            if let Ok(effect) = serde_json::from_value(effect) {
                self.effect(EffectId { seq: line.seq, ordinal }, &effect);
            }
        }
    }

    fn event(&mut self, event: &Event) {
        match event {
            Event::RequestApproved { request, membership, until } => {
                self.requests.insert(*request, membership.clone());
                self.end(membership, *until);
            }
            Event::GrantOpened { request, ends } => {
                if let Some(membership) = self.requests.get(request).cloned() {
                    self.end(&membership, *ends);
                }
            }
            Event::EffectSettled { effect, outcome: Outcome::Removed { .. } } => {
                if let Some(membership) = self.promised.get(effect) {
                    self.given.remove(membership);
                }
            }
            _ => {}
        }
    }

    fn effect(&mut self, id: EffectId, effect: &Effect) {
        match effect {
            // An addition whose approval is lost has no end that anyone knows: it is ended at once.
            Effect::AddMember { membership } => {
                self.given.entry(membership.clone()).or_insert(None);
            }
            Effect::RemoveMember { membership, due, .. } => {
                self.promised.insert(id, membership.clone());
                self.end(membership, *due);
            }
            _ => {}
        }
    }

    /// What the index still knows of a membership whose lines may be lost.
    fn read_row(&mut self, row: &[u8]) {
        let Ok(membership) = serde_json::from_slice::<Membership>(row) else { return };
        if let Motion::Removing { due, .. } = membership.motion {
            self.end(&membership.key, due);
        }
        for until in membership.holds.values() {
            self.end(&membership.key, *until);
        }
    }

    fn end(&mut self, membership: &MembershipKey, until: Timestamp) {
        let end = self.given.entry(membership.clone()).or_insert(Some(until));
        *end = end.map(|end| end.min(until)).or(Some(until));
    }

    fn held(self, now: Timestamp) -> Vec<Held> {
        let held = self.given.into_iter();
        held.map(|(membership, until)| Held { membership, until: until.unwrap_or(now) }).collect()
    }
}
