//! One issue a ticket, however often it is asked for and whatever answer is lost.
//!
//! Jira has no key that makes a create idempotent. So a label finds the issue, and a property, set in the same call,
//! says that it is the one. A search may lag by minutes; reading an issue does not.

use std::{cmp::Reverse, time::Duration};

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Jira, PROPERTY, doubts::Patience, failure, status::Status, text, wire};
use crate::domain::port::{Class, Doubt, EffectError, Fault};

/// The most pages of a search that are followed: two issues are one too many already.
const MOST_PAGES: usize = 5;

/// The wait between two tries of what the project refuses as it is set up: nobody mends it by the minute.
const UNTIL_MENDED: Duration = Duration::from_secs(600);

/// What is to be opened.
#[derive(Clone, Debug)]
pub struct Ticket {
    /// `R-142`: the label that finds it is `jitney-R-142`.
    pub name: String,
    /// What no other ticket has, also not one of the same name from another store.
    pub mark: String,
    /// Anything; it is made one line of at most 255.
    pub summary: String,
    /// See [`super::adf::document`].
    pub description: Value,
    /// Further labels; spaces become dashes.
    pub labels: Vec<String>,
}

/// An issue. Its id never changes; its key does when somebody moves it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Issue {
    /// Its id: what calls should name it by.
    pub id: String,
    /// Its key: what people call it.
    pub key: String,
}

impl Ticket {
    fn label(&self) -> String {
        let safe = |byte: char| byte.is_ascii_alphanumeric() || byte == '-';
        format!("jitney-{}", self.name.chars().filter(|byte| safe(*byte)).take(200).collect::<String>())
    }

    fn body(&self, project: &str, issue_type: &str) -> Value {
        let mut labels = vec!["jitney".to_owned(), self.label()];
        for label in self.labels.iter().filter_map(|label| text::label(label)) {
            if !labels.contains(&label) {
                labels.push(label);
            }
        }
        let summary = Some(text::line(&self.summary)).filter(|line| !line.is_empty()).unwrap_or_else(|| self.label());
        json!({
            "fields": {
                "project": {"key": project}, "issuetype": {"name": issue_type}, "summary": summary,
                "description": self.description, "labels": labels,
            },
            "properties": [{"key": PROPERTY, "value": {"mark": self.mark}}],
        })
    }
}

/// What a project refuses to open as it is set up, or where nothing can be opened at all, is opened once that is mended,
/// like what a right is missing for.
fn until_mended(error: EffectError) -> EffectError {
    match error.class {
        Class::Rejected if error.fault.status != Some(Fault::NOT_TAKEN) => error,
        Class::Rejected | Class::Gone => EffectError { class: Class::Auth, after: Some(UNTIL_MENDED), ..error },
        _ => error,
    }
}

/// A hit that is ours.
struct Hit {
    issue: Issue,
    status: Status,
}

impl Jira {
    /// Opens the ticket, or finds it. In doubt it is looked for first, and opened again only once a search must have
    /// shown it.
    ///
    /// # Errors
    /// [`Class::Unknown`] while it may be there; [`Class::Auth`] also where the project refuses it as it is set up, with the
    /// fields that it names.
    pub async fn open(&self, ticket: &Ticket, doubt: Doubt) -> Result<Issue, EffectError> {
        let label = ticket.label();
        if self.0.doubts.doubts(&label, doubt) {
            if let Some(issue) = self.find(ticket).await? {
                self.0.doubts.ended(&label);
                return Ok(issue);
            }
            let timing = self.0.timing;
            let patience = Patience { within: timing.found_within, looks: timing.looks, again: timing.look_again };
            self.0.doubts.missed(&label, patience)?;
        }
        let created = self.create(ticket).await;
        match &created {
            Err(error) if error.class == Class::Unknown => self.0.doubts.sent(&label),
            Err(_) => {}
            Ok(_) => self.0.doubts.ended(&label),
        }
        created
    }

    async fn create(&self, ticket: &Ticket) -> Result<Issue, EffectError> {
        #[derive(Deserialize)]
        struct Created {
            id: String,
            key: String,
        }
        let settings = &self.0.settings;
        let body = ticket.body(&settings.project, &settings.issue_type);
        let reply = self.sure(self.post(self.url(&["issue"]), &body).await).await.map_err(until_mended)?;
        let Created { id, key } = reply.json().map_err(wire::unread)?;
        Ok(Issue { id, key })
    }

    /// The ticket's issue, where a search shows it. Of several the one with the lowest id is kept; the others are closed
    /// with a comment.
    ///
    /// # Errors
    /// See [`EffectError`].
    pub async fn find(&self, ticket: &Ticket) -> Result<Option<Issue>, EffectError> {
        let mut hits = Vec::new();
        let ids = self.search(&ticket.label()).await?;
        if ids.is_empty() {
            // Nobody finds nothing, where a site shows itself to anybody.
            self.sees_project().await?;
        }
        for id in ids {
            hits.extend(self.confirmed(&id, &ticket.mark).await?);
        }
        hits.sort_by_key(|hit| Reverse(hit.issue.id.parse::<u64>().unwrap_or(u64::MAX)));
        let Some(kept) = hits.pop() else { return Ok(None) };
        for second in hits.iter().filter(|hit| !hit.status.is_done()) {
            self.close_second(&second.issue, &kept.issue).await?;
        }
        Ok(Some(kept.issue))
    }

    /// Closes whatever else of this ticket a search shows by now, with a comment: one that was opened and could not be
    /// found for longer than a search may lag.
    ///
    /// # Errors
    /// See [`EffectError`].
    pub async fn close_others(&self, ticket: &Ticket, kept: &Issue) -> Result<(), EffectError> {
        for id in self.search(&ticket.label()).await?.iter().filter(|id| **id != kept.id) {
            if let Some(hit) = self.confirmed(id, &ticket.mark).await?.filter(|hit| !hit.status.is_done()) {
                self.close_second(&hit.issue, kept).await?;
            }
        }
        Ok(())
    }

    async fn search(&self, label: &str) -> Result<Vec<String>, EffectError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Page {
            #[serde(default)]
            issues: Vec<Id>,
            next_page_token: Option<String>,
        }
        #[derive(Deserialize)]
        struct Id {
            id: String,
        }
        let jql = format!("project = {} AND labels = {}", text::quoted(&self.0.settings.project), text::quoted(label));
        let (mut ids, mut token) = (Vec::new(), None::<String>);
        for _ in 0..MOST_PAGES {
            let mut url = self.url(&["search", "jql"]);
            url.query_pairs_mut().append_pair("jql", &jql).append_pair("maxResults", "50");
            if let Some(token) = &token {
                url.query_pairs_mut().append_pair("nextPageToken", token);
            }
            let page: Page = self.get(url).await?.json()?;
            ids.extend(page.issues.into_iter().map(|hit| hit.id));
            token = page.next_page_token;
            if token.is_none() {
                return Ok(ids);
            }
        }
        Err(failure(Class::Retry, "pages without end"))
    }

    /// What a search found, read itself: a label can be set by anyone, and the issue may be gone.
    async fn confirmed(&self, id: &str, mark: &str) -> Result<Option<Hit>, EffectError> {
        #[derive(Deserialize)]
        struct Read {
            id: String,
            key: String,
            fields: Fields,
            #[serde(default)]
            properties: Value,
        }
        #[derive(Deserialize)]
        struct Fields {
            status: Status,
        }
        let mut url = self.url(&["issue", id]);
        url.query_pairs_mut().append_pair("fields", "status").append_pair("properties", PROPERTY);
        let read: Read = match self.read(url).await {
            Ok(reply) => reply.json()?,
            Err(error) if error.class == Class::Gone => return Ok(None),
            Err(error) => return Err(error),
        };
        let ours = read.properties[PROPERTY]["mark"].as_str() == Some(mark);
        Ok(ours.then_some(Hit { issue: Issue { id: read.id, key: read.key }, status: read.fields.status }))
    }

    /// A second that cannot be closed does not keep the first from being used.
    async fn close_second(&self, second: &Issue, kept: &Issue) -> Result<(), EffectError> {
        let words = self.0.settings.words;
        let said = (words.duplicate_of)(&kept.key);
        let body = super::adf::document(&[super::adf::Block::Paragraph(&said)], words.cut);
        let event = format!("duplicate-of-{}", kept.id);
        let closed = match self.comment_unless_there(&second.id, &event, &body).await {
            Ok(()) => self.close(&second.id).await.map(drop),
            Err(error) => Err(error),
        };
        match closed {
            Err(error) if matches!(error.class, Class::Rejected | Class::Gone) => {
                tracing::warn!(issue = second.key, fault = ?error.fault, "a second issue stays open");
                Ok(())
            }
            other => other,
        }
    }
}
