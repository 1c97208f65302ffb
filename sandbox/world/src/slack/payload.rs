//! Payloads of what people do, in Slack's shapes.
//!
//! Pages: docs.slack.dev/reference/interaction-payloads, docs.slack.dev/interactivity/implementing-slash-commands. Law:
//! who acted stands in `user` and nowhere else.

use serde_json::{Value, json};

use super::inputs;
use super::views::View;
use crate::state::State;
use crate::{TEAM_DOMAIN, TEAM_ID, VERIFICATION_TOKEN};

/// A message or an ephemeral that is acted upon.
pub(crate) struct Target {
    pub(crate) channel: String,
    pub(crate) ts: String,
    pub(crate) thread_ts: Option<String>,
    pub(crate) blocks: Vec<Value>,
    /// The message as Slack shows it; an ephemeral is not shown.
    pub(crate) message: Option<Value>,
}

pub(crate) fn slash(state: &mut State, user: &str, channel: &str, command: &str, text: &str) -> Value {
    let trigger = state.new_trigger(user);
    let response_url = state.new_response_url(user, channel, None);
    let name = state.slack.channel(channel).map(|channel| channel.name.clone());
    json!({
        "token": VERIFICATION_TOKEN, "team_id": team(state, user), "team_domain": TEAM_DOMAIN, "channel_id": channel, "channel_name": name,
        "user_id": user, "user_name": handle(state, user), "command": command, "text": text, "api_app_id": state.slack.app_id,
        "is_enterprise_install": "false", "response_url": response_url, "trigger_id": trigger,
    })
}

/// What every interactive payload has; the rest is put on top.
fn interactive(state: &mut State, kind: &str, user: &str) -> Value {
    let team = team(state, user);
    let whose = if state.slack.team_null { Value::Null } else { json!({"id": TEAM_ID, "domain": TEAM_DOMAIN}) };
    let handle = handle(state, user);
    json!({
        "type": kind, "team": whose, "user": {"id": user, "username": handle, "name": handle, "team_id": team},
        "api_app_id": state.slack.app_id, "token": VERIFICATION_TOKEN, "enterprise": null, "is_enterprise_install": false,
    })
}

pub(crate) fn block_actions_in_message(state: &mut State, user: &str, target: &Target, action: Value) -> Value {
    let mut payload = interactive(state, "block_actions", user);
    payload["trigger_id"] = json!(state.new_trigger(user));
    payload["response_url"] = json!(state.new_response_url(user, &target.channel, Some(&target.ts)));
    payload["container"] = json!({"type": "message", "message_ts": target.ts, "channel_id": target.channel, "is_ephemeral": target.message.is_none()});
    if let Some(thread) = &target.thread_ts {
        payload["container"]["thread_ts"] = json!(thread);
    }
    let name = state.slack.channel(&target.channel).map(|channel| channel.name.clone());
    payload["channel"] = json!({"id": target.channel, "name": name});
    if let Some(message) = &target.message {
        payload["message"] = message.clone();
    }
    payload["state"] = json!({"values": inputs::carried_over(&target.blocks, &inputs::Values::new())});
    payload["actions"] = json!([action]);
    payload
}

pub(crate) fn block_actions_in_view(state: &mut State, view: &View, action: Value) -> Value {
    let mut payload = interactive(state, "block_actions", &view.user);
    payload["trigger_id"] = json!(state.new_trigger(&view.user));
    payload["container"] = json!({"type": "view", "view_id": view.id});
    payload["view"] = view.echo(&state.slack);
    payload["actions"] = json!([action]);
    payload
}

pub(crate) fn view_submission(state: &mut State, view: &View) -> Value {
    let mut payload = interactive(state, "view_submission", &view.user);
    payload["trigger_id"] = json!(state.new_trigger(&view.user));
    payload["view"] = view.echo(&state.slack);
    payload["response_urls"] = json!([]);
    payload
}

pub(crate) fn view_closed(state: &mut State, view: &View, is_cleared: bool) -> Value {
    let mut payload = interactive(state, "view_closed", &view.user);
    payload["view"] = view.echo(&state.slack);
    payload["is_cleared"] = json!(is_cleared);
    payload
}

pub(crate) fn block_suggestion(state: &mut State, view: &View, block_id: &str, action_id: &str, query: &str) -> Value {
    let mut payload = interactive(state, "block_suggestion", &view.user);
    payload["container"] = json!({"type": "view", "view_id": view.id});
    payload["view"] = view.echo(&state.slack);
    payload["block_id"] = json!(block_id);
    payload["action_id"] = json!(action_id);
    payload["value"] = json!(query);
    payload
}

pub(crate) fn shortcut(state: &mut State, user: &str, callback_id: &str) -> Value {
    let mut payload = interactive(state, "shortcut", user);
    payload["trigger_id"] = json!(state.new_trigger(user));
    payload["callback_id"] = json!(callback_id);
    payload["action_ts"] = json!(now_ts(state));
    payload
}

pub(crate) fn app_home_opened(state: &mut State, user: &str) -> Value {
    let channel = state.slack.open_dm(user);
    let ts = now_ts(state);
    let view = state.slack.homes.get(user).map(|view| view.echo(&state.slack));
    let mut event = json!({"type": "app_home_opened", "user": user, "channel": channel, "tab": "home", "event_ts": ts});
    if let Some(view) = view {
        event["view"] = view;
    }
    let id = state.next_id();
    json!({
        "token": VERIFICATION_TOKEN, "team_id": TEAM_ID, "api_app_id": state.slack.app_id, "event": event, "type": "event_callback",
        "event_id": format!("Ev{id:010}"), "event_time": state.clock.now().timestamp(), "is_ext_shared_channel": false,
        "authorizations": [{"enterprise_id": null, "team_id": TEAM_ID, "user_id": state.slack.bot_user, "is_bot": true, "is_enterprise_install": false}],
    })
}

pub(crate) fn now_ts(state: &mut State) -> String {
    let now = state.clock.now();
    state.slack.next_ts(now)
}

fn team(state: &State, user: &str) -> String {
    state.by_slack(user).map_or_else(|| TEAM_ID.to_owned(), |person| state.team_of(person))
}

fn handle(state: &State, user: &str) -> String {
    let email = state.by_slack(user).and_then(|person| person.slack.as_ref()).map(|account| account.email.clone());
    email.unwrap_or_default().split('@').next().unwrap_or_default().to_owned()
}
