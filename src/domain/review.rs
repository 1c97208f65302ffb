//! The review of access that was taken by break-glass: who is to sign it, and who did.
//!
//! Owns its states and exactly what each of them has; refuses to know when access opens and ends: it may be signed before
//! that or after.
//!
//! Law: it stays open until somebody else than the holder has signed it, unless nothing was given.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::{
    catalogue::{Catalogue, Who},
    id::SlackUserId,
    port::{Approver, Identity},
    request::{Decider, Spot, StepKind},
    said::Said,
    time::Timestamp,
};

/// Those who are told for one reason, and may sign for it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Panel {
    /// Which reason.
    pub kind: StepKind,
    /// Who was told when it was taken; who may sign is looked up again at the signature.
    pub people: Vec<Approver>,
}

/// What a review came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Judgement {
    /// It was right to take it.
    Justified,
    /// It was not: access that is still open ends at once.
    NotJustified,
}

/// A signature that was received and waits to be judged.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// Who sent it.
    pub slack: SlackUserId,
    /// What they found.
    pub judgement: Judgement,
    /// In their words.
    pub note: Said,
    /// Where they pressed.
    #[serde(default, skip_serializing_if = "Spot::is_card")]
    pub spot: Spot,
    /// When.
    pub at: Timestamp,
}

/// Where a review stands.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(tag = "review", rename_all = "snake_case", deny_unknown_fields)]
pub enum Review {
    /// There is none: access was asked for in the usual way, or is not taken yet.
    #[default]
    None,
    /// Somebody is to sign.
    Open {
        /// Who was told.
        panels: Vec<Panel>,
        /// Since when.
        since: Timestamp,
        /// Signatures received and not yet judged, in order of receipt.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        signatures: Vec<Signature>,
        /// How often its lateness was told.
        #[serde(default, skip_serializing_if = "is_zero")]
        told: u32,
    },
    /// Somebody signed.
    Signed {
        /// Who was told.
        panels: Vec<Panel>,
        /// Who signed.
        by: Decider,
        /// What they found.
        judgement: Judgement,
        /// In their words: not for the holder.
        note: Said,
        /// When.
        at: Timestamp,
    },
    /// Nothing was given, so there is nothing to review.
    Moot {
        /// Who was told.
        panels: Vec<Panel>,
    },
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives it so")]
const fn is_zero(count: &u32) -> bool {
    *count == 0
}

impl Review {
    /// Whether there is none.
    #[must_use]
    pub const fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }

    /// Whether somebody is to sign.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        matches!(self, Self::Open { .. })
    }

    /// Who was told, by the reason why.
    #[must_use]
    pub fn panels(&self) -> &[Panel] {
        match self {
            Self::None => &[],
            Self::Open { panels, .. } | Self::Signed { panels, .. } | Self::Moot { panels } => panels,
        }
    }

    /// Who was told, each once.
    #[must_use]
    pub fn people(&self) -> Vec<&Approver> {
        let mut people: Vec<&Approver> = Vec::new();
        for one in self.panels().iter().flat_map(|panel| &panel.people) {
            if !people.iter().any(|other| other.slack == one.slack) {
                people.push(one);
            }
        }
        people
    }

    /// Signatures that wait to be judged.
    #[must_use]
    pub fn signatures(&self) -> &[Signature] {
        match self {
            Self::Open { signatures, .. } => signatures,
            _ => &[],
        }
    }

    /// Whether somebody may sign it by today's configuration: as one of those for whose sake its panels were told.
    #[must_use]
    pub fn may_sign(&self, who: &Identity, holder: &Identity, catalogue: &Catalogue) -> bool {
        let named = |panel: &Panel| panel.kind.approvers_today(catalogue, holder);
        self.panels().iter().flat_map(named).any(|named| named.is(who))
    }

    /// Those who were told and may sign today, as far as it is known without a look-up, each once.
    #[must_use]
    pub fn signers(&self, holder: &Identity, catalogue: &Catalogue) -> Vec<&Approver> {
        let named: Vec<Who> =
            self.panels().iter().flat_map(|panel| panel.kind.approvers_today(catalogue, holder)).collect();
        self.people().into_iter().filter(|one| one.may_be_among(&named)).collect()
    }

    /// When its lateness is told next. Not while a signature waits to be judged.
    #[must_use]
    pub fn due(&self) -> Option<Timestamp> {
        match self {
            Self::Open { since, signatures, told, .. } if signatures.is_empty() => Some(*since + late_after(*told)),
            _ => None,
        }
    }
}

/// After so long an open review is late; then after twice as long, and so on.
const LATE_AFTER: TimeDelta = TimeDelta::hours(24);

/// So often the time is doubled; from then on it is told once a week.
const DOUBLED: u32 = 3;

/// From which telling on admins hear of it too.
pub const ADMINS_FROM: u32 = 3;

/// How long after the taking its lateness is told for the `told + 1`st time: 1, 2, 4 and 8 days, then weekly.
fn late_after(told: u32) -> TimeDelta {
    let weeks = i32::try_from(told.saturating_sub(DOUBLED)).unwrap_or(i32::MAX / 1_000);
    LATE_AFTER * 2_i32.pow(told.min(DOUBLED)) + TimeDelta::weeks(1) * weeks
}

/// How many times the lateness of a review that is open for so long would have been told: after a long sleep of the
/// program one telling stands for all that were missed.
#[must_use]
pub fn times_late(open: TimeDelta) -> u32 {
    (0..).take_while(|told| late_after(*told) <= open && *told < MOST_TOLD).count().try_into().unwrap_or(MOST_TOLD)
}

/// More tellings than this, some twenty years of them, are not counted.
const MOST_TOLD: u32 = 1_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lateness_is_told_at_growing_intervals() {
        let hours: Vec<i64> = (0..6).map(|told| late_after(told).num_hours()).collect();
        assert_eq!(hours, [24, 48, 96, 192, 360, 528]);
    }

    #[test]
    fn what_was_slept_through_is_told_once() {
        let times = |hours| times_late(TimeDelta::hours(hours));
        assert_eq!([0, 23, 24, 47, 48, 95, 96, 192, 359, 360].map(times), [0, 0, 1, 1, 2, 2, 3, 4, 4, 5]);
        assert_eq!(times_late(TimeDelta::days(100_000)), MOST_TOLD);
    }
}
