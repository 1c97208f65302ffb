//! What a person has put into the inputs of a view or a message, held as the client holds it.
//!
//! Law: a value is kept while block id, action id and type stay; an input that appears anew shows its initial value.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// Values by block id and action id, in the form of `state.values`.
pub(crate) type Values = BTreeMap<String, BTreeMap<String, Value>>;

/// An element a person can use.
#[derive(Debug, Clone)]
pub(crate) struct Slot {
    pub(crate) block_id: String,
    pub(crate) action_id: String,
    pub(crate) element: Value,
    /// The input block around it, if it is one.
    pub(crate) input: Option<Value>,
}

impl Slot {
    pub(crate) fn kind(&self) -> &str {
        self.element["type"].as_str().unwrap_or_default()
    }

    /// Whether using it tells the app at once.
    pub(crate) fn dispatches(&self) -> bool {
        self.input.as_ref().is_none_or(|input| input["dispatch_action"] == json!(true))
    }

    fn required(&self) -> bool {
        self.input.as_ref().is_some_and(|input| input["optional"] != json!(true))
    }
}

/// Every element of the blocks, in order.
pub(crate) fn slots(blocks: &[Value]) -> Vec<Slot> {
    blocks.iter().flat_map(slots_of).collect()
}

fn slots_of(block: &Value) -> Vec<Slot> {
    let block_id = block["block_id"].as_str().unwrap_or_default().to_owned();
    let slot = |element: &Value, input: Option<Value>| Slot {
        block_id: block_id.clone(),
        action_id: element["action_id"].as_str().unwrap_or_default().to_owned(),
        element: element.clone(),
        input,
    };
    match block["type"].as_str() {
        Some("input") => vec![slot(&block["element"], Some(block.clone()))],
        Some("section") if block["accessory"]["action_id"].is_string() => {
            vec![slot(&block["accessory"], None)]
        }
        Some("actions") => {
            block["elements"].as_array().into_iter().flatten().map(|element| slot(element, None)).collect()
        }
        _ => Vec::new(),
    }
}

/// The key of `state.values` under which an element's value stands; nothing for buttons and menus.
fn key(kind: &str) -> Option<(&'static str, &'static str)> {
    Some(match kind {
        "plain_text_input" | "email_text_input" | "url_text_input" | "number_input" => ("value", "initial_value"),
        "rich_text_input" => ("rich_text_value", "initial_value"),
        "static_select" | "external_select" | "radio_buttons" => ("selected_option", "initial_option"),
        "multi_static_select" | "multi_external_select" | "checkboxes" => ("selected_options", "initial_options"),
        "users_select" => ("selected_user", "initial_user"),
        "multi_users_select" => ("selected_users", "initial_users"),
        "conversations_select" => ("selected_conversation", "initial_conversation"),
        "channels_select" => ("selected_channel", "initial_channel"),
        "datepicker" => ("selected_date", "initial_date"),
        "timepicker" => ("selected_time", "initial_time"),
        "datetimepicker" => ("selected_date_time", "initial_date_time"),
        _ => return None,
    })
}

fn worded(kind: &str, value: &Value) -> Value {
    let (name, _) = key(kind).unwrap_or(("value", ""));
    let many = name.ends_with("options") || name.ends_with("users");
    let value = if many && value.is_null() { json!([]) } else { value.clone() };
    json!({"type": kind, name: value})
}

/// What the inputs show after the blocks were replaced.
pub(crate) fn carried_over(blocks: &[Value], former: &Values) -> Values {
    let mut values = Values::new();
    for slot in slots(blocks) {
        let Some((_, initial)) = key(slot.kind()) else {
            continue;
        };
        let kept = former.get(&slot.block_id).and_then(|block| block.get(&slot.action_id));
        let kept = kept.filter(|value| value["type"] == slot.element["type"]).cloned();
        let value = kept.unwrap_or_else(|| worded(slot.kind(), &slot.element[initial]));
        values.entry(slot.block_id).or_default().insert(slot.action_id, value);
    }
    values
}

/// `state.values` as Slack writes it: an empty *array* where there is no input.
pub(crate) fn echo(values: &Values) -> Value {
    if values.is_empty() { json!([]) } else { json!(values) }
}

/// Required inputs that are empty, by block id, in the client's words.
pub(crate) fn missing(blocks: &[Value], values: &Values) -> BTreeMap<String, String> {
    let mut missing = BTreeMap::new();
    for slot in slots(blocks).into_iter().filter(Slot::required) {
        let Some((name, _)) = key(slot.kind()) else {
            continue;
        };
        let value = values
            .get(&slot.block_id)
            .and_then(|block| block.get(&slot.action_id))
            .map_or(Value::Null, |value| value[name].clone());
        let empty = value.is_null() || value == json!("") || value == json!([]);
        if empty {
            missing.insert(slot.block_id, "Please complete this required field.".to_owned());
        }
    }
    missing
}

/// All options of a select, radio group, check boxes or overflow menu.
pub(crate) fn options(element: &Value) -> Vec<Value> {
    let grouped = element["option_groups"].as_array().into_iter().flatten();
    let grouped = grouped.flat_map(|group| group["options"].as_array().into_iter().flatten());
    element["options"].as_array().into_iter().flatten().chain(grouped).cloned().collect()
}

/// The option with this value, or with this text, as a person would pick it.
pub(crate) fn option(offered: &[Value], wanted: &str) -> Result<Value, String> {
    let by_value = offered.iter().find(|option| option["value"] == json!(wanted));
    let found = by_value.or_else(|| offered.iter().find(|option| option["text"]["text"] == json!(wanted)));
    found.cloned().ok_or_else(|| {
        let known: Vec<_> = offered.iter().map(|option| option["value"].to_string()).collect();
        format!("{wanted:?} is not offered; there are {}", known.join(", "))
    })
}

/// The value a person's doing gives an element, or why the client does not let them.
pub(crate) fn used(slot: &Slot, wanted: &Value) -> Result<Value, String> {
    let kind = slot.kind();
    let text = wanted.as_str().map_or_else(|| wanted.to_string(), str::to_owned);
    match key(kind).map(|(name, _)| name) {
        None => Err(format!("{kind} holds no value; click it")),
        _ if wanted.is_null() => Ok(worded(kind, &Value::Null)),
        Some("selected_option") => Ok(worded(kind, &option(&options(&slot.element), &text)?)),
        Some("selected_options") => {
            let texts = wanted.as_array().cloned().unwrap_or_else(|| vec![wanted.clone()]);
            let offered = options(&slot.element);
            let chosen: Result<Vec<_>, _> =
                texts.iter().map(|one| option(&offered, one.as_str().unwrap_or_default())).collect();
            Ok(worded(kind, &json!(chosen?)))
        }
        Some("value") => typed(slot, &text),
        Some(_) => Ok(worded(kind, wanted)),
    }
}

fn typed(slot: &Slot, text: &str) -> Result<Value, String> {
    let most = slot.element["max_length"].as_u64().unwrap_or(3000);
    if text.chars().count() as u64 > most {
        return Err(format!("the box takes at most {most} characters"));
    }
    if text.contains('\n') && slot.element["multiline"] != json!(true) {
        return Err("the box has one line".into());
    }
    let value = if text.is_empty() { Value::Null } else { json!(text) };
    Ok(worded(slot.kind(), &value))
}

/// The `actions[]` entry of a use: the value, or the choice, as Slack sends it.
pub(crate) fn action(slot: &Slot, value: Option<&Value>, action_ts: &str) -> Value {
    let mut action =
        json!({"type": slot.kind(), "block_id": slot.block_id, "action_id": slot.action_id, "action_ts": action_ts});
    for name in ["text", "value", "style", "confirm", "placeholder"] {
        if slot.element[name].is_null() {
            continue;
        }
        action[name] = slot.element[name].clone();
    }
    for (name, part) in value.and_then(Value::as_object).into_iter().flatten() {
        action[name] = part.clone();
    }
    action
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Values, carried_over, echo, missing, slots, used};

    #[test]
    fn a_select_takes_only_what_it_offers() {
        let blocks = [json!({"type": "input", "block_id": "b", "element": {"type": "static_select", "action_id": "a",
            "options": [{"text": {"type": "plain_text", "text": "One"}, "value": "1"}]}})];
        let slot = &slots(&blocks)[0];
        assert_eq!(used(slot, &json!("1")).unwrap()["selected_option"]["text"]["text"], "One");
        assert!(used(slot, &json!("2")).unwrap_err().contains("not offered"));
    }

    #[test]
    fn values_stay_with_their_ids_and_an_empty_state_is_an_array() {
        let blocks = [
            json!({"type": "input", "block_id": "b", "element": {"type": "plain_text_input", "action_id": "a", "initial_value": "x"}}),
        ];
        let mut values = carried_over(&blocks, &Values::new());
        assert_eq!(values["b"]["a"]["value"], "x");
        values.get_mut("b").unwrap().insert("a".into(), json!({"type": "plain_text_input", "value": "typed"}));
        assert_eq!(carried_over(&blocks, &values)["b"]["a"]["value"], "typed");
        assert_eq!(echo(&carried_over(&[], &values)), json!([]));
    }

    #[test]
    fn a_required_input_must_be_filled() {
        let blocks =
            [json!({"type": "input", "block_id": "b", "element": {"type": "plain_text_input", "action_id": "a"}})];
        assert_eq!(missing(&blocks, &carried_over(&blocks, &Values::new())).len(), 1);
    }
}
