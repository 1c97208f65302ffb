//! Deciding in a form: denying with a reason, approving for less. Opened from a card or a Home tab, and what is sent with
//! it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Desk, From, digest, errors, forms, home, instead};
use crate::{
    domain::{
        command::{Choice, Command, Decide, Refusal, Surface},
        id::{RequestId, SlackUserId},
        port::ViewKey,
        request::{Request, State},
    },
    engine::{Offer, Response},
    say::{form, less, refusal, slash},
    slack::{
        blocks,
        envelope::{Form, Press},
        transport::Ack,
    },
};

/// What a decision's form carries: where it was opened. It is no authority: a card must be on record, a Home tab drawn.
#[derive(Serialize, Deserialize)]
struct Deciding {
    request: RequestId,
    digest: String,
    place: Surface,
}

impl Desk {
    /// Deny… opens its form from memory, for whoever has the card.
    pub(super) async fn open_denial(&self, press: Press, request: RequestId) -> Ack {
        let draw = |request: &Request, _: &Offer, metadata: &str| {
            blocks::deny_form(&form::deny(request, self.chat.voice()), metadata)
        };
        self.open_decision(press, request, draw).await
    }

    /// Approve for less… does, too; the lengths are those of now.
    pub(super) async fn open_shortening(&self, press: Press, request: RequestId) -> Ack {
        let draw = |request: &Request, offer: &Offer, metadata: &str| {
            let voice = self.chat.voice();
            let entitlement = offer.catalogue.find(&request.access.entitlement).map(|(_, entitlement)| entitlement);
            let form = less::form(request, entitlement, offer.now, &forms::zone(offer, voice), voice);
            blocks::shorten_form(&form, metadata)
        };
        self.open_decision(press, request, draw).await
    }

    async fn open_decision(
        &self,
        press: Press,
        request: RequestId,
        draw: impl Fn(&Request, &Offer, &str) -> Value,
    ) -> Ack {
        let who = press.who.clone();
        let Some(offer) = self.door.offer(who.clone()).await else {
            return self.answer_at(&who, &From::Press(Box::new(press)), refusal::CANNOT_BE_SAVED).await;
        };
        if let Some(custody) = self.custody_of(&offer) {
            return self.answer_at(&who, &From::Press(Box::new(press)), &custody).await;
        }
        let Some(place) = home::surface(&press.place) else { return self.not_on_record(&press).await };
        let standing = self.door.peek(ViewKey::Approver { request, slack: who.clone() }).await;
        let theirs = |request: &&Request| request.is_shown(&press.who, &place);
        let Some(standing) = standing.as_ref().filter(theirs) else {
            self.refuse(&press, &place.foreign(), standing.as_ref()).await;
            return Ack::Bare;
        };
        let old = standing.digest() != digest(&press.block);
        let refusal = match standing.state {
            State::Pending { .. } if old => Some(place.outdated()),
            State::Pending { .. } => None,
            _ => Some(Refusal::Over),
        };
        if let Some(refusal) = refusal {
            self.refuse(&press, &refusal, Some(standing)).await;
            return Ack::Bare;
        }
        let deciding = Deciding { request, digest: digest(&press.block).to_owned(), place };
        let metadata = serde_json::to_string(&deciding).unwrap_or_default();
        let drawn = draw(standing, &offer, &metadata);
        self.open_from(press, &drawn).await
    }

    /// Opens a form beside what was pressed.
    pub(super) async fn open_from(&self, press: Press, drawn: &Value) -> Ack {
        let Some(view) = blocks::view(drawn) else { return Ack::Nothing };
        match self.chat.client().open_view(&press.trigger.clone().into(), view).await {
            Ok(_) => Ack::Bare,
            Err(failure) => {
                tracing::warn!(%failure, "the form could not be opened");
                self.answer_at(&press.who.clone(), &From::Press(Box::new(press)), slash::NOT_OPENED_FROM_CARD).await
            }
        }
    }

    /// A denial was sent.
    pub(super) async fn denied(&self, who: SlackUserId, form: &Form) -> Ack {
        let deciding = match self.deciding(&who, form).await {
            Ok(deciding) => deciding,
            Err(ack) => return ack,
        };
        let reason = match self.door.text(form.fields.text("reason")) {
            Ok(reason) => reason,
            Err(error) => {
                let card = ViewKey::Approver { request: deciding.request, slack: who.clone() };
                let about = self.door.peek(card).await;
                // Whose it is, is for those who were shown it.
                let about = about.as_ref().filter(|about| about.is_shown(&who, &deciding.place));
                return errors(&[("reason", refusal::reason(error, about))]);
            }
        };
        self.decided(who, deciding, Choice::Deny(reason), "reason").await
    }

    /// An approval for less was sent.
    pub(super) async fn shortened(&self, who: SlackUserId, form: &Form) -> Ack {
        let deciding = match self.deciding(&who, form).await {
            Ok(deciding) => deciding,
            Err(ack) => return ack,
        };
        let Some(offer) = self.door.offer(who.clone()).await else {
            return errors(&[("custom_duration", refusal::CANNOT_BE_SAVED.to_owned())]);
        };
        let typed = !form.fields.text("custom_duration").trim().is_empty();
        let block = if typed || form.fields.choice("duration").is_none() { "custom_duration" } else { "duration" };
        match self.filled_end(&form.fields, &offer) {
            None => errors(&[(block, refusal::NO_LENGTH.to_owned())]),
            Some(Err(fault)) => errors(&[fault]),
            Some(Ok(end)) => self.decided(who, deciding, Choice::ApproveForLess(end), block).await,
        }
    }

    /// Where a form was opened that was sent, or what is said instead.
    async fn deciding(&self, who: &SlackUserId, form: &Form) -> Result<Deciding, Ack> {
        if let Some(custody) = self.custody(who).await {
            return Err(instead(&blocks::notice(&form::not_done(custody))));
        }
        match serde_json::from_str::<Deciding>(&form.metadata) {
            Ok(deciding) => Ok(deciding),
            Err(_) => {
                let sentence = self.sentence(&Refusal::ForeignCard, None, who).await;
                Err(instead(&blocks::notice(&form::not_done(sentence))))
            }
        }
    }

    /// A form's decision; what is wrong with its field stands under `block`.
    async fn decided(&self, who: SlackUserId, deciding: Deciding, choice: Choice, block: &str) -> Ack {
        let Deciding { request, digest, place } = deciding;
        let decide = Decide { who: who.clone(), request, place, digest, choice };
        let Response { result, about } = self.door.submit(Command::Decide(decide)).await;
        let Err(refusal) = result else { return Ack::Bare };
        let sentence = self.sentence(&refusal, about.as_ref(), &who).await;
        match refusal {
            Refusal::NotShorter | Refusal::NotLonger | Refusal::TooShort { .. } | Refusal::TimePassed => {
                errors(&[(block, sentence)])
            }
            Refusal::Over => instead(&blocks::notice(&form::too_late(sentence))),
            _ => instead(&blocks::notice(&form::not_done(sentence))),
        }
    }
}
