//! For admins and owners: what others hold, ending it, and having nothing opened.
//!
//! Law: what a button or a form says of itself is no authority. Who freezes, and who reads what others hold, is looked up
//! for it; who may end it the engine looks up for each wish.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tracing::warn;
use url::Url;

use super::{Desk, From, errors, forms, instead, typed::LOOK_UP_WITHIN, words::Word};
use crate::{
    clock,
    domain::{
        command::{Command, Refusal, Revoke},
        home::{Pages, Part},
        id::{RequestId, SlackUserId},
        port::{Identity, ViewKey},
        request::{Request, State},
    },
    engine::{Offer, Response},
    say::{Card, admin, form, refusal, slash},
    slack::{
        blocks,
        envelope::{Form, Press},
        transport::Ack,
    },
};

/// What the form carries.
#[derive(Serialize, Deserialize)]
struct Revoking {
    request: RequestId,
}

/// Who somebody is, as far as it is known: else who they were when they were bound, by name alone.
fn last_known(offer: &Offer) -> Option<Identity> {
    match &offer.known {
        Some(known) => known.as_ref().ok().cloned(),
        None => offer.bound.as_ref().map(Identity::by_name),
    }
}

/// Whether somebody may end access, as far as it is known: it says how much they are told, and no more.
fn may_revoke(offer: &Offer, request: &Request) -> bool {
    last_known(offer)
        .is_some_and(|who| offer.catalogue.is_admin(&who) || offer.catalogue.owns(&who, &request.access.entitlement))
}

/// Whether somebody is known to be an admin.
pub(super) fn is_admin(offer: Option<&Offer>) -> bool {
    offer.is_some_and(|offer| forms::identity(offer.known.as_ref()).is_some_and(|who| offer.catalogue.is_admin(who)))
}

impl Desk {
    /// `/jit admin …`.
    pub(super) async fn administered(self: Arc<Self>, who: &SlackUserId, typed: &str) -> Ack {
        let (word, rest) = typed.split_once(char::is_whitespace).unwrap_or((typed, ""));
        match word.to_lowercase().as_str() {
            "" => Ack::Payload(blocks::ephemeral(&self.grants(who, 0).await)),
            "revoke" => self.revoke_typed(who, rest.trim()).await,
            "freeze" => self.freeze(who.clone(), |who| Command::Freeze { who }).await,
            "unfreeze" => self.freeze(who.clone(), |who| Command::Unfreeze { who }).await,
            word => {
                let card = slash::unknown(&format!("admin {word}"), Some("admin"), self.chat.voice());
                Ack::Payload(blocks::ephemeral(&card))
            }
        }
    }

    /// What is held, from a place on: for whoever is an admin now, or was the last that is known where Okta is not fast.
    async fn grants(&self, who: &SlackUserId, from: usize) -> Card {
        let looked = clock::timeout(LOOK_UP_WITHIN, self.door.look_up_now(who.clone())).await;
        if let Ok(Some(Err(unfit))) = looked {
            return Card::sentence(refusal::not_served(&unfit, self.chat.voice()));
        }
        match self.door.survey(who.clone(), Pages::NONE.turned(Part::Others, from)).await {
            Some(home) => admin::grants(&home, self.chat.voice()),
            None => Card::sentence(refusal::CANNOT_BE_SAVED),
        }
    }

    /// Another page of it, in its place.
    pub(super) async fn turn_grants(&self, press: &Press, at: Option<&Url>) -> Ack {
        let from = press.value.as_deref().and_then(admin::turned).unwrap_or_default();
        let grants = self.grants(&press.who, from).await;
        if let Some(at) = at
            && let Err(failure) = self.chat.replace(at, &grants).await
        {
            warn!(class = ?failure.class, "a list could not be turned");
        }
        Ack::Bare
    }

    /// Revoke… opens its form for those who may see what it is about.
    pub(super) async fn open_revocation(&self, press: Press, request: RequestId) -> Ack {
        let who = press.who.clone();
        let Some(offer) = self.looked_up(&who).await else {
            return self.answer_at(&who, &From::Press(Box::new(press)), refusal::CANNOT_BE_SAVED).await;
        };
        let standing = self.door.peek(ViewKey::Approver { request, slack: who.clone() }).await;
        let refusal = match &standing {
            Some(standing) if !may_revoke(&offer, standing) => Some(Refusal::NotRevoker),
            Some(Request { state: State::Approved { .. } | State::Active { .. }, .. }) => None,
            Some(_) => Some(Refusal::NothingToRevoke),
            None => Some(Refusal::NoSuchRequest),
        };
        if let Some(refusal) = refusal {
            let sentence = self.not_revoked(&refusal, standing.as_ref(), request, &who).await;
            return self.answer_at(&who, &From::Press(Box::new(press)), &sentence).await;
        }
        let Some(standing) = standing else { return Ack::Nothing };
        let metadata = serde_json::to_string(&Revoking { request }).unwrap_or_default();
        let drawn = blocks::revoke_form(&admin::revoking(&standing, self.chat.voice()), &metadata);
        self.open_from(press, &drawn).await
    }

    /// The form was sent.
    pub(super) async fn revoked(&self, who: SlackUserId, form: &Form) -> Ack {
        let request = serde_json::from_str::<Revoking>(&form.metadata).map(|revoking| revoking.request);
        let (Ok(request), Some(offer)) = (request, self.door.offer(who.clone()).await) else {
            return instead(&blocks::notice(&form::not_done(slash::unreadable(self.chat.voice()))));
        };
        let reason = match self.door.text(form.fields.text("reason")) {
            Ok(reason) => reason,
            Err(error) => {
                let about = self.door.peek(ViewKey::Approver { request, slack: who.clone() }).await;
                let about = about.filter(|request| may_revoke(&offer, request));
                return errors(&[("reason", refusal::reason(error, about.as_ref()))]);
            }
        };
        let known = last_known(&offer);
        let revoke = Revoke { who: who.clone(), request, reason, known };
        let Response { result, about } = self.door.submit(Command::Revoke(revoke)).await;
        match result {
            Ok(_) => Ack::Bare,
            Err(refusal) => {
                let sentence = self.not_revoked(&refusal, about.as_ref(), request, &who).await;
                instead(&blocks::notice(&form::not_done(sentence)))
            }
        }
    }

    /// `/jit admin revoke ID REASON`.
    async fn revoke_typed(&self, who: &SlackUserId, typed: &str) -> Ack {
        let (id, reason) = typed.split_once(char::is_whitespace).unwrap_or((typed, ""));
        let (Ok(request), Ok(reason)) = (RequestId::parse(id), self.door.text(reason)) else {
            return Ack::Payload(blocks::ephemeral(&admin::how_to_revoke(self.chat.voice())));
        };
        let Some(offer) = self.looked_up(who).await else { return Self::private(refusal::CANNOT_BE_SAVED) };
        if let Some(unserved) = self.unserved(&offer) {
            return Self::private(&unserved);
        }
        let known = last_known(&offer);
        let revoke = Revoke { who: who.clone(), request, reason, known };
        let Response { result, about } = self.door.submit(Command::Revoke(revoke)).await;
        let sentence = match (&result, &about) {
            (Ok(_), Some(about)) if may_revoke(&offer, about) => admin::revokes(about),
            (Ok(_), _) => admin::revokes_if_allowed(request),
            (Err(refusal), about) => self.not_revoked(refusal, about.as_ref(), request, who).await,
        };
        Self::private(&sentence)
    }

    async fn not_revoked(
        &self,
        refusal: &Refusal,
        about: Option<&Request>,
        request: RequestId,
        who: &SlackUserId,
    ) -> String {
        match (refusal, self.custody(who).await) {
            (Refusal::NoSuchRequest, None) => admin::no_such(&request.to_string()),
            _ => self.sentence(refusal, about, who).await,
        }
    }

    /// Where looking them up is slow the answer follows in a message of its own.
    async fn freeze(self: Arc<Self>, who: SlackUserId, command: fn(Identity) -> Command) -> Ack {
        let (desk, word) = (Arc::clone(&self), self.words.typed(who.clone()));
        let mut freezing = Box::pin(async move {
            let sentence = desk.frozen(&word, command).await;
            (who, sentence)
        });
        if let Ok((_, sentence)) = clock::timeout(LOOK_UP_WITHIN, &mut freezing).await {
            return Self::private(&sentence);
        }
        tokio::spawn(async move {
            let (who, sentence) = freezing.await;
            self.chat.answer(&who, None, None, &sentence).await;
        });
        Self::private(admin::ASKING)
    }

    /// Whoever it is is looked up for it: nobody is taken for an admin who may be none any more.
    async fn frozen(&self, word: &Word, command: fn(Identity) -> Command) -> String {
        let (looked, ()) = tokio::join!(self.door.look_up_now(word.who.clone()), word.turn());
        match looked {
            Some(Ok(identity)) => self.say(word, identity, command).await,
            Some(Err(unfit)) => refusal::not_served(&unfit, self.chat.voice()),
            None => admin::UNKNOWN.to_owned(),
        }
    }

    /// One word at a time: whoever was looked up slowly ends no freeze that they could not know of.
    async fn say(&self, word: &Word, identity: Identity, command: fn(Identity) -> Command) -> String {
        let (by, command) = (identity.name.clone(), command(identity));
        let frozen = matches!(command, Command::Freeze { .. });
        let mut newest = word.newest().await;
        if !frozen && let Some(by) = newest.after(word) {
            return admin::frozen_since(by);
        }
        let Response { result, .. } = self.door.submit(command).await;
        match result {
            Ok(_) if frozen => {
                newest.frozen(word, by);
                admin::freezes(self.chat.voice())
            }
            Ok(_) => {
                newest.resumed();
                admin::UNFREEZES.to_owned()
            }
            Err(refusal) => self.sentence(&refusal, None, &word.who).await,
        }
    }
}
