//! Keeping access for longer: its form, opened from memory, redrawn as it is filled in, judged when it is sent.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    Desk, From, errors,
    forms::{Pace, knowledge, scene},
    instead,
    presses::Pressed,
};
use crate::{
    domain::{
        command::{Command, Extend, Refusal},
        id::{RequestId, SlackUserId},
        port::ViewKey,
        request::{Ending, Extension, Purpose, Request, State},
    },
    engine::{Offer, Response},
    say::{
        form::{self, Filled, Names},
        list, refusal, slash,
    },
    slack::{
        blocks::{self, Typed},
        envelope::{Fields, Form},
        transport::Ack,
    },
};

/// Whether it kept access for longer, and is one with that.
const fn is_applied(request: &Request) -> bool {
    matches!(request.state, State::Ended { ending: Ending::Applied, .. })
}

/// What the form carries: what it is about. It is no authority.
#[derive(Serialize, Deserialize)]
struct Extending {
    request: RequestId,
}

impl Desk {
    /// Extend… opens the form for whoever holds it; who would be asked redraws it.
    pub(super) async fn open_extension(
        self: Arc<Self>,
        who: SlackUserId,
        trigger: String,
        request: RequestId,
        from: From,
    ) -> Ack {
        let offer = match from {
            From::Command => self.looked_up(&who).await,
            From::Press(_) | From::Elsewhere => self.door.offer(who.clone()).await,
        };
        let Some(offer) = offer else { return self.answer_at(&who, &from, refusal::CANNOT_BE_SAVED).await };
        if let Some(said) = self.custody_of(&offer).or_else(|| self.unserved(&offer)) {
            return self.answer_at(&who, &from, &said).await;
        }
        let standing = match offer.open.iter().find(|own| own.id == request) {
            Some(own) => Some(own.clone()),
            // Over, perhaps long ago, or one with what it extended.
            None => {
                let found = self.door.peek(ViewKey::Requester { request }).await.filter(|found| found.asker == who);
                let applied = found.as_ref().filter(|found| is_applied(found)).and_then(Request::extends);
                let first = offer.open.iter().find(|own| Some(own.id) == applied);
                first.cloned().or(found)
            }
        };
        let Some(standing) = standing else { return self.none_to_extend(&who, &from).await };
        if let Some(refusal) = refused(&standing, &offer) {
            let sentence = self.sentence(&refusal, Some(&standing), &who).await;
            return self.answer_at(&who, &from, &sentence).await;
        }
        let view = self.drawn_extension(&offer, &standing, &Fields::default());
        let Some(view) = blocks::view(&view) else { return Ack::Nothing };
        match self.chat.client().open_view(&trigger.into(), view).await {
            Ok(opened) => {
                let press = self.presses.press(&opened.id.0);
                let drawn = Drawing { who, request: standing.id, id: opened.id.0, fields: Fields::default() };
                tokio::spawn(async move { self.follow_extension(drawn, press).await });
                Ack::Bare
            }
            Err(failure) => {
                tracing::warn!(%failure, "the form could not be opened");
                let sentence = slash::not_opened(self.chat.voice());
                self.answer_at(&who, &from, &sentence).await
            }
        }
    }

    async fn none_to_extend(&self, who: &SlackUserId, from: &From) -> Ack {
        match from {
            From::Command => self.listed(who, Some(list::WHICH)).await,
            From::Press(_) | From::Elsewhere => {
                let sentence = self.sentence(&Refusal::NoSuchRequest, None, who).await;
                self.answer_at(who, from, &sentence).await
            }
        }
    }

    /// Something was chosen: the new end follows, and who would be asked.
    pub(super) fn redraw_extension(self: Arc<Self>, who: SlackUserId, form: Form) -> Ack {
        let Ok(Extending { request }) = serde_json::from_str(&form.metadata) else { return Ack::Bare };
        let press = self.presses.press(&form.id);
        let drawn = Drawing { who, request, id: form.id, fields: form.fields };
        tokio::spawn(async move {
            self.draw_extension(&drawn, &press).await;
            self.follow_extension(drawn, press).await;
        });
        Ack::Bare
    }

    /// Draws the form anew once it is known who would be asked, where that was not known before.
    async fn follow_extension(&self, drawn: Drawing, press: Pressed) {
        let Some(offer) = self.door.offer(drawn.who.clone()).await else { return };
        let whom = |offer: &Offer, names: &Desk| {
            let first = offer.open.iter().find(|request| request.id == drawn.request)?;
            let filled = names.filled_more(&drawn.fields, offer);
            let voice = names.chat.voice();
            Some(form::whom_for_more(&scene(offer, knowledge(offer, Pace::Waiting), voice), first, &filled))
        };
        let named = whom(&offer, self).unwrap_or_default();
        if offer.known.is_some() && self.names.of(&named).len() == named.len() {
            return;
        }
        let _known = self.door.look_up(drawn.who.clone()).await;
        let Some(offer) = self.door.offer(drawn.who.clone()).await else { return };
        self.names.find(&self.chat, &whom(&offer, self).unwrap_or_default()).await;
        self.draw_extension(&drawn, &press).await;
    }

    async fn draw_extension(&self, drawn: &Drawing, press: &Pressed) {
        let Some(offer) = self.door.offer(drawn.who.clone()).await else { return };
        let Some(first) = offer.open.iter().find(|request| request.id == drawn.request) else { return };
        let _turn = press.turn.lock().await;
        if self.presses.is_last(&drawn.id, press) {
            let view = self.drawn_extension(&offer, first, &drawn.fields);
            self.update(&drawn.id, None, &view).await;
        }
    }

    fn filled_more(&self, fields: &Fields, offer: &Offer) -> Filled {
        let end = self.filled_end(fields, offer).map(|end| end.map_err(|(_, sentence)| sentence));
        Filled { entitlement: None, end, why: fields.text("justification").to_owned() }
    }

    fn drawn_extension(&self, offer: &Offer, first: &Request, fields: &Fields) -> Value {
        let filled = self.filled_more(fields, offer);
        let scene = scene(offer, knowledge(offer, Pace::Waiting), self.chat.voice());
        let names: Names = self.names.of(&form::whom_for_more(&scene, first, &filled));
        let scene = form::Scene { names: &names, ..scene };
        let typed = Typed { duration: fields.choice("duration").map(str::to_owned) };
        let metadata = serde_json::to_string(&Extending { request: first.id }).unwrap_or_default();
        match form::extension(&scene, first, &filled) {
            Ok(form) => blocks::extend_form(&form, &typed, &metadata),
            Err(notice) => blocks::notice(&notice),
        }
    }

    /// The form was sent: every fault stands under its field, or it is on record.
    pub(super) async fn extended(&self, who: SlackUserId, form: &Form) -> Ack {
        let extending = serde_json::from_str::<Extending>(&form.metadata);
        let (Ok(Extending { request }), Some(offer)) = (extending, self.door.offer(who.clone()).await) else {
            return instead(&blocks::notice(&form::not_done(slash::unreadable(self.chat.voice()))));
        };
        let end = self.filled_end(&form.fields, &offer);
        let end = end.unwrap_or_else(|| Err(("custom_duration", refusal::NO_LENGTH.to_owned())));
        let justification = self.door.text(form.fields.text("justification"));
        let (end, justification) = match (end, justification) {
            (Ok(end), Ok(justification)) => (end, justification),
            (end, justification) => {
                let fault = justification.err().map(|error| ("justification", refusal::justification(error)));
                return errors(&end.err().into_iter().chain(fault).collect::<Vec<_>>());
            }
        };
        let key = format!("view:{}", form.id);
        let extend = Extend { who: who.clone(), key, of: request, end, justification, known: offer.known.clone() };
        let Response { result, about } = self.door.submit(Command::Extend(extend)).await;
        let Err(refusal) = result else { return Ack::Bare };
        let sentence = self.sentence(&refusal, about.as_ref(), &who).await;
        let typed = !form.fields.text("custom_duration").trim().is_empty();
        match refusal {
            Refusal::TooLong { .. } | Refusal::TooShort { .. } | Refusal::TimePassed | Refusal::NotLonger => {
                errors(&[(if typed { "custom_duration" } else { "duration" }, sentence)])
            }
            Refusal::CannotBeSaved => errors(&[("justification", sentence)]),
            _ => instead(&blocks::notice(&form::not_done(sentence))),
        }
    }
}

/// A form that is open: whose, about what, and what is filled in.
struct Drawing {
    who: SlackUserId,
    request: RequestId,
    id: String,
    fields: Fields,
}

/// Why it cannot be extended now, whatever one fills in.
fn refused(request: &Request, offer: &Offer) -> Option<Refusal> {
    match (&request.state, &request.extension) {
        (State::Active { .. }, Extension::Asked { at, .. }) => Some(Refusal::MoreAsked { at: *at }),
        (State::Active { ends, .. }, _) if offer.now < *ends && request.purpose == Purpose::Access => None,
        _ => Some(Refusal::NotExtendable),
    }
}
