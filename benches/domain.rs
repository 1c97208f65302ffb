//! Deciding and folding, with a thousand requests in memory: the median of each command must be under 20 µs.
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a benchmark stops where it fails and reads time")]

use std::{
    collections::BTreeMap,
    process::ExitCode,
    time::{Duration, Instant},
};

use chrono::TimeDelta;
use jitney::domain::{
    catalogue::Catalogue,
    command::{Ask, Choice, Command, Decide, Surface},
    decide::{Limits, Mode, Today, decide},
    event::Entry,
    id::{Email, EntitlementId, OktaUserId, RequestId, SlackChannelId, SlackTs, SlackUserId},
    live::Live,
    port::{Approver, Effect, Identity, Outcome, Posted, Removal, Standing, ViewKey},
    request::Purpose,
    said::Text,
    time::{EndRule, Timestamp},
};

mod offer;

use offer::{catalogue, secs};

const REQUESTS: usize = 1_000;
const ROUNDS: usize = 2_000;
const MOST: Duration = Duration::from_micros(20);

struct Bench {
    live: Live,
    catalogue: Catalogue,
    limits: Limits,
    now: Timestamp,
}

impl Bench {
    /// Decides and folds; answers how long that took.
    fn run(&mut self, command: &Command) -> Duration {
        self.now += TimeDelta::milliseconds(1);
        let today = Today { catalogue: &self.catalogue, limits: &self.limits, mode: Mode::Serving };
        let began = Instant::now();
        let decision = decide(&self.live, command, today, self.now).unwrap();
        let entry = Entry {
            seq: self.live.seq + 1,
            at: self.now,
            events: decision.events,
            effects: decision.effects,
            words: decision.words,
        };
        self.live.apply(&entry).unwrap();
        began.elapsed()
    }

    fn settle(&mut self, wanted: fn(&Effect) -> bool, outcome: Outcome) -> Duration {
        let promise = self.live.promises.iter().rev().find(|(_, promise)| wanted(&promise.effect));
        let effect = *promise.unwrap().0;
        self.run(&Command::Settle { effect, outcome })
    }
}

fn slack(number: usize) -> SlackUserId {
    SlackUserId::parse(format!("U{number:07}")).unwrap()
}

fn ask(number: usize) -> Command {
    Command::Ask(Ask {
        who: slack(number),
        purpose: Purpose::Access,
        key: format!("view:{number}"),
        entitlement: EntitlementId::parse("db/rw").unwrap(),
        end: EndRule::After { secs: secs(7_200) },
        justification: Text::parse("Stuck migration, INC-42", "0".repeat(32)).unwrap(),
        known: None,
    })
}

fn identified(number: usize) -> Outcome {
    let okta = OktaUserId::parse(format!("00u{number}")).unwrap();
    let email = Email::parse(format!("p{number}@acme.example")).unwrap();
    Outcome::identified(Identity::new(slack(number), okta, email, "Somebody".into()))
}

fn found() -> Outcome {
    let bob = Approver {
        email: Email::parse("bob@acme.example").unwrap(),
        slack: SlackUserId::parse("U0BOB").unwrap(),
        okta: OktaUserId::parse("00uBOB").unwrap(),
        name: "Bob Stone".into(),
    };
    Outcome::Found { approvers: vec![bob], missing: Vec::new(), members: Vec::new() }
}

fn bob() -> SlackUserId {
    SlackUserId::parse("U0BOB").unwrap()
}

fn decided() -> Outcome {
    let okta = OktaUserId::parse("00uBOB").unwrap();
    let email = Email::parse("bob@acme.example").unwrap();
    Outcome::identified(Identity::new(bob(), okta, email, "Bob Stone".into()))
}

fn posted(number: usize) -> Posted {
    let channel = SlackChannelId::parse("D0BOB").unwrap();
    Posted { channel, ts: SlackTs::parse(format!("{number}.000100")).unwrap() }
}

/// How long each command of a life takes, by its name.
#[derive(Default)]
struct Times(BTreeMap<&'static str, Vec<Duration>>);

impl Times {
    fn note(&mut self, what: &'static str, took: Duration) {
        self.0.entry(what).or_default().push(took);
    }
}

/// Asks, until it is put to its approvers.
fn begin(bench: &mut Bench, number: usize, times: &mut Times) -> RequestId {
    times.note("ask", bench.run(&ask(number)));
    let request = *bench.live.requests.last_key_value().unwrap().0;
    let identify = |effect: &Effect| matches!(effect, Effect::IdentifyPerson { .. });
    times.note("identified", bench.settle(identify, identified(number)));
    let find = |effect: &Effect| matches!(effect, Effect::FindApprovers { .. });
    times.note("put to approvers", bench.settle(find, found()));
    request
}

/// Approved, added, over, and removed.
fn live(bench: &mut Bench, number: usize, request: RequestId, times: &mut Times) {
    let view = ViewKey::Approver { request, slack: bob() };
    let (card, revision) = (posted(number), bench.live.requests[&request].revision);
    times.note("card shown", bench.run(&Command::Show { view, posted: card.clone(), revision }));
    let digest = bench.live.requests[&request].digest();
    let decide = Decide { who: bob(), request, place: Surface::Card(card), digest, choice: Choice::Approve };
    times.note("decision received", bench.run(&Command::Decide(decide)));
    let authority = |effect: &Effect| matches!(effect, Effect::CheckAuthority { .. });
    times.note("approved", bench.settle(authority, decided()));
    let standing = Standing { member: false, inactive: None, unfit_group: None, facts: None, lapsed: Vec::new() };
    let check = |effect: &Effect| matches!(effect, Effect::CheckMember { .. });
    times.note("checked", bench.settle(check, Outcome::Stands { standing }));
    let add = |effect: &Effect| matches!(effect, Effect::AddMember { .. });
    times.note("added", bench.settle(add, Outcome::Added { receipt: None }));
    let membership = bench.live.requests[&request].membership().unwrap();
    bench.now += TimeDelta::hours(2);
    times.note("expired", bench.run(&Command::MembershipDue { membership }));
    let remove = |effect: &Effect| matches!(effect, Effect::RemoveMember { .. });
    times.note("removed", bench.settle(remove, Outcome::Removed { removal: Removal::Removed, receipt: None }));
}

fn main() -> ExitCode {
    let limits = Limits {
        unanswered_after: secs(86_400),
        remind_after: secs(86_400),
        min_duration: secs(60),
        max_open: 20,
        tickets: jitney::domain::ticket::Tickets::None,
        audit: jitney::domain::ticket::AuditChannel::None,
        ..Limits::default()
    };
    let now = "2026-11-24T13:40:00Z".parse().unwrap();
    let mut bench = Bench { live: Live::default(), catalogue: catalogue(), limits, now };
    let mut warm_up = Times::default();
    for number in 0..REQUESTS {
        begin(&mut bench, number, &mut warm_up);
    }
    let mut times = Times::default();
    for number in REQUESTS..REQUESTS + ROUNDS {
        let request = begin(&mut bench, number, &mut times);
        live(&mut bench, number, request, &mut times);
    }
    let mut met = true;
    for (what, mut times) in times.0 {
        times.sort();
        let median = times[times.len() / 2];
        println!("{what:18} {median:>10.1?} (below {MOST:?})");
        met &= median < MOST;
    }
    if met { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
