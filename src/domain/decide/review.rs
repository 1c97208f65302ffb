//! Signatures of reviews: received at once, judged once it is known who sent them, strictly in order of receipt.
//!
//! Law: nobody signs the review of what they took themselves.

use super::{Case, Decision, MOST_CLICKS, Mode, grant::Over};
use crate::domain::{
    command::{Answer, Refusal, Sign},
    event::Event,
    id::RequestId,
    port::{Effect, Identity},
    request::{Decider, Request, State},
    review::{Judgement, Review, Signature},
};

impl Case<'_> {
    /// A review was signed. It counts only from a card on record for this person, or from the Home tab of somebody who
    /// was told.
    pub(super) fn sign(&self, sign: &Sign) -> Result<Decision, Refusal> {
        let request = self.request(sign.request).ok_or(Refusal::ForeignCard)?;
        if sign.who == request.asker {
            return Err(Refusal::OwnReview);
        }
        if !request.is_shown(&sign.who, &sign.place) {
            return Err(sign.place.foreign());
        }
        let signatures = match &request.review {
            Review::Open { signatures, .. } => signatures,
            Review::Signed { .. } => return Err(Refusal::ReviewSigned),
            Review::Moot { .. } | Review::None => return Err(Refusal::Over),
        };
        match (self.today.mode, sign.judgement) {
            // It ends access.
            (Mode::Serving, _) | (Mode::LowDisk, Judgement::NotJustified) => {}
            _ => self.may_save()?,
        }
        if signatures.iter().any(|other| other.slack == sign.who && other.judgement == sign.judgement) {
            return Ok(Decision::answering(Answer::Received));
        }
        if signatures.len() >= MOST_CLICKS {
            return Err(Refusal::TooManyClicks);
        }
        let mut decision = receive(sign, signatures.is_empty());
        self.look_no_more(request, &mut decision);
        Ok(decision)
    }

    /// Who signed is known: the signature at the head of the queue is judged.
    pub(super) fn judge_signature(&self, request: &Request, who: Result<&Identity, Refusal>, decision: &mut Decision) {
        let Some((signature, rest)) = request.review.signatures().split_first() else { return };
        if let Ok(who) = &who {
            self.doubt((*who).into(), decision);
        }
        match who.and_then(|who| self.may_sign(request, who).map(|()| who)) {
            Err(why) => {
                refuse(request.id, signature, why, decision);
                if let Some(next) = rest.first() {
                    decision.effect(Effect::CheckAuthority { request: request.id, slack: next.slack.clone() });
                }
            }
            Ok(who) => {
                self.signed(request, signature, who, decision);
                rest.iter().for_each(|late| refuse(request.id, late, Refusal::ReviewSigned, decision));
            }
        }
    }

    /// Somebody signs: who else could is looked up no more. Whoever signs is looked up in the same lane, and waits for no
    /// look-up that fails.
    fn look_no_more(&self, request: &Request, decision: &mut Decision) {
        self.take_back(request, |effect| matches!(effect, Effect::FindApprovers { .. }), decision);
    }

    fn take_back(&self, request: &Request, which: impl Fn(&Effect) -> bool, decision: &mut Decision) {
        for (effect, _) in self.live.promises_of(request.id).filter(|(_, promise)| which(&promise.effect)) {
            decision.event(Event::EffectWithdrawn { effect });
        }
    }

    /// Nothing was given, so there is nothing to review: whoever signed meanwhile is told, and not looked up any more.
    pub(super) fn drop_review(&self, request: &Request, decision: &mut Decision) {
        let looks = |effect: &Effect| matches!(effect, Effect::CheckAuthority { .. } | Effect::FindApprovers { .. });
        let waiting = request.review.signatures();
        self.take_back(request, looks, decision);
        waiting.iter().for_each(|signature| refuse(request.id, signature, Refusal::Over, decision));
    }

    /// Whether someone may sign a review, by today's configuration.
    fn may_sign(&self, request: &Request, who: &Identity) -> Result<(), Refusal> {
        let route = request.route().ok_or(Refusal::Over)?;
        // Received before; nothing is decided while the program only ends access.
        if self.today.mode == Mode::Custody {
            return Err(Refusal::Custody);
        }
        if who.okta == route.person.okta || who.slack == request.asker {
            return Err(Refusal::OwnReview);
        }
        if !self.live.is_bound_rightly(who.into()) {
            return Err(Refusal::IdentityChanged);
        }
        let may = request.review.may_sign(&self.without_ours(who), &route.person, self.today.catalogue);
        may.then_some(()).ok_or(Refusal::NotReviewer)
    }

    /// A signature that counts. What was not justified ends at once.
    fn signed(&self, request: &Request, signature: &Signature, who: &Identity, decision: &mut Decision) {
        let (by, judgement) = (Decider::from(who), signature.judgement);
        self.bind(request.id, who, decision);
        decision.event(Event::ReviewSigned { request: request.id, by: by.clone(), judgement });
        let held = matches!(request.state, State::Approved { .. } | State::Active { .. });
        let membership = request.membership().and_then(|key| self.live.memberships.get(&key));
        if let (Judgement::NotJustified, true, Some(membership)) = (judgement, held, membership) {
            self.end_holds(membership, &[(request.id, Over::NotJustified(by))], decision);
        }
    }
}

fn receive(sign: &Sign, first: bool) -> Decision {
    let mut decision = Decision::answering(Answer::Received);
    let note = decision.say(&sign.note);
    let (request, slack) = (sign.request, sign.who.clone());
    let (judgement, spot) = (sign.judgement, (&sign.place).into());
    decision.event(Event::ReviewReceived { request, slack: slack.clone(), judgement, note, spot });
    if first {
        decision.effect(Effect::CheckAuthority { request, slack });
    }
    decision
}

/// A signature does not count: it is on record, and whoever sent it is told.
fn refuse(request: RequestId, signature: &Signature, why: Refusal, decision: &mut Decision) {
    let (slack, spot) = (signature.slack.clone(), signature.spot);
    decision.event(Event::ReviewRefused { request, slack: slack.clone(), why: why.clone() });
    decision.effect(Effect::Reply { request, to: slack, why, spot });
}
