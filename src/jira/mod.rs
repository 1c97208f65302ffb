//! Jira: the ticket that follows a request, opened once, commented once an event, moved to where the request stands.
//!
//! It owns the calls and what their answers mean. It refuses to know requests, approvals, sentences or when to try again.
//!
//! Law: nothing is written a second time before it was looked for, and what a person typed never becomes a query.
//!
//! The API: <https://developer.atlassian.com/cloud/jira/platform/rest/v3/>.

use std::{sync::Arc, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use tokio::sync::OnceCell;
use url::Url;

use crate::{
    domain::port::{Class, EffectError, Fault, Finding, Vendor},
    http::{BaseError, Http},
};

pub mod adf;
mod comment;
mod doubts;
mod needs;
mod open;
mod pace;
mod status;
mod text;
mod wire;

pub use needs::{Gap, Need};
pub use open::{Issue, Ticket};
pub use status::Moved;

/// The entity property, on an issue and on a comment, by which what is ours is told from what looks like it.
const PROPERTY: &str = "jitney";

/// Where Jira names a call.
const RECEIPT: &str = "atl-traceid";

/// Where tickets go, and how they are called there.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The site, or the gateway `https://api.atlassian.com/ex/jira/{cloudId}`.
    pub base: Url,
    /// The account's address: Basic. Without it the token goes as Bearer.
    pub email: Option<String>,
    /// The project's key.
    pub project: String,
    /// The name of the issue type.
    pub issue_type: String,
    /// The name of the status in which a ticket ends.
    pub closed: String,
    /// The few sentences that the client says of itself.
    pub words: Words,
}

/// Sentences for readers of tickets.
#[derive(Clone, Copy, Debug)]
pub struct Words {
    /// Stands where a text was longer than Jira keeps.
    pub cut: &'static str,
    /// Stands on an issue that was opened beside the one of this key.
    pub duplicate_of: fn(&str) -> String,
}

/// Waits, in elapsed time.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    /// How long a create without an answer is looked for before it is made again. Searches lag by seconds to minutes.
    pub found_within: Duration,
    /// How many looks that takes at least.
    pub looks: u32,
    /// Until the second look; doubled each time, up to a minute.
    pub look_again: Duration,
    /// How long a comment without an answer may still arrive: a call's deadline and what a proxy adds.
    pub arrives_within: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            found_within: Duration::from_secs(180),
            looks: 4,
            look_again: Duration::from_secs(5),
            arrives_within: Duration::from_secs(15),
        }
    }
}

/// A project's tickets. Cheap to clone; no `Debug`: it holds a token.
#[derive(Clone)]
pub struct Jira(Arc<Inner>);

struct Inner {
    http: Http,
    settings: Settings,
    timing: Timing,
    pace: pace::Pace,
    doubts: doubts::Doubts,
    site: OnceCell<Url>,
}

impl Jira {
    /// A client with an API token.
    ///
    /// # Errors
    /// If the URL may not be called, or the token cannot be sent.
    pub fn new(settings: Settings, token: &SecretString, timing: Timing) -> Result<Self, BaseError> {
        let token = token.expose_secret();
        let authorization = match &settings.email {
            Some(email) => format!("Basic {}", STANDARD.encode(format!("{email}:{token}"))),
            None => format!("Bearer {token}"),
        };
        let http = Http::new(Vendor::Jira, &settings.base, &authorization, RECEIPT, |_| "all")?;
        let (pace, doubts, site) = Default::default();
        Ok(Self(Arc::new(Inner { http, settings, timing, pace, doubts, site })))
    }

    /// Whether the account is let in: anonymous access, where a site allows it, looks like an empty project.
    ///
    /// # Errors
    /// [`Class::Auth`] if it is not.
    pub async fn account(&self) -> Result<(), EffectError> {
        self.get(self.url(&["myself"])).await.map(drop).map_err(shut_out)
    }

    /// Whether the account is let in, and sees the project.
    ///
    /// # Errors
    /// [`Class::Auth`] if not.
    pub(super) async fn sees_project(&self) -> Result<(), EffectError> {
        self.account().await?;
        let project = &self.0.settings.project;
        let hidden = |error: EffectError| {
            let code = Some(Finding::NoProject(project.clone()).code());
            let fault = Fault { code, ..error.fault.clone() };
            if error.class == Class::Gone { EffectError { fault, ..shut_out(error) } } else { error }
        };
        self.get(self.url(&["project", project])).await.map(drop).map_err(hidden)
    }

    /// Where a person reads an issue: on the site, also when calls go through the gateway.
    ///
    /// # Errors
    /// See [`EffectError`].
    pub async fn link(&self, key: &str) -> Result<Url, EffectError> {
        let mut link = self.0.site.get_or_try_init(|| self.site()).await?.clone();
        if let Ok(mut path) = link.path_segments_mut() {
            path.pop_if_empty().extend(["browse", key]);
        }
        Ok(link)
    }

    async fn site(&self) -> Result<Url, EffectError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Server {
            base_url: Url,
        }
        if !self.0.settings.base.path().starts_with("/ex/jira/") {
            return Ok(self.0.settings.base.clone());
        }
        let server: Server = self.get(self.url(&["serverInfo"])).await?.json()?;
        Ok(server.base_url)
    }
}

/// What is there for everybody is not there for whoever is not let in.
fn shut_out(error: EffectError) -> EffectError {
    let class = if error.class == Class::Gone { Class::Auth } else { error.class };
    EffectError { class, ..error }
}

/// What the client finds wrong with how the project is set up.
fn found(finding: &Finding) -> EffectError {
    failure(Class::Rejected, finding.code())
}

/// A failure that the client finds itself.
fn failure(class: Class, code: impl Into<String>) -> EffectError {
    let fault = Fault { vendor: Vendor::Jira, status: None, code: Some(code.into()), receipt: None };
    EffectError { class, after: None, fault }
}
