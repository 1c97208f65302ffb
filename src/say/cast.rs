//! The cast of the tests: Alice asks, Bob and Dana own, Carol is an admin; it is 14:40 in Paris.

use serde_json::{Value, json};

use super::Voice;
use crate::domain::{
    duration::{BusinessDay, ClockTime, ZoneOf, zone_named},
    id::SlackUserId,
    request::Request,
    ticket::Tickets,
    time::Timestamp,
};

pub fn voice() -> Voice {
    let zone = zone_named("Europe/Paris").unwrap();
    let day =
        BusinessDay { ends: ClockTime::SIX_PM, zone: zone.clone(), follows: ZoneOf::Person, ..BusinessDay::default() };
    Voice {
        command: "/jit".to_owned(),
        zone,
        day,
        admins: vec!["Carol Diaz".to_owned()],
        workspace: Some("Acme".to_owned()),
        tickets: Tickets::Kept,
    }
}

/// A time of today in UTC: Paris is an hour ahead.
pub fn at(time: &str) -> Timestamp {
    format!("2026-11-24T{time}:00Z").parse().unwrap()
}

pub fn slack(name: &str) -> SlackUserId {
    SlackUserId::parse(format!("U0{}", name.to_uppercase())).unwrap()
}

pub fn alice() -> Value {
    json!({
        "slack": "U0ALICE", "okta": "00uALICE", "email": "alice@acme.example", "name": "Alice Martin",
        "zone": "Europe/Paris", "groups": [],
    })
}

pub fn person(id: &str, name: &str) -> Value {
    let email = format!("{}@acme.example", id.to_lowercase());
    json!({ "slack": format!("U0{id}"), "okta": format!("00u{id}"), "email": email, "name": name })
}

pub fn step(approval: Value) -> Value {
    let mut step = json!({
        "kind": { "asks": "owner", "application": "prod-db" },
        "approvers": [person("BOB", "Bob Stone"), person("DANA", "Dana Fox")],
    });
    if !approval.is_null() {
        step["approval"] = approval;
    }
    step
}

pub fn approval(id: &str, name: &str) -> Value {
    json!({ "by": person(id, name), "at": at("13:41") })
}

pub fn route(approval: Value) -> Value {
    json!({ "person": alice(), "steps": [step(approval)] })
}

/// Alice's request for Production Database for two hours, in a state.
pub fn request(state: Value) -> Request {
    changed(state, |_| {})
}

/// The same, changed in what it says besides.
pub fn changed(state: Value, change: impl Fn(&mut Value)) -> Request {
    let mut request = json!({
        "id": "R-142", "revision": 1, "asker": "U0ALICE",
        "access": {
            "entitlement": "prod-db/rw", "application": "Production Database", "level": "Read-Write",
            "group": "00gPRODRW", "sensitivity": "high",
        },
        "end": { "rule": "after", "secs": 7_200 },
        "justification": { "digest": "d", "text": "Stuck migration, INC-42" },
        "asked": at("13:40"), "closes": "2026-11-25T13:40:00Z", "state": state, "shown": [],
        "ticket": { "ticket": "opened", "id": "10142", "key": "ACCESS-142", "link": "https://acme.example/ACCESS-142" },
    });
    change(&mut request);
    serde_json::from_value(request).unwrap()
}

pub fn until_six(request: &mut Value) {
    request["end"] = json!({ "rule": "at", "instant": at("17:00") });
    request["closes"] = json!(at("17:00"));
}

pub fn checking() -> Value {
    json!({ "state": "checking", "checking": { "phase": "identifying" } })
}

pub fn pending() -> Value {
    json!({ "state": "pending", "route": route(Value::Null), "clicks": [] })
}

pub fn by_bob() -> Value {
    route(approval("BOB", "Bob Stone"))
}

pub fn approved() -> Value {
    json!({ "state": "approved", "route": by_bob(), "at": at("13:41"), "until": at("15:41") })
}

pub fn active() -> Value {
    json!({ "state": "active", "route": by_bob(), "opened": at("13:42"), "ends": at("15:42") })
}

pub fn revoking(late: Value) -> Value {
    let mut state = json!({
        "state": "revoking", "route": by_bob(), "opened": at("13:42"), "due": at("15:42"), "ending": { "ending": "expired" },
    });
    if !late.is_null() {
        state["late"] = late;
    }
    state
}

/// It ended at that time, having been decided by Bob.
pub fn ended(ending: Value, time: &str) -> Value {
    json!({ "state": "ended", "route": by_bob(), "opened": at("13:42"), "ending": ending, "at": at(time) })
}

/// It ended before anything was given.
pub fn undecided(ending: Value, at: Timestamp) -> Value {
    json!({ "state": "ended", "route": route(Value::Null), "ending": ending, "at": at })
}

/// It was never put to anyone.
pub fn not_sent_on(why: Value) -> Value {
    json!({ "state": "ended", "ending": { "ending": "refused", "why": why }, "at": at("13:41") })
}

pub fn denied() -> Value {
    json!({ "ending": "denied", "by": person("BOB", "Bob Stone"), "reason": { "digest": "r", "text": "Use the read replica" } })
}
