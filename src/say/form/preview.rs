//! What a form shows before it is sent: until when, and who will be asked.

use std::collections::BTreeMap;

use super::{Filled, Knowledge, Scene};
use crate::{
    domain::{
        catalogue::{Application, Catalogue, Entitlement, StepRule, Who},
        id::Email,
        port::Identity,
        request::{Request, State, StepKind},
        time::{EndRule, Timestamp},
    },
    say::{
        Line, Mark, Run, Voice, bold, length,
        people::{self, Named},
        requester, text,
        time::Zone,
    },
};

/// People by their e-mail, as far as they were looked up: nobody where they cannot be asked.
pub type Names = BTreeMap<Email, Option<Named>>;

/// So many of a step are looked up by name; the others are counted.
const LOOKED_UP: usize = 5;

type Chosen<'a> = (&'a Application, &'a Entitlement);

pub(super) fn preview(
    scene: &Scene<'_>,
    chosen: Option<Chosen<'_>>,
    offers: bool,
    filled: &Filled,
) -> (Vec<Line>, Vec<Line>) {
    let Some((application, entitlement)) = chosen else {
        return (vec![vec![text(unchosen(scene.who, offers))]], Vec::new());
    };
    let open = scene.own.iter().find(|request| request.access.entitlement == entitlement.id && request.is_open());
    if let Some(request) = open {
        return (vec![vec![text(standing(request, scene.now, scene.voice))]], Vec::new());
    }
    let mut lines = vec![ends(scene, application, entitlement, filled)];
    match (asked(scene, application, entitlement), scene.who) {
        (_, Knowledge::Late(_)) => {
            lines.push(vec![text("Okta is slow. You can send this; who is asked is shown in your message.")]);
            (lines, Vec::new())
        }
        (Some(steps), Knowledge::Known(_)) => (lines, steps),
        _ => {
            lines.push(vec![text("Looking up who will be asked.")]);
            (lines, Vec::new())
        }
    }
}

const fn unchosen(who: Knowledge<'_>, offers: bool) -> &'static str {
    match (who, offers) {
        (Knowledge::Known(_), _) | (Knowledge::Waiting(Some(_)) | Knowledge::Late(Some(_)), true) => {
            "Choose an access to see who will be asked and when it would end."
        }
        (Knowledge::Waiting(_), _) => "Looking up what you can ask for.",
        (Knowledge::Late(_), true) => "Okta is slow. Choose from what is open to everyone; more may be shown later.",
        (Knowledge::Late(_), false) => {
            "Okta is slow to say what you can ask for. It is shown here as soon as it answers."
        }
    }
}

fn ends(scene: &Scene<'_>, application: &Application, entitlement: &Entitlement, filled: &Filled) -> Line {
    let end = match &filled.end {
        None => return vec![text("Choose a length to see when it would end.")],
        Some(Err(fault)) => return vec![text(fault.clone())],
        Some(Ok(end)) => *end,
    };
    match end.lasts(scene.now) {
        Some(length) if length > entitlement.max_duration => vec![
            Run::Mark(Mark::Warning),
            bold("Too long."),
            text(format!(
                " {} · {} can be had for up to {}.",
                application.name,
                entitlement.name,
                length::words(entitlement.max_duration)
            )),
        ],
        _ => until(end, scene.now, &scene.zone()),
    }
}

fn until(end: EndRule, now: Timestamp, zone: &Zone) -> Line {
    match end {
        EndRule::After { secs } => vec![
            bold(format!("If approved now, until {}.", zone.full(secs.after(now), now))),
            text(format!(" {}", length::starts(secs))),
        ],
        EndRule::At { instant } => {
            vec![bold(format!("Until {}, whenever it is approved.", zone.full(instant, now)))]
        }
    }
}

/// Everyone who is to be looked up by name for an access.
#[must_use]
pub fn whom(catalogue: &Catalogue, chosen: (&Application, &Entitlement), asker: Option<&Identity>) -> Vec<Email> {
    let (application, entitlement) = chosen;
    let steps = entitlement.approval.iter().map(|rule| others(rule, application, catalogue, asker));
    steps.flat_map(|emails| emails.into_iter().take(LOOKED_UP)).collect()
}

fn others(rule: &StepRule, application: &Application, catalogue: &Catalogue, asker: Option<&Identity>) -> Vec<Email> {
    let Some(asker) = asker else { return Vec::new() };
    let named = StepKind::new(rule, application).approvers_today(catalogue, asker);
    named.iter().filter_map(Who::person).filter(|email| **email != asker.email).cloned().collect()
}

/// Whether a step asks groups too: who is in them is looked up once it is asked.
fn asks_groups(rule: &StepRule, application: &Application, scene: &Scene<'_>) -> bool {
    let kind = StepKind::new(rule, application);
    let named = scene.who.person().map(|asker| kind.approvers_today(scene.catalogue, asker));
    named.is_some_and(|named| named.iter().any(|who| who.person().is_none()))
}

/// Whom each step would ask; nothing while someone of them is not looked up yet.
fn asked(scene: &Scene<'_>, application: &Application, entitlement: &Entitlement) -> Option<Vec<Line>> {
    entitlement.approval.iter().map(|rule| step(scene, application, rule)).collect()
}

fn step(scene: &Scene<'_>, application: &Application, rule: &StepRule) -> Option<Line> {
    let emails = others(rule, application, scene.catalogue, scene.who.person());
    let first: Vec<&Option<Named>> =
        emails.iter().take(LOOKED_UP).map(|email| scene.names.get(email)).collect::<Option<_>>()?;
    let people: Vec<Run> = first
        .into_iter()
        .flatten()
        .map(|named| Run::Person { slack: named.slack.clone(), name: named.name.clone() })
        .collect();
    let unnamed = emails.len().saturating_sub(LOOKED_UP);
    let groups = asks_groups(rule, application, scene);
    // Of a group it is not known how many it is: several.
    let count = people.len() + unnamed + if groups { 2 } else { 0 };
    let mut line = match (people.is_empty(), unnamed) {
        _ if groups => or_a_group(people, unnamed),
        (true, 0) => return Some(vec![text(nobody(rule, application, emails.is_empty()))]),
        (true, unnamed) => vec![text(people::others_are(unnamed))],
        (false, unnamed) => people::any_of(people, unnamed),
    };
    let why = people::because_yours(&StepKind::new(rule, application), count, &application.name);
    line.push(text(format!(": {why}")));
    Some(line)
}

/// "@Bob Stone, 2 others or members of a group".
fn or_a_group(people: Vec<Run>, unnamed: usize) -> Line {
    let others = (unnamed > 0).then(|| text(people::others_are(unnamed)));
    let mut line = Line::new();
    for run in people.into_iter().chain(others) {
        if !line.is_empty() {
            line.push(text(", "));
        }
        line.push(run);
    }
    line.push(text(if line.is_empty() { "Members of a group" } else { " or members of a group" }));
    line
}

fn nobody(rule: &StepRule, application: &Application, only_asker: bool) -> String {
    if *rule == StepRule::Manager && only_asker {
        return "Okta names nobody as your manager, so nobody could approve this.".to_owned();
    }
    let whom = match rule {
        StepRule::Owner => format!("owns {}", application.name),
        StepRule::Manager => "is your manager".to_owned(),
        StepRule::Approvers(name) => format!("is in {name}"),
        StepRule::Person(_) => format!("is named for {}", application.name),
    };
    if only_asker {
        format!("Nobody but you {whom}, so nobody could approve this.")
    } else {
        format!("Nobody who {whom} can be asked now, so nobody could approve this.")
    }
}

/// "You asked for this …" or "You have this until …".
#[must_use]
pub fn standing(request: &Request, now: Timestamp, voice: &Voice) -> String {
    let zone = requester::zone(request, voice);
    match &request.state {
        State::Active { ends, .. } => format!("You have this until {}. ({})", zone.full(*ends, now), request.id),
        State::Pending { route, .. } => {
            let waiting = route.current().map(|(_, step)| people::asked_plainly(step, None)).unwrap_or_default();
            format!("You asked for this {}: waiting for {waiting}. ({})", zone.near(request.asked, now), request.id)
        }
        _ => format!("You asked for this {}. ({})", zone.near(request.asked, now), request.id),
    }
}
