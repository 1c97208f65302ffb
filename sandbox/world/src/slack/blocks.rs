//! Checks of Block Kit: messages, modals, App Home, and the blocks in them; and the ids Slack fills in.
//!
//! Page: docs.slack.dev/reference/block-kit. Law: what Slack would refuse, or drop without a word, is refused.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::elements::{Place, element, image};
use super::rich_text;
use super::text::{Check, ID, Kind};
use crate::state::State;

/// Blocks of a message.
const IN_MESSAGE: usize = 50;

/// Blocks of a modal or of App Home.
const IN_VIEW: usize = 100;

/// Characters of title, submit and close.
const TITLE: usize = 24;

/// Every fault of a message's blocks.
pub(crate) fn message(blocks: &[Value]) -> Vec<String> {
    let mut check = Check::default();
    all(&mut check, blocks, "/blocks", IN_MESSAGE);
    check.faults
}

/// Every fault of a view that must be of this kind.
pub(crate) fn view(body: &Value, kind: &str) -> Vec<String> {
    let mut check = Check::default();
    if body["type"] != json!(kind) {
        check.fault("/view/type", format!("must be {kind}"));
        return check.faults;
    }
    let common = ["private_metadata", "callback_id", "external_id"];
    let modal = [
        "private_metadata",
        "callback_id",
        "external_id",
        "submit",
        "close",
        "clear_on_close",
        "notify_on_close",
        "submit_disabled",
    ];
    if kind == "modal" {
        check.object(body, "/view", &["title", "blocks"], &modal);
    } else {
        check.object(body, "/view", &["blocks"], &common);
    }
    for name in ["title", "submit", "close"] {
        check.text(&body[name], &format!("/view/{name}"), Kind::Plain, TITLE);
    }
    metadata(&mut check, body);
    let blocks = body["blocks"].as_array().cloned().unwrap_or_default();
    all(&mut check, &blocks, "/view/blocks", IN_VIEW);
    if kind == "modal" && body["submit"].is_null() && blocks.iter().any(|block| block["type"] == "input") {
        check.fault("/view/submit", "submit is required when a view has an input block");
    }
    let focused = blocks.iter().filter(|block| block["element"]["focus_on_load"] == json!(true)).count();
    if focused > 1 {
        check.fault("/view/blocks", "only one element may have focus_on_load");
    }
    check.faults
}

fn metadata(check: &mut Check, body: &Value) {
    for (name, most) in [("private_metadata", 3000), ("callback_id", 255), ("external_id", 255)] {
        match &body[name] {
            Value::Null => {}
            Value::String(text) => check.length(text, &format!("/view/{name}"), 0, most),
            _ => check.fault(&format!("/view/{name}"), "must be a string"),
        }
    }
    for name in ["clear_on_close", "notify_on_close", "submit_disabled"] {
        check.flag(&body[name], &format!("/view/{name}"));
    }
}

fn all(check: &mut Check, blocks: &[Value], path: &str, most: usize) {
    if blocks.len() > most {
        check.fault(path, format!("no more than {most} items allowed"));
    }
    let mut ids = BTreeSet::new();
    for (index, block) in blocks.iter().enumerate() {
        let path = format!("{path}/{index}");
        check.string(&block["block_id"], &format!("{path}/block_id"), ID);
        if let Some(id) = block["block_id"].as_str()
            && !ids.insert(id)
        {
            check.fault(&format!("{path}/block_id"), format!("block_id {id} already exists"));
        }
        one(check, block, &path);
    }
}

fn one(check: &mut Check, block: &Value, path: &str) {
    match block["type"].as_str() {
        Some("divider") => {
            check.object(block, path, &[], &["block_id"]);
        }
        Some("header") => {
            check.object(block, path, &["text"], &["block_id", "level"]);
            check.text(&block["text"], &format!("{path}/text"), Kind::Plain, 150);
        }
        Some("section") => section(check, block, path),
        Some("context") => context(check, block, path),
        Some("actions") => actions(check, block, path),
        Some("input") => input(check, block, path),
        Some("rich_text") => {
            if check.object(block, path, &["elements"], &["block_id"]) {
                rich_text::block(check, block, path);
            }
        }
        Some("image") => {
            check.object(block, path, &["alt_text"], &["block_id", "image_url", "slack_file", "title"]);
            check.text(&block["title"], &format!("{path}/title"), Kind::Plain, 2000);
        }
        Some(other) => check.fault(path, format!("unsupported block: {other}")),
        None => check.fault(path, "missing required field: type"),
    }
}

fn section(check: &mut Check, block: &Value, path: &str) {
    check.object(block, path, &[], &["text", "fields", "accessory", "block_id", "expand"]);
    if block["text"].is_null() && block["fields"].is_null() {
        check.fault(path, "a section needs text or fields");
    }
    check.text(&block["text"], &format!("{path}/text"), Kind::Either, 3000);
    if !block["fields"].is_null() {
        for (index, field) in check.items(&block["fields"], &format!("{path}/fields"), 1, 10).iter().enumerate() {
            check.text(field, &format!("{path}/fields/{index}"), Kind::Either, 2000);
        }
    }
    if !block["accessory"].is_null() {
        element(check, &block["accessory"], &format!("{path}/accessory"), Place::Section);
    }
}

fn context(check: &mut Check, block: &Value, path: &str) {
    check.object(block, path, &["elements"], &["block_id"]);
    for (index, part) in check.items(&block["elements"], &format!("{path}/elements"), 1, 10).iter().enumerate() {
        let path = format!("{path}/elements/{index}");
        if part["type"] == "image" {
            image(check, part, &path);
        } else {
            check.text(part, &path, Kind::Either, 3000);
        }
    }
}

fn actions(check: &mut Check, block: &Value, path: &str) {
    check.object(block, path, &["elements"], &["block_id"]);
    let mut ids = BTreeSet::new();
    for (index, part) in check.items(&block["elements"], &format!("{path}/elements"), 1, 25).iter().enumerate() {
        let path = format!("{path}/elements/{index}");
        if let Some(id) = part["action_id"].as_str()
            && !ids.insert(id)
        {
            check.fault(&format!("{path}/action_id"), format!("action_id {id} already exists in this block"));
        }
        element(check, part, &path, Place::Actions);
    }
}

fn input(check: &mut Check, block: &Value, path: &str) {
    check.object(block, path, &["label", "element"], &["block_id", "hint", "optional", "dispatch_action"]);
    check.text(&block["label"], &format!("{path}/label"), Kind::Plain, 2000);
    check.text(&block["hint"], &format!("{path}/hint"), Kind::Plain, 2000);
    check.flag(&block["optional"], &format!("{path}/optional"));
    check.flag(&block["dispatch_action"], &format!("{path}/dispatch_action"));
    element(check, &block["element"], &format!("{path}/element"), Place::Input);
}

/// Gives blocks and elements without an id one, as Slack does.
pub(crate) fn fill_ids(state: &mut State, blocks: &mut [Value]) {
    for block in blocks {
        if block["block_id"].is_null() {
            block["block_id"] = json!(format!("b{:04}", state.next_id()));
        }
        for place in ["element", "accessory"] {
            if block[place].is_object() && block[place]["type"] != "image" && block[place]["action_id"].is_null() {
                block[place]["action_id"] = json!(format!("a{:04}", state.next_id()));
            }
        }
        if block["type"] == "actions" {
            for part in
                block["elements"].as_array_mut().into_iter().flatten().filter(|part| part["action_id"].is_null())
            {
                part["action_id"] = json!(format!("a{:04}", state.next_id()));
            }
        }
    }
}
