//! What a form shows before it is sent: until when, and who will be asked.

use std::collections::BTreeMap;

use super::{Filled, Knowledge, Scene};
use crate::{
    domain::{
        catalogue::{Application, Catalogue, Entitlement, Who},
        decide::Outlook,
        duty::Duties,
        id::Email,
        request::{NotSentOn, Request, State, StepKind},
        time::{AccessDuration, EndRule, Timestamp},
    },
    say::{
        Line, Mark, Run, Voice, bold, length,
        people::{self, Named},
        refusal, requester, rules, text,
        time::Zone,
    },
};

/// People by their e-mail, as far as they were looked up: nobody where they cannot be asked.
pub type Names = BTreeMap<Email, Option<Named>>;

/// So many of a step are looked up by name; the others are counted.
const LOOKED_UP: usize = 5;

type Chosen<'a> = (&'a Application, &'a Entitlement);

/// What a request for this would have to go through; nothing while it is not known who asks.
pub(super) fn outlook(
    scene: &Scene<'_>,
    entitlement: &Entitlement,
    filled: &Filled,
) -> Option<Result<Duties, NotSentOn>> {
    let end = match &filled.end {
        Some(Err(_)) => return None,
        Some(Ok(end)) => *end,
        // Until a length is chosen: as for the shortest.
        None => EndRule::After { secs: AccessDuration::from_secs(1).ok()? },
    };
    let before = scene.held.get(&entitlement.group).copied().unwrap_or_default();
    let (catalogue, now) = (scene.catalogue, scene.now);
    let person = scene.who.person()?;
    Some(
        Outlook {
            catalogue,
            person,
            ours: scene.ours,
            end,
            before,
            extends: 0,
            why: &filled.why,
            emergency: false,
            now,
        }
        .of(&entitlement.id),
    )
}

/// How long it can be had, where that is known.
pub(super) fn most(outlook: &Result<Duties, NotSentOn>) -> Option<AccessDuration> {
    match outlook {
        Ok(duties) => Some(duties.most),
        Err(NotSentOn::TooLong { most, .. }) => Some(*most),
        Err(_) => None,
    }
}

pub(super) fn preview(
    scene: &Scene<'_>,
    chosen: Option<Chosen<'_>>,
    outlook: Option<&Result<Duties, NotSentOn>>,
    offers: bool,
    filled: &Filled,
) -> (Vec<Line>, Vec<Line>) {
    let Some((application, entitlement)) = chosen else {
        return (vec![vec![text(unchosen(scene.who, offers))]], Vec::new());
    };
    let open = scene.own.iter().find(|request| {
        request.access.entitlement == entitlement.id && request.is_open() && !request.purpose.is_emergency()
    });
    if let Some(request) = open {
        return (vec![vec![text(standing(request, scene.now, scene.voice))]], Vec::new());
    }
    if let (Some(Err(why)), Knowledge::Known(_)) = (outlook, scene.who) {
        return (vec![not_possible(why, application, entitlement, scene.voice)], Vec::new());
    }
    let duties = outlook.and_then(|outlook| outlook.as_ref().ok());
    let at_once = duties.is_some_and(|duties| duties.steps.is_empty());
    let mut lines = vec![ends(scene, application, entitlement, filled, at_once)];
    match (duties.and_then(|duties| asked(scene, application, duties)), scene.who) {
        (_, Knowledge::Late(_)) => {
            lines.push(vec![text("Okta is slow. You can send this; who is asked is shown in your message.")]);
            (lines, Vec::new())
        }
        (Some(steps), Knowledge::Known(_)) => (lines, steps),
        (None, Knowledge::Known(_)) if matches!(filled.end, Some(Err(_))) => (lines, Vec::new()),
        _ => {
            lines.push(vec![text("Looking up who will be asked.")]);
            (lines, Vec::new())
        }
    }
}

/// Why it could not be had, whatever else is filled in.
pub(super) fn not_possible(
    why: &NotSentOn,
    application: &Application,
    entitlement: &Entitlement,
    voice: &Voice,
) -> Line {
    let (first, rest) = match why {
        NotSentOn::TooLong { most, rule } => {
            let (most, rule) = (length::words(*most), refusal::by_rule(rule.as_ref()));
            let names = format!("{} · {}", application.name, entitlement.name);
            ("Too long.", format!("{names} can be had for up to {most}{rule}."))
        }
        NotSentOn::Unjudged { .. } => {
            ("Not possible now.", "A rule cannot be evaluated. If you send this, admins are told.".to_owned())
        }
        why => ("Not possible now.", refusal::stopped(why, None, voice)),
    };
    vec![Run::Mark(Mark::Warning), bold(first), text(format!(" {rest}"))]
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

fn ends(
    scene: &Scene<'_>,
    application: &Application,
    entitlement: &Entitlement,
    filled: &Filled,
    at_once: bool,
) -> Line {
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
        Some(_) if at_once => {
            vec![bold(format!("Opens at once, until {}.", scene.zone().full(end.end(scene.now), scene.now)))]
        }
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

/// Everyone who is to be looked up by name for what a request would have to go through.
#[must_use]
pub fn whom(scene: &Scene<'_>, filled: &Filled) -> Vec<Email> {
    let found = filled.entitlement.as_ref().and_then(|id| scene.catalogue.find(id));
    let duties = found.and_then(|(_, entitlement)| outlook(scene, entitlement, filled)?.ok());
    duties.map(|duties| whom_by(scene, &duties)).unwrap_or_default()
}

/// Everyone who is to be looked up by name for these duties.
pub(super) fn whom_by(scene: &Scene<'_>, duties: &Duties) -> Vec<Email> {
    duties.steps.iter().flat_map(|kind| Whom::by(kind, scene).emails.into_iter().take(LOOKED_UP)).collect()
}

/// Whom a step names, without the requester.
struct Whom {
    emails: Vec<Email>,
    /// Whether it names groups besides.
    groups: bool,
}

impl Whom {
    fn by(kind: &StepKind, scene: &Scene<'_>) -> Self {
        let Some(asker) = scene.who.person() else { return Self { emails: Vec::new(), groups: false } };
        let named = kind.approvers_today(scene.catalogue, asker);
        let emails = named.iter().filter_map(Who::person).filter(|email| **email != asker.email);
        Self { emails: emails.cloned().collect(), groups: named.iter().any(|who| who.person().is_none()) }
    }
}

/// Whom each step would ask, and what else rules demand; nothing while someone of them is not looked up yet.
pub(super) fn asked(scene: &Scene<'_>, application: &Application, duties: &Duties) -> Option<Vec<Line>> {
    let steps = duties.steps.iter().map(|kind| step(scene, application, duties, kind));
    let rest = rules::effects(&duties.applied).into_iter().map(|said| Some(vec![text(said)]));
    steps.chain(rest).collect()
}

fn step(scene: &Scene<'_>, application: &Application, duties: &Duties, kind: &StepKind) -> Option<Line> {
    let Whom { emails, groups } = Whom::by(kind, scene);
    let first: Vec<&Option<Named>> =
        emails.iter().take(LOOKED_UP).map(|email| scene.names.get(email)).collect::<Option<_>>()?;
    let people: Vec<Run> = first
        .into_iter()
        .flatten()
        .map(|named| Run::Person { slack: named.slack.clone(), name: named.name.clone() })
        .collect();
    let unnamed = emails.len().saturating_sub(LOOKED_UP);
    // How many are in a group is not known yet: several.
    let count = people.len() + unnamed + if groups { 2 } else { 0 };
    let mut line = match (people.is_empty(), unnamed) {
        _ if groups => or_in_groups(people, unnamed),
        (true, 0) if is_unread(kind, scene) && scene.catalogue.fallback.is_none() => {
            return Some(vec![text(
                "Okta does not let Jitney read who your manager is, so nobody could approve this.",
            )]);
        }
        (true, 0) => return Some(vec![text(nobody(kind, application, scene.catalogue, emails.is_empty()))]),
        (true, unnamed) => vec![text(people::others_are(unnamed))],
        (false, unnamed) => people::any_of(people, unnamed),
    };
    let why = rules::demand(&duties.applied, kind);
    let why = why.unwrap_or_else(|| people::because_yours(kind, count, &application.name));
    line.push(text(format!(": {why}")));
    Some(line)
}

/// Whether it cannot be read who their manager is.
fn is_unread(kind: &StepKind, scene: &Scene<'_>) -> bool {
    *kind == StepKind::Manager && scene.who.person().is_some_and(|who| who.manager_unread)
}

/// "@Bob Stone, 2 others or others in the groups named".
fn or_in_groups(people: Vec<Run>, unnamed: usize) -> Line {
    let others = (unnamed > 0).then(|| text(people::others_are(unnamed)));
    let mut line = Line::new();
    for run in people.into_iter().chain(others) {
        if !line.is_empty() {
            line.push(text(", "));
        }
        line.push(run);
    }
    line.push(text(if line.is_empty() { "Whoever is in the groups named" } else { " or others in the groups named" }));
    line
}

fn nobody(kind: &StepKind, application: &Application, catalogue: &Catalogue, only_asker: bool) -> String {
    let whom = match kind {
        StepKind::Owner { .. } => format!("owns {}", application.name),
        StepKind::Manager => "is your manager".to_owned(),
        StepKind::Approvers { name } => format!("is in {name}"),
        StepKind::Person { .. } => format!("is named for {}", application.name),
    };
    match (&catalogue.fallback, only_asker) {
        (Some(name), _) => format!("{name}, because nobody else is left to ask"),
        (None, true) if *kind == StepKind::Manager => {
            "Okta names nobody as your manager, so nobody could approve this.".to_owned()
        }
        (None, true) => format!("Nobody but you {whom}, so nobody could approve this."),
        (None, false) => format!("Nobody who {whom} can be asked now, so nobody could approve this."),
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
