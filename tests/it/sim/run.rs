//! One history: a heap of what happens when, the engine in the middle, a disk below.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use jitney::{
    domain::{
        account::Closure,
        command::{Answer, Command, Surface},
        decide::Mode,
        event::{Entry, Event},
        home::Pages,
        id::{EffectId, OktaGroupId, OktaUserId, RequestId, SlackUserId},
        live::Live,
        membership::{Membership, Motion},
        port::{Effect, EffectError, MembershipKey, Outcome},
        request::{NotOpened, NotSentOn, Purpose},
    },
    engine::{
        Action, Core, Drawing, Input, Now, ReplyId, Response, recover, rows,
        salvage::{Beside, salvage},
        shell,
    },
    ledger::{
        Commit, Keys,
        journal::{AppendError, Limits, Log, Opened, Origin},
        sim_disk::SimDisk,
    },
};
use rand::{RngExt as _, SeedableRng as _, rngs::SmallRng};

use super::{
    homes::Tabs,
    outside::{Deed, Outside},
    people,
};

/// Where the company's time begins.
const DAWN: &str = "2026-11-24T08:00:00Z";

/// How long people act, in virtual milliseconds.
const DAY_MS: u64 = 24 * 3_600_000;

/// How often it is looked whether every promise is kept.
pub const WATCH_MS: u64 = 60_000;

/// More events than any history has: one that does not come to rest is a failure.
const MOST_EVENTS: u64 = 400_000;

/// How often things happened.
#[derive(Debug, Default, Clone)]
pub struct Counts {
    pub crashes: u64,
    pub lost_replies: u64,
    pub doubled: u64,
    pub zombies: u64,
    pub opened: u64,
    pub denied: u64,
    pub called_off: u64,
    pub full: u64,
    pub outages: u64,
    pub steps: u64,
    pub custody: u64,
    pub lines: u64,
    pub acknowledged: u64,
    pub standing: u64,
    pub refusals: u64,
    pub two_steps: u64,
    pub emergencies: u64,
    pub signed: u64,
    pub quick_returns: u64,
    pub drawn: u64,
    pub at_home: u64,
    pub fresh: u64,
    pub behind: u64,
    pub shortened: u64,
    pub revoked: u64,
    pub frozen: u64,
    pub warned: u64,
    pub more_asked: u64,
    pub extended: u64,
    pub lapsed: u64,
    pub taken_from: u64,
}

impl Counts {
    pub fn add(&mut self, other: &Self) {
        let Self {
            crashes,
            lost_replies,
            doubled,
            zombies,
            opened,
            denied,
            called_off,
            full,
            outages,
            steps,
            custody,
            lines,
            acknowledged,
            standing,
            refusals,
            two_steps,
            emergencies,
            signed,
            quick_returns,
            drawn,
            at_home,
            fresh,
            behind,
            shortened,
            revoked,
            frozen,
            warned,
            more_asked,
            extended,
            lapsed,
            taken_from,
        } = other;
        self.crashes += crashes;
        self.lost_replies += lost_replies;
        self.doubled += doubled;
        self.zombies += zombies;
        self.opened += opened;
        self.denied += denied;
        self.called_off += called_off;
        self.full += full;
        self.outages += outages;
        self.steps += steps;
        self.custody += custody;
        self.lines += lines;
        self.acknowledged += acknowledged;
        self.standing += standing;
        self.refusals += refusals;
        self.two_steps += two_steps;
        self.emergencies += emergencies;
        self.signed += signed;
        self.quick_returns += quick_returns;
        self.drawn += drawn;
        self.at_home += at_home;
        self.fresh += fresh;
        self.behind += behind;
        self.shortened += shortened;
        self.revoked += revoked;
        self.frozen += frozen;
        self.warned += warned;
        self.more_asked += more_asked;
        self.extended += extended;
        self.lapsed += lapsed;
        self.taken_from += taken_from;
    }
}

/// An outcome that is known now.
pub struct At {
    pub id: EffectId,
    pub result: Result<Outcome, EffectError>,
}

enum Happening {
    /// Something comes in, if the program that waits for it still runs.
    Comes(u64, Box<Input>),
    /// The writer's turn.
    Writes(u64),
    /// Something is done outside, whoever still waits for it.
    Done(u64, Deed),
    /// Somebody does something.
    Acts,
    /// The holder of this gives it back.
    Returns(RequestId),
    /// Its holder asks to keep it for longer.
    Extends(RequestId),
    /// It is looked whether every promise is kept.
    Watches,
    /// Something breaks.
    Breaks,
    /// The power comes back.
    Boots,
    /// The disk has room again.
    Room,
    /// Somebody has their account back.
    Reopens(OktaUserId),
}

/// What somebody was told is on record.
pub enum Acknowledged {
    Request(RequestId, SlackUserId),
    Decision(RequestId, SlackUserId),
    Signature(RequestId, SlackUserId),
    Return(RequestId),
    Cancel(RequestId),
    Revocation(RequestId, SlackUserId),
}

pub struct Sim {
    pub seed: u64,
    pub counts: Counts,
    pub outside: Outside,
    pub tabs: Tabs,
    pub acknowledged: Vec<Acknowledged>,
    random: SmallRng,
    pub elapsed: u64,
    heap: BTreeMap<(u64, u64), Happening>,
    tick: u64,
    disk: SimDisk,
    log: Option<Log<SimDisk>>,
    core: Option<Core>,
    pub boot: u64,
    queue: Vec<Commit>,
    writing: bool,
    asked: BTreeMap<ReplyId, Command>,
    rows: BTreeMap<Vec<u8>, Vec<u8>>,
    unsaved_rows: BTreeMap<u64, Vec<rows::Row>>,
    offset: TimeDelta,
    last_wall: Option<(DateTime<Utc>, u64)>,
    abandoned: BTreeSet<(u64, EffectId)>,
    /// Since when it could have been mended that somebody is inside without an end, or longer than their end.
    pub unkept: BTreeMap<MembershipKey, u64>,
    /// Since when somebody holds this whose account is taken from them.
    pub closed_holds: BTreeMap<RequestId, u64>,
    /// Before this nothing can be held against the program: it was down, or its disk full.
    pub excused_until: u64,
    replies: u64,
}

pub fn keys() -> Keys {
    Keys::derive(&[7; 32])
}

/// Small segments, so that histories roll over.
const LIMITS: Limits = Limits { segment: 64 * 1024, reserve: 64 * 1024, low_mark: 0 };

impl Sim {
    pub fn new(seed: u64) -> Self {
        let mut sim = Self {
            seed,
            counts: Counts::default(),
            outside: Outside::new(&people::NAMES),
            tabs: Tabs::default(),
            acknowledged: Vec::new(),
            random: SmallRng::seed_from_u64(seed),
            elapsed: 0,
            heap: BTreeMap::new(),
            tick: 0,
            disk: SimDisk::new(seed),
            log: None,
            core: None,
            boot: 0,
            queue: Vec::new(),
            writing: false,
            asked: BTreeMap::new(),
            rows: BTreeMap::new(),
            unsaved_rows: BTreeMap::new(),
            offset: TimeDelta::zero(),
            last_wall: None,
            abandoned: BTreeSet::new(),
            unkept: BTreeMap::new(),
            closed_holds: BTreeMap::new(),
            excused_until: 0,
            replies: 0,
        };
        sim.start();
        sim
    }

    pub const fn core(&self) -> Option<&Core> {
        self.core.as_ref()
    }

    /// A day of people and faults.
    pub fn live(&mut self) {
        self.later(1_000, Happening::Acts);
        self.later(60_000, Happening::Breaks);
        self.later(WATCH_MS, Happening::Watches);
        while self.elapsed < DAY_MS {
            self.turn();
        }
    }

    /// Faults end; the program runs until nothing is left to do, and everything that was open has closed.
    pub fn heal(&mut self) {
        self.outside.healed = true;
        // What was down until now could not be asked before.
        self.excused_until = self.excused_until.max(self.elapsed);
        self.outside.okta_down_until = 0;
        self.outside.frozen_until = 0;
        self.outside.slack_down_until = 0;
        self.disk.set_budget(None);
        if self.core.is_none() {
            self.start();
        }
        self.step(Input::Mode(Mode::Serving));
        let end = self.elapsed + 2 * DAY_MS;
        while self.elapsed < end {
            self.turn();
        }
        self.rest();
        let signed = self.core.as_ref().map(|core| people::sign_all(core, &mut self.random)).unwrap_or_default();
        signed.into_iter().for_each(|command| self.says(command));
        self.rest();
    }

    /// Whatever was begun comes to its end.
    fn rest(&mut self) {
        while self.core.as_ref().is_some_and(|core| !core.is_quiet()) {
            self.turn();
        }
    }

    fn turn(&mut self) {
        self.tick += 1;
        assert!(self.tick < MOST_EVENTS, "seed {}: it does not come to rest", self.seed);
        let next = self.heap.first_key_value().map(|((at, _), _)| *at);
        match (next, self.wake()) {
            (Some(at), wake) if wake.is_none_or(|wake| at <= wake) => {
                self.elapsed = self.elapsed.max(at);
                let Some((_, happening)) = self.heap.pop_first() else { return };
                self.happen(happening);
            }
            (_, Some(wake)) => {
                self.elapsed = self.elapsed.max(wake);
                self.step(Input::Wake);
            }
            (_, None) => self.elapsed += 60_000,
        }
    }

    fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::Comes(boot, input) if boot == self.boot && self.core.is_some() => self.comes(*input),
            Happening::Writes(boot) if boot == self.boot => self.write(),
            Happening::Done(boot, deed) => self.done(boot, deed),
            Happening::Acts => self.acts(),
            Happening::Returns(request) => self.returns(request),
            Happening::Extends(request) => self.extends(request),
            Happening::Watches => self.watch(),
            Happening::Breaks => self.breaks(),
            Happening::Boots if self.core.is_none() => self.start(),
            Happening::Room => self.disk.set_budget(None),
            Happening::Reopens(user) => drop(self.outside.closed.remove(&user)),
            _ => {}
        }
    }

    fn comes(&mut self, input: Input) {
        if let Input::Tried { id, .. } = &input
            && self.abandoned.contains(&(self.boot, *id))
        {
            return;
        }
        self.step(input);
    }

    fn done(&mut self, boot: u64, deed: Deed) {
        match self.outside.happen(deed, self.elapsed) {
            Ok(Some((at, deed))) => self.at(at, Happening::Done(boot, deed)),
            Ok(None) => {}
            Err(known) => {
                let At { id, result } = *known;
                self.at(self.elapsed, Happening::Comes(boot, Box::new(Input::Tried { id, result })));
            }
        }
    }

    fn acts(&mut self) {
        if self.elapsed < DAY_MS {
            let next = self.random.random_range(1_000..600_000);
            self.later(next, Happening::Acts);
        }
        let wall = self.wall();
        if self.core.is_some() && self.random.random_ratio(1, 4) {
            self.opens_home();
        }
        let Some(core) = &self.core else { return };
        let command = people::act(core, &self.outside, &self.tabs, wall, &mut self.random);
        self.says(command);
    }

    fn opens_home(&mut self) {
        let who = people::anyone(&self.outside, &mut self.random);
        self.tabs.open(&who, self.boot, self.elapsed);
        self.step(Input::Looked { who, pages: Some(Pages::NONE) });
    }

    fn watch(&mut self) {
        let wall = self.wall();
        self.keep_watch(wall);
        self.whose_account_is_taken_holds_nothing();
        self.tabs_are_fresh();
        if !(self.outside.healed && self.heap.is_empty() && self.outside.members.is_empty()) {
            self.later(WATCH_MS, Happening::Watches);
        }
    }

    fn returns(&mut self, request: RequestId) {
        let asker = self.core.as_ref().and_then(|core| core.safe().requests.get(&request)).map(|r| r.asker.clone());
        let Some(who) = asker else { return };
        self.counts.quick_returns += 1;
        self.says(Command::Return { who, request });
    }

    fn extends(&mut self, request: RequestId) {
        let wall = self.wall();
        let Some(core) = &self.core else { return };
        let Some(first) = core.safe().requests.get(&request) else { return };
        let command = people::keep(first, first.asker.clone(), &self.outside, wall, &mut self.random);
        self.says(command);
    }

    fn says(&mut self, command: Command) {
        self.replies += 1;
        let reply = ReplyId(self.replies);
        self.asked.insert(reply, command.clone());
        self.step(Input::Command { command, archived: None, reply });
    }

    fn breaks(&mut self) {
        if self.elapsed >= DAY_MS {
            return;
        }
        let next = self.random.random_range(60_000..3_600_000);
        self.later(next, Happening::Breaks);
        let hours = self.random.random_range(60_000..6 * 3_600_000);
        match self.random.random_range(0..14) {
            0..3 => self.crash(),
            12 | 13 => self.closes(hours),
            11 => self.stands(),
            10 => self.outside.frozen_until = self.elapsed + hours,
            3 => {
                self.counts.outages += 1;
                self.outside.okta_down_until = self.elapsed + hours;
            }
            4 => {
                self.counts.outages += 1;
                self.outside.slack_down_until = self.elapsed + hours;
            }
            5 => {
                self.counts.steps += 1;
                self.offset += TimeDelta::minutes(self.random.random_range(-2_000..60));
            }
            6 => {
                let room = self.random.random_range(0..2_000);
                self.disk.set_budget(Some(self.disk.used() + room));
                let until = self.random.random_range(1_000..300_000);
                self.excused_until = self.excused_until.max(self.elapsed + until);
                self.later(until, Happening::Room);
            }
            7 | 8 => {
                let variant = self.random.random_range(0..4);
                self.step(Input::Adopt(people::catalogue(variant), people::limits()));
            }
            _ => {
                self.counts.custody += 1;
                let mode = [Mode::Custody, Mode::LowDisk, Mode::Serving][self.random.random_range(0..3)];
                self.step(Input::Mode(mode));
                self.at(self.elapsed + hours, Happening::Comes(self.boot, Box::new(Input::Mode(Mode::Serving))));
            }
        }
    }

    /// An admin takes somebody's account for some time, mostly of somebody who holds something.
    fn closes(&mut self, hours: u64) {
        let holders = self.core.iter().flat_map(|core| core.safe().memberships.values());
        let holders = holders.filter(|kept| !kept.holds.is_empty()).map(|kept| kept.key.user.clone());
        let mut users: Vec<OktaUserId> = holders.collect();
        if users.is_empty() || self.random.random_ratio(1, 4) {
            users = self.outside.people.iter().map(|person| person.okta.clone()).collect();
        }
        let user = users.swap_remove(self.random.random_range(0..users.len()));
        let how = [Closure::Suspended, Closure::Deactivated, Closure::Deleted][self.random.random_range(0..3)];
        self.outside.closed.insert(user.clone(), how);
        self.later(hours, Happening::Reopens(user));
    }

    /// An admin puts somebody into a group for good: somebody of whom the program knows nothing there.
    fn stands(&mut self) {
        let person = self.random.random_range(2..self.outside.people.len());
        let group = ["00gPROD", "00gTHIRD"][self.random.random_range(0..2)];
        let key =
            MembershipKey { group: OktaGroupId::parse(group).unwrap(), user: self.outside.people[person].okta.clone() };
        let known = self.core.as_ref().is_none_or(|core| core.safe().memberships.contains_key(&key));
        let asked = self.core.as_ref().is_some_and(|core| {
            core.safe()
                .requests
                .values()
                .any(|request| request.is_open() && request.membership().as_ref() == Some(&key))
        });
        if !known && !asked && self.queue.is_empty() {
            self.counts.standing += 1;
            self.outside.standing.insert(key);
        }
    }

    /// The power goes: at the next operations of the disk, or at once.
    fn crash(&mut self) {
        self.counts.crashes += 1;
        if self.random.random_ratio(1, 2) {
            self.disk.cut_power_after(self.random.random_range(0..6));
            // Whatever is written until then may be half done.
            if self.writing {
                self.write();
            }
        }
        self.core = None;
        self.log = None;
        self.boot += 1;
        self.queue.clear();
        self.writing = false;
        self.asked.clear();
        self.unsaved_rows.clear();
        self.disk = self.disk.crash();
        self.disk.set_budget(None);
        let downtime = self.random.random_range(1..3 * 3_600_000);
        self.later(downtime, Happening::Boots);
    }

    /// The start: open the journal, fold it, begin; sometimes the power goes again on the way.
    fn start(&mut self) {
        if !self.outside.healed && self.random.random_ratio(1, 12) {
            self.disk.cut_power_after(self.random.random_range(0..8));
        }
        let opened = Log::open(self.disk.clone(), &keys(), LIMITS, Origin::Genesis);
        let Ok(Opened { log, .. }) = opened else {
            self.disk = self.disk.crash();
            return self.start();
        };
        // The power may go while the journal is read.
        if log.read_from(1).any(|line| line.is_err()) {
            self.disk = self.disk.crash();
            return self.start();
        }
        let live = self.fold(&log);
        // Reading so is slow: at every fourth start.
        if self.boot.is_multiple_of(4) {
            self.salvages(&log, &live);
        }
        self.rows = rows::all(&live).into_iter().filter_map(|(key, value)| Some((key, value?))).collect();
        self.last_wall = None;
        self.raise(live.at);
        self.excused_until = self.excused_until.max(self.elapsed);
        let seed = self.random.random();
        let core = Core::new(live, people::catalogue(0), people::limits(), Mode::Custody, seed);
        self.core = Some(core);
        self.log = Some(log);
        self.replies += 1;
        let start = Command::Start { version: "sim".into() };
        self.step(Input::Command { command: start, archived: None, reply: ReplyId(self.replies) });
        let connected = self.random.random_range(100..5_000);
        self.at(self.elapsed + connected, Happening::Comes(self.boot, Box::new(Input::Mode(Mode::Serving))));
    }

    pub fn fold(&self, log: &Log<SimDisk>) -> Live {
        let mut live = Live::default();
        for line in log.read_from(1) {
            let entry = recover::entry(&line.unwrap()).unwrap();
            live.apply(&entry).unwrap_or_else(|illegal| panic!("seed {}: {illegal}", self.seed));
        }
        live
    }

    /// Every line of the journal.
    pub fn entries(&self) -> Vec<Entry> {
        let Some(log) = &self.log else { panic!("seed {}: the program is down", self.seed) };
        log.read_from(1).map(|line| recover::entry(&line.unwrap()).unwrap()).collect()
    }

    pub fn journal(&self) -> String {
        self.entries().iter().map(|entry| format!("{entry:?}\n")).collect()
    }

    pub fn folded(&self) -> Live {
        self.fold(self.log.as_ref().unwrap())
    }

    /// The live state as an index would give it back.
    pub fn indexed(&self, seq: u64) -> Live {
        let scan = |table: u8| {
            let rows = self.rows.iter().filter(|(key, _)| key.first() == Some(&table));
            Ok::<_, rows::Unreadable>(rows.map(|(key, value)| (key.clone(), value.clone())).collect())
        };
        rows::load(seq, scan).unwrap()
    }

    /// A journal that is whole, read as a damaged one is, says the same as the fold; of what was extended, the earliest
    /// end that was seen.
    fn salvages(&self, log: &Log<SimDisk>, live: &Live) {
        let lines = || log.read_from(1).map(|line| line.unwrap());
        let held = salvage(lines(), Beside::default(), &[], live.at);
        let ends = |membership: &Membership| match membership.motion {
            Motion::Removing { due, .. } => Some(due),
            _ => membership.holds.values().copied().max(),
        };
        let folded = live.memberships.values().filter_map(|kept| Some((kept.key.clone(), ends(kept)?)));
        let mut folded: BTreeMap<_, _> = folded.collect();
        let held: BTreeMap<_, _> = held.into_iter().map(|held| (held.membership, held.until)).collect();
        let entries = || log.read_from(1).map(|line| recover::entry(&line.unwrap()).unwrap());
        let extended: BTreeSet<RequestId> = entries().flat_map(|entry| entry.events).filter_map(extends).collect();
        for (key, until) in &mut folded {
            let mut holds = live.memberships[key].holds.keys();
            if let Some(earlier) = held.get(key).filter(|_| holds.any(|id| extended.contains(id))) {
                *until = (*until).min(*earlier);
            }
        }
        assert_eq!(held, folded, "seed {}", self.seed);
    }

    fn now(&mut self) -> Now {
        Now { wall: self.wall(), elapsed: Duration::from_millis(self.elapsed) }
    }

    /// Wall time, by the clock's law.
    fn wall(&mut self) -> DateTime<Utc> {
        let dawn: DateTime<Utc> = DAWN.parse().unwrap();
        let said = dawn + TimeDelta::milliseconds(i64::try_from(self.elapsed).unwrap()) + self.offset;
        self.raise(said)
    }

    fn raise(&mut self, said: DateTime<Utc>) -> DateTime<Utc> {
        let now = match self.last_wall {
            Some((last, at)) => said.max(last + TimeDelta::milliseconds(i64::try_from(self.elapsed - at).unwrap())),
            None => said,
        };
        self.last_wall = Some((now, self.elapsed));
        now
    }

    /// When the engine wants to be woken, in elapsed time.
    fn wake(&mut self) -> Option<u64> {
        let now = self.now();
        let wake = self.core.as_ref()?.wake();
        let wall = wake.wall.map(|at| {
            let left = u64::try_from((at - now.wall).num_milliseconds()).unwrap_or(0);
            self.elapsed + left + u64::from(at > now.wall)
        });
        let elapsed = wake.elapsed.map(|at| u64::try_from(at.as_millis()).unwrap() + 1);
        wall.into_iter().chain(elapsed).min().map(|at| at.max(self.elapsed))
    }

    fn later(&mut self, after: u64, happening: Happening) {
        self.at(self.elapsed + after, happening);
    }

    fn at(&mut self, at: u64, happening: Happening) {
        self.tick += 1;
        self.heap.insert((at, self.tick), happening);
    }

    fn step(&mut self, input: Input) {
        let now = self.now();
        let Some(core) = &mut self.core else { return };
        for action in core.step(input, now) {
            self.act(action);
        }
    }

    /// In custody nothing is decided, whenever it was received.
    fn decides(&self, entry: &Entry) {
        let decided = |event: &Event| {
            matches!(event, Event::StepApproved { .. } | Event::RequestApproved { .. } | Event::RequestDenied { .. })
        };
        let custody = self.core.as_ref().is_some_and(|core| core.mode() == Mode::Custody);
        assert!(!custody || !entry.events.iter().any(decided), "seed {}: decided in custody: {entry:?}", self.seed);
    }

    fn act(&mut self, action: Action) {
        match action {
            Action::Save { entry, rows } => {
                self.decides(&entry);
                self.save(&entry, rows);
            }
            Action::Answer { reply, response } => self.answered(reply, &response),
            Action::Perform(attempt) => {
                self.guard(&attempt.effect);
                let id = attempt.id;
                let plan = self.outside.attempt(*attempt, self.elapsed, &mut self.random, &mut self.counts);
                for (at, result) in plan.answers {
                    self.at(at, Happening::Comes(self.boot, Box::new(Input::Tried { id, result })));
                }
                for (at, deed) in plan.deeds {
                    self.at(at, Happening::Done(self.boot, deed));
                }
            }
            Action::Abandon(id) => {
                self.abandoned.insert((self.boot, id));
            }
            Action::Show { view, request, .. } => {
                let revision = request.revision;
                let shown = request.shown.get(&view).map(|shown| shown.posted.clone());
                let (at, result) =
                    self.outside.show(&view, shown.as_ref(), self.elapsed, &mut self.random, &mut self.counts);
                self.at(at, Happening::Comes(self.boot, Box::new(Input::Shown { view, revision, result })));
            }
            Action::Draw { home, drawing: Drawing { number, hash } } => {
                let (who, moment) = (home.who.clone(), (self.elapsed, &mut self.random));
                let (at, result) = self.tabs.draw(*home, hash, self.boot, &self.outside, moment, &mut self.counts);
                self.at(at, Happening::Comes(self.boot, Box::new(Input::Drawn { who, number, result })));
            }
            Action::LookUp(who) => {
                let found = if self.elapsed < self.outside.okta_down_until {
                    Input::NotLookedUp { who, after: None }
                } else {
                    Input::LookedUp { found: Ok(self.outside.identity(&who)), who }
                };
                let latency = self.random.random_range(1..4_000);
                self.later(latency, Happening::Comes(self.boot, Box::new(found)));
            }
            Action::ReadAccount { holder } => {
                let user = holder.user;
                let result = self.outside.account(&user, self.elapsed, &mut self.random, &mut self.counts);
                let latency = self.random.random_range(1..4_000);
                self.later(latency, Happening::Comes(self.boot, Box::new(Input::AccountRead { user, result })));
            }
            Action::Halt(illegal) => panic!("seed {}: {illegal}\n{}", self.seed, self.journal()),
        }
    }

    /// No addition is asked for that not everyone agreed to, or that has no end on record.
    fn guard(&self, effect: &Effect) {
        let Effect::AddMember { membership } = effect else { return };
        super::promises::may_add(self, membership);
    }

    fn save(&mut self, entry: &Entry, rows: Vec<rows::Row>) {
        self.counts.lines += 1;
        for event in &entry.events {
            match event {
                Event::EmergencyTaken { .. } => self.counts.emergencies += 1,
                Event::ReviewSigned { .. } => self.counts.signed += 1,
                Event::GrantOpened { request, .. } => self.opened(*request),
                Event::RequestDenied { .. } => self.counts.denied += 1,
                Event::RequestShortened { .. } => self.counts.shortened += 1,
                Event::GrantRevoked { .. } => self.counts.revoked += 1,
                Event::GrantingFrozen { .. } => self.counts.frozen += 1,
                Event::GrantEndsSoon { .. } => self.counts.warned += 1,
                Event::AccountClosed { .. } => self.counts.taken_from += 1,
                Event::RequestReceived { purpose: Purpose::Extension { .. }, .. } => self.counts.more_asked += 1,
                Event::GrantExtended { .. } => self.counts.extended += 1,
                Event::RequestRefused { why: NotSentOn::ApprovalVoid { .. }, .. }
                | Event::GrantFailed { why: NotOpened::Stopped { why: NotSentOn::ApprovalVoid { .. } }, .. } => {
                    self.counts.lapsed += 1
                }
                Event::GrantFailed { why: NotOpened::CalledOff, .. } => self.counts.called_off += 1,
                _ => {}
            }
        }
        self.queue.push(shell::commit(entry, Vec::new()).unwrap());
        self.unsaved_rows.insert(entry.seq, rows);
        if !self.writing {
            self.writing = true;
            let turn = self.random.random_range(0..50);
            self.at(self.elapsed + turn, Happening::Writes(self.boot));
        }
    }

    /// Many are given back within seconds; others are wanted for longer.
    fn opened(&mut self, request: RequestId) {
        self.counts.opened += 1;
        let steps = self.core.as_ref().and_then(|core| core.safe().requests.get(&request)).and_then(|r| r.route());
        self.counts.two_steps += u64::from(steps.is_some_and(|route| route.steps.len() == 2));
        let soon = self.random.random_range(100..10_000);
        match self.random.random_range(0..4) {
            0 | 1 => self.later(soon, Happening::Returns(request)),
            2 => self.later(soon, Happening::Extends(request)),
            _ => {}
        }
    }

    /// The writer: one append and one sync take all that wait.
    fn write(&mut self) {
        self.writing = false;
        let batch = std::mem::take(&mut self.queue);
        let (Some(first), Some(last), Some(log)) = (batch.first(), batch.last(), &mut self.log) else { return };
        let (first, last) = (first.seq, last.seq);
        let written = log.append(&batch).map(drop).and_then(|()| log.sync());
        match written {
            Ok(()) => {
                let saved: Vec<u64> = self.unsaved_rows.range(..=last).map(|(seq, _)| *seq).collect();
                for (key, value) in saved.iter().filter_map(|seq| self.unsaved_rows.remove(seq)).flatten() {
                    match value {
                        Some(value) => drop(self.rows.insert(key, value)),
                        None => drop(self.rows.remove(&key)),
                    }
                }
                self.step(Input::Durable { seq: last });
            }
            Err(AppendError::Full) => {
                self.counts.full += 1;
                self.unsaved_rows.clear();
                self.step(Input::NotSaved { seq: first });
            }
            // The power went, or a sync failed: the program is gone.
            Err(_) => {
                if self.core.is_some() {
                    self.counts.crashes += 1;
                    self.core = None;
                    self.log = None;
                    self.boot += 1;
                    self.asked.clear();
                    self.unsaved_rows.clear();
                    self.disk = self.disk.crash();
                    let downtime = self.random.random_range(1..3_600_000);
                    self.later(downtime, Happening::Boots);
                }
            }
        }
    }

    fn answered(&mut self, reply: ReplyId, response: &Response) {
        let Some(command) = self.asked.remove(&reply) else { return };
        let told = match (&response.result, command) {
            (Ok(Answer::Saved { request }), Command::Ask(ask)) => Acknowledged::Request(*request, ask.who),
            (Ok(Answer::Saved { request }), Command::Extend(extend)) => Acknowledged::Request(*request, extend.who),
            (Ok(Answer::Received), Command::Decide(decide)) => {
                self.counts.at_home += u64::from(decide.place == Surface::Home);
                Acknowledged::Decision(decide.request, decide.who)
            }
            (Ok(Answer::Received), Command::Sign(sign)) => Acknowledged::Signature(sign.request, sign.who),
            (Ok(Answer::Returned), Command::Return { request, .. }) => Acknowledged::Return(request),
            (Ok(Answer::Received), Command::Revoke(revoke)) => Acknowledged::Revocation(revoke.request, revoke.who),
            (Ok(Answer::Withdrawn), Command::Cancel { request, .. }) => Acknowledged::Cancel(request),
            _ => return,
        };
        self.counts.acknowledged += 1;
        self.acknowledged.push(told);
    }
}

fn extends(event: Event) -> Option<RequestId> {
    match event {
        Event::GrantExtended { request, .. } => Some(request),
        _ => None,
    }
}
