//! Scripted faults, the same for every vendor: which call, what happens to it, how often.
//!
//! Law: a fault never changes what a call means, only whether and when it is done, and what is answered.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Vendor;
use crate::calls::Call;

/// What is done to a call that matches.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum What {
    /// Not done; this status, body and headers are answered. The body is a JSON value, or a string sent as it is.
    Status {
        /// The HTTP status.
        code: u16,
        /// Sent as JSON, or as text when it is a string.
        #[serde(default)]
        body: Value,
        /// Further headers.
        #[serde(default)]
        headers: Vec<(String, String)>,
    },
    /// Not done; Slack's `{"ok":false,"error":…}` with status 200.
    SlackError {
        /// Slack's error code.
        error: String,
    },
    /// Not done; a page of HTML, as gateways send it.
    Html {
        /// The HTTP status.
        code: u16,
    },
    /// Never done and never answered; when lifted the connection is closed.
    Hang,
    /// Not done; the connection is closed without a reply.
    DropBefore,
    /// Done; then the connection is closed without a reply.
    DropAfter,
    /// Done so many milliseconds of real time later, also when the client has given up by then.
    DelayThenDo {
        /// Real time.
        ms: u64,
    },
    /// Held until the test releases it (`World::release`), then done, also when the client has given up by then.
    HoldThenDo,
    /// Done twice; the first reply is sent.
    Duplicate,
    /// Not done; the vendor's own 429, until so many seconds of real time after the first one have passed.
    RateLimited {
        /// Real seconds from the first refused call.
        reset_in_secs: u64,
    },
    /// Done; status and headers are sent without a body.
    Empty,
    /// Done; the body is cut in the middle.
    Truncated,
    /// Not done; the vendor's own 403.
    Forbidden,
    /// Not done; the vendor's own 401.
    Unauthorized,
}

/// How many calls a fault takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Times {
    /// So many, then it is spent.
    Count(u32),
    /// All, until `World::lift`.
    UntilLifted,
}

/// One rule: which calls, what happens, how often.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fault {
    /// Whose calls.
    pub vendor: Vendor,
    /// `PUT /api/v1/groups/*/users/*`, where `*` is any text; for Slack the Web API method's name (`chat.postMessage`),
    /// or a path such as `/response/*`. Without a leading HTTP method all methods match.
    pub matches: String,
    /// What happens to them.
    pub what: What,
    /// How many of them.
    #[serde(default = "once")]
    pub times: Times,
    /// So many matching calls pass untouched first.
    #[serde(default)]
    pub after: u32,
}

fn once() -> Times {
    Times::Count(1)
}

impl Fault {
    /// A fault for the next matching call.
    #[must_use]
    pub fn new(vendor: Vendor, matches: impl Into<String>, what: What) -> Self {
        Self { vendor, matches: matches.into(), what, times: once(), after: 0 }
    }

    /// A fault for the next matching call to Slack, by Web API method.
    #[must_use]
    pub fn slack(method: impl Into<String>, what: What) -> Self {
        Self::new(Vendor::Slack, method, what)
    }

    /// A fault for the next matching call to Okta.
    #[must_use]
    pub fn okta(matches: impl Into<String>, what: What) -> Self {
        Self::new(Vendor::Okta, matches, what)
    }

    /// A fault for the next matching call to Jira.
    #[must_use]
    pub fn jira(matches: impl Into<String>, what: What) -> Self {
        Self::new(Vendor::Jira, matches, what)
    }

    /// For so many calls.
    #[must_use]
    pub fn times(mut self, count: u32) -> Self {
        self.times = Times::Count(count);
        self
    }

    /// For all calls until it is lifted.
    #[must_use]
    pub fn until_lifted(mut self) -> Self {
        self.times = Times::UntilLifted;
        self
    }

    /// Lets so many matching calls pass first.
    #[must_use]
    pub fn after(mut self, count: u32) -> Self {
        self.after = count;
        self
    }

    fn is_about(&self, vendor: Vendor, method: &str, path: &str) -> bool {
        if vendor != self.vendor {
            return false;
        }
        match self.matches.split_once(' ') {
            Some((verb, pattern)) => (verb == "*" || verb == method) && glob(pattern, path),
            None => glob(&self.matches, path),
        }
    }
}

/// `*` is any text, also across slashes; everything else is itself.
fn glob(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((head, rest)) => text.strip_prefix(head).is_some_and(|tail| {
            (0..=tail.len()).filter(|at| tail.is_char_boundary(*at)).any(|at| glob(rest, &tail[at..]))
        }),
    }
}

/// Names a fault for `lift`, `release` and `until_called`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FaultId(pub u64);

/// A fault with what became of it.
#[derive(Debug, Clone, Serialize)]
pub struct ActiveFault {
    /// Its name.
    pub id: FaultId,
    /// The rule.
    pub fault: Fault,
    /// Calls it was applied to.
    pub hits: u32,
    /// Matching calls seen, also those let pass.
    pub seen: u32,
    /// Calls it holds now.
    pub held: u32,
    /// Held calls are let go.
    pub released: bool,
    /// It takes no more calls; calls it holds go on as their kind says.
    pub lifted: bool,
    /// For a rate limit: the real time at which it ends by itself.
    pub until: Option<Duration>,
}

impl ActiveFault {
    fn is_spent(&self, elapsed: Duration) -> bool {
        let counted = matches!(self.fault.times, Times::Count(count) if self.hits >= count);
        self.lifted || counted || self.until.is_some_and(|until| elapsed >= until)
    }
}

/// All faults ever added, in order; the first that is about a call and not spent takes it.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    all: Vec<ActiveFault>,
}

impl Faults {
    pub(crate) fn add(&mut self, fault: Fault) -> FaultId {
        let id = FaultId(self.all.len() as u64 + 1);
        self.all.push(ActiveFault {
            id,
            fault,
            hits: 0,
            seen: 0,
            held: 0,
            released: false,
            lifted: false,
            until: None,
        });
        id
    }

    pub(crate) fn take(&mut self, call: &Call) -> Option<(FaultId, What)> {
        let (vendor, method, path) = (call.vendor, &call.method, &call.path);
        for active in &mut self.all {
            if active.is_spent(call.elapsed) || !active.fault.is_about(vendor, method, path) {
                continue;
            }
            active.seen += 1;
            if active.seen > active.fault.after {
                active.hits += 1;
                if let What::RateLimited { reset_in_secs } = active.fault.what {
                    active.until.get_or_insert(call.elapsed + Duration::from_secs(reset_in_secs));
                }
                return Some((active.id, active.fault.what.clone()));
            }
        }
        None
    }

    pub(crate) fn get(&self, id: FaultId) -> Option<&ActiveFault> {
        self.all.iter().find(|active| active.id == id)
    }

    pub(crate) fn with(&mut self, id: FaultId, change: impl FnOnce(&mut ActiveFault)) {
        if let Some(active) = self.all.iter_mut().find(|active| active.id == id) {
            change(active);
        }
    }

    pub(crate) fn all(&self) -> &[ActiveFault] {
        &self.all
    }

    pub(crate) fn lift_all(&mut self) {
        for active in &mut self.all {
            active.lifted = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::glob;

    #[test]
    fn a_star_is_any_text_and_all_else_is_itself() {
        assert!(glob("/a/*/c", "/a/b/c"));
        assert!(glob("*", ""));
        assert!(glob("chat.*", "chat.update"));
        assert!(!glob("/a/*/c", "/a/b/d"));
        assert!(!glob("chat.update", "chat.updates"));
    }
}
