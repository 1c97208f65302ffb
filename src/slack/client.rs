//! The calls to Slack that this program makes, typed: slack-morphism's requests, and of each reply only what is used.
//!
//! It owns which method says what. It refuses to know when to call, or how often. One law: a reply that carries a
//! message or a view back is read for its ids alone: what Slack echoes may not fit any model, and a call that was done
//! must not look failed.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use slack_morphism::{
    SlackApiToken, SlackChannelId, SlackClient as Api, SlackMessageContent, SlackTeamId, SlackTriggerId, SlackTs,
    SlackUserId, SlackViewId,
    api::{
        SlackApiAppsConnectionOpenRequest, SlackApiChatPostEphemeralRequest, SlackApiChatPostMessageRequest,
        SlackApiChatUpdateRequest, SlackApiViewsOpenRequest, SlackApiViewsPublishRequest, SlackApiViewsUpdateRequest,
    },
    blocks::{SlackBlock, SlackView},
};
use url::Url;

use super::{
    connector::{Connector, Reach},
    error::{Hitch, SlackCode, SlackError, rejected},
};

mod person;
mod shapes;

pub use person::{ConfirmedEmail, SlackPerson};
pub use shapes::{BotIdentity, OpenedView, Reply, Thread};

/// Slack's Web API with this program's two tokens. It has no `Debug`: it holds them.
pub struct SlackClient {
    api: Api<Connector>,
    connector: Connector,
    bot_token: SlackApiToken,
    app_token: SlackApiToken,
}

impl SlackClient {
    /// A client to `api_url` whose calls take at most `deadline` (see [`CALL_DEADLINE`](super::connector::CALL_DEADLINE)).
    ///
    /// # Errors
    /// If the address is plain HTTP and not on this machine, or TLS cannot be set up.
    pub fn new(
        api_url: &Url,
        bot_token: &SecretString,
        app_token: &SecretString,
        deadline: Duration,
    ) -> Result<Self, SlackError> {
        let connector = Connector::new(api_url, deadline)?;
        Ok(Self {
            api: Api::new(connector.clone()),
            connector,
            bot_token: SlackApiToken::new(bot_token.expose_secret().into()),
            app_token: SlackApiToken::new(app_token.expose_secret().into()),
        })
    }

    /// Where Slack's own addresses may lead.
    #[must_use]
    pub fn reach(&self) -> Reach {
        self.connector.reach()
    }

    /// Who the bot token belongs to: <https://docs.slack.dev/reference/methods/auth.test>.
    ///
    /// # Errors
    /// See [`SlackError`].
    pub async fn auth_test(&self) -> Result<BotIdentity, SlackError> {
        let call = self.connector.call_with_scopes::<WhoAmI>("auth.test", &self.bot_token);
        let (me, scopes) = call.await?;
        let scopes = scopes.unwrap_or_default();
        let scopes = scopes.split(',').map(str::trim).filter(|scope| !scope.is_empty());
        Ok(BotIdentity {
            team: me.team.filter(|name| !name.is_empty()),
            team_id: me.team_id,
            bot_user_id: me.user_id,
            scopes: scopes.map(str::to_owned).collect(),
        })
    }

    /// A socket's address, good for one connection: <https://docs.slack.dev/reference/methods/apps.connections.open>.
    /// It holds a ticket: never log it.
    ///
    /// # Errors
    /// See [`SlackError`]; an address that may not be followed is `Rejected`.
    pub async fn open_socket(&self) -> Result<Url, SlackError> {
        let session = self.api.open_session(&self.app_token);
        let request = SlackApiAppsConnectionOpenRequest::new();
        let reply = session.apps_connections_open(&request).await?;
        if self.reach().allows(&reply.url.0) { Ok(reply.url.0) } else { Err(rejected(SlackCode::ForbiddenAddress)) }
    }

    /// A person by id: <https://docs.slack.dev/reference/methods/users.info>.
    ///
    /// # Errors
    /// See [`SlackError`]; nobody of that id is `Gone`.
    pub async fn user(&self, id: &SlackUserId) -> Result<SlackPerson, SlackError> {
        self.person("users.info", "user", &id.0).await
    }

    /// A person by e-mail: <https://docs.slack.dev/reference/methods/users.lookupByEmail>.
    ///
    /// # Errors
    /// See [`SlackError`]; nobody with that e-mail is `Gone`.
    pub async fn user_by_email(&self, email: &str) -> Result<SlackPerson, SlackError> {
        self.person("users.lookupByEmail", "email", email).await
    }

    /// The members of a user group: <https://docs.slack.dev/reference/methods/usergroups.users.list>.
    ///
    /// # Errors
    /// See [`SlackError`]; no such group, or none in this workspace's plan, is `Gone`.
    pub async fn user_group(&self, id: &str) -> Result<Vec<SlackUserId>, SlackError> {
        let session = self.api.open_session(&self.bot_token);
        let query = vec![("usergroup", Some(id))];
        let reply: Grouped = session.http_session_api.http_get("usergroups.users.list", &query, None).await?;
        Ok(reply.users)
    }

    /// The channel of direct messages with a person: <https://docs.slack.dev/reference/methods/conversations.open>.
    ///
    /// # Errors
    /// See [`SlackError`].
    pub async fn open_dm(&self, user: &SlackUserId) -> Result<SlackChannelId, SlackError> {
        // slack-morphism sends an array; the documented form is a comma-separated string.
        let request = serde_json::json!({ "users": user });
        let reply: Opened = self.post_raw("conversations.open", &request).await?;
        Ok(reply.channel.id)
    }

    /// Posts a message, at its end or in a thread: <https://docs.slack.dev/reference/methods/chat.postMessage>.
    ///
    /// # Errors
    /// See [`SlackError`]; after `Unknown` the message may be there.
    pub async fn post(
        &self,
        channel: &SlackChannelId,
        text: &str,
        blocks: Vec<SlackBlock>,
        thread: Option<Thread>,
    ) -> Result<SlackTs, SlackError> {
        let mut request = SlackApiChatPostMessageRequest::new(channel.clone(), content(text, blocks))
            .with_unfurl_links(false)
            .with_unfurl_media(false);
        if let Some(Thread { ts, broadcast }) = thread {
            request = request.with_thread_ts(ts).with_reply_broadcast(broadcast);
        }
        let reply: Posted = self.post_raw("chat.postMessage", &request).await?;
        Ok(reply.ts)
    }

    /// Redraws a message: <https://docs.slack.dev/reference/methods/chat.update>.
    ///
    /// # Errors
    /// See [`SlackError`].
    pub async fn update(
        &self,
        channel: &SlackChannelId,
        ts: &SlackTs,
        text: &str,
        blocks: Vec<SlackBlock>,
    ) -> Result<(), SlackError> {
        let request = SlackApiChatUpdateRequest::new(channel.clone(), content(text, blocks), ts.clone());
        self.post_raw::<_, Done>("chat.update", &request).await.map(drop)
    }

    /// Tells one person something that nobody else in the channel sees, and that is gone after a reload:
    /// <https://docs.slack.dev/reference/methods/chat.postEphemeral>.
    ///
    /// # Errors
    /// See [`SlackError`].
    pub async fn ephemeral(
        &self,
        channel: &SlackChannelId,
        user: &SlackUserId,
        text: &str,
        blocks: Vec<SlackBlock>,
    ) -> Result<(), SlackError> {
        let content = content(text, blocks);
        let request = SlackApiChatPostEphemeralRequest::new(channel.clone(), user.clone(), content);
        self.post_raw::<_, Done>("chat.postEphemeral", &request).await.map(drop)
    }

    /// Answers a click or a command at its `response_url`: five times within 30 minutes, then it is `Gone`.
    ///
    /// # Errors
    /// See [`SlackError`]; a URL that is neither HTTPS nor as local as the base URL is `Rejected`.
    pub async fn respond(&self, response_url: &Url, reply: &Reply) -> Result<(), SlackError> {
        self.connector.post_out(response_url.clone(), reply).await
    }

    /// Opens a modal within 3 s of the trigger: <https://docs.slack.dev/reference/methods/views.open>.
    ///
    /// # Errors
    /// See [`SlackError`]; a trigger that is used or too old is `Gone`.
    pub async fn open_view(&self, trigger: &SlackTriggerId, view: SlackView) -> Result<OpenedView, SlackError> {
        let request = SlackApiViewsOpenRequest::new(trigger.clone(), view);
        self.view("views.open", &request).await
    }

    /// Changes an open modal; with a `hash`, unless it changed meanwhile: <https://docs.slack.dev/reference/methods/views.update>.
    ///
    /// # Errors
    /// See [`SlackError`]; a newer view is `Rejected` with `hash_conflict`, a closed one `Gone`.
    pub async fn update_view(
        &self,
        id: &SlackViewId,
        hash: Option<&str>,
        view: SlackView,
    ) -> Result<OpenedView, SlackError> {
        let request = SlackApiViewsUpdateRequest::new(view).with_view_id(id.clone()).opt_hash(hash.map(str::to_owned));
        self.view("views.update", &request).await
    }

    /// Draws a person's Home tab; with a `hash`, unless it changed meanwhile:
    /// <https://docs.slack.dev/reference/methods/views.publish>.
    ///
    /// # Errors
    /// See [`SlackError`]; a newer view is `Rejected` with `hash_conflict`.
    pub async fn publish_home(
        &self,
        user: &SlackUserId,
        hash: Option<&str>,
        view: SlackView,
    ) -> Result<OpenedView, SlackError> {
        let request = SlackApiViewsPublishRequest::new(user.clone(), view).opt_hash(hash.map(str::to_owned));
        self.view("views.publish", &request).await
    }

    async fn view<B: Serialize + Send + Sync>(&self, method: &str, request: &B) -> Result<OpenedView, SlackError> {
        let reply: Viewed = self.post_raw(method, request).await?;
        Ok(reply.view)
    }

    async fn person(&self, method: &str, key: &'static str, value: &str) -> Result<SlackPerson, SlackError> {
        let session = self.api.open_session(&self.bot_token);
        let query = vec![(key, Some(value))];
        let reply: person::Found = session.http_session_api.http_get(method, &query, None).await?;
        reply.into_person().ok_or(SlackError::Unknown(Hitch::Unreadable))
    }

    async fn post_raw<B, T>(&self, method: &str, request: &B) -> Result<T, SlackError>
    where
        B: Serialize + Send + Sync,
        T: DeserializeOwned + Send,
    {
        let session = self.api.open_session(&self.bot_token);
        Ok(session.http_session_api.http_post(method, request, None).await?)
    }
}

fn content(text: &str, blocks: Vec<SlackBlock>) -> SlackMessageContent {
    // Without blocks the text is what is shown, and blocks that were there before go.
    SlackMessageContent::new().with_text(text.to_owned()).opt_blocks((!blocks.is_empty()).then_some(blocks))
}

#[derive(Deserialize)]
struct WhoAmI {
    #[serde(default)]
    team: Option<String>,
    team_id: SlackTeamId,
    user_id: SlackUserId,
}

#[derive(Deserialize)]
struct Grouped {
    users: Vec<SlackUserId>,
}

#[derive(Deserialize)]
struct Opened {
    channel: OpenedChannel,
}

#[derive(Deserialize)]
struct OpenedChannel {
    id: SlackChannelId,
}

#[derive(Deserialize)]
struct Posted {
    ts: SlackTs,
}

#[derive(Deserialize)]
struct Viewed {
    view: OpenedView,
}

#[derive(Deserialize)]
struct Done {}

#[cfg(test)]
mod tests;
