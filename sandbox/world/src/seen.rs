//! What a person sees: messages and forms as plain text, in that person's zone, for snapshots that read like a play.
//!
//! It judges nothing. Law: what Slack would not show (fallback text beside blocks, values, ids) is not shown.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;

use crate::slack::{Ephemeral, Message, View};
use crate::state::State;

/// A message as this person sees it.
#[must_use]
pub fn message(state: &State, user: &str, message: &Message) -> String {
    content(state, user, &message.text, &message.blocks)
}

/// An ephemeral as its one reader sees it.
#[must_use]
pub fn ephemeral(state: &State, note: &Ephemeral) -> String {
    content(state, &note.user, &note.text, &note.blocks)
}

fn content(state: &State, user: &str, text: &str, blocks: &[Value]) -> String {
    let eye = Eye { state, user };
    if blocks.is_empty() { eye.mrkdwn(text) } else { eye.blocks(blocks, None) }
}

/// A modal or App Home as its owner sees it: title, blocks with what the inputs hold, errors, buttons below.
#[must_use]
pub fn view(state: &State, view: &View) -> String {
    let eye = Eye { state, user: &view.user };
    let mut lines = Vec::new();
    if !view.title().is_empty() {
        lines.push(format!("# {}", view.title()));
    }
    lines.extend(view.trouble.iter().map(|trouble| format!("! {trouble}")));
    lines.push(eye.blocks(view.blocks(), Some(view)));
    let buttons: Vec<String> = ["close", "submit"]
        .iter()
        .filter_map(|name| view.body[*name]["text"].as_str())
        .map(|text| format!("[{text}]"))
        .collect();
    if !buttons.is_empty() {
        lines.push(buttons.join(" "));
    }
    lines.retain(|line| !line.is_empty());
    lines.join("\n")
}

/// A confirm dialog's words: `Title / text / [yes] [no]`.
#[must_use]
pub fn confirm(element: &Value) -> Option<String> {
    let dialog = element["confirm"].as_object()?;
    let word = |name: &str| dialog.get(name).and_then(|part| part["text"].as_str()).unwrap_or_default().to_owned();
    Some(format!("{} / {} / [{}] [{}]", word("title"), word("text"), word("confirm"), word("deny")))
}

struct Eye<'state> {
    state: &'state State,
    user: &'state str,
}

impl Eye<'_> {
    fn blocks(&self, blocks: &[Value], view: Option<&View>) -> String {
        let lines: Vec<String> =
            blocks.iter().map(|block| self.block(block, view)).filter(|line| !line.is_empty()).collect();
        lines.join("\n")
    }

    fn block(&self, block: &Value, view: Option<&View>) -> String {
        match block["type"].as_str() {
            Some("header") => format!("## {}", self.text(&block["text"])),
            Some("divider") => "---".into(),
            Some("section") => self.section(block, view),
            Some("context" | "actions") => {
                let parts: Vec<String> = block["elements"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .map(|part| self.element(block, part, view))
                    .collect();
                parts.join(" ")
            }
            Some("rich_text") => self.rich(block),
            Some("input") => self.input(block, view),
            Some("image") => format!("(image: {})", block["alt_text"].as_str().unwrap_or_default()),
            other => format!("({other:?})"),
        }
    }

    fn section(&self, block: &Value, view: Option<&View>) -> String {
        let mut parts: Vec<String> = vec![self.text(&block["text"])];
        parts.extend(block["fields"].as_array().into_iter().flatten().map(|field| self.text(field)));
        parts.retain(|part| !part.is_empty());
        let mut line = parts.join("\n");
        if block["accessory"].is_object() {
            line = format!("{line} {}", self.element(block, &block["accessory"], view));
        }
        line
    }

    fn input(&self, block: &Value, view: Option<&View>) -> String {
        let optional = if block["optional"] == Value::Bool(true) { " (optional)" } else { "" };
        let held = self.element(block, &block["element"], view);
        let mut lines = vec![format!("{}{optional}: {held}", self.text(&block["label"]))];
        if block["hint"].is_object() {
            lines.push(format!("  ({})", self.text(&block["hint"])));
        }
        let error = view.and_then(|view| view.errors.get(block["block_id"].as_str().unwrap_or_default()));
        lines.extend(error.map(|error| format!("  ! {error}")));
        lines.join("\n")
    }

    fn element(&self, block: &Value, element: &Value, view: Option<&View>) -> String {
        match element["type"].as_str() {
            Some("button") => format!("[{}]", self.text(&element["text"])),
            Some("overflow") => "[⋯]".into(),
            Some("mrkdwn" | "plain_text") => self.text(element),
            Some("image") => format!("(image: {})", element["alt_text"].as_str().unwrap_or_default()),
            _ => format!("[{}]", self.held(block, element, view)),
        }
    }

    /// What an input holds, or its placeholder in angle brackets.
    fn held(&self, block: &Value, element: &Value, view: Option<&View>) -> String {
        let ids = (block["block_id"].as_str().unwrap_or_default(), element["action_id"].as_str().unwrap_or_default());
        let value = view.and_then(|view| view.values.get(ids.0)).and_then(|held| held.get(ids.1));
        let shown = value.and_then(Value::as_object).and_then(|held| held.iter().find(|(name, _)| *name != "type"));
        let shown = shown.map(|(_, value)| self.worded(value)).unwrap_or_default();
        if shown.is_empty() { format!("‹{}›", self.text(&element["placeholder"])) } else { shown }
    }

    fn worded(&self, value: &Value) -> String {
        match value {
            Value::Null => String::new(),
            Value::String(text) if self.state.by_slack(text).is_some() => {
                format!("@{}", self.state.name_of(text))
            }
            Value::String(text) => text.clone(),
            Value::Array(many) => many.iter().map(|one| self.worded(one)).collect::<Vec<_>>().join(", "),
            Value::Object(option) => option.get("text").map(|text| self.text(text)).unwrap_or_default(),
            other => other.to_string(),
        }
    }

    fn text(&self, text: &Value) -> String {
        let raw = text["text"].as_str().unwrap_or_default();
        if text["type"] == "mrkdwn" { self.mrkdwn(raw) } else { raw.to_owned() }
    }

    fn rich(&self, block: &Value) -> String {
        let parts = block["elements"].as_array().into_iter().flatten();
        parts.map(|part| self.rich_part(part)).collect::<Vec<_>>().join("\n")
    }

    fn rich_part(&self, part: &Value) -> String {
        match part["type"].as_str() {
            Some("rich_text_list") => {
                let ordered = part["style"] == "ordered";
                let items = part["elements"].as_array().into_iter().flatten().enumerate();
                let first = part["offset"].as_u64().unwrap_or(0);
                let mark = |index: usize| {
                    if ordered { format!("{}. ", first + index as u64 + 1) } else { "• ".to_owned() }
                };
                items
                    .map(|(index, item)| format!("{}{}", mark(index), self.inline_all(item)))
                    .collect::<Vec<_>>()
                    .join("\n")
            }
            Some("rich_text_quote") => {
                self.inline_all(part).lines().map(|line| format!("│ {line}")).collect::<Vec<_>>().join("\n")
            }
            _ => self.inline_all(part),
        }
    }

    fn inline_all(&self, part: &Value) -> String {
        part["elements"].as_array().into_iter().flatten().map(|element| self.inline(element)).collect()
    }

    fn inline(&self, element: &Value) -> String {
        let word = |name: &str| element[name].as_str().unwrap_or_default().to_owned();
        match element["type"].as_str() {
            Some("text") => word("text"),
            Some("user") => format!("@{}", self.state.name_of(&word("user_id"))),
            Some("emoji") => emoji(&word("name")),
            Some("link") => {
                if word("text").is_empty() {
                    word("url")
                } else {
                    word("text")
                }
            }
            Some("date") => self.date(element["timestamp"].as_i64().unwrap_or_default(), &word("format")),
            Some("channel") => format!(
                "#{}",
                self.state
                    .slack
                    .channel(&word("channel_id"))
                    .map_or_else(|| word("channel_id"), |channel| channel.name.clone())
            ),
            Some("broadcast") => format!("@{}", word("range")),
            _ => String::new(),
        }
    }

    /// `mrkdwn` as shown: tokens replaced, entities undone; `*` and `_` stay, they are harmless in a snapshot.
    fn mrkdwn(&self, text: &str) -> String {
        let mut shown = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('<') {
            shown.push_str(before);
            let Some((token, tail)) = after.split_once('>') else {
                shown.push('<');
                rest = after;
                continue;
            };
            shown.push_str(&self.token(token));
            rest = tail;
        }
        shown.push_str(rest);
        emojis(&shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
    }

    fn token(&self, token: &str) -> String {
        if let Some(user) = token.strip_prefix('@') {
            return format!("@{}", self.state.name_of(user.split('|').next().unwrap_or_default()));
        }
        if let Some(date) = token.strip_prefix("!date^") {
            let mut parts = date.splitn(2, '^');
            let at = parts.next().and_then(|text| text.parse().ok()).unwrap_or_default();
            let format = parts.next().unwrap_or_default().split(['|', '^']).next().unwrap_or_default();
            return self.date(at, format);
        }
        if let Some(special) = token.strip_prefix('!') {
            return format!("@{}", special.split('|').next().unwrap_or_default());
        }
        token.split_once('|').map_or(token, |(_, label)| label).to_owned()
    }

    /// A date token in the reader's zone; "today" and its neighbours by the world's wall clock.
    fn date(&self, at: i64, format: &str) -> String {
        let zone = TimeZone::get(&self.state.zone_of(self.user)).unwrap_or(TimeZone::UTC);
        let (Ok(at), Ok(now)) =
            (Timestamp::from_second(at), Timestamp::from_second(self.state.clock.now().timestamp()))
        else {
            return format.to_owned();
        };
        let (at, now) = (at.to_zoned(zone.clone()), now.to_zoned(zone));
        let days = at.date().since(now.date()).map_or(9, |span| span.get_days());
        let near = match days {
            0 => Some("today"),
            1 => Some("tomorrow"),
            -1 => Some("yesterday"),
            _ => None,
        };
        let long = at.strftime("%B %-d, %Y").to_string();
        let short = at.strftime("%b %-d, %Y").to_string();
        let pretty = |far: &str| near.map_or_else(|| far.to_owned(), str::to_owned);
        format
            .replace("{date_short_pretty}", &pretty(&short))
            .replace("{date_long_pretty}", &pretty(&at.strftime("%A, %B %-d, %Y").to_string()))
            .replace("{date_pretty}", &pretty(&long))
            .replace("{date_short}", &short)
            .replace("{date_long}", &at.strftime("%A, %B %-d, %Y").to_string())
            .replace("{date_num}", &at.strftime("%Y-%m-%d").to_string())
            .replace("{date}", &long)
            .replace("{time_secs}", &at.strftime("%H:%M:%S").to_string())
            .replace("{time}", &at.strftime("%H:%M").to_string())
    }
}

/// Marks the bot uses, as glyphs; others by name.
fn emoji(name: &str) -> String {
    match name {
        "hourglass_flowing_sand" => "⏳".into(),
        "large_green_circle" => "🟢".into(),
        "alarm_clock" => "⏰".into(),
        "warning" => "⚠️".into(),
        "rotating_light" => "🚨".into(),
        other => format!(":{other}:"),
    }
}

fn emojis(text: &str) -> String {
    ["hourglass_flowing_sand", "large_green_circle", "alarm_clock", "warning", "rotating_light"]
        .iter()
        .fold(text.to_owned(), |text, name| text.replace(&format!(":{name}:"), &emoji(name)))
}
