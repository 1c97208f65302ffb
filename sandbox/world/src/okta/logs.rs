//! A little of `/api/v1/logs`: the membership writes as events, always with a next link.
//!
//! Page: developer.okta.com/docs/reference/system-log-query. Law: `next` is there even when there is nothing more.

use serde_json::{Value, json};

use super::{Did, Write, Writer, error, stamp};
use crate::state::State;
use crate::wire::{Asked, Reply};

/// Okta's default page.
const PAGE: usize = 100;

pub(super) fn list(state: &mut State, asked: &Asked) -> Reply {
    let limit = asked.query("limit").and_then(|text| text.parse().ok()).unwrap_or(PAGE);
    let start: usize = match asked.query("after").map(str::parse) {
        None => 0,
        Some(Ok(start)) => start,
        Some(Err(_)) => return error(state, 400, "E0000053", "Invalid filter: after"),
    };
    let events: Vec<Value> = state
        .okta
        .writes
        .iter()
        .enumerate()
        .skip(start)
        .take(limit)
        .map(|(index, write)| event(state, index, write))
        .collect();
    let next = start + events.len();
    let link = |after: usize, rel: &str| {
        format!("<{}/api/v1/logs?after={after}&limit={limit}>; rel=\"{rel}\"", state.urls.okta)
    };
    Reply::json(200, &json!(events)).with("link", link(start, "self")).with("link", link(next, "next"))
}

fn event(state: &State, index: usize, write: &Write) -> Value {
    let (kind, words) = match write.did {
        Did::Add => ("group.user_membership.add", "Add user to group membership"),
        Did::Remove => ("group.user_membership.remove", "Remove user from group membership"),
    };
    let actor = match &write.by {
        Writer::Bot => ("00uJITBOT", "jit"),
        Writer::Hand(who) => ("00uHAND", who.as_str()),
    };
    let user =
        state.by_okta(&write.user).map(|person| (person.name.clone(), person.okta.clone().unwrap_or_default().login));
    let (name, login) = user.unwrap_or_default();
    let group = state.okta.group(&write.group).map(|group| group.name.clone());
    json!({
        "uuid": format!("{index:08x}-0000-4000-8000-000000000000"), "published": stamp(write.at), "eventType": kind, "version": "0", "severity": "INFO",
        "displayMessage": words, "outcome": {"result": "SUCCESS"},
        "actor": {"id": actor.0, "type": "User", "alternateId": actor.1, "displayName": actor.1},
        "target": [
            {"id": write.user, "type": "User", "alternateId": login, "displayName": name},
            {"id": write.group, "type": "UserGroup", "alternateId": "unknown", "displayName": group},
        ],
        "transaction": {"type": "WEB", "id": write.request_id, "detail": {}},
        "debugContext": {"debugData": {"requestId": write.request_id}},
    })
}
