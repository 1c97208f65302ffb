//! Where somebody is answered: in the ack of what they typed, beside what they clicked, or in a message of its own.

use serde_json::Value;
use tracing::{error, warn};

use super::Desk;
use crate::{
    domain::{command::Refusal, decide::Mode, id::SlackUserId, request::Request},
    engine::Offer,
    say::{Card, form, refusal, slash},
    slack::{
        blocks,
        envelope::{Place, Press, Unreadable},
        transport::Ack,
    },
};

/// From where somebody did something, and so where they are answered.
pub(super) enum From {
    /// A typed command: its ack.
    Command,
    /// A press: beside it.
    Press(Box<Press>),
    /// Anything else: a message of its own.
    Elsewhere,
}

impl Desk {
    /// Says something where it was asked for.
    pub(super) async fn answer_at(&self, who: &SlackUserId, from: &From, sentence: &str) -> Ack {
        match from {
            From::Command => Self::private(sentence),
            From::Press(press) => {
                self.aside(press, sentence).await;
                Ack::Bare
            }
            From::Elsewhere => match self.chat.tell(who, &Card::sentence(sentence)).await {
                Ok(_) => Ack::Bare,
                Err(failure) => {
                    warn!(class = ?failure.class, "somebody could not be answered");
                    Ack::Nothing
                }
            },
        }
    }

    /// Answers the clicker alone.
    pub(super) async fn aside(&self, press: &Press, sentence: &str) {
        match &press.place {
            Place::Message { posted, answer_at } => {
                self.chat.answer(&press.who, answer_at.as_ref(), Some(&posted.channel), sentence).await;
            }
            Place::Private { answer_at } => self.chat.answer(&press.who, answer_at.as_ref(), None, sentence).await,
            Place::Home { .. } => self.beside_home(press, sentence).await,
            Place::Form(form) => {
                self.presses.sent(&form.id).await;
                let notice = blocks::notice(&form::not_done(sentence.to_owned()));
                self.update(&form.id, None, &notice).await;
            }
        }
    }

    /// On a Home tab nothing can be said to the clicker alone but in a form; where that does not open, in a message.
    async fn beside_home(&self, press: &Press, sentence: &str) {
        let notice = blocks::notice(&form::not_done(sentence.to_owned()));
        let opened = match blocks::view(&notice) {
            Some(view) => self.chat.client().open_view(&press.trigger.clone().into(), view).await.is_ok(),
            None => false,
        };
        if !opened {
            self.chat.answer(&press.who, None, None, sentence).await;
        }
    }

    /// Whatever cannot be read was not done, and is not answered as if it was.
    pub(super) async fn unreadable(&self, who: Option<SlackUserId>, what: Unreadable) -> Ack {
        error!(?what, "a payload of Slack's could not be read");
        let voice = self.chat.voice();
        match (what, who) {
            (Unreadable::Command, _) => Self::private(&slash::unreadable_command(voice)),
            // The form stays as it is, and Slack says that it failed.
            (Unreadable::Form, _) | (Unreadable::Press, None) => Ack::Nothing,
            (Unreadable::Press, Some(who)) => self.answer_at(&who, &From::Elsewhere, &slash::unreadable(voice)).await,
        }
    }

    /// What is said instead while nothing can be asked for or decided; nothing while it can.
    pub(super) async fn custody(&self, who: &SlackUserId) -> Option<String> {
        let offer = self.door.offer(who.clone()).await?;
        self.custody_of(&offer)
    }

    /// The same of an offer.
    pub(super) fn custody_of(&self, offer: &Offer) -> Option<String> {
        (offer.mode == Mode::Custody).then(|| refusal::custody(self.chat.voice()))
    }

    /// A refusal in words.
    pub(super) async fn sentence(&self, refusal: &Refusal, about: Option<&Request>, reader: &SlackUserId) -> String {
        let offer = self.door.offer(reader.clone()).await;
        // What a damaged journal lost is not known, rather than not there.
        let lost = matches!(refusal, Refusal::NoSuchRequest | Refusal::ForeignCard) && about.is_none();
        if let Some(custody) = offer.as_ref().filter(|_| lost).and_then(|offer| self.custody_of(offer)) {
            return custody;
        }
        // Where the engine is going, the sentence names no time that is near.
        let now = offer.map_or_else(|| about.map(|request| request.asked).unwrap_or_default(), |offer| offer.now);
        refusal::sentence(refusal, about, reader, now, self.chat.voice())
    }

    /// Draws a form, and answers its new state; nothing if it is closed, or was drawn by something newer.
    pub(super) async fn update(&self, id: &str, hash: Option<&str>, view: &Value) -> Option<String> {
        let Some(view) = blocks::view(view) else {
            error!("a view does not fit its model");
            return None;
        };
        // A conflict means that somebody has pressed something meanwhile: their press redraws the form.
        match self.chat.client().update_view(&id.to_owned().into(), hash, view).await {
            Ok(drawn) => Some(drawn.hash),
            Err(failure) => {
                tracing::debug!(%failure, "a form was not redrawn");
                None
            }
        }
    }

    /// What a request's own message says in a private answer.
    pub(super) fn private(sentence: &str) -> Ack {
        Ack::Payload(blocks::sentence(sentence))
    }
}
