//! Break-glass: the form, the messages of whoever took it and of those who review it, and the form of the review.
//!
//! Law: whoever took it reads who signed and when, never the note.

use super::{
    Button, ButtonId, Buttons, Card, Line, Look, Mark, Run, Voice, approver, bold, button,
    form::{Choice, Field, Filled, Frame, Group, Knowledge, Notice, Scene},
    length, people,
    requester::{self, access, access_plainly, flat, how_long, justification},
    text,
    time::Zone,
};
use crate::domain::{
    catalogue::{Application, Catalogue, Entitlement, Who},
    decide::may_ask,
    id::{Email, EntitlementId, SlackUserId},
    request::{Ending, Request, State, StepKind},
    review::{Judgement, Panel, Review},
    time::Timestamp,
};

/// How the judgements stand in a form.
const JUSTIFIED: &str = "justified";
const NOT_JUSTIFIED: &str = "not_justified";

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

/// The card of somebody who was told, for one reader.
#[must_use]
pub fn card(request: &Request, reader: &SlackUserId, voice: &Voice) -> Card {
    let zone = requester::zone(request, voice);
    let mut card = match &request.review {
        Review::Open { .. } if request.dismissed.contains_key(reader) => dismissed(request, reader, &zone),
        Review::Open { panels, .. } => open(request, panels, reader, &zone),
        Review::Signed { .. } => reviewed(request, reader, &zone),
        Review::Moot { .. } | Review::None => over(vec![bold("Nothing to review")], request, &zone),
    };
    card.quote.get_or_insert_with(|| justification(request));
    card.context = Some(people::and_joined(super::names(request), request, reader));
    card
}

fn open(request: &Request, panels: &[Panel], reader: &SlackUserId, zone: &Zone) -> Card {
    let checked = request.review.signatures().iter().any(|signature| signature.slack == *reader);
    let status = if checked { vec![bold("Checking…")] } else { status(request, zone) };
    let who = people::asker_name(request);
    Card {
        text: format!(
            "{who} took {} by break-glass. {} {}: one of you signs the review. Why: {}",
            access_plainly(request),
            flat(&status),
            plainly(panels, reader),
            justification(request),
        ),
        lines: vec![took(request), status],
        after: vec![signers(panels, reader)],
        buttons: (!checked).then(|| sign(request, "review")),
        ..Card::default()
    }
}

/// "🚨 @Alice Martin took ‹access› by break-glass".
pub(super) fn took(request: &Request) -> Line {
    vec![Run::Mark(Mark::Siren), people::asker(request), bold(format!(" took {} by break-glass", access(request)))]
}

/// The button that opens the form of a review, in a row of this name.
pub(super) fn sign(request: &Request, name: &str) -> Buttons {
    let sign: Button = button(ButtonId::SignReview, "Sign review…", Look::Primary, request.id);
    Buttons { name: name.to_owned(), row: vec![sign] }
}

/// How access stands, for those who review it.
pub(super) fn status(request: &Request, zone: &Zone) -> Line {
    match &request.state {
        State::Active { ends, .. } => vec![text("Without approval, until "), zone.token(*ends), text(".")],
        State::Revoking { due, late: Some(_), .. } => {
            vec![text("Over since "), zone.token(*due), text(", but Okta has not confirmed it. Review still open.")]
        }
        State::Revoking { .. } => vec![text("Ending access in Okta. Review still open.")],
        State::Ended { at, .. } => vec![text("Ended "), zone.token(*at), text(". Review still open.")],
        State::Checking { .. } | State::Pending { .. } | State::Approved { .. } => {
            vec![text(format!("Without approval, {}. It is being opened.", for_how_long(request, zone)))]
        }
    }
}

fn for_how_long(request: &Request, zone: &Zone) -> String {
    match request.end {
        crate::domain::time::EndRule::After { secs } => format!("for {}", length::words(secs)),
        crate::domain::time::EndRule::At { .. } => how_long(request, zone),
    }
}

/// "You or @Dana Fox, @Carol Diaz in soc: one of you signs the review."
pub(super) fn signers(panels: &[Panel], reader: &SlackUserId) -> Line {
    let mut line: Line = Vec::new();
    for (place, panel) in panels.iter().enumerate() {
        let own = panel.people.iter().filter(|one| one.slack == *reader).map(|_| text(you(place)));
        let others = panel.people.iter().filter(|one| one.slack != *reader).map(people::approver);
        line.extend((place > 0).then(|| text(", ")));
        line.extend(people::any_of(own.chain(others).collect(), 0));
        line.extend(of_group(panel, reader).map(text));
    }
    line.push(text(": one of you signs the review."));
    line
}

/// The reader, at the beginning of a line or within it.
const fn you(place: usize) -> &'static str {
    if place == 0 { "You" } else { "you" }
}

/// " in soc", where others than the reader are named.
fn of_group(panel: &Panel, reader: &SlackUserId) -> Option<String> {
    match &panel.kind {
        StepKind::Approvers { name } if panel.people.iter().any(|one| one.slack != *reader) => {
            Some(format!(" in {name}"))
        }
        _ => None,
    }
}

fn plainly(panels: &[Panel], reader: &SlackUserId) -> String {
    let panel = |(place, panel): (usize, &Panel)| {
        let own = panel.people.iter().filter(|one| one.slack == *reader).map(|_| you(place));
        let others = panel.people.iter().filter(|one| one.slack != *reader).map(|one| one.name.as_str());
        let who = people::or(own.chain(others));
        format!("{who}{}", of_group(panel, reader).unwrap_or_default())
    };
    panels.iter().enumerate().map(panel).collect::<Vec<_>>().join(", ")
}

/// They were told, and may not sign it any more.
fn dismissed(request: &Request, reader: &SlackUserId, zone: &Zone) -> Card {
    let mut first = vec![bold("Not yours to sign any more")];
    first.extend(request.dismissed.get(reader).into_iter().flat_map(|at| [text(", "), zone.token(*at)]));
    over(first, request, zone)
}

fn reviewed(request: &Request, reader: &SlackUserId, zone: &Zone) -> Card {
    let Review::Signed { by, judgement, note, at, .. } = &request.review else { return Card::default() };
    let mut first = vec![bold("Reviewed by "), people::decider(by, reader), text(", "), zone.token(*at)];
    first.extend((*judgement == Judgement::NotJustified).then(|| bold(": not justified")));
    let quote = Some(note.text.clone().unwrap_or_else(|| "(erased)".to_owned()));
    Card { quote, ..over(first, request, zone) }
}

/// Whatever nothing is to be done about any more: what it was about, and how access stands.
fn over(first: Line, request: &Request, zone: &Zone) -> Card {
    let what = format!(" · {}, {}", access(request), how_long(request, zone));
    let mut lines = vec![first, vec![people::asker(request), text(what)]];
    lines.extend(approver::status(request, zone));
    let text = format!("{}: {} for {}.", flat(&lines[0]), access_plainly(request), people::asker_name(request));
    Card { lines, text, ..Card::default() }
}

/// To somebody who may sign, once it takes long: how long it is open, `now`. Never the justification.
#[must_use]
pub fn late(request: &Request, now: Timestamp) -> Card {
    let say = |access: String| {
        format!("Review open for {}: {}, {access}.", open_for(request, now), people::asker_name(request))
    };
    Card { text: say(access_plainly(request)), lines: vec![vec![text(say(access(request)))]], ..Card::default() }
}

/// "24 hours", "4 days".
pub(super) fn open_for(request: &Request, now: Timestamp) -> String {
    let Review::Open { since, .. } = &request.review else { return "some time".to_owned() };
    match u64::try_from((now - *since).num_hours()).unwrap_or_default() {
        hours @ 0..96 => length::count(hours, "hour"),
        hours => length::count(hours / 24, "day"),
    }
}

/// The form of a review, before it is drawn.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReviewForm {
    /// Title and buttons.
    pub frame: Frame,
    /// What was taken, and how it stands.
    pub first: Vec<Line>,
    /// How the judgement is asked for.
    pub verdict: Field,
    /// What can be found, the first chosen beforehand.
    pub verdicts: Vec<Choice>,
    /// How the note is asked for.
    pub note: Field,
}

/// The form of a review.
#[must_use]
pub fn review(request: &Request, voice: &Voice) -> ReviewForm {
    let zone = requester::zone(request, voice);
    let open = matches!(request.state, State::Approved { .. } | State::Active { .. });
    let choice = |label: &str, value: &str, description: Option<&str>| Choice {
        label: label.to_owned(),
        value: value.to_owned(),
        description: description.filter(|_| open).map(str::to_owned),
    };
    let asker = people::asker_name(request);
    ReviewForm {
        frame: Frame { title: "Sign review", submit: Some("Sign review"), close: "Back" },
        first: facts(request, &zone),
        verdict: Field::new("What you find"),
        verdicts: vec![
            choice("Justified", JUSTIFIED, Some("It goes on until its end")),
            choice("Not justified", NOT_JUSTIFIED, Some("It ends at once")),
        ],
        note: Field::new("What was done, and was it right").with_hint(format!(
            "Your name and this note go on record. {asker} sees that you signed and what you find, not the note."
        )),
    }
}

/// What was taken and when, and how it stands.
fn facts(request: &Request, zone: &Zone) -> Vec<Line> {
    let mut took = vec![people::asker(request), text(format!(" took {} by break-glass, ", access(request)))];
    took.extend([zone.token(request.asked), text(".")]);
    let status = match &request.state {
        State::Active { ends, .. } => {
            vec![text("Still active until "), zone.token(*ends), text("; signing it as justified does not end it.")]
        }
        State::Approved { .. } => vec![text("It is being opened; signing it as justified does not stop it.")],
        State::Revoking { .. } => vec![text("It is being ended in Okta.")],
        State::Ended { ending, at, .. } => {
            vec![text("Ended "), zone.token(*at), text(format!(": {}.", approver::ended_how(ending).unwrap_or("over")))]
        }
        State::Checking { .. } | State::Pending { .. } => Vec::new(),
    };
    let mut lines = vec![took];
    lines.extend((!status.is_empty()).then_some(status));
    lines.push(super::names(request));
    lines
}

/// What a form's choice means; nothing that was never offered.
#[must_use]
pub fn judgement(value: &str) -> Option<Judgement> {
    match value {
        JUSTIFIED => Some(Judgement::Justified),
        NOT_JUSTIFIED => Some(Judgement::NotJustified),
        _ => None,
    }
}

/// A review came too late.
#[must_use]
pub fn signed_before(sentence: String) -> Notice {
    super::form::notice("Already signed", sentence)
}
