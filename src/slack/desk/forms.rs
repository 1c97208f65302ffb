//! Forms: opened from memory, redrawn as they are filled in, judged when they are sent.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Desk, called, digest, errors, instead};
use crate::{
    clock,
    domain::{
        command::{Answer, Ask, Choice, Command, Decide, Refusal},
        duration::{Length, resolve},
        id::{EntitlementId, RequestId, SlackChannelId, SlackTs, SlackUserId},
        port::{Identity, Posted, Unfit, ViewKey},
        request::State,
        time::EndRule,
    },
    engine::{Offer, Response},
    say::{
        Voice,
        form::{self, Filled, Group, Knowledge},
        refusal,
        time::Zone,
    },
    slack::{
        blocks::{self, Typed},
        envelope::{Fields, Form, Place, Press, Submit},
        transport::Ack,
    },
};

/// How long a form waits for Okta before it says that Okta is slow.
const SLOW_AFTER: std::time::Duration = std::time::Duration::from_secs(4);

/// What a denial's form carries: which card it was opened from. It is no authority: the card must be on record.
#[derive(Serialize, Deserialize)]
struct Denying {
    request: RequestId,
    digest: String,
    channel: SlackChannelId,
    ts: SlackTs,
}

/// How far it is known who asks.
fn knowledge(offer: &Offer) -> Knowledge<'_> {
    match &offer.known {
        Some(Ok(identity)) => Knowledge::Known(identity),
        _ => Knowledge::Waiting,
    }
}

/// What someone may choose from.
pub(super) fn groups(offer: &Offer, voice: &Voice) -> Vec<Group> {
    let filled = Filled::default();
    form::request(&offer.catalogue, knowledge(offer), &filled, &offer.open, offer.now, voice).groups
}

/// The zone in which someone's clock times are read.
pub(super) fn zone(offer: &Offer, voice: &Voice) -> Zone {
    let known = offer.known.as_ref().and_then(|known| known.as_ref().ok()).or(offer.bound.as_ref());
    let name = known.and_then(|identity| identity.zone.as_deref());
    match voice.day.follows {
        crate::domain::duration::ZoneOf::Person => Zone::of(name, &voice.zone),
        crate::domain::duration::ZoneOf::Organisation => Zone::of(None, &voice.zone),
    }
}

impl Desk {
    /// Opens the form at once, from memory; what Okta says of the person redraws it.
    pub(super) async fn open_form(
        self: Arc<Self>,
        who: SlackUserId,
        trigger: String,
        chosen: Option<EntitlementId>,
    ) -> Ack {
        let voice = self.chat.voice();
        let Some(offer) = self.door.offer(who.clone()).await else {
            return Self::private(&refusal::sentence(&Refusal::CannotBeSaved, None, &who, Default::default(), voice));
        };
        let filled = Filled { entitlement: chosen, end: None };
        let view = self.drawn(&offer, knowledge(&offer), &filled, &Typed::default());
        let Some(view) = blocks::view(&view) else { return Ack::Nothing };
        match self.chat.client().open_view(&trigger.into(), view).await {
            Ok(opened) => {
                if offer.known.is_none() {
                    tokio::spawn(Arc::clone(&self).complete(who, opened.id.0, opened.hash, filled));
                }
                Ack::Bare
            }
            Err(failure) => {
                tracing::warn!(%failure, "the form could not be opened");
                Self::private(&format!("The form could not be opened. Type {} again.", voice.command))
            }
        }
    }

    /// Redraws the form once it is known who asks.
    async fn complete(self: Arc<Self>, who: SlackUserId, id: String, hash: String, filled: Filled) {
        let found = clock::timeout(SLOW_AFTER, self.door.look_up(who.clone())).await.unwrap_or_default();
        let Some(offer) = self.door.offer(who).await else { return };
        let knowledge = match &found {
            Some(Ok(identity)) => Knowledge::Known(identity),
            _ => Knowledge::Late,
        };
        let view = match &found {
            Some(Err(unfit)) => {
                blocks::notice(&form::notice("Not possible", refusal::not_served(unfit, self.chat.voice())))
            }
            _ => self.drawn(&offer, knowledge, &filled, &Typed::default()),
        };
        self.update(&id, Some(&hash), &view).await;
    }

    fn drawn(&self, offer: &Offer, who: Knowledge<'_>, filled: &Filled, typed: &Typed) -> serde_json::Value {
        let voice = self.chat.voice();
        if let Some(Err(unfit)) = &offer.known {
            return blocks::notice(&form::notice("Not possible", refusal::not_served(unfit, voice)));
        }
        let form = form::request(&offer.catalogue, who, filled, &offer.open, offer.now, voice);
        if form.groups.is_empty() && matches!(who, Knowledge::Known(_)) {
            return blocks::notice(&form::nothing(voice));
        }
        blocks::request_form(&form, typed)
    }

    /// Something was chosen: the preview follows, now and once it is known who asks.
    pub(super) async fn redraw_form(self: Arc<Self>, press: Press) -> Ack {
        let Place::Form(form) = press.place else { return Ack::Bare };
        let (number, turn) = self.presses.press(&form.id);
        let who = press.who;
        tokio::spawn(async move {
            let Some(offer) = self.door.offer(who.clone()).await else { return };
            let unknown = offer.known.is_none();
            {
                let _turn = turn.lock().await;
                self.redraw_last(&form, number, &offer).await;
            }
            if unknown && self.door.look_up(who.clone()).await.is_some() {
                let Some(offer) = self.door.offer(who).await else { return };
                let _turn = turn.lock().await;
                self.redraw_last(&form, number, &offer).await;
            }
        });
        Ack::Bare
    }

    /// Draws the form as it was when it was pressed, unless it was pressed again since.
    async fn redraw_last(&self, form: &Form, press: u64, offer: &Offer) {
        if !self.presses.is_last(&form.id, press) {
            return;
        }
        let chosen = form.fields.choice("entitlement").and_then(|value| EntitlementId::parse(value).ok());
        let end = self.filled_end(&form.fields, offer).map(|end| end.map_err(|(_, sentence)| sentence));
        let filled = Filled { entitlement: chosen, end };
        let typed = Typed { duration: form.fields.choice("duration").map(str::to_owned) };
        let view = self.drawn(offer, knowledge(offer), &filled, &typed);
        self.update(&form.id, None, &view).await;
    }

    /// The end that is filled in, or what is wrong with it and where. The typed length wins.
    fn filled_end(&self, fields: &Fields, offer: &Offer) -> Option<Result<EndRule, (&'static str, String)>> {
        let typed = fields.text("custom_duration").trim();
        let (block, length) = match fields.choice("duration") {
            _ if !typed.is_empty() => ("custom_duration", typed),
            Some(chosen) => ("duration", chosen),
            None => return None,
        };
        Some(self.reckon(length, offer).map_err(|sentence| (block, sentence)))
    }

    /// The end that a length comes to, now.
    pub(super) fn reckon(&self, length: &str, offer: &Offer) -> Result<EndRule, String> {
        let voice = self.chat.voice();
        let zone = zone(offer, voice);
        let parsed = Length::parse(length, self.least).map_err(|error| refusal::length(error, length))?;
        resolve(parsed, offer.now, zone.zone(), &voice.day)
            .map_err(|error| refusal::end(error, &zone, offer.now, voice))
    }

    pub(super) async fn submitted(self: Arc<Self>, submit: Submit) -> Ack {
        match submit.form.callback.as_str() {
            "request" => self.requested(submit.who, &submit.form).await,
            "deny" => self.denied(submit.who, &submit.form).await,
            _ => Ack::Bare,
        }
    }

    /// A request form was sent: every fault stands under its field, or it is on record.
    async fn requested(&self, who: SlackUserId, form: &Form) -> Ack {
        let Some(offer) = self.door.offer(who.clone()).await else {
            return errors(&[("justification", crate::say::slash::NOT_SAVED.to_owned())]);
        };
        let entitlement = form.fields.choice("entitlement").and_then(|value| EntitlementId::parse(value).ok());
        let end = self
            .filled_end(&form.fields, &offer)
            .unwrap_or_else(|| Err(("custom_duration", "Say for how long: 45m, 2h, until 17:30 or eod.".to_owned())));
        let justification = self.door.text(form.fields.text("justification"));
        let mut faults = Vec::new();
        if entitlement.is_none() {
            faults.push(("entitlement", "Choose an access.".to_owned()));
        }
        if let Err((block, sentence)) = &end {
            faults.push((block, sentence.clone()));
        }
        if let Err(error) = &justification {
            faults.push(("justification", refusal::justification(*error)));
        }
        let (Some(entitlement), Ok(end), Ok(justification)) = (entitlement, end, justification) else {
            return errors(&faults);
        };
        let ask = Ask {
            who: who.clone(),
            key: format!("view:{}", form.id),
            entitlement,
            end,
            justification,
            known: offer.known.clone(),
        };
        let response = self.door.submit(Command::Ask(ask)).await;
        self.asked(&who, form, &offer, &response)
    }

    fn asked(&self, who: &SlackUserId, form: &Form, offer: &Offer, response: &Response) -> Ack {
        let voice = self.chat.voice();
        let Response { result, about } = response;
        let refusal = match result {
            Ok(Answer::Saved { .. }) => return Ack::Bare,
            Ok(_) => return Ack::Bare,
            Err(refusal) => refusal,
        };
        let custom = !form.fields.text("custom_duration").trim().is_empty();
        let sentence = refusal::sentence(refusal, about.as_ref(), who, offer.now, voice);
        match refusal {
            Refusal::AlreadyAsked { .. } | Refusal::AlreadyHeld { .. } => match about {
                Some(request) => instead(&blocks::notice(&form::already(request, offer.now, voice))),
                None => errors(&[("entitlement", sentence)]),
            },
            Refusal::TooLong { .. } | Refusal::TooShort { .. } | Refusal::TimePassed => {
                errors(&[(if custom { "custom_duration" } else { "duration" }, sentence)])
            }
            Refusal::NotOffered | Refusal::NotServed { .. } | Refusal::IdentityChanged => {
                errors(&[("entitlement", sentence)])
            }
            _ => errors(&[("justification", sentence)]),
        }
    }

    /// Deny… opens its form from memory, for whoever has the card.
    pub(super) async fn open_denial(&self, press: Press, request: RequestId) -> Ack {
        let Place::Message { posted, .. } = &press.place else { return self.not_on_record(&press).await };
        let view = ViewKey::Approver { request, slack: press.who.clone() };
        let standing = self.door.peek(view.clone()).await;
        let on_record = |request: &&crate::domain::request::Request| {
            request.shown.get(&view).is_some_and(|shown| shown.posted == *posted)
        };
        let Some(standing) = standing.as_ref().filter(on_record) else {
            self.refuse(&press, posted, &Refusal::ForeignCard, standing.as_ref()).await;
            return Ack::Bare;
        };
        let old = standing.digest() != digest(&press.block);
        let refusal = match standing.state {
            State::Pending { .. } if old => Some(Refusal::OldTerms),
            State::Pending { .. } => None,
            _ => Some(Refusal::Over),
        };
        if let Some(refusal) = refusal {
            self.refuse(&press, posted, &refusal, Some(standing)).await;
            return Ack::Bare;
        }
        let denying = Denying {
            request,
            digest: digest(&press.block).to_owned(),
            channel: posted.channel.clone(),
            ts: posted.ts.clone(),
        };
        let metadata = serde_json::to_string(&denying).unwrap_or_default();
        let first = form::deny(standing, self.chat.voice());
        let view = blocks::deny_form(&first, &metadata, &called(standing));
        let Some(view) = blocks::view(&view) else { return Ack::Nothing };
        match self.chat.client().open_view(&press.trigger.clone().into(), view).await {
            Ok(_) => Ack::Bare,
            Err(failure) => {
                tracing::warn!(%failure, "the form could not be opened");
                Ack::Nothing
            }
        }
    }

    /// A denial was sent.
    async fn denied(&self, who: SlackUserId, form: &Form) -> Ack {
        let Ok(denying) = serde_json::from_str::<Denying>(&form.metadata) else {
            let sentence = self.sentence(&Refusal::ForeignCard, None, &who).await;
            return instead(&blocks::notice(&form::too_late(sentence)));
        };
        let reason = match self.door.text(form.fields.text("reason")) {
            Ok(reason) => reason,
            Err(error) => {
                let card = ViewKey::Approver { request: denying.request, slack: who.clone() };
                let asker = self.door.peek(card).await.map(|request| called(&request));
                return errors(&[("reason", refusal::reason(error, asker.as_deref().unwrap_or("the requester")))]);
            }
        };
        let decide = Decide {
            who: who.clone(),
            request: denying.request,
            card: Posted { channel: denying.channel, ts: denying.ts },
            digest: denying.digest,
            choice: Choice::Deny(reason),
        };
        let Response { result, about } = self.door.submit(Command::Decide(decide)).await;
        match result {
            Ok(_) => Ack::Bare,
            Err(refusal) => {
                let sentence = self.sentence(&refusal, about.as_ref(), &who).await;
                instead(&blocks::notice(&form::too_late(sentence)))
            }
        }
    }
}

/// Whoever was looked up, if they may be served.
pub(super) fn identity(known: Option<&Result<Identity, Unfit>>) -> Option<&Identity> {
    known.and_then(|known| known.as_ref().ok())
}
