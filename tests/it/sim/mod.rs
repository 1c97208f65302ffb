//! The simulation: the real domain, engine and journal on one thread, against an outside and a disk that do their worst.
//!
//! One seed is one history. Replies are lost, doubled and late; the power goes at any commit or effect; clocks step;
//! Okta and Slack are away for hours; the disk is full. In the end everything heals and runs to quiet, and the promises
//! are checked. `JITNEY_SIM_SEEDS=from..to` runs others than the first hundred.

mod homes;
mod outside;
mod people;
mod promises;
mod run;

use run::{Counts, Sim};

fn seeds() -> std::ops::Range<u64> {
    let wanted = std::env::var("JITNEY_SIM_SEEDS").ok();
    let parsed = wanted.as_deref().map(|range| {
        let (from, to) = range.split_once("..").expect("JITNEY_SIM_SEEDS=from..to");
        from.parse().unwrap()..to.parse().unwrap()
    });
    parsed.unwrap_or(0..100)
}

/// So many histories are lived at one time.
const WORKERS: usize = 2;

/// These histories keep their promises.
fn lived(seeds: impl Iterator<Item = u64>) -> Counts {
    let mut all = Counts::default();
    for seed in seeds {
        let mut sim = Sim::new(seed);
        sim.live();
        sim.heal();
        sim.check();
        all.add(&sim.counts);
    }
    all
}

#[test]
fn a_hundred_histories_keep_every_promise() {
    let all = std::thread::scope(|scope| {
        let lived = |worker| move || lived(seeds().skip(worker).step_by(WORKERS));
        let workers: Vec<_> = (0..WORKERS).map(|worker| scope.spawn(lived(worker))).collect();
        let mut all = Counts::default();
        for worker in workers {
            all.add(&worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        all
    });
    println!("{all:?}");
    // So that it cannot become tame without anyone noticing.
    let Counts {
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
        ..
    } = all;
    for (what, count) in [
        ("crashes", crashes),
        ("lost replies", lost_replies),
        ("doubled replies", doubled),
        ("late arrivals", zombies),
        ("grants", opened),
        ("denials", denied),
        ("call-offs", called_off),
        ("full disks", full),
        ("outages", outages),
        ("clock steps", steps),
        ("custodies", custody),
        ("standing members", all.standing),
        ("refusals", all.refusals),
        ("grants of two steps", all.two_steps),
        ("quick returns", all.quick_returns),
        ("emergencies", all.emergencies),
        ("signed reviews", all.signed),
        ("Home tabs", all.drawn),
        ("decisions on them", all.at_home),
        ("looks at them", all.fresh),
        ("admins who are told later", all.behind),
        ("approvals for less", all.shortened),
        ("revocations", all.revoked),
        ("freezes", all.frozen),
        ("words before an end", all.warned),
        ("wishes for more time", all.more_asked),
        ("extensions", all.extended),
        ("approvals by accounts that lapsed", all.lapsed),
        ("accounts taken from holders", all.taken_from),
    ] {
        assert!(count > 0, "no {what} in {:?}", seeds());
    }
}

#[test]
fn one_seed_is_one_history() {
    let journal = |seed| {
        let mut sim = Sim::new(seed);
        sim.live();
        sim.heal();
        sim.journal()
    };
    assert_eq!(journal(7), journal(7));
    assert_ne!(journal(7), journal(8));
}
