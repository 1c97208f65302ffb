//! Jira Cloud, REST v3, one project: issues with labels, properties, comments, transitions, remote links.
//!
//! Page: developer.atlassian.com/cloud/jira/platform/rest/v3. It knows nothing of grants. Law: reading an issue is never
//! late, searching may be.

use serde_json::json;

use crate::state::State;
use crate::wire::{Asked, Reply};
use crate::{JIRA_EMAIL, JIRA_TOKEN};

/// The one project.
#[derive(Debug, Clone, Default)]
pub struct Project {
    /// `ACCESS`.
    pub key: String,
}

impl Project {
    /// The project of the examples.
    #[must_use]
    pub fn access() -> Self {
        Self { key: "ACCESS".into() }
    }
}

/// Jira as it stands.
#[derive(Debug)]
pub struct Jira {
    /// The project.
    pub project: Project,
}

impl Jira {
    pub(crate) fn new(project: Project) -> Self {
        Self { project }
    }

    pub(crate) fn shown(&self) -> serde_json::Value {
        json!({"project": self.project.key, "issues": []})
    }
}

pub(crate) fn answer(_: &mut State, _: &Asked) -> Reply {
    let _ = (JIRA_EMAIL, JIRA_TOKEN);
    Reply::json(404, &json!({"errorMessages": [], "errors": {}}))
}

pub(crate) fn unauthorized() -> Reply {
    Reply::json(401, &json!({"errorMessages": ["Client must be authenticated to access this resource."], "errors": {}}))
}

pub(crate) fn forbidden() -> Reply {
    Reply::json(403, &json!({"errorMessages": ["You do not have the permission to do this."], "errors": {}}))
}

pub(crate) fn too_many(_: &mut State, secs: u64) -> Reply {
    Reply::json(429, &json!({"errorMessages": ["Rate limit exceeded."], "errors": {}})).with("retry-after", secs)
}
