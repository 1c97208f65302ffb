//! Telling admins: who they are, each once, and in the message that stands already where one does.
//!
//! It refuses to know when something is told.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::PoisonError,
};

use super::{Vendors, alarm::Ring, retry};
use crate::{
    domain::{
        catalogue::Who,
        id::{Email, OktaGroupId, SlackUserId},
        port::{Alert, Class, EffectError, Late, Outcome, Posted},
        request::Request,
    },
    say::{Card, alert},
    slack::chat::{Chat, is_of_content},
};

impl Vendors {
    pub(super) async fn alert(
        &self,
        alert: &Alert,
        about: Option<&Request>,
        alarm: Option<&Late>,
    ) -> Result<Outcome, EffectError> {
        let chat = self.chat()?;
        if let Alert::RemovalsLate { .. } = alert {
            return match alarm {
                Some(late) => self.ring(&chat, late).await,
                None => Ok(Outcome::Moot),
            };
        }
        self.tell_all(&chat, &Telling::Once(&alert::card(alert, about))).await.end()?;
        Ok(Outcome::Told)
    }

    /// Tells every admin who can be reached, each once. People named by e-mail come first: they need no Okta. Whoever
    /// cannot be reached keeps it from nobody else, and a second try would tell the others twice: so one is enough.
    pub(super) async fn tell_all(&self, chat: &Chat, what: &Telling<'_>) -> Round {
        let mut round = Round::default();
        for admin in chat.admins() {
            if let Who::Person(email) = admin {
                round.tell(chat, what, email).await;
            }
        }
        for admin in chat.admins() {
            let Who::Group(group) = admin else { continue };
            match self.roster(group).await {
                Ok(emails) => {
                    for email in &emails {
                        round.tell(chat, what, email).await;
                    }
                }
                Err(error) => round.miss(error),
            }
        }
        round
    }

    /// Who stands in an admin group, or stood there when it could last be read.
    async fn roster(&self, group: &OktaGroupId) -> Result<BTreeSet<Email>, EffectError> {
        let read = self.okta.members_of(group).await;
        let mut rosters = self.rosters.lock().unwrap_or_else(PoisonError::into_inner);
        match read {
            Ok(members) => {
                let active = members.into_iter().filter(|member| member.is_active());
                let emails: BTreeSet<Email> = active.filter_map(|member| member.email).collect();
                // Nobody is no answer to whom to tell, where somebody was there before.
                if emails.is_empty() {
                    return Ok(rosters.get(group).cloned().unwrap_or_default());
                }
                rosters.insert(group.clone(), emails.clone());
                Ok(emails)
            }
            Err(error) => rosters.get(group).cloned().ok_or(error),
        }
    }

    /// Reads the admin groups while Okta can be asked, so that an alert about it finds someone. Volatile.
    pub async fn meet_admins(&self) {
        let Ok(chat) = self.chat() else { return };
        for admin in chat.admins() {
            if let Who::Group(group) = admin
                && let Err(error) = self.roster(group).await
            {
                tracing::warn!(%group, fault = ?error.fault, "an admin group cannot be read");
            }
        }
    }

    /// Tells the admins what no promise on record covers, and answers whether anyone was told.
    pub async fn tell_admins(&self, card: &Card) -> bool {
        let told = match self.chat() {
            Ok(chat) => self.tell_all(&chat, &Telling::Once(card)).await.end(),
            Err(error) => Err(error),
        };
        if let Err(error) = &told {
            tracing::warn!(class = ?error.class, "no admin could be told");
        }
        told.is_ok()
    }
}

/// What all admins are told.
pub(super) enum Telling<'a> {
    /// In a message of its own.
    Once(&'a Card),
    /// In the one message that each of them follows.
    Alarm(&'a Ring<'a>),
}

impl Telling<'_> {
    async fn to(&self, chat: &Chat, admin: &SlackUserId) -> Result<Option<Posted>, EffectError> {
        match self {
            Self::Once(card) => chat.tell(admin, card).await.map(Some),
            Self::Alarm(ring) => ring.to(chat, admin).await,
        }
    }
}

/// One telling of all admins.
#[derive(Default)]
pub(super) struct Round {
    /// Who was told, and where; nothing where there was nothing to tell them.
    pub(super) told: BTreeMap<SlackUserId, Option<Posted>>,
    /// Who could not be told.
    pub(super) failed: BTreeMap<SlackUserId, EffectError>,
    /// Why somebody could not even be found.
    missed: Option<EffectError>,
}

impl Round {
    async fn tell(&mut self, chat: &Chat, what: &Telling<'_>, email: &Email) {
        match chat.by_email(email).await {
            Ok(Some(admin)) if self.told.contains_key(&admin) || self.failed.contains_key(&admin) => {}
            Ok(Some(admin)) => {
                let told = what.to(chat, &admin).await;
                self.note(admin, told);
            }
            Ok(None) => self.miss(retry("no such admin")),
            Err(error) => self.miss(error),
        }
    }

    /// What telling somebody came to.
    pub(super) fn note(&mut self, admin: SlackUserId, told: Result<Option<Posted>, EffectError>) {
        match told {
            Ok(posted) => {
                self.failed.remove(&admin);
                self.told.insert(admin, posted);
            }
            Err(error) => {
                tracing::warn!(class = ?error.class, fault = ?error.fault, "an admin cannot be told");
                self.failed.insert(admin, error);
            }
        }
    }

    fn miss(&mut self, error: EffectError) {
        tracing::warn!(class = ?error.class, fault = ?error.fault, "an admin cannot be found");
        self.missed.get_or_insert(error);
    }

    /// # Errors
    /// If nobody was told.
    pub(super) fn end(self) -> Result<BTreeMap<SlackUserId, Option<Posted>>, EffectError> {
        if self.told.is_empty() { Err(self.error()) } else { Ok(self.told) }
    }

    /// What nobody told comes to: worth another try, whatever each of them failed with, unless it is the words themselves
    /// that Slack refuses to everybody.
    pub(super) fn error(self) -> EffectError {
        let mut reached = self.failed.values().filter(|error| error.class != Class::Gone).peekable();
        if let Some(first) = reached.peek().map(|first| (*first).clone())
            && reached.all(is_of_content)
        {
            return first;
        }
        let after = self.failed.values().filter_map(|error| error.after).max();
        let missed = self.failed.into_values().next().or(self.missed).unwrap_or_else(|| retry("no admin"));
        EffectError { class: Class::Retry, after: after.or(missed.after), ..missed }
    }
}
