use serde_json::json;

use super::*;
use crate::domain::{
    catalogue::{Catalogue, Who},
    decide::Mode,
    home::Looker as Eyes,
    id::Email,
    live::Live,
    port::Identity,
};

const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

fn who(name: &str) -> SlackUserId {
    SlackUserId::parse(format!("U0{name}")).unwrap()
}

fn wall() -> Timestamp {
    "2026-11-24T12:00:00Z".parse().unwrap()
}

/// Alice holds something until an hour from now, which Bob approved.
fn request() -> Request {
    let person = |name: &str| json!({ "slack": who(name), "okta": format!("00u{name}"), "email": format!("{name}@acme.example").to_lowercase(), "name": name });
    let step = json!({ "kind": { "asks": "owner", "application": "db" }, "approvers": [person("BOB")] });
    serde_json::from_value(json!({
        "id": "R-1", "revision": 1, "asker": who("ALICE"),
        "access": { "entitlement": "db/rw", "application": "Database", "level": "RW", "group": "00gDB", "sensitivity": "low" },
        "end": { "rule": "after", "secs": 7_200 }, "justification": { "digest": "", "text": "INC-1" },
        "asked": wall(), "closes": wall() + chrono::TimeDelta::days(1), "shown": [],
        "state": {
            "state": "active", "opened": wall(), "ends": wall() + chrono::TimeDelta::minutes(90),
            "route": { "person": person("ALICE"), "steps": [step] },
        },
    }))
    .unwrap()
}

/// What somebody sees; the admin is Carol.
fn home(name: &str) -> Home {
    let email = |name: &str| Email::parse(format!("{}@acme.example", name.to_lowercase())).unwrap();
    let catalogue = Catalogue { admins: vec![Who::Person(email("CAROL"))], ..Catalogue::default() };
    let request = request();
    let alice =
        json!({ "slack": who("ALICE"), "binding": null, "open": ["R-1"], "keys": {}, "denials": {}, "recent": [] });
    let live = Live {
        people: [(who("ALICE"), serde_json::from_value(alice).unwrap())].into(),
        requests: [(request.id, request)].into(),
        ..Live::default()
    };
    let facts: Identity = serde_json::from_value(
        json!({ "slack": who(name), "okta": format!("00u{name}"), "email": email(name), "name": name }),
    )
    .unwrap();
    let eyes = Eyes { who: &facts.slack, facts: Some(Ok(&facts)), pages: &Pages::NONE };
    Home::of(&live, &catalogue, Mode::Serving, wall(), eyes)
}

/// Everyone whose turn it is.
fn ready(homes: &mut Homes, now: Duration) -> Vec<SlackUserId> {
    std::iter::from_fn(|| homes.next_due(now)).map(|(who, _)| who).collect()
}

/// Draws somebody's tab, and answers which drawing it is.
fn draws(homes: &mut Homes, name: &str, call: Call, now: Duration) -> u64 {
    homes.begin(&home(name), call, now).unwrap().number
}

/// Somebody's tab as it is drawn at once after it was opened by whom everything is known of.
fn drawn(homes: &mut Homes, name: &str, now: Duration) {
    homes.open(&who(name), Some(Pages::NONE), now);
    homes.identified(&who(name), now);
    assert_eq!(homes.next_due(now), Some((who(name), Call::Opened)));
    let number = draws(homes, name, Call::Opened, now);
    homes.drawn(&who(name), number, "1".to_owned(), now);
    while let Some((who, call)) = homes.next_due(now) {
        assert_eq!(homes.begin(&home(name), call, now), None, "{who:?} is drawn twice");
    }
}

/// The request at a later revision.
fn changed(revision: u64) -> Request {
    Request { revision, ..request() }
}

#[test]
fn a_tab_waits_two_seconds_to_be_told_who_looks() {
    let mut homes = Homes::default();
    homes.open(&who("ALICE"), Some(Pages::NONE), secs(1));
    assert_eq!(ready(&mut homes, secs(1)), [who("ALICE")]);
    assert_eq!(homes.seek(&who("ALICE"), Call::Opened, secs(1)), Seek::LookUp);
    assert!(ready(&mut homes, secs(2)).is_empty());
    assert_eq!(homes.next(secs(2)).0, Some(secs(3)));
    // A change meanwhile does not make it be drawn on what is not known.
    homes.look(&request(), secs(2));
    assert_eq!(ready(&mut homes, secs(2)), [who("ALICE"), who("BOB")]);
    assert_eq!(homes.seek(&who("ALICE"), Call::Changed, secs(2)), Seek::Wait);
    assert!(!homes.tried(&who("ALICE"), secs(2)));
    assert_eq!(ready(&mut homes, secs(3)), [who("ALICE"), who("ALICE")]);
    assert_eq!(homes.seek(&who("ALICE"), Call::Opened, secs(3)), Seek::Draw);
    assert!(homes.tried(&who("ALICE"), secs(3)), "then it is drawn with what is known");
    let number = draws(&mut homes, "ALICE", Call::Opened, secs(3));
    homes.drawn(&who("ALICE"), number, "1".to_owned(), secs(3));
    // Once it is known, it is looked at anew.
    homes.identified(&who("ALICE"), secs(4));
    assert_eq!(ready(&mut homes, secs(4)), [who("ALICE")]);
}

#[test]
fn a_look_up_that_fails_at_once_keeps_no_tab_from_being_drawn() {
    let mut homes = Homes::default();
    homes.open(&who("ALICE"), Some(Pages::NONE), secs(1));
    let (mut now, mut looked) = (secs(1), 0);
    let mut drawn = None;
    // Half an hour in which nobody can be looked up.
    while now < secs(1_800) {
        while let Some((who, call)) = homes.next_due(now) {
            match homes.seek(&who, call, now) {
                Seek::LookUp => {
                    looked += 1;
                    homes.unidentified(&who, None, now, 0.0);
                }
                Seek::Wait => {}
                Seek::Draw => {
                    if let Some(Drawing { number, .. }) = homes.begin(&home("ALICE"), call, now) {
                        drawn.get_or_insert(now);
                        homes.drawn(&who, number, "1".to_owned(), now);
                    }
                }
            }
        }
        now = homes.next(now).0.unwrap_or(secs(1_800));
    }
    assert_eq!(drawn, Some(secs(1)), "at once");
    assert!((25..50).contains(&looked), "about once a minute: {looked}");
}

#[test]
fn a_change_is_drawn_at_once_for_whom_it_concerns_and_soon_for_whoever_sees_everything() {
    let mut homes = Homes::default();
    drawn(&mut homes, "CAROL", secs(10));
    drawn(&mut homes, "DANA", secs(10));
    // On its first day the program does not know who opened theirs before it.
    homes.look(&changed(2), secs(11));
    assert_eq!(ready(&mut homes, secs(11)), [who("ALICE"), who("BOB")]);
    // Of the same revision there is nothing to see.
    homes.look(&changed(2), secs(12));
    assert!(ready(&mut homes, secs(12)).is_empty());
    homes.look(&changed(3), secs(12));
    assert_eq!(ready(&mut homes, secs(12)), [who("ALICE"), who("BOB")]);
    assert_eq!(ready(&mut homes, secs(13)), [who("CAROL")]);
    let seek = homes.seek(&who("CAROL"), Call::Changed, secs(13));
    assert_eq!(seek, Seek::LookUp, "what others hold is shown on today's facts");
}

#[test]
fn one_drawing_at_a_time_and_what_changed_meanwhile_is_drawn_after_it() {
    let mut homes = Homes::default();
    homes.open(&who("ALICE"), None, secs(1));
    ready(&mut homes, secs(1));
    let first = draws(&mut homes, "ALICE", Call::Changed, secs(1));
    homes.look(&changed(2), secs(2));
    assert_eq!(ready(&mut homes, secs(2)), [who("BOB")]);
    assert!(!homes.is_fresh());
    homes.drawn(&who("ALICE"), first, "7".to_owned(), secs(3));
    assert_eq!(ready(&mut homes, secs(3)), [who("ALICE")]);
    let second = homes.begin(&home("ALICE"), Call::Opened, secs(3)).unwrap();
    assert_eq!(second.hash.as_deref(), Some("7"));
    // The answer of one that is over is nobody's.
    homes.drawn(&who("ALICE"), first, "8".to_owned(), secs(3));
    // Nobody knows what stands there after a failure.
    homes.fail(&who("ALICE"), second.number, Some(secs(0)), secs(4), 0.0);
    assert_eq!(ready(&mut homes, secs(4)), [who("ALICE")]);
    let third = homes.begin(&home("ALICE"), Call::Changed, secs(4)).unwrap();
    assert_eq!(third.hash, None);
}

#[test]
fn where_slack_asks_to_wait_everyone_waits_whatever_changes() {
    let mut homes = Homes::default();
    homes.look(&changed(1), secs(1));
    ready(&mut homes, secs(1));
    let number = draws(&mut homes, "ALICE", Call::Changed, secs(1));
    homes.fail(&who("ALICE"), number, Some(secs(30)), secs(1), 0.0);
    homes.look(&changed(2), secs(2));
    homes.open(&who("CAROL"), Some(Pages::NONE), secs(3));
    assert!(ready(&mut homes, secs(30)).is_empty());
    assert_eq!(homes.next(secs(3)).0, Some(secs(31)));
    assert_eq!(ready(&mut homes, secs(31)), [who("CAROL"), who("BOB"), who("ALICE")]);
}

#[test]
fn so_many_are_drawn_in_a_minute_and_some_room_is_kept_for_those_who_look() {
    let mut pace = DRAWINGS;
    let mut begun = |call, at: u64| {
        let room = pace.has_room(call, secs(at));
        if room {
            pace.take(secs(at));
        }
        room
    };
    assert_eq!((0..100).filter(|_| begun(Call::Changed, 1)).count(), 60);
    assert_eq!((0..100).filter(|_| begun(Call::Opened, 2)).count(), 30);
    assert!(!begun(Call::Pressed, 60));
    assert!(begun(Call::Pressed, 61));
}

#[test]
fn whoever_presses_something_comes_before_all_that_merely_changed() {
    let mut homes = Homes::default();
    for number in 1..=100 {
        let asker = who(&format!("P{number}"));
        homes.look(&Request { id: RequestId::parse(&format!("R-{number}")).unwrap(), asker, ..request() }, secs(1));
    }
    homes.open(&who("BOB"), None, secs(2));
    assert_eq!(homes.next_due(secs(2)), Some((who("BOB"), Call::Pressed)));
}

#[test]
fn two_hundred_who_cannot_be_looked_up_are_asked_for_no_faster_than_the_vendors_take() {
    let mut homes = Homes::default();
    for number in 1..=200 {
        let asker = who(&format!("P{number}"));
        homes.look(&Request { id: RequestId::parse(&format!("R-{number}")).unwrap(), asker, ..request() }, secs(1));
    }
    let (mut now, mut looked) = (secs(1), Vec::new());
    while now < secs(601) {
        while let Some((who, call)) = homes.next_due(now) {
            if homes.seek(&who, call, now) == Seek::LookUp {
                looked.push(now);
                // Slack says how long to wait, once.
                let after = (looked.len() == 100).then(|| secs(120));
                homes.unidentified(&who, after, now, 0.0);
            }
        }
        now = homes.next(now).0.unwrap_or(secs(601));
    }
    let minute = |from: u64| looked.iter().filter(|at| (secs(from)..secs(from + 60)).contains(*at)).count();
    assert!((1..540).all(|from| minute(from) <= 40), "{looked:?}");
    assert!((300..400).contains(&looked.len()), "{}", looked.len());
    let hundredth = looked[99];
    assert!(looked[100] >= hundredth + secs(120), "{looked:?}");
}

#[test]
fn the_time_left_is_drawn_again_as_it_runs_out() {
    let mut homes = Homes::default();
    drawn(&mut homes, "ALICE", secs(1));
    let look = wall() + chrono::TimeDelta::minutes(30);
    assert_eq!(homes.next(secs(1)).1, Some(look), "an hour before the end");
    homes.tick(look - chrono::TimeDelta::seconds(1), secs(2));
    assert!(ready(&mut homes, secs(2)).is_empty());
    homes.tick(look, secs(2));
    assert_eq!(ready(&mut homes, secs(2)), [who("ALICE")]);
    let later = Home { now: look, ..home("ALICE") };
    assert!(homes.begin(&later, Call::Changed, secs(2)).is_some(), "it looks different now");
}

#[test]
fn after_a_day_nobody_looks_any_more() {
    let mut homes = Homes::default();
    drawn(&mut homes, "ALICE", secs(1));
    let next_day = secs(1) + LOOKS_FOR;
    homes.look(&changed(2), next_day);
    assert!(ready(&mut homes, next_day).is_empty() && homes.is_fresh());
    assert!(homes.lookers.is_empty(), "and Bob never opened his");
}

#[test]
fn what_is_decided_was_drawn_on_the_tab_and_can_still_be() {
    let mut homes = Homes::default();
    let mut shown = home("BOB");
    shown.waiting.rows = vec![request()];
    let (id, digest) = shown.decidable().next().unwrap();
    homes.open(&who("BOB"), None, secs(1));
    assert!(!homes.offered(&who("BOB"), id, &digest));
    let number = homes.begin(&shown, Call::Changed, secs(1)).unwrap().number;
    assert!(homes.offered(&who("BOB"), id, &digest), "people are faster than answers");
    assert!(!homes.offered(&who("ALICE"), id, &digest) && !homes.offered(&who("BOB"), id, "0123456789ab"));
    // The row moved to another page while the form of a denial was open.
    homes.drawn(&who("BOB"), number, "1".to_owned(), secs(2));
    let number = draws(&mut homes, "BOB", Call::Changed, secs(2));
    homes.drawn(&who("BOB"), number, "2".to_owned(), secs(2));
    assert!(homes.offered(&who("BOB"), id, &digest));
    // It is not pending any more.
    homes.look(&changed(2), secs(3));
    assert!(!homes.offered(&who("BOB"), id, &digest));
}
