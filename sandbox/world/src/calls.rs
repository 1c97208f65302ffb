//! The bounded log of every HTTP call that reached a vendor, for assertions such as "nobody was added".
//!
//! Law: a call is logged before anything is done with it, so that a held or dropped one is seen too.

use std::collections::VecDeque;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::Vendor;
use crate::wire::Asked;

/// Older calls are forgotten: a play makes a few hundred.
const KEPT: usize = 20_000;

/// Longer bodies are cut in the log, a modal has about 20 kB.
const BODY_KEPT: usize = 64 * 1024;

/// One HTTP request as it arrived.
#[derive(Debug, Clone, Serialize)]
pub struct Call {
    /// Ascends by one over all vendors.
    pub seq: u64,
    /// The world's wall time of arrival.
    pub at: DateTime<Utc>,
    /// Real time since the world began.
    pub elapsed: Duration,
    /// Who was called.
    pub vendor: Vendor,
    /// The HTTP method.
    pub method: String,
    /// The path as sent; for Slack's Web API only the method's name.
    pub path: String,
    /// The query as sent.
    pub query: String,
    /// The body as sent, cut at 64 KiB.
    pub body: String,
    /// The body was longer.
    pub cut: bool,
    /// The status answered; nothing while held, and for ever where the connection was cut.
    pub status: Option<u16>,
    /// Slack's `error` where the reply carried one.
    pub error: Option<String>,
    /// The body answered, as the vendor gave it; a fault may have bent it on the wire. Not for the page.
    #[serde(skip)]
    pub reply: Option<String>,
    /// The fault that was applied.
    pub fault: Option<u64>,
}

impl Call {
    /// `PUT /api/v1/groups/00g/users/00u`, as faults match it.
    #[must_use]
    pub fn line(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

/// The log itself.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    kept: VecDeque<Call>,
    next: u64,
}

impl Calls {
    pub(crate) fn enter(&mut self, vendor: Vendor, asked: &Asked, at: DateTime<Utc>, elapsed: Duration) -> u64 {
        self.next += 1;
        let whole = String::from_utf8_lossy(&asked.body);
        let body: String = whole.chars().take(BODY_KEPT).collect();
        self.kept.push_back(Call {
            seq: self.next,
            at,
            elapsed,
            vendor,
            method: asked.method.clone(),
            path: vendor.path_of(&asked.path).to_owned(),
            query: asked.raw_query.clone(),
            cut: body.len() < whole.len(),
            body,
            status: None,
            error: None,
            reply: None,
            fault: None,
        });
        if self.kept.len() > KEPT {
            self.kept.pop_front();
        }
        self.next
    }

    pub(crate) fn with(&mut self, seq: u64, note: impl FnOnce(&mut Call)) {
        if let Some(call) = self.kept.iter_mut().rev().find(|call| call.seq == seq) {
            note(call);
        }
    }

    /// How many there ever were.
    pub(crate) fn count(&self) -> u64 {
        self.next
    }

    pub(crate) fn all(&self) -> impl DoubleEndedIterator<Item = &Call> {
        self.kept.iter()
    }
}
