//! What Jira says when it refuses: `errorMessages` and `errors` by field, either of which may be empty.

use std::collections::BTreeMap;

use serde_json::json;

use crate::wire::Reply;

/// A refusal.
#[derive(Debug, Clone, Default)]
pub(super) struct Bad {
    status: u16,
    messages: Vec<String>,
    errors: BTreeMap<String, String>,
    headers: Vec<(String, String)>,
}

impl Bad {
    /// A refusal in general words.
    pub(super) fn new(status: u16, message: impl Into<String>) -> Self {
        Self { status, messages: vec![message.into()], ..Self::default() }
    }

    /// A 400 about fields, without any yet.
    pub(super) fn fields() -> Self {
        Self { status: 400, ..Self::default() }
    }

    /// A 400 about one field.
    pub(super) fn field(id: &str, why: impl Into<String>) -> Self {
        let mut bad = Self::fields();
        bad.add(id, why);
        bad
    }

    /// A body that is none.
    pub(super) fn payload() -> Self {
        Self::new(400, "Invalid request payload. Refer to the REST API documentation and try again.")
    }

    /// No such issue, or no right to see it.
    pub(super) fn no_issue() -> Self {
        Self::new(404, "Issue does not exist or you do not have permission to see it.")
    }

    /// One more field.
    pub(super) fn add(&mut self, id: &str, why: impl Into<String>) {
        self.errors.insert(id.to_owned(), why.into());
    }

    /// One more header.
    pub(super) fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.headers.push((name.to_owned(), value.to_string()));
        self
    }

    /// An error if a field was refused.
    pub(super) fn unless_empty(self) -> Result<(), Self> {
        if self.errors.is_empty() && self.messages.is_empty() { Ok(()) } else { Err(self) }
    }

    pub(super) fn reply(self) -> Reply {
        let mut reply = Reply::json(self.status, &json!({"errorMessages": self.messages, "errors": self.errors}));
        reply.headers.extend(self.headers);
        reply
    }
}
