//! What admins were told of late removals, and when there is no use in an alert any more.

use super::{Fold, Illegal, Live};
use crate::domain::{
    alarm::Rung,
    id::EffectId,
    port::{Alert, Effect, Outcome},
};

impl Live {
    /// Whether the moment of an alert has passed, so that it would only confuse.
    #[must_use]
    pub fn is_moot(&self, alert: &Alert) -> bool {
        matches!(alert, Alert::RemovalLate { .. } | Alert::RemovalConfirmed { .. })
    }
}

impl Fold<'_> {
    /// Admins were told of a revision. Once all their messages show the end it is forgotten.
    pub(super) fn ring(&mut self, revision: u64, outcome: &Outcome) {
        let Some(alarm) = &mut self.live.alarm else { return };
        self.touched.alarm = true;
        if let Some(told) = rung(outcome) {
            alarm.is_told(revision, told);
        }
        // What nobody takes is given up.
        let known = rung(outcome).is_none() || alarm.is_known_over();
        if alarm.over.is_some() && alarm.revision == revision && known {
            self.live.alarm = None;
        }
    }

    /// Some admins were told, and the promise stands for the others.
    pub(super) fn advance(&mut self, id: EffectId, outcome: &Outcome) -> Result<(), Illegal> {
        let revision = match self.live.promises.get(&id).map(|promise| &promise.effect) {
            Some(Effect::AlertAdmins { alert: Alert::RemovalsLate { revision } }) => *revision,
            _ => return Err(self.illegal(format!("{id} is not told in part"))),
        };
        if let (Some(alarm), Some(told)) = (&mut self.live.alarm, rung(outcome)) {
            alarm.is_told_in_part(revision, told);
            self.touched.alarm = true;
        }
        Ok(())
    }
}

fn rung(outcome: &Outcome) -> Option<Rung<'_>> {
    match outcome {
        Outcome::Rung { cards, gone, rung, .. } => Some(Rung { cards, gone, rung: *rung }),
        _ => None,
    }
}
