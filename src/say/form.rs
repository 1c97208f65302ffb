//! Forms: what one chooses from, what is shown before it is sent, and what stands in place of a form.

use std::collections::BTreeMap;

use super::{
    Buttons, Card, Line, Voice, approver, bold, length, people,
    requester::{self, access_plainly},
    text,
    time::Zone,
};
use crate::domain::{
    catalogue::{Application, Catalogue, Entitlement, Offer, Requesters, StepRule},
    decide::may_ask,
    duration::resolve,
    id::EntitlementId,
    port::Identity,
    request::Request,
    time::{EndRule, Timestamp},
};

/// The request form, before it is drawn.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RequestForm {
    /// Applications A to Z, each with its levels from low to critical.
    pub groups: Vec<Group>,
    /// What is chosen.
    pub chosen: Option<EntitlementId>,
    /// Lengths to choose from, the shortest first.
    pub lengths: Vec<Choice>,
    /// Who will be asked, and until when.
    pub preview: Vec<Line>,
}

/// An application's levels.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Group {
    /// The application's name.
    pub label: String,
    /// Its levels.
    pub options: Vec<Choice>,
}

/// Something to choose.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Choice {
    /// What it is called.
    pub label: String,
    /// What it comes to.
    pub value: String,
    /// What else one should know.
    pub description: Option<String>,
}

/// What is filled in so far.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Filled {
    /// The access.
    pub entitlement: Option<EntitlementId>,
    /// The end it would have, or what is wrong with its length.
    pub end: Option<Result<EndRule, String>>,
}

/// How far it is known who asks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Knowledge<'a> {
    /// They are looked up.
    Waiting,
    /// Okta is slow.
    Late,
    /// They are known.
    Known(&'a Identity),
}

/// What someone may ask for: of those who are not known yet, what is open to everyone.
#[must_use]
pub fn offered<'a>(catalogue: &'a Catalogue, who: Knowledge<'_>) -> Vec<(&'a Application, &'a Entitlement)> {
    let open = |entitlement: &Entitlement| match who {
        Knowledge::Known(person) => may_ask(&entitlement.requesters, person),
        Knowledge::Waiting | Knowledge::Late => entitlement.requesters == Requesters::Everyone,
    };
    let mut offered: Vec<_> = catalogue.entitlements().filter(|(_, entitlement)| open(entitlement)).collect();
    offered.sort_by(|(a, x), (b, y)| {
        (a.name.to_lowercase(), x.sensitivity, &x.name).cmp(&(b.name.to_lowercase(), y.sensitivity, &y.name))
    });
    offered
}

/// The form as it stands.
#[must_use]
pub fn request(
    catalogue: &Catalogue,
    who: Knowledge<'_>,
    filled: &Filled,
    own: &[Request],
    now: Timestamp,
    voice: &Voice,
) -> RequestForm {
    let offered = offered(catalogue, who);
    let mut groups: BTreeMap<(String, String), Vec<Choice>> = BTreeMap::new();
    for (application, entitlement) in &offered {
        let key = (application.name.to_lowercase(), application.name.clone());
        groups.entry(key).or_default().push(option(application, entitlement));
    }
    let chosen =
        filled.entitlement.as_ref().and_then(|id| offered.iter().find(|(_, entitlement)| entitlement.id == *id));
    let zone = match who {
        Knowledge::Known(person) => Zone::of(person.zone.as_deref(), &voice.zone),
        _ => Zone::of(None, &voice.zone),
    };
    RequestForm {
        groups: groups.into_iter().map(|((_, label), options)| Group { label, options }).collect(),
        chosen: chosen.map(|(_, entitlement)| entitlement.id.clone()),
        lengths: lengths(chosen.map(|(_, entitlement)| *entitlement), &offered, now, &zone, voice),
        preview: preview(chosen.copied(), catalogue, who, filled, own, now, &zone, voice),
    }
}

fn option(application: &Application, entitlement: &Entitlement) -> Choice {
    Choice {
        label: format!("{} · {}", entitlement.name, application.name),
        value: entitlement.id.to_string(),
        description: Some(format!(
            "{} sensitivity, up to {}",
            approver::sensitivity(entitlement.sensitivity),
            length::words(entitlement.max_duration)
        )),
    }
}

/// Lengths that fit the chosen access; before one is chosen, those that any of the offered has.
fn lengths(
    chosen: Option<&Entitlement>,
    offered: &[(&Application, &Entitlement)],
    now: Timestamp,
    zone: &Zone,
    voice: &Voice,
) -> Vec<Choice> {
    let of = |entitlement: &Entitlement| {
        let fits = |offer: &Offer| match offer {
            Offer::For(length) => *length <= entitlement.max_duration,
            Offer::EndOfDay => resolve(crate::domain::duration::Length::EndOfDay, now, zone.zone(), &voice.day)
                .ok()
                .and_then(|end| end.lasts(now))
                .is_some_and(|length| length <= entitlement.max_duration),
        };
        entitlement.durations.iter().copied().filter(fits).collect::<Vec<_>>()
    };
    let mut offers = match chosen {
        Some(entitlement) => of(entitlement),
        None => offered.iter().flat_map(|(_, entitlement)| of(entitlement)).collect(),
    };
    offers.sort();
    offers.dedup();
    let choice = |offer: Offer| Choice {
        label: length::offer(offer, voice),
        value: length::offer_value(offer),
        description: None,
    };
    offers.into_iter().map(choice).collect()
}

#[expect(clippy::too_many_arguments, reason = "everything that is shown before a form is sent")]
fn preview(
    chosen: Option<(&Application, &Entitlement)>,
    catalogue: &Catalogue,
    who: Knowledge<'_>,
    filled: &Filled,
    own: &[Request],
    now: Timestamp,
    zone: &Zone,
    voice: &Voice,
) -> Vec<Line> {
    let Some((application, entitlement)) = chosen else {
        return vec![vec![text(match who {
            Knowledge::Waiting => "Looking up what you can ask for.",
            Knowledge::Late => "Okta is slow. Close this and type your request in one line, or try again in a moment.",
            Knowledge::Known(_) => "Choose an access to see who will be asked and when it would end.",
        })]];
    };
    if let Some(request) = own.iter().find(|request| request.access.entitlement == entitlement.id && request.is_open())
    {
        return vec![vec![text(standing(request, now, voice))]];
    }
    let mut lines = vec![match &filled.end {
        None => vec![text("Choose a length to see when it would end.")],
        Some(Err(fault)) => vec![text(fault.clone())],
        Some(Ok(end)) => match end.lasts(now) {
            Some(length) if length > entitlement.max_duration => vec![
                bold("Too long. "),
                text(format!(
                    "{} on {} can be had for up to {}.",
                    entitlement.name,
                    application.name,
                    length::words(entitlement.max_duration)
                )),
            ],
            _ => until(*end, now, zone),
        },
    }];
    for step in &entitlement.approval {
        lines.push(vec![text(asked(application, step, catalogue, who))]);
    }
    lines
}

fn until(end: EndRule, now: Timestamp, zone: &Zone) -> Line {
    match end {
        EndRule::After { secs } => vec![
            bold(format!("If approved now, until {}.", zone.full(secs.after(now), now))),
            text(format!(" The {} start when access opens.", length::words(secs))),
        ],
        EndRule::At { instant } => {
            vec![bold(format!("Until {}, whenever it is approved.", zone.full(instant, now)))]
        }
    }
}

/// Whom a step would ask. E-mails go to nobody but admins and their owners, so people are counted, not named, until
/// they are looked up.
fn asked(application: &Application, step: &StepRule, catalogue: &Catalogue, who: Knowledge<'_>) -> String {
    let own = |email: &crate::domain::id::Email| matches!(who, Knowledge::Known(person) if person.email == *email);
    let count = |emails: &[crate::domain::id::Email]| emails.iter().filter(|email| !own(email)).count();
    match step {
        StepRule::Owner => match count(&application.owners) {
            0 => format!("Nobody but you owns {}, so nobody could approve this.", application.name),
            1 => format!("Asked: the owner of {}.", application.name),
            owners => format!("Asked: one of the {owners} owners of {}.", application.name),
        },
        StepRule::Approvers(name) => {
            let members = catalogue.approvers.get(name).map_or(0, |members| count(members));
            match members {
                0 => format!("Nobody but you is in {name}, so nobody could approve this."),
                1 => format!("Asked: {name}."),
                members => format!("Asked: one of {members} in {name}."),
            }
        }
        StepRule::Person(email) if own(email) => "Only you are named for this, so nobody could approve it.".to_owned(),
        StepRule::Person(_) => format!("Asked: the person named for {}.", application.name),
    }
}

/// "You asked for this …" or "You have this until …".
#[must_use]
pub fn standing(request: &Request, now: Timestamp, voice: &Voice) -> String {
    use crate::domain::request::State;
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

/// What stands in place of a form.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Notice {
    /// Its title, of at most 24 characters.
    pub title: &'static str,
    /// What it says.
    pub card: Card,
}

/// Asked already, or held already: the card's first lines, and its buttons.
#[must_use]
pub fn already(request: &Request, now: Timestamp, voice: &Voice) -> Notice {
    use crate::domain::request::State;
    let held = matches!(request.state, State::Active { .. });
    let card = requester::card(request, voice);
    let buttons: Option<Buttons> = card.buttons;
    let sentence = standing(request, now, voice);
    Notice {
        title: if held { "You already have this" } else { "Already requested" },
        card: Card {
            lines: vec![vec![bold(access_plainly(request))], vec![text(sentence.clone())]],
            buttons,
            text: sentence,
            ..Card::default()
        },
    }
}

/// Nothing can be asked for.
#[must_use]
pub fn nothing(voice: &Voice) -> Notice {
    notice("Nothing to request", format!("No access is open to you here. An admin can change that: {}.", voice.admin()))
}

/// A form came too late.
#[must_use]
pub fn too_late(sentence: String) -> Notice {
    notice("Already decided", sentence)
}

/// Something that only needs saying.
#[must_use]
pub fn notice(title: &'static str, sentence: String) -> Notice {
    Notice { title, card: Card { lines: vec![vec![text(sentence.clone())]], text: sentence, ..Card::default() } }
}

/// The first line of a denial's form.
#[must_use]
pub fn deny(request: &Request, voice: &Voice) -> Line {
    let zone = requester::zone(request, voice);
    let length = match request.end {
        EndRule::After { secs } => format!("for {}", length::words(secs)),
        EndRule::At { .. } => requester::how_long(request, &zone),
    };
    vec![people::asker(request), text(format!(" asks for {} {length}.", requester::access(request)))]
}
