//! Whoever has access was agreed to: random companies, rules and days, held to a small model that shares no code with the
//! core.
//!
//! The model reads the journal, and knows the contract's sentences about duties and extensions; it knows neither `duties`
//! nor routes.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::domain::{
    id::{ApproversName, RuleId},
    request::Decider,
    rules::{Required, Rule, Rules, Ruling},
};

const HOUR: u64 = 3_600;
const PEOPLE: [&str; 6] = ["alice", "bob", "carol", "dana", "erin", "frank"];
const LEVELS: [&str; 3] = ["db/read", "db/rw", "db/admin"];

/// Random numbers that can be shrunk.
struct Dice {
    rolls: Vec<u16>,
    next: usize,
}

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        let roll = self.rolls.get(self.next).copied().unwrap_or_default();
        self.next += 1;
        usize::from(roll) % sides
    }

    fn coin(&mut self) -> bool {
        self.roll(2) == 1
    }

    fn some(&mut self, most: usize) -> Vec<&'static str> {
        let count = self.roll(most + 1);
        let mut some: Vec<&str> = (0..count).map(|_| PEOPLE[self.roll(PEOPLE.len())]).collect();
        some.dedup();
        some
    }
}

/// What one rule of the company says, and when.
#[derive(Clone, Debug)]
struct Saying {
    id: String,
    /// Of this level alone, or of all.
    level: Option<&'static str>,
    /// Only if more than so many hours come together.
    over: Option<u64>,
    says: Says,
}

#[derive(Clone, Debug)]
enum Says {
    Forbid,
    Auto,
    NotAuto,
    Step(StepRule),
    Distinct(u8),
    Most(u64),
    Decider(&'static str),
}

impl Saying {
    fn holds(&self, level: &str, total_secs: u64) -> bool {
        self.level.is_none_or(|only| only == level) && self.over.is_none_or(|hours| total_secs > hours * HOUR)
    }

    fn rule(&self) -> Rule {
        Rule { id: RuleId::parse(self.id.as_str()).unwrap(), message: None }
    }
}

/// A level: its group, its own steps, and how long it is had for.
#[derive(Clone, Debug)]
struct Level {
    group: &'static str,
    own: Vec<StepRule>,
    hours: u64,
}

#[derive(Clone, Debug)]
struct Company {
    owners: Vec<&'static str>,
    soc: Vec<&'static str>,
    fallback: bool,
    escalates: bool,
    managers: BTreeMap<&'static str, &'static str>,
    levels: BTreeMap<&'static str, Level>,
    sayings: Vec<Saying>,
}

fn soc() -> StepRule {
    StepRule::Approvers(ApproversName::parse("soc").unwrap())
}

impl Company {
    fn roll(dice: &mut Dice) -> Self {
        let step = |dice: &mut Dice| match dice.roll(5) {
            0 | 1 => StepRule::Owner,
            2 => soc(),
            3 => StepRule::Manager,
            _ => StepRule::Person(email("frank")),
        };
        let level = |dice: &mut Dice| {
            let count = 1 + dice.roll(2);
            let own = (0..count).map(|_| step(dice)).collect();
            Level { group: ["00gONE", "00gTWO"][dice.roll(2)], own, hours: 2 + dice.roll(4) as u64 }
        };
        let levels = LEVELS.into_iter().map(|id| (id, level(dice))).collect();
        let count = dice.roll(5);
        let saying = |place: usize, dice: &mut Dice| Saying {
            id: format!("r{place}"),
            level: dice.coin().then(|| LEVELS[dice.roll(LEVELS.len())]),
            over: dice.coin().then(|| 1 + dice.roll(4) as u64),
            says: match dice.roll(9) {
                0 => Says::Forbid,
                1 | 2 => Says::Auto,
                3 => Says::NotAuto,
                4 | 5 => Says::Step(step(dice)),
                6 => Says::Distinct(2 + u8::try_from(dice.roll(2)).unwrap()),
                7 => Says::Most(1 + dice.roll(3) as u64),
                _ => Says::Decider(PEOPLE[dice.roll(PEOPLE.len())]),
            },
        };
        let sayings = (0..count).map(|place| saying(place, dice)).collect();
        let managers = PEOPLE.into_iter().filter_map(|name| {
            let manager = PEOPLE[dice.roll(PEOPLE.len())];
            (manager != name).then_some((name, manager))
        });
        let managers = managers.collect();
        let (owners, soc, fallback, escalates) = (dice.some(3), dice.some(3), dice.coin(), dice.coin());
        Self { owners, soc, fallback, escalates, managers, levels, sayings }
    }

    fn catalogue(&self) -> Catalogue {
        let level = |(id, level): (&&str, &Level)| Entitlement {
            id: EntitlementId::parse(id).unwrap(),
            name: (*id).to_owned(),
            group: OktaGroupId::parse(level.group).unwrap(),
            sensitivity: Sensitivity::High,
            approval: level.own.clone(),
            durations: vec![Offer::For(secs(HOUR))],
            max_duration: secs(level.hours * HOUR),
            requesters: Requesters::Everyone,
            allow_admin_group: false,
            escalates: self.escalates,
            emergency: false,
        };
        let who = |names: &[&str]| names.iter().map(|name| Who::Person(email(name))).collect::<Vec<_>>();
        let application = Application {
            id: ApplicationId::parse("db").unwrap(),
            name: "Database".into(),
            owners: who(&self.owners),
            entitlements: self.levels.iter().map(level).collect(),
        };
        let soc = ApproversName::parse("soc").unwrap();
        Catalogue {
            applications: BTreeMap::from([(application.id.clone(), application)]),
            approvers: BTreeMap::from([(soc.clone(), who(&self.soc))]),
            fallback: self.fallback.then_some(soc),
            rules: self.rules(),
            ..Catalogue::default()
        }
    }

    fn rules(&self) -> Rules {
        let (asking, deciding) = (self.sayings.clone(), self.sayings.clone());
        Rules::new(
            move |question| {
                let level = question.entitlement.id.to_string();
                let held = asking.iter().filter(|saying| saying.holds(&level, question.total.secs()));
                let mut ruling = Ruling::default();
                let mut none = Vec::new();
                for saying in held {
                    let required = |step, distinct, most: Option<u64>| Required {
                        rule: saying.rule(),
                        step,
                        distinct,
                        max_duration: most.map(|hours| secs(hours * HOUR)),
                    };
                    match &saying.says {
                        Says::Forbid => ruling.forbidden.push(saying.rule()),
                        Says::Auto => ruling.auto.push(saying.rule()),
                        Says::NotAuto => none.push(saying.rule()),
                        Says::Step(step) => ruling.required.push(required(Some(step.clone()), None, None)),
                        Says::Distinct(people) => ruling.required.push(required(None, Some(*people), None)),
                        Says::Most(hours) => ruling.required.push(required(None, None, Some(*hours))),
                        Says::Decider(_) => {}
                    }
                }
                if !none.is_empty() && !ruling.auto.is_empty() {
                    (ruling.auto, ruling.asked_all_the_same) = (Vec::new(), none);
                }
                Ok(ruling)
            },
            move |question, approver| {
                let level = question.entitlement.id.to_string();
                let takes = |saying: &&Saying| {
                    matches!(&saying.says, Says::Decider(name) if *name == approver.name)
                        && saying.holds(&level, question.total.secs())
                };
                Ok(deciding.iter().filter(takes).map(Saying::rule).collect())
            },
        )
    }

    /// The contract: what a request must go through. Each step as the people who may decide it.
    fn must(&self, asker: &str, level: &str, total: u64) -> Option<Must> {
        let asked = &self.levels[level];
        let sharing: Vec<(&str, &Level)> = std::iter::once((level, asked))
            .chain(
                self.levels
                    .iter()
                    .filter(|(id, other)| **id != level && other.group == asked.group)
                    .map(|(id, other)| (*id, other)),
            )
            .collect();
        let held =
            |level: &str| self.sayings.iter().filter(move |saying| saying.holds(level, total)).collect::<Vec<_>>();
        if held(level).iter().any(|saying| matches!(saying.says, Says::Forbid)) {
            return None;
        }
        let mut all: Vec<&Saying> = sharing.iter().flat_map(|(id, _)| held(id)).collect();
        all.sort_by(|one, other| one.id.cmp(&other.id));
        let distinct = all.iter().filter_map(|saying| match saying.says {
            Says::Distinct(people) => Some(usize::from(people)),
            _ => None,
        });
        let distinct = distinct.max().unwrap_or(0);
        let mut words: Vec<String> = Vec::new();
        let mut by_rule = false;
        for (id, other) in &sharing {
            let sayings = held(id);
            let auto = sayings.iter().any(|saying| matches!(saying.says, Says::Auto));
            let not = sayings.iter().any(|saying| matches!(saying.says, Says::NotAuto));
            if auto && !not && distinct == 0 {
                by_rule = true;
                continue;
            }
            let own: Vec<String> = other.own.iter().map(|step| format!("{step:?}")).collect();
            for word in &own {
                let wanted = own.iter().filter(|one| *one == word).count();
                while words.iter().filter(|one| *one == word).count() < wanted {
                    words.push(word.clone());
                }
            }
        }
        while !words.is_empty() && words.len() < distinct {
            words.push(words[words.len() - 1].clone());
        }
        for saying in &all {
            if let Says::Step(step) = &saying.says
                && !words.contains(&format!("{step:?}"))
            {
                words.push(format!("{step:?}"));
            }
        }
        let most = all.iter().filter_map(|saying| match saying.says {
            Says::Most(hours) => Some(hours),
            _ => None,
        });
        let hours = most.chain(sharing.iter().map(|(_, other)| other.hours)).min().unwrap_or(0);
        let steps = words.iter().map(|word| self.people(word, asker)).collect();
        Some(Must { steps, hours, by_rule })
    }

    fn people(&self, word: &str, asker: &str) -> BTreeSet<&'static str> {
        if word == format!("{:?}", StepRule::Owner) {
            self.owners.iter().copied().collect()
        } else if word == format!("{:?}", StepRule::Manager) {
            self.managers.get(asker).copied().into_iter().collect()
        } else if word == format!("{:?}", soc()) {
            self.soc.iter().copied().collect()
        } else {
            BTreeSet::from(["frank"])
        }
    }
}

struct Must {
    steps: Vec<BTreeSet<&'static str>>,
    hours: u64,
    by_rule: bool,
}

/// A person has two Slack accounts of one Okta user; only one of them is bound.
fn person(company: &Company, slack_id: &SlackUserId) -> Identity {
    let name = PEOPLE.into_iter().find(|name| [slack(name), second(name)].contains(slack_id)).unwrap();
    let manager = company.managers.get(name).map(|manager| email(manager));
    Identity { manager, ..Identity::new(slack_id.clone(), okta(name), email(name), name.to_owned()) }
}

fn second(name: &str) -> SlackUserId {
    SlackUserId::parse(format!("U1{}", name.to_uppercase())).unwrap()
}

/// The outside answers one promise, if any waits.
fn answer(play: &mut Play, company: &Company, dice: &mut Dice) {
    let count = play.live.promises.len();
    if count == 0 {
        return;
    }
    let (id, promise) = play.live.promises.iter().nth(dice.roll(count)).unwrap();
    let (id, effect) = (*id, promise.effect.clone());
    let outcome = match &effect {
        Effect::IdentifyPerson { slack, .. } | Effect::CheckAuthority { slack, .. } => {
            Outcome::identified(person(company, slack))
        }
        Effect::FindApprovers { emails, .. } => {
            let found = PEOPLE.into_iter().filter(|name| emails.contains(&email(name)));
            let gone = dice.roll(12);
            let found = found.filter(|name| PEOPLE.get(gone) != Some(name));
            let approver = |name: &str| Approver {
                email: email(name),
                slack: slack(name),
                okta: okta(name),
                name: name.to_owned(),
            };
            Outcome::Found { approvers: found.map(approver).collect(), missing: Vec::new(), members: Vec::new() }
        }
        Effect::CheckStanding { .. } | Effect::CheckMember { .. } => stands(false),
        Effect::AddMember { .. } => ADDED,
        Effect::RemoveMember { .. } => REMOVED,
        _ => Outcome::Told,
    };
    play.run(&Command::Settle { effect: id, outcome }).unwrap();
}

fn act(play: &mut Play, company: &Company, dice: &mut Dice, number: usize) {
    let open: Vec<RequestId> = play.live.requests.keys().copied().collect();
    let some = |dice: &mut Dice| (!open.is_empty()).then(|| open[dice.roll(open.len())]);
    let who = |dice: &mut Dice| {
        let name = PEOPLE[dice.roll(PEOPLE.len())];
        if dice.roll(8) == 0 { second(name) } else { slack(name) }
    };
    match dice.roll(12) {
        10 | 11 => more_time(play, company, dice, number),
        0 | 1 => {
            let end = EndRule::After { secs: secs(HOUR / 2 * (1 + dice.roll(8) as u64)) };
            let (who, level) = (who(dice), LEVELS[dice.roll(LEVELS.len())]);
            let known = dice.coin().then(|| Ok(person(company, &who)));
            let ask = Ask {
                who,
                key: format!("form {number}"),
                entitlement: EntitlementId::parse(level).unwrap(),
                purpose: Purpose::Access,
                end,
                justification: text("Stuck migration"),
                known,
            };
            drop(play.run(&Command::Ask(ask)));
        }
        2..=6 => {
            let waits = |id: &&RequestId| matches!(play.live.requests[id].state, State::Pending { .. });
            let pending: Vec<RequestId> = open.iter().filter(waits).copied().collect();
            let Some(any) = some(dice) else { return };
            let id = if pending.is_empty() || dice.roll(4) == 0 { any } else { pending[dice.roll(pending.len())] };
            let asked = play.live.requests[&id].route().and_then(|route| route.current());
            let asked: Vec<SlackUserId> =
                asked.iter().flat_map(|(_, step)| &step.approvers).map(|one| one.slack.clone()).collect();
            // Mostly somebody who is asked presses; now and then anybody.
            let anybody = asked.is_empty() || dice.roll(4) == 0;
            let by = if anybody { who(dice) } else { asked[dice.roll(asked.len())].clone() };
            let view = ViewKey::Approver { request: id, slack: by.clone() };
            let request = &play.live.requests[&id];
            let digest = request.digest();
            // Whoever is asked has a card; now and then somebody presses one that was never theirs.
            if request.views().contains(&view) {
                let revision = request.revision;
                play.run(&Command::Show { view, posted: card("any"), revision }).unwrap();
            }
            let choice = if dice.roll(12) == 0 { Choice::Deny(text("No")) } else { Choice::Approve };
            let place = Surface::Card(card("any"));
            drop(play.run(&Command::Decide(Decide { who: by, request: id, place, digest, choice })));
        }
        7 => {
            play.now += TimeDelta::minutes(10 + 30 * i64::try_from(dice.roll(12)).unwrap());
            for id in open {
                play.run(&Command::RequestDue { request: id }).unwrap();
            }
            for membership in play.live.memberships.keys().cloned().collect::<Vec<_>>() {
                play.run(&Command::MembershipDue { membership }).unwrap();
            }
        }
        8 => {
            let Some(id) = some(dice) else { return };
            let who = play.live.requests[&id].asker.clone();
            drop(play.run(&Command::Return { who, request: id }));
        }
        _ => {
            let Some(id) = some(dice) else { return };
            let slack = slack(PEOPLE[dice.roll(PEOPLE.len())]);
            if play.live.requests[&id].views().contains(&ViewKey::Approver { request: id, slack: slack.clone() }) {
                let view = ViewKey::Approver { request: id, slack };
                play.run(&Command::Miss { view, fault: fault(404) }).unwrap();
            }
        }
    }
}

/// A holder asks to keep something for longer, or somebody else does.
fn more_time(play: &mut Play, company: &Company, dice: &mut Dice, number: usize) {
    let held = play.live.requests.values().filter(|request| request.ends().is_some());
    let held: Vec<(RequestId, SlackUserId)> = held.map(|request| (request.id, request.asker.clone())).collect();
    if held.is_empty() {
        return;
    }
    let (of, holder) = held[dice.roll(held.len())].clone();
    let who = if dice.roll(8) == 0 { slack(PEOPLE[dice.roll(PEOPLE.len())]) } else { holder };
    let end = EndRule::After { secs: secs(HOUR / 2 * (1 + dice.roll(8) as u64)) };
    let known = dice.coin().then(|| Ok(person(company, &who)));
    let (key, justification) = (format!("more {number}"), text("Still stuck"));
    drop(play.run(&Command::Extend(Extend { who, key, of, end, justification, known })));
}

/// What the journal says of one request.
#[derive(Default)]
struct Story {
    asker: Option<Identity>,
    level: String,
    /// Which request it extends.
    extends: Option<RequestId>,
    /// When it ends, once it is open.
    ends: Option<Timestamp>,
    /// In all, where it was extended.
    length: u64,
    /// With what was held before, when it was routed.
    total: u64,
    began: Option<Timestamp>,
    gone: BTreeSet<SlackUserId>,
    /// Who turned out to have no say in the present step.
    dismissed: BTreeSet<SlackUserId>,
    found: BTreeSet<String>,
    approvals: Vec<(Decider, Timestamp)>,
    agreed: Option<Timestamp>,
    opened: Option<Timestamp>,
    /// Given back or over, and not confirmed yet.
    leaving: bool,
    ended: Option<Timestamp>,
}

/// How long they held the group of a level at the stretch that goes on at `at`, as the contract counts it.
fn held_before(stories: &BTreeMap<RequestId, Story>, company: &Company, of: RequestId, at: Timestamp) -> u64 {
    let me = &stories[&of];
    let group = company.levels[me.level.as_str()].group;
    let same = |(id, story): &(&RequestId, &Story)| {
        **id != of
            && company.levels[story.level.as_str()].group == group
            && story.asker.as_ref().map(|asker| &asker.okta) == me.asker.as_ref().map(|asker| &asker.okta)
    };
    let mut held: Vec<(Timestamp, Timestamp)> = Vec::new();
    for (_, story) in stories.iter().filter(same) {
        let length = TimeDelta::seconds(i64::try_from(story.length).unwrap());
        match (story.opened, story.agreed, story.ended) {
            (Some(opened), _, Some(ended)) => held.push((opened, ended)),
            (Some(opened), _, None) if story.leaving => held.push((opened, at)),
            (Some(opened), _, None) => held.push((opened, opened + length)),
            // Agreed, and about to open: all of it is ahead.
            (None, Some(_), None) if !story.leaving => held.push((at, at + length)),
            _ => {}
        }
    }
    held.sort_by_key(|(_, ended)| std::cmp::Reverse(*ended));
    let (mut start, mut total) = (at, 0);
    for (opened, ended) in held {
        if start - ended >= TimeDelta::hours(8) {
            break;
        }
        total += u64::try_from((ended - opened).num_seconds()).unwrap();
        start = start.min(opened);
    }
    total
}

/// What came of a day.
#[derive(Default)]
struct Seen {
    grants: usize,
    extended: usize,
}

fn check(play: &Play, company: &Company) -> Result<Seen, TestCaseError> {
    let mut stories: BTreeMap<RequestId, Story> = BTreeMap::new();
    // Whose two accounts contradict one another is asked nothing.
    let mut suspended: BTreeSet<SlackUserId> = BTreeSet::new();
    let mut seen = Seen::default();
    for entry in &play.entries {
        for event in &entry.events {
            if let Event::BindingSuspended { slack, .. } = event {
                suspended.insert(slack.clone());
            }
            for story in stories.values_mut() {
                story.gone.extend(suspended.iter().cloned());
            }
            let Some(id) = event.request() else { continue };
            let story = stories.entry(id).or_default();
            match event {
                Event::RequestReceived { access, end: EndRule::After { secs }, purpose, .. } => {
                    story.level = access.entitlement.to_string();
                    story.length = secs.secs();
                    if let Purpose::Extension { of, .. } = purpose {
                        story.extends = Some(*of);
                    }
                }
                Event::PersonIdentified { person, .. } => story.asker = Some(person.clone()),
                Event::ApproversSought { .. } => {
                    let before = held_before(&stories, company, id, entry.at);
                    let story = stories.entry(id).or_default();
                    story.total = story.length + before;
                }
                Event::RequestPending { steps, fallback, .. } => {
                    story.began = Some(entry.at);
                    let people = steps.iter().flat_map(|step| &step.approvers);
                    let people = people.chain(fallback.iter().flat_map(|fallback| &fallback.approvers));
                    story.found = people.map(|one| one.name.clone()).collect();
                }
                Event::ApproverUnreachable { slack, .. } => drop(story.gone.insert(slack.clone())),
                Event::DecisionRefused { slack, why, .. }
                    if why.is_dismissal() || matches!(why, Refusal::IdentityChanged) =>
                {
                    let kept = if why.is_dismissal() { &mut story.dismissed } else { &mut story.gone };
                    kept.insert(slack.clone());
                }
                Event::StepApproved { by, .. } => {
                    let (by, at) = (by.clone(), entry.at);
                    approved(company, &stories, id, &by, at)?;
                    let story = stories.entry(id).or_default();
                    story.approvals.push((by, at));
                    story.began = Some(at);
                    story.dismissed.clear();
                }
                Event::RequestApproved { .. } => story.agreed = Some(entry.at),
                Event::GrantOpened { ends, .. } => {
                    opened(company, &stories, id)?;
                    let story = stories.entry(id).or_default();
                    (story.opened, story.ends) = (Some(entry.at), Some(*ends));
                    seen.grants += 1;
                }
                Event::GrantExtended { ends, .. } => {
                    let applied = entry.events.iter().filter_map(|event| match event {
                        Event::ExtensionApplied { request } => Some(*request),
                        _ => None,
                    });
                    let of = |by: &RequestId| stories[by].extends == Some(id);
                    let by: Vec<RequestId> = applied.filter(of).collect();
                    prop_assert_eq!(by.len(), 1, "{} is extended by one request", id);
                    extended(company, &stories, (id, by[0]), *ends, entry.at)?;
                    let story = stories.entry(id).or_default();
                    story.length = u64::try_from((*ends - story.opened.unwrap()).num_seconds()).unwrap();
                    story.ends = Some(*ends);
                    seen.extended += 1;
                }
                Event::GrantExpired { .. } if story.ends.is_none_or(|ends| entry.at < ends) => {
                    prop_assert!(false, "{} ended before its time", id);
                }
                Event::GrantEnded { .. } => story.ended = Some(entry.at),
                Event::GrantExpired { then, .. }
                | Event::GrantReturned { then, .. }
                | Event::GrantFailed { then, .. } => {
                    story.leaving = true;
                    if !matches!(then, crate::domain::event::Then::Removal) {
                        story.ended = Some(entry.at);
                    }
                }
                _ => {}
            }
        }
    }
    Ok(seen)
}

fn must(company: &Company, stories: &BTreeMap<RequestId, Story>, id: RequestId) -> Option<Must> {
    let story = &stories[&id];
    let asker = story.asker.as_ref().unwrap();
    company.must(&asker.name, &story.level, story.total)
}

/// Somebody's yes counts: it is theirs to give, to this step, and their only one.
fn approved(
    company: &Company,
    stories: &BTreeMap<RequestId, Story>,
    id: RequestId,
    by: &Decider,
    at: Timestamp,
) -> Result<(), TestCaseError> {
    let story = &stories[&id];
    let asker = story.asker.as_ref().unwrap();
    prop_assert_ne!(&by.okta, &asker.okta, "nobody approves their own");
    prop_assert!(story.approvals.iter().all(|(other, _)| other.okta != by.okta), "nobody counts twice");
    let Some(must) = must(company, stories, id) else {
        prop_assert!(false, "{} was forbidden", id);
        return Ok(());
    };
    let step = must.steps.get(story.approvals.len());
    prop_assert!(step.is_some(), "more approvals than steps");
    let own = step.unwrap();
    if own.contains(by.name.as_str()) {
        return Ok(());
    }
    prop_assert!(
        company.fallback && company.soc.contains(&by.name.as_str()),
        "{} decides nothing here: {:?} of {:?}, total {} of {}, {:?}",
        by.name,
        story.approvals.len(),
        must.steps,
        story.total,
        story.length,
        company
    );
    let left = own.iter().filter(|name| {
        **name != asker.name
            && story.found.contains(**name)
            && !story.gone.contains(&slack(name))
            && !story.dismissed.contains(&slack(name))
            && story.approvals.iter().all(|(other, _)| other.name != **name)
    });
    let waited = at - story.began.unwrap() >= TimeDelta::hours(2);
    prop_assert!(left.count() == 0 || (company.escalates && waited), "{} stands in too early", by.name);
    Ok(())
}

/// Access opened: everybody agreed who had to.
fn opened(company: &Company, stories: &BTreeMap<RequestId, Story>, id: RequestId) -> Result<(), TestCaseError> {
    let story = &stories[&id];
    let must = must(company, stories, id);
    prop_assert!(must.is_some(), "{} was forbidden", id);
    let must = must.unwrap();
    prop_assert_eq!(story.approvals.len(), must.steps.len(), "each step is met");
    prop_assert!(!must.steps.is_empty() || must.by_rule, "nothing is approved by nothing");
    prop_assert!(story.length <= must.hours * HOUR, "no longer than it can be had");
    Ok(())
}

/// Access is kept for longer: everybody agreed to that who had to by its total, the old end stood until then, and it is
/// had for no longer than it can be in all.
fn extended(
    company: &Company,
    stories: &BTreeMap<RequestId, Story>,
    (first, more): (RequestId, RequestId),
    ends: Timestamp,
    at: Timestamp,
) -> Result<(), TestCaseError> {
    opened(company, stories, more)?;
    let (story, more) = (&stories[&first], &stories[&more]);
    prop_assert!(story.opened.is_some() && !story.leaving, "{} is not open", first);
    let before = story.ends.unwrap();
    prop_assert!(at < before, "{} was over", first);
    prop_assert_eq!(ends - before, TimeDelta::seconds(i64::try_from(more.length).unwrap()), "as much as was asked");
    let account = |story: &Story| story.asker.as_ref().map(|asker| asker.okta.clone());
    prop_assert_eq!(account(more), account(story), "its holder asked");
    let must = company.must(&more.asker.as_ref().unwrap().name, &more.level, more.total).unwrap();
    prop_assert!(story.length + more.length <= must.hours * HOUR, "{} is had for too long in all", first);
    Ok(())
}

fn day(rolls: Vec<u16>) -> Result<Seen, TestCaseError> {
    let mut dice = Dice { rolls, next: 0 };
    let company = Company::roll(&mut dice);
    let mut play = Play::new();
    play.catalogue = company.catalogue();
    for number in 0..320 {
        match dice.roll(2) {
            0 => act(&mut play, &company, &mut dice, number),
            _ => answer(&mut play, &company, &mut dice),
        }
    }
    check(&play, &company)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, max_shrink_iters: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_grant_lacks_an_approval_nobody_counts_twice_and_nobody_approves_their_own(
        rolls in prop::collection::vec(any::<u16>(), 2_000..2_400)
    ) {
        day(rolls)?;
    }
}

/// The property says something: of such days enough end in access that somebody, or a rule, agreed to.
#[test]
fn days_of_all_kinds_come_to_grants() {
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut roll = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        u16::try_from(state >> 48).unwrap()
    };
    let days: Vec<Seen> = (0..64).map(|_| day((0..2_400).map(|_| roll()).collect()).unwrap()).collect();
    let grants: usize = days.iter().map(|day| day.grants).sum();
    let extended: usize = days.iter().map(|day| day.extended).sum();
    assert!(grants > 64 && extended > 8, "{grants} grants and {extended} extensions in 64 days");
}
