//! The request form: opened from memory, redrawn as it is filled in and as answers come, judged when it is sent.

use std::{pin::pin, sync::Arc, time::Duration};

use super::{Desk, From, errors, instead, presses::Pressed};
use crate::{
    clock,
    domain::{
        catalogue::Catalogue,
        command::{Ask, Command, Refusal},
        duration::{Length, resolve},
        id::{Email, EntitlementId, SlackUserId},
        port::{Identity, Unfit},
        request::{Purpose, Request},
        time::EndRule,
    },
    engine::{Offer, Response},
    say::{
        Voice, emergency,
        form::{self, Ahead, Filled, Knowledge, Scene},
        refusal, slash,
        time::Zone,
    },
    slack::{
        blocks::{self, Typed},
        envelope::{Fields, Form, Place, Press, Submit},
        transport::Ack,
    },
};

/// How long a form waits for Okta before it says that Okta is slow.
const SLOW_AFTER: Duration = Duration::from_secs(4);

/// Between two look-ups of someone whose form is open.
const ASK_AGAIN: Duration = Duration::from_secs(2);

/// So many look-ups are tried for one form; each takes as long as Okta is waited for. Nobody looks at it for longer.
const MOST_LOOK_UPS: u32 = 60;

/// Whether what is not known yet is merely on its way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Pace {
    /// It is on its way.
    Waiting,
    /// Okta is slow.
    Late,
}

/// What became of a redraw.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Drawn {
    /// Nothing: the form was pressed, sent or closed since.
    Not,
    /// Something that it is to show was not known yet.
    Wanting,
    /// It shows all that it is to show.
    Whole,
}

/// Which form it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// The request form.
    Request,
    /// Break-glass.
    Emergency,
}

impl Kind {
    /// By the name that comes back with it.
    pub(super) fn of(callback: &str) -> Self {
        if callback == "emergency" { Self::Emergency } else { Self::Request }
    }

    /// What somebody may choose from in it.
    pub(super) fn groups(self, catalogue: &Catalogue, who: Knowledge<'_>) -> Vec<form::Group> {
        match self {
            Self::Request => form::groups(catalogue, who),
            Self::Emergency => emergency::groups(catalogue, who),
        }
    }
}

/// A form that is open: what is filled in, and its last state.
struct Sheet {
    kind: Kind,
    id: String,
    hash: Option<String>,
    chosen: Option<EntitlementId>,
    fields: Fields,
}

/// What a form is drawn from: what is filled in, and of a request what lies ahead of it.
enum Sketch<'a> {
    Request { filled: &'a Filled, ahead: Ahead },
    Emergency { filled: &'a Filled },
}

impl<'a> Sketch<'a> {
    fn of(kind: Kind, scene: &Scene<'_>, filled: &'a Filled) -> Self {
        match kind {
            Kind::Request => Self::Request { filled, ahead: Ahead::of(scene, filled) },
            Kind::Emergency => Self::Emergency { filled },
        }
    }

    /// Everyone who is to be named in it.
    fn whom(&self, scene: &Scene<'_>) -> Vec<Email> {
        match self {
            Self::Request { ahead, .. } => ahead.whom(scene),
            Self::Emergency { filled } => emergency::whom(scene, filled),
        }
    }
}

/// A form that is about to be drawn.
struct Draft<'a> {
    offer: &'a Offer,
    sketch: Sketch<'a>,
    /// As far as they are known.
    names: form::Names,
    /// Whether anything that it is to show is not known yet.
    wanting: bool,
}

/// How far it is known who asks.
pub(super) fn knowledge(offer: &Offer, pace: Pace) -> Knowledge<'_> {
    match (&offer.known, pace) {
        (Some(Ok(identity)), _) => Knowledge::Known(identity),
        (_, Pace::Waiting) => Knowledge::Waiting(offer.bound.as_ref()),
        (_, Pace::Late) => Knowledge::Late(offer.bound.as_ref()),
    }
}

/// The zone in which someone's clock times are read.
pub(super) fn zone(offer: &Offer, voice: &Voice) -> Zone {
    let known = identity(offer.known.as_ref()).or(offer.bound.as_ref());
    let name = known.and_then(|identity| identity.zone.as_deref());
    match voice.day.follows {
        crate::domain::duration::ZoneOf::Person => Zone::of(name, &voice.zone),
        crate::domain::duration::ZoneOf::Organisation => Zone::of(None, &voice.zone),
    }
}

/// Whoever was looked up, if they may be served.
pub(super) fn identity(known: Option<&Result<Identity, Unfit>>) -> Option<&Identity> {
    known.and_then(|known| known.as_ref().ok())
}

/// What a form is drawn from, without anyone's name.
pub(super) fn scene<'a>(offer: &'a Offer, who: Knowledge<'a>, voice: &'a Voice) -> Scene<'a> {
    const NOBODY: &form::Names = &form::Names::new();
    Scene {
        catalogue: &offer.catalogue,
        who,
        own: &offer.open,
        held: &offer.held,
        ours: &offer.ours,
        names: NOBODY,
        now: offer.now,
        frozen: offer.frozen.as_ref(),
        voice,
    }
}

impl Desk {
    /// Opens the form at once, from memory; what Okta says of the person redraws it.
    pub(super) async fn open_form(
        self: Arc<Self>,
        who: SlackUserId,
        trigger: String,
        chosen: Option<EntitlementId>,
        from: From,
    ) -> Ack {
        self.open_sheet(Kind::Request, who, trigger, chosen, from).await
    }

    /// The same of either kind.
    pub(super) async fn open_sheet(
        self: Arc<Self>,
        kind: Kind,
        who: SlackUserId,
        trigger: String,
        chosen: Option<EntitlementId>,
        from: From,
    ) -> Ack {
        let Some(offer) = self.door.offer(who.clone()).await else {
            return self.answer_at(&who, &from, refusal::CANNOT_BE_SAVED).await;
        };
        if let Some(custody) = self.custody_of(&offer) {
            return self.answer_at(&who, &from, &custody).await;
        }
        let filled = Filled { entitlement: chosen.clone(), ..Filled::default() };
        let draft = self.draft(kind, &offer, &filled);
        let view = self.drawn(&draft, Pace::Waiting, &Typed::default());
        let Some(view) = blocks::view(&view) else { return Ack::Nothing };
        match self.chat.client().open_view(&trigger.into(), view).await {
            Ok(opened) => {
                let (id, hash) = (opened.id.0, Some(opened.hash));
                let sheet = Sheet { kind, id, hash, chosen, fields: Fields::default() };
                if draft.wanting {
                    let press = self.presses.press(&sheet.id);
                    tokio::spawn(self.follow(who, sheet, press));
                }
                Ack::Bare
            }
            Err(failure) => {
                tracing::warn!(%failure, "the form could not be opened");
                let sentence = slash::not_opened(self.chat.voice());
                self.answer_at(&who, &from, &sentence).await
            }
        }
    }

    /// The form as it is to be drawn now. What comes to be known after this is not on it.
    fn draft<'a>(&self, kind: Kind, offer: &'a Offer, filled: &'a Filled) -> Draft<'a> {
        let scene = scene(offer, knowledge(offer, Pace::Waiting), self.chat.voice());
        let sketch = Sketch::of(kind, &scene, filled);
        let whom = sketch.whom(&scene);
        let names = self.names.of(&whom);
        let unnamed = names.len() < whom.len();
        let wanting = offer.known.is_none() || (unnamed && identity(offer.known.as_ref()).is_some());
        Draft { offer, sketch, names, wanting }
    }

    /// Redraws the form when it is known who asks and who would be asked, and when Okta is slow to say. As long as it
    /// does not answer it is asked again, until the form is pressed, sent or closed.
    async fn follow(self: Arc<Self>, who: SlackUserId, mut sheet: Sheet, press: Pressed) {
        for _ in 0..MOST_LOOK_UPS {
            let mut facts = pin!(self.facts(sheet.kind, &who, sheet.chosen.clone(), sheet.fields.clone()));
            let found = match clock::timeout(SLOW_AFTER, &mut facts).await {
                Ok(found) => found,
                Err(_) => {
                    if self.redraw(&who, &mut sheet, &press, Pace::Late).await == Drawn::Not {
                        return;
                    }
                    facts.await
                }
            };
            let pace = if found { Pace::Waiting } else { Pace::Late };
            if self.redraw(&who, &mut sheet, &press, pace).await == Drawn::Not || found {
                return;
            }
            clock::pause(ASK_AGAIN).await;
        }
    }

    /// Finds out who asks, and the names of those who would be asked. Whether it is known who asks.
    async fn facts(&self, kind: Kind, who: &SlackUserId, chosen: Option<EntitlementId>, fields: Fields) -> bool {
        let names = self.find_names(kind, who, chosen.clone(), &fields);
        let ((), found) = tokio::join!(names, self.door.look_up(who.clone()));
        if found.is_some() {
            // Of somebody who was not known at all it is known only by now who would be asked.
            self.find_names(kind, who, chosen, &fields).await;
        }
        found.is_some()
    }

    /// Looks up the names of those who would be asked, as far as it is known who they are.
    async fn find_names(&self, kind: Kind, who: &SlackUserId, chosen: Option<EntitlementId>, fields: &Fields) {
        let Some(offer) = self.door.offer(who.clone()).await else { return };
        let filled = self.filled(chosen, fields, &offer);
        let scene = scene(&offer, knowledge(&offer, Pace::Waiting), self.chat.voice());
        let whom = Sketch::of(kind, &scene, &filled).whom(&scene);
        self.names.find(&self.chat, &whom).await;
    }

    /// What is filled in, as far as it can be read.
    fn filled(&self, chosen: Option<EntitlementId>, fields: &Fields, offer: &Offer) -> Filled {
        let end = self.filled_end(fields, offer).map(|end| end.map_err(|(_, sentence)| sentence));
        Filled { entitlement: chosen, end, why: fields.text("justification").to_owned() }
    }

    fn drawn(&self, draft: &Draft<'_>, pace: Pace, typed: &Typed) -> serde_json::Value {
        let (voice, offer) = (self.chat.voice(), draft.offer);
        if let Some(custody) = self.custody_of(offer) {
            return blocks::notice(&form::not_possible(custody));
        }
        if let Some(Err(unfit)) = &offer.known {
            return blocks::notice(&form::not_possible(refusal::not_served(unfit, voice)));
        }
        let who = knowledge(offer, pace);
        let is_known = matches!(who, Knowledge::Known(_));
        let scene = Scene { names: &draft.names, ..scene(offer, who, voice) };
        match &draft.sketch {
            Sketch::Emergency { filled } => {
                let form = emergency::form(&scene, filled);
                let nothing = form.groups.is_empty() && is_known;
                if nothing { blocks::notice(&emergency::nothing(voice)) } else { blocks::emergency_form(&form, typed) }
            }
            Sketch::Request { filled, ahead } => {
                let form = form::request(&scene, filled, ahead);
                let nothing = form.groups.is_empty() && is_known;
                if nothing { blocks::notice(&form::nothing(voice)) } else { blocks::request_form(&form, typed) }
            }
        }
    }

    /// Something was chosen: the preview follows, now and once more is known.
    pub(super) async fn redraw_form(self: Arc<Self>, press: Press) -> Ack {
        let Press { who, place: Place::Form(form), .. } = press else { return Ack::Bare };
        if form.callback == "extend" {
            return self.redraw_extension(who, form);
        }
        let press = self.presses.press(&form.id);
        tokio::spawn(async move {
            let chosen = form.fields.choice("entitlement").and_then(|value| EntitlementId::parse(value).ok());
            // The state that came with the press may be older than one that was drawn since, and not by a press.
            let kind = Kind::of(&form.callback);
            let mut sheet = Sheet { kind, id: form.id, hash: None, chosen, fields: form.fields };
            if self.redraw(&who, &mut sheet, &press, Pace::Waiting).await == Drawn::Wanting {
                self.follow(who, sheet, press).await;
            }
        });
        Ack::Bare
    }

    /// Draws the form as it was when it was pressed, unless it was pressed or sent since.
    async fn redraw(&self, who: &SlackUserId, sheet: &mut Sheet, press: &Pressed, pace: Pace) -> Drawn {
        let Some(offer) = self.door.offer(who.clone()).await else { return Drawn::Not };
        let _turn = press.turn.lock().await;
        if !self.presses.is_last(&sheet.id, press) {
            return Drawn::Not;
        }
        let filled = self.filled(sheet.chosen.clone(), &sheet.fields, &offer);
        let draft = self.draft(sheet.kind, &offer, &filled);
        let typed = Typed { duration: sheet.fields.choice("duration").map(str::to_owned) };
        let view = self.drawn(&draft, pace, &typed);
        sheet.hash = self.update(&sheet.id, sheet.hash.as_deref(), &view).await;
        match sheet.hash {
            None => Drawn::Not,
            Some(_) if draft.wanting => Drawn::Wanting,
            Some(_) => Drawn::Whole,
        }
    }

    /// The end that is filled in, or what is wrong with it and where. The typed length wins.
    pub(super) fn filled_end(&self, fields: &Fields, offer: &Offer) -> Option<Result<EndRule, (&'static str, String)>> {
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
        let parsed = Length::parse(length, self.chat.least())
            .map_err(|error| refusal::length(error, length, self.chat.least()))?;
        resolve(parsed, offer.now, zone.zone(), &voice.day).map_err(|error| refusal::end(error, parsed, &zone))
    }

    pub(super) async fn submitted(self: Arc<Self>, submit: Submit) -> Ack {
        match submit.form.callback.as_str() {
            "request" => {
                self.presses.sent(&submit.form.id).await;
                self.requested(submit.who, &submit.form).await
            }
            "emergency" => {
                self.presses.sent(&submit.form.id).await;
                self.taken(submit.who, &submit.form).await
            }
            "deny" => self.denied(submit.who, &submit.form).await,
            "shorten" => self.shortened(submit.who, &submit.form).await,
            "extend" => {
                self.presses.sent(&submit.form.id).await;
                self.extended(submit.who, &submit.form).await
            }
            "revoke" => self.revoked(submit.who, &submit.form).await,
            "review" => self.reviewed(submit.who, &submit.form).await,
            callback => {
                tracing::warn!(callback, "an unknown form was sent");
                instead(&blocks::notice(&form::not_done(slash::unreadable(self.chat.voice()))))
            }
        }
    }

    /// A request form was sent: every fault stands under its field, or it is on record.
    async fn requested(&self, who: SlackUserId, form: &Form) -> Ack {
        let Some(offer) = self.door.offer(who.clone()).await else {
            return errors(&[("justification", refusal::CANNOT_BE_SAVED.to_owned())]);
        };
        if let Some(custody) = self.custody_of(&offer) {
            return errors(&[("justification", custody)]);
        }
        let entitlement = form.fields.choice("entitlement").and_then(|value| EntitlementId::parse(value).ok());
        let end = self
            .filled_end(&form.fields, &offer)
            .unwrap_or_else(|| Err(("custom_duration", refusal::NO_LENGTH.to_owned())));
        let justification = self.door.text(form.fields.text("justification"));
        let mut faults = Vec::new();
        if entitlement.is_none() {
            faults.push(("entitlement", refusal::NO_ACCESS.to_owned()));
        }
        if let Err((block, sentence)) = &end {
            faults.push((block, sentence.clone()));
        }
        if let Err(error) = &justification {
            faults.push(("justification", refusal::justification(*error)));
        }
        let (Some(chosen), Ok(end), Ok(justification)) = (entitlement, end, justification) else {
            return errors(&faults);
        };
        let ask = Ask {
            who: who.clone(),
            key: format!("view:{}", form.id),
            purpose: Purpose::Access,
            entitlement: chosen.clone(),
            end,
            justification,
            known: offer.known.clone(),
        };
        let response = self.door.submit(Command::Ask(ask)).await;
        self.asked(&who, form, &offer, &chosen, &response)
    }

    /// Why a request was not taken; where it is about the access, that is named as it is offered.
    pub(super) fn not_asked(
        &self,
        refusal: &Refusal,
        about: Option<&Request>,
        who: &SlackUserId,
        offer: &Offer,
        chosen: &EntitlementId,
    ) -> String {
        let offered = form::offered(&offer.catalogue, knowledge(offer, Pace::Waiting));
        let found = offered.into_iter().find(|(_, entitlement)| entitlement.id == *chosen);
        match (refusal, found) {
            (Refusal::TooLong { most, rule }, Some((application, entitlement))) => {
                refusal::longer_than(*most, &entitlement.name, &application.name, rule.as_ref())
            }
            _ => refusal::sentence(refusal, about, who, offer.now, self.chat.voice()),
        }
    }

    fn asked(&self, who: &SlackUserId, form: &Form, offer: &Offer, chosen: &EntitlementId, response: &Response) -> Ack {
        let voice = self.chat.voice();
        let Response { result, about } = response;
        let Err(refusal) = result else { return Ack::Bare };
        let custom = !form.fields.text("custom_duration").trim().is_empty();
        let sentence = self.not_asked(refusal, about.as_ref(), who, offer, chosen);
        match refusal {
            Refusal::AlreadyAsked { .. } | Refusal::AlreadyHeld { .. } => match about {
                Some(request) if request.asker == *who => {
                    instead(&blocks::notice(&form::already(request, &offer.open, offer.now, voice)))
                }
                _ => errors(&[("entitlement", sentence)]),
            },
            Refusal::TooLong { .. } | Refusal::TooShort { .. } | Refusal::TimePassed => {
                errors(&[(if custom { "custom_duration" } else { "duration" }, sentence)])
            }
            // It was offered when the form was drawn, or the choice is forged.
            Refusal::NotOffered => errors(&[("entitlement", refusal::OFFER_CHANGED.to_owned())]),
            Refusal::NotServed { .. } | Refusal::IdentityChanged | Refusal::Stopped { .. } => {
                errors(&[("entitlement", sentence)])
            }
            _ => errors(&[("justification", sentence)]),
        }
    }
}
