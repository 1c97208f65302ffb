//! How this program calls a vendor's REST API: one client, a deadline, a bound on what is read, a class for what failed.
//!
//! It owns deadlines, rate limits and the reading of failures. It refuses to know any vendor's calls.
//!
//! Law: no call is made before a limit's reset, removals wait for nothing but that, and no error carries a token or a
//! reply's body.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chrono::{DateTime, Utc};
use reqwest::{
    Method, StatusCode,
    header::{AUTHORIZATION, DATE, HeaderMap, HeaderValue, LINK},
    redirect,
};
use serde::{Deserialize, de::DeserializeOwned};
use tokio::sync::{Semaphore, SemaphorePermit};
use url::{Host, Url};

use crate::{
    clock,
    domain::port::{Class, EffectError, Fault, Vendor},
};

/// How long one call may take, from connecting to the last byte. Okta answers within two seconds on a bad day; a call
/// that hangs longer is one whose fate is unknown.
pub const CALL_DEADLINE: Duration = Duration::from_secs(10);

/// How long connecting may take.
const CONNECT_DEADLINE: Duration = Duration::from_secs(5);

/// The most that is read of a reply: a page of 200 users is far below.
const LARGEST_REPLY: usize = 4 * 1024 * 1024;

/// The shortest wait after a rate limit.
const SHORTEST_WAIT: Duration = Duration::from_secs(1);

/// The longest wait a server may impose: a wrong clock must not park a removal for a day. Windows are a minute long.
const LONGEST_WAIT: Duration = Duration::from_secs(120);

/// After a reset everything but removals waits a little more, so that removals go first.
const REMOVALS_FIRST: Duration = Duration::from_millis(250);

/// With less than a tenth of a window left only removals go on.
const KEPT_FOR_REMOVALS: u64 = 10;

/// Calls at one time, for removals and, apart, for everything else. Okta allows 35 to 75 an organisation.
const AT_ONCE: usize = 8;

/// What a call is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Priority {
    /// Ending access: waits for nobody.
    Removal,
    /// All else.
    Other,
}

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
    next: Vec<String>,
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
    budget: Budget,
}

impl Http {
    /// A client to `base` that shows `authorization` with each call; `receipt_header` is where the vendor names calls.
    ///
    /// # Errors
    /// If the base may not be called, or the token cannot be sent.
    pub fn new(
        vendor: Vendor,
        base: &Url,
        authorization: &str,
        receipt_header: &'static str,
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
        Ok(Self { client, base: base.clone(), authorization, receipt_header, vendor, budget: Budget::default() })
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
        let _turn = self.budget.turn(priority).await;
        let write = method != Method::GET;
        let mut request = self.client.request(method, url).header(AUTHORIZATION, self.authorization.clone());
        if let Some(body) = body {
            request = request.json(body);
        }
        let sent = request.send().await;
        let response = sent.map_err(|error| self.lost(write, &error))?;
        let (status, headers) = (response.status(), response.headers().clone());
        let receipt = headers.get(self.receipt_header).and_then(|value| value.to_str().ok()).map(str::to_owned);
        self.budget.note(&headers);
        if status == StatusCode::TOO_MANY_REQUESTS {
            let (after, code) = (wait(&headers), reason(&headers));
            // A limit that is about one thing holds up nothing else.
            if !code.as_deref().is_some_and(|code| code.contains("per-issue")) {
                self.budget.close(after);
            }
            let fault = Fault { vendor: self.vendor, status: Some(status.as_u16()), code, receipt };
            return Err(EffectError { class: Class::Retry, after: Some(after), fault });
        }
        let body = read(response).await.ok_or_else(|| self.cut_off(write, status, receipt.clone()))?;
        let next = headers.get_all(LINK).iter().filter_map(|link| link.to_str().ok()).flat_map(next_links).collect();
        let after = retry_after(&headers).map(|after| after.clamp(SHORTEST_WAIT, LONGEST_WAIT));
        Ok(Reply { status, receipt, after, next, body, vendor: self.vendor })
    }

    /// The next page, if there is one and it is this vendor's own.
    #[must_use]
    pub fn next(&self, reply: &Reply, current: &Url) -> Option<Url> {
        let next = reply.next.iter().find_map(|link| self.base.join(link).ok())?;
        (next.origin() == self.base.origin() && next != *current).then_some(next)
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

    /// The failure it says.
    #[must_use]
    pub fn failure(&self, method: &Method) -> EffectError {
        let code = self.code();
        let class = match self.status.as_u16() {
            401 | 403 => Class::Auth,
            404 | 410 => Class::Gone,
            409 | 425 | 429 => Class::Retry,
            408 | 500.. if method != Method::GET => Class::Unknown,
            408 | 500.. => Class::Retry,
            // A redirect is not followed, and nothing we asked for is answered by one.
            _ => Class::Rejected,
        };
        let fault =
            Fault { vendor: self.vendor, status: Some(self.status.as_u16()), code, receipt: self.receipt.clone() };
        EffectError { class, after: None, fault }
    }

    /// Its body as JSON.
    ///
    /// # Errors
    /// If it is anything else: worth another try.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, EffectError> {
        serde_json::from_slice(&self.body).map_err(|_| {
            let fault = Fault {
                vendor: self.vendor,
                status: Some(self.status.as_u16()),
                code: Some("unreadable".to_owned()),
                receipt: self.receipt.clone(),
            };
            EffectError { class: Class::Retry, after: None, fault }
        })
    }

    /// The vendor's own error code, where the body has one that looks like one.
    #[must_use]
    pub fn code(&self) -> Option<String> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Body {
            error_code: Option<String>,
        }
        let body: Body = serde_json::from_slice(&self.body).ok()?;
        body.error_code.filter(|code| code.len() <= 64 && code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'))
    }
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

/// The targets of `rel="next"` in a `Link` header (RFC 8288), which may name several, separated by commas.
fn next_links(header: &str) -> Vec<String> {
    let mut links = Vec::new();
    let mut rest = header;
    while let Some((_, after)) = rest.split_once('<') {
        let Some((target, parameters)) = after.split_once('>') else { break };
        let (own, following) = parameters.split_once(",").map_or((parameters, ""), |(own, following)| (own, following));
        let is_next = own.split(';').any(|parameter| {
            let parameter = parameter.trim();
            parameter.eq_ignore_ascii_case("rel=\"next\"") || parameter.eq_ignore_ascii_case("rel=next")
        });
        if is_next {
            links.push(target.to_owned());
        }
        rest = following;
    }
    links
}

fn number(headers: &HeaderMap, name: &str) -> Option<u64> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}

/// How long a rate limit asks to wait, by the server's own clock: `Retry-After`, else the reset less the reply's date.
fn wait(headers: &HeaderMap) -> Duration {
    retry_after(headers).or_else(|| until_reset(headers)).unwrap_or(SHORTEST_WAIT).clamp(SHORTEST_WAIT, LONGEST_WAIT)
}

/// `Retry-After`, in seconds or as a date by the server's own clock.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let date = |name: &str| DateTime::parse_from_rfc2822(headers.get(name)?.to_str().ok()?).ok();
    let until = || (date("retry-after")? - date("date")?).to_std().ok();
    number(headers, "retry-after").map(Duration::from_secs).or_else(until)
}

/// Which limit it was (`RateLimit-Reason`), where it looks like a code.
fn reason(headers: &HeaderMap) -> Option<String> {
    let reason = headers.get("ratelimit-reason")?.to_str().ok()?;
    let is_code = reason.len() <= 64 && reason.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    is_code.then(|| reason.to_owned())
}

fn until_reset(headers: &HeaderMap) -> Option<Duration> {
    let reset = number(headers, "x-rate-limit-reset")?;
    let date = DateTime::parse_from_rfc2822(headers.get(DATE)?.to_str().ok()?).ok()?.with_timezone(&Utc);
    let date = u64::try_from(date.timestamp()).ok()?;
    Some(Duration::from_secs(reset.saturating_sub(date)))
}

fn is_local(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// When calls may be made. Times are elapsed ones.
struct Budget {
    window: Mutex<Window>,
    removals: Semaphore,
    others: Semaphore,
}

#[derive(Clone, Copy, Default)]
struct Window {
    /// Nobody calls before this.
    closed_until: Duration,
    /// Only removals call before this.
    scarce_until: Duration,
}

impl Default for Budget {
    fn default() -> Self {
        Self { window: Mutex::default(), removals: Semaphore::new(AT_ONCE), others: Semaphore::new(AT_ONCE) }
    }
}

impl Budget {
    /// Waits for its turn. A closed semaphore is impossible: it is never closed.
    async fn turn(&self, priority: Priority) -> Option<SemaphorePermit<'_>> {
        let line = match priority {
            Priority::Removal => &self.removals,
            Priority::Other => &self.others,
        };
        let turn = line.acquire().await.ok();
        loop {
            let from = self.window().opens(priority);
            let now = clock::elapsed();
            if from <= now {
                return turn;
            }
            clock::pause(from - now).await;
        }
    }

    fn window(&self) -> MutexGuard<'_, Window> {
        self.window.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn close(&self, wait: Duration) {
        let until = clock::elapsed() + wait;
        let mut window = self.window();
        window.closed_until = window.closed_until.max(until);
    }

    /// What is left of the window is kept for removals when it runs short.
    fn note(&self, headers: &HeaderMap) {
        let limit = number(headers, "x-rate-limit-limit");
        let left = number(headers, "x-rate-limit-remaining");
        if let (Some(limit), Some(left), Some(reset)) = (limit, left, until_reset(headers))
            && left * KEPT_FOR_REMOVALS < limit
        {
            let until = clock::elapsed() + reset.min(LONGEST_WAIT);
            let mut window = self.window();
            window.scarce_until = window.scarce_until.max(until);
        }
    }
}

impl Window {
    fn opens(self, priority: Priority) -> Duration {
        match priority {
            Priority::Removal => self.closed_until,
            Priority::Other if self.closed_until.is_zero() => self.scarce_until,
            Priority::Other => (self.closed_until + REMOVALS_FIRST).max(self.scarce_until),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in pairs {
            let name = reqwest::header::HeaderName::from_bytes(name.as_bytes()).unwrap();
            map.append(name, HeaderValue::from_str(value).unwrap());
        }
        map
    }

    #[test]
    fn a_wait_is_measured_by_the_servers_own_clock_and_bounded() {
        let at = |reset: &str, date: &str| wait(&headers(&[("x-rate-limit-reset", reset), ("date", date)])).as_secs();
        // 1795362000 is 2026-11-22 15:40:00 UTC.
        assert_eq!(at("1795362030", "Sun, 22 Nov 2026 15:40:00 GMT"), 30);
        assert_eq!(at("1795362030", "Sun, 22 Nov 2026 15:45:00 GMT"), 1, "a reset that is past");
        assert_eq!(at("9999999999", "Sun, 22 Nov 2026 15:40:00 GMT"), 120, "a hostile reset");
        assert_eq!(wait(&headers(&[])).as_secs(), 1);
        assert_eq!(wait(&headers(&[("retry-after", "7")])).as_secs(), 7);
        let dated = [("retry-after", "Sun, 22 Nov 2026 15:40:09 GMT"), ("date", "Sun, 22 Nov 2026 15:40:00 GMT")];
        assert_eq!(wait(&headers(&dated)).as_secs(), 9);
    }

    #[test]
    fn pages_are_found_in_either_shape_of_the_header() {
        let one = "<https://acme.okta.com/a?after=x,y>; rel=\"self\"";
        assert_eq!(next_links(one), Vec::<String>::new());
        let both = "<https://acme.okta.com/a>; rel=\"self\", <https://acme.okta.com/b?after=1&limit=200>; rel=\"next\"";
        assert_eq!(next_links(both), ["https://acme.okta.com/b?after=1&limit=200"]);
        assert_eq!(next_links("<https://acme.okta.com/c>; rel=\"next\""), ["https://acme.okta.com/c"]);
        assert_eq!(next_links("no link at all"), Vec::<String>::new());
    }

    #[test]
    fn after_a_reset_removals_go_first() {
        let window = Window { closed_until: Duration::from_secs(30), scarce_until: Duration::ZERO };
        assert!(window.opens(Priority::Removal) < window.opens(Priority::Other));
        let scarce = Window { closed_until: Duration::ZERO, scarce_until: Duration::from_secs(30) };
        assert_eq!(scarce.opens(Priority::Removal), Duration::ZERO);
        assert_eq!(scarce.opens(Priority::Other), Duration::from_secs(30));
    }

    #[test]
    fn only_this_machine_may_be_called_without_tls() {
        let new = |url: &str| Http::new(Vendor::Okta, &Url::parse(url).unwrap(), "SSWS x", "x-okta-request-id");
        crate::slack::connector::install_tls();
        assert!(new("https://acme.okta.com").is_ok());
        assert!(new("http://127.0.0.1:4600").is_ok());
        assert!(new("http://acme.okta.com").is_err());
        assert!(new("ftp://acme.okta.com").is_err());
        let segments = new("https://acme.okta.com").unwrap().url(&["api", "v1", "users", "a/b?#%@x.example"]);
        assert_eq!(segments.as_str(), "https://acme.okta.com/api/v1/users/a%2Fb%3F%23%25@x.example");
    }
}
