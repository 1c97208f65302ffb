//! What a project lacks for tickets, and asks of a new issue that a ticket does not tell.

use serde::Deserialize;
use url::Url;

use super::{Jira, failure, found, status::is_called};
use crate::domain::port::{Class, EffectError, Finding};

/// Fields that a ticket fills.
const FILLED: [&str; 5] = ["project", "issuetype", "summary", "description", "labels"];

/// Asked for at once, and the most pages of it.
const PAGE: usize = 50;
const MOST_PAGES: usize = 20;

/// A required field that nobody fills.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Need {
    /// `customfield_10010`.
    pub id: String,
    /// As people see it.
    pub name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    #[serde(default)]
    total: usize,
    #[serde(default)]
    issue_types: Vec<Kind>,
    #[serde(default)]
    fields: Vec<Field>,
}

#[derive(Deserialize)]
struct Kind {
    id: String,
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Field {
    field_id: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    required: bool,
    #[serde(default)]
    has_default_value: bool,
}

/// What keeps a project from taking tickets, or from having them moved.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Gap {
    /// It asks for a field that nobody fills.
    Field(Need),
    /// It has no issue type of this name.
    IssueType(String),
    /// Tickets have no status of this name there.
    Status(String),
}

#[derive(Deserialize)]
struct Workflow {
    name: String,
    #[serde(default)]
    statuses: Vec<Named>,
}

#[derive(Deserialize)]
struct Named {
    #[serde(default)]
    name: String,
}

impl Jira {
    /// What is missing in the project, with these statuses and the one in which tickets end: while anything is, tickets are
    /// not opened, or stay where they are.
    ///
    /// # Errors
    /// [`Class::Auth`] if the account is not let in, or does not see the project.
    pub async fn gaps(&self, statuses: &[&str]) -> Result<Vec<Gap>, EffectError> {
        self.sees_project().await?;
        let kind = &self.0.settings.issue_type;
        let mut gaps: Vec<Gap> = match self.needs().await {
            Ok(needs) => needs.into_iter().map(Gap::Field).collect(),
            Err(error) if error.class == Class::Rejected => vec![Gap::IssueType(kind.clone())],
            Err(error) => return Err(error),
        };
        let read = self.url(&["project", &self.0.settings.project, "statuses"]);
        let workflows: Vec<Workflow> = self.get(read).await?.json()?;
        let Some(workflow) = workflows.into_iter().find(|workflow| workflow.name == *kind) else { return Ok(gaps) };
        let wanted = statuses.iter().copied().chain([self.0.settings.closed.as_str()]);
        let missing = wanted.filter(|name| !workflow.statuses.iter().any(|status| is_called(&status.name, name)));
        gaps.extend(missing.map(|name| Gap::Status(name.to_owned())));
        Ok(gaps)
    }

    /// The required fields that a ticket does not fill and Jira does not either: while there are any, nothing is opened.
    ///
    /// # Errors
    /// [`Class::Rejected`] if the project has no such issue type, [`Class::Gone`] if there is no such project.
    pub async fn needs(&self) -> Result<Vec<Need>, EffectError> {
        let settings = &self.0.settings;
        let types = self.url(&["issue", "createmeta", &settings.project, "issuetypes"]);
        let kinds = self.pages(&types, |page| page.issue_types).await?;
        let Some(kind) = kinds.into_iter().find(|kind| kind.name == settings.issue_type) else {
            return Err(found(&Finding::NoIssueType(settings.issue_type.clone())));
        };
        let fields = self.url(&["issue", "createmeta", &settings.project, "issuetypes", &kind.id]);
        let fields = self.pages(&fields, |page| page.fields).await?;
        let open = fields.into_iter().filter(|field| field.required && !field.has_default_value);
        let open = open.filter(|field| !FILLED.contains(&field.field_id.as_str()));
        Ok(open.map(|field| Need { id: field.field_id, name: field.name }).collect())
    }

    async fn pages<T>(&self, first: &Url, items: fn(Page) -> Vec<T>) -> Result<Vec<T>, EffectError> {
        let mut all = Vec::new();
        for _ in 0..MOST_PAGES {
            let mut url = first.clone();
            url.query_pairs_mut()
                .append_pair("startAt", &all.len().to_string())
                .append_pair("maxResults", &PAGE.to_string());
            let page: Page = self.get(url).await?.json()?;
            let total = page.total;
            let some = items(page);
            let ended = some.is_empty();
            all.extend(some);
            if ended || all.len() >= total {
                return Ok(all);
            }
        }
        Err(failure(Class::Retry, "pages without end"))
    }
}
