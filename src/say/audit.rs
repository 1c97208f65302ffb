//! The audit channel: one line a fact, plain names so that nobody is pinged, and nobody's own words.
//!
//! What a vendor answered is not said here either: whoever reads the channel need not know the groups behind an access.

use super::{Card, Line, Mark, Run, Voice, bold, extend, less, people, requester, text, ticket, time::Zone};
use crate::domain::{
    port::Removal,
    request::{Cause, Ending, NotOpened, Request, State},
    review::{Judgement, Review},
    ticket::{Freezing, Happened},
    time::{EndRule, Timestamp},
};

/// A line that comes later than this after what it tells says when that was: its own place in the channel does not.
const LATE_SECS: i64 = 60;

/// The line, of a request and of what that extends; `at` is when it happened, `now` when it is told.
#[must_use]
pub fn card(
    (request, first): (&Request, Option<&Request>),
    what: &Happened,
    (at, now): (Timestamp, Timestamp),
    voice: &Voice,
) -> Card {
    let zone = Zone::of(None, &voice.zone);
    let mut line = fact(request, what, at, &zone);
    for named in std::iter::once(request).chain(first) {
        line.push(text(" · "));
        line.extend(super::names(named));
    }
    if (now - at).num_seconds() > LATE_SECS {
        line.extend([text(" · told late, this was "), zone.token(at)]);
    }
    Card { text: requester::flat(&line), lines: vec![line], ..Card::default() }
}

/// That nothing is opened any more, or that things are again.
#[must_use]
pub fn freeze(freeze: Freezing, by: &str, at: Timestamp, now: Timestamp, voice: &Voice) -> Card {
    let what = match freeze {
        Freezing::Frozen => " froze granting: nothing is opened until an admin ends that",
        Freezing::Resumed => " ended the freeze: what was approved is opened",
    };
    let mut line = vec![bold(by), text(what)];
    if (now - at).num_seconds() > LATE_SECS {
        line.extend([text(" · told late, this was "), Zone::of(None, &voice.zone).token(at)]);
    }
    Card { text: requester::flat(&line), lines: vec![line], ..Card::default() }
}

fn fact(request: &Request, what: &Happened, at: Timestamp, zone: &Zone) -> Line {
    let access = format!("{} for {}", requester::access(request), people::asker_name(request));
    match what {
        Happened::Approved { step } => approved(request, *step, &access, zone),
        Happened::Denied => decided(denier(request), &format!("denied {access}"), request.end, zone),
        Happened::Withdrawn => with_length(vec![bold("Withdrawn"), text(format!(": {access}"))], request.end, zone),
        Happened::Unanswered => with_length(vec![bold("Unanswered"), text(format!(": {access}"))], request.end, zone),
        Happened::ApprovedByRules => {
            let line = vec![bold("Approved"), text(format!(": {access}"))];
            let mut line = with_length(line, request.end, zone);
            line.push(text(format!(". {}", ticket::by_rules(request))));
            line
        }
        Happened::AskedToo => {
            vec![bold("Asked too"), text(format!(": {} for {access}", ticket::asked_too(request)))]
        }
        Happened::Stopped { why } => vec![bold("Closed"), text(format!(": {access}; {}", ticket::stopped(why)))],
        Happened::NotOffered => {
            vec![bold("Closed"), text(format!(": {access}; it is not offered to them any more"))]
        }
        Happened::StoodBefore => {
            vec![bold("Not opened"), text(format!(": {access}, who was in its Okta group before, not through Jitney"))]
        }
        Happened::Opened { ends } => vec![bold("Open"), text(format!(": {access} until ")), zone.token(*ends)],
        Happened::NotConfirmed { due } => vec![
            Run::Mark(Mark::Warning),
            bold("Not confirmed for 5 minutes"),
            text(format!(": {access}; it was to end ")),
            zone.token(*due),
        ],
        Happened::Removed { removal, due } => over(request, &access, &confirmed(request, *removal, *due, at)),
        Happened::Kept { by } => over(request, &access, &format!("; {by} keeps the membership")),
        Happened::MoreAsked { until } => {
            vec![bold("More time"), text(format!(" asked: {access} until ")), zone.token(*until)]
        }
        Happened::Extended { ends } => {
            let by = format!("{}{}", extend::by(request), extend::by_rules(request));
            vec![bold("Extended"), text(format!(": {access} until ")), zone.token(*ends), text(by)]
        }
        Happened::NotExtended => vec![bold("Not extended"), text(format!(": {access}, {}", extend::why_not(request)))],
        Happened::Nothing if matches!(ending(request), Some(Ending::Failed { .. })) => {
            over(request, &access, "; nothing stays scheduled")
        }
        Happened::Nothing => over(request, &access, "; nothing was given"),
        Happened::Taken => {
            let who = people::asker_name(request);
            let took = text(format!(": {who} took {}", requester::access(request)));
            with_length(vec![Run::Mark(Mark::Siren), bold("Break-glass"), took], request.end, zone)
        }
        Happened::Reviewed => reviewed(request, &access),
    }
}

/// "Bob Stone approved Production Database · Read-Write for Alice Martin, 2 hours".
fn decided(by: Option<&str>, what: &str, end: EndRule, zone: &Zone) -> Line {
    with_length(vec![bold(by.unwrap_or("Someone")), text(format!(" {what}"))], end, zone)
}

/// The same, or "Bob Stone approved 45 minutes of 2 hours: Production Database · Read-Write for Alice Martin".
fn approved(request: &Request, place: u32, access: &str, zone: &Zone) -> Line {
    let approval = less::approval(request, place);
    let by = approval.map(|approval| approval.by.name.as_str());
    let approved = less::approved(request, place, zone);
    match approval.and_then(|approval| approval.less) {
        Some(_) => vec![bold(by.unwrap_or("Someone")), text(format!(" {approved}: {access}"))],
        None if request.extends().is_some() => {
            vec![bold(by.unwrap_or("Someone")), text(format!(" {approved} of {access}"))]
        }
        None => decided(by, &format!("{approved} {access}"), request.end_after(place), zone),
    }
}

fn with_length(mut line: Line, end: EndRule, zone: &Zone) -> Line {
    match end {
        EndRule::After { secs } => line.push(text(format!(", {}", super::length::words(secs)))),
        EndRule::At { instant } => line.extend([text(", until "), zone.token(instant)]),
    }
    line
}

/// "Carol Diaz signed the review of Production Database · Read-Write for Alice Martin".
fn reviewed(request: &Request, access: &str) -> Line {
    let (by, judgement) = match &request.review {
        Review::Signed { by, judgement, .. } => (by.name.as_str(), *judgement),
        _ => ("Someone", Judgement::Justified),
    };
    let found = if judgement == Judgement::NotJustified { ": not justified" } else { "" };
    vec![bold(by), text(format!(" signed the review of {access}{found}"))]
}

const fn denier(request: &Request) -> Option<&str> {
    match ending(request) {
        Some(Ending::Denied { by, .. }) => Some(by.name.as_str()),
        _ => None,
    }
}

/// How it ended, and what became of the membership.
fn over(request: &Request, access: &str, then: &str) -> Line {
    let how = match ending(request) {
        Some(Ending::Failed { why }) => {
            return vec![bold("Failed"), text(format!(": {access}, since {}{then}", reason(why)))];
        }
        Some(Ending::Expired) => ", expired",
        Some(Ending::Returned) => ", returned",
        Some(Ending::Revoked { cause: Cause::Person { by, .. } }) => &format!(", revoked by {}", by.name),
        Some(Ending::Revoked { cause: Cause::Account { closure } }) => {
            &format!(", since their Okta account {}", requester::taken(*closure))
        }
        Some(Ending::NotJustified { .. }) => ", not justified",
        _ => "",
    };
    vec![bold("Ended"), text(format!(": {access}{how}{then}"))]
}

fn confirmed(request: &Request, removal: Removal, due: Timestamp, at: Timestamp) -> String {
    match (removal, ending(request)) {
        (Removal::Removed, Some(Ending::Expired)) => {
            format!(", confirmed {} after its end", ticket::span(due, at))
        }
        (Removal::Removed, Some(Ending::Returned | Ending::Revoked { .. })) => {
            format!(", confirmed {} later", ticket::span(due, at))
        }
        (Removal::Removed, _) => "; removed and read back".to_owned(),
        (Removal::UserGone, _) => "; Okta no longer shows the user".to_owned(),
        (Removal::GroupGone, _) => "; Okta no longer shows the group".to_owned(),
    }
}

fn reason(why: &NotOpened) -> String {
    let said = match why {
        NotOpened::Stopped { why } => return ticket::stopped(why),
        NotOpened::CalledOff => "Okta did not confirm it in time",
        NotOpened::Frozen => "granting was frozen until its time was over",
        NotOpened::Rejected { .. } => "Okta refuses it",
        NotOpened::Inactive { .. } => "their Okta account is not active",
        NotOpened::UnfitGroup { .. } => "the Okta group may not be changed",
        NotOpened::NotOffered => "it is not offered to them any more",
    };
    said.to_owned()
}

const fn ending(request: &Request) -> Option<&Ending> {
    match &request.state {
        State::Revoking { ending, .. } | State::Ended { ending, .. } => Some(ending),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
