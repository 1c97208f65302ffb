//! What the calls take and answer, beside slack-morphism's models.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use slack_morphism::{SlackTeamId, SlackTs, SlackUserId, SlackViewId, blocks::SlackBlock};

/// Who this program is in Slack, as `auth.test` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BotIdentity {
    /// What the workspace is called, where Slack says it.
    pub team: Option<String>,
    /// The workspace.
    pub team_id: SlackTeamId,
    /// The bot's own user.
    pub bot_user_id: SlackUserId,
    /// What the bot token may do; empty when Slack did not say.
    pub scopes: BTreeSet<String>,
}

/// Where in a thread a message goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thread {
    /// The thread's first message.
    pub ts: SlackTs,
    /// Whether it is shown in the channel too (`reply_broadcast`), so that it is a notification there.
    pub broadcast: bool,
}

/// A view that was opened or changed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct OpenedView {
    /// Names it in later updates.
    pub id: SlackViewId,
    /// Its state: an update that brings an older one is refused with `hash_conflict`.
    pub hash: String,
}

/// What a `response_url` may be told (<https://docs.slack.dev/interactivity/handling-user-interaction>).
#[derive(Debug, Clone, Serialize)]
pub struct Reply {
    response_type: &'static str,
    replace_original: bool,
    text: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    blocks: Vec<SlackBlock>,
}

impl Reply {
    /// A new message that only the clicker sees.
    #[must_use]
    pub fn aside(text: String, blocks: Vec<SlackBlock>) -> Self {
        Self { response_type: "ephemeral", replace_original: false, text, blocks }
    }

    /// Takes the place of the message that was clicked, one only the clicker sees.
    #[must_use]
    pub fn instead(text: String, blocks: Vec<SlackBlock>) -> Self {
        Self { replace_original: true, ..Self::aside(text, blocks) }
    }
}
