//! An approver's card, from the question to the end of the grant.

use super::{
    Button, ButtonId, Buttons, Card, Confirm, Line, Look, Mark, Run, Voice, bold, button, extend, length, less, people,
    requester::{self, access, access_plainly, flat, how_long, justification, lasts, nobody_decided, steps, zone},
    review, text, ticket,
    time::Zone,
};
use crate::domain::{
    catalogue::Sensitivity,
    id::SlackUserId,
    request::{Approval, Cause, Ending, FirstOver, Less, NotSentOn, Purpose, Request, Route, State, StepKind},
    time::{EndRule, Timestamp},
};

/// The most other accesses that are named.
const MOST_HELD: usize = 3;

/// The card as the request stands, for one reader; `others` is what else the requester holds, where that is known.
#[must_use]
pub fn card(request: &Request, reader: &SlackUserId, others: Option<&[Request]>, voice: &Voice) -> Card {
    if request.purpose.is_emergency() {
        return review::card(request, reader, voice);
    }
    let zone = zone(request, voice);
    let mut card = match &request.state {
        State::Pending { route, .. } if request.dismissed.contains_key(reader) => {
            dismissed(request, route, reader, &zone)
        }
        State::Pending { route, clicks, .. } if clicks.iter().any(|click| click.slack == *reader) => {
            checking(request, route, reader, &zone)
        }
        State::Pending { route, .. } if !route.waits_for(reader) => passed(request, route, reader, &zone),
        State::Pending { route, .. } => question(request, route, reader, others, &zone),
        _ => decided(request, reader, &zone),
    };
    card.quote.get_or_insert_with(|| justification(request));
    card.context = Some(people::and_joined(context(request, &zone), request, reader));
    card
}

/// A decision or a signature that was made on a Home tab did not count: said in a message of its own, since nothing there can be said
/// to its maker alone once the press is over.
#[must_use]
pub fn in_vain(request: &Request, sentence: &str) -> Card {
    let (who, what) = (people::asker_name(request), access_plainly(request));
    let made = if request.purpose.is_emergency() { "signature" } else { "decision" };
    Card {
        lines: vec![
            vec![bold(format!("Your {made} did not count"))],
            vec![people::asker(request), text(format!(" · {}", access(request)))],
            vec![text(sentence)],
        ],
        context: Some(super::names(request)),
        text: format!("Your {made} on {what} for {who} did not count. {sentence}"),
        ..Card::default()
    }
}

fn asks(request: &Request, zone: &Zone) -> Line {
    let met = request.route().and_then(Route::met_of_same).map(|(met, of)| format!(" · {met} of {of} approvals"));
    let mut line = vec![Run::Mark(Mark::Hourglass), people::asker(request)];
    line.extend(extend::asks(request, zone));
    line.extend(met.map(bold));
    line
}

fn question(request: &Request, route: &Route, reader: &SlackUserId, others: Option<&[Request]>, zone: &Zone) -> Card {
    let mut lines = vec![asks(request, zone), terms(request, reader, zone)];
    if let Some(denial) = &request.denied_before {
        lines.push(vec![
            text("Denied by "),
            people::decider(&denial.by, reader),
            text(", "),
            zone.token(denial.at),
            text("; asked again."),
        ]);
    }
    Card {
        lines,
        steps: steps(route, &request.access.application, Some(reader), zone),
        after: requester::by_rules(route).into_iter().chain([facts(request, route, others, zone)]).collect(),
        buttons: Some(decide(request, zone)),
        text: question_plainly(request, route, reader, zone),
        ..Card::default()
    }
}

/// What the requester does, as far as Okta knows, how much harm it can do, and what they hold beside it.
fn facts(request: &Request, route: &Route, others: Option<&[Request]>, zone: &Zone) -> Line {
    let does: Vec<&str> =
        [&route.person.title, &route.person.department].into_iter().flatten().map(String::as_str).collect();
    let does = if does.is_empty() { String::new() } else { format!("{}. ", does.join(", ")) };
    let mut line = vec![text(format!("{does}{} sensitivity.", sensitivity(request.access.sensitivity)))];
    match others {
        None => {}
        Some([]) => line.push(text(" Holds nothing else now.")),
        Some(others) => {
            for (place, (other, ends)) in
                others.iter().filter_map(|other| Some((other, other.ends()?))).take(MOST_HELD).enumerate()
            {
                let before = if place == 0 { " Holds now: " } else { "; " };
                line.extend([text(format!("{before}{} until ", access(other))), zone.token(ends)]);
            }
            let more = others.len().saturating_sub(MOST_HELD);
            line.push(text(if more > 0 { format!(" and {}.", people::others_are(more)) } else { ".".to_owned() }));
        }
    }
    line
}

/// How long, or until when. Of a length no end is named: the card stands for as long as nobody decides, up to days, and
/// changes only when the request does, so that "if you approve now, until 16:40" would be true when it is posted and
/// false when it is read. The form, which is drawn as one looks at it, names the end; here stands from when it counts.
fn terms(request: &Request, reader: &SlackUserId, zone: &Zone) -> Line {
    let cut = less::asked(request, reader, zone);
    if let Some(more) = extend::terms(request, zone) {
        return [more, cut].concat();
    }
    match request.end {
        EndRule::After { secs } if !cut.is_empty() => {
            [vec![text(length::words(secs))], cut, vec![text(" from when access opens")]].concat()
        }
        EndRule::After { secs } => {
            vec![text(format!("{} from when access opens; asked ", length::words(secs))), zone.token(request.asked)]
        }
        EndRule::At { instant } => {
            let until = vec![text("Until "), zone.token(instant), text(", whenever it is approved")];
            [until, cut].concat()
        }
    }
}

fn question_plainly(request: &Request, route: &Route, reader: &SlackUserId, zone: &Zone) -> String {
    let current = route.current();
    let who = current.map(|(_, step)| people::asked_plainly(step, Some(reader))).unwrap_or_default();
    let why = current
        .map(|(_, step)| people::because(step, route, &request.access.application, Some(reader)))
        .unwrap_or_default();
    format!(
        "{} {}. {who} decide: {why}. Closes {} if nobody decides. Why: {}",
        people::asker_name(request),
        extend::asks_plainly(request, zone),
        zone.stamp(request.closes),
        justification(request),
    )
}

/// The buttons of a decision; the row's name is the digest of exactly what is asked.
pub(super) fn decide(request: &Request, zone: &Zone) -> Buttons {
    let serious = request.access.sensitivity >= Sensitivity::High;
    let approve = Button {
        confirm: serious.then(|| Confirm {
            title: "Approve this access?".to_owned(),
            text: format!(
                "{} {} {} ({} sensitivity) {}.",
                people::asker_name(request),
                if request.extends().is_some() { "keeps" } else { "gets" },
                access(request),
                sensitivity(request.access.sensitivity).to_lowercase(),
                match request.end {
                    EndRule::After { .. } => format!("for {}", how_long(request, zone)),
                    EndRule::At { .. } => how_long(request, zone),
                }
            ),
            yes: "Approve".to_owned(),
            no: "Back".to_owned(),
        }),
        ..button(ButtonId::Approve, "Approve", Look::Primary, request.id)
    };
    let shorten = button(ButtonId::Shorten, "Approve for less…", Look::Plain, request.id);
    let deny = button(ButtonId::Deny, "Deny…", Look::Plain, request.id);
    Buttons { name: format!("decide:{}", request.digest()), row: vec![approve, shorten, deny] }
}

fn checking(request: &Request, route: &Route, reader: &SlackUserId, zone: &Zone) -> Card {
    Card {
        lines: vec![asks(request, zone), vec![bold("Checking…")], terms(request, reader, zone)],
        steps: steps(route, &request.access.application, None, zone),
        text: format!("Checking your decision on {} for {}.", access_plainly(request), people::asker_name(request)),
        ..Card::default()
    }
}

/// They were asked, and may not decide it any more.
fn dismissed(request: &Request, route: &Route, reader: &SlackUserId, zone: &Zone) -> Card {
    let at = request.dismissed.get(reader).map(|at| zone.token(*at));
    let mut first = vec![bold("Not yours to decide any more")];
    first.extend(at.into_iter().flat_map(|at| [text(", "), at]));
    let why = route.current().map(|(_, step)| people::no_longer(&step.kind, &request.access.application));
    let lines = vec![
        first,
        vec![people::asker(request), text(format!(" · {}, {}", access(request), how_long(request, zone)))],
        vec![text(format!("You {}.", why.unwrap_or_default()))],
    ];
    let text = format!(
        "{}: {} for {}. {}",
        flat(&lines[0]),
        access_plainly(request),
        people::asker_name(request),
        flat(&lines[2])
    );
    Card { lines, text, ..Card::default() }
}

/// They were asked in a step that is met, and others are asked now.
fn passed(request: &Request, route: &Route, reader: &SlackUserId, zone: &Zone) -> Card {
    let own = route.steps.iter().filter_map(|step| step.approval.as_ref()).find(|one| one.by.slack == *reader);
    let first = match (own, route.last_approval()) {
        (Some(own), _) => [you_approved(own, zone), vec![text(", "), zone.token(own.at)]].concat(),
        (None, Some(last)) => [approved_by(last, reader, zone), vec![text(", "), zone.token(last.at)]].concat(),
        (None, None) => vec![bold("Not asked now")],
    };
    let mut now = vec![text("Now waiting for ")];
    now.extend(route.current().map(|(_, step)| people::asked(step, Some(reader))).unwrap_or_default());
    now.push(text("."));
    let what = vec![people::asker(request), text(format!(" · {}, {}", access(request), how_long(request, zone)))];
    let text =
        format!("{}: {} for {}. {}", flat(&first), access_plainly(request), people::asker_name(request), flat(&now));
    Card { lines: vec![first, what, now], text, ..Card::default() }
}

/// "You approved", or "You approved 45 minutes (asked: 2 hours)".
fn you_approved(own: &Approval, zone: &Zone) -> Line {
    match own.less {
        Some(Less { from, to }) => {
            let asked = format!(" (asked: {})", lasts(from, zone));
            vec![bold(format!("You approved {}", lasts(to, zone))), text(asked)]
        }
        None => vec![bold("You approved")],
    }
}

/// "Approved by Dana Fox", and what they made of it.
fn approved_by(approval: &Approval, reader: &SlackUserId, zone: &Zone) -> Line {
    match approval.less {
        Some(_) if approval.by.slack == *reader => you_approved(approval, zone),
        Some(Less { from, to }) => vec![
            bold("Approved by "),
            people::decider(&approval.by, reader),
            text(format!(": {} (asked: {})", lasts(to, zone), lasts(from, zone))),
        ],
        None => vec![bold("Approved by "), people::decider(&approval.by, reader)],
    }
}

fn decided(request: &Request, reader: &SlackUserId, zone: &Zone) -> Card {
    let mut lines = vec![first(request, reader, zone)];
    lines.push(vec![people::asker(request), text(format!(" · {}, {}", access(request), how_long(request, zone)))]);
    lines.extend(status(request, reader, zone));
    let quote = match &request.state {
        State::Ended { ending: Ending::Denied { by, reason }, .. } if by.slack == *reader => reason.text.clone(),
        _ => None,
    };
    let text = format!(
        "{}: {} for {}.",
        lines.first().map(|line| flat(line)).unwrap_or_default(),
        access_plainly(request),
        people::asker_name(request)
    );
    Card { lines, quote, text, ..Card::default() }
}

/// How it was decided, or ended.
fn first(request: &Request, reader: &SlackUserId, zone: &Zone) -> Line {
    let at = |at| vec![text(", "), zone.token(at)];
    match &request.state {
        State::Ended { ending: Ending::Denied { by, .. }, at: when, .. } => {
            [vec![bold("Denied by "), people::decider(by, reader)], at(*when)].concat()
        }
        State::Ended { ending: Ending::Cancelled, at: when, .. } => {
            [vec![bold("Withdrawn by "), people::asker(request)], at(*when)].concat()
        }
        State::Ended { ending: Ending::Unanswered, at: when, .. } => {
            let passed = matches!(request.end, EndRule::At { instant } if instant <= *when);
            // An extension that was over before it closed was so with what it extends.
            let over =
                matches!(request.purpose, Purpose::Extension { ends, .. } if ends <= *when || *when < request.closes);
            let why = if over {
                "the access is over".to_owned()
            } else if passed {
                "the time asked for has passed".to_owned()
            } else {
                nobody_decided(request, *when)
            };
            vec![bold("Closed "), zone.token(*when), bold(format!(": {why}"))]
        }
        _ => match request.route().and_then(Route::last_approval) {
            Some(approval) => [approved_by(approval, reader, zone), at(approval.at)].concat(),
            None if matches!(request.state, State::Ended { opened: None, .. }) => vec![bold("Closed")],
            None => vec![bold("Approved by rules")],
        },
    }
}

/// One silent line that follows the grant.
pub(super) fn status(request: &Request, reader: &SlackUserId, zone: &Zone) -> Option<Line> {
    match &request.state {
        State::Approved { frozen: None, .. } => Some(vec![text("Opening access")]),
        State::Approved { frozen: Some(since), .. } => {
            Some(vec![text("It waits: granting is frozen since "), zone.token(*since)])
        }
        State::Active { route, ends, .. } => {
            let end_it = owns(route, reader).then(|| text(". To end it early, open Home."));
            Some([text("Active until "), zone.token(*ends)].into_iter().chain(end_it).collect())
        }
        State::Revoking { .. } => Some(vec![text("Ending access in Okta")]),
        State::Ended { ending: Ending::Applied, .. } => match request.first_over.as_deref() {
            Some(FirstOver { ending, at }) => over(ending, *at, reader, zone),
            None => extend::kept(request, zone),
        },
        State::Ended { ending, at, .. } => over(ending, *at, reader, zone),
        State::Checking { .. } | State::Pending { .. } => None,
    }
}

/// "Ended ‹at›: returned"; nothing where there was nothing to end.
fn over(ending: &Ending, at: Timestamp, reader: &SlackUserId, zone: &Zone) -> Option<Line> {
    let ended = |how: Run| vec![text("Ended "), zone.token(at), text(": "), how];
    if let Ending::Revoked { cause: Cause::Person { by, .. } } = ending {
        return Some([ended(text("revoked by ")), vec![people::decider(by, reader)]].concat());
    }
    if let Ending::Revoked { cause: Cause::Account { closure } } = ending {
        return Some(ended(text(format!("their Okta account {}", requester::taken(*closure)))));
    }
    Some(ended(text(ended_how(ending)?)))
}

/// Whether somebody was asked as an owner: they may end it.
fn owns(route: &Route, who: &SlackUserId) -> bool {
    let as_owner = route.steps.iter().filter(|step| matches!(step.kind, StepKind::Owner { .. }));
    as_owner.flat_map(|step| &step.approvers).any(|one| one.slack == *who)
}

/// How access came to its end, in a word or a few; nothing where it was never to be opened.
pub(super) fn ended_how(ending: &Ending) -> Option<String> {
    let how = match ending {
        Ending::Expired => "expired",
        Ending::Returned => "returned",
        Ending::Failed { .. } => "could not be opened",
        Ending::NotJustified { .. } => "not justified",
        Ending::Revoked { .. } => "revoked",
        Ending::Refused { why: NotSentOn::StandingMember } => "they have this access already, not through Jitney",
        Ending::Refused { why } => return Some(ticket::stopped(why)),
        Ending::Denied { .. } | Ending::Cancelled | Ending::Unanswered | Ending::Applied => return None,
    };
    Some(how.to_owned())
}

fn context(request: &Request, zone: &Zone) -> Line {
    match request.state {
        State::Pending { .. } => super::closes(request, zone),
        _ => super::names(request),
    }
}

/// "High".
#[must_use]
pub const fn sensitivity(sensitivity: Sensitivity) -> &'static str {
    match sensitivity {
        Sensitivity::Low => "Low",
        Sensitivity::Medium => "Medium",
        Sensitivity::High => "High",
        Sensitivity::Critical => "Critical",
    }
}
