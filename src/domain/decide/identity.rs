//! Who somebody is: the pair of accounts that is on record, what contradicts it, and its end.
//!
//! Law: whatever is looked up about somebody is held against the record before it is believed.

use super::{Case, Decision};
use crate::domain::{
    binding::{Binding, Found, Mismatch},
    command::Answer,
    event::Event,
    id::SlackUserId,
    port::{Alert, Effect, Identity, Unfit},
};

impl Case<'_> {
    /// Every binding that this contradicts counts no more, and admins are told: once, since only what counted is found.
    pub(super) fn doubt(&self, found: Found<'_>, decision: &mut Decision) {
        for (binding, why) in self.live.contradicted(found) {
            suspend(binding, why, decision);
        }
    }

    /// The same where a Slack account leads to nobody who can be served.
    pub(super) fn doubt_unfit(&self, slack: &SlackUserId, unfit: &Unfit, decision: &mut Decision) {
        if let Some(binding) = self.live.binding(slack).filter(|binding| binding.holds())
            && let Some(why) = binding.differs_from(unfit)
        {
            suspend(binding, why, decision);
        }
    }

    /// Somebody was looked up who asked for nothing.
    pub(super) fn meet(&self, slack: &SlackUserId, found: &Result<Identity, Unfit>) -> Decision {
        let mut decision = Decision::default();
        match found {
            Ok(person) => self.doubt(person.into(), &mut decision),
            Err(unfit) => self.doubt_unfit(slack, unfit, &mut decision),
        }
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

fn suspend(binding: &Binding, why: Mismatch, decision: &mut Decision) {
    let Identity { slack, okta, email, name, .. } = binding.identity.clone();
    let same = |event: &Event| matches!(event, Event::BindingSuspended { slack: other, .. } if *other == slack);
    if decision.events.iter().any(same) {
        return;
    }
    decision.event(Event::BindingSuspended { slack: slack.clone(), why: why.clone() });
    decision.effect(Effect::AlertAdmins { alert: Alert::BindingSuspended { slack, okta, email, name, why } });
}
