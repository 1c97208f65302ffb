//! What admins were told, and when there is no use in an alert any more.

use chrono::TimeDelta;

use super::{Fold, Illegal, Live, Promise, Refuser};
use crate::domain::{
    alarm::Rung,
    id::EffectId,
    port::{Alert, Effect, Outcome},
    time::Timestamp,
};

/// How long an alert that is told once is worth telling.
const ALERT_LIFE: TimeDelta = TimeDelta::days(1);

/// Alerts that wait to be told once. Of more the oldest are given up.
const MOST_ALERTS: usize = 100;

impl Live {
    /// Whether the moment of an alert has passed, so that it would only confuse: what was refused is taken again, or what
    /// was taken again is refused once more, nobody heard of the refusal, or what was not signed is signed.
    #[must_use]
    pub fn is_moot(&self, alert: &Alert) -> bool {
        let refused = |refuser: Option<Refuser>| refuser.and_then(|refuser| self.refused.get(&refuser));
        let (refuser, ends) = match alert {
            Alert::RemovalLate { .. } | Alert::RemovalConfirmed { .. } => return true,
            Alert::ReviewLate { request } => {
                return !self.requests.get(request).is_some_and(|request| request.review.is_open());
            }
            // An admin ended it meanwhile.
            Alert::BindingSuspended { slack, .. } => return !self.is_suspended(slack),
            Alert::CredentialsRefused { fault } => (Refuser::of(fault.vendor), false),
            Alert::CredentialsAccepted { vendor } => (Refuser::of(*vendor), true),
            Alert::AuditChannelRefused { .. } => (Some(Refuser::AuditChannel), false),
            Alert::AuditChannelAccepted => (Some(Refuser::AuditChannel), true),
            _ => return false,
        };
        refused(refuser).is_some_and(|refused| refused.accepted != ends || ends && !refused.heard)
    }

    /// Whether an alert has waited in vain: too long, or before too many others.
    #[must_use]
    pub fn is_given_up(&self, promise: &Promise, now: Timestamp) -> bool {
        let waiting = || self.promises.values().filter(|promise| promise.is_told_once()).count();
        promise.is_told_once() && (now - promise.since >= ALERT_LIFE || waiting() > MOST_ALERTS)
    }
}

impl Promise {
    const fn is_told_once(&self) -> bool {
        !matches!(self.effect, Effect::AlertAdmins { alert: Alert::RemovalsLate { .. } })
            && matches!(self.effect, Effect::AlertAdmins { .. })
    }
}

impl Fold<'_> {
    /// An alert came to its outcome.
    pub(super) fn alerted(&mut self, alert: &Alert, outcome: &Outcome) {
        let refuser = match alert {
            Alert::RemovalsLate { revision } => return self.ring(*revision, outcome),
            Alert::CredentialsRefused { fault } => Refuser::of(fault.vendor),
            Alert::AuditChannelRefused { .. } => Some(Refuser::AuditChannel),
            _ => None,
        };
        if let Some(refused) = refuser.and_then(|refuser| self.live.refused.get_mut(&refuser)) {
            refused.heard |= matches!(outcome, Outcome::Told);
        }
    }

    /// Admins were told of a revision. Once all their messages show the end it is forgotten.
    fn ring(&mut self, revision: u64, outcome: &Outcome) {
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
