//! Whether a decision can be kept at all, found out before anything rests on it.
//!
//! Law: what is taken for fitting here is never refused by the ledger for its length.

use std::io::{self, Write};

use serde::Serialize;

use super::rows::Row;
use crate::{
    domain::{
        event::{Entry, Event},
        port::Outcome,
    },
    ledger::{
        index::{MAX_KEY, MAX_VALUE},
        line::MAX_LINE,
    },
};

/// What the ledger writes around events, effects and texts: place, time, hashes, names.
const AROUND: usize = 1_024;

/// What is left free of a line and of a row for what ends access: nobody can fill either so far that an end has no room.
const FOR_ENDS: usize = 8 * 1_024;

/// How much room an entry may take away from `most`.
fn room(entry: &Entry, most: usize) -> usize {
    if entry.events.iter().any(ends) { most } else { most.saturating_sub(FOR_ENDS) }
}

/// Whether it ends what somebody holds, or says what came of ending it.
fn ends(event: &Event) -> bool {
    matches!(
        event,
        Event::GrantExpired { .. }
            | Event::GrantReturned { .. }
            | Event::GrantFailed { .. }
            | Event::GrantRevoked { .. }
            | Event::GrantNotJustified { .. }
            | Event::GrantEnded { .. }
            | Event::HoldEnded { .. }
            | Event::RemovalLate { .. }
            | Event::CustodyBegan { .. }
            | Event::EffectSettled { outcome: Outcome::Removed { .. }, .. }
    )
}

/// Whether an entry fits into a line.
pub fn line(entry: &Entry) -> bool {
    let parts = [weigh(&entry.events), weigh(&entry.effects), weigh(&entry.words)];
    parts
        .into_iter()
        .try_fold(AROUND, |sum, part| sum.checked_add(part?))
        .is_some_and(|sum| sum <= room(entry, MAX_LINE))
}

/// Whether the rows that follow from it fit into an index.
pub fn rows(entry: &Entry, rows: &[Row]) -> bool {
    let most = room(entry, MAX_VALUE);
    rows.iter().all(|(key, value)| key.len() <= MAX_KEY && value.as_ref().is_none_or(|value| value.len() <= most))
}

/// How many bytes it has as JSON.
fn weigh<T: Serialize>(value: &T) -> Option<usize> {
    let mut scales = Scales(0);
    serde_json::to_writer(&mut scales, value).ok()?;
    Some(scales.0)
}

struct Scales(usize);

impl Write for Scales {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
