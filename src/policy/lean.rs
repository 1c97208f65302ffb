//! Rules as they are asked: without what is known of each before it is asked.
//!
//! A rule is asked only for its action and only where its scope fits, so that these need not be asked too. And a length
//! or an instant that it writes down is the same at every question: it is read once, when the rules are, instead of from
//! its text each time.
//!
//! Owns that change of form; refuses to know what a rule is about. Law: whatever is put to it, a lean rule says what the
//! rule says.

use std::collections::HashMap;

use cedar_policy::{Entity, EntityId, EntityTypeName, EntityUid, Policy, RestrictedExpression};
use serde_json::{Value, json};

/// The kind of the one thing that knows what rules write down. The schema has no such type: no rule can name it.
const KIND: &str = "Written";

const ALL: &str = "all";

/// The lengths and instants that rules write down, each under its kind and text.
#[derive(Clone, Default)]
pub(super) struct Written(HashMap<String, RestrictedExpression>);

impl Written {
    /// A rule in its lean form; nothing where Cedar would not take it.
    pub(super) fn lean(&mut self, policy: &Policy) -> Option<Policy> {
        let mut rule = policy.to_json().ok()?;
        rule["action"] = json!({ "op": "All" });
        for scope in ["principal", "resource"] {
            // Whoever `is` something, or `==` somebody, is asked for still: it costs nothing, and is not so by the group.
            if rule[scope]["op"] == "in" {
                rule[scope] = json!({ "op": "All" });
            }
        }
        self.take(rule.get_mut("conditions")?);
        Policy::from_json(Some(policy.id().clone()), rule).ok()
    }

    /// Puts what is known of `Written` in the place of every text that Cedar reads as a length or an instant.
    fn take(&mut self, part: &mut Value) {
        if let Some(known) = self.known(part) {
            *part = known;
            return;
        }
        match part {
            Value::Array(parts) => parts.iter_mut().for_each(|part| self.take(part)),
            Value::Object(parts) => parts.values_mut().for_each(|part| self.take(part)),
            _ => {}
        }
    }

    /// Where a part is such a text: what stands for it.
    fn known(&mut self, part: &Value) -> Option<Value> {
        let parts = part.as_object().filter(|parts| parts.len() == 1)?;
        let (function, arguments) = parts.iter().next()?;
        let read: fn(String) -> RestrictedExpression = match function.as_str() {
            "duration" => RestrictedExpression::new_duration,
            "datetime" => RestrictedExpression::new_datetime,
            _ => return None,
        };
        let [argument] = arguments.as_array()?.as_slice() else { return None };
        let text = argument.as_object().filter(|parts| parts.len() == 1)?.get("Value")?.as_str()?;
        let name = format!("{function} {text}");
        let left = json!({ "Value": { "__entity": { "type": KIND, "id": ALL } } });
        let stands = json!({ ".": { "left": left, "attr": name } });
        let alone = Self([(name, read(text.to_owned()))].into());
        // What is no length or instant is sound where nothing can reach it, and stays as it is.
        alone.clone().entity()?;
        self.0.extend(alone.0);
        Some(stands)
    }

    /// What knows them all; nothing where one is none.
    pub(super) fn entity(self) -> Option<Entity> {
        let kind: EntityTypeName = KIND.parse().ok()?;
        Entity::new(EntityUid::from_type_name_and_id(kind, EntityId::new(ALL)), self.0, [].into()).ok()
    }
}
