//! Having nothing opened, and having things opened again: an admin's word.
//!
//! Decisions and removals go on meanwhile. Saying the same twice changes nothing.

use super::{Case, Decision};
use crate::domain::{
    command::{Answer, Refusal},
    event::Event,
    port::{Effect, Identity},
    request::Decider,
    ticket::{AuditChannel, Freezing},
};

impl Case<'_> {
    /// Nothing is opened from now on. It is taken in every mode: it gives nobody anything.
    pub(super) fn freeze(&self, who: &Identity) -> Result<Decision, Refusal> {
        self.may_freeze(who)?;
        let mut decision = Decision::answering(Answer::Frozen);
        if self.live.frozen.is_none() {
            decision.event(Event::GrantingFrozen { by: Decider::from(who) });
            self.announce(Freezing::Frozen, who, &mut decision);
        }
        Ok(decision)
    }

    /// What was approved meanwhile is opened, and so is what will be.
    pub(super) fn unfreeze(&self, who: &Identity) -> Result<Decision, Refusal> {
        self.may_freeze(who)?;
        self.may_save()?;
        let mut decision = Decision::answering(Answer::Unfrozen);
        if self.live.frozen.is_some() {
            decision.event(Event::GrantingResumed { by: Decider::from(who) });
            self.announce(Freezing::Resumed, who, &mut decision);
        }
        Ok(decision)
    }

    fn may_freeze(&self, who: &Identity) -> Result<(), Refusal> {
        if !self.live.is_bound_rightly(who.into()) {
            return Err(Refusal::IdentityChanged);
        }
        self.today.catalogue.is_admin(who).then_some(()).ok_or(Refusal::NotAdmin)
    }

    fn announce(&self, freeze: Freezing, who: &Identity, decision: &mut Decision) {
        if self.today.limits.audit == AuditChannel::Told {
            decision.effect(Effect::AnnounceFreeze { freeze, by: who.name.clone(), at: self.now });
        }
    }
}
