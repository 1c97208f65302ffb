//! The desk: what people do in Slack becomes commands, and answers become acks, forms and private sentences.
//!
//! It owns what is answered where. It refuses to decide anything: that is behind the door.
//!
//! Law: an ack that looks like success is given only for what is durable.

use std::sync::Arc;

use serde_json::{Value, json};
use tracing::{error, warn};

use super::{
    blocks,
    chat::Chat,
    envelope::{Gesture, Place, Press, Shortcut, Suggest},
    transport::{Ack, Envelope, Handler, NotDone, not_done},
};
use crate::{
    domain::{
        command::{Answer, Choice, Command, Decide, Refusal},
        id::{EntitlementId, RequestId, SlackUserId},
        port::{Posted, ViewKey},
        request::Request,
        time::AccessDuration,
    },
    engine::{Door, Response},
    say::{Buttons, Card, approver, form, refusal, requester, slash, text},
};

mod forms;
mod presses;
mod typed;

use presses::Presses;

/// Everything that people can do.
pub struct Desk {
    door: Door,
    chat: Arc<Chat>,
    least: AccessDuration,
    presses: Presses,
}

impl Desk {
    /// A desk before a door; `least` is the shortest length that may be asked for.
    #[must_use]
    pub fn new(door: Door, chat: Arc<Chat>, least: AccessDuration) -> Self {
        Self { door, chat, least, presses: Presses::default() }
    }

    /// What the transport asks for each envelope.
    #[must_use]
    pub fn handler(self) -> Handler {
        let desk = Arc::new(self);
        let words = NotDone { submission: slash::NOT_SAVED.to_owned(), command: slash::NOT_DONE.to_owned() };
        Handler {
            answer: Arc::new(move |envelope| {
                let desk = Arc::clone(&desk);
                Box::pin(async move { desk.answer(envelope).await })
            }),
            fallback: Arc::new(move |envelope| not_done(envelope, &words)),
        }
    }

    async fn answer(self: Arc<Self>, envelope: Envelope) -> Ack {
        match Gesture::read(&envelope) {
            Gesture::Slash(slash) => self.typed(slash).await,
            Gesture::Submit(submit) => self.submitted(submit).await,
            Gesture::Press(press) => self.pressed(press).await,
            Gesture::Shortcut(Shortcut { who, callback, trigger }) if callback == "request_access" => {
                self.open_form(who, trigger, None).await
            }
            Gesture::Suggest(suggest) => self.suggest(suggest).await,
            Gesture::Shortcut(_) | Gesture::Nothing => Ack::Bare,
            Gesture::Unreadable { who } => self.unreadable(who).await,
        }
    }

    async fn unreadable(&self, who: Option<SlackUserId>) -> Ack {
        error!("a payload of Slack's could not be read");
        let Some(who) = who else { return Ack::Nothing };
        let sentence = slash::unreadable(self.chat.voice());
        let card = Card { lines: vec![vec![text(sentence.clone())]], text: sentence, ..Card::default() };
        match self.chat.tell(&who, &card).await {
            Ok(_) => Ack::Bare,
            Err(_) => Ack::Nothing,
        }
    }

    async fn pressed(self: Arc<Self>, press: Press) -> Ack {
        let request = press.value.as_deref().and_then(|value| RequestId::parse(value).ok());
        match (press.action.as_str(), request) {
            ("approve", Some(request)) => self.approve(press, request).await,
            ("deny", Some(request)) => self.open_denial(press, request).await,
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
                self.open_form(press.who, press.trigger, chosen).await
            }
            ("entitlement" | "duration" | "custom_duration", _) => self.redraw_form(press).await,
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
        let Place::Message { posted, .. } = &press.place else { return self.not_on_record(&press).await };
        let decide = Decide {
            who: press.who.clone(),
            request,
            card: posted.clone(),
            digest: digest(&press.block).to_owned(),
            choice: Choice::Approve,
        };
        let response = self.door.submit(Command::Decide(decide)).await;
        if let Err(refusal) = &response.result {
            self.refuse(&press, posted, refusal, response.about.as_ref()).await;
        }
        Ack::Bare
    }

    /// A decision that was not taken: the clicker is told, and a message that is not on record is redrawn without
    /// anything to press.
    async fn refuse(&self, press: &Press, posted: &Posted, refusal: &Refusal, about: Option<&Request>) {
        if matches!(refusal, Refusal::ForeignCard | Refusal::OldTerms | Refusal::Over)
            && let Some(request) = about
        {
            self.redraw(posted, request, &press.who, refusal).await;
        }
        let sentence = self.sentence(refusal, about, &press.who).await;
        self.aside(press, &sentence).await;
    }

    async fn redraw(&self, posted: &Posted, request: &Request, reader: &SlackUserId, refusal: &Refusal) {
        let view = ViewKey::Approver { request: request.id, slack: reader.clone() };
        let on_record = request.shown.get(&view).is_some_and(|shown| shown.posted == *posted);
        // Whoever was never asked is shown nothing of it.
        let asked = request.route().is_some_and(|route| route.asked().any(|approver| approver.slack == *reader));
        if !asked {
            return;
        }
        let card = approver::card(request, reader, self.chat.voice());
        let buttons: Option<Buttons> = card.buttons.filter(|_| on_record);
        let card = Card { buttons, ..card };
        if let Err(failure) = self.chat.redraw(posted, &card).await {
            warn!(request = %request.id, ?refusal, class = ?failure.class, "a stale message could not be redrawn");
        }
    }

    async fn not_on_record(&self, press: &Press) -> Ack {
        let sentence = self.sentence(&Refusal::ForeignCard, None, &press.who).await;
        self.aside(press, &sentence).await;
        Ack::Bare
    }

    /// Cancel or return, from a message or from a notice.
    async fn end(&self, press: Press, request: RequestId, command: Command) -> Ack {
        let Response { result, about } = self.door.submit(command).await;
        let sentence = match &result {
            Ok(Answer::Withdrawn) => slash::withdrawn(&request.to_string()),
            Ok(_) => slash::returned(&request.to_string()),
            Err(refusal) => self.sentence(refusal, about.as_ref(), &press.who).await,
        };
        match &press.place {
            // The message itself shows how it went.
            Place::Message { .. } if result.is_ok() => {}
            Place::Form(form) => {
                let notice = blocks::notice(&form::notice("Done", sentence));
                self.update(&form.id, None, &notice).await;
            }
            Place::Message { .. } | Place::Private { .. } => self.aside(&press, &sentence).await,
        }
        Ack::Bare
    }

    /// Answers the clicker alone.
    async fn aside(&self, press: &Press, sentence: &str) {
        match &press.place {
            Place::Message { posted, answer_at } => {
                self.chat.answer(&press.who, answer_at.as_ref(), &posted.channel, sentence).await;
            }
            Place::Private { answer_at: Some(url) } => {
                let reply = super::client::Reply::aside(sentence.to_owned(), Vec::new());
                if self.chat.client().respond(url, &reply).await.is_err() {
                    warn!("a click could not be answered");
                }
            }
            Place::Private { answer_at: None } => {}
            Place::Form(form) => {
                let notice = blocks::notice(&form::notice("Not done", sentence.to_owned()));
                self.update(&form.id, None, &notice).await;
            }
        }
    }

    async fn sentence(&self, refusal: &Refusal, about: Option<&Request>, reader: &SlackUserId) -> String {
        let now = match self.door.offer(reader.clone()).await {
            Some(offer) => offer.now,
            // The engine is going: the sentence then names no time that is near.
            None => about.map(|request| request.asked).unwrap_or_default(),
        };
        refusal::sentence(refusal, about, reader, now, self.chat.voice())
    }

    async fn update(&self, id: &str, hash: Option<&str>, view: &Value) {
        let Some(view) = blocks::view(view) else {
            error!("a view does not fit its model");
            return;
        };
        // A conflict means that somebody has pressed something meanwhile: their press redraws the form. One that is
        // closed needs nothing.
        if let Err(failure) = self.chat.client().update_view(&id.to_owned().into(), hash, view).await {
            tracing::debug!(%failure, "a form was not redrawn");
        }
    }

    async fn suggest(&self, suggest: Suggest) -> Ack {
        let groups = match self.door.offer(suggest.who).await {
            Some(offer) => forms::groups(&offer, self.chat.voice()),
            None => Vec::new(),
        };
        Ack::Payload(blocks::found(&groups, &suggest.typed))
    }

    /// What a request's own message says in a private answer.
    fn private(sentence: &str) -> Ack {
        Ack::Payload(blocks::sentence(sentence))
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

/// The name by which somebody is called in a denial's form.
fn called(request: &Request) -> String {
    requester::flat(&[crate::say::people::asker(request)])
}
