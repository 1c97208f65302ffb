//! One person, one identity: a Slack account and an Okta user that were joined once, and whether that still counts.
//!
//! Owns what a later look-up may differ in; refuses to know who looked, or when.
//!
//! Law: a pair that was contradicted once counts no more, whatever later look-ups say, until an admin ends it.

use serde::{Deserialize, Serialize};

use super::{
    id::{Email, OktaUserId, SlackUserId},
    port::{Approver, Identity, Unfit},
    time::Timestamp,
};

/// A Slack account and the Okta user it is bound to.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Binding {
    /// The pair, with the e-mail that joined it.
    pub identity: Identity,
    /// Since when it stands.
    pub since: Timestamp,
    /// Whether it counts.
    pub trust: Trust,
}

/// Whether a binding counts.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case", deny_unknown_fields)]
pub enum Trust {
    /// It does.
    Bound,
    /// It was contradicted: this person neither asks nor decides until an admin ends the binding.
    Suspended {
        /// When that was first seen.
        at: Timestamp,
        /// What differed.
        why: Mismatch,
    },
}

/// What a later look-up found that a binding does not say.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "mismatch", rename_all = "snake_case", deny_unknown_fields)]
pub enum Mismatch {
    /// Their Slack account has another e-mail: it leads to the same Okta user, or to nobody.
    OtherEmail {
        /// Which.
        email: Email,
    },
    /// Their Slack account leads to another Okta user.
    OtherUser {
        /// Which.
        okta: OktaUserId,
        /// By this e-mail.
        email: Email,
    },
    /// Another Slack account leads to their Okta user.
    OtherAccount {
        /// Which.
        slack: SlackUserId,
        /// By this e-mail.
        email: Email,
    },
}

/// A Slack account and the Okta user that its e-mail leads to, as they were just found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Found<'a> {
    /// The account.
    pub slack: &'a SlackUserId,
    /// The user.
    pub okta: &'a OktaUserId,
    /// The e-mail.
    pub email: &'a Email,
}

impl<'a> From<&'a Identity> for Found<'a> {
    fn from(person: &'a Identity) -> Self {
        Self { slack: &person.slack, okta: &person.okta, email: &person.email }
    }
}

impl<'a> From<&'a Approver> for Found<'a> {
    fn from(approver: &'a Approver) -> Self {
        Self { slack: &approver.slack, okta: &approver.okta, email: &approver.email }
    }
}

impl Binding {
    /// A binding that nothing contradicts.
    #[must_use]
    pub const fn new(identity: Identity, since: Timestamp) -> Self {
        Self { identity, since, trust: Trust::Bound }
    }

    /// Whether it counts.
    #[must_use]
    pub const fn holds(&self) -> bool {
        matches!(self.trust, Trust::Bound)
    }

    /// What in this differs from the binding, if anything does. What concerns neither of the pair differs in nothing.
    #[must_use]
    pub fn differs(&self, found: Found<'_>) -> Option<Mismatch> {
        let Identity { slack, okta, email, .. } = &self.identity;
        let by = found.email.clone();
        match (found.slack == slack, found.okta == okta) {
            (true, false) => Some(Mismatch::OtherUser { okta: found.okta.clone(), email: by }),
            (true, true) if found.email != email => Some(Mismatch::OtherEmail { email: by }),
            (false, true) => Some(Mismatch::OtherAccount { slack: found.slack.clone(), email: by }),
            (true, true) | (false, false) => None,
        }
    }

    /// What differs where its Slack account leads to no Okta user, to too many, or to one that is not ACTIVE.
    #[must_use]
    pub fn differs_from(&self, unfit: &Unfit) -> Option<Mismatch> {
        match unfit {
            Unfit::NoAccount { email } | Unfit::Ambiguous { email } | Unfit::Inactive { email: Some(email), .. }
                if *email != self.identity.email =>
            {
                Some(Mismatch::OtherEmail { email: email.clone() })
            }
            _ => None,
        }
    }
}
