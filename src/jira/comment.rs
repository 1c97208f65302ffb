//! One comment an event.

use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use super::{Jira, PROPERTY, doubts::Patience, failure};
use crate::domain::port::{Class, Doubt, EffectError};

/// Comments asked for at once.
const PAGE: usize = 100;

/// The most pages that are read: a ticket has some dozen comments.
const MOST_PAGES: usize = 20;

#[derive(Deserialize)]
struct Page {
    #[serde(default)]
    total: usize,
    #[serde(default)]
    comments: Vec<Comment>,
}

#[derive(Deserialize)]
struct Comment {
    id: String,
    /// Not every Jira lists them.
    properties: Option<Vec<Property>>,
}

#[derive(Deserialize)]
struct Property {
    #[serde(default)]
    key: String,
    #[serde(default)]
    value: Value,
}

impl Property {
    fn is_of(&self, event: &str) -> bool {
        self.key == PROPERTY && self.value["event"].as_str() == Some(event)
    }
}

impl Jira {
    /// Comments on an issue, by id or key, once for each event. `body` is a document that says something.
    ///
    /// # Errors
    /// [`Class::Unknown`] while it may be there, or may still arrive.
    pub async fn comment(&self, issue: &str, event: &str, body: &Value, doubt: Doubt) -> Result<(), EffectError> {
        let name = format!("{issue} {event}");
        if self.0.doubts.doubts(&name, doubt) {
            if self.has_comment(issue, event).await? {
                self.0.doubts.ended(&name);
                return Ok(());
            }
            let within = self.0.timing.arrives_within;
            self.0.doubts.missed(&name, Patience { within, looks: 1, again: within })?;
        }
        self.say(issue, event, body, &name).await
    }

    /// The same, where nothing can be under way.
    pub(super) async fn comment_unless_there(&self, issue: &str, event: &str, body: &Value) -> Result<(), EffectError> {
        if self.has_comment(issue, event).await? {
            return Ok(());
        }
        self.say(issue, event, body, &format!("{issue} {event}")).await
    }

    async fn say(&self, issue: &str, event: &str, body: &Value, name: &str) -> Result<(), EffectError> {
        let body = json!({"body": body, "properties": [{"key": PROPERTY, "value": {"event": event}}]});
        match self.write(issue, self.comments(issue), &body).await {
            Ok(_) => self.0.doubts.ended(name),
            Err(error) => {
                if error.class == Class::Unknown {
                    self.0.doubts.sent(name);
                }
                return Err(error);
            }
        }
        Ok(())
    }

    fn comments(&self, issue: &str) -> Url {
        self.url(&["issue", issue, "comment"])
    }

    /// Newest first: what is looked for was said just now.
    async fn has_comment(&self, issue: &str, event: &str) -> Result<bool, EffectError> {
        for page in 0..MOST_PAGES {
            let mut url = self.comments(issue);
            let start = page * PAGE;
            url.query_pairs_mut()
                .append_pair("startAt", &start.to_string())
                .append_pair("maxResults", &PAGE.to_string())
                .append_pair("orderBy", "-created")
                .append_pair("expand", "properties");
            let read: Page = self.read(url).await?.json()?;
            for comment in &read.comments {
                if self.is_of(comment, event).await? {
                    return Ok(true);
                }
            }
            if read.comments.is_empty() || start + read.comments.len() >= read.total {
                return Ok(false);
            }
        }
        Err(failure(Class::Retry, "comments without end"))
    }

    async fn is_of(&self, comment: &Comment, event: &str) -> Result<bool, EffectError> {
        if let Some(properties) = &comment.properties {
            return Ok(properties.iter().any(|property| property.is_of(event)));
        }
        match self.read(self.url(&["comment", &comment.id, "properties", PROPERTY])).await {
            Ok(reply) => Ok(reply.json::<Property>()?.is_of(event)),
            Err(error) if error.class == Class::Gone => Ok(false),
            Err(error) => Err(error),
        }
    }
}
