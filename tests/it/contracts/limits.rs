//! Block Kit's limits, by the table of the contracts: how long each text and how many of each thing there may be.

use serde_json::{Map, Value};

/// The fallback text of a message: `chat.update` refuses longer ones.
const LONGEST_FALLBACK: usize = 3_000;

/// The table.
pub struct Limits(Map<String, Value>);

impl Limits {
    /// Reads the table.
    pub fn read(document: &Value) -> Self {
        Self(document["limits"].as_object().unwrap().clone())
    }

    fn of(&self, name: &str) -> Option<usize> {
        self.0.get(name).and_then(Value::as_u64).and_then(|limit| usize::try_from(limit).ok())
    }

    /// What a message has too much of.
    pub fn message(&self, text: &Value, blocks: &Value) -> Vec<String> {
        let mut faults = Vec::new();
        let text = text.as_str().unwrap_or_default();
        if text.is_empty() || text.chars().count() > LONGEST_FALLBACK {
            faults.push(format!("a fallback text of {} characters", text.chars().count()));
        }
        self.count("message", "blocks", blocks, &mut faults);
        self.walk(blocks, &mut faults);
        faults
    }

    /// What a view has too much of.
    pub fn view(&self, view: &Value) -> Vec<String> {
        let mut faults = Vec::new();
        for part in ["title", "submit", "close", "callback_id", "private_metadata", "external_id"] {
            self.length("view", part, &view[part], &mut faults);
        }
        self.count("view", "blocks", &view["blocks"], &mut faults);
        self.walk(&view["blocks"], &mut faults);
        faults
    }

    /// What an answer to a search has too much of.
    pub fn options(&self, answer: &Value) -> Vec<String> {
        let mut faults = Vec::new();
        let groups = answer["option_groups"].as_array();
        let options = groups.into_iter().flatten().filter_map(|group| group["options"].as_array()).map(Vec::len).sum();
        if groups.is_none() || self.of("select.options.max_items").is_some_and(|most| most < options) {
            faults.push(format!("{options} options in an answer to a search"));
        }
        self.groups(&answer["option_groups"], &mut faults);
        faults
    }

    fn walk(&self, value: &Value, faults: &mut Vec<String>) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.walk(item, faults)),
            Value::Object(fields) => {
                self.thing(fields, faults);
                fields.values().for_each(|field| self.walk(field, faults));
            }
            _ => {}
        }
    }

    fn thing(&self, fields: &Map<String, Value>, faults: &mut Vec<String>) {
        let kind = fields.get("type").and_then(Value::as_str).unwrap_or_default();
        let name = if kind.ends_with("_select") { "select" } else { kind };
        for (part, value) in fields {
            self.length(name, part, value, faults);
            self.count(name, part, value, faults);
            self.length("", part, value, faults);
        }
        if matches!(kind, "plain_text" | "mrkdwn") {
            self.text(fields, faults);
        }
        if let Some(confirm) = fields.get("confirm").and_then(Value::as_object).filter(|_| kind != "confirm") {
            confirm.iter().for_each(|(part, value)| self.length("confirmation", part, value, faults));
        }
        self.groups(fields.get("option_groups").unwrap_or(&Value::Null), faults);
        self.options_of(fields.get("options").unwrap_or(&Value::Null), faults);
        self.option(fields.get("initial_option").unwrap_or(&Value::Null), faults);
        self.whole(name, fields, faults);
    }

    /// Numbers that a thing names itself, such as the most characters of an input.
    fn whole(&self, name: &str, fields: &Map<String, Value>, faults: &mut Vec<String>) {
        for (part, value) in fields.iter().filter(|(_, value)| value.is_u64()) {
            let value = value.as_u64().and_then(|value| usize::try_from(value).ok()).unwrap();
            if self.of(&format!("{name}.{part}.max")).is_some_and(|most| value > most) {
                faults.push(format!("{name}.{part} is {value}"));
            }
        }
    }

    fn text(&self, fields: &Map<String, Value>, faults: &mut Vec<String>) {
        let length = fields.get("text").and_then(Value::as_str).unwrap_or_default().chars().count();
        if self.of("text.max_length").is_some_and(|most| length > most) || length == 0 {
            faults.push(format!("a text of {length} characters"));
        }
    }

    fn groups(&self, groups: &Value, faults: &mut Vec<String>) {
        for group in groups.as_array().into_iter().flatten() {
            self.length("option_group", "label", &group["label"], faults);
            self.count("option_group", "options", &group["options"], faults);
            self.options_of(&group["options"], faults);
        }
    }

    fn options_of(&self, options: &Value, faults: &mut Vec<String>) {
        options.as_array().into_iter().flatten().for_each(|option| self.option(option, faults));
    }

    fn option(&self, option: &Value, faults: &mut Vec<String>) {
        for part in ["text", "value", "description"] {
            self.length("option", part, &option[part], faults);
        }
    }

    /// A text, or one in a text object.
    fn length(&self, thing: &str, part: &str, value: &Value, faults: &mut Vec<String>) {
        let name = if thing.is_empty() { format!("{part}.max_length") } else { format!("{thing}.{part}.max_length") };
        let Some(text) = value.as_str().or_else(|| value["text"].as_str()) else { return };
        let length = text.chars().count();
        if self.of(&name).is_some_and(|most| length > most) {
            faults.push(format!("{name}: {length} characters: {text:?}"));
        }
    }

    fn count(&self, thing: &str, part: &str, value: &Value, faults: &mut Vec<String>) {
        let Some(items) = value.as_array() else { return };
        for (bound, broken) in [("max_items", true), ("min_items", false)] {
            let limit = self.of(&format!("{thing}.{part}.{bound}"));
            if limit.is_some_and(|limit| if broken { items.len() > limit } else { items.len() < limit }) {
                faults.push(format!("{thing}.{part}: {} items", items.len()));
            }
        }
    }
}
