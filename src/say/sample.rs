//! A request as the tests of sentences need it: Alice asks for production, Bob decides, and the company is in Paris.

use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::Voice;
use crate::domain::{request::Request, time::Timestamp};

/// A clock time in Paris, on the day of the tests.
pub(super) fn at(time: &str) -> Timestamp {
    format!("2026-11-24T{time}+01:00").parse().unwrap()
}

pub(super) fn paris() -> TimeZone {
    TimeZone::get("Europe/Paris").unwrap()
}

pub(super) fn voice() -> Voice {
    super::cast::voice()
}

/// Whoever decides.
pub(super) fn bob() -> Value {
    json!({ "okta": "00uBOB", "slack": "U0BOB", "email": "bob@acme.example", "name": "Bob Stone" })
}

fn route() -> Value {
    let approver = |slack: &str, okta: &str, name: &str| json!({ "email": "x@acme.example", "slack": slack, "okta": okta, "name": name });
    json!({
        "person": {
            "slack": "U0ALICE", "okta": "00uALICE", "email": "alice@acme.example", "name": "Alice Martin",
        },
        "steps": [{
            "kind": { "asks": "owner", "application": "prod-db" },
            "approvers": [approver("U0BOB", "00uBOB", "Bob Stone"), approver("U0DANA", "00uDANA", "Dana Fox")],
            "approval": { "by": bob(), "at": at("14:41:10") },
        }],
    })
}

/// R-142 in a state; its route is filled in.
pub(super) fn request(mut state: Value) -> Request {
    state["route"] = route();
    let request = json!({
        "id": "R-142", "revision": 1, "asker": "U0ALICE",
        "access": {
            "entitlement": "prod-db/rw", "application": "Production Database", "level": "Read-Write",
            "group": "00gPRODRW", "sensitivity": "high",
        },
        "end": { "rule": "after", "secs": 7_200 },
        "justification": { "digest": "", "text": "Stuck migration, INC-42" },
        "asked": at("14:40:00"), "closes": "2026-11-25T14:40:00+01:00", "state": state, "shown": [],
        "ticket": {
            "ticket": "opened", "id": "10142", "key": "ACCESS-142", "link": "https://acme.atlassian.net/browse/ACCESS-142",
        },
    });
    serde_json::from_value(request).unwrap()
}

/// It is being ended, or was.
pub(super) fn ended(ending: Value) -> Request {
    request(json!({ "state": "ended", "opened": null, "ending": ending, "at": at("16:41:00"), "kept": null }))
}

/// Access is open.
pub(super) fn active() -> Request {
    request(json!({ "state": "active", "opened": at("14:44:02"), "ends": at("16:44:02") }))
}

/// Somebody is asked.
pub(super) fn pending() -> Request {
    request(json!({ "state": "pending", "clicks": [] }))
}

/// Why it could not be opened.
pub(super) fn failed(why: Value) -> Request {
    ended(json!({ "ending": "failed", "why": why }))
}

/// Okta refused it.
pub(super) fn rejected() -> Request {
    failed(json!({
        "failure": "rejected", "fault": { "vendor": "okta", "status": 403, "code": "E0000006", "receipt": "Yx1" },
    }))
}

/// Bob said no.
pub(super) fn denied() -> Request {
    ended(json!({
        "ending": "denied", "by": bob(), "reason": { "digest": "", "text": "Use the *replica*" },
    }))
}
