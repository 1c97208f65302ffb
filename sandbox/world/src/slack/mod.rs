//! Slack: Web API, Socket Mode, and what people see and do there.
//!
//! It knows nothing of what a message means. Law: what Slack documents as refused is refused here, and what Slack
//! swallows without a word lands in `complaints`.

pub(crate) mod blocks;
mod chat;
mod conversations;
mod elements;
mod envelopes;
mod fill_act;
mod inputs;
mod messages;
mod modal_act;
mod payload;
mod people_act;
mod response_url;
mod rich_text;
pub(crate) mod socket;
mod text;
mod users;
mod views;
pub(crate) mod web;

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};

pub use envelopes::{Ack, Envelope, Outcome};
pub use messages::{Channel, ChannelKind, Edit, Ephemeral, Message, Origin};
pub use modal_act::SubmitAnswer;
pub use people_act::{Cannot, Clicked, HomeAnswer, Press, SlashAnswer};
pub use socket::{Connection, Disconnect, Routing, Welcome};
pub use views::View;

use socket::Sockets;

use crate::company::Person;

/// The real Slack's limit for acknowledgements and triggers.
const SLACKS_LIMIT: Duration = Duration::from_secs(3);

/// Slack as it stands.
#[derive(Debug)]
pub struct Slack {
    /// The bot's user id.
    pub bot_user: String,
    /// The bot's own id.
    pub bot_id: String,
    /// The app's id.
    pub app_id: String,
    /// Scopes of the bot token.
    pub scopes: Vec<String>,
    /// Scopes of the app-level token.
    pub app_scopes: Vec<String>,
    /// Slash commands of the manifest; others are answered by Slack itself.
    pub commands: Vec<String>,
    /// Global shortcuts of the manifest.
    pub shortcuts: Vec<String>,
    /// Every conversation.
    pub channels: Vec<Channel>,
    /// Messages only one person sees, oldest first.
    pub ephemerals: Vec<Ephemeral>,
    /// Modals by Slack user, the one on top last.
    pub stacks: BTreeMap<String, Vec<View>>,
    /// App Home by Slack user.
    pub homes: BTreeMap<String, View>,
    /// User groups by id: their members' Slack ids.
    pub usergroups: BTreeMap<String, Vec<String>>,
    /// Everything sent over sockets, oldest first.
    pub envelopes: Vec<Envelope>,
    /// What Slack would swallow without a word.
    pub complaints: Vec<String>,
    /// Tokens that are answered `token_revoked`.
    pub revoked_tokens: Vec<String>,
    /// `team: null` in interactive payloads, as the official types allow.
    pub team_null: bool,
    /// Enforces one `chat.postMessage` a second and channel (elapsed time).
    pub rate_per_channel: bool,
    /// How long Slack waits for an acknowledgement, elapsed time. 3 s; longer where a test is not about it, since the
    /// machine may be slower than any vendor.
    pub ack_limit: Duration,
    /// How long a `trigger_id` lives, elapsed time. 3 s; longer where a test is not about it.
    pub trigger_life: Duration,
    /// How envelopes are spread over connections.
    pub routing: Routing,
    pub(crate) sockets: Sockets,
    triggers: BTreeMap<String, Trigger>,
    response_urls: BTreeMap<String, response_url::Door>,
    last_post: BTreeMap<String, Duration>,
    last_ts: i64,
}

/// What a `trigger_id` allows: one view for one person, within its life, once.
#[derive(Debug, Clone)]
struct Trigger {
    user: String,
    born: Duration,
    used: bool,
}

impl Slack {
    pub(crate) fn new(now: DateTime<Utc>) -> Self {
        let words = |list: &[&str]| list.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let general = Channel::new("C0GENERAL", ChannelKind::Public, "general", &[]);
        let mut audit = Channel::new(crate::AUDIT_CHANNEL, ChannelKind::Public, "access-audit", &[]);
        audit.bot_is_in = true;
        Self {
            bot_user: crate::BOT_USER.into(),
            bot_id: "B0JIT".into(),
            app_id: crate::APP_ID.into(),
            scopes: words(&[
                "commands",
                "chat:write",
                "im:write",
                "mpim:write",
                "users:read",
                "users:read.email",
                "usergroups:read",
                "team:read",
                "channels:read",
                "im:read",
            ]),
            app_scopes: words(&["connections:write"]),
            commands: words(&["/jit"]),
            shortcuts: words(&["request_access"]),
            channels: vec![general, audit],
            ephemerals: Vec::new(),
            stacks: BTreeMap::new(),
            homes: BTreeMap::new(),
            usergroups: BTreeMap::new(),
            envelopes: Vec::new(),
            complaints: Vec::new(),
            revoked_tokens: Vec::new(),
            team_null: false,
            rate_per_channel: false,
            ack_limit: SLACKS_LIMIT,
            trigger_life: SLACKS_LIMIT,
            routing: Routing::RoundRobin,
            sockets: Sockets::default(),
            triggers: BTreeMap::new(),
            response_urls: BTreeMap::new(),
            last_post: BTreeMap::new(),
            last_ts: now.timestamp_micros(),
        }
    }

    /// Everybody who is there is in the audit channel.
    pub(crate) fn join_audit(&mut self, people: &[Person]) {
        let there = people.iter().filter_map(|person| person.slack.as_ref()).filter(|account| !account.deleted);
        let members = there.map(|account| account.id.clone()).collect();
        if let Some(audit) = self.channel_mut(crate::AUDIT_CHANNEL) {
            audit.members = members;
        }
    }

    /// A `ts` greater than every one before it, also when the wall clock steps back.
    pub(crate) fn next_ts(&mut self, now: DateTime<Utc>) -> String {
        self.last_ts = now.timestamp_micros().max(self.last_ts + 100);
        format!("{}.{:06}", self.last_ts / 1_000_000, self.last_ts % 1_000_000)
    }

    pub(crate) fn complain(&mut self, what: impl Into<String>) {
        self.complaints.push(what.into());
    }
}
