//! Deciding and folding, with a thousand requests in memory: the median of each command must be under 20 µs.
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a benchmark stops where it fails and reads time")]

use std::{
    collections::{BTreeMap, BTreeSet},
    process::ExitCode,
    time::{Duration, Instant},
};

use jitney::domain::{
    catalogue::{Application, Catalogue, Entitlement, Offer, Requesters, Sensitivity, StepRule},
    command::{Ask, Command},
    decide::{Limits, Mode, Today, decide},
    event::Entry,
    id::{ApplicationId, Email, EntitlementId, OktaGroupId, OktaUserId, SlackUserId},
    live::Live,
    port::{Approver, Effect, Identity, Outcome},
    said::Text,
    time::{AccessDuration, EndRule, Timestamp},
};

const REQUESTS: usize = 1_000;
const ROUNDS: usize = 2_000;
const MOST: Duration = Duration::from_micros(20);

fn secs(secs: u64) -> AccessDuration {
    AccessDuration::from_secs(secs).unwrap()
}

fn catalogue() -> Catalogue {
    let level = Entitlement {
        id: EntitlementId::parse("db/rw").unwrap(),
        name: "Read-Write".into(),
        group: OktaGroupId::parse("00gPROD").unwrap(),
        sensitivity: Sensitivity::High,
        approval: vec![StepRule::Owner],
        durations: vec![Offer::For(secs(7_200))],
        max_duration: secs(28_800),
        requesters: Requesters::Everyone,
        allow_admin_group: false,
    };
    let application = Application {
        id: ApplicationId::parse("db").unwrap(),
        name: "Database".into(),
        owners: vec![Email::parse("bob@acme.example").unwrap()],
        entitlements: vec![level],
    };
    Catalogue { applications: BTreeMap::from([(application.id.clone(), application)]), approvers: BTreeMap::new() }
}

struct Bench {
    live: Live,
    catalogue: Catalogue,
    limits: Limits,
    now: Timestamp,
}

impl Bench {
    /// Decides and folds; answers how long that took.
    fn run(&mut self, command: &Command) -> Duration {
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
        key: format!("view:{number}"),
        entitlement: EntitlementId::parse("db/rw").unwrap(),
        end: EndRule::After { secs: secs(7_200) },
        justification: Text::parse("Stuck migration, INC-42", "0".repeat(32)).unwrap(),
        known: None,
    })
}

fn identified(number: usize) -> Outcome {
    let person = Identity {
        slack: slack(number),
        okta: OktaUserId::parse(format!("00u{number}")).unwrap(),
        email: Email::parse(format!("p{number}@acme.example")).unwrap(),
        name: "Somebody".into(),
        zone: None,
        groups: BTreeSet::new(),
    };
    Outcome::Identified { person }
}

fn found() -> Outcome {
    let bob = Approver {
        email: Email::parse("bob@acme.example").unwrap(),
        slack: SlackUserId::parse("U0BOB").unwrap(),
        okta: OktaUserId::parse("00uBOB").unwrap(),
        name: "Bob Stone".into(),
    };
    Outcome::Found { approvers: vec![bob], missing: Vec::new() }
}

fn main() -> ExitCode {
    let limits = Limits {
        unanswered_after: secs(86_400),
        min_duration: secs(60),
        max_open: 20,
        tickets: jitney::domain::ticket::Tickets::None,
    };
    let now = "2026-11-24T13:40:00Z".parse().unwrap();
    let mut bench = Bench { live: Live::default(), catalogue: catalogue(), limits, now };
    let mut times: BTreeMap<&str, Vec<Duration>> = BTreeMap::new();
    for number in 0..REQUESTS + ROUNDS {
        let asked = bench.run(&ask(number));
        let known = bench.settle(|effect| matches!(effect, Effect::IdentifyPerson { .. }), identified(number));
        let put = bench.settle(|effect| matches!(effect, Effect::FindApprovers { .. }), found());
        if number >= REQUESTS {
            times.entry("ask").or_default().push(asked);
            times.entry("identified").or_default().push(known);
            times.entry("put to approvers").or_default().push(put);
        }
    }
    let mut met = true;
    for (what, mut times) in times {
        times.sort();
        let median = times[times.len() / 2];
        println!("{what:18} {median:>10.1?} (below {MOST:?})");
        met &= median < MOST;
    }
    if met { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
