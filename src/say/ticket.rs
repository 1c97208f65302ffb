//! The ticket: plain names, one paragraph a fact, one comment an event. The justification stands in the description
//! alone; that of an extension, which has none, in the comment that says what it asks for. Each comment on one names it.
//!
//! Whoever reads it later reads it in the company's zone, with the date.

use jiff::tz::TimeZone;

use super::{alert, emergency, extend, length, less, people, requester, rules, time::Zone};
use crate::domain::{
    port::{Removal, Vendor},
    request::{Cause, Ending, NotOpened, NotSentOn, Request, Route, StandsIn, State, Step, StepKind},
    review::{Judgement, Review},
    ticket::Happened,
    time::{AccessDuration, EndRule, Timestamp},
};

/// Stands where a text was longer than Jira keeps.
pub const CUT: &str = "Shortened: Jira keeps no more.";

/// How tickets of what was taken by break-glass are labelled.
pub const BREAK_GLASS: &str = "break-glass";

/// A part of a ticket's text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Part {
    /// Our own words.
    Paragraph(String),
    /// Somebody's.
    Quote(String),
}

/// What a second ticket of the same request is told before it is closed.
#[must_use]
pub fn duplicate_of(key: &str) -> String {
    format!("Opened twice, since Jira did not answer. {key} is the one that is kept.")
}

/// "Temporary access: Production Database · Read-Write for Alice Martin, 2 hours".
#[must_use]
pub fn summary(request: &Request, company: &TimeZone) -> String {
    let (access, name) = (requester::access(request), people::asker_name(request));
    let kind = if request.purpose.is_emergency() { "Break-glass" } else { "Temporary access" };
    format!("{kind}: {access} for {name}, {}", how_long(request, company))
}

/// Who asks for what, how long, why, and who decides.
#[must_use]
pub fn description(request: &Request, company: &TimeZone) -> Vec<Part> {
    let Some(route) = request.route() else { return Vec::new() };
    let person = &route.person;
    let mut parts = vec![
        Part::Paragraph(format!("Requester: {} ({})", person.name, person.email)),
        Part::Paragraph(format!("Access: {} ({})", requester::access(request), request.access.entitlement)),
        Part::Paragraph(format!("Length: {}", how_long(request, company))),
        Part::Paragraph("Justification:".to_owned()),
        Part::Quote(requester::justification(request)),
    ];
    parts.extend(deciders(request, route));
    if request.purpose.is_emergency() {
        parts.push(Part::Paragraph("Nobody approved it: one of those who were told signs a review.".to_owned()));
    }
    parts.push(Part::Paragraph(format!("Request: {}", request.id)));
    parts
}

/// Who decides, by which rules.
fn deciders(request: &Request, route: &Route) -> Vec<Part> {
    let decides = |(place, step): (usize, &Step)| {
        let who = people::asked_plainly(step, None);
        let why = people::because(step, route, &request.access.application, None);
        format!("Who decides, step {place} of {}: {who}, {why}", route.steps.len())
    };
    let steps = (1..).zip(&route.steps).map(decides);
    steps.chain(rules::effects(&route.applied)).map(Part::Paragraph).collect()
}

fn how_long(request: &Request, company: &TimeZone) -> String {
    match request.end {
        EndRule::After { secs } => length::words(secs),
        EndRule::At { instant } => format!("until {}", stamp(instant, company)),
    }
}

/// One sentence: who, when, what.
#[must_use]
pub fn comment(request: &Request, what: &Happened, at: Timestamp, company: &TimeZone) -> Vec<Part> {
    let when = match request.extends() {
        Some(_) => format!("{} ({})", stamp(at, company), request.id),
        None => stamp(at, company),
    };
    let said = match what {
        Happened::Approved { step } => approved(request, *step, &stamp(at, company), company),
        Happened::Denied => return denied(request, &when),
        Happened::Withdrawn => format!("{} withdrew it, {when}.", people::asker_name(request)),
        Happened::Unanswered => match request.end {
            EndRule::At { instant } if instant <= at => {
                format!("Closed, {when}: nobody decided before the time it was to end.")
            }
            _ => format!("Closed, {when}: nobody decided in time."),
        },
        Happened::ApprovedByRules => format!("Approved, {when}. {}.", by_rules(request)),
        Happened::AskedToo => format!("{}, {when}.", asked_too(request)),
        Happened::Stopped { why } => format!("Closed, {when}: {}.", stopped(why)),
        Happened::NotOffered => format!("Closed, {when}: it is not offered to them any more."),
        Happened::StoodBefore => {
            let name = people::asker_name(request);
            format!("Not opened, {when}: {name} was in the Okta group before, not through Jitney, and stays in it.")
        }
        Happened::Opened { ends } => format!("Opened in Okta, {when}. Ends {}.", later(*ends, at, company)),
        Happened::NotConfirmed { due } => {
            format!("Not confirmed since {}; Okta is asked again until it is.", stamp(*due, company))
        }
        Happened::Removed { removal, due } => removed(request, *removal, *due, at, &when),
        Happened::Kept { by } => {
            format!("Ended, {}, {when}: {by} keeps the membership, so nothing is removed.", ending(request))
        }
        Happened::Taken => format!("Taken by break-glass, {when}. {}", emergency::told_plainly(request)),
        Happened::Reviewed => return reviewed(request, &when),
        Happened::MoreAsked { until } => return more_asked(request, &later(*until, at, company), &when),
        Happened::Extended { ends } => {
            let (ends, by, rules) = (later(*ends, at, company), extend::by(request), extend::by_rules(request));
            format!("Extended to {ends}{by}, {when}{rules}.")
        }
        Happened::NotExtended => format!("Not extended, {when}: {}.", extend::why_not(request)),
        Happened::Nothing => match not_opened(request) {
            Some(why) => not_opened_sentence(why, &when),
            None => format!("Ended, {}, {when}: nothing was given, so nothing is removed.", ending(request)),
        },
    };
    let quote = over_by_words(request, what).map(Part::Quote);
    std::iter::once(Part::Paragraph(said)).chain(quote).collect()
}

/// What whoever ended it wrote, below the comment by which it is over.
fn over_by_words(request: &Request, what: &Happened) -> Option<String> {
    match (what, how_it_ended(request)?) {
        (Happened::NotExtended, ending) => extend::words(ending),
        (Happened::Removed { .. } | Happened::Kept { .. } | Happened::Nothing, Ending::Revoked { cause }) => {
            requester::words(cause)
        }
        _ => None,
    }
}

/// "Nobody needs to approve: rule oncall-staging".
pub(super) fn by_rules(request: &Request) -> String {
    let applied = request.route().map(|route| route.applied.as_slice()).unwrap_or_default();
    rules::effects(applied).join(". ")
}

/// "soc was asked too: no answer for 2 hours".
pub(super) fn asked_too(request: &Request) -> String {
    let route = request.route();
    let name = route.and_then(|route| route.fallback.as_ref()).map_or("Others", |fallback| fallback.name.as_str());
    let step = route.and_then(|route| route.steps.iter().rev().find(|step| step.stand_in.is_some()));
    match step.and_then(|step| step.stand_in).map(|stand_in| stand_in.why) {
        Some(StandsIn::NoAnswer { after }) => format!("{name} was asked too: no answer for {}", length::words(after)),
        _ => format!("{name} was asked: nobody else is left to ask"),
    }
}

/// What stops a request, in a clause.
pub(super) fn stopped(why: &NotSentOn) -> String {
    match why {
        NotSentOn::Forbidden { rules } => {
            let names: Vec<&str> = rules.iter().map(|rule| rule.id.as_str()).collect();
            format!("rule {} does not allow it", names.join(", "))
        }
        NotSentOn::Unjudged { .. } => "a rule could not be evaluated".to_owned(),
        NotSentOn::TooLong { most, .. } => format!("it can be had for up to {}", length::words(*most)),
        NotSentOn::NobodyToAsk => "nobody is left who could approve it".to_owned(),
        NotSentOn::ManagerUnread => "it cannot be read who their manager is".to_owned(),
        NotSentOn::Unfit { .. } => "the requester cannot be served any more".to_owned(),
        NotSentOn::NotNow => "nothing is opened at the moment".to_owned(),
        NotSentOn::IdentityChanged => "the requester's accounts match no more".to_owned(),
        NotSentOn::AlreadyOpen { .. } | NotSentOn::CoolingDown { .. } | NotSentOn::ReviewOpen { .. } => {
            "they have it already, or had it by break-glass".to_owned()
        }
        NotSentOn::ApprovalVoid { by } => {
            format!("{} approved it by an account that does not count any more", by.name)
        }
        NotSentOn::NotOffered | NotSentOn::StandingMember => "it is not offered to them any more".to_owned(),
    }
}

fn approved(request: &Request, place: u32, when: &str, company: &TimeZone) -> String {
    let steps = request.route().map(|route| route.steps.as_slice()).unwrap_or_default();
    let step = usize::try_from(place).ok().and_then(|place| steps.get(place));
    let by = step.and_then(|step| step.approval.as_ref()).map_or("Someone", |approval| approval.by.name.as_str());
    let of = request.extends().map(|_| format!("{}, ", request.id)).unwrap_or_default();
    let which = format!("{of}step {} of {}", place.saturating_add(1), steps.len());
    let verb = less::approved(request, place, &Zone::of(None, company));
    match step {
        Some(step) => format!("{by} {verb}, {when} ({which}, {}).", role(step)),
        None => format!("{by} {verb}, {when} ({which})."),
    }
}

/// What is asked on top of what is open: the whole of it where it is said of the extension itself.
fn more_asked(request: &Request, until: &str, when: &str) -> Vec<Part> {
    let asked = format!("{} asked to keep it until {until}, {when}", people::asker_name(request));
    let Some(route) = request.route().filter(|_| request.extends().is_some()) else {
        return vec![Part::Paragraph(format!("{asked}."))];
    };
    let quoted = [Part::Paragraph(format!("{asked}:")), Part::Quote(requester::justification(request))];
    quoted.into_iter().chain(deciders(request, route)).collect()
}

fn role(step: &Step) -> &str {
    match &step.kind {
        StepKind::Owner { .. } => "owner",
        StepKind::Manager => "manager",
        StepKind::Approvers { name } => name.as_str(),
        StepKind::Person { .. } => "named",
    }
}

fn denied(request: &Request, when: &str) -> Vec<Part> {
    let State::Ended { ending: Ending::Denied { by, reason }, .. } = &request.state else {
        return vec![Part::Paragraph(format!("Denied, {when}."))];
    };
    let reason = reason.text.clone().unwrap_or_else(|| "(erased)".to_owned());
    vec![Part::Paragraph(format!("Denied by {}, {when}:", by.name)), Part::Quote(reason)]
}

fn reviewed(request: &Request, when: &str) -> Vec<Part> {
    let Review::Signed { by, judgement, note, .. } = &request.review else {
        return vec![Part::Paragraph(format!("Review signed, {when}."))];
    };
    let found = match judgement {
        Judgement::Justified => "justified",
        Judgement::NotJustified => "not justified",
    };
    let note = note.text.clone().unwrap_or_else(|| "(erased)".to_owned());
    vec![Part::Paragraph(format!("Review signed by {}, {when}: {found}.", by.name)), Part::Quote(note)]
}

fn removed(request: &Request, removal: Removal, due: Timestamp, at: Timestamp, when: &str) -> String {
    let how = match removal {
        Removal::Removed if matches!(how_it_ended(request), Some(Ending::Expired)) => {
            format!("removed and read back {when}, {} after its end", span(due, at))
        }
        Removal::Removed => format!("removed and read back {when}"),
        Removal::UserGone => format!("Okta no longer shows the user, {when}"),
        Removal::GroupGone => format!("Okta no longer shows the group, {when}"),
    };
    match not_opened(request) {
        Some(why) => format!("Could not be opened: {}; {how}; nothing stays scheduled.", reason(why)),
        None => format!("Ended, {}: {how}.", ending(request)),
    }
}

fn not_opened_sentence(why: &NotOpened, when: &str) -> String {
    format!("Could not be opened, {when}: {}; nothing stays scheduled.", reason(why))
}

fn reason(why: &NotOpened) -> String {
    match why {
        NotOpened::CalledOff => "Okta did not confirm it before its time was over".to_owned(),
        NotOpened::Rejected { fault } => match (fault.vendor, fault.status) {
            (Vendor::Okta, Some(status)) => format!("Okta answers {status}"),
            _ => "Okta refuses it".to_owned(),
        },
        NotOpened::Inactive { status } => format!("the requester's Okta account is {status}"),
        NotOpened::UnfitGroup { reason } => format!("the group may not be changed: {}", alert::unfit(reason)),
        NotOpened::Frozen => "granting was frozen until its time was over".to_owned(),
        NotOpened::NotOffered => "it is not offered to them any more".to_owned(),
        NotOpened::Stopped { why } => stopped(why),
    }
}

fn not_opened(request: &Request) -> Option<&NotOpened> {
    match how_it_ended(request)? {
        Ending::Failed { why } => Some(why),
        _ => None,
    }
}

const fn how_it_ended(request: &Request) -> Option<&Ending> {
    match &request.state {
        State::Revoking { ending, .. } | State::Ended { ending, .. } => Some(ending),
        _ => None,
    }
}

fn ending(request: &Request) -> String {
    match how_it_ended(request) {
        Some(Ending::Expired) => "expired".to_owned(),
        Some(Ending::Returned) => format!("returned by {}", people::asker_name(request)),
        Some(Ending::Failed { .. }) => "not opened".to_owned(),
        Some(Ending::Revoked { cause: Cause::Person { by, .. } }) => format!("revoked by {}", by.name),
        Some(Ending::Revoked { cause: Cause::Account { closure } }) => {
            format!("since the Okta account of {} {}", people::asker_name(request), requester::taken(*closure))
        }
        Some(Ending::NotJustified { by }) => format!("not justified, by the review of {}", by.name),
        _ => "over".to_owned(),
    }
}

/// "3 s", "6 min 2 s".
pub(super) fn span(from: Timestamp, to: Timestamp) -> String {
    let secs = u64::try_from((to - from).num_seconds()).unwrap_or_default();
    match AccessDuration::from_secs(secs) {
        Ok(length) if secs >= 60 => length::words(length),
        _ => format!("{secs} s"),
    }
}

/// "2026-11-22 16:40:03 UTC+1".
fn stamp(at: Timestamp, company: &TimeZone) -> String {
    Zone::of(None, company).precise(at)
}

/// The clock alone where it is still the same day.
fn later(at: Timestamp, than: Timestamp, company: &TimeZone) -> String {
    let (at, than) = (stamp(at, company), stamp(than, company));
    match (at.split_once(' '), than.split_once(' ')) {
        (Some((day, rest)), Some((same, _))) if day == same => rest.to_owned(),
        _ => at,
    }
}

#[cfg(test)]
mod tests;
