//! One sentence in a message's thread, for what one should not miss.

use super::{
    Buttons, Card, Line, Run, Voice, extend, less, people,
    requester::{End, access, access_plainly, end, flat, keeps, late, taken, words, zone},
    text,
    time::Zone,
};
use crate::domain::{
    port::Nudge,
    request::{Cause, Ending, Request, State},
    time::Timestamp,
};

/// The sentence; `others` is what else its reader holds. No marks, no mentions, no justification: it stands on lock
/// screens.
#[must_use]
pub fn card(nudge: Nudge, request: &Request, others: &[Request], voice: &Voice) -> Card {
    if let (Nudge::EndsSoon, Some(ends)) = (nudge, request.ends()) {
        return warning(request, ends, voice);
    }
    let line = line(nudge, request, others, voice);
    let quote = match (nudge, &request.state) {
        (Nudge::Revoked, State::Revoking { ending, .. } | State::Ended { ending, .. }) => reason(ending),
        _ => None,
    };
    Card { text: flat(&line), lines: vec![line], quote, ..Card::default() }
}

/// The word before an end, as the request stands: while that end is ahead it can be kept for longer from there.
#[must_use]
pub fn warning(request: &Request, ends: Timestamp, voice: &Voice) -> Card {
    let line = ends_at(request, zone(request, voice).token(ends));
    let keep = extend::keep(request).filter(|_| request.ends() == Some(ends));
    let buttons = keep.map(|button| Buttons { name: "keep".to_owned(), row: vec![button] });
    Card { text: flat(&line), lines: vec![line], buttons, ..Card::default() }
}

fn ends_at(request: &Request, at: Run) -> Line {
    vec![text("Ends "), at, text(format!(": {}.", access_plainly(request)))]
}

/// What whoever ended it wrote. It stands in the message, and not on lock screens.
fn reason(ending: &Ending) -> Option<String> {
    match ending {
        Ending::Revoked { cause } => words(cause),
        _ => None,
    }
}

/// To somebody who is asked and has not decided. Never the justification: a reminder is read on lock screens.
#[must_use]
pub fn still_waiting(request: &Request, voice: &Voice) -> Card {
    let zone = zone(request, voice);
    let what = format!("Still waiting for you: {}, {}, asked ", people::asker_name(request), access(request));
    let line = vec![text(what), zone.token(request.asked), text(".")];
    let plainly =
        format!("Still waiting for you: {}, {}, asked ", people::asker_name(request), access_plainly(request));
    Card { text: format!("{plainly}{}.", zone.stamp(request.asked)), lines: vec![line], ..Card::default() }
}

fn line(nudge: Nudge, request: &Request, others: &[Request], voice: &Voice) -> Line {
    let access = access_plainly(request);
    let zone = zone(request, voice);
    let at = zone.token(match &request.state {
        State::Ended { at, .. } => *at,
        State::Active { ends, .. } => *ends,
        State::Revoking { due, .. } => *due,
        _ => request.closes,
    });
    match nudge {
        Nudge::Open => {
            let mut line = vec![text("Open until "), at, text(format!(": {access}."))];
            if let Some(told) = less::told(request, &zone) {
                line.push(text(format!(" {}.", flat(&told))));
            }
            line
        }
        Nudge::EndsSoon => ends_at(request, at),
        Nudge::Extended => vec![text("Extended until "), at, text(format!(": {access}."))],
        Nudge::NotExtended => {
            vec![text("Not extended, ends "), at, text(format!(": {access}. The message above says why."))]
        }
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
        Nudge::Expired => expired(request, others, &zone),
        Nudge::Revoked => revoked(request, &access),
        Nudge::NotJustified => not_justified(request, &access),
        Nudge::RemovalLate => vec![
            text("Over since "),
            at,
            text(format!(", but Okta has not confirmed it: {access}. Do not use this access any more.")),
        ],
    }
}

/// "Ended by Carol Diaz: ‹access›.", or "Ended: ‹access›. Your Okta account is suspended."
fn revoked(request: &Request, access: &str) -> Line {
    let cause = match &request.state {
        State::Revoking { ending: Ending::Revoked { cause }, .. }
        | State::Ended { ending: Ending::Revoked { cause }, .. } => Some(cause),
        _ => None,
    };
    let by = match cause {
        Some(Cause::Account { closure }) => {
            return vec![text(format!("Ended: {access}. Your Okta account {}.", taken(*closure)))];
        }
        Some(Cause::Person { by, .. }) => by.name.as_str(),
        None => "someone else",
    };
    vec![text(format!("Ended by {by}: {access}."))]
}

/// "Ended by Carol Diaz: ‹access›. …"
fn not_justified(request: &Request, access: &str) -> Line {
    let by = match &request.state {
        State::Revoking { ending: Ending::NotJustified { by }, .. }
        | State::Ended { ending: Ending::NotJustified { by }, .. } => by.name.as_str(),
        _ => "its review",
    };
    vec![text(format!("Ended by {by}: {access}. The review found that it was not justified to take it."))]
}

/// "Ended ‹at›: ‹access›. Okta confirmed it.", or what keeps it open.
fn expired(request: &Request, others: &[Request], zone: &Zone) -> Line {
    let access = access_plainly(request);
    let State::Ended { opened, at, kept, .. } = &request.state else { return vec![text(format!("Ended: {access}."))] };
    let (at, how) = match end(request, *opened, *at) {
        End::Planned(planned) => (planned, String::new()),
        End::Late(minutes) => (*at, late(minutes)),
    };
    let mut line = vec![text("Ended "), zone.token(at), text(format!("{how}: {access}. "))];
    match kept {
        Some(by) => line.extend(keeps(*by, others, zone)),
        None => line.push(text("Okta confirmed it.")),
    }
    line
}
