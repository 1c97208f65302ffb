//! Reviews of what was taken by break-glass: the cards of those who were told, and the form in which one of them signs.
//!
//! Law: the note is for those who were told, and never for whoever took it.

use super::{
    Button, ButtonId, Buttons, Card, Line, Look, Mark, Run, Voice, approver, bold, button,
    form::{self, Choice, Field, Frame, Notice},
    length, people,
    requester::{self, access, access_plainly, flat, how_long, justification},
    text,
    time::Zone,
};
use crate::domain::{
    id::SlackUserId,
    request::{Request, State, StepKind},
    review::{Judgement, Panel, Review},
    time::{EndRule, Timestamp},
};

/// How the judgements stand in a form.
const JUSTIFIED: &str = "justified";
const NOT_JUSTIFIED: &str = "not_justified";

/// The card of somebody who was told, for one reader.
#[must_use]
pub fn card(request: &Request, reader: &SlackUserId, voice: &Voice) -> Card {
    let zone = requester::zone(request, voice);
    let mut card = match &request.review {
        Review::Open { .. } if request.dismissed.contains_key(reader) => dismissed(request, reader, &zone),
        Review::Open { panels, .. } => open(request, panels, reader, &zone),
        Review::Signed { .. } => reviewed(request, reader, &zone),
        Review::Moot { .. } | Review::None => over(vec![bold("Nothing to review")], request, reader, &zone),
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
        buttons: (!checked).then(|| presses(request, panels, reader)),
        ..Card::default()
    }
}

/// "🚨 @Alice Martin took ‹access› by break-glass".
pub(super) fn took(request: &Request) -> Line {
    vec![Run::Mark(Mark::Siren), people::asker(request), bold(format!(" took {} by break-glass", access(request)))]
}

/// What a reader can press: sign it, and whoever owns it can end what is still open.
fn presses(request: &Request, panels: &[Panel], reader: &SlackUserId) -> Buttons {
    let mut presses = sign(request, "review");
    let owns = |panel: &&Panel| matches!(panel.kind, StepKind::Owner { .. });
    let owner = panels.iter().filter(owns).flat_map(|panel| &panel.people).any(|one| one.slack == *reader);
    if owner && matches!(request.state, State::Active { .. }) {
        presses.row.push(button(ButtonId::Revoke, "Revoke now…", Look::Danger, request.id));
    }
    presses
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
        EndRule::After { secs } => format!("for {}", length::words(secs)),
        EndRule::At { .. } => how_long(request, zone),
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
    over(first, request, reader, zone)
}

fn reviewed(request: &Request, reader: &SlackUserId, zone: &Zone) -> Card {
    let Review::Signed { by, judgement, note, at, .. } = &request.review else { return Card::default() };
    let mut first = vec![bold("Reviewed by "), people::decider(by, reader), text(", "), zone.token(*at)];
    first.extend((*judgement == Judgement::NotJustified).then(|| bold(": not justified")));
    let quote = Some(note.text.clone().unwrap_or_else(|| "(erased)".to_owned()));
    Card { quote, ..over(first, request, reader, zone) }
}

/// Whatever nothing is to be done about any more: what it was about, and how access stands.
fn over(first: Line, request: &Request, reader: &SlackUserId, zone: &Zone) -> Card {
    let what = format!(" · {}, {}", access(request), how_long(request, zone));
    let mut lines = vec![first, vec![people::asker(request), text(what)]];
    lines.extend(approver::status(request, reader, zone));
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
pub fn form(request: &Request, voice: &Voice) -> ReviewForm {
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
            vec![
                text("Ended "),
                zone.token(*at),
                text(format!(": {}.", approver::ended_how(ending).unwrap_or_else(|| "over".to_owned()))),
            ]
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
    form::notice("Already signed", sentence)
}
