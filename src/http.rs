//! How this program calls a vendor's REST API: one client, a deadline, a bound on what is read, a class for what failed.
//!
//! It owns deadlines and the reading of failures. It refuses to know any vendor's calls.
//!
//! Law: only the vendor's own word makes a failure final: a status alone may be a proxy's. No error carries a token or a
//! reply's body.

use std::time::Duration;

use reqwest::{
    Method, StatusCode,
    header::{AUTHORIZATION, HeaderMap, HeaderValue, LINK},
    redirect,
};
use serde::{Deserialize, de::DeserializeOwned};
use url::{Host, Url};

use crate::domain::port::{Class, EffectError, Fault, Vendor};

mod budget;
mod link;

use budget::Budget;
pub use budget::{Family, Priority};

/// How long one call may take, from connecting to the last byte. Okta answers within two seconds on a bad day; a call
/// that hangs longer is one whose fate is unknown.
pub const CALL_DEADLINE: Duration = Duration::from_secs(10);

/// How long connecting may take.
const CONNECT_DEADLINE: Duration = Duration::from_secs(5);

/// The most that is read of a reply: a page of 200 users is far below.
const LARGEST_REPLY: usize = 4 * 1024 * 1024;

/// Why a client cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BaseError {
    /// Plain HTTP to another machine, or no HTTP at all.
    #[error("{0} must be https (http only on this machine)")]
    Insecure(Url),
    /// A token with characters that no header can carry.
    #[error("the token holds characters that cannot be sent")]
    Token,
    /// TLS cannot be set up.
    #[error("TLS cannot be set up")]
    Tls,
}

/// An answer that came.
#[derive(Debug)]
pub struct Reply {
    /// Its status.
    pub status: StatusCode,
    /// The vendor's name of the call.
    pub receipt: Option<String>,
    /// `Retry-After`, where a failure says so.
    pub after: Option<Duration>,
    /// Where the list goes on; nothing if that cannot be read.
    next: Option<Vec<String>>,
    body: Vec<u8>,
    vendor: Vendor,
}

/// A vendor's API. It has no `Debug`: it holds a token.
pub struct Http {
    client: reqwest::Client,
    base: Url,
    authorization: HeaderValue,
    receipt_header: &'static str,
    vendor: Vendor,
    family: fn(&Url) -> Family,
    budget: Budget,
}

impl Http {
    /// A client to `base` that shows `authorization` with each call; `receipt_header` is where the vendor names calls,
    /// and `family` says which of its limits counts a call.
    ///
    /// # Errors
    /// If the base may not be called, or the token cannot be sent.
    pub fn new(
        vendor: Vendor,
        base: &Url,
        authorization: &str,
        receipt_header: &'static str,
        family: fn(&Url) -> Family,
    ) -> Result<Self, BaseError> {
        let local = is_local(base);
        if base.scheme() != "https" && !(base.scheme() == "http" && local) {
            return Err(BaseError::Insecure(base.clone()));
        }
        let mut authorization = HeaderValue::from_str(authorization).map_err(|_| BaseError::Token)?;
        authorization.set_sensitive(true);
        let mut client = reqwest::Client::builder()
            .user_agent(concat!("jitney/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT_DEADLINE)
            .timeout(CALL_DEADLINE)
            // A redirect would carry the token elsewhere.
            .redirect(redirect::Policy::none());
        if local {
            client = client.no_proxy();
        }
        let client = client.build().map_err(|_| BaseError::Tls)?;
        let budget = Budget::default();
        Ok(Self { client, base: base.clone(), authorization, receipt_header, vendor, family, budget })
    }

    /// The address of a path below the base. Segments are encoded.
    #[must_use]
    pub fn url(&self, segments: &[&str]) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        url
    }

    /// Calls once. Any answer is a reply; see [`Reply::success`].
    ///
    /// # Errors
    /// If no answer came, or it asks to wait.
    pub async fn call(&self, method: Method, url: Url, priority: Priority) -> Result<Reply, EffectError> {
        self.exchange(method, url, None, priority).await
    }

    /// Calls once, with a body of JSON.
    ///
    /// # Errors
    /// As [`Http::call`].
    pub async fn call_with(
        &self,
        method: Method,
        url: Url,
        body: &serde_json::Value,
        priority: Priority,
    ) -> Result<Reply, EffectError> {
        self.exchange(method, url, Some(body), priority).await
    }

    async fn exchange(
        &self,
        method: Method,
        url: Url,
        body: Option<&serde_json::Value>,
        priority: Priority,
    ) -> Result<Reply, EffectError> {
        let family = (self.family)(&url);
        let _turn = self.budget.turn(family, priority).await;
        let write = method != Method::GET;
        let mut request = self.client.request(method, url).header(AUTHORIZATION, self.authorization.clone());
        if let Some(body) = body {
            request = request.json(body);
        }
        let sent = request.send().await;
        let response = sent.map_err(|error| self.lost(write, &error))?;
        let (status, headers) = (response.status(), response.headers().clone());
        let receipt = headers.get(self.receipt_header).and_then(|value| value.to_str().ok()).map(str::to_owned);
        self.budget.note(family, &headers);
        if status == StatusCode::TOO_MANY_REQUESTS {
            let (after, code) = (budget::wait(&headers), budget::reason(&headers));
            // A limit that is about one thing holds up nothing else.
            if !code.as_deref().is_some_and(|code| code.contains("per-issue")) {
                self.budget.close(family, after);
            }
            let fault = Fault { vendor: self.vendor, status: Some(status.as_u16()), code, receipt };
            return Err(EffectError { class: Class::Retry, after: Some(after), fault });
        }
        let body = read(response).await.ok_or_else(|| self.cut_off(write, status, receipt.clone()))?;
        let (next, after) = (next_links(&headers), budget::asked(&headers));
        Ok(Reply { status, receipt, after, next, body, vendor: self.vendor })
    }

    /// The next page, if there is one.
    ///
    /// # Errors
    /// If there is one that cannot be followed: a list ends only where nothing follows.
    pub fn next(&self, reply: &Reply) -> Result<Option<Url>, EffectError> {
        let links = reply.next.as_ref().ok_or_else(|| reply.unread("unreadable link"))?;
        let [link] = links.as_slice() else {
            return if links.is_empty() { Ok(None) } else { Err(reply.unread("two next pages")) };
        };
        let next = self.base.join(link).ok().filter(|next| next.origin() == self.base.origin());
        // The token goes nowhere else.
        next.map(Some).ok_or_else(|| reply.unread("next page elsewhere"))
    }

    fn lost(&self, write: bool, error: &reqwest::Error) -> EffectError {
        let class = if write && !error.is_connect() { Class::Unknown } else { Class::Retry };
        let code = if error.is_connect() { "no connection" } else { "no answer" };
        let fault = Fault { vendor: self.vendor, status: None, code: Some(code.to_owned()), receipt: None };
        EffectError { class, after: None, fault }
    }

    fn cut_off(&self, write: bool, status: StatusCode, receipt: Option<String>) -> EffectError {
        let class = if write { Class::Unknown } else { Class::Retry };
        let fault =
            Fault { vendor: self.vendor, status: Some(status.as_u16()), code: Some("cut off".to_owned()), receipt };
        EffectError { class, after: None, fault }
    }
}

impl Reply {
    /// Whether it was done; else why not, classed. A `write` that ended in a server's fault may have happened.
    ///
    /// # Errors
    /// If the status says so.
    pub fn success(self, method: &Method) -> Result<Self, EffectError> {
        if self.status.is_success() { Ok(self) } else { Err(self.failure(method)) }
    }

    /// The failure it says. Without the vendor's own code it is nobody's word, and nothing final: a proxy's page, a
    /// firewall's, a redirect.
    #[must_use]
    pub fn failure(&self, method: &Method) -> EffectError {
        let code = self.code();
        let class = match self.status.as_u16() {
            409 | 425 | 429 => Class::Retry,
            401 | 403 if code.is_some() => Class::Auth,
            404 | 410 if code.is_some() => Class::Gone,
            400..=407 | 411..=499 if code.is_some() => Class::Rejected,
            _ if *method == Method::GET => Class::Retry,
            _ => Class::Unknown,
        };
        self.fault(class, code)
    }

    /// Its body as JSON.
    ///
    /// # Errors
    /// If it is anything else: worth another try.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, EffectError> {
        serde_json::from_slice(&self.body).map_err(|_| self.unread("unreadable"))
    }

    /// Whether it has no body.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.body.is_empty()
    }

    /// It does not say what it should: worth another try.
    #[must_use]
    pub fn unread(&self, code: &str) -> EffectError {
        self.fault(Class::Retry, Some(code.to_owned()))
    }

    fn fault(&self, class: Class, code: Option<String>) -> EffectError {
        let (status, receipt) = (Some(self.status.as_u16()), self.receipt.clone());
        EffectError { class, after: None, fault: Fault { vendor: self.vendor, status, code, receipt } }
    }

    /// The vendor's own error code, where the body has one that looks like one: `E0000007`.
    #[must_use]
    pub fn code(&self) -> Option<String> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Body {
            error_code: Option<String>,
        }
        let body: Body = serde_json::from_slice(&self.body).ok()?;
        body.error_code.filter(|code| {
            let digits = code.strip_prefix('E').unwrap_or_default();
            (1..=16).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
        })
    }
}

fn next_links(headers: &HeaderMap) -> Option<Vec<String>> {
    let lines = headers.get_all(LINK).iter().map(|line| link::next(line.to_str().ok()?));
    Some(lines.collect::<Option<Vec<_>>>()?.concat())
}

async fn read(mut response: reqwest::Response) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.ok()? {
        if body.len() + chunk.len() > LARGEST_REPLY {
            return None;
        }
        body.extend_from_slice(&chunk);
    }
    Some(body)
}

fn is_local(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_may_be_called_without_tls() {
        let new =
            |url: &str| Http::new(Vendor::Okta, &Url::parse(url).unwrap(), "SSWS x", "x-okta-request-id", |_| "all");
        crate::slack::connector::install_tls();
        assert!(new("https://acme.okta.com").is_ok());
        assert!(new("http://127.0.0.1:4600").is_ok());
        assert!(new("http://acme.okta.com").is_err());
        assert!(new("ftp://acme.okta.com").is_err());
        let segments = new("https://acme.okta.com").unwrap().url(&["api", "v1", "users", "a/b?#%@x.example"]);
        assert_eq!(segments.as_str(), "https://acme.okta.com/api/v1/users/a%2Fb%3F%23%25@x.example");
    }
}
