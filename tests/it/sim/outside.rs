//! Okta and Slack as they are at their worst. What is done is done at a moment, and answered, or not, at another.

use std::collections::{BTreeMap, BTreeSet};

use jitney::domain::{
    account::{Account, Closure},
    id::{Email, OktaGroupId, OktaUserId, SlackChannelId, SlackTs, SlackUserId},
    port::{
        Alert, Approver, Attempt, Class, Doubt, Effect, EffectError, Fault, Identity, Late, MembershipKey, Nudge,
        Outcome, Posted, Removal, Standing, Vendor, ViewKey,
    },
    request::Request,
};
use rand::{RngExt as _, rngs::SmallRng};

use super::run::{At, Counts};

/// How long after its sending an addition may still arrive: within the time in which a removal in doubt looks twice.
const LATEST_ARRIVAL_MS: u64 = 14_000;

/// How far apart the two looks of a removal in doubt are.
const SETTLES_MS: u64 = 15_000;

/// What happens outside, at its moment.
#[derive(Clone, Debug)]
pub enum Deed {
    /// Someone is put into a group.
    Add(MembershipKey),
    /// Someone is taken out, and it is looked whether they stay out.
    Remove { attempt: Box<Attempt>, key: MembershipKey, looks: u64 },
    /// The look that confirms.
    Confirm { attempt: Box<Attempt>, key: MembershipKey },
}

/// A person of the company.
pub struct Person {
    pub slack: SlackUserId,
    pub okta: OktaUserId,
    pub email: Email,
}

/// The vendors.
pub struct Outside {
    pub people: Vec<Person>,
    /// Who is in which group through the bot.
    pub members: BTreeSet<MembershipKey>,
    /// Who stands there otherwise.
    pub standing: BTreeSet<MembershipKey>,
    pub okta_down_until: u64,
    /// Groups cannot be changed before this, though they can be read.
    pub frozen_until: u64,
    pub slack_down_until: u64,
    pub healed: bool,
    posts: u64,
    /// Every message that was ever posted, also those whose reply was lost.
    pub posted: BTreeMap<ViewKey, Vec<Posted>>,
    /// Whose account is taken from them.
    pub closed: BTreeMap<OktaUserId, Closure>,
    /// Every message about late removals that an admin has, and how many of them it shows.
    pub alarms: BTreeMap<SlackUserId, Vec<(Posted, usize)>>,
}

/// Who is told of late removals.
const ADMINS: [&str; 3] = ["U0CAROL", "U0ERIN", "U0FRANK"];

/// When and how an attempt is answered, and what happens outside because of it.
#[derive(Default)]
pub struct Plan {
    pub answers: Vec<(u64, Result<Outcome, EffectError>)>,
    pub deeds: Vec<(u64, Deed)>,
}

pub fn fault(vendor: Vendor, status: Option<u16>) -> Fault {
    Fault { vendor, status, code: None, receipt: None }
}

pub fn error(class: Class, vendor: Vendor, status: Option<u16>) -> EffectError {
    EffectError { class, after: None, fault: fault(vendor, status) }
}

impl Outside {
    pub fn new(names: &[&str]) -> Self {
        let person = |name: &&str| Person {
            slack: SlackUserId::parse(format!("U0{}", name.to_uppercase())).unwrap(),
            okta: OktaUserId::parse(format!("00u{}", name.to_uppercase())).unwrap(),
            email: Email::parse(format!("{name}@acme.example")).unwrap(),
        };
        Self {
            people: names.iter().map(person).collect(),
            members: BTreeSet::new(),
            standing: BTreeSet::new(),
            okta_down_until: 0,
            frozen_until: 0,
            slack_down_until: 0,
            healed: false,
            posts: 0,
            posted: BTreeMap::new(),
            closed: BTreeMap::new(),
            alarms: BTreeMap::new(),
        }
    }

    pub fn identity(&self, slack: &SlackUserId) -> Identity {
        let person = self.people.iter().find(|person| person.slack == *slack).unwrap();
        let inside = self.members.iter().chain(&self.standing).filter(|key| key.user == person.okta);
        let mut groups: BTreeSet<OktaGroupId> = inside.map(|key| key.group.clone()).collect();
        groups.insert(OktaGroupId::parse("00gENG").unwrap());
        let (okta, email) = (person.okta.clone(), person.email.clone());
        let name = email.to_string();
        Identity { groups, ..Identity::new(slack.clone(), okta, email, name) }
    }

    /// How an account stands, if that can be read now.
    pub fn account(
        &self,
        user: &OktaUserId,
        now: u64,
        random: &mut SmallRng,
        counts: &mut Counts,
    ) -> Result<Account, EffectError> {
        if now < self.okta_down_until {
            return Err(error(Class::Retry, Vendor::Okta, Some(503)));
        }
        if !self.healed && random.random_ratio(1, 12) {
            counts.refusals += 1;
            let (class, status) =
                [(Class::Retry, 429), (Class::Auth, 403), (Class::Gone, 404)][random.random_range(0..3)];
            return Err(error(class, Vendor::Okta, Some(status)));
        }
        Ok(self.closed.get(user).map_or(Account::Kept, |closure| Account::Closed(*closure)))
    }

    pub fn is_member(&self, key: &MembershipKey) -> bool {
        self.members.contains(key) || self.standing.contains(key)
    }

    /// What becomes of an attempt that begins now.
    pub fn attempt(&mut self, attempt: Attempt, now: u64, random: &mut SmallRng, counts: &mut Counts) -> Plan {
        let latency = now + random.random_range(1..2_000);
        let mut plan = Plan::default();
        let okta = !matches!(
            attempt.effect,
            Effect::Nudge { .. }
                | Effect::Remind { .. }
                | Effect::Reply { .. }
                | Effect::TellOwner { .. }
                | Effect::AlertAdmins { .. }
                | Effect::CreateTicket { .. }
                | Effect::CommentTicket { .. }
                | Effect::MoveTicket { .. }
                | Effect::TellAudit { .. }
                | Effect::AnnounceFreeze { .. }
        );
        let down_until = if okta { self.okta_down_until } else { self.slack_down_until };
        let vendor = if okta { Vendor::Okta } else { Vendor::Slack };
        let frozen = matches!(attempt.effect, Effect::AddMember { .. }) && now < self.frozen_until;
        if let (Effect::AddMember { membership }, true) = (&attempt.effect, frozen)
            && random.random_ratio(1, 6)
        {
            self.late(membership.clone(), now, random, counts, &mut plan);
            return plan;
        }
        if now < down_until || frozen {
            plan.answers.push((latency, Err(error(Class::Retry, vendor, Some(503)))));
            return plan;
        }
        if !self.healed && random.random_ratio(1, 12) {
            counts.refusals += 1;
            // Slack refuses the words of this to nobody, and whose message is gone gets another.
            let kinds = if attempt.alarm.is_some() { 4 } else { 6 };
            let (class, status) = [
                (Class::Retry, 503),
                (Class::Retry, 429),
                (Class::Auth, 401),
                (Class::Auth, 403),
                (Class::Gone, 404),
                (Class::Rejected, 400),
            ][random.random_range(0..kinds)];
            plan.answers.push((latency, Err(error(class, vendor, Some(status)))));
            return plan;
        }
        let Attempt { effect, doubt, alarm, about, voters, .. } = attempt.clone();
        match effect {
            Effect::AlertAdmins { alert: Alert::RemovalsLate { .. } } => {
                let rung = self.ring(&alarm.expect("it is told as it stands"), random, counts);
                if !self.healed && random.random_ratio(1, 10) {
                    counts.lost_replies += 1;
                    plan.answers.push((now + 10_000, Err(error(Class::Unknown, vendor, None))));
                } else {
                    plan.answers.push((latency, rung));
                }
            }
            Effect::AddMember { membership } => {
                if doubt == Doubt::MayHaveHappened && self.is_member(&membership) {
                    plan.answers.push((latency, Ok(Outcome::Added { receipt: None })));
                } else {
                    self.add(membership, now, latency, random, counts, &mut plan);
                }
            }
            Effect::RemoveMember { membership, addition, .. } => {
                let looks = if addition == Doubt::MayHaveHappened { SETTLES_MS } else { 1 };
                let deed = Deed::Remove { attempt: Box::new(attempt), key: membership, looks };
                plan.deeds.push((latency, deed));
            }
            effect => {
                let outcome = match (&effect, about.as_ref().and_then(Request::ends)) {
                    (Effect::Nudge { nudge: Nudge::EndsSoon, .. }, Some(ends)) => {
                        let (posted, revision) = (self.post(), about.map_or(0, |request| request.revision));
                        Outcome::Warned { ends, posted, revision }
                    }
                    _ => self.look_up(&effect, &voters, random),
                };
                if !self.healed && random.random_ratio(1, 10) {
                    counts.lost_replies += 1;
                    plan.answers.push((now + 10_000, Err(error(Class::Unknown, vendor, None))));
                } else {
                    plan.answers.push((latency, Ok(outcome)));
                }
            }
        }
        if !self.healed && random.random_ratio(1, 20) {
            counts.doubled += 1;
            plan.answers
                .extend(plan.answers.last().cloned().map(|(at, answer)| (at + random.random_range(1..30_000), answer)));
        }
        plan
    }

    fn add(
        &mut self,
        key: MembershipKey,
        now: u64,
        latency: u64,
        random: &mut SmallRng,
        counts: &mut Counts,
        plan: &mut Plan,
    ) {
        match if self.healed { 9 } else { random.random_range(0..12) } {
            0 | 3 => self.late(key, now, random, counts, plan),
            1 => {
                counts.lost_replies += 1;
                plan.answers.push((latency, Err(error(Class::Unknown, Vendor::Okta, None))));
            }
            2 => plan.answers.push((latency, Ok(Outcome::Refused { fault: fault(Vendor::Okta, Some(403)) }))),
            _ => {
                plan.deeds.push((now + 1, Deed::Add(key)));
                plan.answers.push((latency.max(now + 1), Ok(Outcome::Added { receipt: None })));
            }
        }
    }

    /// Sent, held up on the way, and done when nobody waits for it any more.
    fn late(&self, key: MembershipKey, now: u64, random: &mut SmallRng, counts: &mut Counts, plan: &mut Plan) {
        counts.zombies += 1;
        plan.deeds.push((now + random.random_range(1..LATEST_ARRIVAL_MS), Deed::Add(key)));
        plan.answers.push((now + random.random_range(1..3_000), Err(error(Class::Unknown, Vendor::Okta, None))));
    }

    /// Shows late removals to each admin whom Slack lets through.
    fn ring(&mut self, late: &Late, random: &mut SmallRng, counts: &mut Counts) -> Result<Outcome, EffectError> {
        let (mut cards, mut gone, mut behind) = (BTreeMap::new(), BTreeSet::new(), 0);
        for admin in ADMINS.map(|name| SlackUserId::parse(name).unwrap()) {
            let shown = late.alarm.cards.get(&admin);
            let (due, room) = (shown.is_none_or(|card| card.revision != late.alarm.revision), shown.is_some());
            if !due || !room && !late.alarm.rings_anew() {
                continue;
            }
            if !self.healed && random.random_ratio(1, 4) {
                behind += 1;
                continue;
            }
            let stand = self.alarms.entry(admin.clone()).or_default();
            if !self.healed && random.random_ratio(1, 12) {
                // Whoever deletes the newest message has nothing newer to read; twins whose reply was lost lie above it.
                if let Some(card) = shown {
                    stand.retain(|(posted, _)| card.posted != *posted);
                    stand.push((card.posted.clone(), 0));
                }
                gone.insert(admin);
                continue;
            }
            let posted = shown.map(|card| card.posted.clone()).unwrap_or_else(|| {
                self.posts += 1;
                let ts = SlackTs::parse(format!("{}.0", self.posts)).unwrap();
                Posted { channel: SlackChannelId::parse("D0ADMIN").unwrap(), ts }
            });
            stand.retain(|(stands, _)| *stands != posted);
            stand.push((posted.clone(), late.removals.len()));
            cards.insert(admin, posted);
        }
        counts.behind += u64::from(behind);
        if cards.is_empty() && gone.is_empty() && behind > 0 {
            return Err(error(Class::Retry, Vendor::Slack, Some(503)));
        }
        Ok(Outcome::Rung { cards, gone, rung: late.alarm.rung, behind })
    }

    /// Where the next message stands.
    fn post(&mut self) -> Posted {
        self.posts += 1;
        Posted {
            channel: SlackChannelId::parse("D0SIM").unwrap(),
            ts: SlackTs::parse(format!("{}.0", self.posts)).unwrap(),
        }
    }

    fn look_up(&self, effect: &Effect, voters: &BTreeSet<OktaUserId>, random: &mut SmallRng) -> Outcome {
        // Somebody who approved is gone, now and then.
        let lapsed: Vec<OktaUserId> =
            voters.iter().filter(|_| !self.healed && random.random_ratio(1, 40)).cloned().collect();
        let mut now_and_then = |why: &str| (!self.healed && random.random_ratio(1, 30)).then(|| why.to_owned());
        match effect {
            Effect::IdentifyPerson { slack, .. }
            | Effect::CheckAuthority { slack, .. }
            | Effect::CheckRevoker { slack, .. } => {
                Outcome::Identified { person: self.identity(slack), requester: None, lapsed }
            }
            Effect::FindApprovers { emails, .. } => {
                let found = emails.iter().filter_map(|email| self.people.iter().find(|person| person.email == *email));
                let approver = |person: &Person| Approver {
                    email: person.email.clone(),
                    slack: person.slack.clone(),
                    okta: person.okta.clone(),
                    name: person.email.to_string(),
                };
                Outcome::Found { approvers: found.map(approver).collect(), missing: Vec::new(), members: Vec::new() }
            }
            Effect::CheckStanding { membership, .. } | Effect::CheckMember { membership } => Outcome::Stands {
                standing: Standing {
                    member: self.is_member(membership),
                    inactive: match self.closed.contains_key(&membership.user) {
                        true => Some("SUSPENDED".to_owned()),
                        false => now_and_then("SUSPENDED"),
                    },
                    unfit_group: now_and_then("filled_by_rule").map(Into::into),
                    facts: None,
                    lapsed,
                },
            },
            Effect::CreateTicket { request } => Outcome::TicketOpened {
                id: request.to_string(),
                key: format!("SIM-{request}"),
                link: format!("https://jira.example/browse/SIM-{request}"),
            },
            _ => Outcome::Told,
        }
    }

    /// Something happens outside. Answers what follows.
    pub fn happen(&mut self, deed: Deed, now: u64) -> Result<Option<(u64, Deed)>, Box<At>> {
        match deed {
            Deed::Add(key) => {
                if !self.standing.contains(&key) {
                    self.members.insert(key);
                }
                Ok(None)
            }
            Deed::Remove { attempt, key, looks } => {
                assert!(!self.standing.contains(&key), "someone who stood there before was taken out: {key}");
                self.members.remove(&key);
                Ok(Some((now + looks, Deed::Confirm { attempt, key })))
            }
            Deed::Confirm { attempt, key } => {
                let result = if self.is_member(&key) {
                    Err(error(Class::Retry, Vendor::Okta, None))
                } else {
                    Ok(Outcome::Removed { removal: Removal::Removed, receipt: None })
                };
                Err(Box::new(At { id: attempt.id, result }))
            }
        }
    }

    /// Posts or redraws a message. A lost reply leaves a message that nobody has on record.
    pub fn show(
        &mut self,
        view: &ViewKey,
        shown: Option<&Posted>,
        now: u64,
        random: &mut SmallRng,
        counts: &mut Counts,
    ) -> (u64, Result<Posted, EffectError>) {
        let latency = now + random.random_range(1..1_500);
        if now < self.slack_down_until {
            return (latency, Err(error(Class::Retry, Vendor::Slack, Some(503))));
        }
        let posted = shown.cloned().unwrap_or_else(|| {
            let posted = self.post();
            self.posted.entry(view.clone()).or_default().push(posted.clone());
            posted
        });
        if !self.healed && random.random_ratio(1, 12) {
            counts.lost_replies += 1;
            return (now + 10_000, Err(error(Class::Unknown, Vendor::Slack, None)));
        }
        (latency, Ok(posted))
    }
}
