//! The requester's one message, through its whole life.

use super::{
    Button, ButtonId, Buttons, Card, Confirm, Line, Look, Mark, Run, Voice, bold, button, emergency, extend, length,
    less, people, refusal, rules, text, time::Zone,
};
use chrono::TimeDelta;

use crate::domain::{
    account::Closure,
    id::RequestId,
    request::{Cause, Checking, Ending, NotOpened, NotSentOn, Request, Route, State, Warning},
    said::Said,
    time::{EndRule, Timestamp},
};

/// The message as the request stands; `others` is what else its requester holds.
#[must_use]
pub fn card(request: &Request, others: &[Request], voice: &Voice) -> Card {
    let zone = zone(request, voice);
    let mut card = match &request.state {
        State::Checking { slow, .. } if request.purpose.is_emergency() => {
            Card { buttons: Some(cancel(request)), ..emergency::opening(request, *slow) }
        }
        State::Approved { .. } if request.purpose.is_emergency() => emergency::opening(request, None),
        State::Active { ends, .. } if request.purpose.is_emergency() => emergency::active(request, *ends, &zone),
        State::Checking { slow, .. } => checking_card(request, *slow),
        State::Pending { route, .. } => pending(request, route, &zone),
        State::Approved { route, until, frozen, .. } => approved(request, route, (*until, *frozen), &zone),
        State::Active { route, ends, warning, .. } => active(request, route, (*ends, *warning), &zone, voice),
        State::Revoking { due, late, ending, .. } => revoking(*due, *late, ending, &zone),
        State::Ended { opened, ending, at, kept, .. } => {
            let kept = kept.map(|by| keeps(by, others, &zone));
            let mut card = ended(request, ending, (*opened, *at), kept, &zone, voice);
            card.lines.first_mut().into_iter().for_each(|first| emergency::and_review(first, request, &zone));
            card
        }
    };
    card.lines.insert(1, vec![text(format!("{}, {}", named(request), lasts(request.whole(), &zone)))]);
    if !matches!(request.state, State::Ended { .. }) {
        card.quote.get_or_insert_with(|| justification(request));
    }
    card.context = Some(context(request, &zone));
    if card.text.is_empty() {
        card.text = plain(&card, request);
    }
    card
}

/// The requester's zone, else the company's.
#[must_use]
pub fn zone(request: &Request, voice: &Voice) -> Zone {
    Zone::of(request.route().and_then(|route| route.person.zone.as_deref()), &voice.zone)
}

/// "Production Database · Read-Write".
#[must_use]
pub fn access(request: &Request) -> String {
    format!("{} · {}", request.access.application, request.access.level)
}

/// "Production Database, Read-Write", for those who listen.
#[must_use]
pub fn access_plainly(request: &Request) -> String {
    format!("{}, {}", request.access.application, request.access.level)
}

/// The justification, or that it was erased.
#[must_use]
pub fn justification(request: &Request) -> String {
    request.justification.text.clone().unwrap_or_else(|| "(erased)".to_owned())
}

/// "2 hours", or "until 18:00 Paris time (UTC+1)": whoever reads it may be elsewhere. As it was asked and approved: what
/// was added since is an extension's.
#[must_use]
pub fn how_long(request: &Request, zone: &Zone) -> String {
    match request.extends() {
        Some(_) => format!("{} more", lasts(request.end, zone)),
        None => lasts(request.end, zone),
    }
}

/// The same of an end alone.
#[must_use]
pub fn lasts(end: EndRule, zone: &Zone) -> String {
    match end {
        EndRule::After { secs } => length::words(secs),
        EndRule::At { instant } => format!("until {} {}", zone.clock(instant), zone.name(instant)),
    }
}

/// The access as whoever asked may know it: by its names once it is known that they may ask for it, before that and
/// where they may not as they typed it.
#[must_use]
pub fn named(request: &Request) -> String {
    if is_disclosed(request) { access(request) } else { request.access.entitlement.to_string() }
}

fn named_plainly(request: &Request) -> String {
    if is_disclosed(request) { access_plainly(request) } else { request.access.entitlement.to_string() }
}

fn is_disclosed(request: &Request) -> bool {
    match &request.state {
        State::Checking { checking, .. } => !matches!(checking, Checking::Identifying),
        State::Ended { route: None, ending: Ending::Refused { why }, .. } => {
            // Before these it was found out that they may ask for it.
            matches!(
                why,
                NotSentOn::StandingMember
                    | NotSentOn::NobodyToAsk
                    | NotSentOn::AlreadyOpen { .. }
                    | NotSentOn::CoolingDown { .. }
                    | NotSentOn::ReviewOpen { .. }
                    | NotSentOn::ManagerUnread
            )
        }
        State::Ended { route: None, .. } => false,
        _ => true,
    }
}

fn checking_card(request: &Request, slow: Option<Timestamp>) -> Card {
    let first = vec![Run::Mark(Mark::Hourglass), bold("Saved. Finding out who decides")];
    let second = slow.map(|_| vec![text("Okta is slow to answer. Nothing is lost.")]);
    Card { lines: std::iter::once(first).chain(second).collect(), buttons: Some(cancel(request)), ..Card::default() }
}

fn pending(request: &Request, route: &Route, zone: &Zone) -> Card {
    let met = route.met_of_same().map(|(met, of)| format!("{met} of {of} approvals, waiting for "));
    let mut first = vec![Run::Mark(Mark::Hourglass), bold(met.unwrap_or_else(|| "Waiting for ".to_owned()))];
    let waiting = route.current().map(|(_, step)| people::asked(step, None)).unwrap_or_default();
    first.extend(waiting);
    let names = route.current().map(|(_, step)| people::asked_plainly(step, None)).unwrap_or_default();
    let until = match request.end {
        // No end is named of a length: this stands for as long as nobody decides, and it would go stale.
        EndRule::After { secs } => {
            vec![text(length::starts(secs))]
        }
        EndRule::At { instant } => vec![text("Until "), zone.token(instant), text(", whenever it is approved.")],
    };
    Card {
        lines: [vec![first, until], shortened(request, zone).into_iter().collect()].concat(),
        steps: steps(route, &request.access.application, Some(&request.asker), zone),
        after: by_rules(route),
        buttons: Some(cancel(request)),
        text: format!(
            "Waiting for {names}: {}, {}. Closes {} if nobody decides.",
            access_plainly(request),
            how_long(request, zone),
            zone.stamp(request.closes)
        ),
        ..Card::default()
    }
}

/// What rules did to a request beside adding steps, one a line.
#[must_use]
pub fn by_rules(route: &Route) -> Vec<Line> {
    rules::effects(&route.applied).into_iter().map(|said| vec![text(format!("{said}."))]).collect()
}

/// The steps of a request, one a line, for one reader.
#[must_use]
pub fn steps(
    route: &Route,
    application: &str,
    reader: Option<&crate::domain::id::SlackUserId>,
    zone: &Zone,
) -> Vec<Line> {
    let current = route.current().map(|(place, _)| place);
    let line = |(place, step): (usize, &crate::domain::request::Step)| match &step.approval {
        Some(approval) => {
            let by = reader.map_or_else(
                || Run::Person { slack: approval.by.slack.clone(), name: approval.by.name.clone() },
                |reader| match people::decider(&approval.by, reader) {
                    Run::Text(_) => text("You"),
                    other => other,
                },
            );
            vec![by, text(" approved, "), zone.token(approval.at)]
        }
        None => {
            let mut line = if Some(place) == current { Vec::new() } else { vec![text("then ")] };
            line.extend(people::asked(step, reader));
            let now = if Some(place) == current { ", now: " } else { ": " };
            line.push(text(format!("{now}{}", people::because(step, route, application, reader))));
            line
        }
    };
    route.steps.iter().enumerate().map(line).collect()
}

/// "Bob Stone approved 45 minutes (you asked for 2 hours)."
fn shortened(request: &Request, zone: &Zone) -> Option<Line> {
    let mut line = less::told(request, zone)?;
    line.push(text("."));
    Some(line)
}

fn approved(request: &Request, route: &Route, (until, frozen): (Timestamp, Option<Timestamp>), zone: &Zone) -> Card {
    let first = match frozen {
        None => "Approved. Opening access in Okta",
        Some(_) => "Approved. It waits: nothing is opened at the moment",
    };
    let waits = frozen.map(|since| {
        vec![
            text("Granting is frozen since "),
            zone.token(since),
            text(". This opens once that is over, or is called off "),
            zone.token(until),
            text("."),
        ]
    });
    let first = vec![Run::Mark(Mark::Hourglass), bold(first)];
    // Whom nobody approved it for reads which rule did.
    let rules = route.last_approval().is_none().then(|| by_rules(route)).into_iter().flatten();
    let lines = std::iter::once(first).chain(rules).chain(shortened(request, zone)).chain(waits).collect();
    Card { lines, ..Card::default() }
}

fn active(request: &Request, route: &Route, (ends, warning): (Timestamp, Warning), zone: &Zone, voice: &Voice) -> Card {
    let mut second = less::told(request, zone).unwrap_or_default();
    match (second.is_empty(), route.last_approval()) {
        (true, Some(approval)) => {
            second.push(Run::Person { slack: approval.by.slack.clone(), name: approval.by.name.clone() });
            second.extend([text(" approved, "), zone.token(approval.at), text(". ")]);
        }
        (true, None) => {
            second.extend(rules::effects(&route.applied).into_iter().map(|said| text(format!("{said}. "))));
        }
        (false, _) => second.push(text(". ")),
    }
    let (mark, state) = match warning {
        Warning::Given => (Mark::Alarm, "Ends "),
        Warning::None | Warning::Due { .. } => (Mark::Green, "Active until "),
    };
    second.push(text("If the application does not show it yet, sign in to it again."));
    let more = extend::told(request, zone, voice);
    let first = [vec![Run::Mark(mark), bold(state), zone.token(ends), bold(".")], more.first].concat();
    let rest = more.second.as_ref().map_or_else(String::new, |line| format!(" {}", flat(line)));
    Card {
        lines: vec![first, more.second.unwrap_or(second)],
        quote: more.reason,
        buttons: Some(Buttons { name: "grant".to_owned(), row: keep_or_return(request) }),
        text: format!("{state}{}: {}.{rest}", zone.stamp(ends), access_plainly(request)),
        ..Card::default()
    }
}

/// The button that withdraws a request.
#[must_use]
pub fn withdraw(request: &Request) -> Button {
    button(ButtonId::Cancel, "Cancel request", Look::Plain, request.id)
}

/// The button that gives access back.
#[must_use]
pub fn give_back(request: &Request) -> Button {
    Button {
        confirm: Some(Confirm {
            title: "Return this access?".to_owned(),
            text: format!("{} ends at once. To get it back you ask again.", access(request)),
            yes: "Return access".to_owned(),
            no: "Keep it".to_owned(),
        }),
        ..button(ButtonId::Return, "Return access", Look::Plain, request.id)
    }
}

/// What its holder can do about open access: keep it for longer, unless they asked for that, and give it back.
#[must_use]
pub fn keep_or_return(request: &Request) -> Vec<Button> {
    extend::keep(request).into_iter().chain([give_back(request)]).collect()
}

fn cancel(request: &Request) -> Buttons {
    Buttons { name: "request".to_owned(), row: vec![withdraw(request)] }
}

fn revoking(due: Timestamp, late: Option<Timestamp>, ending: &Ending, zone: &Zone) -> Card {
    let mut card = match late {
        None => {
            Card { lines: vec![vec![Run::Mark(Mark::Hourglass), bold("Ending access in Okta")]], ..Card::default() }
        }
        Some(_) => Card {
            lines: vec![
                vec![
                    Run::Mark(Mark::Warning),
                    bold("Over since "),
                    zone.token(due),
                    bold(", but Okta has not confirmed it"),
                ],
                vec![text("It is retried until it does, and admins know. Do not use this access any more.")],
            ],
            ..Card::default()
        },
    };
    if let Ending::Revoked { cause } = ending {
        card.lines.insert(1, revoked_by(cause));
        card.quote = words(cause);
    }
    card
}

/// "Carol Diaz ended it.", before their words.
fn revoked_by(cause: &Cause<Said>) -> Line {
    match cause {
        Cause::Person { by, .. } => vec![person(by), text(" ended it.")],
        Cause::Account { closure } => vec![text(format!("Your Okta account {}.", taken(*closure)))],
    }
}

/// What became of an account, after whose it is.
pub(super) const fn taken(closure: Closure) -> &'static str {
    match closure {
        Closure::Suspended => "is suspended",
        Closure::Deactivated => "is deactivated",
        Closure::Deleted => "was deleted",
    }
}

/// What whoever ended it wrote.
pub(super) fn words(cause: &Cause<Said>) -> Option<String> {
    match cause {
        Cause::Person { reason, .. } => reason.text.clone(),
        Cause::Account { .. } => None,
    }
}

fn ended(
    request: &Request,
    ending: &Ending,
    (opened, at): (Option<Timestamp>, Timestamp),
    kept: Option<Line>,
    zone: &Zone,
    voice: &Voice,
) -> Card {
    let time = || zone.token(at);
    let lines = match ending {
        Ending::Refused { why: NotSentOn::StandingMember } => vec![
            vec![bold("You already have this access")],
            vec![text(
                "You were in the Okta group before, not through Jitney, so nothing was opened and nothing will be taken away. The owner was told.",
            )],
        ],
        Ending::Refused { why } => vec![
            vec![Run::Mark(Mark::Warning), bold("Not sent on")],
            vec![text(refusal::not_sent_on(why, request, voice))],
        ],
        Ending::Denied { by, .. } => vec![
            vec![bold("Denied by "), person(by), text(", "), time()],
            vec![text("You can talk to "), person(by), text(", or ask again with more detail.")],
        ],
        Ending::Cancelled => vec![vec![bold("You withdrew this request"), text(", "), time()]],
        Ending::Unanswered => unanswered(request, at, zone),
        Ending::Expired => expired(end(request, opened, at), at, kept, zone),
        Ending::Returned => vec![
            vec![bold("You returned this access"), text(", "), time()],
            kept.unwrap_or_else(|| vec![text("Okta confirmed its end.")]),
        ],
        Ending::Revoked { cause: Cause::Person { by, .. } } => {
            [vec![vec![bold("Ended by "), person(by), text(", "), time()]], kept.into_iter().collect()].concat()
        }
        Ending::Revoked { cause: Cause::Account { closure } } => {
            let account = format!(": your Okta account {}", taken(*closure));
            vec![vec![bold("Ended "), time(), bold(account)]]
        }
        Ending::NotJustified { by } => vec![
            vec![bold("Ended by "), person(by), text(", "), time()],
            vec![text("The review found that it was not justified to take it.")],
        ],
        Ending::Applied => vec![vec![bold("Extended"), text(", "), time()]],
        Ending::Failed { why } => {
            vec![
                vec![Run::Mark(Mark::Warning), bold("Access could not be opened")],
                vec![text(failed(why, request, voice))],
            ]
        }
    };
    let quote = match ending {
        Ending::Denied { reason, .. } => reason.text.clone(),
        Ending::Revoked { cause } => words(cause),
        _ => None,
    };
    Card { lines, quote, ..Card::default() }
}

/// How access that was open came to its end.
#[derive(Clone, Copy)]
pub(super) enum End {
    /// At its time, give or take what Okta takes to confirm it.
    Planned(Timestamp),
    /// So many minutes after it.
    Late(u64),
}

/// From so long after its time on an end is called late, as admins are told.
const LATE: TimeDelta = TimeDelta::minutes(5);

/// How access that was open came to its end by its terms, at `at`.
pub(super) fn end(request: &Request, opened: Option<Timestamp>, at: Timestamp) -> End {
    let planned = opened.map_or(at, |opened| request.whole().end(opened));
    let late = at - planned;
    if late < LATE { End::Planned(planned) } else { End::Late(u64::try_from(late.num_minutes()).unwrap_or_default()) }
}

/// "Ended ‹at›, 12 minutes late".
pub(super) fn late(minutes: u64) -> String {
    format!(", {} late", length::count(minutes, "minute"))
}

fn expired(end: End, at: Timestamp, kept: Option<Line>, zone: &Zone) -> Vec<Line> {
    match end {
        End::Planned(planned) => vec![
            vec![bold("Ended "), zone.token(planned), bold(", as planned")],
            kept.unwrap_or_else(|| vec![text("Okta confirmed it "), zone.token(at), text(".")]),
        ],
        End::Late(minutes) => vec![
            vec![bold("Ended "), zone.token(at), bold(late(minutes))],
            kept.unwrap_or_else(|| vec![text("Okta confirmed it only then.")]),
        ],
    }
}

/// "R-151 keeps this access open until ‹end›."
pub(super) fn keeps(by: RequestId, others: &[Request], zone: &Zone) -> Line {
    let ends = others.iter().find(|other| other.id == by).and_then(Request::ends);
    let end = ends.map_or_else(|| text("its own end"), |ends| zone.token(ends));
    vec![text(format!("{by} keeps this access open until ")), end, text(".")]
}

fn person(by: &crate::domain::request::Decider) -> Run {
    Run::Person { slack: by.slack.clone(), name: by.name.clone() }
}

fn unanswered(request: &Request, at: Timestamp, zone: &Zone) -> Vec<Line> {
    if request.route().is_none() {
        let why = ": Okta did not answer, so nobody was asked";
        return vec![vec![bold("Closed "), zone.token(at), bold(why)], vec![text("You can ask again.")]];
    }
    let why = match request.end {
        EndRule::At { instant } if instant <= at => "the time you asked for has passed".to_owned(),
        _ => nobody_decided(request, at),
    };
    let asked = request.route().and_then(|route| route.current()).map(|(_, step)| people::everyone(step));
    let mut second = asked.map_or_else(Vec::new, |asked| {
        let mut line = vec![text("Asked: ")];
        line.extend(asked);
        line.push(text(". "));
        line
    });
    second.push(text("You can ask again."));
    vec![vec![bold("Closed "), zone.token(at), bold(format!(": {why}"))], second]
}

/// "nobody decided in 24 hours".
pub(super) fn nobody_decided(request: &Request, at: Timestamp) -> String {
    format!("nobody decided in {}", since(request.asked, at))
}

fn since(from: Timestamp, to: Timestamp) -> String {
    let secs = u64::try_from((to - from).num_seconds()).unwrap_or_default();
    match secs / 3600 {
        0 => length::count((secs / 60).max(1), "minute"),
        hours => length::count(hours, "hour"),
    }
}

/// Why access could not be opened, in a plain sentence. The vendor's own words go to admins.
#[must_use]
pub fn failed(why: &NotOpened, request: &Request, voice: &Voice) -> String {
    let said = match why {
        NotOpened::Stopped { why } => {
            return format!("{} Nothing was opened.", refusal::stopped(why, Some(request), voice));
        }
        NotOpened::CalledOff => {
            "Okta did not confirm it before its time was over, so it was called off; nothing stays scheduled. You can ask again."
        }
        NotOpened::Frozen => {
            "Granting was frozen until its time was over, so it was called off; nothing stays scheduled. You can ask again."
        }
        NotOpened::Rejected { .. } | NotOpened::UnfitGroup { .. } => {
            "Okta does not let this bot change that group. Admins were told; nothing stays scheduled. Ask again once they have mended it."
        }
        NotOpened::Inactive { .. } => {
            "Your Okta account was not active when this was approved, so nothing was opened. Ask an admin to mend that, then ask again."
        }
        NotOpened::NotOffered => {
            "What can be asked for changed before it was opened, so nothing was opened. Ask again with what is offered now."
        }
    };
    said.to_owned()
}

fn context(request: &Request, zone: &Zone) -> Line {
    people::and_joined(facts(request, zone), request, &request.asker)
}

fn facts(request: &Request, zone: &Zone) -> Line {
    match request.state {
        // Nobody decides what is taken by break-glass.
        _ if request.purpose.is_emergency() => super::names(request),
        State::Checking { .. } | State::Pending { .. } => super::closes(request, zone),
        _ => super::names(request),
    }
}

/// The card's first lines in sentences, without marks or mentions.
fn plain(card: &Card, request: &Request) -> String {
    let first = card.lines.first().map(|line| flat(line)).unwrap_or_default();
    let rest = card.lines.iter().skip(2).map(|line| flat(line));
    let what = format!("{}: {}.", first.trim_end_matches(['.', ':']), named_plainly(request));
    std::iter::once(what).chain(rest).collect::<Vec<_>>().join(" ")
}

/// A line in plain words.
#[must_use]
pub fn flat(line: &[Run]) -> String {
    line.iter()
        .map(|run| match run {
            Run::Mark(_) => "",
            Run::Text(words) | Run::Bold(words) | Run::Code(words) => words.as_str(),
            Run::Person { name, .. } => name.as_str(),
            Run::Link { words, .. } => words.as_str(),
            Run::Time { plain, .. } => plain.as_str(),
        })
        .collect()
}
