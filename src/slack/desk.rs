//! The desk: what people do in Slack becomes commands, and answers become acks, forms and private sentences.
//!
//! It owns what is answered where. It refuses to decide anything: that is behind the door.
//!
//! Law: an ack that looks like success is given only for what is durable.

use std::sync::Arc;

use serde_json::{Value, json};
use tracing::warn;

use super::{
    blocks,
    chat::Chat,
    envelope::{Gesture, Place, Press, Shortcut, Suggest},
    transport::{Ack, Envelope, Handler, NotDone, not_done},
};
use crate::{
    domain::{
        command::{Answer, Choice, Command, Decide, Refusal},
        decide::Mode,
        id::{EntitlementId, RequestId, SlackUserId},
        port::Posted,
        request::Request,
    },
    engine::{Door, Response},
    say::{Card, approver, form, refusal, slash},
};

mod admin;
mod aside;
mod denial;
mod emergency;
mod extend;
mod forms;
mod home;
mod listing;
mod names;
mod presses;
mod typed;
mod words;

use aside::From;
use names::Names;
use presses::Presses;
use words::Words;

/// Everything that people can do.
pub struct Desk {
    door: Door,
    chat: Arc<Chat>,
    presses: Arc<Presses>,
    names: Arc<Names>,
    words: Arc<Words>,
}

impl Desk {
    /// What the transport asks for each envelope. `chat` is the bot as it behaves by now: an envelope is answered in the
    /// manners of the moment in which it came.
    #[must_use]
    pub fn handler(door: Door, chat: impl Fn() -> Arc<Chat> + Send + Sync + 'static) -> Handler {
        let (presses, names, words) = (Arc::<Presses>::default(), Arc::<Names>::default(), Arc::<Words>::default());
        let desk = move || {
            let (presses, names, words) = (Arc::clone(&presses), Arc::clone(&names), Arc::clone(&words));
            Arc::new(Self { door: door.clone(), chat: chat(), presses, names, words })
        };
        let unanswered = NotDone {
            submission: slash::NOT_SAVED.to_owned(),
            command: slash::NOT_DONE.to_owned(),
            unbegun: refusal::CANNOT_BE_SAVED.to_owned(),
        };
        Handler {
            answer: Arc::new(move |envelope| {
                let desk = desk();
                Box::pin(async move { desk.answer(envelope).await })
            }),
            fallback: Arc::new(move |envelope, why| not_done(envelope, why, &unanswered)),
        }
    }

    async fn answer(self: Arc<Self>, envelope: Envelope) -> Ack {
        match Gesture::read(&envelope) {
            Gesture::Slash(slash) => self.typed(slash).await,
            Gesture::Submit(submit) => self.submitted(submit).await,
            Gesture::Press(press) => self.pressed(press).await,
            Gesture::Shortcut(shortcut) => self.shortcut(shortcut).await,
            Gesture::Suggest(suggest) => self.suggest(suggest).await,
            Gesture::Home(who) => self.opened_home(who),
            Gesture::Nothing => Ack::Bare,
            Gesture::Unreadable { who, what } => self.unreadable(who, what).await,
        }
    }

    async fn shortcut(self: Arc<Self>, shortcut: Shortcut) -> Ack {
        let Shortcut { who, callback, trigger } = shortcut;
        if callback == "request_access" {
            return self.open_form(who, trigger, None, From::Elsewhere).await;
        }
        warn!(callback, "an unknown shortcut was used");
        self.answer_at(&who, &From::Elsewhere, &slash::unreadable(self.chat.voice())).await
    }

    async fn pressed(self: Arc<Self>, press: Press) -> Ack {
        let home = (matches!(press.place, Place::Home { .. }) && press.action != "page").then(|| press.who.clone());
        let ack = Arc::clone(&self).act(press).await;
        // Whatever came of it, a tab shows how things stand now: also one that was drawn before the last start.
        home.into_iter().for_each(|who| self.door.look(who, None));
        ack
    }

    async fn act(self: Arc<Self>, press: Press) -> Ack {
        let request = press.value.as_deref().and_then(|value| RequestId::parse(value).ok());
        match (press.action.as_str(), request) {
            ("approve", Some(request)) => self.approve(press, request).await,
            ("deny", Some(request)) => self.open_denial(press, request).await,
            ("shorten", Some(request)) => self.open_shortening(press, request).await,
            ("extend", Some(request)) => {
                self.open_extension(press.who.clone(), press.trigger.clone(), request, From::Press(Box::new(press)))
                    .await
            }
            ("revoke", Some(request)) => self.open_revocation(press, request).await,
            ("sign_review", Some(request)) => self.open_review(press, request).await,
            ("cancel", Some(request)) => {
                let command = Command::Cancel { who: press.who.clone(), request };
                self.end(press, request, command).await
            }
            ("return", Some(request)) => {
                let command = Command::Return { who: press.who.clone(), request };
                self.end(press, request, command).await
            }
            ("request_access", _) => {
                let chosen = press.value.as_deref().and_then(|value| EntitlementId::parse(value).ok());
                self.open_form(press.who.clone(), press.trigger.clone(), chosen, From::Press(Box::new(press))).await
            }
            ("entitlement" | "duration" | "custom_duration", _) => self.redraw_form(press).await,
            ("page", _) => match &press.place {
                Place::Private { answer_at } => self.turn_grants(&press, answer_at.as_ref()).await,
                _ => self.turned(&press),
            },
            _ => {
                warn!(action = press.action, "an unknown button was pressed");
                let sentence = slash::unreadable(self.chat.voice());
                self.aside(&press, &sentence).await;
                Ack::Bare
            }
        }
    }

    /// Approve: the terms are those of the row's name, the person is the payload's, the card is the message itself.
    async fn approve(&self, press: Press, request: RequestId) -> Ack {
        if let Some(custody) = self.custody(&press.who).await {
            return self.answer_at(&press.who.clone(), &From::Press(Box::new(press)), &custody).await;
        }
        let Some(place) = home::surface(&press.place) else { return self.not_on_record(&press).await };
        let decide = Decide {
            who: press.who.clone(),
            request,
            place,
            digest: digest(&press.block).to_owned(),
            choice: Choice::Approve,
        };
        let response = self.door.submit(Command::Decide(decide)).await;
        if let Err(refusal) = &response.result {
            self.refuse(&press, refusal, response.about.as_ref()).await;
        }
        Ack::Bare
    }

    /// A decision that was not taken: the clicker is told, and a message that is not on record is redrawn without
    /// anything to press.
    async fn refuse(&self, press: &Press, refusal: &Refusal, about: Option<&Request>) {
        if matches!(refusal, Refusal::ForeignCard | Refusal::OldTerms | Refusal::Over | Refusal::ReviewSigned)
            && let (Some(request), Place::Message { posted, .. }) = (about, &press.place)
        {
            self.redraw_foreign(posted, request, &press.who).await;
        }
        let sentence = self.sentence(refusal, about, &press.who).await;
        self.aside(press, &sentence).await;
    }

    /// Redraws a message that is on nobody's record. Those on record are the engine's, in their order: a second hand at
    /// them could put an older state over a newer one that the record says is shown.
    async fn redraw_foreign(&self, posted: &Posted, request: &Request, reader: &SlackUserId) {
        let on_record = request.shown.values().any(|shown| shown.posted == *posted);
        // Whoever was never asked is shown nothing of it.
        let asked = request.asked().any(|approver| approver.slack == *reader);
        if on_record || !asked {
            return;
        }
        let card = Card { buttons: None, ..approver::card(request, reader, None, self.chat.voice()) };
        if let Err(failure) = self.chat.redraw(posted, &card).await {
            let entitlement = &request.access.entitlement;
            warn!(request = %request.id, %entitlement, class = ?failure.class, "a stale message could not be redrawn");
        }
    }

    async fn not_on_record(&self, press: &Press) -> Ack {
        let sentence = self.sentence(&Refusal::ForeignCard, None, &press.who).await;
        self.aside(press, &sentence).await;
        Ack::Bare
    }

    /// Cancel or return, from a message, from a notice or from a list.
    async fn end(&self, press: Press, request: RequestId, command: Command) -> Ack {
        let Response { result, about } = self.door.submit(command).await;
        let sentence = match &result {
            Ok(Answer::Withdrawn) => slash::withdrawn(&request.to_string()),
            Ok(_) => slash::returned(&request.to_string()),
            Err(refusal) => self.sentence(refusal, about.as_ref(), &press.who).await,
        };
        match &press.place {
            Place::Form(form) => {
                self.presses.sent(&form.id).await;
                let notice = if result.is_ok() { form::done(sentence) } else { form::not_done(sentence) };
                self.update(&form.id, None, &blocks::notice(&notice)).await;
            }
            // The message itself shows how it went, unless nothing is drawn at the moment.
            Place::Private { answer_at } if listing::is_row(&press.block) => {
                self.relist(&press.who, answer_at.as_ref(), sentence).await;
            }
            Place::Message { .. } if result.is_ok() && self.door.status().mode != Mode::Custody => {}
            // Also in custody.
            Place::Home { .. } if result.is_ok() => {}
            Place::Message { .. } | Place::Private { .. } | Place::Home { .. } => self.aside(&press, &sentence).await,
        }
        Ack::Bare
    }

    async fn suggest(&self, suggest: Suggest) -> Ack {
        let groups = match self.door.offer(suggest.who).await {
            Some(offer) => {
                let who = forms::knowledge(&offer, forms::Pace::Waiting);
                form::search(&forms::Kind::of(&suggest.callback).groups(&offer.catalogue, who), &suggest.typed)
            }
            None => Vec::new(),
        };
        Ack::Payload(blocks::found(&groups))
    }
}

/// The digest in a decision's row: `decide:DIGEST`.
fn digest(block: &str) -> &str {
    block.strip_prefix("decide:").unwrap_or_default()
}

/// Errors under the fields of a form.
fn errors(faults: &[(&str, String)]) -> Ack {
    let errors: serde_json::Map<String, Value> =
        faults.iter().map(|(block, sentence)| ((*block).to_owned(), json!(sentence))).collect();
    Ack::Payload(json!({ "response_action": "errors", "errors": errors }))
}

/// Another view in place of the form that was sent.
fn instead(view: &Value) -> Ack {
    Ack::Payload(json!({ "response_action": "update", "view": view }))
}
