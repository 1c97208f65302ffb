//! Calls, and what their statuses mean.
//!
//! Law: only Jira's own word makes a failure final; a gateway's page, or none, is a moment's trouble.

use reqwest::Method;
use serde::{Deserialize, de::IgnoredAny};
use serde_json::{Map, Value};
use url::Url;

use super::{Jira, failure};
use crate::{
    domain::port::{Class, EffectError, Fault, Finding, Vendor},
    http::{Priority, Reply},
};

/// The reason of a limit that is about one issue alone.
const ONE_ISSUE: &str = "jira-per-issue-on-write";

/// The most fields that are named in a code.
const MOST_NAMED: usize = 8;

impl Jira {
    /// An address below `/rest/api/3`.
    pub(super) fn url(&self, segments: &[&str]) -> Url {
        self.0.http.url(&[&["rest", "api", "3"], segments].concat())
    }

    pub(super) async fn get(&self, url: Url) -> Result<Reply, EffectError> {
        let reply = self.0.http.call(Method::GET, url, Priority::Other).await?;
        judged(reply, &Method::GET)
    }

    /// Reads what is known to be there, or was.
    pub(super) async fn read(&self, url: Url) -> Result<Reply, EffectError> {
        self.sure(self.get(url).await).await
    }

    /// "Gone" is also what Jira says of what an account may not see, and to nobody at all: it is believed only of an account
    /// that is let in and sees the project.
    pub(super) async fn sure(&self, result: Result<Reply, EffectError>) -> Result<Reply, EffectError> {
        if result.as_ref().is_err_and(|error| error.class == Class::Gone) {
            self.sees_project().await?;
        }
        result
    }

    pub(super) async fn post(&self, url: Url, body: &Value) -> Result<Reply, EffectError> {
        let reply = self.0.http.call_with(Method::POST, url, body, Priority::Other).await?;
        judged(reply, &Method::POST)
    }

    /// A write to one issue, below Jira's limit for it.
    pub(super) async fn write(&self, issue: &str, url: Url, body: &Value) -> Result<Reply, EffectError> {
        self.0.pace.turn(issue).await;
        let result = self.post(url, body).await;
        if let Err(error) = &result
            && error.fault.code.as_deref() == Some(ONE_ISSUE)
        {
            self.0.pace.pause(issue, error.after.unwrap_or_default());
        }
        self.sure(result).await
    }
}

/// Whether it was done; else why not.
fn judged(reply: Reply, method: &Method) -> Result<Reply, EffectError> {
    let status = reply.status.as_u16();
    if reply.status.is_success() {
        return if is_jiras(&reply) { Ok(reply) } else { Err(unsaid(&reply, method)) };
    }
    let word = Word::read(&reply);
    let class = match status {
        401 | 403 => Class::Auth,
        404 if word.is_some() => Class::Gone,
        409 | 425 | 429 => Class::Retry,
        400..=407 | 410..=499 if word.is_some() => Class::Rejected,
        _ if *method == Method::GET => Class::Retry,
        _ => Class::Unknown,
    };
    let code = word.and_then(|word| word.code());
    let fault = Fault { vendor: Vendor::Jira, status: Some(status), code, receipt: reply.receipt.clone() };
    Err(EffectError { class, after: reply.after, fault })
}

/// Whether an answer that says all is well can be Jira's: JSON, or nothing. A sign-in page on the way says so too.
fn is_jiras(reply: &Reply) -> bool {
    reply.is_empty() || reply.json::<IgnoredAny>().is_ok()
}

/// Somebody else answered. A write was done, or not.
fn unsaid(reply: &Reply, method: &Method) -> EffectError {
    let class = if *method == Method::GET { Class::Retry } else { Class::Unknown };
    EffectError { class, ..reply.unread("unreadable") }
}

/// Jira's refusal. Its messages may repeat what people typed, so only the names of fields are kept.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Word {
    #[serde(default)]
    error_messages: Option<Vec<Value>>,
    #[serde(default)]
    errors: Option<Map<String, Value>>,
}

impl Word {
    fn read(reply: &Reply) -> Option<Self> {
        let word: Self = reply.json().ok()?;
        (word.error_messages.is_some() || word.errors.is_some()).then_some(word)
    }

    fn code(self) -> Option<String> {
        let named =
            |name: &String| name.len() <= 64 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let fields: Vec<String> =
            self.errors?.into_iter().map(|(name, _)| name).filter(named).take(MOST_NAMED).collect();
        (!fields.is_empty()).then(|| Finding::FieldsRefused(fields.join(" ")).code())
    }
}

/// An answer to a write that cannot be read: it was done, or not.
pub(super) fn unread(_: EffectError) -> EffectError {
    failure(Class::Unknown, "unreadable")
}
