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
        json!({ "slack": who("ALICE"), "bound": null, "open": ["R-1"], "keys": {}, "denials": {}, "recent": [] });
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

/// Somebody's tab as it is drawn at once after it was opened.
fn drawn(homes: &mut Homes, name: &str, now: Duration) {
    homes.open(&who(name), Some(Pages::NONE), now);
    assert_eq!(homes.ready(now), [who(name)]);
    homes.begin(&home(name));
    homes.drawn(&who(name), "1".to_owned(), now);
}

#[test]
fn a_tab_waits_two_seconds_to_be_told_who_looks() {
    let mut homes = Homes::default();
    homes.open(&who("ALICE"), Some(Pages::NONE), secs(1));
    assert_eq!(homes.ready(secs(1)), [who("ALICE")]);
    assert!(homes.seeks(&who("ALICE"), secs(1)));
    assert!(homes.ready(secs(2)).is_empty());
    assert_eq!(homes.next(secs(2)).0, Some(secs(3)));
    assert_eq!(homes.ready(secs(3)), [who("ALICE")]);
    assert!(!homes.seeks(&who("ALICE"), secs(3)), "then it is drawn with what is known");
    // Once it is known, it is drawn anew.
    homes.begin(&home("ALICE"));
    homes.drawn(&who("ALICE"), "1".to_owned(), secs(3));
    homes.identified(&who("ALICE"), secs(4));
    assert_eq!(homes.ready(secs(4)), [who("ALICE")]);
}

#[test]
fn a_change_is_drawn_at_once_for_whom_it_concerns_and_soon_for_whoever_sees_everything() {
    let mut homes = Homes::default();
    drawn(&mut homes, "CAROL", secs(10));
    drawn(&mut homes, "DANA", secs(10));
    // On its first day the program does not know who opened theirs before it.
    homes.look(&request(), secs(11));
    assert_eq!(homes.ready(secs(11)), [who("ALICE"), who("BOB")]);
    homes.look(&request(), secs(12));
    assert_eq!(homes.ready(secs(12)), [who("ALICE"), who("BOB")]);
    assert_eq!(homes.ready(secs(13)), [who("CAROL")]);
    assert!(homes.seeks(&who("CAROL"), secs(13)), "what others hold is shown on today's facts");
}

#[test]
fn one_drawing_at_a_time_and_what_changed_meanwhile_is_drawn_after_it() {
    let mut homes = Homes::default();
    homes.open(&who("ALICE"), None, secs(1));
    homes.ready(secs(1));
    homes.begin(&home("ALICE"));
    homes.look(&request(), secs(2));
    assert_eq!(homes.ready(secs(2)), [who("BOB")]);
    assert!(homes.busy() && !homes.is_fresh());
    homes.drawn(&who("ALICE"), "7".to_owned(), secs(3));
    assert_eq!(homes.ready(secs(3)), [who("ALICE")]);
    assert_eq!(homes.begin(&home("ALICE")).as_deref(), Some("7"));
    // Nobody knows what stands there after a failure.
    homes.fail(&who("ALICE"), Some(secs(0)), secs(4), 0.0);
    assert_eq!(homes.ready(secs(4)), [who("ALICE")]);
    assert_eq!(homes.begin(&home("ALICE")), None);
}

#[test]
fn the_time_left_is_drawn_again_as_it_runs_out() {
    let mut homes = Homes::default();
    drawn(&mut homes, "ALICE", secs(1));
    let look = wall() + chrono::TimeDelta::minutes(30);
    assert_eq!(homes.next(secs(1)).1, Some(look), "an hour before the end");
    homes.tick(look - chrono::TimeDelta::seconds(1), secs(2));
    assert!(homes.ready(secs(2)).is_empty());
    homes.tick(look, secs(2));
    assert_eq!(homes.ready(secs(2)), [who("ALICE")]);
}

#[test]
fn after_a_day_nobody_looks_any_more() {
    let mut homes = Homes::default();
    drawn(&mut homes, "ALICE", secs(1));
    let next_day = secs(1) + LOOKS_FOR;
    homes.look(&request(), next_day);
    assert_eq!(homes.ready(next_day), [who("ALICE")], "Bob never opened his");
    assert_eq!(homes.wish(&who("ALICE"), next_day), None);
    assert!(homes.is_fresh());
    homes.look(&request(), next_day);
    assert!(homes.ready(next_day).is_empty());
}

#[test]
fn what_is_decided_stands_on_the_tab_as_it_is_drawn() {
    let mut homes = Homes::default();
    let mut shown = home("BOB");
    shown.waiting.rows = vec![request()];
    let (id, digest) = shown.decidable().next().unwrap();
    homes.open(&who("BOB"), None, secs(1));
    assert!(!homes.shows(&who("BOB"), id, &digest));
    homes.begin(&shown);
    assert!(homes.shows(&who("BOB"), id, &digest), "people are faster than answers");
    assert!(!homes.shows(&who("ALICE"), id, &digest) && !homes.shows(&who("BOB"), id, "0123456789ab"));
    // Drawn without an answer, the one before may stand there still.
    homes.fail(&who("BOB"), None, secs(2), 0.0);
    homes.begin(&home("BOB"));
    assert!(homes.shows(&who("BOB"), id, &digest));
    homes.drawn(&who("BOB"), "1".to_owned(), secs(3));
    assert!(!homes.shows(&who("BOB"), id, &digest));
}
