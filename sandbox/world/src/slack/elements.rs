//! Checks of interactive elements: buttons, selects, boxes, choices, their options and confirm dialogs.
//!
//! Pages: docs.slack.dev/reference/block-kit/block-elements, …/composition-objects. Law: an initial option is one of the
//! options, to the letter.

use serde_json::Value;

use super::inputs;
use super::text::{Check, ID, Kind};

/// Where an element stands; each place allows its own kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Section,
    Actions,
    Input,
}

const SELECTS: &[&str] =
    &["static_select", "external_select", "users_select", "conversations_select", "channels_select"];
const MULTI: &[&str] = &[
    "multi_static_select",
    "multi_external_select",
    "multi_users_select",
    "multi_conversations_select",
    "multi_channels_select",
];
const CHOICES: &[&str] = &["checkboxes", "radio_buttons", "datepicker", "timepicker"];
const TYPED: &[&str] =
    &["plain_text_input", "email_text_input", "url_text_input", "number_input", "rich_text_input", "datetimepicker"];

fn fits(kind: &str, place: Place) -> bool {
    let common = SELECTS.contains(&kind) || CHOICES.contains(&kind);
    match place {
        Place::Section => common || MULTI.contains(&kind) || matches!(kind, "button" | "overflow" | "image"),
        Place::Actions => common || matches!(kind, "button" | "overflow" | "datetimepicker"),
        Place::Input => common || MULTI.contains(&kind) || TYPED.contains(&kind),
    }
}

pub(crate) fn element(check: &mut Check, value: &Value, path: &str, place: Place) {
    let kind = value["type"].as_str().unwrap_or_default();
    if !fits(kind, place) {
        return check.fault(path, format!("unsupported type: {kind} in {place:?}"));
    }
    check.string(&value["action_id"], &format!("{path}/action_id"), ID);
    check.flag(&value["focus_on_load"], &format!("{path}/focus_on_load"));
    check.text(&value["placeholder"], &format!("{path}/placeholder"), Kind::Plain, 150);
    confirm(check, &value["confirm"], &format!("{path}/confirm"));
    match kind {
        "button" => button(check, value, path),
        "overflow" => overflow(check, value, path),
        "image" => image(check, value, path),
        "static_select" | "multi_static_select" => static_select(check, value, path),
        "checkboxes" | "radio_buttons" => choices(check, value, path),
        "plain_text_input" => text_box(check, value, path),
        _ => other(check, value, path, kind),
    }
}

fn button(check: &mut Check, value: &Value, path: &str) {
    check.object(value, path, &["text"], &["action_id", "value", "style", "url", "confirm", "accessibility_label"]);
    check.text(&value["text"], &format!("{path}/text"), Kind::Plain, 75);
    check.string(&value["value"], &format!("{path}/value"), 2000);
    check.string(&value["url"], &format!("{path}/url"), 3000);
    check.string(&value["accessibility_label"], &format!("{path}/accessibility_label"), 75);
    check.one_of(&value["style"], &format!("{path}/style"), &["primary", "danger"]);
}

pub(crate) fn image(check: &mut Check, value: &Value, path: &str) {
    check.object(value, path, &["alt_text"], &["image_url", "slack_file"]);
    check.string(&value["alt_text"], &format!("{path}/alt_text"), 2000);
    check.string(&value["image_url"], &format!("{path}/image_url"), 3000);
}

fn confirm(check: &mut Check, value: &Value, path: &str) {
    if value.is_null() || !check.object(value, path, &["title", "text", "confirm", "deny"], &["style"]) {
        return;
    }
    check.text(&value["title"], &format!("{path}/title"), Kind::Plain, 100);
    check.text(&value["text"], &format!("{path}/text"), Kind::Either, 300);
    check.text(&value["confirm"], &format!("{path}/confirm"), Kind::Plain, 30);
    check.text(&value["deny"], &format!("{path}/deny"), Kind::Plain, 30);
    check.one_of(&value["style"], &format!("{path}/style"), &["primary", "danger"]);
}

fn overflow(check: &mut Check, value: &Value, path: &str) {
    check.object(value, path, &["options"], &["action_id", "confirm"]);
    options(check, &value["options"], &format!("{path}/options"), 5, Kind::Plain);
}

fn static_select(check: &mut Check, value: &Value, path: &str) {
    let known = [
        "action_id",
        "options",
        "option_groups",
        "initial_option",
        "initial_options",
        "placeholder",
        "confirm",
        "focus_on_load",
        "max_selected_items",
    ];
    check.object(value, path, &[], &known);
    match (value["options"].is_null(), value["option_groups"].is_null()) {
        (false, true) => options(check, &value["options"], &format!("{path}/options"), 100, Kind::Plain),
        (true, false) => groups(check, &value["option_groups"], &format!("{path}/option_groups")),
        _ => check.fault(path, "exactly one of options and option_groups is required"),
    }
    initial(check, value, path);
}

fn groups(check: &mut Check, value: &Value, path: &str) {
    for (index, group) in check.items(value, path, 1, 100).iter().enumerate() {
        let path = format!("{path}/{index}");
        check.object(group, &path, &["label", "options"], &[]);
        check.text(&group["label"], &format!("{path}/label"), Kind::Plain, 75);
        options(check, &group["options"], &format!("{path}/options"), 100, Kind::Plain);
    }
}

fn choices(check: &mut Check, value: &Value, path: &str) {
    check.object(
        value,
        path,
        &["options"],
        &["action_id", "initial_option", "initial_options", "confirm", "focus_on_load"],
    );
    options(check, &value["options"], &format!("{path}/options"), 10, Kind::Either);
    initial(check, value, path);
}

fn options(check: &mut Check, value: &Value, path: &str, most: usize, kind: Kind) {
    let mut values = Vec::new();
    for (index, option) in check.items(value, path, 1, most).iter().enumerate() {
        let path = format!("{path}/{index}");
        check.object(option, &path, &["text", "value"], &["description", "url"]);
        check.text(&option["text"], &format!("{path}/text"), kind, 75);
        check.text(&option["description"], &format!("{path}/description"), kind, 75);
        check.string(&option["value"], &format!("{path}/value"), 150);
        if values.contains(&&option["value"]) {
            check.fault(&format!("{path}/value"), "values of options must be unique");
        }
        values.push(&option["value"]);
    }
}

/// The options offered in an acknowledgement of `block_suggestion` follow the same rules.
pub(crate) fn initial(check: &mut Check, value: &Value, path: &str) {
    let offered = inputs::options(value);
    let many = value["initial_options"].as_array().into_iter().flatten();
    let one = (!value["initial_option"].is_null()).then_some(&value["initial_option"]);
    for chosen in many.chain(one) {
        if !offered.contains(chosen) {
            check.fault(path, format!("initial option {} is not among the options", chosen["value"]));
        }
    }
}

fn text_box(check: &mut Check, value: &Value, path: &str) {
    let known = [
        "action_id",
        "initial_value",
        "multiline",
        "min_length",
        "max_length",
        "dispatch_action_config",
        "focus_on_load",
        "placeholder",
    ];
    check.object(value, path, &[], &known);
    check.flag(&value["multiline"], &format!("{path}/multiline"));
    check.whole(&value["min_length"], &format!("{path}/min_length"), 0, 3000);
    check.whole(&value["max_length"], &format!("{path}/max_length"), 1, 3000);
    let most = value["max_length"].as_u64().and_then(|most| usize::try_from(most).ok()).unwrap_or(3000);
    check.string(&value["initial_value"], &format!("{path}/initial_value"), most);
    dispatch(check, &value["dispatch_action_config"], &format!("{path}/dispatch_action_config"));
}

fn dispatch(check: &mut Check, value: &Value, path: &str) {
    if value.is_null() || !check.object(value, path, &["trigger_actions_on"], &[]) {
        return;
    }
    for (index, trigger) in
        check.items(&value["trigger_actions_on"], &format!("{path}/trigger_actions_on"), 1, 2).iter().enumerate()
    {
        check.one_of(
            trigger,
            &format!("{path}/trigger_actions_on/{index}"),
            &["on_enter_pressed", "on_character_entered"],
        );
    }
}

fn other(check: &mut Check, value: &Value, path: &str, kind: &str) {
    let optional: &[&str] = match kind {
        "external_select" => {
            &["action_id", "placeholder", "confirm", "focus_on_load", "initial_option", "min_query_length"]
        }
        "multi_external_select" => &[
            "action_id",
            "placeholder",
            "confirm",
            "focus_on_load",
            "initial_options",
            "min_query_length",
            "max_selected_items",
        ],
        "users_select" => &["action_id", "placeholder", "confirm", "focus_on_load", "initial_user"],
        "multi_users_select" => {
            &["action_id", "placeholder", "confirm", "focus_on_load", "initial_users", "max_selected_items"]
        }
        "datepicker" => &["action_id", "placeholder", "confirm", "focus_on_load", "initial_date"],
        "timepicker" => &["action_id", "placeholder", "confirm", "focus_on_load", "initial_time", "timezone"],
        "datetimepicker" => &["action_id", "confirm", "focus_on_load", "initial_date_time"],
        "number_input" => &[
            "action_id",
            "placeholder",
            "focus_on_load",
            "initial_value",
            "is_decimal_allowed",
            "min_value",
            "max_value",
            "dispatch_action_config",
        ],
        "email_text_input" | "url_text_input" => {
            &["action_id", "placeholder", "focus_on_load", "initial_value", "dispatch_action_config"]
        }
        _ => return check.fault(path, format!("this world does not know {kind}")),
    };
    check.object(value, path, &[], optional);
}
