//! `response_url`: five answers within 30 minutes, to the one who acted or to the channel.
//!
//! Page: docs.slack.dev/interactivity/handling-user-interaction. Law: it works once per use, whoever holds it.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::chat::{checked, edit, show_ephemeral};
use super::messages::{Edit, Message, Origin};
use super::web::{No, no};
use crate::state::State;
use crate::wire::{Asked, Reply};

/// Answers per URL.
const USES: u32 = 5;

/// The URL's life on the wall clock.
const LIFE: TimeDelta = TimeDelta::minutes(30);

/// What a response URL leads to.
#[derive(Debug, Clone)]
pub(crate) struct Door {
    user: String,
    channel: String,
    /// The message or ephemeral that was acted upon.
    original: Option<String>,
    born: DateTime<Utc>,
    uses: u32,
}

impl State {
    pub(crate) fn new_response_url(&mut self, user: &str, channel: &str, original: Option<&str>) -> String {
        let id = format!("r{}", self.next_id());
        let born = self.clock.now();
        let door =
            Door { user: user.into(), channel: channel.into(), original: original.map(str::to_owned), born, uses: 0 };
        self.slack.response_urls.insert(id.clone(), door);
        format!("{}/response/{id}", self.urls.slack)
    }
}

pub(crate) fn answer(state: &mut State, asked: &Asked, id: &str) -> Reply {
    match used(state, asked, id) {
        Ok(()) => Reply::json(200, &json!({"ok": true})),
        Err(no) => {
            Reply::json(404, &json!({"ok": false, "error": no.error, "response_metadata": {"messages": no.messages}}))
        }
    }
}

fn used(state: &mut State, asked: &Asked, id: &str) -> Result<(), No> {
    let now = state.clock.now();
    let door = state.slack.response_urls.get_mut(id).ok_or_else(|| no("invalid_url"))?;
    if now - door.born > LIFE {
        return Err(no("expired_url"));
    }
    if door.uses >= USES {
        return Err(no("used_url"));
    }
    door.uses += 1;
    let door = door.clone();
    let body = asked.json().filter(Value::is_object).ok_or_else(|| no("invalid_payload"))?;
    respond(state, &door, &body)
}

fn respond(state: &mut State, door: &Door, body: &Value) -> Result<(), No> {
    if body["delete_original"] == json!(true) {
        return removed(state, door);
    }
    let blocks = body["blocks"].as_array().cloned().unwrap_or_default();
    let content = checked(state, body["text"].as_str().unwrap_or_default().to_owned(), blocks)?;
    let now = state.clock.now();
    if body["replace_original"] == json!(true) {
        let replaced_at = state.slack.next_ts(now);
        let original = door.original.clone().unwrap_or_default();
        if let Some(note) = state.slack.ephemeral_mut(&door.channel, &original) {
            let text = std::mem::replace(&mut note.text, content.text);
            let blocks = std::mem::replace(&mut note.blocks, content.blocks);
            note.edits.push(Edit { replaced_at, text, blocks });
            return Ok(());
        }
        let message = state.slack.channel_mut(&door.channel).and_then(|place| place.message_mut(&original));
        edit(message.ok_or_else(|| no("message_not_found"))?, content, replaced_at);
        return Ok(());
    }
    let thread_ts = body["thread_ts"].as_str().map(str::to_owned);
    if body["response_type"] == json!("in_channel") {
        let ts = state.slack.next_ts(now);
        let place = state.slack.channel_mut(&door.channel).ok_or_else(|| no("channel_not_found"))?;
        let unread_by = place.members.clone();
        let (channel, text, blocks) = (door.channel.clone(), content.text, content.blocks);
        place.messages.push(Message {
            channel,
            ts,
            thread_ts,
            broadcast: false,
            text,
            blocks,
            edits: Vec::new(),
            deleted: false,
            unread_by,
        });
    } else {
        show_ephemeral(state, &door.channel, &door.user, Origin::ResponseUrl, content, thread_ts);
    }
    Ok(())
}

fn removed(state: &mut State, door: &Door) -> Result<(), No> {
    let original = door.original.clone().unwrap_or_default();
    if let Some(note) = state.slack.ephemeral_mut(&door.channel, &original) {
        note.deleted = true;
        return Ok(());
    }
    let message = state.slack.channel_mut(&door.channel).and_then(|place| place.message_mut(&original));
    message.ok_or_else(|| no("message_not_found"))?.deleted = true;
    Ok(())
}
