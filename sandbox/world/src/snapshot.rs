//! All of the world as one JSON value, for the page; with every message and form also as its reader sees it.
//!
//! Law: what a page needs to draw and to press is in it; tokens are not.

use serde_json::{Map, Value, json};

use crate::calls::Call;
use crate::seen;
use crate::slack::{Channel, ChannelKind, Ephemeral, View};
use crate::state::State;

/// Calls shown, the newest last, without their bodies: a page asks for all of this at every change.
const CALLS: usize = 100;

/// The snapshot behind `GET /control/state`.
pub(crate) fn snapshot(state: &State, version: u64) -> Value {
    json!({
        "version": version, "now": state.clock.now(), "offset_secs": state.clock.offset_secs(),
        "elapsed_ms": state.clock.elapsed().as_millis() as u64, "people": state.people, "slack": slack(state),
        "okta": {"groups": state.okta.groups, "rules": state.okta.rules, "relationships": state.okta.relationships, "writes": state.okta.writes, "lag": state.okta.lag},
        "jira": jira(state), "down": state.down, "faults": state.faults.all(), "calls": calls(state),
    })
}

/// The board, and where people would open it.
fn jira(state: &State) -> Value {
    let mut shown = state.jira.shown();
    shown["base_url"] = json!(state.urls.jira);
    shown
}

fn slack(state: &State) -> Value {
    let slack = &state.slack;
    let dms = slack.channels.iter().filter(|channel| channel.kind == ChannelKind::Im);
    let dms: Map<String, Value> = dms
        .filter_map(|channel| channel.members.first().map(|user| (user.clone(), conversation(state, user, channel))))
        .collect();
    let others: Vec<Value> = slack
        .channels
        .iter()
        .filter(|channel| channel.kind != ChannelKind::Im)
        .map(|channel| conversation(state, "", channel))
        .collect();
    let notes: Vec<Value> =
        slack.ephemerals.iter().filter(|note| !note.deleted).map(|note| ephemeral(state, note)).collect();
    let modals: Map<String, Value> = slack
        .stacks
        .iter()
        .map(|(user, stack)| (user.clone(), stack.iter().map(|one| view(state, one)).collect()))
        .collect();
    let homes: Map<String, Value> = slack.homes.iter().map(|(user, home)| (user.clone(), view(state, home))).collect();
    json!({
        "dms": dms, "channels": others, "ephemerals": notes, "modals": modals, "homes": homes, "sockets": slack.sockets.list(),
        "commands": slack.commands, "shortcuts": slack.shortcuts, "complaints": slack.complaints,
    })
}

fn conversation(state: &State, reader: &str, channel: &Channel) -> Value {
    let messages: Vec<Value> = channel
        .messages
        .iter()
        .filter(|message| !message.deleted)
        .map(|message| {
            let mut shown = json!(message);
            shown["seen"] = json!(seen::message(state, reader, message));
            shown["edits"] = json!(message.edits.len());
            shown
        })
        .collect();
    json!({"channel": channel.id, "name": channel.name, "members": channel.members, "messages": messages})
}

fn ephemeral(state: &State, note: &Ephemeral) -> Value {
    let mut shown = json!(note);
    shown["seen"] = json!(seen::ephemeral(state, note));
    shown
}

fn view(state: &State, one: &View) -> Value {
    let mut shown = json!(one);
    shown["seen"] = json!(seen::view(state, one));
    shown
}

fn calls(state: &State) -> Vec<Value> {
    let shown = |call: &Call| {
        json!({
            "seq": call.seq, "at": call.at, "vendor": call.vendor, "method": call.method, "path": call.path,
            "status": call.status, "error": call.error, "fault": call.fault,
        })
    };
    let mut tail: Vec<Value> = state.calls.all().rev().take(CALLS).map(shown).collect();
    tail.reverse();
    tail
}
