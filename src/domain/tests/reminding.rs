//! When those who are asked are reminded.

use super::*;

const DUE: Command = Command::RequestDue { request: ONE };

impl Play {
    /// Who is to be reminded by the last line.
    fn reminded(&self) -> Vec<String> {
        let effects = self.entries.last().map(|entry| entry.effects.as_slice()).unwrap_or_default();
        let to = effects.iter().filter_map(|effect| match effect {
            Effect::Remind { to, .. } => Some(to.to_string()),
            _ => None,
        });
        to.collect()
    }

    fn next_reminder(&self) -> Option<Timestamp> {
        crate::domain::decide::request_due(self.live.requests.get(&ONE)?)
    }
}

/// Alice's request, which Bob and Dana are asked about.
fn pending() -> Play {
    Play::new()
        .goes(&ask("db/rw", "form"))
        .settled("identify_person", Outcome::identified(identity("alice")))
        .settled("find_approvers", found())
}

#[test]
fn each_wait_is_twice_the_one_before_and_no_longer_than_a_day() {
    let mut play = pending();
    let mut waits = Vec::new();
    // It closes after a day; so long as it does not, it goes on.
    play.live.requests.get_mut(&ONE).unwrap().closes += TimeDelta::days(10);
    for _ in 0..8 {
        let wait = play.next_reminder().unwrap() - play.now;
        waits.push(wait.num_minutes());
        play = play.after(wait.num_seconds()).goes(&DUE);
        assert_eq!(play.reminded(), ["U0BOB", "U0DANA"]);
        play = play.settled("remind", Outcome::Told).settled("remind", Outcome::Told);
    }
    assert_eq!(waits, [30, 60, 120, 240, 480, 960, 1_440, 1_440]);
}

#[test]
fn nobody_is_reminded_before_its_time_or_twice_for_one() {
    let play = pending();
    let before = play.entries.len();
    let early = play.after(1_799).goes(&DUE);
    assert_eq!(early.entries.len(), before, "nothing came of it");
    let due = early.after(1).goes(&DUE);
    assert_eq!(due.reminded().len(), 2);
    let again = due.clone().goes(&DUE);
    assert_eq!(again.entries.len(), due.entries.len());
}

#[test]
fn at_the_end_it_is_closed_and_nobody_is_reminded() {
    let play = pending().after(86_400).goes(&DUE);
    assert_eq!(play.reminded(), Vec::<String>::new());
    assert!(play.last().iter().any(|event| matches!(event, Event::RequestLapsed { .. })));
}

#[test]
fn whoever_cannot_be_reached_or_may_not_decide_any_more_is_not_reminded() {
    let mut play = pending();
    let request = play.live.requests.get_mut(&ONE).unwrap();
    request.unreachable.push(slack("bob"));
    assert_eq!(play.after(1_800).goes(&DUE).reminded(), ["U0DANA"]);
}

#[test]
fn a_reminder_that_waits_to_be_said_stands_for_the_next() {
    let play = pending().after(1_800).goes(&DUE).after(3_600).goes(&DUE);
    assert_eq!(play.reminded(), Vec::<String>::new(), "Slack was away for an hour");
    let promised = play.live.promises.values().filter(|promise| matches!(promise.effect, Effect::Remind { .. }));
    assert_eq!(promised.count(), 2);
}

#[test]
fn in_custody_it_waits_until_something_can_be_decided() {
    let mut play = pending().after(1_800);
    let before = play.entries.len();
    play.mode = Mode::Custody;
    play = play.goes(&DUE);
    assert_eq!(play.entries.len(), before, "nothing is written as long as it lasts");
    play.mode = Mode::Serving;
    assert_eq!(play.goes(&DUE).reminded(), ["U0BOB", "U0DANA"]);
}

#[test]
fn whoever_owns_it_no_more_is_not_reminded() {
    let mut play = pending().after(1_800);
    for application in play.catalogue.applications.values_mut() {
        application.owners.retain(|owner| *owner != Who::Person(email("bob")));
    }
    assert_eq!(play.goes(&DUE).reminded(), ["U0DANA"]);
}
