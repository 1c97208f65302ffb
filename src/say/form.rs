//! Forms: what one chooses from, what is shown before it is sent, and what stands in place of a form.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Buttons, Card, Line, Voice, admin, approver, length, people,
    requester::{self, access_plainly},
    text,
    time::Zone,
};
use crate::domain::{
    catalogue::{Application, Catalogue, Entitlement, Offer, Requesters},
    decide::may_ask,
    duration::resolve,
    id::{EntitlementId, OktaGroupId},
    live::Freeze,
    port::Identity,
    request::Request,
    time::{AccessDuration, EndRule, Timestamp},
};

mod extension;
mod preview;
mod search;

pub use extension::{ExtendForm, extension, whom_for_more};
pub use preview::{Names, standing, whom};
pub use search::search;

/// An input of a form, in words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Field {
    /// What is asked.
    pub label: &'static str,
    /// What stands in it while it is empty.
    pub placeholder: Option<String>,
    /// What is said below it.
    pub hint: Option<String>,
}

impl Field {
    pub(super) const fn new(label: &'static str) -> Self {
        Self { label, placeholder: None, hint: None }
    }

    pub(super) fn with_placeholder(self, placeholder: impl Into<String>) -> Self {
        Self { placeholder: Some(placeholder.into()), ..self }
    }

    pub(super) fn with_hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }
}

/// What stands around a form.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Frame {
    /// Its title, of at most 24 characters.
    pub title: &'static str,
    /// What sends it; nothing where there is nothing to send.
    pub submit: Option<&'static str>,
    /// What closes it.
    pub close: &'static str,
}

/// The request form, before it is drawn.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RequestForm {
    /// Title and buttons.
    pub frame: Frame,
    /// How the access is asked for.
    pub access: Field,
    /// How a length is chosen.
    pub length: Field,
    /// How a length is typed.
    pub custom: Field,
    /// How the justification is asked for.
    pub why: Field,
    /// Applications A to Z, each with its levels from low to critical.
    pub groups: Vec<Group>,
    /// What is chosen.
    pub chosen: Option<EntitlementId>,
    /// Lengths to choose from, the shortest first.
    pub lengths: Vec<Choice>,
    /// Until when, or why not.
    pub preview: Vec<Line>,
    /// Who will be asked, a line a step.
    pub steps: Vec<Line>,
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
    /// Why, as far as it is typed.
    pub why: String,
}

/// How far it is known who asks. Those who were served before are remembered as they were then.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Knowledge<'a> {
    /// They are looked up.
    Waiting(Option<&'a Identity>),
    /// They are looked up, and Okta is slow.
    Late(Option<&'a Identity>),
    /// They are known.
    Known(&'a Identity),
}

impl<'a> Knowledge<'a> {
    /// Who they are, or were.
    #[must_use]
    pub const fn person(self) -> Option<&'a Identity> {
        match self {
            Self::Known(person) => Some(person),
            Self::Waiting(person) | Self::Late(person) => person,
        }
    }
}

/// What a form is drawn from.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// What can be asked for.
    pub catalogue: &'a Catalogue,
    /// Who asks.
    pub who: Knowledge<'a>,
    /// Their open requests.
    pub own: &'a [Request],
    /// For how many seconds they held or hold what a group gives, at the stretch that a request now would continue.
    pub held: &'a BTreeMap<OktaGroupId, u64>,
    /// The groups in which they stand through Jitney.
    pub ours: &'a BTreeSet<OktaGroupId>,
    /// Whoever may be asked, as far as they were looked up.
    pub names: &'a Names,
    /// The present.
    pub now: Timestamp,
    /// That nothing is opened.
    pub frozen: Option<&'a Freeze>,
    /// The words' surroundings.
    pub voice: &'a Voice,
}

impl Scene<'_> {
    pub(super) fn zone(&self) -> Zone {
        Zone::of(self.who.person().and_then(|person| person.zone.as_deref()), &self.voice.zone)
    }
}

/// What someone may ask for: of those who are not known yet, what is open to everyone.
#[must_use]
pub fn offered<'a>(catalogue: &'a Catalogue, who: Knowledge<'_>) -> Vec<(&'a Application, &'a Entitlement)> {
    let open = |entitlement: &Entitlement| match who.person() {
        Some(person) => may_ask(&entitlement.requesters, person),
        None => entitlement.requesters == Requesters::Everyone,
    };
    let mut offered: Vec<_> = catalogue.entitlements().filter(|(_, entitlement)| open(entitlement)).collect();
    offered.sort_by(|(a, x), (b, y)| {
        (a.name.to_lowercase(), x.sensitivity, &x.name).cmp(&(b.name.to_lowercase(), y.sensitivity, &y.name))
    });
    offered
}

/// What someone may choose from, by application.
#[must_use]
pub fn groups(catalogue: &Catalogue, who: Knowledge<'_>) -> Vec<Group> {
    grouped(offered(catalogue, who))
}

/// The same of some, in their order.
pub(super) fn grouped(offered: Vec<(&Application, &Entitlement)>) -> Vec<Group> {
    let mut groups: BTreeMap<(String, String), Vec<Choice>> = BTreeMap::new();
    for (application, entitlement) in offered {
        let key = (application.name.to_lowercase(), application.name.clone());
        groups.entry(key).or_default().push(option(application, entitlement));
    }
    groups.into_iter().map(|((_, label), options)| Group { label, options }).collect()
}

/// The form as it stands.
#[must_use]
pub fn request(scene: &Scene<'_>, filled: &Filled) -> RequestForm {
    let offered = offered(scene.catalogue, scene.who);
    let chosen =
        filled.entitlement.as_ref().and_then(|id| offered.iter().find(|(_, entitlement)| entitlement.id == *id));
    let outlook = chosen.and_then(|(_, entitlement)| preview::outlook(scene, entitlement, filled));
    let (mut preview, steps) = preview::preview(scene, chosen.copied(), outlook.as_ref(), !offered.is_empty(), filled);
    if scene.frozen.is_some() {
        preview.insert(0, admin::frozen_in_form());
    }
    let most = outlook.as_ref().and_then(preview::most);
    RequestForm {
        frame: Frame {
            title: "Request access",
            submit: (!offered.is_empty()).then_some("Send request"),
            close: "Cancel",
        },
        access: access(offered.len()),
        length: Field::new("For how long"),
        custom: Field::new("Or another length")
            .with_placeholder("90m, 2h 30m, until 17:30")
            .with_hint("Fill this in and it counts instead of the choice above. Press Enter to see the exact end."),
        why: Field::new("Why do you need it")
            .with_placeholder("What you will do, and the incident or ticket if there is one")
            .with_hint(format!("The people asked{} show this as you type it.", scene.voice.record())),
        groups: groups(scene.catalogue, scene.who),
        chosen: chosen.map(|(_, entitlement)| entitlement.id.clone()),
        lengths: lengths(chosen.map(|(_, entitlement)| (*entitlement, most)), &offered, scene),
        preview,
        steps,
    }
}

/// More levels than this are searched for instead of listed.
pub const MOST_LISTED: usize = 100;

fn access(offered: usize) -> Field {
    let field = Field::new("Access");
    if offered > MOST_LISTED {
        field.with_placeholder(format!("Type to search {offered} levels of access"))
    } else {
        field.with_placeholder("Choose an application and level")
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

/// Lengths that fit the chosen access, and what rules leave of it; before one is chosen, those that any of the offered
/// has.
pub(super) fn lengths(
    chosen: Option<(&Entitlement, Option<AccessDuration>)>,
    offered: &[(&Application, &Entitlement)],
    scene: &Scene<'_>,
) -> Vec<Choice> {
    let (now, voice) = (scene.now, scene.voice);
    let (zone, _) = voice.day.zone_of(scene.who.person().and_then(|person| person.zone.as_deref()));
    let of = |entitlement: &Entitlement, most: Option<AccessDuration>| {
        let most = most.map_or(entitlement.max_duration, |most| most.min(entitlement.max_duration));
        let fits = |offer: &Offer| match offer {
            Offer::For(length) => *length <= most,
            Offer::EndOfDay => resolve(crate::domain::duration::Length::EndOfDay, now, &zone, &voice.day)
                .ok()
                .and_then(|end| end.lasts(now))
                .is_some_and(|length| length <= most),
        };
        entitlement.durations.iter().copied().filter(fits).collect::<Vec<_>>()
    };
    let mut offers = match chosen {
        Some((entitlement, most)) => of(entitlement, most),
        None => offered.iter().flat_map(|(_, entitlement)| of(entitlement, None)).collect(),
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

/// What stands in place of a form.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Notice {
    /// Title and what closes it.
    pub frame: Frame,
    /// What it says.
    pub card: Card,
}

/// Asked already, or held already: the card's first lines, and its buttons.
#[must_use]
pub fn already(request: &Request, own: &[Request], now: Timestamp, voice: &Voice) -> Notice {
    use crate::domain::request::State;
    let held = matches!(request.state, State::Active { .. });
    let card = requester::card(request, own, voice);
    let buttons: Option<Buttons> = card.buttons;
    let sentence = standing(request, now, voice);
    Notice {
        frame: Frame { title: if held { "You already have this" } else { "Already requested" }, ..NOTICE },
        card: Card {
            lines: vec![vec![super::bold(access_plainly(request))], vec![text(sentence.clone())]],
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

/// Something was done.
#[must_use]
pub fn done(sentence: String) -> Notice {
    notice("Done", sentence)
}

/// Something was not done.
#[must_use]
pub fn not_done(sentence: String) -> Notice {
    notice("Not done", sentence)
}

/// Nothing can be asked for by them, or now.
#[must_use]
pub fn not_possible(sentence: String) -> Notice {
    notice("Not possible", sentence)
}

/// Around everything that only needs saying.
const NOTICE: Frame = Frame { title: "", submit: None, close: "Close" };

pub(super) fn notice(title: &'static str, sentence: String) -> Notice {
    Notice { frame: Frame { title, ..NOTICE }, card: Card::sentence(sentence) }
}

/// The form of a denial, before it is drawn.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DenyForm {
    /// Title and buttons.
    pub frame: Frame,
    /// What is denied.
    pub first: Line,
    /// How the reason is asked for.
    pub reason: Field,
}

/// The form of a denial.
#[must_use]
pub fn deny(request: &Request, voice: &Voice) -> DenyForm {
    let asker = people::asker_name(request);
    DenyForm {
        frame: Frame { title: "Deny request", submit: Some("Deny request"), close: "Back" },
        first: denied(request, voice),
        reason: Field::new("Why not")
            .with_hint(format!("{asker}{} show this. Other approvers only see that you denied it.", voice.record())),
    }
}

fn denied(request: &Request, voice: &Voice) -> Line {
    let zone = requester::zone(request, voice);
    let length = match request.end {
        EndRule::After { secs } => format!("for {}", length::words(secs)),
        EndRule::At { .. } => requester::how_long(request, &zone),
    };
    let access = requester::access(request);
    let asks = match request.extends() {
        Some(_) => format!(" asks to keep {access} for {}.", requester::how_long(request, &zone)),
        None => format!(" asks for {access} {length}."),
    };
    vec![people::asker(request), text(asks)]
}
