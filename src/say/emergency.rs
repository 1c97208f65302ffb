//! Break-glass: the form in which it is taken, and the message of whoever took it.
//!
//! Law: whoever took it reads who signed and when, never the note.

use super::{
    Buttons, Card, Line, Mark, Run, Voice, bold,
    form::{Choice, Field, Filled, Frame, Group, Knowledge, Notice, Scene},
    length, people,
    requester::{self, access_plainly, flat},
    text,
    time::Zone,
};
use crate::domain::{
    catalogue::{Application, Catalogue, Entitlement, Who},
    decide::may_ask,
    id::{Email, EntitlementId},
    request::{Ending, Request, State, StepKind},
    review::{Judgement, Review},
    time::Timestamp,
};

/// The most owners who are named in the form.
const NAMED: usize = 5;

/// The form of break-glass, before it is drawn.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EmergencyForm {
    /// Title and buttons.
    pub frame: Frame,
    /// What is so.
    pub first: Line,
    /// What follows, a line each.
    pub points: Vec<Line>,
    /// What else one can do.
    pub last: Line,
    /// How the access is asked for.
    pub access: Field,
    /// How a length is chosen.
    pub length: Field,
    /// How the justification is asked for.
    pub why: Field,
    /// Applications A to Z, each with its levels from low to critical.
    pub groups: Vec<Group>,
    /// What is chosen.
    pub chosen: Option<EntitlementId>,
    /// Lengths to choose from, the shortest first.
    pub lengths: Vec<Choice>,
}

/// What somebody may take, each for no longer than it can be taken for: nothing of those who are not known at all.
#[must_use]
pub fn offered(catalogue: &Catalogue, who: Knowledge<'_>) -> Vec<(Application, Entitlement)> {
    let (Some(emergency), Some(person)) = (&catalogue.emergency, who.person()) else { return Vec::new() };
    let open = |entitlement: &Entitlement| entitlement.emergency && may_ask(&entitlement.requesters, person);
    let found = catalogue.entitlements().filter(|(_, entitlement)| open(entitlement));
    found.map(|(application, one)| (application.clone(), one.bounded(emergency.max_duration))).collect()
}

/// What somebody may choose from, by application.
#[must_use]
pub fn groups(catalogue: &Catalogue, who: Knowledge<'_>) -> Vec<Group> {
    let offered = offered(catalogue, who);
    super::form::grouped(offered.iter().map(|(application, entitlement)| (application, entitlement)).collect())
}

/// Everyone who is to be looked up by name for what is filled in.
#[must_use]
pub fn whom(scene: &Scene<'_>, filled: &Filled) -> Vec<Email> {
    let chosen = filled.entitlement.as_ref();
    let application = chosen.and_then(|id| scene.catalogue.applications.get(id.application()));
    let people = application.into_iter().flat_map(|application| &application.owners).filter_map(Who::person);
    let asker = scene.who.person();
    people.filter(|email| asker.is_none_or(|asker| **email != asker.email)).take(NAMED).cloned().collect()
}

/// The form as it stands.
#[must_use]
pub fn form(scene: &Scene<'_>, filled: &Filled) -> EmergencyForm {
    let offered = offered(scene.catalogue, scene.who);
    let all: Vec<(&Application, &Entitlement)> = offered.iter().map(|(a, e)| (a, e)).collect();
    let chosen =
        filled.entitlement.as_ref().and_then(|id| all.iter().find(|(_, entitlement)| entitlement.id == *id)).copied();
    let nothing = all.is_empty();
    EmergencyForm {
        frame: Frame { title: "Emergency access", submit: (!nothing).then_some("Take access now"), close: "Cancel" },
        first: vec![Run::Mark(Mark::Siren), bold("Access opens at once, without approval.")],
        points: if nothing { vec![vec![text(looking(scene.who))]] } else { points(scene, chosen) },
        last: vec![
            text("If it can wait for an approval, cancel and use "),
            Run::Code(scene.voice.command.clone()),
            text("."),
        ],
        access: Field::new("Access").with_placeholder("Choose an application and level"),
        length: Field::new("For how long"),
        why: Field::new("What is happening")
            .with_hint(format!("The people told{} show this as you type it.", scene.voice.record())),
        lengths: super::form::lengths(chosen.map(|(_, entitlement)| (entitlement, None)), &all, scene),
        groups: super::form::grouped(all),
        chosen: chosen.map(|(_, entitlement)| entitlement.id.clone()),
    }
}

const fn looking(who: Knowledge<'_>) -> &'static str {
    match who {
        Knowledge::Late(_) => "Okta is slow to say what you can take. It is shown here as soon as it answers.",
        _ => "Looking up what you can take.",
    }
}

/// Who is told, and what follows.
fn points(scene: &Scene<'_>, chosen: Option<(&Application, &Entitlement)>) -> Vec<Line> {
    let Some(emergency) = &scene.catalogue.emergency else { return Vec::new() };
    let review = text(emergency.review.to_string());
    let told = match chosen {
        Some((application, _)) => owners(scene, application).into_iter().chain([review]).collect(),
        None => vec![text("The owners"), review],
    };
    let mut told = people::listed(told, "and");
    told.push(text(" are told now, with your words."));
    let most = length::words(chosen.map_or(emergency.max_duration, |(_, entitlement)| entitlement.max_duration));
    let then = format!(
        "It ends by itself after {most} at most. One of them then signs a review of what was done; you cannot."
    );
    vec![told, vec![text(then)]]
}

/// The owners but the asker by name, as far as they are known.
fn owners(scene: &Scene<'_>, application: &Application) -> Vec<Run> {
    let asker = scene.who.person();
    let others: Vec<&Who> =
        application.owners.iter().filter(|who| asker.is_none_or(|asker| who.person() != Some(&asker.email))).collect();
    let named = |who: &&Who| match who.person().map(|email| scene.names.get(email)) {
        Some(Some(found)) => Some(found.clone()),
        Some(None) | None => None,
    };
    let found: Option<Vec<Option<people::Named>>> =
        (others.len() <= NAMED).then(|| others.iter().map(named).collect()).flatten();
    match found {
        Some(found) => {
            found.into_iter().flatten().map(|one| Run::Person { slack: one.slack, name: one.name }).collect()
        }
        None => vec![text(format!("The owners of {}", application.name))],
    }
}

/// Nothing can be taken by them.
#[must_use]
pub fn nothing(voice: &Voice) -> Notice {
    let command = &voice.command;
    super::form::notice(
        "No emergency access",
        format!("Nothing is set up for you here. {command} sends a normal request."),
    )
}

/// The message of whoever took it, until access is over; `slow` is since when finding out whom to tell is slow.
#[must_use]
pub fn opening(request: &Request, slow: Option<Timestamp>) -> Card {
    let mut lines = vec![vec![Run::Mark(Mark::Siren), bold("Opening break-glass access")]];
    lines.extend(slow.map(|_| vec![text("Okta is slow to answer. Nothing is lost.")]));
    lines.extend(told(request));
    Card { lines, ..Card::default() }
}

/// The same while access is open.
#[must_use]
pub fn active(request: &Request, ends: Timestamp, zone: &Zone) -> Card {
    let first = vec![Run::Mark(Mark::Siren), bold("Break-glass: active until "), zone.token(ends), bold(".")];
    let second = signed(request, zone).map(|mut signed| {
        signed.push(text("."));
        signed
    });
    let mut lines = vec![first];
    lines.extend(second.or_else(|| told(request)));
    lines.push(vec![text("If the application does not show it yet, sign in to it again.")]);
    Card {
        lines,
        buttons: Some(Buttons { name: "grant".to_owned(), row: vec![requester::give_back(request)] }),
        text: format!("Break-glass: active until {}: {}.", zone.stamp(ends), access_plainly(request)),
        ..Card::default()
    }
}

/// "Told: @Bob Stone, @Dana Fox and soc."
fn told(request: &Request) -> Option<Line> {
    let panels = request.review.panels();
    if panels.is_empty() {
        return None;
    }
    let owners = panels.iter().filter(|panel| !matches!(panel.kind, StepKind::Approvers { .. }));
    let mut everyone: Vec<Run> = owners.flat_map(|panel| panel.people.iter().map(people::approver)).collect();
    everyone.extend(panels.iter().filter_map(|panel| match &panel.kind {
        StepKind::Approvers { name } => Some(text(name.to_string())),
        _ => None,
    }));
    let mut line = vec![text("Told: ")];
    line.extend(people::listed(everyone, "and"));
    line.push(text("."));
    Some(line)
}

/// The same in plain names, for tickets.
#[must_use]
pub fn told_plainly(request: &Request) -> String {
    told(request).map(|line| flat(&line)).unwrap_or_default()
}

/// "Reviewed by @Carol Diaz, ‹at›", and that it was not justified. Not the note.
fn signed(request: &Request, zone: &Zone) -> Option<Line> {
    let Review::Signed { by, judgement, at, .. } = &request.review else { return None };
    let by = Run::Person { slack: by.slack.clone(), name: by.name.clone() };
    let mut line = vec![bold("Reviewed by "), by, text(", "), zone.token(*at)];
    line.extend((*judgement == Judgement::NotJustified).then(|| text(": not justified")));
    Some(line)
}

/// Once access is over: how its review stands, behind how it ended.
pub(super) fn and_review(first: &mut Line, request: &Request, zone: &Zone) {
    match &request.review {
        Review::Open { .. } => first.push(bold(". Review open")),
        Review::Signed { .. } if !ended_by_review(request) => {
            first.push(text(". "));
            first.extend(signed(request, zone).into_iter().flatten());
        }
        _ => {}
    }
}

const fn ended_by_review(request: &Request) -> bool {
    matches!(
        request.state,
        State::Ended { ending: Ending::NotJustified { .. }, .. }
            | State::Revoking { ending: Ending::NotJustified { .. }, .. }
    )
}
