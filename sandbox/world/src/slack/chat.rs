//! `chat.postMessage`, `chat.postEphemeral`, `chat.update`, `chat.delete`.
//!
//! Pages: docs.slack.dev/reference/methods/chat.postMessage and its neighbours. Law: blocks are checked as a whole
//! before anything is shown.

use std::time::Duration;

use serde_json::{Value, json};

use super::blocks;
use super::messages::{ChannelKind, Edit, Ephemeral, Message, Origin};
use super::web::{Answer, Args, No, no};
use crate::state::State;

/// Longer text is cut on post.
const TEXT_KEPT: usize = 40_000;

/// `chat.update` refuses longer text.
const UPDATE_TEXT: usize = 4_000;

/// Blocks beyond this many characters of JSON are `msg_blocks_too_long` (seen at about this size).
const BLOCKS_TOTAL: usize = 13_200;

/// What stands in a message.
pub(crate) struct Content {
    pub(crate) text: String,
    pub(crate) blocks: Vec<Value>,
}

/// Reads and checks `text` and `blocks`; block ids that are missing are filled in.
pub(crate) fn content(state: &mut State, args: &Args) -> Result<Content, No> {
    let blocks = match args.json("blocks") {
        None => Vec::new(),
        Some(Ok(Value::Array(blocks))) => blocks,
        Some(_) => return Err(no("invalid_blocks_format")),
    };
    checked(state, args.text("text").unwrap_or_default(), blocks)
}

/// Content that did not come as arguments: acknowledgements and `response_url`.
pub(crate) fn checked(state: &mut State, text: String, mut blocks: Vec<Value>) -> Result<Content, No> {
    if text.is_empty() && blocks.is_empty() {
        return Err(no("no_text"));
    }
    let faults = blocks::message(&blocks);
    if !faults.is_empty() {
        return Err(no("invalid_blocks").because(faults));
    }
    if blocks.iter().map(|block| block.to_string().chars().count()).sum::<usize>() > BLOCKS_TOTAL {
        return Err(no("msg_blocks_too_long"));
    }
    blocks::fill_ids(state, &mut blocks);
    Ok(Content { text: text.chars().take(TEXT_KEPT).collect(), blocks })
}

pub(crate) fn post(state: &mut State, args: &Args) -> Answer {
    let channel = place(state, &args.need("channel")?)?;
    let thread_ts = thread(state, args, &channel)?;
    rate(state, &channel)?;
    let content = content(state, args)?;
    let broadcast = thread_ts.is_some() && args.flag("reply_broadcast");
    let now = state.clock.now();
    let ts = state.slack.next_ts(now);
    let members = state.slack.channel(&channel).map(|channel| channel.members.clone()).unwrap_or_default();
    let message = Message {
        channel: channel.clone(),
        ts: ts.clone(),
        thread_ts,
        broadcast,
        text: content.text,
        blocks: content.blocks,
        edits: Vec::new(),
        deleted: false,
        unread_by: members,
    };
    let echo = message.echo(&state.slack);
    state.slack.channel_mut(&channel).into_iter().for_each(|place| place.messages.push(message.clone()));
    Ok(json!({"channel": channel, "ts": ts, "message": echo}))
}

/// Where a message goes: a channel the bot is in, a DM, or a person's id, which means their DM.
fn place(state: &mut State, id: &str) -> Result<String, No> {
    if state.slack.channel(id).is_none()
        && state.by_slack(id).is_some_and(|person| person.slack.as_ref().is_some_and(|slack| !slack.deleted))
    {
        return Ok(state.slack.open_dm(id));
    }
    let channel = state.slack.channel(id).ok_or_else(|| no("channel_not_found"))?;
    if channel.archived {
        return Err(no("is_archived"));
    }
    let gone =
        |user: &String| state.by_slack(user).and_then(|person| person.slack.as_ref()).is_none_or(|slack| slack.deleted);
    if channel.kind == ChannelKind::Im && channel.members.iter().any(gone) {
        return Err(no("is_inactive"));
    }
    if channel.bot_is_in { Ok(id.to_owned()) } else { Err(no("not_in_channel")) }
}

fn thread(state: &State, args: &Args, channel: &str) -> Result<Option<String>, No> {
    let Some(ts) = args.text("thread_ts").filter(|ts| !ts.is_empty()) else {
        return Ok(None);
    };
    let parent =
        state.slack.channel(channel).and_then(|channel| channel.message(&ts)).ok_or_else(|| no("thread_not_found"))?;
    if parent.thread_ts.is_some() { Err(no("cannot_reply_to_message")) } else { Ok(Some(ts)) }
}

fn rate(state: &mut State, channel: &str) -> Result<(), No> {
    let now = state.clock.elapsed();
    let last = state.slack.last_post.get(channel).copied();
    if state.slack.rate_per_channel && last.is_some_and(|last| now.saturating_sub(last) < Duration::from_secs(1)) {
        return Err(No { retry_after: Some(1), ..no("ratelimited") });
    }
    state.slack.last_post.insert(channel.to_owned(), now);
    Ok(())
}

pub(crate) fn post_ephemeral(state: &mut State, args: &Args) -> Answer {
    let channel = place(state, &args.need("channel")?)?;
    let user = args.need("user")?;
    let there = state
        .slack
        .channel(&channel)
        .is_some_and(|place| place.kind == ChannelKind::Public || place.members.contains(&user));
    if state.by_slack(&user).is_none() || !there {
        return Err(no("user_not_in_channel"));
    }
    let content = content(state, args)?;
    let thread_ts = args.text("thread_ts");
    let ts = show_ephemeral(state, &channel, &user, Origin::PostEphemeral, content, thread_ts);
    Ok(json!({"message_ts": ts}))
}

/// Shows something to one person; its `ts`.
pub(crate) fn show_ephemeral(
    state: &mut State,
    channel: &str,
    user: &str,
    origin: Origin,
    content: Content,
    thread_ts: Option<String>,
) -> String {
    let now = state.clock.now();
    let ts = state.slack.next_ts(now);
    state.slack.ephemerals.push(Ephemeral {
        channel: channel.into(),
        ts: ts.clone(),
        thread_ts,
        user: user.into(),
        origin,
        text: content.text,
        blocks: content.blocks,
        edits: Vec::new(),
        deleted: false,
        unread: true,
    });
    ts
}

pub(crate) fn update(state: &mut State, args: &Args) -> Answer {
    let (channel, ts) = (args.need("channel")?, args.need("ts")?);
    if state.slack.channel(&channel).is_none() {
        return Err(no("channel_not_found"));
    }
    if args.text("text").is_some_and(|text| text.chars().count() > UPDATE_TEXT) {
        return Err(no("msg_too_long"));
    }
    let keeps_blocks = args.json("blocks").is_none();
    let mut content = content(state, args)?;
    let now = state.clock.now();
    let replaced_at = state.slack.next_ts(now);
    let found = state.slack.channel_mut(&channel).and_then(|place| place.message_mut(&ts));
    let message = found.ok_or_else(|| no("message_not_found"))?;
    if keeps_blocks {
        content.blocks.clear();
    }
    edit(message, content, replaced_at);
    let (text, echo) = (message.text.clone(), message.clone());
    Ok(json!({"channel": channel, "ts": ts, "text": text, "message": echo.echo(&state.slack)}))
}

pub(crate) fn edit(message: &mut Message, content: Content, replaced_at: String) {
    let text = std::mem::replace(&mut message.text, content.text);
    let blocks = std::mem::replace(&mut message.blocks, content.blocks);
    message.edits.push(Edit { replaced_at, text, blocks });
}

pub(crate) fn delete(state: &mut State, args: &Args) -> Answer {
    let (channel, ts) = (args.need("channel")?, args.need("ts")?);
    let place = state.slack.channel_mut(&channel).ok_or_else(|| no("channel_not_found"))?;
    let message = place.message_mut(&ts).ok_or_else(|| no("message_not_found"))?;
    message.deleted = true;
    Ok(json!({"channel": channel, "ts": ts}))
}
