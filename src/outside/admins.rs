//! Telling admins: who they are, each once, and in the message that stands already where one does.
//!
//! It refuses to know when something is told.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::PoisonError,
};

use super::{Vendors, retry};
use crate::{
    domain::{
        catalogue::Who,
        id::{Email, OktaGroupId, SlackUserId},
        port::{Alert, Class, EffectError, Late, Outcome, Posted},
        request::Request,
    },
    say::{Card, alert},
    slack::chat::Chat,
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
        self.tell_all(&chat, &Telling::once(alert::card(alert, about))).await?;
        Ok(Outcome::Told)
    }

    /// Shows how things stand with late removals, in each admin's one message; where it rings, also in its thread.
    async fn ring(&self, chat: &Chat, late: &Late) -> Result<Outcome, EffectError> {
        let rings = late.alarm.rung > late.alarm.heard || late.removals.is_empty();
        let again = rings.then(|| alert::late_again(late, chat.voice()));
        let telling = Telling { card: alert::late(late, chat.voice()), again, cards: late.alarm.cards.clone() };
        let cards = self.tell_all(chat, &telling).await?;
        Ok(Outcome::Rung { cards, rung: late.alarm.rung })
    }

    /// Tells every admin who can be reached, each once. People named by e-mail come first: they need no Okta. Whoever
    /// cannot be reached keeps it from nobody else, and a second try would tell the others twice: so one is enough.
    ///
    /// # Errors
    /// If nobody was told: worth another try, whatever each of them failed with.
    async fn tell_all(&self, chat: &Chat, what: &Telling) -> Result<BTreeMap<SlackUserId, Posted>, EffectError> {
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
        round.end()
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
            Ok(chat) => self.tell_all(&chat, &Telling::once(card.clone())).await,
            Err(error) => Err(error),
        };
        if let Err(error) = &told {
            tracing::warn!(class = ?error.class, "no admin could be told");
        }
        told.is_ok()
    }
}

/// What all admins are told: in a message of their own, or in one that stands already.
struct Telling {
    card: Card,
    /// Said in the thread of a message that stands already: without it nobody is pinged.
    again: Option<Card>,
    cards: BTreeMap<SlackUserId, Posted>,
}

impl Telling {
    const fn once(card: Card) -> Self {
        Self { card, again: None, cards: BTreeMap::new() }
    }

    async fn to(&self, chat: &Chat, admin: &SlackUserId) -> Result<Posted, EffectError> {
        let Some(posted) = self.cards.get(admin) else { return chat.tell(admin, &self.card).await };
        match chat.redraw(posted, &self.card).await {
            Ok(()) => {}
            // It was deleted: a new one says the same.
            Err(EffectError { class: Class::Gone | Class::Rejected, .. }) => return chat.tell(admin, &self.card).await,
            Err(error) => return Err(error),
        }
        if let Some(again) = &self.again {
            chat.nudge(posted, again).await?;
        }
        Ok(posted.clone())
    }
}

/// One telling of all admins.
#[derive(Default)]
struct Round {
    told: BTreeMap<SlackUserId, Posted>,
    missed: Option<EffectError>,
}

impl Round {
    async fn tell(&mut self, chat: &Chat, what: &Telling, email: &Email) {
        match chat.by_email(email).await {
            Ok(Some(admin)) if self.told.contains_key(&admin) => {}
            Ok(Some(admin)) => match what.to(chat, &admin).await {
                Ok(posted) => drop(self.told.insert(admin, posted)),
                Err(error) => self.miss(error),
            },
            Ok(None) => self.miss(retry("no such admin")),
            Err(error) => self.miss(error),
        }
    }

    fn miss(&mut self, error: EffectError) {
        tracing::warn!(fault = ?error.fault, "an admin cannot be told");
        self.missed.get_or_insert(error);
    }

    fn end(self) -> Result<BTreeMap<SlackUserId, Posted>, EffectError> {
        if !self.told.is_empty() {
            return Ok(self.told);
        }
        let missed = self.missed.unwrap_or_else(|| retry("no admin"));
        Err(EffectError { class: Class::Retry, ..missed })
    }
}
