//! People in a line.

use super::{Line, Run, length, rules, text};
use crate::domain::{
    id::SlackUserId,
    port::Approver,
    request::{Decider, Request, Route, StandsIn, Step, StepKind},
};

/// Somebody who can be named.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Named {
    /// Their Slack account.
    pub slack: SlackUserId,
    /// Their name.
    pub name: String,
}

/// More than this are counted, not named.
const NAMED: usize = 2;

/// "Bob Stone", "Bob Stone or Dana Fox", "Bob Stone, Dana Fox or 2 others".
#[must_use]
pub fn or<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.into_iter().collect();
    match names.as_slice() {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [one, two] => format!("{one} or {two}"),
        [one, two, others @ ..] => format!("{one}, {two} or {}", others_are(others.len())),
    }
}

/// "1 other", "2 others".
#[must_use]
pub fn others_are(count: usize) -> String {
    if count == 1 { "1 other".to_owned() } else { format!("{count} others") }
}

/// The requester, as a mention. Their name from Okta once it is known.
#[must_use]
pub fn asker(request: &Request) -> Run {
    Run::Person { slack: request.asker.clone(), name: asker_name(request) }
}

/// A card's context, and that the reader's accounts were joined because of this request. Only they read it, and a
/// finished card is quiet.
#[must_use]
pub fn and_joined(mut context: Line, request: &Request, reader: &SlackUserId) -> Line {
    if let Some(email) = request.joined.get(reader).filter(|_| request.is_open()) {
        let joined = format!(" · Your Slack account is now joined to Okta account {email}. An admin can change that.");
        context.push(text(joined));
    }
    context
}

/// The requester's plain name.
#[must_use]
pub fn asker_name(request: &Request) -> String {
    request.route().map_or_else(|| "Someone".to_owned(), |route| route.person.name.clone())
}

/// Somebody who decided: "you" to themselves.
#[must_use]
pub fn decider(by: &Decider, reader: &SlackUserId) -> Run {
    if by.slack == *reader { text("you") } else { Run::Person { slack: by.slack.clone(), name: by.name.clone() } }
}

/// Whom a step asks, with the reader first as "You".
#[must_use]
pub fn asked(step: &Step, reader: Option<&SlackUserId>) -> Line {
    let own = step.approvers.iter().filter(|approver| Some(&approver.slack) == reader).map(|_| text("You"));
    let others = step.approvers.iter().filter(|approver| Some(&approver.slack) != reader);
    let all: Vec<Run> = own.chain(others.map(approver)).collect();
    any_of(all, 0)
}

/// Somebody who is asked, as a mention.
#[must_use]
pub fn approver(approver: &Approver) -> Run {
    Run::Person { slack: approver.slack.clone(), name: approver.name.clone() }
}

/// Everyone a step asks, as a list: "@Bob Stone and @Dana Fox".
#[must_use]
pub fn everyone(step: &Step) -> Line {
    all_of(step.approvers.iter().map(approver).collect())
}

/// "@Bob Stone, @Dana Fox and 2 others".
#[must_use]
pub fn all_of(all: Vec<Run>) -> Line {
    joined(all, 0, "and")
}

/// All of them: "@Bob Stone, @Dana Fox and soc".
#[must_use]
pub fn listed(all: Vec<Run>, word: &str) -> Line {
    let last = all.len().saturating_sub(1);
    let join = |(place, run): (usize, Run)| match place {
        0 => vec![run],
        place if place == last => vec![text(format!(" {word} ")), run],
        _ => vec![text(", "), run],
    };
    all.into_iter().enumerate().flat_map(join).collect()
}

/// "@Bob Stone, @Dana Fox or 2 others", of some who are named and so many more.
#[must_use]
pub fn any_of(all: Vec<Run>, unnamed: usize) -> Line {
    joined(all, unnamed, "or")
}

fn joined(all: Vec<Run>, unnamed: usize, word: &str) -> Line {
    let more = all.len().saturating_sub(NAMED) + unnamed;
    let named = all.into_iter().take(NAMED).enumerate().flat_map(|(place, run)| match (place, more) {
        (0, _) => vec![run],
        (_, 0) => vec![text(format!(" {word} ")), run],
        _ => vec![text(", "), run],
    });
    let rest = (more > 0).then(|| text(format!(" {word} {}", others_are(more))));
    named.chain(rest).collect()
}

/// The same in plain names.
#[must_use]
pub fn asked_plainly(step: &Step, reader: Option<&SlackUserId>) -> String {
    let own = step.approvers.iter().filter(|approver| Some(&approver.slack) == reader).map(|_| "You");
    let others = step.approvers.iter().filter(|approver| Some(&approver.slack) != reader);
    or(own.chain(others.map(|approver| approver.name.as_str())))
}

/// Why a step asks them: "owners of Production Database", or what rules demand; and why others stand in for them.
#[must_use]
pub fn because(step: &Step, route: &Route, application: &str, reader: Option<&SlackUserId>) -> String {
    let demanded = rules::demand(&route.applied, &step.kind);
    let name = route.fallback.as_ref().map_or("others", |fallback| fallback.name.as_str());
    let words = if reader == Some(&route.person.slack) { because_yours } else { because_of };
    let own = || words(&step.kind, step.approvers.len(), application);
    match step.stand_in.map(|stand_in| stand_in.why) {
        Some(StandsIn::NobodyElse) => format!("{name}, because nobody else is left to ask"),
        Some(StandsIn::NoAnswer { after }) => {
            let why = demanded.unwrap_or_else(own);
            format!("{why}; {name} too, since nobody answered for {}", length::words(after))
        }
        None => demanded.unwrap_or_else(own),
    }
}

/// The same of a step that is none yet.
#[must_use]
pub fn because_of(kind: &StepKind, approvers: usize, application: &str) -> String {
    match (kind, approvers) {
        (StepKind::Owner { .. }, 1) => format!("owner of {application}"),
        (StepKind::Owner { .. }, _) => format!("owners of {application}"),
        (StepKind::Manager, _) => "the requester's manager".to_owned(),
        (StepKind::Approvers { name }, _) => format!("{application} asks {name}"),
        (StepKind::Person { .. }, _) => format!("named for {application}"),
    }
}

/// The same to the requester.
#[must_use]
pub fn because_yours(kind: &StepKind, approvers: usize, application: &str) -> String {
    match kind {
        StepKind::Manager => "your manager".to_owned(),
        StepKind::Owner { .. } | StepKind::Approvers { .. } | StepKind::Person { .. } => {
            because_of(kind, approvers, application)
        }
    }
}

/// Why somebody may not decide a step any more: "no longer own Production Database".
#[must_use]
pub fn no_longer(kind: &StepKind, application: &str) -> String {
    match kind {
        StepKind::Owner { .. } => format!("no longer own {application}"),
        StepKind::Manager => "are no longer the requester's manager".to_owned(),
        StepKind::Approvers { name } => format!("are no longer in {name}"),
        StepKind::Person { .. } => format!("are no longer named for {application}"),
    }
}
