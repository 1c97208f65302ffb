//! The list of what somebody holds and waits for: typed for, and drawn anew in its place when a row's button is pressed.
//!
//! Law: it is always drawn from the durable state as it is when its turn comes, so that a slow answer to an earlier press
//! does not take a later one back.

use tracing::warn;
use url::Url;

use super::Desk;
use crate::{
    domain::{decide::Mode, id::SlackUserId},
    engine::Offer,
    say::{Card, list, refusal},
    slack::{blocks, transport::Ack},
};

/// Whether a pressed button stands in a row of a list. It says where the answer goes, and grants nothing.
pub(super) fn is_row(block: &str) -> bool {
    block.starts_with(list::ROW)
}

impl Desk {
    /// The list as a private answer, with what is said above it.
    pub(super) async fn listed(&self, who: &SlackUserId, before: Option<&str>) -> Ack {
        match self.looked_up(who).await {
            Some(offer) => Ack::Payload(blocks::ephemeral(&self.list(&offer, before))),
            None => Self::private(list::NOT_LISTED),
        }
    }

    fn list(&self, offer: &Offer, before: Option<&str>) -> Card {
        let voice = self.chat.voice();
        let open = offer.open.iter().any(crate::domain::request::Request::is_open);
        match self.unserved(offer) {
            // What they still hold they can still give back.
            Some(sentence) if !open => Card::sentence(sentence),
            // What a damaged journal lost is not known, rather than not there.
            _ if offer.mode == Mode::Custody && !open => Card::sentence(refusal::custody(voice)),
            _ => {
                // Nothing can be chosen from nothing.
                let before = before.filter(|before| open || *before != list::WHICH);
                list::list(&offer.open, before, offer.now, voice)
            }
        }
    }

    /// Why somebody is not served, whatever they type; nothing if they are, or it is not known.
    pub(super) fn unserved(&self, offer: &Offer) -> Option<String> {
        let unfit = offer.known.as_ref()?.as_ref().err()?;
        Some(refusal::not_served(unfit, self.chat.voice()))
    }

    /// Draws the list anew in its place, with what became of the press above it.
    pub(super) async fn relist(&self, who: &SlackUserId, at: Option<&Url>, sentence: String) {
        let press = self.presses.press(&format!("{}{who}", list::ROW));
        let _turn = press.turn.lock().await;
        if let (Some(at), Some(offer)) = (at, self.door.offer(who.clone()).await) {
            let list = list::list(&offer.open, Some(&sentence), offer.now, self.chat.voice());
            match self.chat.replace(at, &list).await {
                Ok(()) => return,
                Err(failure) => warn!(class = ?failure.class, "a list could not be drawn anew"),
            }
        }
        self.chat.answer(who, None, None, &sentence).await;
    }
}
