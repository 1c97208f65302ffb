//! Conversations and what stands in them: messages with the history of their edits, and ephemerals.
//!
//! Law: a message is never forgotten; a deletion and every edit leave their trace.

use serde::Serialize;
use serde_json::{Value, json};

use super::Slack;

/// What kind of conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChannelKind {
    /// The DM of one person with the bot.
    Im,
    /// A DM of several people with the bot.
    Mpim,
    /// A public channel.
    Public,
}

/// A conversation.
#[derive(Debug, Clone, Serialize)]
pub struct Channel {
    /// `D0ALICE`, `C0AUDIT`, …
    pub id: String,
    /// What kind.
    pub kind: ChannelKind,
    /// Without `#`.
    pub name: String,
    /// Slack user ids, without the bot.
    pub members: Vec<String>,
    /// Whether the bot may post here.
    pub bot_is_in: bool,
    /// `is_archived`.
    pub archived: bool,
    /// Oldest first, replies among them.
    pub messages: Vec<Message>,
}

impl Channel {
    pub(crate) fn new(id: &str, kind: ChannelKind, name: &str, members: &[String]) -> Self {
        let bot_is_in = kind != ChannelKind::Public;
        Self {
            id: id.into(),
            kind,
            name: name.into(),
            members: members.to_vec(),
            bot_is_in,
            archived: false,
            messages: Vec::new(),
        }
    }

    /// The message with this `ts` that is not deleted.
    #[must_use]
    pub fn message(&self, ts: &str) -> Option<&Message> {
        self.messages.iter().find(|message| message.ts == ts && !message.deleted)
    }

    pub(crate) fn message_mut(&mut self, ts: &str) -> Option<&mut Message> {
        self.messages.iter_mut().find(|message| message.ts == ts && !message.deleted)
    }
}

/// What a message said before an edit.
#[derive(Debug, Clone, Serialize)]
pub struct Edit {
    /// `ts` of the edit that replaced it.
    pub replaced_at: String,
    /// The former text.
    pub text: String,
    /// The former blocks.
    pub blocks: Vec<Value>,
}

/// A message of the bot.
#[derive(Debug, Clone, Serialize)]
pub struct Message {
    /// Where it stands.
    pub channel: String,
    /// Its name within the channel.
    pub ts: String,
    /// The message it replies to.
    pub thread_ts: Option<String>,
    /// A reply that is also shown in the channel.
    pub broadcast: bool,
    /// The fallback text, as sent.
    pub text: String,
    /// Blocks, with the ids Slack filled in.
    pub blocks: Vec<Value>,
    /// Earlier versions, oldest first.
    pub edits: Vec<Edit>,
    /// `chat.delete` was called.
    pub deleted: bool,
    /// People who have not seen it yet.
    pub unread_by: Vec<String>,
}

impl Message {
    /// As the Web API and payloads show it.
    #[must_use]
    pub fn echo(&self, slack: &Slack) -> Value {
        let mut echo = json!({
            "type": "message", "user": slack.bot_user, "bot_id": slack.bot_id, "app_id": slack.app_id, "team": crate::TEAM_ID,
            "ts": self.ts, "text": self.text, "blocks": self.blocks,
        });
        if let Some(thread) = &self.thread_ts {
            echo["thread_ts"] = json!(thread);
            echo["parent_user_id"] = json!(slack.bot_user);
        }
        if self.broadcast {
            echo["subtype"] = json!("thread_broadcast");
        }
        if let Some(edit) = self.edits.last() {
            echo["edited"] = json!({"user": slack.bot_user, "ts": edit.replaced_at});
        }
        echo
    }
}

/// Where an ephemeral message came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The payload of an acknowledgement.
    Ack,
    /// A `response_url`.
    ResponseUrl,
    /// `chat.postEphemeral`.
    PostEphemeral,
    /// Slack itself: `operation_timeout`, `dispatch_failed`.
    SlackItself,
}

/// A message one person sees.
#[derive(Debug, Clone, Serialize)]
pub struct Ephemeral {
    /// Where it is shown.
    pub channel: String,
    /// Its name within the channel.
    pub ts: String,
    /// The thread it is shown in.
    pub thread_ts: Option<String>,
    /// Who sees it.
    pub user: String,
    /// Where it came from.
    pub origin: Origin,
    /// The fallback text, as sent.
    pub text: String,
    /// Blocks, with the ids Slack filled in.
    pub blocks: Vec<Value>,
    /// Earlier versions (`replace_original`), oldest first.
    pub edits: Vec<Edit>,
    /// `delete_original`.
    pub deleted: bool,
    /// Not read yet.
    pub unread: bool,
}

impl Slack {
    /// The conversation with this id.
    #[must_use]
    pub fn channel(&self, id: &str) -> Option<&Channel> {
        self.channels.iter().find(|channel| channel.id == id)
    }

    /// The conversation with this id, to be changed.
    pub fn channel_mut(&mut self, id: &str) -> Option<&mut Channel> {
        self.channels.iter_mut().find(|channel| channel.id == id)
    }

    /// This person's DM with the bot, once it was opened.
    #[must_use]
    pub fn dm(&self, user: &str) -> Option<&Channel> {
        self.channels
            .iter()
            .find(|channel| channel.kind == ChannelKind::Im && channel.members.iter().any(|member| member == user))
    }

    /// The id of this person's DM with the bot, opened if need be: `D0ALICE` for `U0ALICE`.
    pub(crate) fn open_dm(&mut self, user: &str) -> String {
        if let Some(channel) = self.dm(user) {
            return channel.id.clone();
        }
        let id = format!("D{}", user.get(1..).unwrap_or_default());
        self.channels.push(Channel::new(&id, ChannelKind::Im, "directmessage", &[user.to_owned()]));
        id
    }

    pub(crate) fn ephemeral_mut(&mut self, channel: &str, ts: &str) -> Option<&mut Ephemeral> {
        self.ephemerals.iter_mut().find(|note| note.channel == channel && note.ts == ts && !note.deleted)
    }
}
