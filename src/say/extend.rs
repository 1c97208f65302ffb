//! Keeping access for longer: the form, and how everyone is told.

use super::{
    Button, ButtonId, Line, Look, Voice, bold, button, length, people, refusal,
    requester::{access, access_plainly, flat, how_long, zone},
    rules, text, ticket,
    time::Zone,
};
use crate::domain::{
    duty::Applied,
    request::{Ending, Extension, Purpose, Request, Route, State},
    time::Timestamp,
};

/// `[Extend…]`, for what can be kept for longer and is not asked to be.
#[must_use]
pub fn keep(request: &Request) -> Option<Button> {
    let open = matches!(request.state, State::Active { .. }) && request.purpose == Purpose::Access;
    let asked = matches!(request.extension, Extension::Asked { .. });
    (open && !asked).then(|| button(ButtonId::Extend, "Extend…", Look::Plain, request.id))
}

/// " asks for ‹access›", or " asks to keep ‹access› until ‹new end›".
#[must_use]
pub fn asks(request: &Request, zone: &Zone) -> Line {
    match request.extended_until() {
        Some(until) => vec![bold(format!(" asks to keep {} until ", access(request))), zone.token(until)],
        None => vec![bold(format!(" asks for {}", access(request)))],
    }
}

/// "asks for ‹access›, for 2 hours", or "asks to keep ‹access› until ‹new end›, 2 hours more", for those who listen.
#[must_use]
pub fn asks_plainly(request: &Request, zone: &Zone) -> String {
    let (what, length) = (access_plainly(request), how_long(request, zone));
    match (request.extended_until(), request.end) {
        (Some(until), _) => format!("asks to keep {what} until {}, {length}", zone.stamp(until)),
        (None, crate::domain::time::EndRule::After { .. }) => format!("asks for {what}, for {length}"),
        (None, crate::domain::time::EndRule::At { .. }) => format!("asks for {what}, {length}"),
    }
}

/// "2 hours more, 4 hours in total. Active until ‹end› now."
#[must_use]
pub fn terms(request: &Request, zone: &Zone) -> Option<Line> {
    let Purpose::Extension { ends, .. } = request.purpose else { return None };
    let total = length::words(request.in_total()?);
    let more = format!("{}, {total} in total. Active until ", how_long(request, zone));
    Some(vec![text(more), zone.token(ends), text(" now.")])
}

/// Until when it is kept, once it is approved.
#[must_use]
pub fn kept(request: &Request, zone: &Zone) -> Option<Line> {
    Some(vec![text("Kept until "), zone.token(request.extended_until()?)])
}

/// What the message of what is extended says of that.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Told {
    /// After the state.
    pub first: Line,
    /// Instead of the second line, where there is something to say.
    pub second: Option<Line>,
    /// What whoever did not extend it wrote.
    pub reason: Option<String>,
}

/// What a holder's message says of their wish to keep it for longer.
#[must_use]
pub fn told(request: &Request, zone: &Zone, voice: &Voice) -> Told {
    match &request.extension {
        Extension::None => Told::default(),
        Extension::Asked { until, left, .. } => {
            let waits = left.first().map(|step| [vec![text(", waiting for ")], people::asked(step, None)].concat());
            let first = [vec![text(" Until "), zone.token(*until), text(" asked")], waits.unwrap_or_default()].concat();
            let second = Some(vec![text("Without an answer it ends at the first time.")]);
            Told { first, second, reason: None }
        }
        Extension::Over { ending, at, approval, rules, .. } => {
            let at = zone.token(*at);
            let second = match (ending, approval) {
                (Ending::Applied, Some(approval)) => {
                    vec![text("Extended by "), person(&approval.by), text(", "), at, text(".")]
                }
                (Ending::Applied, None) => vec![text("Extended, "), at, text(unasked(rules))],
                (Ending::Denied { by, .. }, _) => vec![person(by), text(" did not extend it, "), at, text(":")],
                (Ending::Refused { why }, _) => {
                    let why = refusal::not_sent_on(why, request, voice);
                    vec![text("Not extended, "), at, text(format!(": {why}"))]
                }
                (Ending::Unanswered, _) => vec![text("Not extended, "), at, text(": nobody decided.")],
                _ => return Told::default(),
            };
            Told { first: Line::new(), second: Some(second), reason: reason(request) }
        }
    }
}

/// ". Nobody needs to approve: rule oncall-staging."
fn unasked(rules: &[Applied]) -> String {
    match rules::effects(rules).join(". ") {
        none if none.is_empty() => ". Nobody needed to approve it.".to_owned(),
        said => format!(". {said}."),
    }
}

fn person(by: &crate::domain::request::Decider) -> super::Run {
    super::Run::Person { slack: by.slack.clone(), name: by.name.clone() }
}

/// What whoever did not extend it wrote.
fn reason(request: &Request) -> Option<String> {
    match &request.extension {
        Extension::Over { ending, .. } => words(ending),
        _ => None,
    }
}

/// What whoever said no wrote.
#[must_use]
pub fn words(ending: &Ending) -> Option<String> {
    match ending {
        Ending::Denied { reason, .. } => reason.text.clone(),
        _ => None,
    }
}

/// By whom an extension was approved, the last of them: " by Bob Stone".
#[must_use]
pub fn by(extension: &Request) -> String {
    let approval = extension.route().filter(|_| extension.extends().is_some()).and_then(Route::last_approval);
    approval.map(|approval| format!(" by {}", approval.by.name)).unwrap_or_default()
}

/// By which rules, where nobody was asked: ". Nobody needs to approve: rule oncall-staging".
#[must_use]
pub fn by_rules(extension: &Request) -> String {
    let approving = extension.route().filter(|_| extension.extends().is_some()).map(Route::approving);
    rules::effects(&approving.unwrap_or_default()).iter().map(|said| format!(". {said}")).collect()
}

/// Why an extension came to nothing, in a clause.
#[must_use]
pub fn why_not(extension: &Request) -> String {
    match (&extension.state, extension.purpose) {
        (State::Ended { ending: Ending::Denied { by, .. }, .. }, _) => format!("denied by {}", by.name),
        (State::Ended { ending: Ending::Refused { why }, .. }, _) => ticket::stopped(why),
        (State::Ended { ending: Ending::Unanswered, at, .. }, Purpose::Extension { ends, .. }) if ends <= *at => {
            "the access is over".to_owned()
        }
        (State::Ended { ending: Ending::Unanswered, .. }, _) => "nobody decided".to_owned(),
        _ => "its end stands".to_owned(),
    }
}

/// It is over, or it is never had for longer.
#[must_use]
pub fn not_extendable(about: Option<&Request>, now: Timestamp, voice: &Voice) -> String {
    let command = &voice.command;
    match about.map(|request| (request, &request.state)) {
        Some((request, State::Ended { at, .. })) => {
            let at = zone(request, voice).near(*at, now);
            format!("This ended {at}, so it cannot be extended. Ask again with {command}.")
        }
        Some((request, State::Active { ends, .. })) if request.purpose == Purpose::Emergency && *ends > now => {
            format!("Access by break-glass is never extended. Who needs longer asks with {command}.")
        }
        Some((_, State::Revoking { .. } | State::Active { .. })) => {
            format!("It is ending now. Ask again with {command}.")
        }
        Some((request, _)) => format!("{} is not open yet, so there is nothing to extend.", request.id),
        None => format!("This is over, so it cannot be extended. Ask again with {command}."),
    }
}

/// It is open until then already.
#[must_use]
pub fn not_longer(about: Option<&Request>, now: Timestamp, voice: &Voice) -> String {
    match about.and_then(|request| Some((request, request.ends()?))) {
        Some((request, ends)) => {
            let until = zone(request, voice).full(ends, now);
            format!("It is open until {until} already. Write a later time, or a length.")
        }
        None => "It is open until then already. Write a later time, or a length.".to_owned(),
    }
}

/// "You already asked for more time ‹at›: waiting for Bob Stone."
#[must_use]
pub fn asked_before(at: Timestamp, about: Option<&Request>, now: Timestamp, voice: &Voice) -> String {
    let Some(request) = about else { return "You already asked for more time.".to_owned() };
    let when = zone(request, voice).near(at, now);
    let waits = match &request.extension {
        Extension::Asked { left, .. } => left.first().map(|step| people::asked_plainly(step, None)),
        _ => None,
    };
    let waits = waits.map(|names| format!(": waiting for {names}")).unwrap_or_default();
    format!("You already asked for more time {when}{waits}.")
}

/// A line in plain words, as a form's first line.
#[must_use]
pub fn active(request: &Request, now: Timestamp, zone: &Zone) -> String {
    let ends = request.ends().map(|ends| format!(", active until {}", zone.full(ends, now))).unwrap_or_default();
    format!("{}{ends}.", flat(&[text(access(request))]))
}
