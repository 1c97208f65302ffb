//! What fields may hold, when an issue is created or edited.
//!
//! Law: all faults are told at once, each under its field.

use serde_json::{Map, Value};

use super::adf;
use super::bad::Bad;
use super::project::{FieldKind, Project};

/// The longest summary and label, in UTF-16 units as Java counts.
const LONGEST_LINE: usize = 255;

/// Checks fields that are set. Those that must be and are not are told by [`missing`].
pub(super) fn check(project: &Project, fields: &Map<String, Value>, bad: &mut Bad) {
    for (id, value) in fields {
        let Some(field) = project.fields.iter().find(|field| field.id == *id) else {
            bad.add(id, format!("Field '{id}' cannot be set. It is not on the appropriate screen, or unknown."));
            continue;
        };
        let wrong = match field.kind {
            FieldKind::Place => place(project, id, value),
            FieldKind::Line if id == "summary" => summary(value),
            FieldKind::Line => line(value),
            FieldKind::Document => document(value),
            FieldKind::Labels => labels(value),
            FieldKind::Account => account(value),
        };
        if let Err(why) = wrong {
            bad.add(id, why);
        }
    }
}

/// Names the fields that are required and not there.
pub(super) fn missing(project: &Project, fields: &Map<String, Value>, bad: &mut Bad) {
    for field in project.fields.iter().filter(|field| field.required && !field.has_default) {
        if fields.get(&field.id).is_none_or(Value::is_null) {
            let why = match field.id.as_str() {
                "project" => "Specify a valid project ID or key".to_owned(),
                "issuetype" => "Specify an issue type".to_owned(),
                "summary" => "You must specify a summary of the issue.".to_owned(),
                _ => format!("{} is required.", field.name),
            };
            bad.add(&field.id, why);
        }
    }
}

fn place(project: &Project, id: &str, value: &Value) -> Result<(), String> {
    let text = |key: &str| value.get(key).and_then(Value::as_str);
    if id == "project" {
        let known = text("key").or_else(|| text("id")).is_some_and(|key| project.is(key));
        return if known { Ok(()) } else { Err("Specify a valid project ID or key".into()) };
    }
    if issue_type(project, value).is_some() { Ok(()) } else { Err("Specify a valid issue type".into()) }
}

/// The id of the issue type that is meant.
pub(super) fn issue_type(project: &Project, value: &Value) -> Option<String> {
    let (id, name) = (value.get("id").and_then(Value::as_str), value.get("name").and_then(Value::as_str));
    let meant = project.issue_types.iter().find(|kind| match (id, name) {
        (Some(id), _) => kind.id == id,
        (None, Some(name)) => kind.name == name,
        (None, None) => false,
    });
    meant.map(|kind| kind.id.clone())
}

fn summary(value: &Value) -> Result<(), String> {
    let text = value.as_str().ok_or("Operation value must be a string")?;
    if text.trim().is_empty() {
        return Err("You must specify a summary of the issue.".into());
    }
    if text.contains(['\n', '\r']) {
        return Err("The summary is invalid because it contains newline characters.".into());
    }
    if text.encode_utf16().count() > LONGEST_LINE {
        return Err("Summary must be less than 255 characters.".into());
    }
    Ok(())
}

fn line(value: &Value) -> Result<(), String> {
    let text = value.as_str().ok_or("Operation value must be a string")?;
    if text.encode_utf16().count() > LONGEST_LINE { Err("The entered text is too long.".into()) } else { Ok(()) }
}

fn document(value: &Value) -> Result<(), String> {
    if value.is_null() { Ok(()) } else { adf::check(value) }
}

fn labels(value: &Value) -> Result<(), String> {
    let labels = value.as_array().ok_or("data was not an array")?;
    labels.iter().try_for_each(label)
}

/// One label.
///
/// # Errors
/// In a sentence.
pub(super) fn label(value: &Value) -> Result<(), String> {
    let label = value.as_str().ok_or("string expected at index 0")?;
    if label.is_empty() || label.chars().any(char::is_whitespace) {
        return Err(format!("The label '{label}' contains spaces which is invalid."));
    }
    if label.encode_utf16().count() > LONGEST_LINE {
        return Err(format!("The label '{label}' exceeds the maximum length for a label, which is 255 characters."));
    }
    Ok(())
}

fn account(value: &Value) -> Result<(), String> {
    let known = value.get("id").or_else(|| value.get("accountId")).and_then(Value::as_str);
    if known == Some(super::ACCOUNT_ID) { Ok(()) } else { Err("Specify a valid 'id' for Reporter".into()) }
}
