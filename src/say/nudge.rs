//! One sentence in a message's thread, for what one should not miss.

use super::{
    Voice,
    requester::{access_plainly, zone},
};
use crate::domain::{
    port::Nudge,
    request::{Request, State},
};

/// The sentence. No marks, no mentions, no justification: it stands on lock screens.
#[must_use]
pub fn sentence(nudge: Nudge, request: &Request, voice: &Voice) -> String {
    let zone = zone(request, voice);
    let access = access_plainly(request);
    let at = match &request.state {
        State::Ended { at, .. } => zone.stamp(*at),
        State::Active { ends, .. } => zone.stamp(*ends),
        State::Revoking { due, .. } => zone.stamp(*due),
        _ => zone.stamp(request.closes),
    };
    match nudge {
        Nudge::Open => format!("Open until {at}: {access}."),
        Nudge::Denied => format!("Denied: {access}. The reason is in the message above."),
        Nudge::Unanswered if request.route().is_none() => {
            format!("Closed {at}, Okta did not answer, so nobody was asked: {access}. You can ask again.")
        }
        Nudge::Unanswered => format!("Closed {at}, nobody decided: {access}. You can ask again."),
        Nudge::Failed => format!("Could not be opened: {access}. The message above says what to do."),
        Nudge::Expired => match &request.state {
            State::Ended { kept: Some(by), .. } => {
                format!("Ended {at}: {access}. {by} keeps it open until its own end.")
            }
            _ => format!("Ended {at}: {access}. Okta confirmed it."),
        },
        Nudge::Revoked => format!("Ended {at}: {access}. It was removed in Okta by hand."),
        Nudge::RemovalLate => {
            format!("Over since {at}, but Okta has not confirmed it: {access}. Do not use this access any more.")
        }
    }
}
