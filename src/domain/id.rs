//! Names of things: newtypes that are checked once, when they are parsed.
//!
//! Owns what a well-formed id looks like; refuses to know whether the thing exists.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Why a text is not the id it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not {expected}")]
pub struct IdError {
    /// The text as it was written, cut to a length that is safe to show.
    pub text: String,
    /// What was expected, in words.
    pub expected: &'static str,
}

/// No id is longer; vendors' ids have 11 to 30 characters, e-mails at most 254.
const LONGEST_ID: usize = 254;

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $expected:literal, $check:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Checks the text.
            ///
            /// # Errors
            /// If it is not well formed.
            pub fn parse(text: impl Into<String>) -> Result<Self, IdError> {
                let text: String = text.into();
                let check: fn(&str) -> bool = $check;
                if text.len() <= LONGEST_ID && check(&text) {
                    Ok(Self(text))
                } else {
                    let text = text.chars().take(40).collect();
                    Err(IdError { text, expected: $expected })
                }
            }

            /// The id as it is written.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                Self::parse(text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::parse(text)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

fn alphanumeric(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

fn slug(text: &str) -> bool {
    text.bytes().next().is_some_and(|first| first.is_ascii_alphanumeric())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_' | b'.'))
}

fn email(text: &str) -> bool {
    let Some((local, host)) = text.split_once('@') else {
        return false;
    };
    !local.is_empty()
        && host.contains('.')
        && !host.contains('@')
        && !text.chars().any(|c| c.is_whitespace() || c.is_control() || c.is_uppercase())
}

text_id! {
    /// A Slack user (`U…` or `W…`).
    SlackUserId, "a Slack user id", |t| t.starts_with(['U', 'W']) && alphanumeric(t)
}
text_id! {
    /// A Slack conversation (`C…`, `D…`, `G…`).
    SlackChannelId, "a Slack channel id", |t| t.starts_with(['C', 'D', 'G']) && alphanumeric(t)
}
text_id! {
    /// A Slack message within its channel: its timestamp, which Slack uses as its name.
    SlackTs, "a Slack message timestamp", |t| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit() || b == b'.')
}
text_id! {
    /// An Okta user's immutable id (`00u…`). Logins and e-mails change, this does not.
    OktaUserId, "an Okta user id", alphanumeric
}
text_id! {
    /// An Okta group's immutable id (`00g…`).
    OktaGroupId, "an Okta group id", alphanumeric
}
text_id! {
    /// A Slack user group (`S…`).
    SlackGroupId, "a Slack user group id", |t| t.starts_with('S') && alphanumeric(t)
}
text_id! {
    /// An application of the catalogue.
    ApplicationId, "an id of lower-case letters, digits, '-', '_' or '.'", slug
}
text_id! {
    /// A permission level within its application.
    LevelId, "an id of lower-case letters, digits, '-', '_' or '.'", slug
}
text_id! {
    /// A named group of approvers.
    ApproversName, "a name of lower-case letters, digits, '-', '_' or '.'", slug
}
text_id! {
    /// A rule, as its `@id` names it.
    RuleId, "a name of lower-case letters, digits, '-', '_' or '.'", slug
}
text_id! {
    /// An Okta group's name in the rules.
    GroupName, "a name of lower-case letters, digits, '-', '_' or '.'", slug
}
text_id! {
    /// An e-mail address, always in lower case: directories compare it without regard to case.
    Email, "an e-mail address in lower case", email
}

impl Email {
    /// Reads an address as people and vendors write it, in any case.
    ///
    /// # Errors
    /// If it is no e-mail address.
    pub fn fold(text: &str) -> Result<Self, IdError> {
        Self::parse(text.trim().to_lowercase())
    }
}

/// What one asks for: a permission level of an application, written `prod-db/rw`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EntitlementId {
    application: ApplicationId,
    level: LevelId,
}

impl EntitlementId {
    /// Joins an application and one of its levels.
    #[must_use]
    pub const fn new(application: ApplicationId, level: LevelId) -> Self {
        Self { application, level }
    }

    /// Reads `application/level`.
    ///
    /// # Errors
    /// If a part is missing or malformed.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        let malformed =
            || IdError { text: text.chars().take(40).collect(), expected: "an entitlement, written application/level" };
        let (application, level) = text.split_once('/').ok_or_else(malformed)?;
        Ok(Self {
            application: ApplicationId::parse(application).map_err(|_| malformed())?,
            level: LevelId::parse(level).map_err(|_| malformed())?,
        })
    }

    /// The application it belongs to.
    #[must_use]
    pub const fn application(&self) -> &ApplicationId {
        &self.application
    }

    /// The level within it.
    #[must_use]
    pub const fn level(&self) -> &LevelId {
        &self.level
    }
}

impl TryFrom<String> for EntitlementId {
    type Error = IdError;
    fn try_from(text: String) -> Result<Self, IdError> {
        Self::parse(&text)
    }
}

impl From<EntitlementId> for String {
    fn from(id: EntitlementId) -> Self {
        id.to_string()
    }
}

impl fmt::Display for EntitlementId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.application, self.level)
    }
}

impl fmt::Debug for EntitlementId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// A request's short name, typable on a phone: `R-142`. Numbers ascend in order of receipt.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RequestId(u64);

impl RequestId {
    /// The first request of a journal.
    pub const FIRST: Self = Self(1);

    /// The one after this.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }

    /// Its number, for ordered keys.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.0
    }

    /// Reads `R-142`, in either case.
    ///
    /// # Errors
    /// If it is anything else.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        let digits = text.strip_prefix(['R', 'r']).and_then(|rest| rest.strip_prefix('-'));
        digits
            .filter(|d| d.bytes().all(|b| b.is_ascii_digit()))
            .and_then(|d| d.parse().ok())
            .map(Self)
            .ok_or_else(|| IdError { text: text.chars().take(40).collect(), expected: "a request id, such as R-142" })
    }
}

impl TryFrom<String> for RequestId {
    type Error = IdError;
    fn try_from(text: String) -> Result<Self, IdError> {
        Self::parse(&text)
    }
}

impl From<RequestId> for String {
    fn from(id: RequestId) -> Self {
        id.to_string()
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "R-{}", self.0)
    }
}

impl fmt::Debug for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// An effect's name: the line that promised it and its place there. It never changes with the code.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EffectId {
    /// The journal line.
    pub seq: u64,
    /// The place among that line's effects, from 0.
    pub ordinal: u32,
}

impl EffectId {
    /// Reads `seq.ordinal`.
    ///
    /// # Errors
    /// If it is anything else.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        text.split_once('.')
            .and_then(|(seq, ordinal)| Some(Self { seq: seq.parse().ok()?, ordinal: ordinal.parse().ok()? }))
            .ok_or_else(|| IdError { text: text.chars().take(40).collect(), expected: "an effect id, such as 17.0" })
    }
}

impl TryFrom<String> for EffectId {
    type Error = IdError;
    fn try_from(text: String) -> Result<Self, IdError> {
        Self::parse(&text)
    }
}

impl From<EffectId> for String {
    fn from(id: EffectId) -> Self {
        id.to_string()
    }
}

impl fmt::Display for EffectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.seq, self.ordinal)
    }
}

impl fmt::Debug for EffectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}
