//! Everything that a play sends to Slack, Okta and Jira, and what the sandbox's Okta answers, held to the vendors' own types.
//! `JITNEY_CONTRACTS` names the folder of their schemas; it is not part of the project, and without it this is skipped,
//! unless `JITNEY_REQUIRE` names `contracts`.

use std::{path::PathBuf, sync::OnceLock};

use jsonschema::{Draft, Validator};
use serde_json::{Value, json};
use world::{Call, Vendor, World};

mod limits;
mod manifest;
pub mod said;

use limits::Limits;
use said::{Counts, Kind, Payload};

/// Names, separated by commas, what must not be skipped.
const REQUIRE: &str = "JITNEY_REQUIRE";

/// The folder of the vendors' schemas.
///
/// # Panics
/// If there is none though it is required.
fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("JITNEY_CONTRACTS").map(PathBuf::from);
    let required = std::env::var(REQUIRE).is_ok_and(|names| names.split(',').any(|name| name == "contracts"));
    assert!(folder.is_some() || !required, "JITNEY_CONTRACTS is not set, and {REQUIRE} asks for the contracts");
    folder
}

fn read(folder: &std::path::Path, file: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(folder.join(file)).unwrap()).unwrap()
}

struct Schemas {
    blocks: Validator,
    modal: Validator,
    home: Validator,
    limits: Limits,
    okta: Vec<Operation>,
    okta_error: Validator,
}

/// One of Okta's operations.
struct Operation {
    method: String,
    /// Its path's parts; those in braces are any text.
    path: Vec<String>,
    /// What may stand in the query, and of what kind it is.
    query: Vec<(String, Validator)>,
    /// The body of its good answer, where it has one.
    reply: Option<Validator>,
}

fn schemas() -> Option<&'static Schemas> {
    static SCHEMAS: OnceLock<Option<Schemas>> = OnceLock::new();
    let all = || {
        let folder = folder()?;
        let types = read(&folder, "slack/json-schema/slack-types-3.2.0.strict.json");
        let entry = |name: &str| {
            let schema = json!({
                "$schema": types["$schema"],
                "$ref": format!("#/definitions/{name}"),
                "definitions": types["definitions"],
            });
            jsonschema::validator_for(&schema).unwrap()
        };
        let okta = read(&folder, "okta/okta-management-2026.06.3.subset.json");
        Some(Schemas {
            blocks: entry("CheckBlocks"),
            modal: entry("CheckModalView"),
            home: entry("CheckHomeView"),
            limits: Limits::read(&read(&folder, "slack/json-schema/block-kit-limits.json")),
            okta_error: okta_validator(&okta, &json!({"$ref": "#/components/schemas/Error"})),
            okta: operations(&okta),
        })
    };
    SCHEMAS.get_or_init(all).as_ref()
}

/// A schema of Okta's description: OpenAPI 3.0 is near to Draft 4, but for nulls.
fn okta_validator(document: &Value, schema: &Value) -> Validator {
    let whole = json!({"allOf": [schema], "components": document["components"]});
    jsonschema::options().with_draft(Draft::Draft4).build(&whole).unwrap()
}

fn operations(document: &Value) -> Vec<Operation> {
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in ["get", "put", "post", "delete"].into_iter().filter(|method| item.get(method).is_some()) {
            let operation = &item[method];
            let parameters = [&item["parameters"], &operation["parameters"]].into_iter().filter_map(Value::as_array);
            let parameters = parameters.flatten().map(|one| match one["$ref"].as_str() {
                Some(name) => document.pointer(name.trim_start_matches('#')).unwrap(),
                None => one,
            });
            let query = parameters.filter(|one| one["in"] == "query");
            let good = ["200", "201"].into_iter().find_map(|code| operation["responses"][code]["content"].as_object());
            let reply = good.map(|content| okta_validator(document, &content["application/json"]["schema"]));
            found.push(Operation {
                method: method.to_uppercase(),
                path: path.split('/').map(str::to_owned).collect(),
                query: query
                    .map(|one| (one["name"].as_str().unwrap().to_owned(), okta_validator(document, &one["schema"])))
                    .collect(),
                reply,
            });
        }
    }
    found
}

impl Operation {
    fn is(&self, method: &str, path: &str) -> bool {
        let parts: Vec<&str> = path.split('/').collect();
        let fits = |(own, part): (&String, &&str)| own == part || own.starts_with('{');
        self.method == method && self.path.len() == parts.len() && self.path.iter().zip(&parts).all(fits)
    }
}

/// Checks what the bot has said to Slack, asked of Okta, and been answered; answers how much of what it was. Nothing
/// where there are no contracts.
pub fn check(world: &World) -> Option<Counts> {
    let schemas = schemas()?;
    let calls = world.calls();
    for call in &calls {
        assert!(!call.cut, "too long to be held to anything: {}", call.line());
    }
    let mut counts = Counts::new();
    for payload in said::all(world) {
        let faults = schemas.faults(&payload);
        assert!(faults.is_empty(), "{faults:#?}\n{payload}");
        *counts.entry(payload.kind).or_default() += 1;
    }
    calls.iter().filter(|call| call.vendor == Vendor::Okta).for_each(|call| {
        asked(schemas, call).unwrap();
    });
    crate::jira::hold(world);
    let total = said::so_far(&counts);
    println!("{} payloads held to Slack's types and limits: {counts:?}", counts.values().sum::<usize>());
    println!("{} in all so far: {total:?}", total.values().sum::<usize>());
    Some(counts)
}

impl Schemas {
    /// What is wrong with a payload.
    fn faults(&self, Payload { kind, body }: &Payload) -> Vec<String> {
        match kind {
            Kind::Message | Kind::Redraw | Kind::Whisper | Kind::Aside | Kind::AckMessage => {
                let typed = faults(&self.blocks, &body["blocks"]);
                typed.into_iter().chain(self.limits.message(&body["text"], &body["blocks"])).collect()
            }
            Kind::Form | Kind::FormRedrawn | Kind::AckView => self.view(&self.modal, &body["view"]),
            Kind::Home => self.view(&self.home, &body["view"]),
            Kind::AckErrors => errors(&body["errors"]),
            Kind::AckOptions => self.options(body),
        }
    }

    fn view(&self, schema: &Validator, view: &Value) -> Vec<String> {
        faults(schema, view).into_iter().chain(self.limits.view(view)).collect()
    }

    /// Options are held to their type within a select that has them.
    fn options(&self, body: &Value) -> Vec<String> {
        let groups = &body["option_groups"];
        let select = json!({ "type": "static_select", "action_id": "a", "option_groups": groups });
        let none = groups.as_array().is_some_and(Vec::is_empty);
        let typed =
            if none { Vec::new() } else { faults(&self.blocks, &json!([{ "type": "actions", "elements": [select] }])) };
        typed.into_iter().chain(self.limits.options(body)).collect()
    }
}

/// Sentences under fields: each is read on a phone.
fn errors(errors: &Value) -> Vec<String> {
    let wrong =
        |(_, words): &(&String, &Value)| words.as_str().is_none_or(|words| words.is_empty() || words.len() > 300);
    match errors.as_object().filter(|errors| !errors.is_empty()) {
        Some(errors) => errors.iter().filter(wrong).map(|(field, words)| format!("{field}: {words}")).collect(),
        None => vec!["no errors".to_owned()],
    }
}

/// A call to Okta, and what the sandbox's Okta answered if no fault did it in its stead.
fn asked(schemas: &Schemas, call: &Call) -> Result<usize, String> {
    let fits = schemas.okta.iter().filter(|one| one.is(&call.method, &call.path));
    // A path of plain words is meant before one with a name in braces.
    let operation = fits.min_by_key(|one| one.path.iter().filter(|part| part.starts_with('{')).count());
    let operation = operation.ok_or_else(|| format!("there is no {}", call.line()))?;
    for (name, value) in url::form_urlencoded::parse(call.query.as_bytes()) {
        let known = operation.query.iter().find(|(known, _)| *known == name);
        let (_, schema) = known.ok_or_else(|| format!("{} takes no {name}", call.line()))?;
        let number = value.parse::<i64>().map(|number| json!(number));
        if !schema.is_valid(&json!(value)) && !number.is_ok_and(|number| schema.is_valid(&number)) {
            return Err(format!("{} takes no {name}={value}", call.line()));
        }
    }
    let Some(reply) = call.reply.as_deref().filter(|reply| call.fault.is_none() && !reply.is_empty()) else {
        return Ok(1);
    };
    let reply = without_nulls(serde_json::from_str(reply).unwrap());
    let schema = match (call.status, &operation.reply) {
        (Some(400..), _) => &schemas.okta_error,
        (_, Some(schema)) => schema,
        (status, None) => return Err(format!("{} has no body for {status:?}: {reply}", call.line())),
    };
    let faults = faults(schema, &reply);
    if faults.is_empty() { Ok(2) } else { Err(format!("{}: {faults:#?}\n{reply:#}", call.line())) }
}

/// OpenAPI 3.0 calls null what Draft 4 has another type for.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(key, value)| (key, without_nulls(value)))
            .collect(),
        Value::Array(items) => items.into_iter().map(without_nulls).collect(),
        other => other,
    }
}

fn faults(schema: &Validator, value: &Value) -> Vec<String> {
    schema.iter_errors(value).map(|fault| fault.to_string()).collect()
}

/// What is good.
fn good() -> Vec<Payload> {
    let rich = json!({ "type": "rich_text", "elements": [
        { "type": "rich_text_section", "elements": [{ "type": "text", "text": "Waiting", "style": { "bold": true } }] },
        { "type": "rich_text_quote", "elements": [{ "type": "text", "text": "INC-42" }] },
    ]});
    let plain = |text: &str| json!({ "type": "plain_text", "text": text, "emoji": false });
    let button = json!({
        "type": "button", "action_id": "return", "value": "R-1", "text": plain("Return access"),
        "confirm": { "title": plain("Return?"), "text": plain("It ends."), "confirm": plain("Return"), "deny": plain("Keep") },
    });
    let blocks = json!([rich, { "type": "actions", "block_id": "grant", "elements": [button] },
        { "type": "context", "elements": [{ "type": "mrkdwn", "text": "R-1", "verbatim": true }] }]);
    let option = json!({ "text": plain("Admin · Staging"), "value": "staging/admin", "description": plain("Low") });
    let groups = json!([{ "label": plain("Staging"), "options": [option] }]);
    let select = json!({ "type": "static_select", "action_id": "entitlement", "option_groups": groups, "initial_option": option });
    let input = json!({ "type": "plain_text_input", "action_id": "why", "multiline": true, "max_length": 1_000 });
    let view = json!({ "type": "modal", "callback_id": "request", "title": plain("Request access"), "close": plain("Cancel"),
        "submit": plain("Send request"), "private_metadata": "{}", "blocks": [rich,
            { "type": "input", "block_id": "entitlement", "label": plain("Access"), "element": select, "dispatch_action": true },
            { "type": "input", "block_id": "why", "label": plain("Why"), "element": input, "hint": plain("All see it.") }] });
    let home = json!({ "type": "home", "blocks": blocks });
    let payload = |kind, body| Payload { kind, body };
    vec![
        payload(Kind::Message, json!({ "text": "Waiting", "blocks": blocks })),
        payload(Kind::Form, json!({ "view": view })),
        payload(Kind::Home, json!({ "view": home })),
        payload(Kind::AckErrors, json!({ "errors": { "why": "Say why." } })),
        payload(Kind::AckOptions, json!({ "option_groups": groups })),
    ]
}

/// Each is one change to something good: where, and what stands there instead.
fn changes() -> Vec<(Kind, &'static str, Value)> {
    let long = |length: usize| json!("x".repeat(length));
    let many = |count: usize, item: Value| Value::Array(vec![item; count]);
    let option = json!({ "text": { "type": "plain_text", "text": "A" }, "value": "a" });
    vec![
        (Kind::Message, "/text", json!("")),
        (Kind::Message, "/text", long(3_001)),
        (Kind::Message, "/blocks", many(51, json!({ "type": "divider" }))),
        (Kind::Message, "/blocks/0/elements/0/elements/0/type", json!("shout")),
        (Kind::Message, "/blocks/0/elements/0/elements/0/colour", json!("red")),
        (Kind::Message, "/blocks/0/elements/1/elements/0/text", json!(7)),
        (Kind::Message, "/blocks/1/block_id", long(256)),
        (Kind::Message, "/blocks/1/elements/0/text/text", long(76)),
        (Kind::Message, "/blocks/1/elements/0/text/type", json!("mrkdwn")),
        (Kind::Message, "/blocks/1/elements/0/value", long(2_001)),
        (Kind::Message, "/blocks/1/elements/0/style", json!("green")),
        (Kind::Message, "/blocks/1/elements/0/action_id", long(256)),
        (Kind::Message, "/blocks/1/elements/0/confirm/title/text", long(101)),
        (Kind::Message, "/blocks/1/elements/0/confirm/text/text", long(301)),
        (Kind::Message, "/blocks/1/elements/0/confirm/deny/text", long(31)),
        (Kind::Message, "/blocks/2/elements/0/text", json!("")),
        (Kind::Message, "/blocks/2/elements", many(11, json!({ "type": "mrkdwn", "text": "R-1" }))),
        (Kind::Form, "/view/title/text", long(25)),
        (Kind::Form, "/view/submit/text", long(25)),
        (Kind::Form, "/view/private_metadata", long(3_001)),
        (Kind::Form, "/view/size", json!("large")),
        (Kind::Form, "/view/blocks/1/element/initial_option/text/text", long(76)),
        (Kind::Form, "/view/blocks/1/element/option_groups/0/label/text", long(76)),
        (Kind::Form, "/view/blocks/1/element/option_groups/0/options", many(101, option.clone())),
        (Kind::Form, "/view/blocks/1/element/option_groups/0/options/0/value", long(151)),
        (Kind::Form, "/view/blocks/2/element/max_length", json!(3_001)),
        (Kind::Form, "/view/blocks/2/hint/text", long(2_001)),
        (Kind::Form, "/view/blocks/2/label/text", json!("")),
        (Kind::Home, "/view/title", json!("Home")),
        (Kind::Home, "/view/blocks", many(101, json!({ "type": "divider" }))),
        (Kind::AckErrors, "/errors/why", json!("")),
        (Kind::AckErrors, "/errors", json!({})),
        (Kind::AckOptions, "/option_groups/0/options/0/text/text", long(76)),
        (Kind::AckOptions, "/option_groups/0/options", many(101, option)),
        (Kind::AckOptions, "/option_groups/0/options/0/colour", json!("red")),
    ]
}

/// The check itself: what is good passes, and each change to it is seen.
#[test]
fn the_contract_bites() {
    let Some(schemas) = schemas() else {
        println!("skipped: JITNEY_CONTRACTS is not set");
        return;
    };
    for payload in good() {
        assert_eq!(schemas.faults(&payload), Vec::<String>::new(), "{payload}");
    }
    for (kind, pointer, value) in changes() {
        let mut payload = good().into_iter().find(|payload| payload.kind == kind).unwrap();
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        let place = payload.body.pointer_mut(parent).unwrap_or_else(|| panic!("nothing at {pointer}"));
        match place.as_array_mut() {
            Some(items) => items[key.parse::<usize>().unwrap()] = value,
            None => place[key] = value,
        }
        assert!(!schemas.faults(&payload).is_empty(), "nobody minds {pointer} in {payload}");
    }
}

/// What Okta's description does not know is seen, in the path, the query and the reply.
#[test]
fn oktas_contract_bites() {
    let Some(schemas) = schemas() else {
        println!("skipped: JITNEY_CONTRACTS is not set");
        return;
    };
    let good = |method: &str, path: &str, query: &str, reply: Value| Call {
        seq: 1,
        at: chrono::DateTime::UNIX_EPOCH,
        elapsed: std::time::Duration::ZERO,
        vendor: Vendor::Okta,
        method: method.to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
        body: String::new(),
        cut: false,
        status: Some(200),
        error: None,
        reply: Some(reply.to_string()),
        fault: None,
    };
    let group = json!({"id": "00g1", "type": "OKTA_GROUP", "profile": {"name": "ops"}});
    asked(schemas, &good("GET", "/api/v1/groups/00g1", "", group.clone())).unwrap();
    let mut odd = group;
    odd["type"] = json!("FELLOWSHIP");
    for call in [
        good("PATCH", "/api/v1/groups/00g1", "", json!({})),
        good("GET", "/api/v1/group/00g1", "", json!({})),
        good("GET", "/api/v1/groups/00g1/users", "limit=many", json!([])),
        good("GET", "/api/v1/groups/00g1/users", "page=2", json!([])),
        good("GET", "/api/v1/groups/00g1", "", odd),
        good("GET", "/api/v1/groups/00g1/users", "", json!([{"id": 7}])),
    ] {
        let seen = asked(schemas, &call);
        assert!(seen.is_err(), "nobody minds {} {} {:?}", call.line(), call.query, call.reply);
    }
}
