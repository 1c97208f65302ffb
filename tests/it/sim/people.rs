//! People who ask, decide, give back and forge, whenever they like.

use std::{collections::BTreeMap, sync::Arc};

use jitney::domain::{
    catalogue::{Application, Catalogue, Emergency, Entitlement, Offer, Requesters, Sensitivity, StepRule, Who},
    command::{Ask, Choice, Command, Decide, Extend, Revoke, Sign, Surface},
    decide::Limits,
    id::{ApplicationId, ApproversName, Email, EntitlementId, OktaGroupId, RequestId, SlackUserId},
    port::{Posted, ViewKey},
    request::{Purpose, State},
    review::Judgement,
    said::Text,
    time::{AccessDuration, EndRule, Timestamp},
};
use jitney::engine::Core;
use rand::{RngExt as _, rngs::SmallRng};

use super::{homes::Tabs, outside::Outside};

/// Everybody; the first two own things.
pub const NAMES: [&str; 5] = ["bob", "dana", "alice", "erin", "frank"];

const HOUR: u64 = 3_600;

fn secs(secs: u64) -> AccessDuration {
    AccessDuration::from_secs(secs).unwrap()
}

/// What can be asked for: three levels, two of them on one group, one of which can be taken by break-glass. A variant of it
/// drops or re-points something.
pub fn catalogue(variant: u32) -> Arc<Catalogue> {
    let email = |name: &str| Email::parse(format!("{name}@acme.example")).unwrap();
    let owners: Vec<Who> = ["bob", "dana"].into_iter().map(email).map(Who::Person).collect();
    let level = |id: &str, group: &str| Entitlement {
        id: EntitlementId::parse(id).unwrap(),
        name: id.to_owned(),
        group: OktaGroupId::parse(group).unwrap(),
        sensitivity: Sensitivity::High,
        approval: vec![StepRule::Owner],
        durations: vec![Offer::For(secs(HOUR))],
        max_duration: secs(8 * HOUR),
        requesters: Requesters::Only(vec![Who::Group(OktaGroupId::parse("00gENG").unwrap())]),
        allow_admin_group: false,
        escalates: false,
        emergency: id == "db/rw",
    };
    let third = if variant == 1 { "00gOTHER" } else { "00gTHIRD" };
    let mut entitlements = vec![level("db/rw", "00gPROD"), level("db/debug", "00gPROD"), level("db/third", third)];
    // One of them needs both owners.
    if let Some(third) = entitlements.last_mut() {
        third.approval = vec![StepRule::Owner, StepRule::Owner];
    }
    if variant == 2 {
        entitlements.remove(0);
    }
    let owners = if variant == 3 { owners[1..].to_vec() } else { owners };
    let application =
        Application { id: ApplicationId::parse("db").unwrap(), name: "Database".into(), owners, entitlements };
    let applications = BTreeMap::from([(application.id.clone(), application)]);
    let soc = ApproversName::parse("soc").unwrap();
    Arc::new(Catalogue {
        applications,
        approvers: BTreeMap::from([(soc.clone(), vec![Who::Person(email("frank"))])]),
        emergency: Some(Emergency { max_duration: secs(HOUR), cooldown: secs(HOUR), review: soc }),
        admins: vec![Who::Person(email("frank"))],
        ..Catalogue::default()
    })
}

pub fn limits() -> Limits {
    Limits {
        unanswered_after: secs(24 * HOUR),
        remind_after: secs(HOUR / 2),
        min_duration: secs(60),
        max_open: 5,
        tickets: jitney::domain::ticket::Tickets::Kept,
        audit: jitney::domain::ticket::AuditChannel::Told,
        ..Limits::default()
    }
}

fn salted(random: &mut SmallRng, words: &str) -> Text {
    Text::parse(words, format!("{:016x}{:016x}", random.random::<u64>(), random.random::<u64>())).unwrap()
}

/// What somebody does next.
pub fn act(core: &Core, outside: &Outside, tabs: &Tabs, now: Timestamp, random: &mut SmallRng) -> Command {
    match random.random_range(0..14) {
        12 | 13 => extend(core, outside, now, random).unwrap_or_else(|| ask(outside, now, random)),
        0..4 => ask(outside, now, random),
        4 => at_home(outside, tabs, random).unwrap_or_else(|| ask(outside, now, random)),
        5..8 => decide(core, outside, random).unwrap_or_else(|| ask(outside, now, random)),
        9 => revoke(core, outside, random),
        10 => freeze(core, outside, random),
        8 if random.random_ratio(1, 2) => sign(core, outside, random).unwrap_or_else(|| ask(outside, now, random)),
        8 => Command::Cancel { who: anyone(outside, random), request: some_request(core, random) },
        _ => Command::Return { who: anyone(outside, random), request: some_request(core, random) },
    }
}

/// An owner or the admin ends what somebody holds, or somebody else tries.
fn revoke(core: &Core, outside: &Outside, random: &mut SmallRng) -> Command {
    let open = core.safe().requests.values().filter(|request| request.ends().is_some()).map(|request| request.id);
    let open: Vec<RequestId> = open.collect();
    let request = match random.random_ratio(1, 4) || open.is_empty() {
        true => some_request(core, random),
        false => open[random.random_range(0..open.len())],
    };
    let who = anyone(outside, random);
    let known = random.random_ratio(1, 2).then(|| outside.identity(&who));
    Command::Revoke(Revoke { who, request, reason: salted(random, "Wrong database"), known })
}

/// A holder asks to keep something for longer, or somebody else tries.
fn extend(core: &Core, outside: &Outside, now: Timestamp, random: &mut SmallRng) -> Option<Command> {
    let held: Vec<_> = core.safe().requests.values().filter(|request| request.ends().is_some()).collect();
    let first = *held.get(random.random_range(0..held.len().max(1)))?;
    let who = if random.random_ratio(1, 10) { anyone(outside, random) } else { first.asker.clone() };
    let more = secs(random.random_range(60..6 * HOUR));
    let end = match random.random_ratio(1, 4) {
        true => EndRule::At { instant: more.after(now) },
        false => EndRule::After { secs: more },
    };
    let known = random.random_ratio(1, 2).then(|| Ok(outside.identity(&who)));
    let key = format!("more:{}", random.random_range(0..200));
    Some(Command::Extend(Extend { who, key, of: first.id, end, justification: salted(random, "Still stuck"), known }))
}

/// The admin has nothing opened, mostly for a short while, or somebody else tries.
fn freeze(core: &Core, outside: &Outside, random: &mut SmallRng) -> Command {
    let frank = outside.people.iter().find(|person| person.email.as_str().starts_with("frank")).unwrap();
    let who = if random.random_ratio(1, 6) { anyone(outside, random) } else { frank.slack.clone() };
    let who = outside.identity(&who);
    match core.safe().frozen.is_some() || random.random_ratio(1, 2) {
        true => Command::Unfreeze { who },
        false => Command::Freeze { who },
    }
}

pub fn anyone(outside: &Outside, random: &mut SmallRng) -> SlackUserId {
    outside.people[random.random_range(0..outside.people.len())].slack.clone()
}

fn some_request(core: &Core, random: &mut SmallRng) -> RequestId {
    let known: Vec<RequestId> = core.safe().requests.keys().copied().collect();
    if known.is_empty() { RequestId::FIRST } else { known[random.random_range(0..known.len())] }
}

fn ask(outside: &Outside, now: Timestamp, random: &mut SmallRng) -> Command {
    let who = anyone(outside, random);
    let entitlement = ["db/rw", "db/debug", "db/third"][random.random_range(0..3)];
    let longest = if random.random_ratio(1, 2) { HOUR / 2 } else { 4 * HOUR };
    let length = secs(random.random_range(60..longest));
    let end = match random.random_ratio(1, 4) {
        true => EndRule::At { instant: now + chrono::TimeDelta::seconds(i64::try_from(length.secs()).unwrap()) },
        false => EndRule::After { secs: length },
    };
    Command::Ask(Ask {
        known: random.random_ratio(1, 2).then(|| Ok(outside.identity(&who))),
        who,
        // A small range: second deliveries of one form happen.
        key: format!("view:{}", random.random_range(0..200)),
        purpose: if random.random_ratio(1, 3) && entitlement == "db/rw" { Purpose::Emergency } else { Purpose::Access },
        entitlement: EntitlementId::parse(entitlement).unwrap(),
        end,
        justification: salted(random, "Stuck migration"),
    })
}

/// A decision on a Home tab, as it stands or stood.
fn at_home(outside: &Outside, tabs: &Tabs, random: &mut SmallRng) -> Option<Command> {
    let owner = ["bob", "dana"][random.random_range(0..2)];
    let who = outside.people.iter().find(|person| person.email.as_str().starts_with(owner))?.slack.clone();
    let (request, digest, place) = tabs.decidable(&who)?;
    let who = if random.random_ratio(1, 10) { anyone(outside, random) } else { who };
    Some(Command::Decide(Decide { who, request, place, digest, choice: Choice::Approve }))
}

/// Every review that is open is signed, by everybody who was told of it.
pub fn sign_all(core: &Core, random: &mut SmallRng) -> Vec<Command> {
    let mut signed = Vec::new();
    for request in core.safe().requests.values().filter(|request| request.review.is_open()) {
        let card = |slack: &SlackUserId| {
            let view = ViewKey::Approver { request: request.id, slack: slack.clone() };
            request.shown.get(&view).map(|shown| Surface::Card(shown.posted.clone()))
        };
        for one in request.review.people() {
            let (who, Some(place)) = (one.slack.clone(), card(&one.slack)) else { continue };
            let (judgement, note) = (Judgement::Justified, salted(random, "Seen"));
            signed.push(Command::Sign(Sign { who, request: request.id, place, judgement, note }));
        }
    }
    signed
}

/// A signature on a card: mostly by whom it was sent to.
fn sign(core: &Core, outside: &Outside, random: &mut SmallRng) -> Option<Command> {
    let taken: Vec<_> = core.safe().requests.values().filter(|request| !request.review.is_none()).collect();
    let request = *taken.get(random.random_range(0..taken.len().max(1)))?;
    let told = request.review.people();
    let who = match random.random_ratio(1, 6) || told.is_empty() {
        true => anyone(outside, random),
        false => told[random.random_range(0..told.len())].slack.clone(),
    };
    let owner_of_card = if random.random_ratio(1, 10) { anyone(outside, random) } else { who.clone() };
    let view = ViewKey::Approver { request: request.id, slack: owner_of_card };
    let cards: &[Posted] = outside.posted.get(&view).map_or(&[], Vec::as_slice);
    let place = Surface::Card(cards.get(random.random_range(0..cards.len().max(1)))?.clone());
    let judgement = if random.random_ratio(1, 3) { Judgement::NotJustified } else { Judgement::Justified };
    Some(Command::Sign(Sign { who, request: request.id, place, judgement, note: salted(random, "Seen") }))
}

/// A decision on a card: mostly the right one, by whom it was sent to.
fn decide(core: &Core, outside: &Outside, random: &mut SmallRng) -> Option<Command> {
    let requests: Vec<_> = core.safe().requests.values().collect();
    let pending: Vec<_> = requests.iter().filter(|request| matches!(request.state, State::Pending { .. })).collect();
    let request = match random.random_ratio(1, 6) || pending.is_empty() {
        true if requests.is_empty() => return None,
        true => requests[random.random_range(0..requests.len())],
        false => pending[random.random_range(0..pending.len())],
    };
    let asked: Vec<SlackUserId> =
        request.route().map(|route| route.asked().map(|approver| approver.slack.clone()).collect()).unwrap_or_default();
    let who = match random.random_ratio(1, 8) || asked.is_empty() {
        true => anyone(outside, random),
        false => asked[random.random_range(0..asked.len())].clone(),
    };
    let owner_of_card = if random.random_ratio(1, 10) { anyone(outside, random) } else { who.clone() };
    let view = ViewKey::Approver { request: request.id, slack: owner_of_card };
    let cards: &[Posted] = outside.posted.get(&view).map_or(&[], Vec::as_slice);
    let card = cards.get(random.random_range(0..cards.len().max(1)))?.clone();
    let digest = if random.random_ratio(1, 12) { "0123456789ab".to_owned() } else { request.digest() };
    let choice = match random.random_ratio(1, 4) {
        true => Choice::Deny(salted(random, "Use the replica")),
        false if random.random_ratio(1, 4) => {
            Choice::ApproveForLess(EndRule::After { secs: secs(random.random_range(60..HOUR)) })
        }
        false => Choice::Approve,
    };
    Some(Command::Decide(Decide { who, request: request.id, place: Surface::Card(card), digest, choice }))
}
