//! `conversations.open` and `conversations.info`.
//!
//! Page: docs.slack.dev/reference/methods/conversations.open. Law: opening what is open returns it.

use serde_json::{Value, json};

use super::messages::{Channel, ChannelKind};
use super::web::{Answer, Args, No, no};
use crate::state::State;

/// `conversations.open` takes at most so many people.
const MOST_PEOPLE: usize = 8;

pub(crate) fn open(state: &mut State, args: &Args) -> Answer {
    if let Some(id) = args.text("channel").filter(|id| !id.is_empty()) {
        let channel = state.slack.channel(&id).ok_or_else(|| no("channel_not_found"))?;
        return Ok(shown(channel, true, args.flag("return_im")));
    }
    let users = people(args)?;
    for user in &users {
        may_open(state, user)?;
    }
    let known =
        state.slack.channels.iter().any(|channel| channel.kind != ChannelKind::Public && channel.members == users);
    if !known && args.flag("prevent_creation") {
        return Err(no("channel_not_found"));
    }
    let id = match users.as_slice() {
        [one] => state.slack.open_dm(one),
        _ => open_group(state, &users),
    };
    let channel = state.slack.channel(&id).ok_or_else(|| no("channel_not_found"))?;
    Ok(shown(channel, known, args.flag("return_im")))
}

/// The documented form is a comma-separated string; an array is taken as well.
fn people(args: &Args) -> Result<Vec<String>, No> {
    let mut users: Vec<String> = match args.json("users") {
        Some(Ok(Value::Array(list))) => list.iter().filter_map(|user| user.as_str().map(str::to_owned)).collect(),
        _ => args.text("users").unwrap_or_default().split(',').map(|user| user.trim().to_owned()).collect(),
    };
    users.retain(|user| !user.is_empty());
    match users.len() {
        0 => Err(no("users_list_not_supplied")),
        count if count > MOST_PEOPLE => Err(no("too_many_users")),
        _ => Ok(users),
    }
}

fn may_open(state: &State, user: &str) -> Result<(), No> {
    if user == state.slack.bot_user {
        return Err(no("cannot_dm_bot"));
    }
    let person = state.by_slack(user).ok_or_else(|| no("user_not_found"))?;
    let account = person.slack.clone().unwrap_or_default();
    match account {
        account if account.deleted => Err(no("user_disabled")),
        account if account.bot => Err(no("cannot_dm_bot")),
        account if account.stranger => Err(no("user_not_visible")),
        _ => Ok(()),
    }
}

fn open_group(state: &mut State, users: &[String]) -> String {
    if let Some(channel) =
        state.slack.channels.iter().find(|channel| channel.kind == ChannelKind::Mpim && channel.members == users)
    {
        return channel.id.clone();
    }
    let id = format!("G{:08}", state.next_id());
    state.slack.channels.push(Channel::new(&id, ChannelKind::Mpim, "mpdm", users));
    id
}

pub(crate) fn info(state: &mut State, args: &Args) -> Answer {
    let id = args.need("channel")?;
    let channel = state.slack.channel(&id).ok_or_else(|| no("channel_not_found"))?;
    Ok(json!({"channel": described(channel)}))
}

fn shown(channel: &Channel, already: bool, full: bool) -> Value {
    let mut answer = json!({"channel": if full { described(channel) } else { json!({"id": channel.id}) }});
    if already {
        answer["no_op"] = json!(true);
        answer["already_open"] = json!(true);
    }
    answer
}

fn described(channel: &Channel) -> Value {
    let mut shown = json!({
        "id": channel.id, "created": 1_700_000_000, "is_archived": channel.archived, "is_im": channel.kind == ChannelKind::Im,
        "is_mpim": channel.kind == ChannelKind::Mpim, "is_channel": channel.kind == ChannelKind::Public, "is_org_shared": false,
    });
    match channel.kind {
        ChannelKind::Im => shown["user"] = json!(channel.members.first()),
        _ => {
            shown["name"] = json!(channel.name);
            shown["is_member"] = json!(channel.bot_is_in);
        }
    }
    shown
}
