//! Denying: the form, opened from a card, and what is sent with it.

use serde::{Deserialize, Serialize};

use super::{Desk, From, digest, errors, home, instead};
use crate::{
    domain::{
        command::{Choice, Command, Decide, Refusal, Surface},
        id::{RequestId, SlackUserId},
        port::ViewKey,
        request::{Request, State},
    },
    engine::Response,
    say::{form, refusal, slash},
    slack::{
        blocks,
        envelope::{Form, Press},
        transport::Ack,
    },
};

/// What a denial's form carries: where it was opened. It is no authority: a card must be on record, a Home tab drawn.
#[derive(Serialize, Deserialize)]
struct Denying {
    request: RequestId,
    digest: String,
    place: Surface,
}

impl Desk {
    /// Deny… opens its form from memory, for whoever has the card.
    pub(super) async fn open_denial(&self, press: Press, request: RequestId) -> Ack {
        if let Some(custody) = self.custody(&press.who).await {
            return self.answer_at(&press.who.clone(), &From::Press(Box::new(press)), &custody).await;
        }
        let Some(place) = home::surface(&press.place) else { return self.not_on_record(&press).await };
        let view = ViewKey::Approver { request, slack: press.who.clone() };
        let standing = self.door.peek(view).await;
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
        let denying = Denying { request, digest: digest(&press.block).to_owned(), place };
        let metadata = serde_json::to_string(&denying).unwrap_or_default();
        let view = blocks::deny_form(&form::deny(standing, self.chat.voice()), &metadata);
        let Some(view) = blocks::view(&view) else { return Ack::Nothing };
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
        if let Some(custody) = self.custody(&who).await {
            return instead(&blocks::notice(&form::not_done(custody)));
        }
        let Ok(denying) = serde_json::from_str::<Denying>(&form.metadata) else {
            let sentence = self.sentence(&Refusal::ForeignCard, None, &who).await;
            return instead(&blocks::notice(&form::not_done(sentence)));
        };
        let reason = match self.door.text(form.fields.text("reason")) {
            Ok(reason) => reason,
            Err(error) => {
                let card = ViewKey::Approver { request: denying.request, slack: who.clone() };
                let about = self.door.peek(card).await;
                return errors(&[("reason", refusal::reason(error, about.as_ref()))]);
            }
        };
        let decide = Decide {
            who: who.clone(),
            request: denying.request,
            place: denying.place,
            digest: denying.digest,
            choice: Choice::Deny(reason),
        };
        let Response { result, about } = self.door.submit(Command::Decide(decide)).await;
        match result {
            Ok(_) => Ack::Bare,
            Err(refusal) => {
                let sentence = self.sentence(&refusal, about.as_ref(), &who).await;
                let notice = match refusal {
                    Refusal::Over => form::too_late(sentence),
                    _ => form::not_done(sentence),
                };
                instead(&blocks::notice(&notice))
            }
        }
    }
}
