//! What a call to Slack can end in, classed by what the caller does next.
//!
//! It owns Slack's error codes: they are parsed here once and compared as text nowhere. It refuses to know who calls.
//! One law: no error carries a token, a URL with a ticket, or a reply's body.

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};

/// A failed call, classed by what the caller does next.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SlackError {
    /// Slack asks to wait; nothing was done.
    #[error("Slack asks to wait {} s", after.as_secs())]
    RateLimited {
        /// How long to wait before this call is repeated.
        after: Duration,
    },
    /// Nothing was done; the same call may succeed later.
    #[error("Slack is not available: {0}")]
    Retry(Hitch),
    /// The token is refused, or lacks a scope. Repeating does not help until someone mends it.
    #[error("Slack refuses the token: {code}{}", needs(.scope.as_deref()))]
    Auth {
        /// What Slack says of the token.
        code: SlackCode,
        /// The missing scope, when Slack names it.
        scope: Option<String>,
    },
    /// What the call is about is not there, or not any more.
    #[error("Slack does not have it: {0}")]
    Gone(SlackCode),
    /// Slack understood the call and refuses it. Repeating it unchanged does not help.
    #[error("Slack rejects it: {code}{}", list(.pointers))]
    Rejected {
        /// Why.
        code: SlackCode,
        /// Where in blocks or view, as JSON pointers, when Slack says so. At most [`MOST_POINTERS`].
        pointers: Vec<String>,
    },
    /// Sent, and no usable answer came: it may have been done or not.
    #[error("Slack did not answer: {0}")]
    Unknown(Hitch),
}

/// How many places of a rejected view are kept: enough to mend it, never a body.
pub const MOST_POINTERS: usize = 3;

/// The longest JSON pointer kept. Slack's own are far shorter.
const LONGEST_POINTER: usize = 120;

/// What stood between us and an answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Hitch {
    /// No connection could be made.
    #[error("no connection")]
    NoConnection,
    /// The connection broke.
    #[error("the connection broke")]
    Broken,
    /// The deadline passed.
    #[error("no answer in time")]
    Late,
    /// An HTTP status without a code of Slack's: of a server in trouble, or of something on the way.
    #[error("HTTP status {0}")]
    Status(u16),
    /// The answer was no JSON of Slack's, or not of the shape that its documents describe.
    #[error("an answer that cannot be read")]
    Unreadable,
    /// Slack itself says that it is in trouble.
    #[error("{0}")]
    Code(SlackCode),
}

/// Slack's error codes that this program tells apart (<https://docs.slack.dev/reference/methods>, each method's page).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each name is Slack's own code, explained on the pages of its methods")]
pub enum SlackCode {
    // The token.
    AccessDenied,
    AccountInactive,
    EkmAccessDenied,
    ForbiddenTeam,
    InvalidAuth,
    MissingScope,
    NoPermission,
    NotAllowedTokenType,
    NotAuthed,
    OrgLoginRequired,
    TokenExpired,
    TokenRevoked,
    // The thing.
    ChannelNotFound,
    EditWindowClosed,
    ExchangedTriggerId,
    ExpiredTriggerId,
    ExpiredUrl,
    InvalidTriggerId,
    IsArchived,
    IsInactive,
    MessageNotFound,
    NoSuchSubteam,
    NotFound,
    PlanUpgradeRequired,
    UsedUrl,
    UserDisabled,
    UserNotFound,
    UserNotInChannel,
    UserNotVisible,
    UsersNotFound,
    // Slack's own state.
    Accesslimited,
    FatalError,
    InternalError,
    MessageLimitExceeded,
    #[serde(alias = "rate_limited")]
    Ratelimited,
    RequestTimeout,
    ServiceUnavailable,
    TeamAddedToOrg,
    // The call.
    CantUpdateMessage,
    DuplicateExternalId,
    HashConflict,
    InvalidArguments,
    InvalidBlocks,
    InvalidBlocksFormat,
    MessagesTabDisabled,
    MsgBlocksTooLong,
    MsgTooLong,
    NoText,
    NotEnabled,
    NotInChannel,
    PushLimitReached,
    RestrictedAction,
    ViewTooLarge,
    /// The address is not one that a call may go to: see [`Reach`](super::connector::Reach).
    #[serde(skip)]
    ForbiddenAddress,
    #[serde(untagged)]
    Unlisted(UnlistedCode),
}

/// A code of Slack's that this program does not tell apart: kept to be shown, if it looks like a code at all.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "String")]
pub struct UnlistedCode(String);

impl From<String> for UnlistedCode {
    fn from(text: String) -> Self {
        let in_code = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
        let is_code = (1..=64).contains(&text.len()) && text.bytes().all(in_code);
        Self(if is_code { text } else { UNREADABLE.to_owned() })
    }
}

/// Stands for what looks like no code of Slack's.
const UNREADABLE: &str = "unreadable_code";

impl SlackCode {
    /// Whether what is sent is refused, not where it is sent to.
    pub(super) const fn is_of_content(&self) -> bool {
        matches!(
            self,
            Self::InvalidArguments
                | Self::InvalidBlocks
                | Self::InvalidBlocksFormat
                | Self::MsgBlocksTooLong
                | Self::MsgTooLong
                | Self::NoText
        )
    }

    fn is_readable(&self) -> bool {
        !matches!(self, Self::Unlisted(UnlistedCode(text)) if text == UNREADABLE)
    }
}

impl fmt::Display for SlackCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ForbiddenAddress => f.write_str("an address this program does not call"),
            listed => listed.serialize(f),
        }
    }
}

/// The answer of every method: whether it went well, and if not, why
/// (<https://docs.slack.dev/apis/web-api/#responses>).
#[derive(Debug, Deserialize)]
pub(super) struct Verdict {
    pub(super) ok: bool,
    error: Option<SlackCode>,
    needed: Option<String>,
    #[serde(default)]
    response_metadata: Metadata,
}

#[derive(Debug, Default, Deserialize)]
struct Metadata {
    #[serde(default)]
    messages: Vec<String>,
}

impl Verdict {
    /// The error of an answer that is not `ok`; `status` and `after` are those of the reply that brought it.
    pub(super) fn into_error(self, status: u16, after: Option<Duration>) -> SlackError {
        let Some(code) = self.error.filter(SlackCode::is_readable) else {
            return of_status(status, after);
        };
        if status == TOO_MANY_REQUESTS {
            return limited(after);
        }
        classed(code, after, self.needed, &self.response_metadata.messages)
    }
}

/// The HTTP status of a rate limit.
const TOO_MANY_REQUESTS: u16 = 429;

/// The wait when Slack limits us without a `Retry-After`: its tiers count by the minute, half of one is seldom too short.
const DEFAULT_WAIT: Duration = Duration::from_secs(30);

/// The error of a reply without a verdict of Slack's in it. None is final: a proxy's word is not Slack's.
pub(super) fn of_status(status: u16, after: Option<Duration>) -> SlackError {
    match status {
        TOO_MANY_REQUESTS => limited(after),
        // Refused before any work: Slack's gateway, or a proxy on the way.
        408 | 503 => SlackError::Retry(Hitch::Status(status)),
        200..=299 => SlackError::Unknown(Hitch::Unreadable),
        _ => SlackError::Unknown(Hitch::Status(status)),
    }
}

/// A refusal without places.
pub(super) fn rejected(code: SlackCode) -> SlackError {
    SlackError::Rejected { code, pointers: Vec::new() }
}

fn limited(after: Option<Duration>) -> SlackError {
    SlackError::RateLimited { after: after.unwrap_or(DEFAULT_WAIT) }
}

fn classed(code: SlackCode, after: Option<Duration>, needed: Option<String>, messages: &[String]) -> SlackError {
    use SlackCode as C;
    match code {
        C::AccessDenied | C::AccountInactive | C::EkmAccessDenied | C::ForbiddenTeam => auth(code, needed),
        C::InvalidAuth | C::MissingScope | C::NoPermission | C::NotAllowedTokenType => auth(code, needed),
        C::NotAuthed | C::OrgLoginRequired | C::TokenExpired | C::TokenRevoked => auth(code, needed),
        C::ChannelNotFound | C::EditWindowClosed | C::IsArchived | C::IsInactive => SlackError::Gone(code),
        C::ExchangedTriggerId | C::ExpiredTriggerId | C::InvalidTriggerId => SlackError::Gone(code),
        C::MessageNotFound | C::NotFound | C::UsedUrl | C::ExpiredUrl => SlackError::Gone(code),
        C::UserDisabled | C::UserNotFound | C::UserNotInChannel => SlackError::Gone(code),
        C::UserNotVisible | C::UsersNotFound => SlackError::Gone(code),
        C::NoSuchSubteam | C::PlanUpgradeRequired => SlackError::Gone(code),
        C::Accesslimited | C::MessageLimitExceeded | C::Ratelimited => limited(after),
        C::RequestTimeout | C::ServiceUnavailable | C::TeamAddedToOrg => SlackError::Retry(Hitch::Code(code)),
        // "It's possible some aspect of the operation succeeded before the error was raised."
        C::FatalError | C::InternalError => SlackError::Unknown(Hitch::Code(code)),
        _ => SlackError::Rejected { code, pointers: pointers(messages) },
    }
}

fn auth(code: SlackCode, needed: Option<String>) -> SlackError {
    let scope = needed
        .filter(|scope| scope.len() <= 64 && scope.bytes().all(|b| b.is_ascii_lowercase() || b":.,_".contains(&b)));
    SlackError::Auth { code, scope }
}

/// `must be less than 25 characters [json-pointer:/view/title/text]`: the place without the words, which may quote
/// what a person wrote.
fn pointers(messages: &[String]) -> Vec<String> {
    let places = messages.iter().filter_map(|message| {
        let (_, rest) = message.split_once("[json-pointer:")?;
        let (place, _) = rest.split_once(']')?;
        let is_place =
            place.len() <= LONGEST_POINTER && place.bytes().all(|b| b.is_ascii_alphanumeric() || b"/_".contains(&b));
        is_place.then(|| place.to_owned())
    });
    places.take(MOST_POINTERS).collect()
}

fn needs(scope: Option<&str>) -> String {
    scope.map_or_else(String::new, |scope| format!(" (needs {scope})"))
}

fn list(pointers: &[String]) -> String {
    if pointers.is_empty() {
        return String::new();
    }
    format!(" at {}", pointers.join(", "))
}
