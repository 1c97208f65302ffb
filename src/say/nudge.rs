//! One sentence in a message's thread, for what one should not miss.

use super::{
    Card, Line, Voice,
    requester::{access_plainly, flat, zone},
    text,
};
use crate::domain::{
    port::Nudge,
    request::{Request, State},
};

/// The sentence. No marks, no mentions, no justification: it stands on lock screens.
#[must_use]
pub fn card(nudge: Nudge, request: &Request, voice: &Voice) -> Card {
    let line = line(nudge, request, voice);
    Card { text: flat(&line), lines: vec![line], ..Card::default() }
}

fn line(nudge: Nudge, request: &Request, voice: &Voice) -> Line {
    let access = access_plainly(request);
    let at = zone(request, voice).token(match &request.state {
        State::Ended { at, .. } => *at,
        State::Active { ends, .. } => *ends,
        State::Revoking { due, .. } => *due,
        _ => request.closes,
    });
    match nudge {
        Nudge::Open => vec![text("Open until "), at, text(format!(": {access}."))],
        Nudge::Denied => vec![text(format!("Denied: {access}. The reason is in the message above."))],
        Nudge::Unanswered if request.route().is_none() => vec![
            text("Closed "),
            at,
            text(format!(", Okta did not answer, so nobody was asked: {access}. You can ask again.")),
        ],
        Nudge::Unanswered => {
            vec![text("Closed "), at, text(format!(", nobody decided: {access}. You can ask again."))]
        }
        Nudge::Failed => vec![text(format!("Could not be opened: {access}. The message above says what to do."))],
        Nudge::Expired => match &request.state {
            State::Ended { kept: Some(by), .. } => {
                vec![text("Ended "), at, text(format!(": {access}. {by} keeps it open until its own end."))]
            }
            _ => vec![text("Ended "), at, text(format!(": {access}. Okta confirmed it."))],
        },
        Nudge::Revoked => vec![text("Ended "), at, text(format!(": {access}. It was removed in Okta by hand."))],
        Nudge::RemovalLate => vec![
            text("Over since "),
            at,
            text(format!(", but Okta has not confirmed it: {access}. Do not use this access any more.")),
        ],
    }
}
