//! The Home tab: opened, turned to another page, and pressed on.
//!
//! Law: what a tab says of itself is a wish; what may be decided on it, the engine knows, which had it drawn.

use super::Desk;
use crate::{
    domain::{command::Surface, home::Pages, id::SlackUserId},
    say::home,
    slack::{
        envelope::{Place, Press},
        transport::Ack,
    },
};

impl Desk {
    /// Somebody opened theirs: it begins at its beginning.
    pub(super) fn opened_home(&self, who: SlackUserId) -> Ack {
        self.door.look(who, Some(Pages::NONE));
        Ack::Bare
    }

    /// A page was turned. What cannot be read shows the beginning.
    pub(super) fn turned(&self, press: &Press) -> Ack {
        let Place::Home { metadata } = &press.place else { return Ack::Bare };
        let pages: Pages = serde_json::from_str(metadata).unwrap_or_default();
        let pages = match press.value.as_deref().and_then(home::turned) {
            Some((part, from)) => pages.turned(part, from),
            None => Pages::NONE,
        };
        self.door.look(press.who.clone(), Some(pages));
        Ack::Bare
    }
}

/// Where a decision was pressed, if it is a place where one can be.
pub(super) fn surface(place: &Place) -> Option<Surface> {
    match place {
        Place::Message { posted, .. } => Some(Surface::Card(posted.clone())),
        Place::Home { .. } => Some(Surface::Home),
        Place::Private { .. } | Place::Form(_) => None,
    }
}
