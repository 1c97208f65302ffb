//! Who somebody is: the pair of accounts that is on record, what contradicts it, and its end.
//!
//! Law: whatever is looked up about somebody is held against the record before it is believed.

use super::{Case, Decision};
use crate::domain::{
    binding::Found,
    command::Answer,
    event::Event,
    id::SlackUserId,
    port::{Alert, Effect},
};

impl Case<'_> {
    /// Every binding that this contradicts counts no more, and admins are told: once, since only what counted is found.
    pub(super) fn doubt(&self, found: Found<'_>, decision: &mut Decision) {
        for (binding, why) in self.live.contradicted(found) {
            let (slack, person) = (binding.identity.slack.clone(), &binding.identity);
            let same = |event: &Event| matches!(event, Event::BindingSuspended { slack: other, .. } if *other == slack);
            if decision.events.iter().any(same) {
                continue;
            }
            decision.event(Event::BindingSuspended { slack: slack.clone(), why: why.clone() });
            let (okta, email, name) = (person.okta.clone(), person.email.clone(), person.name.clone());
            let alert = Alert::BindingSuspended { slack, okta, email, name, why };
            decision.effect(Effect::AlertAdmins { alert });
        }
    }

    /// Somebody was looked up who asked for nothing.
    pub(super) fn meet(&self, found: Found<'_>) -> Decision {
        let mut decision = Decision::default();
        self.doubt(found, &mut decision);
        decision
    }

    /// An admin ends a binding. What this person asked for and holds stays as it is, and stays theirs.
    pub(super) fn unlink(&self, slack: &SlackUserId, uid: u32) -> Decision {
        if self.live.binding(slack).is_none() {
            return Decision::answering(Answer::NotBound);
        }
        let mut decision = Decision::answering(Answer::Unlinked);
        decision.event(Event::PersonUnlinked { slack: slack.clone(), uid });
        decision
    }
}
