//! The core in corners that whole histories seldom reach.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::domain::{
    account::{Account, Closure},
    alarm::Alarm,
    catalogue::{Application, Entitlement, Offer, Requesters, Sensitivity, StepRule, Who},
    command::{Answer, Choice, Decide, Surface},
    id::{ApplicationId, Email, EntitlementId, OktaGroupId, OktaUserId},
    live::Promise,
    membership::{Membership, Motion},
    port::{Alert, Approver, Class, EffectError, Facts, Fault, MembershipKey, Standing, UnfitGroup, Vendor},
    request::Purpose,
    said::Text,
    ticket::Happened,
    time::{AccessDuration, EndRule, Timestamp},
};

const HOUR: TimeDelta = TimeDelta::hours(1);

fn dawn() -> Timestamp {
    "2026-11-24T08:00:00Z".parse().unwrap()
}

fn after(elapsed: u64) -> Now {
    Now { wall: dawn(), elapsed: Duration::from_secs(elapsed) }
}

fn secs(secs: u64) -> AccessDuration {
    AccessDuration::from_secs(secs).unwrap()
}

fn limits() -> Limits {
    Limits {
        unanswered_after: secs(86_400),
        remind_after: secs(1_800),
        min_duration: secs(60),
        max_open: 5,
        tickets: crate::domain::ticket::Tickets::None,
        audit: crate::domain::ticket::AuditChannel::None,
        ..Limits::default()
    }
}

fn core(live: Live, mode: Mode) -> Core {
    Core::new(live, Arc::new(catalogue()), limits(), mode, 1)
}

fn command(command: Command) -> Input {
    Input::Command { command, archived: None, reply: ReplyId(1) }
}

fn start() -> Input {
    command(Command::Start { version: "1".into() })
}

fn membership(user: usize) -> MembershipKey {
    let user = OktaUserId::parse(format!("00u{user}")).unwrap();
    MembershipKey { group: OktaGroupId::parse("00gPROD").unwrap(), user }
}

fn email(name: &str) -> Email {
    Email::parse(format!("{name}@acme.example")).unwrap()
}

fn group(id: &str) -> OktaGroupId {
    OktaGroupId::parse(id).unwrap()
}

fn catalogue() -> Catalogue {
    let level = Entitlement {
        id: EntitlementId::parse("db/rw").unwrap(),
        name: "Read-Write".into(),
        group: group("00gPROD"),
        sensitivity: Sensitivity::High,
        approval: vec![StepRule::Owner],
        durations: vec![Offer::For(secs(3_600))],
        max_duration: secs(8 * 3_600),
        requesters: Requesters::Only(vec![Who::Group(group("00gENG"))]),
        allow_admin_group: false,
        escalates: false,
        emergency: false,
    };
    let application = Application {
        id: ApplicationId::parse("db").unwrap(),
        name: "Database".into(),
        owners: vec![Who::Person(email("bob"))],
        entitlements: vec![level],
    };
    Catalogue {
        applications: BTreeMap::from([(application.id.clone(), application)]),
        approvers: BTreeMap::new(),
        admins: Vec::new(),
        ..Catalogue::default()
    }
}

fn asks(name: &str) -> Input {
    command(Command::Ask(Ask {
        who: SlackUserId::parse(format!("U0{name}")).unwrap(),
        purpose: Purpose::Access,
        key: name.to_owned(),
        entitlement: EntitlementId::parse("db/rw").unwrap(),
        end: EndRule::After { secs: secs(3_600) },
        justification: Text::parse("INC-1", "0".repeat(32)).unwrap(),
        known: None,
    }))
}

/// Someone who stands in every group there is.
fn insider(name: &str) -> Identity {
    let slack = SlackUserId::parse(format!("U0{name}")).unwrap();
    let okta = OktaUserId::parse(format!("00u{name}")).unwrap();
    let groups = (0..3_000).map(|n| group(&format!("00g{n:017}"))).chain([group("00gENG")]).collect();
    Identity { groups, ..Identity::new(slack, okta, email(&name.to_lowercase()), name.to_owned()) }
}

/// The lines that are to be saved.
fn saved(actions: &[Action]) -> Vec<&Entry> {
    let saved = actions.iter().filter_map(|action| match action {
        Action::Save { entry, .. } => Some(entry),
        _ => None,
    });
    saved.collect()
}

/// What is to be tried.
fn tried(actions: &[Action]) -> Vec<(EffectId, &Effect)> {
    let tried = actions.iter().filter_map(|action| match action {
        Action::Perform(attempt) => Some((attempt.id, &attempt.effect)),
        _ => None,
    });
    tried.collect()
}

/// How many memberships each line is to hold for custody.
fn owed(actions: &[Action]) -> Vec<usize> {
    let events = saved(actions).into_iter().flat_map(|entry| &entry.events);
    let held = events.filter_map(|event| match event {
        Event::CustodyBegan { held } => Some(held.len()),
        _ => None,
    });
    held.collect()
}

#[test]
fn what_custody_owes_is_first_and_is_written_until_it_is_durable() {
    let held: Vec<Held> = (0..250).map(|user| Held { membership: membership(user), until: dawn() + HOUR }).collect();
    let mut core = core(Live::default(), Mode::Custody).owing(held);
    let first = core.step(start(), after(0));
    assert_eq!(owed(&first), [100, 100, 50]);
    assert!(matches!(saved(&first)[3].events[..], [Event::ProgramStarted { .. }]));
    assert!(owed(&core.step(Input::NotSaved { seq: 1 }, after(1))).is_empty());
    assert!(!core.is_quiet());
    assert_eq!(core.wake().elapsed, Some(Duration::from_secs(3)), "the disk is full");
    assert!(owed(&core.step(Input::Wake, after(2))).is_empty());
    assert_eq!(owed(&core.step(Input::Wake, after(3))), [100, 100, 50]);
    assert!(owed(&core.step(Input::Durable { seq: 1 }, after(4))).is_empty());
    assert!(owed(&core.step(Input::NotSaved { seq: 2 }, after(4))).is_empty());
    assert_eq!(owed(&core.step(Input::Wake, after(6))), [100, 50]);
    assert!(owed(&core.step(Input::Durable { seq: 3 }, after(7))).is_empty());
    assert_eq!(core.safe().memberships.len(), 250);
    assert!(core.is_quiet());
}

/// Somebody holds something for an hour.
fn holding(user: usize, live: &mut Live) -> MembershipKey {
    let (key, id) = (membership(user), live.next);
    live.next = id.next();
    let row =
        Membership { holds: [(id, dawn() + HOUR)].into(), motion: Motion::Inside, ..Membership::new(key.clone()) };
    live.memberships.insert(key.clone(), row);
    key
}

/// Whose account is to be read.
fn read(actions: &[Action]) -> Vec<&MembershipKey> {
    let read = actions.iter().filter_map(|action| match action {
        Action::ReadAccount { holder } => Some(holder),
        _ => None,
    });
    read.collect()
}

fn account(key: &MembershipKey, account: Account) -> Input {
    Input::AccountRead { user: key.user.clone(), result: Ok(account) }
}

const SUSPENDED: Account = Account::Closed(Closure::Suspended);

#[test]
fn a_start_reads_every_holder_and_then_each_after_its_time() {
    let mut live = Live::default();
    let (one, two) = (holding(1, &mut live), holding(2, &mut live));
    let mut core = core(live, Mode::Custody);
    assert_eq!(read(&core.step(start(), after(0))), [&one]);
    assert!(read(&core.step(Input::Wake, after(1))).is_empty());
    let kept = core.step(account(&one, Account::Kept), after(1));
    assert!(saved(&kept).is_empty() && read(&kept).is_empty(), "{kept:?}");
    assert_eq!(core.wake().elapsed, Some(Duration::from_millis(1_250)));
    assert_eq!(read(&core.step(Input::Wake, after(2))), [&two]);
    core.step(account(&two, Account::Kept), after(2));
    assert_eq!(core.wake().wall, Some(dawn() + TimeDelta::minutes(5)));
    let later = Now { wall: dawn() + TimeDelta::minutes(5), elapsed: Duration::from_secs(302) };
    assert_eq!(read(&core.step(Input::Wake, later)), [&one]);
}

#[test]
fn nobody_is_read_while_a_removal_waits_for_its_first_try() {
    let mut live = Live { at: dawn(), ..Live::default() };
    let (one, two) = (holding(1, &mut live), holding(2, &mut live));
    live.memberships.get_mut(&two).unwrap().holds.values_mut().for_each(|until| *until = dawn());
    let mut core = core(live, Mode::Custody);
    let started = core.step(start(), after(0));
    assert!(read(&started).is_empty(), "it is decided upon");
    let removal = EffectId { seq: saved(&started)[1].seq, ordinal: 0 };
    let durable = core.step(Input::Durable { seq: removal.seq }, after(1));
    assert_eq!((tried(&durable).len(), read(&durable)), (1, Vec::new()), "it is tried");
    let fault = Fault { vendor: Vendor::Okta, status: Some(500), code: None, receipt: None };
    let failed = Err(EffectError { class: Class::Retry, after: None, fault });
    assert_eq!(read(&core.step(Input::Tried { id: removal, result: failed }, after(3))), [&one]);
}

#[test]
fn what_a_closed_account_ends_is_written_as_soon_as_lines_are_taken() {
    let mut live = Live::default();
    let one = holding(1, &mut live);
    let mut core = core(live, Mode::Custody);
    assert_eq!(read(&core.step(start(), after(0))), [&one]);
    let closed = core.step(account(&one, SUSPENDED), after(1));
    let ends = |actions: &[Action]| saved(actions).iter().filter(|entry| !entry.effects.is_empty()).count();
    assert_eq!(ends(&closed), 1);
    // The line is refused: the account is read again, and what is read before lines are taken is not lost either.
    core.step(Input::NotSaved { seq: 1 }, after(1));
    assert_eq!(read(&core.step(Input::Wake, after(3))), [&one]);
    let started = core.step(
        Input::Command { command: Command::Start { version: "2".into() }, archived: None, reply: ReplyId(2) },
        after(3),
    );
    core.step(Input::NotSaved { seq: saved(&started)[0].seq }, after(3));
    assert_eq!(ends(&core.step(account(&one, SUSPENDED), after(4))), 0);
    assert_eq!(core.wake().elapsed, Some(Duration::from_secs(5)));
    assert_eq!(read(&core.step(Input::Wake, after(5))), [&one]);
    let closed = core.step(account(&one, SUSPENDED), after(5));
    assert_eq!(ends(&closed), 1);
    let seq = saved(&closed)[0].seq;
    assert_eq!(tried(&core.step(Input::Durable { seq }, after(5))).len(), 1, "its removal");
}

#[test]
fn no_addition_starts_before_a_removal_that_is_only_decided() {
    let (adding, overdue) = (membership(1), membership(2));
    let add = EffectId { seq: 1, ordinal: 0 };
    let (first, second) = (RequestId::FIRST, RequestId::FIRST.next());
    let mut live = Live { seq: 1, at: dawn() - HOUR, next: second.next(), ..Live::default() };
    let effect = Effect::AddMember { membership: adding.clone() };
    live.promises.insert(add, Promise { effect, since: dawn() - HOUR });
    let motion = Motion::Adding { effect: add, inside: false };
    let holds = [(first, dawn() + HOUR)].into();
    live.memberships.insert(adding.clone(), Membership { holds, motion, ..Membership::new(adding) });
    let holds = [(second, dawn() - HOUR)].into();
    let overdue_row = Membership { holds, motion: Motion::Inside, ..Membership::new(overdue.clone()) };
    live.memberships.insert(overdue, overdue_row);

    let mut core = core(live, Mode::Custody);
    let started = core.step(start(), after(0));
    let last = saved(&started)[1];
    assert!(matches!(last.effects[..], [Effect::RemoveMember { .. }]), "{last:?}");
    let removal = EffectId { seq: last.seq, ordinal: 0 };
    // The disk is slow, Slack is not.
    assert_eq!(tried(&core.step(Input::Mode(Mode::Serving), after(1))), []);
    let durable = core.step(Input::Durable { seq: removal.seq }, after(2));
    assert_eq!(tried(&durable).iter().map(|(id, _)| *id).collect::<Vec<_>>(), [removal]);
    let fault = Fault { vendor: Vendor::Okta, status: Some(500), code: None, receipt: None };
    let result = Err(EffectError { class: Class::Retry, after: None, fault });
    let looked_at = |actions: &[Action]| {
        let withdrawn = Event::EffectWithdrawn { effect: add };
        saved(actions).iter().any(|entry| entry.events.contains(&withdrawn))
    };
    assert!(![&started, &durable].into_iter().any(|actions| looked_at(actions)));
    let failed = core.step(Input::Tried { id: removal, result }, after(3));
    // Nobody waits for this one any more: its turn has come, and it is taken back.
    assert!(looked_at(&failed), "{failed:?}");
}

/// Asks, is identified, and answers the promise to find the approvers.
fn identified(core: &mut Core, name: &str, now: Now) -> (EffectId, Entry) {
    let asked = core.step(asks(name), now);
    let seq = saved(&asked)[0].seq;
    let durable = core.step(Input::Durable { seq }, now);
    let id = tried(&durable)[0].0;
    let found = core.step(Input::Tried { id, result: Ok(Outcome::identified(insider(name))) }, now);
    let line = saved(&found)[0].clone();
    let durable = core.step(Input::Durable { seq: line.seq }, now);
    let [(id, Effect::FindApprovers { .. })] = tried(&durable)[..] else { panic!("{durable:?}") };
    (id, line)
}

#[test]
fn of_somebodys_groups_those_go_on_record_that_the_catalogue_names() {
    let mut core = core(Live::default(), Mode::Serving);
    let (_, line) = identified(&mut core, "ALICE", after(0));
    let named = |event: &Event| match event {
        Event::PersonIdentified { person, .. }
        | Event::PersonBound { person, .. }
        | Event::ApproversSought { person, .. }
        | Event::EffectSettled { outcome: Outcome::Identified { person, .. }, .. } => Some(person.groups.clone()),
        _ => None,
    };
    let named: Vec<_> = line.events.iter().filter_map(named).collect();
    assert_eq!(named, vec![BTreeSet::from([group("00gENG")]); 4]);
}

#[test]
fn of_the_groups_in_facts_too_those_go_on_record_that_the_catalogue_names() {
    let core = core(Live::default(), Mode::Serving);
    let facts = || Facts { groups: insider("ALICE").groups, ..Facts::default() };
    let id = EffectId { seq: 1, ordinal: 0 };
    let trimmed = |outcome| match core.trimmed(Input::Tried { id, result: Ok(outcome) }) {
        Input::Tried { result: Ok(outcome), .. } => outcome,
        other => panic!("{other:?}"),
    };
    let requester = Some(Requester::Fit { facts: facts() });
    let only = BTreeSet::from([group("00gENG")]);
    match trimmed(Outcome::Identified { person: insider("BOB"), requester, lapsed: Vec::new() }) {
        Outcome::Identified { person, requester: Some(Requester::Fit { facts }), .. } => {
            assert_eq!((person.groups, facts.groups), (only.clone(), only.clone()));
        }
        other => panic!("{other:?}"),
    }
    let standing =
        Standing { member: false, inactive: None, unfit_group: None, facts: Some(facts()), lapsed: Vec::new() };
    let Outcome::Stands { standing } = trimmed(Outcome::Stands { standing }) else { panic!() };
    assert_eq!(standing.facts.unwrap().groups, only);
}

#[test]
fn an_outcome_that_is_too_long_for_a_line_is_its_promises_failure_and_nobody_elses() {
    let mut core = core(Live::default(), Mode::Serving);
    let (id, _) = identified(&mut core, "ALICE", after(0));
    let approver = |n: usize| Approver {
        email: email("bob"),
        slack: SlackUserId::parse("U0BOB").unwrap(),
        okta: OktaUserId::parse(format!("00u{n}")).unwrap(),
        name: "Bob".repeat(20),
    };
    let approvers = (0..1_000).map(approver).collect();
    let other = core.step(asks("CAROL"), after(1));
    let seq = saved(&other)[0].seq;
    let result = Ok(Outcome::Found { approvers, missing: Vec::new(), members: Vec::new() });
    let failed = core.step(Input::Tried { id, result }, after(1));
    let [line] = saved(&failed)[..] else { panic!("{failed:?}") };
    assert!(matches!(&line.events[..], [Event::EffectFailing { effect, .. }] if *effect == id), "{line:?}");
    let answered = core.step(Input::Durable { seq: line.seq }, after(1));
    assert_eq!(line.seq, seq + 1);
    assert!(answered.iter().any(|action| matches!(action, Action::Answer { response, .. } if response.result.is_ok())));
    let again = |core: &mut Core, at| tried(&core.step(Input::Wake, after(at))).iter().any(|(tried, _)| *tried == id);
    assert!(!again(&mut core, 300));
    assert!(again(&mut core, 301));
}

#[test]
fn a_decision_on_a_home_tab_counts_only_on_what_was_drawn_there() {
    let mut core = core(Live::default(), Mode::Serving);
    // The program has run for more than a day: whoever looks at their tab has opened it since.
    let now = after(90_000);
    let (id, _) = identified(&mut core, "ALICE", now);
    let bob = Approver {
        email: email("bob"),
        slack: SlackUserId::parse("U0BOB").unwrap(),
        okta: OktaUserId::parse("00uBOB").unwrap(),
        name: "Bob".to_owned(),
    };
    let result = Ok(Outcome::Found { approvers: vec![bob.clone()], missing: Vec::new(), members: Vec::new() });
    let pending = core.step(Input::Tried { id, result }, now);
    let seq = saved(&pending)[0].seq;
    core.step(Input::Durable { seq }, now);
    let digest = core.safe().requests[&RequestId::FIRST].digest();
    let decides = || {
        let place = Surface::Home;
        let (who, digest) = (bob.slack.clone(), digest.clone());
        command(Command::Decide(Decide { who, request: RequestId::FIRST, place, digest, choice: Choice::Approve }))
    };
    let answered = |actions: Vec<Action>, core: &mut Core| {
        let seq = saved(&actions)[0].seq;
        let mut answers = core.step(Input::Durable { seq }, now).into_iter().filter_map(|action| match action {
            Action::Answer { response, .. } => Some(response.result),
            _ => None,
        });
        answers.next().unwrap()
    };
    let undrawn = core.step(decides(), now);
    assert_eq!(answered(undrawn, &mut core), Err(Refusal::StaleHome));
    core.step(Input::Looked { who: bob.slack.clone(), pages: None }, now);
    core.step(Input::NotLookedUp { who: bob.slack.clone(), after: None }, now);
    let drawn = core.step(decides(), now);
    assert_eq!(answered(drawn, &mut core), Ok(Answer::Received));
}

/// A journal of an earlier program promises to tell of a single removal: the alarm tells of it, and nobody is told twice.
#[test]
fn what_an_earlier_program_promised_to_tell_of_one_removal_is_moot() {
    let alert = r#"{"alert":"removal_late","membership":{"group":"00g1","user":"00u1"},"requests":["R-1"],"due":"2026-11-24T15:40:00Z"}"#;
    let effect = Effect::AlertAdmins { alert: serde_json::from_str(alert).unwrap() };
    let mut live = Live { seq: 1, ..Live::default() };
    let id = EffectId { seq: 1, ordinal: 0 };
    live.promises.insert(id, Promise { effect, since: dawn() });
    let actions = core(live, Mode::Serving).step(Input::Wake, after(0));
    assert_eq!(tried(&actions), []);
    let settled = [Event::EffectSettled { effect: id, outcome: Outcome::Moot }];
    assert_eq!(saved(&actions)[0].events, settled);
}

/// Slack takes nothing for a day: what was to be told once is given up, and holds up nothing.
#[test]
fn an_alert_that_nobody_could_be_told_for_a_day_is_given_up() {
    let alert = Alert::GroupUnfit { request: RequestId::FIRST, group: group("00g1"), reason: UnfitGroup::FilledByRule };
    let mut live = Live { seq: 1, ..Live::default() };
    let ids = [0, 1].map(|ordinal| EffectId { seq: 1, ordinal });
    for id in ids {
        live.promises.insert(id, Promise { effect: Effect::AlertAdmins { alert: alert.clone() }, since: dawn() });
    }
    let alarm = EffectId { seq: 1, ordinal: 2 };
    let effect = Effect::AlertAdmins { alert: Alert::RemovalsLate { revision: 1 } };
    live.alarm = Some(Alarm::begins(dawn(), dawn()));
    live.promises.insert(alarm, Promise { effect, since: dawn() });
    let mut core = core(live, Mode::Serving);
    let of = |actions: &[Action]| tried(actions).iter().map(|(id, _)| *id).collect::<Vec<_>>();
    assert_eq!(of(&core.step(Input::Wake, after(0))), [ids[0], alarm], "the alarm waits for no other");
    let fault = Fault { vendor: Vendor::Slack, status: None, code: None, receipt: None };
    let failed = Err(EffectError { class: Class::Retry, after: None, fault });
    core.step(Input::Tried { id: ids[0], result: failed }, after(0));
    let later = Now { wall: dawn() + TimeDelta::days(1), elapsed: Duration::from_secs(86_400) };
    let settled =
        saved(&core.step(Input::Wake, later)).into_iter().flat_map(|entry| entry.events.clone()).collect::<Vec<_>>();
    assert!(settled.contains(&Event::EffectSettled { effect: ids[0], outcome: Outcome::Moot }), "{settled:?}");
}

/// Somebody who only opens their tab is held against the record too.
#[test]
fn a_look_up_that_contradicts_the_record_is_on_record() {
    let mut core = core(Live::default(), Mode::Serving);
    identified(&mut core, "ALICE", after(0));
    let moved = Identity { email: email("alicia"), ..insider("ALICE") };
    let who = moved.slack.clone();
    let looked_up = |core: &mut Core, found: Identity| {
        let actions = core.step(Input::LookedUp { who: who.clone(), found: Ok(found) }, after(1));
        let events = saved(&actions).into_iter().flat_map(|entry| entry.events.clone());
        events.filter(|event| matches!(event, Event::BindingSuspended { .. })).count()
    };
    assert_eq!(looked_up(&mut core, insider("ALICE")), 0);
    assert_eq!(looked_up(&mut core, moved.clone()), 1);
    assert_eq!(looked_up(&mut core, moved), 0);
}

/// What was known of somebody's groups was cut to those that the catalogue before named.
#[test]
fn another_catalogue_looks_everybody_up_anew() {
    let mut core = core(Live::default(), Mode::Serving);
    let alice = insider("ALICE");
    core.step(Input::LookedUp { who: alice.slack.clone(), found: Ok(alice.clone()) }, after(0));
    assert!(core.known(&alice.slack, after(1)).is_some());
    core.step(Input::Adopt(Arc::new(catalogue()), limits()), after(1));
    assert!(core.known(&alice.slack, after(1)).is_none());
}

/// What earlier programs promised to say of what was extended is said of the extension that was over then, on the same
/// ticket: the last one is not taken for one before it.
#[test]
fn an_old_promise_speaks_of_the_extension_that_was_over_then() {
    let (first, second) = (dawn(), dawn() + TimeDelta::minutes(10));
    let mut live = Live { seq: 9, at: second, ..Live::default() };
    let one = RequestId::FIRST;
    let (two, three) = (one.next(), one.next().next());
    for request in [kept(one, None), kept(two, Some(first)), kept(three, Some(second))] {
        live.requests.insert(request.id, request);
    }
    let extended = |at| Happened::Extended { ends: at + HOUR };
    let effects = [
        Effect::CommentTicket { request: one, what: extended(first), at: first, extension: None },
        Effect::TellAudit { request: one, what: extended(first), at: first },
        Effect::TellAudit { request: two, what: Happened::Approved { step: 0 }, at: first },
        Effect::TellAudit { request: one, what: Happened::Opened { ends: second }, at: first },
    ];
    for (ordinal, effect) in (0..).zip(effects) {
        live.promises.insert(EffectId { seq: 9, ordinal }, Promise { effect, since: first });
    }
    let mut core = core(live, Mode::Serving);
    let mut spoken = Vec::new();
    let mut actions = core.step(start(), after(1));
    while let Some(action) = actions.pop() {
        let Action::Perform(attempt) = action else { continue };
        spoken.push((attempt.id.ordinal, attempt.about.map(|one| one.id), attempt.first.map(|one| one.id)));
        actions.extend(core.step(Input::Tried { id: attempt.id, result: Ok(Outcome::Told) }, after(1)));
    }
    spoken.sort_unstable();
    let of_two = |ordinal| (ordinal, Some(two), Some(one));
    assert_eq!(spoken[..], [of_two(0), of_two(1), of_two(2), (3, Some(one), None)]);
}

/// A request with its ticket, or an extension of it that was approved then.
fn kept(id: RequestId, applied: Option<Timestamp>) -> crate::domain::request::Request {
    let person = serde_json::json!({ "slack": "U0A", "okta": "00u1", "email": "a@acme.example", "name": "a" });
    let route = serde_json::json!({ "person": person, "steps": [] });
    let mut request = serde_json::json!({
        "id": id, "revision": 1, "asker": "U0A",
        "access": {
            "entitlement": "db/rw", "application": "Database", "level": "Read-Write", "group": "00gPROD", "sensitivity": "high",
        },
        "end": { "rule": "after", "secs": 3_600 }, "justification": { "digest": "" },
        "asked": dawn(), "closes": dawn() + HOUR, "shown": [],
        "state": { "state": "active", "route": route, "opened": dawn(), "ends": dawn() + HOUR },
        "ticket": { "ticket": "opened", "id": "1", "key": "ACCESS-1", "link": "https://jira.example/1" },
    });
    if let Some(at) = applied {
        request["ticket"] = serde_json::Value::Null;
        request["purpose"] = serde_json::json!({
            "purpose": "extension", "of": RequestId::FIRST, "opened": dawn(), "ends": dawn() + HOUR,
        });
        request["state"] =
            serde_json::json!({ "state": "ended", "route": route, "ending": { "ending": "applied" }, "at": at });
    }
    serde_json::from_value(request).unwrap()
}
