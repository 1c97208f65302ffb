//! Checks of `rich_text`: sections, lists, quotes, preformatted text, and the elements in them.
//!
//! Page: docs.slack.dev/reference/block-kit/blocks/rich-text-block. Law: an empty text element is refused, as Slack does.

use serde_json::Value;

use super::text::Check;

/// Tokens of a date's format; text around them stays.
const DATE_TOKENS: &[&str] = &[
    "{date_num}",
    "{date}",
    "{date_short}",
    "{date_long}",
    "{date_pretty}",
    "{date_short_pretty}",
    "{date_long_pretty}",
    "{date_long_full}",
    "{day_divider_pretty}",
    "{time}",
    "{time_secs}",
    "{ago}",
];

/// Rich text has no limit of its own but the message's; one element is held to this.
const TEXT: usize = 12_000;

pub(crate) fn block(check: &mut Check, value: &Value, path: &str) {
    for (index, part) in check.items(&value["elements"], &format!("{path}/elements"), 1, 100).iter().enumerate() {
        self::part(check, part, &format!("{path}/elements/{index}"));
    }
}

fn part(check: &mut Check, value: &Value, path: &str) {
    match value["type"].as_str() {
        Some("rich_text_section") => section(check, value, path),
        Some("rich_text_quote" | "rich_text_preformatted") => {
            let known = check.object(value, path, &["elements"], &["border"]);
            check.whole(&value["border"], &format!("{path}/border"), 0, 1);
            if known {
                let only_text = value["type"] == "rich_text_preformatted";
                inline_all(check, &value["elements"], path, only_text);
            }
        }
        Some("rich_text_list") => list(check, value, path),
        other => check.fault(path, format!("unsupported type: {other:?}")),
    }
}

fn section(check: &mut Check, value: &Value, path: &str) {
    if check.object(value, path, &["elements"], &[]) {
        inline_all(check, &value["elements"], path, false);
    }
}

fn list(check: &mut Check, value: &Value, path: &str) {
    if !check.object(value, path, &["elements", "style"], &["indent", "offset", "border"]) {
        return;
    }
    check.one_of(&value["style"], &format!("{path}/style"), &["bullet", "ordered"]);
    check.whole(&value["indent"], &format!("{path}/indent"), 0, 8);
    check.whole(&value["offset"], &format!("{path}/offset"), 0, i64::MAX);
    check.whole(&value["border"], &format!("{path}/border"), 0, 1);
    for (index, item) in check.items(&value["elements"], &format!("{path}/elements"), 1, 100).iter().enumerate() {
        let path = format!("{path}/elements/{index}");
        if item["type"] == "rich_text_section" {
            section(check, item, &path);
        } else {
            check.fault(&path, "a list holds rich_text_section only");
        }
    }
}

fn inline_all(check: &mut Check, elements: &Value, path: &str, only_text: bool) {
    for (index, value) in check.items(elements, &format!("{path}/elements"), 1, 1_000).iter().enumerate() {
        let path = format!("{path}/elements/{index}");
        if only_text && value["type"] != "text" && value["type"] != "link" {
            check.fault(&path, "preformatted text holds text and links only");
        }
        inline(check, value, &path);
    }
}

fn inline(check: &mut Check, value: &Value, path: &str) {
    let at = |name: &str| format!("{path}/{name}");
    let (required, optional): (&[&str], &[&str]) = match value["type"].as_str() {
        Some("text") => (&["text"], &["style"]),
        Some("user") => (&["user_id"], &["style"]),
        Some("usergroup") => (&["usergroup_id"], &["style"]),
        Some("channel") => (&["channel_id"], &["style"]),
        Some("team") => (&["team_id"], &["style"]),
        Some("emoji") => (&["name"], &["style", "unicode", "url"]),
        Some("link") => (&["url"], &["style", "text", "unsafe"]),
        Some("broadcast") => (&["range"], &["style"]),
        Some("color") => (&["value"], &["style"]),
        Some("date") => (&["timestamp", "format"], &["style", "fallback", "url"]),
        other => return check.fault(path, format!("unsupported type: {other:?}")),
    };
    if !check.object(value, path, required, optional) {
        return;
    }
    for name in required.iter().filter(|name| **name != "timestamp") {
        check.string(&value[*name], &at(name), TEXT);
    }
    check.string(&value["fallback"], &at("fallback"), TEXT);
    style(check, &value["style"], &at("style"));
    match value["type"].as_str() {
        Some("date") => date(check, value, path),
        Some("broadcast") => check.one_of(&value["range"], &at("range"), &["here", "channel", "everyone"]),
        Some("user") if !value["user_id"].as_str().is_some_and(|id| id.starts_with(['U', 'W'])) => {
            check.fault(&at("user_id"), "invalid user id")
        }
        _ => {}
    }
}

fn date(check: &mut Check, value: &Value, path: &str) {
    if !value["timestamp"].is_i64() {
        check.fault(&format!("{path}/timestamp"), "must be an integer");
    }
    let format = value["format"].as_str().unwrap_or_default();
    let mut left = format.to_owned();
    for token in DATE_TOKENS {
        left = left.replace(token, "");
    }
    if left == format || left.contains(['{', '}']) {
        check.fault(&format!("{path}/format"), "unknown or missing date token");
    }
}

fn style(check: &mut Check, value: &Value, path: &str) {
    if value.is_null() {
        return;
    }
    let known = ["bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink"];
    check.object(value, path, &[], &known);
    for (name, flag) in value.as_object().into_iter().flatten() {
        check.flag(flag, &format!("{path}/{name}"));
    }
}
