//! Everything that a play sends to Slack, Okta and Jira, and what the sandbox's Okta answers, held to the vendors' own types.
//! `JITNEY_CONTRACTS` names the folder of their schemas; it is not part of the project, and without it this is skipped,
//! unless `JITNEY_REQUIRE` names `contracts`.

use std::{path::PathBuf, sync::OnceLock};

use jsonschema::{Draft, Validator};
use serde_json::{Value, json};
use world::{Call, Vendor, World};

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

/// Checks what the bot has sent and Okta has answered; answers how much that was.
pub fn check(world: &World) -> usize {
    let Some(schemas) = schemas() else { return 0 };
    let calls = world.calls();
    for call in &calls {
        assert!(!call.cut, "too long to be held to anything: {}", call.line());
    }
    let to = |vendor| calls.iter().filter(move |call| call.vendor == vendor);
    let sent = to(Vendor::Slack).filter_map(|call| serde_json::from_str::<Value>(&call.body).ok());
    let acks = world.envelopes().into_iter().flat_map(|envelope| envelope.acks).filter_map(|ack| ack.payload);
    let said: usize = sent.chain(acks).map(|body| said(schemas, &body)).sum();
    said + to(Vendor::Okta).map(|call| asked(schemas, call).unwrap()).sum::<usize>() + crate::jira::hold(world)
}

/// Something said to Slack, by a call or in an acknowledgement.
fn said(schemas: &Schemas, body: &Value) -> usize {
    let mut checked = 0;
    if body["blocks"].as_array().is_some_and(|blocks| !blocks.is_empty()) {
        valid(&schemas.blocks, &body["blocks"]);
        checked += 1;
    }
    if body["view"].is_object() {
        let schema = if body["view"]["type"] == "home" { &schemas.home } else { &schemas.modal };
        valid(schema, &body["view"]);
        checked += 1;
    }
    if body["response_action"] == "errors" {
        let errors = body["errors"].as_object();
        assert!(errors.is_some_and(|errors| !errors.is_empty() && errors.values().all(Value::is_string)), "{body:#}");
        checked += 1;
    }
    checked
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

fn valid(schema: &Validator, value: &Value) {
    let faults = faults(schema, value);
    assert!(faults.is_empty(), "{faults:#?}\n{value:#}");
}

#[test]
fn the_contract_bites() {
    let Some(schemas) = schemas() else {
        println!("skipped: JITNEY_CONTRACTS is not set");
        return;
    };
    let wrong = json!([{ "type": "rich_text", "elements": [{ "type": "rich_text_section", "elements": [{ "type": "shout" }] }] }]);
    assert!(!schemas.blocks.is_valid(&wrong));
    let untitled = json!({ "type": "modal", "blocks": [] });
    assert!(!schemas.modal.is_valid(&untitled));
    let titled = json!({ "type": "home", "title": "Home", "blocks": [] });
    assert!(!schemas.home.is_valid(&titled));
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
