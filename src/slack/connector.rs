//! The one HTTP client under slack-morphism's Web API: where calls may go, how long they may take, what their failures are.
//!
//! It owns the base URL, deadlines, limits and the reading of replies. It refuses to know any method of Slack's. One
//! law: a token goes to the configured address only, over TLS or to this very machine, and comes back in nothing.

use std::time::Duration;

use reqwest::{RequestBuilder, Response, header, redirect};
use serde::{Serialize, de::DeserializeOwned};
use slack_morphism::SlackApiToken;
use url::{Host, Url};

use super::error::{Hitch, SlackCode, SlackError, Verdict, of_status, rejected};

mod morphism;

/// How long a call may take, connection and reply included. Slack answers in well under a second; who waits in front of
/// a modal waits 3 s at most, the rest of this is for work nobody watches.
pub const CALL_DEADLINE: Duration = Duration::from_secs(10);

/// How long the connection alone may take, so that "never sent" can be told from "no answer".
const CONNECT_DEADLINE: Duration = Duration::from_secs(5);

/// The largest reply read. Views are 250 kB at most and come back inside replies.
const LARGEST_REPLY: usize = 2 * 1024 * 1024;

/// The longest wait taken from a `Retry-After`. Slack's windows are a minute; more would be a mistake on the way.
const LONGEST_WAIT: Duration = Duration::from_secs(15 * 60);

/// Installs the one TLS provider, aws-lc-rs. To be called first of all in `main` and by tests that speak TLS; calling it
/// again changes nothing.
pub fn install_tls() {
    // An error means that a provider is installed already.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
}

/// Which addresses calls and sockets may go to: anywhere over TLS; without TLS only to this machine, and only when the
/// configured base URL is such an address itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// TLS everywhere.
    Tls,
    /// The base URL is plain and local (a sandbox): plain is fine on loopback.
    Loopback,
}

impl Reach {
    /// The reach of a base URL, or none when it is plain and not local, or no HTTP at all.
    #[must_use]
    pub fn of(api_url: &Url) -> Option<Self> {
        match api_url.scheme() {
            "https" => Some(Self::Tls),
            "http" if is_loopback(api_url) => Some(Self::Loopback),
            _ => None,
        }
    }

    /// Whether a URL that Slack handed out (a `response_url`, a socket's address) may be followed.
    #[must_use]
    pub fn allows(self, url: &Url) -> bool {
        match url.scheme() {
            "https" | "wss" => true,
            "http" | "ws" => self == Self::Loopback && is_loopback(url),
            _ => false,
        }
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// slack-morphism's way to the network, over one `reqwest` client.
#[derive(Clone)]
pub struct Connector {
    http: reqwest::Client,
    api_url: Url,
    reach: Reach,
}

impl Connector {
    /// A connector to `api_url` (default of the product: `https://slack.com/api`) whose calls take at most `deadline`.
    ///
    /// # Errors
    /// If the address may not be called, or TLS cannot be set up.
    pub fn new(api_url: &Url, deadline: Duration) -> Result<Self, SlackError> {
        let reach = Reach::of(api_url).ok_or_else(|| rejected(SlackCode::ForbiddenAddress))?;
        let mut http = reqwest::Client::builder()
            .user_agent(concat!("jitney/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT_DEADLINE.min(deadline))
            .timeout(deadline)
            // A redirect would carry the token, or a person's words, elsewhere.
            .redirect(redirect::Policy::none());
        if reach == Reach::Loopback {
            http = http.no_proxy();
        }
        Ok(Self {
            http: http.build().map_err(|_| SlackError::Retry(Hitch::NoConnection))?,
            api_url: api_url.clone(),
            reach,
        })
    }

    /// Where this connector's program may call.
    #[must_use]
    pub fn reach(&self) -> Reach {
        self.reach
    }

    /// Calls a method without arguments; answers the reply and the scopes that its headers name (`x-oauth-scopes`).
    pub(super) async fn call_with_scopes<T: DeserializeOwned>(
        &self,
        method: &str,
        token: &SlackApiToken,
    ) -> Result<(T, Option<String>), SlackError> {
        let request = self.http.post(self.method_url(method)?);
        let response = sent(request.bearer_auth(&token.token_value.0)).await?;
        let scopes = response.headers().get("x-oauth-scopes");
        let scopes = scopes.and_then(|value| value.to_str().ok()).map(str::to_owned);
        Ok((decoded(&accepted(response).await?)?, scopes))
    }

    /// Posts to a URL that Slack handed out, without a token; any success will do, whatever its body.
    pub(super) async fn post_out<B: Serialize + Sync>(&self, url: Url, body: &B) -> Result<(), SlackError> {
        if !self.reach.allows(&url) {
            return Err(rejected(SlackCode::ForbiddenAddress));
        }
        let response = sent(self.http.post(url).json(body)).await?;
        if !response.status().is_success() {
            return accepted(response).await.map(drop);
        }
        Ok(())
    }

    fn method_url(&self, method: &str) -> Result<Url, SlackError> {
        let base = self.api_url.as_str().trim_end_matches('/');
        Url::parse(&format!("{base}/{method}")).map_err(|_| rejected(SlackCode::ForbiddenAddress))
    }

    /// Sends a call with its token, to the configured address only.
    async fn call<T: DeserializeOwned>(
        &self,
        url: &Url,
        request: RequestBuilder,
        token: Option<&SlackApiToken>,
    ) -> Result<T, SlackError> {
        if url.origin() != self.api_url.origin() {
            return Err(rejected(SlackCode::ForbiddenAddress));
        }
        let request = match token {
            Some(token) => request.bearer_auth(&token.token_value.0),
            None => request,
        };
        decoded(&accepted(sent(request).await?).await?)
    }
}

async fn sent(request: RequestBuilder) -> Result<Response, SlackError> {
    request.send().await.map_err(|error| transport_error(&error))
}

/// `reqwest`'s errors name the URL, which may hold a person's e-mail: only their class goes on.
fn transport_error(error: &reqwest::Error) -> SlackError {
    if error.is_builder() {
        rejected(SlackCode::ForbiddenAddress)
    } else if error.is_connect() {
        SlackError::Retry(Hitch::NoConnection)
    } else if error.is_timeout() {
        SlackError::Unknown(Hitch::Late)
    } else {
        SlackError::Unknown(Hitch::Broken)
    }
}

/// The body of a reply that says `ok`, or the error that it is.
async fn accepted(response: Response) -> Result<Vec<u8>, SlackError> {
    let status = response.status().as_u16();
    let after = retry_after(&response);
    let body = read(response).await?;
    match serde_json::from_slice::<Verdict>(&body) {
        Ok(verdict) if verdict.ok && (200..300).contains(&status) => Ok(body),
        Ok(verdict) => Err(verdict.into_error(status, after)),
        Err(_) => Err(of_status(status, after)),
    }
}

fn retry_after(response: &Response) -> Option<Duration> {
    let seconds = response.headers().get(header::RETRY_AFTER)?.to_str().ok()?;
    let wait = Duration::from_secs(seconds.trim().parse().ok()?);
    Some(wait.min(LONGEST_WAIT))
}

async fn read(mut response: Response) -> Result<Vec<u8>, SlackError> {
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() <= LARGEST_REPLY => body.extend_from_slice(&chunk),
            Ok(Some(_)) => return Err(SlackError::Unknown(Hitch::Unreadable)),
            Ok(None) => return Ok(body),
            Err(error) => return Err(transport_error(&error)),
        }
    }
}

/// A reply that is `ok` but not of the documented shape: the call was done, what it made is unknown.
fn decoded<T: DeserializeOwned>(body: &[u8]) -> Result<T, SlackError> {
    serde_json::from_slice(body).map_err(|_| SlackError::Unknown(Hitch::Unreadable))
}
