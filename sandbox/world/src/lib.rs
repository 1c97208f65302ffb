//! The outside world as plain data behind real HTTP and WebSocket: Slack (Web API and Socket Mode), Okta, Jira, with the
//! vendors' limits, error codes and scripted faults.
//!
//! It knows nothing of the program it serves: the wire is the contract, and every type of it is written twice on
//! purpose. Law: what a vendor refuses is refused, and what a vendor swallows is remembered as a complaint.
//!
//! ```
//! use world::{Company, Fault, What, World};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let world = World::start(Company::acme()).await;
//! world.fault(Fault::okta("PUT /api/v1/groups/*/users/*", What::DropAfter)); // done, and the reply is lost
//! assert!(world.slack_api_url().ends_with("/api"));
//! # }
//! ```
//!
//! | wanted | asked of [`World`] |
//! | --- | --- |
//! | addresses and tokens | `slack_api_url okta_org_url jira_base_url control_url`, [`bot_token`] [`app_token`] [`okta_token`] [`jira_token`] [`jira_email`] |
//! | read, change, wait | `look(\|state\|)`, `change(\|state\|)`, `until("what", \|state\| -> Option<T>)`, `until_or` |
//! | act in Slack | `slash click press press_stale click_in_home open_home shortcut`, in forms `fill type_in submit click_in_view close_view options` |
//! | forge | `forge forge_click forge_fill forge_view submit_unchecked redeliver send_raw` |
//! | see | `messages channel_messages ephemerals open_view home seen seen_view seen_home`, `until_message until_ephemeral until_view until_home` |
//! | unread marks | `read(user)`, `unread()` |
//! | Okta by hand, its record | `add_by_hand remove_by_hand members writes until_member until_not_member` |
//! | Jira by hand, its record | `issues issue issue_status issue_comments issue_description move_issue delete_issue drag_issue until_issue_in` |
//! | faults | `fault lift lift_all release held until_called faults down up` |
//! | sockets | `connections until_connected until_connected_after until_unconnected disconnect drop_sockets freeze_sockets welcome`, `state.slack.{routing, ack_limit, trigger_life}` |
//! | what was called | `state.called() calls calls_to complaints envelopes envelope dump` |
//! | time | `advance(secs)` moves the wall clock; elapsed time never moves |

mod calls;
mod clock;
mod company;
mod control;
mod dump;
mod faults;
mod front;
mod guard;
pub mod jira;
mod net;
pub mod okta;
mod read;
pub mod seen;
pub mod slack;
mod snapshot;
mod state;
mod wire;
mod world;

use serde::{Deserialize, Serialize};

pub use calls::Call;
pub use clock::Clock;
pub use company::{Company, OktaAccount, Person, SlackAccount};
pub use control::control_router;
pub use faults::{ActiveFault, Fault, FaultId, Times, What};
pub use guard::guarded;
pub use slack::{Cannot, Clicked, Disconnect, Press, Routing, SlashAnswer, SubmitAnswer, Welcome};
pub use state::State;
pub use world::{NotInTime, PATIENCE, World};

/// The workspace.
pub const TEAM_ID: &str = "T0ACME";
/// The bot's Slack user.
pub const BOT_USER: &str = "U0JITBOT";
/// The channel `access-audit`: everybody is in it, and the bot.
pub const AUDIT_CHANNEL: &str = "C0AUDIT";
const TEAM_NAME: &str = "Acme";
const TEAM_DOMAIN: &str = "acme";
const APP_ID: &str = "A0JIT";
const VERIFICATION_TOKEN: &str = "not-a-secret-verification-token";
const BOT_TOKEN: &str = "xoxb-0000000000-sandbox-not-a-secret";
const APP_TOKEN: &str = "xapp-1-A0JIT-0000000000-sandbox-not-a-secret";
const OKTA_TOKEN: &str = "00-sandbox-okta-token-not-a-secret";
const JIRA_TOKEN: &str = "ATATT-sandbox-jira-token-not-a-secret";
const JIRA_EMAIL: &str = "jit-bot@acme.example";

/// Who is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Vendor {
    /// Web API, response URLs and sockets.
    Slack,
    /// The org's REST API.
    Okta,
    /// The site's REST API.
    Jira,
}

impl Vendor {
    /// The path as faults and the log name it: for Slack's Web API the method alone.
    pub(crate) fn path_of(self, path: &str) -> &str {
        match self {
            Self::Slack => path.strip_prefix("/api/").unwrap_or(path),
            _ => path,
        }
    }
}

/// The bot token (`xoxb-…`).
#[must_use]
pub fn bot_token() -> &'static str {
    BOT_TOKEN
}

/// The app-level token (`xapp-…`).
#[must_use]
pub fn app_token() -> &'static str {
    APP_TOKEN
}

/// Okta's API token, for `SSWS`.
#[must_use]
pub fn okta_token() -> &'static str {
    OKTA_TOKEN
}

/// Jira's API token, for Basic with [`jira_email`].
#[must_use]
pub fn jira_token() -> &'static str {
    JIRA_TOKEN
}

/// The Jira account of the bot.
#[must_use]
pub fn jira_email() -> &'static str {
    JIRA_EMAIL
}
