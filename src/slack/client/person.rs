//! A person as Slack describes them, reduced to what identity and wording need.
//!
//! It owns the reading of Slack's user object (<https://docs.slack.dev/reference/objects/user-object>), which
//! slack-morphism's model reads without `is_email_confirmed`. One law: an e-mail that Slack does not vouch for,
//! or says nothing of, is none.

use std::fmt;

use serde::Deserialize;
use slack_morphism::{SlackTeamId, SlackUserId};

use crate::domain::said::{LONGEST_NAME, one_line};

/// Slack's own bot; its user object does not call it one.
const SLACKBOT: &str = "USLACKBOT";

/// An e-mail that Slack has confirmed. `Debug` hides it: it is no matter for logs.
#[derive(Clone, PartialEq, Eq)]
pub struct ConfirmedEmail(String);

impl ConfirmedEmail {
    /// The e-mail as Slack writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ConfirmedEmail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ConfirmedEmail(…)")
    }
}

/// A person, bot or guest of Slack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlackPerson {
    /// Their id.
    pub id: SlackUserId,
    /// Their workspace, when Slack says it. Only the bot's own will do: see `stranger`.
    pub team: Option<SlackTeamId>,
    /// Their e-mail, if Slack shows it (scope `users:read.email`) and calls it confirmed.
    pub email: Option<ConfirmedEmail>,
    /// The name they are known by: real name, else the handle, else the id.
    pub name: String,
    /// Their zone by its IANA name.
    pub tz: Option<String>,
    /// Their present offset from UTC, in seconds.
    pub tz_offset: Option<i32>,
    /// Deactivated.
    pub deleted: bool,
    /// A bot or a workflow.
    pub is_bot: bool,
    /// A guest of any kind.
    pub restricted: bool,
    /// A guest of a single channel.
    pub ultra_restricted: bool,
    /// Of another workspace, without a channel in common. `false` does **not** mean of this workspace.
    pub stranger: bool,
}

/// The reply of `users.info` and `users.lookupByEmail`.
#[derive(Deserialize)]
pub(super) struct Found {
    user: User,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct User {
    id: Option<SlackUserId>,
    team_id: Option<SlackTeamId>,
    name: Option<String>,
    real_name: Option<String>,
    tz: Option<String>,
    tz_offset: Option<i32>,
    deleted: Option<bool>,
    is_bot: Option<bool>,
    is_workflow_bot: Option<bool>,
    is_connector_bot: Option<bool>,
    is_restricted: Option<bool>,
    is_ultra_restricted: Option<bool>,
    is_stranger: Option<bool>,
    is_email_confirmed: Option<bool>,
    profile: Option<Profile>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Profile {
    email: Option<String>,
    real_name: Option<String>,
}

impl Found {
    /// None without an id: then Slack's reply means nothing to us.
    pub(super) fn into_person(self) -> Option<SlackPerson> {
        let user = self.user;
        let id = user.id.clone()?;
        Some(SlackPerson {
            name: user.known_as(&id),
            email: user.confirmed_email(),
            is_bot: user.is_any_bot(&id),
            id,
            team: user.team_id,
            tz: user.tz.filter(|tz| !tz.is_empty()),
            tz_offset: user.tz_offset,
            deleted: user.deleted.unwrap_or(false),
            restricted: user.is_restricted.unwrap_or(false),
            ultra_restricted: user.is_ultra_restricted.unwrap_or(false),
            stranger: user.is_stranger.unwrap_or(false),
        })
    }
}

impl User {
    fn known_as(&self, id: &SlackUserId) -> String {
        let profile = self.profile.as_ref().and_then(|profile| profile.real_name.as_ref());
        let names = [self.real_name.as_ref(), profile, self.name.as_ref()];
        let mut names = names.into_iter().flatten().map(|name| one_line(name, LONGEST_NAME));
        names.find(|name| !name.is_empty()).unwrap_or_else(|| id.0.clone())
    }

    fn confirmed_email(&self) -> Option<ConfirmedEmail> {
        let email = self.profile.as_ref()?.email.clone()?;
        let confirmed = self.is_email_confirmed == Some(true) && !email.is_empty();
        confirmed.then_some(ConfirmedEmail(email))
    }

    fn is_any_bot(&self, id: &SlackUserId) -> bool {
        let flags = [self.is_bot, self.is_workflow_bot, self.is_connector_bot];
        id.0 == SLACKBOT || flags.contains(&Some(true))
    }
}
