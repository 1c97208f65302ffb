//! What follows from a command: facts, promises and an answer, or a refusal.
//!
//! Owns every rule about who may do what when; refuses to change anything. The same state, command, catalogue and
//! instant always give the same decision.

use chrono::TimeDelta;

use super::{
    catalogue::{Catalogue, Entitlement, Requesters},
    command::{Answer, Command, Refusal},
    event::Event,
    id::{EntitlementId, OktaGroupId, RequestId, SlackUserId},
    live::Live,
    port::{Alert, Effect, Identity, Nudge, ViewKey},
    request::{Click, Reminders, Request, Route, State, Warning},
    said::{Text, Words},
    ticket::{AuditChannel, Tickets},
    time::{AccessDuration, Timestamp},
};

mod account;
mod again;
mod ask;
mod audit;
mod click;
mod configuration;
mod emergency;
mod extend;
mod freeze;
mod grant;
mod identity;
mod news;
mod outcome;
mod review;
mod revoke;
mod routing;
mod ticket;
mod today;

use today::Asked;
pub use today::Outlook;

/// The most decisions of one request that wait to be judged: more are a stuck key, not people.
pub const MOST_CLICKS: usize = 16;

/// What is in force now. It can stop what was asked for before, never loosen it.
#[derive(Clone, Copy, Debug)]
pub struct Today<'a> {
    /// What can be asked for.
    pub catalogue: &'a Catalogue,
    /// Lengths and counts.
    pub limits: &'a Limits,
    /// How much the program may do.
    pub mode: Mode,
}

/// Lengths and counts from the configuration.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// A request that nobody decided ends by itself after this.
    pub unanswered_after: AccessDuration,
    /// Whoever is asked and does not decide is reminded after this, then after twice as long, and so on.
    pub remind_after: AccessDuration,
    /// After this the fallback approvers are asked too, or told.
    pub escalate_after: AccessDuration,
    /// So long before its end a holder is told that it ends; not of access shorter than twice that.
    pub warn_before_expiry: AccessDuration,
    /// Access through one group, with less than this in between, counts as one stretch.
    pub gap: AccessDuration,
    /// The shortest access.
    pub min_duration: AccessDuration,
    /// Open requests one person may have.
    pub max_open: u32,
    /// Whether tickets are kept.
    pub tickets: Tickets,
    /// Whether an audit channel is told.
    pub audit: AuditChannel,
    /// So often whoever holds something is looked up in Okta.
    pub reconcile_every: AccessDuration,
}

/// As where nothing is configured: no tickets, no audit channel.
impl Default for Limits {
    fn default() -> Self {
        let minutes = |minutes: u64| AccessDuration::from_secs(minutes * 60).unwrap_or(AccessDuration::LONGEST);
        Self {
            unanswered_after: minutes(24 * 60),
            remind_after: minutes(30),
            escalate_after: minutes(2 * 60),
            warn_before_expiry: minutes(10),
            gap: minutes(8 * 60),
            min_duration: minutes(1),
            max_open: 20,
            tickets: Tickets::None,
            audit: AuditChannel::None,
            reconcile_every: minutes(5),
        }
    }
}

/// How much the program may do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// Everything.
    Serving,
    /// The disk is nearly full: only what ends grants.
    LowDisk,
    /// Something it needs cannot be used: nothing is granted or decided, what is due is removed.
    Custody,
}

/// What a command leads to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Decision {
    /// What happened.
    pub events: Vec<Event>,
    /// What is promised.
    pub effects: Vec<Effect>,
    /// The texts that the events name.
    pub words: Words,
    /// What is said at once.
    pub answer: Answer,
}

impl Default for Decision {
    fn default() -> Self {
        Self { events: Vec::new(), effects: Vec::new(), words: Words::new(), answer: Answer::Done }
    }
}

impl Decision {
    /// Whether nothing happened: nothing is written.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.events.is_empty() && self.effects.is_empty()
    }

    fn answering(answer: Answer) -> Self {
        Self { answer, ..Self::default() }
    }

    fn event(&mut self, event: Event) {
        self.events.push(event);
    }

    fn effect(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    fn nudge(&mut self, request: RequestId, nudge: Nudge) {
        self.effect(Effect::Nudge { request, nudge });
    }

    /// Whether it promises a removal.
    fn removes(&self) -> bool {
        self.effects.iter().any(|effect| matches!(effect, Effect::RemoveMember { .. }))
    }

    /// Keeps a text beside the line, and answers its name.
    fn say(&mut self, text: &Text) -> String {
        let digest = text.digest();
        self.words.insert(digest.clone(), text.clone());
        digest
    }
}

/// Decides.
///
/// # Errors
/// A refusal, with the reason a person is told.
pub fn decide(live: &Live, command: &Command, today: Today<'_>, now: Timestamp) -> Result<Decision, Refusal> {
    let case = Case { live, today, now };
    let mut decision = case.decide(command)?;
    case.tell_holders(&mut decision);
    case.tell_elsewhere(&mut decision);
    Ok(decision)
}

/// How long it may take to find out who decides before the requester is told that it is slow.
pub const SLOW_AFTER: TimeDelta = TimeDelta::seconds(30);

/// When something of a request is due by itself: telling that a look-up is slow, its closing, telling that it ends soon,
/// or that nobody signs its review.
#[must_use]
pub fn request_due(request: &Request) -> Option<Timestamp> {
    match &request.state {
        State::Checking { slow: None, .. } => Some(request.closes.min(request.asked + SLOW_AFTER)),
        State::Checking { .. } => Some(request.closes),
        // A decision that came in time counts, even where looking its maker up takes longer.
        State::Pending { clicks, reminders, escalates, .. } if clicks.is_empty() => {
            reminders.next.into_iter().chain(*escalates).chain([request.closes]).min()
        }
        State::Active { warning: Warning::Due { at }, .. } => request.review.due().into_iter().chain([*at]).min(),
        _ => request.review.due(),
    }
}

/// The longest wait between two reminders.
const LONGEST_REMINDER: TimeDelta = TimeDelta::hours(24);

/// So often the wait is doubled.
const MOST_DOUBLED: u32 = 10;

/// One decision's surroundings.
#[derive(Clone, Copy)]
struct Case<'a> {
    live: &'a Live,
    today: Today<'a>,
    now: Timestamp,
}

impl<'a> Case<'a> {
    fn decide(&self, command: &Command) -> Result<Decision, Refusal> {
        match command {
            Command::Ask(ask) => self.ask(ask),
            Command::Decide(decide) => self.click(decide),
            Command::Cancel { who, request } => self.cancel(who, *request),
            Command::Return { who, request } => self.give_back(who, *request),
            Command::Revoke(revoke) => self.revoke(revoke),
            Command::Extend(extend) => self.extend(extend),
            Command::Freeze { who } => self.freeze(who),
            Command::Unfreeze { who } => self.unfreeze(who),
            Command::Sign(sign) => self.sign(sign),
            Command::Settle { effect, outcome } => Ok(self.settle(*effect, outcome)),
            Command::Fail(failure) => Ok(self.fail(failure)),
            Command::LookAgain { effect, doubt, resumed } => Ok(self.look_again(*effect, *doubt, *resumed)),
            Command::RequestDue { request } => Ok(self.request_due(*request)),
            Command::MembershipDue { membership } => Ok(self.membership_due(membership)),
            Command::Show { view, posted, revision } => Ok(Decision {
                events: vec![Event::ViewShown { view: view.clone(), posted: posted.clone(), revision: *revision }],
                ..Decision::default()
            }),
            Command::Miss { view, fault } => Ok(self.miss(view, fault)),
            Command::Salvage { held } => {
                Ok(Decision { events: vec![Event::CustodyBegan { held: held.clone() }], ..Decision::default() })
            }
            Command::Meet { slack, found } => Ok(self.meet(slack, found)),
            Command::Unlink { slack, uid } => Ok(self.unlink(slack, *uid)),
            Command::Configure(reading) => Ok(self.configure(reading)),
            Command::Misconfigured { faults } => Ok(Self::misconfigured(faults)),
            Command::CloseAccount { okta, closure } => Ok(self.close_account(okta, *closure)),
            Command::Start { version } => {
                Ok(Decision { events: vec![Event::ProgramStarted { version: version.clone() }], ..Decision::default() })
            }
        }
    }

    fn request(&self, id: RequestId) -> Option<&'a Request> {
        self.live.requests.get(&id)
    }

    /// An entitlement as it is offered today, if it still gives the same group and this person may ask for it.
    fn offered(&self, id: &EntitlementId, group: Option<&OktaGroupId>, person: &Identity) -> Option<&'a Entitlement> {
        let (_, entitlement) = self.today.catalogue.find(id)?;
        let same = group.is_none_or(|group| *group == entitlement.group);
        (same && may_ask(&entitlement.requesters, person)).then_some(entitlement)
    }

    /// Takes back what was promised for a request that is over before anything was given, and tells those whose
    /// decisions came too late.
    fn close(&self, request: &Request, decision: &mut Decision) {
        for (effect, _) in self.live.promises_of(request.id).filter(|(_, promise)| is_look_up(&promise.effect)) {
            decision.event(Event::EffectWithdrawn { effect });
        }
        if let State::Pending { clicks, .. } = &request.state {
            clicks.iter().for_each(|click| too_late(request.id, click, decision));
        }
    }

    /// Nobody decided or signed in time, or it takes long to find out who decides; or access ends soon.
    fn request_due(&self, id: RequestId) -> Decision {
        let mut decision = Decision::default();
        let due = self.request(id).filter(|request| request_due(request).is_some_and(|due| due <= self.now));
        if let Some(request) = due {
            if request.review.due().is_some_and(|due| due <= self.now) {
                self.chase(request, &mut decision);
                return decision;
            }
            if let State::Active { ends, .. } = request.state {
                // After a long sleep it is over before its holder was told.
                if self.now < ends {
                    decision.event(Event::GrantEndsSoon { request: id });
                    decision.nudge(id, Nudge::EndsSoon);
                }
                return decision;
            }
            if request.closes > self.now {
                match &request.state {
                    State::Pending { route, reminders, escalates, .. } => {
                        self.press(request, route, *reminders, *escalates, &mut decision);
                    }
                    _ => decision.event(Event::LookUpSlow { request: id }),
                }
                return decision;
            }
            self.close(request, &mut decision);
            decision.event(Event::RequestLapsed { request: id });
            if request.extends().is_none() {
                decision.nudge(id, Nudge::Unanswered);
            }
        }
        decision
    }

    /// Nobody has decided yet: they are reminded, or others are asked too. Nothing of it while nothing can be decided.
    fn press(
        &self,
        request: &Request,
        route: &Route,
        reminders: Reminders,
        escalates: Option<Timestamp>,
        decision: &mut Decision,
    ) {
        if self.today.mode == Mode::Custody || !self.staff(request, route, None, decision) {
            return;
        }
        let due = |at: Option<Timestamp>| at.is_some_and(|at| at <= self.now);
        // Where nobody else was left, the fallback approvers are asked by now.
        if due(escalates) && decision.events.is_empty() {
            self.escalate(request, route, decision);
        }
        if due(reminders.next) {
            self.remind(request, route, reminders, decision);
        }
    }

    /// Whoever is asked now is reminded, and the next reminder is set.
    fn remind(&self, request: &Request, route: &Route, reminders: Reminders, decision: &mut Decision) {
        let asked = self.left(request, route).into_iter().next().map(|step| step.approvers).unwrap_or_default();
        self.remind_each(request.id, asked.iter().map(|one| &one.slack), decision);
        decision.event(self.reminder(request.id, reminders.told + 1));
    }

    /// Reminds people of a request, once each: a reminder that still waits to be said stands for it.
    fn remind_each<'p>(
        &self,
        request: RequestId,
        people: impl Iterator<Item = &'p SlackUserId>,
        decision: &mut Decision,
    ) {
        let waits = |to: &SlackUserId| {
            let same = |effect: &Effect| matches!(effect, Effect::Remind { to: other, .. } if other == to);
            self.live.promises_of(request).any(|(_, promise)| same(&promise.effect))
        };
        for to in people.filter(|to| !waits(to)) {
            decision.effect(Effect::Remind { request, to: to.clone() });
        }
    }

    /// When those who are asked are reminded next: each time after twice as long, and once a day at least.
    fn reminder(&self, request: RequestId, told: u32) -> Event {
        let first = self.today.limits.remind_after.delta();
        let wait = (first * 2_i32.pow(told.min(MOST_DOUBLED))).min(LONGEST_REMINDER.max(first));
        Event::ReminderSet { request, at: self.now + wait, told }
    }

    /// A person whose conversation cannot be opened is not shown anything; the others go on.
    fn miss(&self, view: &ViewKey, fault: &super::port::Fault) -> Decision {
        let mut decision = Decision::default();
        let Some(request) = self.request(view.request()) else { return decision };
        let slack = match view {
            ViewKey::Requester { .. } | ViewKey::Warning { .. } => request.asker.clone(),
            ViewKey::Approver { slack, .. } => slack.clone(),
        };
        if !request.unreachable.contains(&slack) {
            let fault = fault.clone();
            decision.event(Event::ApproverUnreachable {
                request: request.id,
                slack: slack.clone(),
                fault: fault.clone(),
            });
            if request.asker != slack {
                // While decisions wait to be judged, they judge who is left.
                if let State::Pending { route, clicks, .. } = &request.state
                    && clicks.is_empty()
                    && self.today.mode != Mode::Custody
                {
                    self.staff(request, route, Some(&slack), &mut decision);
                }
                let alert = Alert::ApproverUnreachable { request: request.id, slack, fault };
                decision.effect(Effect::AlertAdmins { alert });
            }
        }
        decision
    }
}

/// Whether someone may ask.
#[must_use]
pub fn may_ask(requesters: &Requesters, person: &Identity) -> bool {
    match requesters {
        Requesters::Everyone => true,
        Requesters::Only(named) => named.iter().any(|who| who.is(person)),
    }
}

/// Look-ups are pointless once their request is over; what is said and what is given or taken is not.
const fn is_look_up(effect: &Effect) -> bool {
    matches!(
        effect,
        Effect::IdentifyPerson { .. }
            | Effect::CheckStanding { .. }
            | Effect::FindApprovers { .. }
            | Effect::CheckAuthority { .. }
    )
}

/// A decision that came after the request was decided or ended.
fn too_late(request: RequestId, click: &Click, decision: &mut Decision) {
    refuse_click(request, click, Refusal::Over, decision);
}

/// A decision does not count: it is on record, and its maker is told.
fn refuse_click(request: RequestId, click: &Click, why: Refusal, decision: &mut Decision) {
    decision.event(Event::DecisionRefused { request, slack: click.slack.clone(), why: why.clone() });
    decision.effect(Effect::Reply { request, to: click.slack.clone(), why, spot: click.spot });
}
