//! The engine without its shell: what to do about an input, given all that came before.
//!
//! It keeps the live state twice: as decided, on which the next decision rests, and as durable, from which everything
//! is shown and performed. What could not be saved is forgotten by going back from the one to the other.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use chrono::TimeDelta;
use rand::{RngExt as _, SeedableRng as _, rngs::SmallRng};
use tracing::error;

use super::{
    chronicle, fits,
    homes::Homes,
    lanes::{Gate, Lanes},
    owed::Owed,
    rounds::Rounds,
    rows,
    shows::Shows,
    timers::{Due, Timers},
    turn::{Action, Input, Now, ReplyId, Response, Wake},
};
use crate::domain::{
    catalogue::Catalogue,
    command::{Ask, Command, Extend, Refusal},
    decide::{Decision, Limits, Mode, Today, decide},
    event::{Entry, Event, Held},
    id::{EffectId, EntitlementId, OktaUserId, RequestId, SlackUserId},
    live::{Illegal, Live},
    port::{Doubt, Effect, Identity, Outcome, Requester, Unfit, ViewKey},
};

/// How long what was looked up about a person counts.
const KNOWN_FOR: Duration = Duration::from_secs(300);

/// The most people whose look-up is remembered; the oldest goes first.
const MOST_KNOWN: usize = 10_000;

/// How long to wait after the disk refused a line before anything is decided anew.
const FULL_PAUSE: Duration = Duration::from_secs(2);

/// The most decisions that wait for the posting of their card.
const MOST_EARLY: usize = 64;

/// How long something due waits that nothing came of.
const SNOOZE: TimeDelta = TimeDelta::seconds(1);

/// How long something waits whose line would be too long: nothing but another configuration makes it shorter.
const TOO_LONG_PAUSE: Duration = Duration::from_secs(300);

/// What was looked up about a person minutes ago.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Known {
    /// Who they are, or why they cannot be served.
    pub found: Result<Identity, Unfit>,
    at: Duration,
}

impl Known {
    fn is_of(&self, user: &OktaUserId) -> bool {
        self.found.as_ref().is_ok_and(|person| person.okta == *user)
    }
}

/// What became of a decision.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Recorded {
    /// Nothing was decided.
    Nothing,
    /// It is a line.
    Line,
    /// No line can hold it: it is as if it had never been decided.
    TooLong,
}

struct Waiting {
    after: u64,
    reply: ReplyId,
    response: Box<Response>,
}

/// The engine's state.
pub struct Core {
    live: Live,
    safe: Live,
    unsaved: VecDeque<Entry>,
    waiting: VecDeque<Waiting>,
    owed: Owed,
    lanes: Lanes,
    shows: Shows,
    homes: Homes,
    rounds: Rounds,
    timers: Timers,
    catalogue: Arc<Catalogue>,
    limits: Limits,
    mode: Mode,
    known: BTreeMap<SlackUserId, Known>,
    random: SmallRng,
    full_until: Duration,
    early: Vec<Early>,
    stopping: bool,
    /// When it was stepped last, in elapsed time: what has come due since then has not been looked at.
    stepped: Duration,
    /// The line it started from: what was promised up to there, it resumes.
    resumed: u64,
}

/// A decision made on a card whose posting has not been answered yet: people can be faster than replies.
struct Early {
    view: ViewKey,
    command: Command,
    reply: ReplyId,
}

impl Core {
    /// Starts from a folded state: all that was promised and has no outcome is due now, and in doubt.
    #[must_use]
    pub fn new(live: Live, catalogue: Arc<Catalogue>, limits: Limits, mode: Mode, seed: u64) -> Self {
        let mut core = Self {
            timers: Timers::of(&live),
            safe: live.clone(),
            resumed: live.seq,
            live,
            unsaved: VecDeque::new(),
            waiting: VecDeque::new(),
            owed: Owed::default(),
            lanes: Lanes::default(),
            shows: Shows::default(),
            homes: Homes::default(),
            rounds: Rounds::default(),
            catalogue,
            limits,
            mode,
            known: BTreeMap::new(),
            random: SmallRng::seed_from_u64(seed),
            full_until: Duration::ZERO,
            early: Vec::new(),
            stopping: false,
            stepped: Duration::ZERO,
        };
        core.resume();
        core.rounds.hasten_all(&core.safe, core.safe.at);
        core
    }

    /// In custody: what is to be ended and has no line yet. It is the first that is put on record.
    #[must_use]
    pub fn owing(self, held: Vec<Held>) -> Self {
        Self { owed: Owed::new(held), ..self }
    }

    /// The durable state.
    #[must_use]
    pub const fn safe(&self) -> &Live {
        &self.safe
    }

    /// What can be asked for.
    #[must_use]
    pub const fn catalogue(&self) -> &Arc<Catalogue> {
        &self.catalogue
    }

    /// How much the program may do.
    #[must_use]
    pub const fn mode(&self) -> Mode {
        self.mode
    }

    /// What was looked up about someone, if it still counts.
    #[must_use]
    pub fn known(&self, who: &SlackUserId, now: Now) -> Option<&Known> {
        self.known.get(who).filter(|known| now.elapsed.saturating_sub(known.at) < KNOWN_FOR)
    }

    /// Whether a message is being posted, or was and is not on record yet.
    #[must_use]
    pub fn is_posting(&self, view: &ViewKey) -> bool {
        self.shows.is_pending(view)
    }

    /// The request that a promise is about, and what it asks for.
    #[must_use]
    pub fn concern(&self, id: EffectId) -> Option<(RequestId, EntitlementId)> {
        chronicle::concern(&self.safe, id)
    }

    /// Whether nothing waits: no line unsaved, no promise open, nothing shown that is stale.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        let kept = self.unsaved.is_empty() && self.owed.is_empty() && self.lanes.is_empty();
        kept && self.shows.is_empty() && self.homes.is_fresh()
    }

    /// Whether a line, a try of a promise, or a message is under way.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        !self.unsaved.is_empty() || self.lanes.busy() || self.shows.busy()
    }

    /// When to come back if nothing happens before.
    #[must_use]
    pub fn wake(&self) -> Wake {
        let full = (self.full_until > self.stepped).then_some(self.full_until);
        // What has come due since the last step waits for the next, which is at once.
        let stepped = self.stepped;
        let (stale, look) = self.homes.next(stepped);
        let (turn, pace) = self.rounds.next(stepped);
        let waits = [self.lanes.next(stepped), self.shows.next(stepped), stale, pace, full];
        let due = self.timers.next().filter(|_| full.is_none());
        Wake { wall: due.into_iter().chain(look).chain(turn).min(), elapsed: waits.into_iter().flatten().min() }
    }

    /// Takes an input in, and answers what is to be done about it, in order.
    pub fn step(&mut self, input: Input, now: Now) -> Vec<Action> {
        self.stepped = now.elapsed;
        let mut actions = Vec::new();
        // What was not saved is forgotten before anything is decided on it.
        let owing = if matches!(input, Input::NotSaved { .. }) { Ok(()) } else { self.owe(now, &mut actions) };
        let taken = owing.and_then(|()| self.take(self.trimmed(input), now, &mut actions));
        let taken = taken.and_then(|()| self.due(now, &mut actions));
        if let Err(illegal) = taken {
            return vec![Action::Halt(illegal)];
        }
        self.answer(&mut actions);
        self.start(now, &mut actions);
        actions
    }

    /// Whether a promise that stands is one to add somebody.
    fn is_addition(&self, id: EffectId) -> bool {
        self.live.promises.get(&id).is_some_and(|promise| matches!(promise.effect, Effect::AddMember { .. }))
    }

    /// Puts on record what custody owes.
    fn owe(&mut self, now: Now, actions: &mut Vec<Action>) -> Result<(), Illegal> {
        if now.elapsed < self.full_until {
            return Ok(());
        }
        while let Some(held) = self.owed.next() {
            self.inner(&Command::Salvage { held }, now, actions)?;
        }
        Ok(())
    }

    /// Of the groups someone stands in, only those that can matter go on record: people stand in hundreds.
    fn trimmed(&self, mut input: Input) -> Input {
        let (first, second) = match &mut input {
            Input::Command { command: Command::Ask(Ask { known: Some(Ok(person)), .. }), .. } => {
                (Some(&mut person.groups), None)
            }
            Input::Command { command: Command::Extend(Extend { known: Some(Ok(person)), .. }), .. } => {
                (Some(&mut person.groups), None)
            }
            Input::Tried { result: Ok(Outcome::Identified { person, requester, .. }), .. } => match requester {
                Some(Requester::Fit { facts }) => (Some(&mut person.groups), Some(&mut facts.groups)),
                Some(Requester::Unfit { .. }) | None => (Some(&mut person.groups), None),
            },
            Input::Tried { result: Ok(Outcome::Stands { standing }), .. } => {
                (standing.facts.as_mut().map(|facts| &mut facts.groups), None)
            }
            _ => return input,
        };
        let named = self.catalogue.depends_on();
        first.into_iter().chain(second).for_each(|groups| groups.retain(|group| named.contains(group)));
        input
    }

    fn take(&mut self, input: Input, now: Now, actions: &mut Vec<Action>) -> Result<(), Illegal> {
        match input {
            Input::Command { command, archived, reply } => match self.card_of(&command) {
                Some(view) if self.early.len() < MOST_EARLY => {
                    self.early.push(Early { view, command, reply });
                    Ok(())
                }
                _ => self.command(&command, archived, reply, now, actions),
            },
            Input::Durable { seq } => self.durable(seq, now),
            Input::NotSaved { seq } => {
                self.forget_unsaved(seq, now);
                Ok(())
            }
            Input::Tried { id, result } => self.tried(id, result, now, actions),
            Input::Shown { view, revision, result } => self.shown(view, revision, result, now, actions),
            Input::Looked { who, pages } => {
                self.homes.open(&who, pages, now.elapsed);
                Ok(())
            }
            Input::Drawn { who, number, result } => {
                self.drawn(&who, number, result, now);
                Ok(())
            }
            Input::LookedUp { who, found } => {
                self.homes.identified(&who, now.elapsed);
                let met = self.meet(&who, &found, now, actions);
                self.remember(who, found, now);
                met
            }
            Input::NotLookedUp { who, after } => {
                let jitter = self.random.random::<f64>();
                self.homes.unidentified(&who, after, now.elapsed, jitter);
                Ok(())
            }
            Input::AccountRead { user, result } => self.account_read(&user, result, now, actions),
            Input::Connected => {
                self.homes.redraw(self.safe.requests.values(), now.elapsed);
                Ok(())
            }
            Input::Mode(mode) => {
                self.mode = mode;
                // What could not be decided in the mode before is due now.
                self.timers = Timers::of(&self.live);
                self.homes.redraw(self.safe.requests.values(), now.elapsed);
                Ok(())
            }
            Input::Adopt(catalogue, limits) => {
                if limits.reconcile_every != self.limits.reconcile_every {
                    self.rounds.hasten_all(&self.live, now.wall);
                }
                self.catalogue = catalogue;
                self.limits = limits;
                // Of somebody's groups only those that the one before named may be known.
                self.known.clear();
                self.homes.reconsider(now.elapsed);
                Ok(())
            }
            Input::Stop => {
                self.stopping = true;
                Ok(())
            }
            Input::Wake => Ok(()),
        }
    }

    fn decide(&self, live: &Live, command: &Command, now: Now) -> Result<Decision, Refusal> {
        let today = Today { catalogue: &self.catalogue, limits: &self.limits, mode: self.mode };
        decide(live, command, today, now.wall.max(self.live.at))
    }

    /// Whatever nobody waits for: outcomes, timers, messages.
    fn inner(&mut self, command: &Command, now: Now, actions: &mut Vec<Action>) -> Result<Recorded, Illegal> {
        match self.decide(&self.live, command, now) {
            Ok(decision) => self.record(decision, now, actions),
            Err(_) => Ok(Recorded::Nothing),
        }
    }

    /// A decision becomes a line, and the state it leads to.
    fn record(&mut self, decision: Decision, now: Now, actions: &mut Vec<Action>) -> Result<Recorded, Illegal> {
        if decision.is_empty() {
            return Ok(Recorded::Nothing);
        }
        let Decision { events, effects, words, .. } = decision;
        let entry = Entry { seq: self.live.seq + 1, at: now.wall.max(self.live.at), events, effects, words };
        if !fits::line(&entry) {
            error!(events = ?kinds(&entry), "a decision is too long for a line, and was dropped");
            return Ok(Recorded::TooLong);
        }
        let touched = self.live.apply(&entry)?;
        let rows = rows::touched(&self.live, &touched);
        if !fits::rows(&entry, &rows) {
            error!(events = ?kinds(&entry), "what a decision leads to is too long to keep, and it was dropped");
            self.undo()?;
            return Ok(Recorded::TooLong);
        }
        self.timers.follow(&self.live, &touched);
        let next = entry.at + self.limits.reconcile_every.delta();
        touched.memberships.iter().for_each(|key| self.rounds.hasten(&key.user, next));
        for event in &entry.events {
            match event {
                Event::EffectSettled { effect, .. } => self.lanes.settle(*effect),
                Event::PersonUnlinked { slack, .. } => self.forget(slack),
                Event::AccountClosed { okta, .. } => self.known.retain(|_, known| !known.is_of(okta)),
                Event::EffectWithdrawn { effect } | Event::AdditionPutOff { effect }
                    if self.lanes.withdraw(*effect) =>
                {
                    actions.push(Action::Abandon(*effect));
                }
                _ => {}
            }
        }
        self.unsaved.push_back(entry.clone());
        actions.push(Action::Save { entry, rows });
        Ok(Recorded::Line)
    }

    /// The last entry that was applied never was: the durable state, and what was decided on it, anew.
    fn undo(&mut self) -> Result<(), Illegal> {
        self.live = self.safe.clone();
        for entry in &self.unsaved {
            self.live.apply(entry)?;
        }
        Ok(())
    }

    /// Lines are durable: what they promised may begin, and what rests on them may be said.
    fn durable(&mut self, seq: u64, now: Now) -> Result<(), Illegal> {
        while let Some(entry) = self.unsaved.pop_front_if(|entry| entry.seq <= seq) {
            let touched = self.safe.apply(&entry)?;
            chronicle::tell(&entry, &self.safe, &touched);
            self.owed.durable(&entry);
            self.shows.durable(entry.seq);
            for (ordinal, effect) in (0..).zip(&entry.effects) {
                let id = EffectId { seq: entry.seq, ordinal };
                if self.live.promises.contains_key(&id) {
                    self.lanes.join(id, effect, Doubt::None);
                }
            }
            if touched.freeze {
                self.homes.redraw(self.safe.requests.values(), now.elapsed);
            }
            for request in touched.requests.iter().filter_map(|id| self.safe.requests.get(id)) {
                self.shows.look(request);
                self.homes.look(request, now.elapsed);
            }
            for request in &touched.retired {
                self.homes.look(request, now.elapsed);
                self.homes.forget(request.id);
            }
        }
        Ok(())
    }

    /// The disk refused a line: that line and all after it never happened.
    fn forget_unsaved(&mut self, seq: u64, now: Now) {
        if self.unsaved.front().is_none_or(|first| first.seq > seq) {
            return;
        }
        for event in self.unsaved.iter().flat_map(|entry| &entry.events) {
            if let Event::AccountClosed { okta, .. } = event {
                self.rounds.hasten(okta, self.safe.at);
            }
        }
        self.unsaved.clear();
        self.owed.forget_unsaved();
        self.shows.forget_unsaved();
        self.live = self.safe.clone();
        self.timers = Timers::of(&self.live);
        self.full_until = now.elapsed + FULL_PAUSE;
        for waiting in self.waiting.iter_mut().filter(|waiting| waiting.after > self.safe.seq) {
            waiting.after = self.safe.seq;
            *waiting.response = Response { result: Err(Refusal::CannotBeSaved), about: None };
        }
        self.resume();
    }

    /// Everything promised and without an outcome is due; every stale message is to be shown.
    fn resume(&mut self) {
        for (id, promise) in &self.safe.promises {
            self.lanes.join(*id, &promise.effect, Doubt::MayHaveHappened);
        }
        for request in self.safe.requests.values() {
            self.shows.look(request);
        }
    }

    /// Whatever is due, oldest first.
    fn due(&mut self, now: Now, actions: &mut Vec<Action>) -> Result<(), Illegal> {
        self.homes.tick(now.wall, now.elapsed);
        self.rounds.tick(now.wall);
        if now.elapsed < self.full_until {
            return Ok(());
        }
        while let Some(due) = self.timers.due(now.wall) {
            let command = match &due {
                Due::Request(request) => Command::RequestDue { request: *request },
                Due::Membership(membership) => Command::MembershipDue { membership: membership.clone() },
            };
            // Where nothing came of it, it is looked at again soon, never forgotten.
            match self.inner(&command, now, actions)? {
                Recorded::Line => {}
                Recorded::Nothing => self.timers.set(due, Some(now.wall + SNOOZE)),
                Recorded::TooLong => self.timers.set(due, Some(now.wall + TOO_LONG_PAUSE)),
            }
        }
        Ok(())
    }

    /// Answers whose lines are durable.
    fn answer(&mut self, actions: &mut Vec<Action>) {
        let safe = self.safe.seq;
        while let Some(Waiting { reply, response, .. }) = self.waiting.pop_front_if(|waiting| waiting.after <= safe) {
            actions.push(Action::Answer { reply, response });
        }
    }

    /// What was looked up about somebody, or about the Okta user they led to, counts no more.
    fn forget(&mut self, slack: &SlackUserId) {
        let okta = |known: &Known| known.found.as_ref().ok().map(|person| person.okta.clone());
        let theirs = self.known.remove(slack).as_ref().and_then(okta);
        self.known.retain(|_, known| theirs.is_none() || okta(known) != theirs);
    }

    fn remember(&mut self, who: SlackUserId, found: Result<Identity, Unfit>, now: Now) {
        if self.known.len() >= MOST_KNOWN
            && let Some(oldest) = self.known.iter().min_by_key(|(_, known)| known.at).map(|(who, _)| who.clone())
        {
            self.known.remove(&oldest);
        }
        self.known.insert(who, Known { found, at: now.elapsed });
    }
}

/// What an entry is about, for the log: no people's words, and no more than a few of its events.
fn kinds(entry: &Entry) -> Vec<String> {
    let named = entry.events.iter().take(3).filter_map(|event| serde_json::to_value(event).ok());
    named.filter_map(|event| Some(event.get("event")?.as_str()?.to_owned())).collect()
}

impl Command {
    /// The request a person's command names.
    #[must_use]
    pub const fn request(&self) -> Option<RequestId> {
        match self {
            Self::Decide(decide) => Some(decide.request),
            Self::Sign(sign) => Some(sign.request),
            Self::Cancel { request, .. } | Self::Return { request, .. } => Some(*request),
            Self::Revoke(revoke) => Some(revoke.request),
            Self::Extend(extend) => Some(extend.of),
            _ => None,
        }
    }
}

mod outcomes;
mod people;
mod starts;
#[cfg(test)]
mod tests;
