//! The tool of the Block Kit checks: collects every fault with its JSON pointer, in Slack's words; and text objects.
//!
//! Law: an unknown key is a fault, as it is to Slack's own schemas.

use serde_json::Value;

/// Ids of blocks and actions.
pub(crate) const ID: usize = 255;

/// Which text objects may stand at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Plain,
    Either,
}

/// Faults found so far.
#[derive(Debug, Default)]
pub(crate) struct Check {
    pub(crate) faults: Vec<String>,
}

impl Check {
    pub(crate) fn fault(&mut self, path: &str, what: impl AsRef<str>) {
        self.faults.push(format!("[ERROR] {} [json-pointer:{path}]", what.as_ref()));
    }

    /// An object with all required keys and none that is unknown; `type` is known everywhere.
    pub(crate) fn object(&mut self, value: &Value, path: &str, required: &[&str], optional: &[&str]) -> bool {
        let Some(object) = value.as_object() else {
            self.fault(path, "must be an object");
            return false;
        };
        let before = self.faults.len();
        for name in required.iter().filter(|name| object.get(**name).is_none_or(Value::is_null)) {
            self.fault(path, format!("missing required field: {name}"));
        }
        for name in object.keys() {
            let name = name.as_str();
            if name != "type" && !required.contains(&name) && !optional.contains(&name) {
                self.fault(path, format!("unknown field: {name}"));
            }
        }
        for (name, value) in object.iter().filter(|(_, value)| value.is_null()) {
            self.fault(&format!("{path}/{name}"), format!("must not be null: {value}"));
        }
        self.faults.len() == before
    }

    /// A string of 1 to `most` characters, if it is there.
    pub(crate) fn string(&mut self, value: &Value, path: &str, most: usize) {
        match value {
            Value::Null => {}
            Value::String(text) => self.length(text, path, 1, most),
            _ => self.fault(path, "must be a string"),
        }
    }

    pub(crate) fn length(&mut self, text: &str, path: &str, least: usize, most: usize) {
        let count = text.chars().count();
        if count < least {
            self.fault(path, format!("must be more than {} characters", least - 1));
        }
        if count > most {
            self.fault(path, format!("must be less than {} characters", most + 1));
        }
    }

    pub(crate) fn flag(&mut self, value: &Value, path: &str) {
        if !value.is_null() && !value.is_boolean() {
            self.fault(path, "must be a boolean");
        }
    }

    pub(crate) fn one_of(&mut self, value: &Value, path: &str, allowed: &[&str]) {
        let known = value.is_null() || value.as_str().is_some_and(|text| allowed.contains(&text));
        if !known {
            self.fault(path, format!("must be one of: {}", allowed.join(", ")));
        }
    }

    pub(crate) fn whole(&mut self, value: &Value, path: &str, least: i64, most: i64) {
        let good = value.is_null() || value.as_i64().is_some_and(|number| (least..=most).contains(&number));
        if !good {
            self.fault(path, format!("must be a whole number from {least} to {most}"));
        }
    }

    /// The items of an array of `least` to `most`; none, with a fault, where it is something else.
    pub(crate) fn items<'value>(
        &mut self,
        value: &'value Value,
        path: &str,
        least: usize,
        most: usize,
    ) -> &'value [Value] {
        let Some(items) = value.as_array() else {
            self.fault(path, "must be an array");
            return &[];
        };
        if items.len() < least {
            self.fault(path, format!("must have at least {least} items"));
        }
        if items.len() > most {
            self.fault(path, format!("no more than {most} items allowed"));
        }
        items
    }

    /// A text object of this kind with 1 to `most` characters, if it is there.
    pub(crate) fn text(&mut self, value: &Value, path: &str, kind: Kind, most: usize) {
        if value.is_null() {
            return;
        }
        let plain = value["type"] == "plain_text";
        let fits = match kind {
            Kind::Plain => plain,
            Kind::Either => plain || value["type"] == "mrkdwn",
        };
        if !fits {
            let wanted = if kind == Kind::Plain { "plain_text" } else { "mrkdwn or plain_text" };
            return self.fault(path, format!("unsupported type: {} (must be {wanted})", value["type"]));
        }
        let own: &[&str] = if plain { &["emoji"] } else { &["verbatim"] };
        if self.object(value, path, &["text"], own) {
            self.string(&value["text"], &format!("{path}/text"), most);
            self.flag(&value[own[0]], &format!("{path}/{}", own[0]));
        }
    }
}
