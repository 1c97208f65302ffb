//! The body of a create, an edit or a transition: `fields`, `update`, `properties`, read whole before anything is done.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::bad::Bad;
use super::comments::{self, Draft};
use super::{Issue, Jira, fields, properties};
use crate::state::State;

/// What a body asks for, found good.
#[derive(Debug, Default)]
pub(super) struct Edit {
    pub(super) fields: Map<String, Value>,
    pub(super) properties: BTreeMap<String, Value>,
    labels: Vec<(String, Value)>,
    comments: Vec<Draft>,
}

/// An object under a key, or none.
pub(super) fn part(body: &Map<String, Value>, key: &str) -> Result<Map<String, Value>, Bad> {
    match body.get(key) {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(part)) => Ok(part.clone()),
        Some(_) => Err(Bad::payload()),
    }
}

impl Edit {
    /// Reads a body; fields are not checked yet.
    pub(super) fn read(body: &Map<String, Value>) -> Result<Self, Bad> {
        let mut edit = Self { fields: part(body, "fields")?, ..Self::default() };
        edit.properties = match body.get("properties") {
            None | Some(Value::Null) => BTreeMap::new(),
            Some(list) => properties::list(list)?,
        };
        for (id, operations) in part(body, "update")? {
            if edit.fields.contains_key(&id) {
                return Err(Bad::new(400, format!("Field '{id}' cannot appear in both 'fields' and 'update'")));
            }
            for operation in operations.as_array().ok_or_else(Bad::payload)? {
                edit.operation(&id, operation)?;
            }
        }
        Ok(edit)
    }

    fn operation(&mut self, id: &str, operation: &Value) -> Result<(), Bad> {
        let operation = operation.as_object().filter(|operation| operation.len() == 1).ok_or_else(Bad::payload)?;
        for (verb, value) in operation {
            match (id, verb.as_str()) {
                ("labels", "add" | "remove") => {
                    fields::label(value).map_err(|why| Bad::field(id, why))?;
                    self.labels.push((verb.clone(), value.clone()));
                }
                ("comment", "add") => {
                    self.comments.push(comments::draft(value.as_object().ok_or_else(Bad::payload)?)?);
                }
                (_, "set") => {
                    self.fields.insert(id.to_owned(), value.clone());
                }
                _ => return Err(Bad::field(id, format!("Field '{id}' does not support update '{verb}'"))),
            }
        }
        Ok(())
    }

    /// An id for each comment.
    pub(super) fn ids(&self, state: &mut State) -> Vec<u64> {
        self.comments.iter().map(|_| state.next_id()).collect()
    }

    /// Carries it out on an issue, with [`Edit::ids`]. Place fields are read by the caller.
    pub(super) fn apply(self, issue: &mut Issue, ids: Vec<u64>) {
        for (id, value) in self.fields {
            match id.as_str() {
                "summary" => issue.summary = value.as_str().unwrap_or_default().trim().to_owned(),
                "description" => issue.description = Some(value).filter(|value| !value.is_null()),
                "labels" => issue.labels = distinct(&value),
                "project" | "issuetype" | "reporter" => {}
                "resolution" => issue.resolution = value["name"].as_str().map(str::to_owned),
                _ => {
                    issue.custom.insert(id, value);
                }
            }
        }
        for (verb, label) in self.labels {
            let label = label.as_str().unwrap_or_default().to_owned();
            issue.labels.retain(|other| *other != label);
            if verb == "add" {
                issue.labels.push(label);
            }
        }
        issue.properties.extend(self.properties);
        for (draft, id) in self.comments.into_iter().zip(ids) {
            issue.comments.push(draft.comment(id, issue.updated));
        }
    }
}

fn distinct(labels: &Value) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for label in labels.as_array().into_iter().flatten().filter_map(Value::as_str) {
        if !all.iter().any(|other| other == label) {
            all.push(label.to_owned());
        }
    }
    all
}

impl Jira {
    /// The issue's place, or 404.
    pub(super) fn at(&self, issue: &str) -> Result<usize, Bad> {
        self.position(issue).ok_or_else(Bad::no_issue)
    }
}
