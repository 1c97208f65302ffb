//! Where an issue stands, and moving it on.
//!
//! Law: a transition is chosen by where it leads, never by its name or number, which differ from workflow to workflow.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Jira, found};
use crate::domain::port::{Class, EffectError, Finding};

/// The field that a closing transition may ask for.
const RESOLUTION: &str = "resolution";

/// Resolutions, the most fitting first; else the first that is allowed.
const RESOLUTIONS: [&str; 4] = ["Done", "Resolved", "Fixed", "Complete"];

/// What a move came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Moved {
    /// It was moved now.
    Now,
    /// It stood there already.
    Already,
}

/// A status.
#[derive(Deserialize, Clone, Debug)]
#[serde(rename_all = "camelCase")]
pub(super) struct Status {
    #[serde(default)]
    name: String,
    #[serde(default)]
    status_category: Category,
}

#[derive(Deserialize, Clone, Debug, Default)]
struct Category {
    #[serde(default)]
    key: String,
}

impl Status {
    fn is(&self, name: &str) -> bool {
        is_called(&self.name, name)
    }

    pub(super) fn is_done(&self) -> bool {
        self.status_category.key == "done"
    }
}

/// Whether two names of statuses are the same to people.
pub(super) fn is_called(name: &str, other: &str) -> bool {
    name.trim().to_lowercase() == other.trim().to_lowercase()
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Transition {
    id: String,
    to: Status,
    is_available: Option<bool>,
    #[serde(default)]
    fields: BTreeMap<String, Field>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Field {
    #[serde(default)]
    required: bool,
    #[serde(default)]
    has_default_value: bool,
    #[serde(default)]
    allowed_values: Vec<Value>,
}

impl Field {
    fn must_be_filled(&self) -> bool {
        self.required && !self.has_default_value
    }

    fn resolution(&self) -> Option<Value> {
        let named = |value: &Value, name: &str| value["name"].as_str() == Some(name);
        let fitting = RESOLUTIONS.iter().find_map(|name| self.allowed_values.iter().find(|value| named(value, name)));
        let chosen = fitting.or(self.allowed_values.first())?["name"].as_str()?;
        Some(json!({"name": chosen}))
    }
}

impl Transition {
    /// What it asks for and is not told here.
    fn needs(&self) -> Vec<&str> {
        let known = |id: &str, field: &Field| id == RESOLUTION && field.resolution().is_some();
        let open = self.fields.iter().filter(|(id, field)| field.must_be_filled() && !known(id, field));
        open.map(|(id, _)| id.as_str()).collect()
    }

    /// A resolution is refused where the screen has none, and missed where it is required.
    fn body(&self) -> Value {
        let mut body = json!({"transition": {"id": self.id}});
        if let Some(resolution) = self.fields.get(RESOLUTION).and_then(Field::resolution) {
            body["fields"] = Value::Object(Map::from_iter([(RESOLUTION.to_owned(), resolution)]));
        }
        body
    }
}

impl Jira {
    /// Moves an issue, by id or key, to the status of this name.
    ///
    /// # Errors
    /// [`Class::Rejected`] names the status that no transition leads to, or what the transition asks for.
    pub async fn move_to(&self, issue: &str, status: &str) -> Result<Moved, EffectError> {
        if self.status(issue).await?.is(status) {
            return Ok(Moved::Already);
        }
        self.lead(issue, status).await
    }

    /// Moves an issue to where tickets end. One that is done in some other way is left there.
    ///
    /// # Errors
    /// As [`Jira::move_to`].
    pub async fn close(&self, issue: &str) -> Result<Moved, EffectError> {
        let closed = &self.0.settings.closed;
        let present = self.status(issue).await?;
        if present.is(closed) || present.is_done() {
            return Ok(Moved::Already);
        }
        self.lead(issue, closed).await
    }

    async fn status(&self, issue: &str) -> Result<Status, EffectError> {
        #[derive(Deserialize)]
        struct Read {
            fields: Fields,
        }
        #[derive(Deserialize)]
        struct Fields {
            status: Status,
        }
        let mut url = self.url(&["issue", issue]);
        url.query_pairs_mut().append_pair("fields", "status");
        Ok(self.read(url).await?.json::<Read>()?.fields.status)
    }

    async fn lead(&self, issue: &str, status: &str) -> Result<Moved, EffectError> {
        let transitions = self.transitions(issue).await?;
        let leading = || transitions.iter().filter(|one| one.to.is(status) && one.is_available != Some(false));
        let Some(transition) = leading().find(|one| one.needs().is_empty()).or_else(|| leading().next()) else {
            return Err(found(&Finding::NoTransition(status.to_owned())));
        };
        let needs = transition.needs();
        if !needs.is_empty() {
            return Err(found(&Finding::TransitionNeeds { to: status.to_owned(), fields: needs.join(" ") }));
        }
        let url = self.url(&["issue", issue, "transitions"]);
        match self.write(issue, url, &transition.body()).await {
            Ok(_) => Ok(Moved::Now),
            Err(error) if error.class == Class::Rejected => self.overtaken(issue, status, error).await,
            Err(error) => Err(error),
        }
    }

    /// Somebody else may have moved it between the look and the move.
    async fn overtaken(&self, issue: &str, status: &str, error: EffectError) -> Result<Moved, EffectError> {
        if self.status(issue).await?.is(status) { Ok(Moved::Already) } else { Err(error) }
    }

    async fn transitions(&self, issue: &str) -> Result<Vec<Transition>, EffectError> {
        #[derive(Deserialize)]
        struct List {
            transitions: Vec<Transition>,
        }
        let mut url = self.url(&["issue", issue, "transitions"]);
        url.query_pairs_mut().append_pair("expand", "transitions.fields");
        Ok(self.read(url).await?.json::<List>()?.transitions)
    }
}
