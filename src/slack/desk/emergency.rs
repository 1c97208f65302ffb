//! Break-glass: its form as it is sent, and the form of its review, opened from a card or a Home tab.
//!
//! Law: whoever sends a form is the payload's person; what the form carries says where it was opened, and is no authority.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Desk, From, errors, forms, forms::Kind, home, instead};
use crate::{
    domain::{
        command::{Ask, Command, Refusal, Sign, Surface},
        id::{EntitlementId, RequestId, SlackUserId},
        port::ViewKey,
        request::{Purpose, Request},
        review::Review,
    },
    engine::{Offer, Response},
    say::{emergency, form, refusal, review, slash},
    slack::{
        blocks,
        envelope::{Form, Press},
        transport::Ack,
    },
};

/// What the form of a review carries: where it was opened. It is no authority: a card must be on record, a Home tab
/// drawn.
#[derive(Serialize, Deserialize)]
struct Reviewing {
    request: RequestId,
    place: Surface,
}

impl Desk {
    /// The form of break-glass opens at once, from memory.
    pub(super) async fn open_emergency(self: Arc<Self>, who: SlackUserId, trigger: String) -> Ack {
        self.open_sheet(Kind::Emergency, who, trigger, None, From::Command).await
    }

    /// Whether somebody may break glass for anything, as far as it is known who they are.
    pub(super) fn takes(offer: &Offer) -> bool {
        !emergency::offered(&offer.catalogue, forms::knowledge(offer, forms::Pace::Waiting)).is_empty()
    }

    /// The form of break-glass was sent: every fault stands under its field, or it is on record.
    pub(super) async fn taken(&self, who: SlackUserId, form: &Form) -> Ack {
        let Some(offer) = self.door.offer(who.clone()).await else {
            return errors(&[("justification", refusal::CANNOT_BE_SAVED.to_owned())]);
        };
        if let Some(custody) = self.custody_of(&offer) {
            return errors(&[("justification", custody)]);
        }
        let chosen = form.fields.choice("entitlement").and_then(|value| EntitlementId::parse(value).ok());
        let length = form.fields.choice("duration").ok_or_else(|| refusal::NO_LENGTH.to_owned());
        let end = length.and_then(|length| self.reckon(length, &offer));
        let justification = self.door.text(form.fields.text("justification")).map_err(refusal::justification);
        let (chosen, end, justification) = match (chosen, end, justification) {
            (Some(chosen), Ok(end), Ok(justification)) => (chosen, end, justification),
            (chosen, end, justification) => {
                let faults = [
                    chosen.is_none().then(|| ("entitlement", refusal::NO_ACCESS.to_owned())),
                    end.err().map(|sentence| ("duration", sentence)),
                    justification.err().map(|sentence| ("justification", sentence)),
                ];
                return errors(&faults.into_iter().flatten().collect::<Vec<_>>());
            }
        };
        let ask = Ask {
            who: who.clone(),
            key: format!("view:{}", form.id),
            purpose: Purpose::Emergency,
            entitlement: chosen.clone(),
            end,
            justification,
            known: offer.known.clone(),
        };
        let response = self.door.submit(Command::Ask(ask)).await;
        self.took(&who, &offer, &chosen, &response)
    }

    fn took(&self, who: &SlackUserId, offer: &Offer, chosen: &EntitlementId, response: &Response) -> Ack {
        let voice = self.chat.voice();
        let Response { result, about } = response;
        let Err(refusal) = result else { return Ack::Bare };
        let sentence = match (refusal, named(offer, chosen)) {
            (Refusal::NotForEmergencies, Some(access)) => refusal::not_for_emergencies(&access, voice),
            _ => self.not_asked(refusal, about.as_ref(), who, offer, chosen),
        };
        match (refusal, about) {
            (Refusal::AlreadyAsked { .. } | Refusal::AlreadyHeld { .. }, Some(request)) if request.asker == *who => {
                instead(&blocks::notice(&form::already(request, &offer.open, offer.now, voice)))
            }
            // It was offered when the form was drawn, or the choice is forged.
            (Refusal::NotOffered, _) => errors(&[("entitlement", refusal::OFFER_CHANGED.to_owned())]),
            (Refusal::TooLong { .. } | Refusal::TooShort { .. } | Refusal::TimePassed, _) => {
                errors(&[("duration", sentence)])
            }
            (
                Refusal::NotForEmergencies
                | Refusal::CoolingDown { .. }
                | Refusal::ReviewOpen { .. }
                | Refusal::Stopped { .. }
                | Refusal::NotServed { .. }
                | Refusal::IdentityChanged
                | Refusal::AlreadyAsked { .. }
                | Refusal::AlreadyHeld { .. },
                _,
            ) => errors(&[("entitlement", sentence)]),
            _ => errors(&[("justification", sentence)]),
        }
    }

    /// Sign review… opens its form from memory, for whoever has the card.
    pub(super) async fn open_review(&self, press: Press, request: RequestId) -> Ack {
        if let Some(custody) = self.custody(&press.who).await {
            return self.answer_at(&press.who.clone(), &From::Press(Box::new(press)), &custody).await;
        }
        let Some(place) = home::surface(&press.place) else { return self.not_on_record(&press).await };
        let view = ViewKey::Approver { request, slack: press.who.clone() };
        let standing = self.door.peek(view).await;
        let refusal = match &standing {
            Some(standing) if standing.asker == press.who => Some(Refusal::OwnReview),
            Some(standing) if standing.is_shown(&press.who, &place) => unsignable(standing),
            _ => Some(place.foreign()),
        };
        let (None, Some(standing)) = (&refusal, &standing) else {
            let refusal = refusal.unwrap_or(Refusal::ForeignCard);
            self.refuse(&press, &refusal, standing.as_ref()).await;
            return Ack::Bare;
        };
        let metadata = serde_json::to_string(&Reviewing { request, place }).unwrap_or_default();
        let view = blocks::review_form(&review::form(standing, self.chat.voice()), &metadata);
        let Some(view) = blocks::view(&view) else { return Ack::Nothing };
        match self.chat.client().open_view(&press.trigger.clone().into(), view).await {
            Ok(_) => Ack::Bare,
            Err(failure) => {
                tracing::warn!(%failure, "the form could not be opened");
                self.answer_at(&press.who.clone(), &From::Press(Box::new(press)), slash::NOT_OPENED_FROM_CARD).await
            }
        }
    }

    /// A review was sent.
    pub(super) async fn reviewed(&self, who: SlackUserId, form: &Form) -> Ack {
        if let Some(custody) = self.custody(&who).await {
            return instead(&blocks::notice(&form::not_done(custody)));
        }
        let Ok(reviewing) = serde_json::from_str::<Reviewing>(&form.metadata) else {
            let sentence = self.sentence(&Refusal::ForeignCard, None, &who).await;
            return instead(&blocks::notice(&form::not_done(sentence)));
        };
        let judgement = form.fields.choice("verdict").and_then(review::judgement);
        let note = self.door.text(form.fields.text("note"));
        let (judgement, note) = match (judgement, note) {
            (Some(judgement), Ok(note)) => (judgement, note),
            (judgement, note) => {
                let faults = [
                    judgement.is_none().then(|| ("verdict", refusal::NO_VERDICT.to_owned())),
                    note.err().map(|error| ("note", refusal::note(error))),
                ];
                return errors(&faults.into_iter().flatten().collect::<Vec<_>>());
            }
        };
        let Reviewing { request, place } = reviewing;
        let sign = Sign { who: who.clone(), request, place, judgement, note };
        let Response { result, about } = self.door.submit(Command::Sign(sign)).await;
        match result {
            Ok(_) => Ack::Bare,
            Err(refusal) => {
                let sentence = self.sentence(&refusal, about.as_ref(), &who).await;
                let notice = match refusal {
                    Refusal::ReviewSigned => review::signed_before(sentence),
                    _ => form::not_done(sentence),
                };
                instead(&blocks::notice(&notice))
            }
        }
    }
}

/// Why a review cannot be signed as it stands, if it cannot.
const fn unsignable(request: &Request) -> Option<Refusal> {
    match request.review {
        Review::Open { .. } => None,
        Review::Signed { .. } => Some(Refusal::ReviewSigned),
        Review::Moot { .. } | Review::None => Some(Refusal::Over),
    }
}

/// What an access is called, for those to whom it is offered in the usual way.
fn named(offer: &Offer, chosen: &EntitlementId) -> Option<String> {
    let offered = form::offered(&offer.catalogue, forms::knowledge(offer, forms::Pace::Waiting));
    let (application, entitlement) = offered.into_iter().find(|(_, entitlement)| entitlement.id == *chosen)?;
    Some(format!("{} · {}", application.name, entitlement.name))
}
