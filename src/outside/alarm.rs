//! Late removals in the one message that each admin follows: redrawn, posted anew where it is gone, and rung.
//!
//! It refuses to know when it rings: that is what the alarm says.

use std::{collections::BTreeSet, time::Duration};

use super::{
    Vendors,
    admins::{Round, Telling},
};
use crate::{
    clock,
    domain::{
        alarm::{AlarmCard, MOST_CARDS},
        id::SlackUserId,
        port::{Class, EffectError, Late, Outcome, Posted},
    },
    say::{Card, alert},
    slack::chat::Chat,
};

/// The longest wait, where Slack names one, before somebody is told within the same telling.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// How things stand, in its words.
pub(super) struct Ring<'a> {
    late: &'a Late,
    card: Card,
    /// Said in the thread of a message that stands already: without it nobody is pinged.
    again: Card,
}

impl Vendors {
    /// Shows how things stand with late removals, in each admin's one message; where it rings, also in its thread. Those
    /// whose message shows it already are left in peace.
    ///
    /// # Errors
    /// If nothing came of it for anybody.
    pub(super) async fn ring(&self, chat: &Chat, late: &Late) -> Result<Outcome, EffectError> {
        let (card, again) = (alert::late(late, chat.voice()), alert::late_again(late, chat.voice()));
        let ring = Ring { late, card, again };
        let mut round = self.tell_all(chat, &Telling::Alarm(&ring)).await;
        if late.removals.is_empty() {
            ring.rest(chat, &mut round).await;
        }
        ring.limited(chat, &mut round).await;
        ring.outcome(round)
    }
}

impl Ring<'_> {
    fn card_of(&self, admin: &SlackUserId) -> Option<&AlarmCard> {
        self.late.alarm.cards.get(admin)
    }

    /// Nothing where there is nothing to tell them.
    pub(super) async fn to(&self, chat: &Chat, admin: &SlackUserId) -> Result<Option<Posted>, EffectError> {
        let alarm = &self.late.alarm;
        let Some(shown) = self.card_of(admin) else {
            return if alarm.rings_anew() { chat.tell(admin, &self.card).await.map(Some) } else { Ok(None) };
        };
        if shown.revision == alarm.revision {
            return Ok(None);
        }
        match chat.redraw(&shown.posted, &self.card).await {
            Ok(()) => {}
            // It was deleted: a new one says the same.
            Err(EffectError { class: Class::Gone | Class::Rejected, .. }) => {
                return chat.tell(admin, &self.card).await.map(Some);
            }
            Err(error) => return Err(error),
        }
        if alarm.rung > shown.rung || self.late.removals.is_empty() {
            match chat.nudge(&shown.posted, &self.again).await {
                // The message shows it all the same.
                Ok(_) | Err(EffectError { class: Class::Gone | Class::Rejected, .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Some(shown.posted.clone()))
    }

    /// At the end, messages of those who are no admins any more, or could not be found: none says for ever what is over.
    async fn rest(&self, chat: &Chat, round: &mut Round) {
        for (admin, shown) in &self.late.alarm.cards {
            let seen = round.told.contains_key(admin) || round.failed.contains_key(admin);
            if !seen && shown.revision != self.late.alarm.revision {
                let redrawn = chat.redraw(&shown.posted, &self.card).await;
                round.note(admin.clone(), redrawn.map(|()| Some(shown.posted.clone())));
            }
        }
    }

    /// Once more, after the wait that Slack names, for those who met a limit.
    async fn limited(&self, chat: &Chat, round: &mut Round) {
        let waits = round.failed.iter().filter_map(|(admin, error)| Some((admin.clone(), error.after?)));
        let (limited, waits): (Vec<SlackUserId>, Vec<Duration>) = waits.unzip();
        let Some(longest) = waits.into_iter().max() else { return };
        clock::pause(longest.min(LONGEST_WAIT)).await;
        for admin in limited {
            let told = self.to(chat, &admin).await;
            round.note(admin, told);
        }
    }

    /// # Errors
    /// If nothing came of it for anybody.
    fn outcome(&self, round: Round) -> Result<Outcome, EffectError> {
        let kept = |admin: &SlackUserId| self.card_of(admin).is_some();
        let room = MOST_CARDS.saturating_sub(self.late.alarm.cards.len());
        let lost = |error: &EffectError| matches!(error.class, Class::Gone | Class::Rejected);
        let (gone, failed): (Vec<_>, Vec<_>) = round.failed.iter().partition(|(_, error)| lost(error));
        let gone: BTreeSet<SlackUserId> =
            gone.into_iter().map(|(admin, _)| admin).filter(|admin| kept(admin)).cloned().collect();
        let behind = failed.iter().filter(|(admin, _)| kept(admin) || room > 0).count();
        let news = !gone.is_empty() || round.told.values().any(Option::is_some);
        if !news && (behind > 0 || round.told.is_empty()) {
            return Err(round.error());
        }
        let shown = round.told.into_iter().filter_map(|(admin, posted)| Some((admin, posted?)));
        let (old, new): (Vec<_>, Vec<_>) = shown.partition(|(admin, _)| kept(admin));
        let cards = old.into_iter().chain(new.into_iter().take(room)).collect();
        let behind = u32::try_from(behind).unwrap_or(u32::MAX);
        Ok(Outcome::Rung { cards, gone, rung: self.late.alarm.rung, behind })
    }
}
