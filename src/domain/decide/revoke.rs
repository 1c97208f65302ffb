//! Ending access of somebody else's: received at once, done once it is known who wants it.
//!
//! Law: who may is looked up at that moment, and it is taken in every mode: it ends access.

use super::{Case, Decision, MOST_CLICKS};
use crate::domain::{
    command::{Answer, Refusal, Revoke},
    event::Event,
    id::SlackUserId,
    port::{Effect, Identity},
    request::{Cause, Decider, Request, Revocation, Spot, State},
};

use super::grant::Over;

impl Case<'_> {
    /// Somebody wants to end what is open, or is being opened.
    pub(super) fn revoke(&self, revoke: &Revoke) -> Result<Decision, Refusal> {
        let Revoke { who, request, reason, known } = revoke;
        let request = self.meant(*request).ok_or(Refusal::NoSuchRequest)?;
        if !is_revocable(request) {
            // How it stands is for those who may end it.
            let may_know = known.as_ref().is_some_and(|who| self.may_revoke(request, who).is_ok());
            return Err(if may_know { Refusal::NothingToRevoke } else { Refusal::NotRevoker });
        }
        if request.revocations.iter().any(|wish| wish.slack == *who) {
            return Ok(Decision::answering(Answer::Received));
        }
        if request.revocations.len() >= MOST_CLICKS {
            return Err(Refusal::TooManyClicks);
        }
        let mut decision = Decision::answering(Answer::Received);
        let reason = decision.say(reason);
        let (request, slack) = (request.id, who.clone());
        decision.event(Event::RevocationReceived { request, slack: slack.clone(), reason });
        decision.effect(Effect::CheckRevoker { request, slack });
        Ok(decision)
    }

    /// Who wants it is known: it is ended, or they are told why not.
    pub(super) fn judge_revocation(
        &self,
        request: &Request,
        slack: &SlackUserId,
        who: Result<&Identity, Refusal>,
        decision: &mut Decision,
    ) {
        let Some(wish) = request.revocations.iter().find(|wish| wish.slack == *slack) else { return };
        if let Ok(who) = &who {
            self.doubt((*who).into(), decision);
        }
        let verdict = who.and_then(|who| self.may_revoke(request, who).map(|()| who));
        if let Err(why) = verdict.and_then(|who| self.end_by(request, wish, who, decision)) {
            let (request, slack) = (request.id, slack.clone());
            decision.event(Event::RevocationRefused { request, slack: slack.clone(), why: why.clone() });
            decision.effect(Effect::Reply { request, to: slack, why, spot: Spot::Apart });
        }
    }

    /// Admins end every grant, owners what is of theirs: by today's configuration.
    fn may_revoke(&self, request: &Request, who: &Identity) -> Result<(), Refusal> {
        let catalogue = self.today.catalogue;
        if !self.live.is_bound_rightly(who.into()) {
            return Err(Refusal::IdentityChanged);
        }
        let may = catalogue.is_admin(who) || catalogue.owns(who, &request.access.entitlement);
        may.then_some(()).ok_or(Refusal::NotRevoker)
    }

    fn end_by(&self, request: &Request, wish: &Revocation, who: &Identity, out: &mut Decision) -> Result<(), Refusal> {
        let membership = request.membership().and_then(|key| self.live.memberships.get(&key));
        let membership = membership.filter(|_| is_revocable(request)).ok_or(Refusal::NothingToRevoke)?;
        let cause = Cause::Person { by: Decider::from(who), reason: wish.reason.digest.clone() };
        self.end_holds(membership, &[(request.id, Over::Revoked(cause))], out);
        Ok(())
    }
}

const fn is_revocable(request: &Request) -> bool {
    matches!(request.state, State::Approved { .. } | State::Active { .. })
}
