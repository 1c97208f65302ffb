//! Atlassian Document Format, as far as a bot has use for it: what a document may hold, and its plain text.
//!
//! Page: developer.atlassian.com/cloud/jira/platform/apis/document/structure. Law: a node that is not known here is
//! refused, although Jira knows more.

use serde_json::{Map, Value};

/// The most that a description or a comment holds. Counted over the whole document, the stricter of what is told.
const LIMIT: usize = 32_767;

/// Documents nested more deeply are refused.
const DEEPEST: usize = 20;

const BLOCKS: &[&str] =
    &["paragraph", "heading", "blockquote", "bulletList", "orderedList", "codeBlock", "panel", "rule"];

const INLINES: &[&str] = &["text", "hardBreak", "mention", "emoji", "date", "status", "inlineCard"];

/// Why a document is none.
///
/// # Errors
/// In a sentence.
pub(super) fn check(document: &Value) -> Result<(), String> {
    let Value::Object(node) = document else {
        return Err("Operation value must be an Atlassian Document (see the Atlassian Document Format)".into());
    };
    if node.get("type").and_then(Value::as_str) != Some("doc") {
        return Err("the root is no doc".into());
    }
    only(node, &["type", "version", "content"])?;
    if node.get("version").and_then(Value::as_u64) != Some(1) {
        return Err("version is not 1".into());
    }
    children(node, "doc", BLOCKS, 0, 0)?;
    if document.to_string().encode_utf16().count() > LIMIT {
        return Err("The entered text is too long. It exceeds the allowed limit of 32,767 characters.".into());
    }
    Ok(())
}

fn only(node: &Map<String, Value>, allowed: &[&str]) -> Result<(), String> {
    match node.keys().find(|key| !allowed.contains(&key.as_str())) {
        Some(key) => Err(format!("{key} is not allowed here")),
        None => Ok(()),
    }
}

fn children(node: &Map<String, Value>, of: &str, allowed: &[&str], least: usize, depth: usize) -> Result<(), String> {
    if depth > DEEPEST {
        return Err("nested too deeply".into());
    }
    let content = match node.get("content") {
        Some(Value::Array(content)) => content.as_slice(),
        None if least == 0 && of != "doc" => &[],
        _ => return Err(format!("{of} needs a list as content")),
    };
    if content.len() < least {
        return Err(format!("{of} is empty"));
    }
    content.iter().try_for_each(|child| checked(child, of, allowed, depth + 1))
}

fn checked(child: &Value, of: &str, allowed: &[&str], depth: usize) -> Result<(), String> {
    let Value::Object(node) = child else { return Err(format!("{of} holds what is no node")) };
    let kind = node.get("type").and_then(Value::as_str).unwrap_or_default();
    if !allowed.contains(&kind) {
        return Err(format!("{kind:?} may not stand in {of}"));
    }
    match kind {
        "text" => text(node, of),
        "paragraph" => inline(node, kind, &["localId"], &[], depth),
        "heading" => {
            level(node)?;
            inline(node, kind, &["level", "localId"], &["level"], depth)
        }
        "codeBlock" => {
            within(node, kind, &["language", "uniqueId", "localId", "wrap", "hideLineNumbers"], &[])?;
            children(node, kind, &["text"], 0, depth)
        }
        "blockquote" => {
            within(node, kind, &["localId"], &[])?;
            children(node, kind, &["paragraph", "bulletList", "orderedList", "codeBlock"], 1, depth)
        }
        "panel" => {
            within(node, kind, &["panelType", "localId"], &["panelType"])?;
            children(node, kind, &["paragraph", "heading", "bulletList", "orderedList", "codeBlock", "rule"], 1, depth)
        }
        "bulletList" | "orderedList" => {
            within(node, kind, &["order", "localId"], &[])?;
            children(node, kind, &["listItem"], 1, depth)
        }
        "listItem" => {
            within(node, kind, &["localId"], &[])?;
            children(node, kind, &["paragraph", "bulletList", "orderedList", "codeBlock"], 1, depth)
        }
        _ => leaf(node, kind),
    }
}

fn inline(node: &Map<String, Value>, kind: &str, attrs: &[&str], needed: &[&str], depth: usize) -> Result<(), String> {
    within(node, kind, attrs, needed)?;
    children(node, kind, INLINES, 0, depth)
}

fn level(node: &Map<String, Value>) -> Result<(), String> {
    let level = node.get("attrs").and_then(|attrs| attrs.get("level")).and_then(Value::as_u64);
    if level.is_some_and(|level| (1..=6).contains(&level)) { Ok(()) } else { Err("level is not 1 to 6".into()) }
}

/// A node with content: its keys and its attributes.
fn within(node: &Map<String, Value>, kind: &str, attrs: &[&str], needed: &[&str]) -> Result<(), String> {
    only(node, &["type", "content", "attrs", "marks"])?;
    if node.get("marks").is_some_and(|marks| *marks != Value::Array(Vec::new())) {
        return Err(format!("{kind} carries marks"));
    }
    attributes(node, kind, attrs, needed)
}

fn attributes(node: &Map<String, Value>, kind: &str, allowed: &[&str], needed: &[&str]) -> Result<(), String> {
    let none = Map::new();
    let attrs = match node.get("attrs") {
        None => &none,
        Some(Value::Object(attrs)) => attrs,
        Some(_) => return Err(format!("attrs of {kind} are no object")),
    };
    only(attrs, allowed)?;
    match needed.iter().find(|name| !attrs.contains_key(**name)) {
        Some(name) => Err(format!("{kind} needs {name}")),
        None => Ok(()),
    }
}

fn leaf(node: &Map<String, Value>, kind: &str) -> Result<(), String> {
    only(node, &["type", "attrs"])?;
    match kind {
        "hardBreak" => attributes(node, kind, &["text", "localId"], &[]),
        "mention" => attributes(node, kind, &["id", "localId", "text", "accessLevel", "userType"], &["id"]),
        "emoji" => attributes(node, kind, &["id", "localId", "text", "shortName"], &["shortName"]),
        "date" => attributes(node, kind, &["timestamp", "localId"], &["timestamp"]),
        "status" => attributes(node, kind, &["text", "color", "localId", "style"], &["text", "color"]),
        "inlineCard" => attributes(node, kind, &["url", "localId"], &["url"]),
        _ => attributes(node, kind, &["localId"], &[]),
    }
}

fn text(node: &Map<String, Value>, of: &str) -> Result<(), String> {
    only(node, &["type", "text", "marks"])?;
    match node.get("text") {
        Some(Value::String(text)) if text.is_empty() => return Err("a text node is empty".into()),
        Some(Value::String(text)) if text.chars().any(is_control) => return Err("a control character".into()),
        Some(Value::String(_)) => {}
        _ => return Err("a text node has no text".into()),
    }
    let Some(marks) = node.get("marks") else { return Ok(()) };
    let marks = marks.as_array().ok_or("marks are no list")?;
    if of == "codeBlock" && !marks.is_empty() {
        return Err("text in a codeBlock carries marks".into());
    }
    marks.iter().try_for_each(mark)
}

/// What XML 1.0 cannot carry, and Jira refuses to store.
fn is_control(character: char) -> bool {
    character.is_control() && !matches!(character, '\t' | '\n' | '\r' | '\u{7f}'..='\u{9f}')
}

fn mark(mark: &Value) -> Result<(), String> {
    let Value::Object(mark) = mark else { return Err("a mark is no object".into()) };
    match mark.get("type").and_then(Value::as_str) {
        Some("strong" | "em" | "code" | "strike" | "underline") => only(mark, &["type"]),
        Some("link") => attributes(mark, "link", &["href", "title", "id", "collection", "occurrenceKey"], &["href"]),
        kind => Err(format!("unknown mark {kind:?}")),
    }
}

/// A document as a person reads it, a line a paragraph.
pub(super) fn plain(node: &Value) -> String {
    let mut text = String::new();
    write(node, &mut text);
    text.trim_end().to_owned()
}

fn write(node: &Value, text: &mut String) {
    match node["type"].as_str() {
        Some("text") => text.push_str(node["text"].as_str().unwrap_or_default()),
        Some("hardBreak") => text.push('\n'),
        Some("mention" | "emoji" | "status") => text.push_str(node["attrs"]["text"].as_str().unwrap_or_default()),
        _ => {}
    }
    for child in node["content"].as_array().into_iter().flatten() {
        write(child, text);
    }
    if matches!(node["type"].as_str(), Some("paragraph" | "heading" | "codeBlock" | "rule")) {
        text.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{check, plain};

    fn doc(content: Value) -> Value {
        json!({"type": "doc", "version": 1, "content": content})
    }

    fn paragraph(content: Value) -> Value {
        doc(json!([{"type": "paragraph", "content": content}]))
    }

    #[test]
    fn documents_that_hold_are_taken_and_read() {
        let good = doc(json!([
            {"type": "paragraph", "content": [
                {"type": "text", "text": "Alice", "marks": [{"type": "strong"}]}, {"type": "hardBreak"},
                {"type": "text", "text": "asks", "marks": [{"type": "link", "attrs": {"href": "https://x.example"}}]}]},
            {"type": "blockquote", "content": [{"type": "paragraph", "content": [{"type": "text", "text": "why"}]}]},
            {"type": "bulletList", "content": [{"type": "listItem", "content": [{"type": "paragraph"}]}]},
            {"type": "heading", "attrs": {"level": 2}},
            {"type": "codeBlock", "content": [{"type": "text", "text": "a\nb"}]},
            {"type": "rule"},
        ]));
        assert_eq!(check(&good), Ok(()));
        assert_eq!(plain(&good), "Alice\nasks\nwhy\n\n\na\nb");
        assert_eq!(check(&doc(json!([]))), Ok(()));
    }

    #[test]
    fn everything_else_is_refused() {
        let long = "x".repeat(40_000);
        for (bad, why) in [
            (json!("plain"), "Operation value"),
            (json!({"type": "paragraph"}), "the root is no doc"),
            (json!({"type": "doc", "content": []}), "version is not 1"),
            (json!({"type": "doc", "version": 2, "content": []}), "version is not 1"),
            (json!({"type": "doc", "version": 1}), "doc needs a list"),
            (doc(json!([{"type": "text", "text": "bare"}])), "\"text\" may not stand in doc"),
            (paragraph(json!([{"type": "text", "text": ""}])), "a text node is empty"),
            (paragraph(json!([{"type": "text", "text": "a\u{0}b"}])), "a control character"),
            (paragraph(json!([{"type": "text"}])), "a text node has no text"),
            (paragraph(json!([{"type": "paragraph"}])), "may not stand in paragraph"),
            (paragraph(json!([{"type": "text", "text": "x", "marks": [{"type": "shout"}]}])), "unknown mark"),
            (paragraph(json!([{"type": "mention", "attrs": {}}])), "mention needs id"),
            (doc(json!([{"type": "paragraph", "text": "x"}])), "text is not allowed here"),
            (doc(json!([{"type": "blockquote", "content": []}])), "blockquote is empty"),
            (doc(json!([{"type": "heading", "attrs": {"level": 7}}])), "level is not 1 to 6"),
            (paragraph(json!([{"type": "text", "text": long}])), "The entered text is too long"),
        ] {
            let said = check(&bad).unwrap_err();
            assert!(said.starts_with(why) || said.contains(why), "{said}: {why}");
        }
    }
}
