//! Everything that a play sends to Slack, held to Slack's own types. `JITNEY_CONTRACTS` names the folder of the vendors'
//! schemas; it is not part of the project, and without it this is skipped.

use std::{path::PathBuf, sync::OnceLock};

use jsonschema::Validator;
use serde_json::{Value, json};
use world::{Vendor, World};

struct Schemas {
    blocks: Validator,
    modal: Validator,
}

fn schemas() -> Option<&'static Schemas> {
    static SCHEMAS: OnceLock<Option<Schemas>> = OnceLock::new();
    let read = || {
        let folder = PathBuf::from(std::env::var_os("JITNEY_CONTRACTS")?);
        let text = std::fs::read_to_string(folder.join("slack/json-schema/slack-types-3.2.0.strict.json")).unwrap();
        let types: Value = serde_json::from_str(&text).unwrap();
        let entry = |name: &str| {
            let schema = json!({
                "$schema": types["$schema"],
                "$ref": format!("#/definitions/{name}"),
                "definitions": types["definitions"],
            });
            jsonschema::validator_for(&schema).unwrap()
        };
        Some(Schemas { blocks: entry("CheckBlocks"), modal: entry("CheckModalView") })
    };
    SCHEMAS.get_or_init(read).as_ref()
}

/// Checks what the bot has sent; answers how much that was.
pub fn check(world: &World) -> usize {
    let Some(schemas) = schemas() else { return 0 };
    let calls = world.calls_to(Vendor::Slack, "");
    let bodies = calls.iter().filter_map(|call| serde_json::from_str::<Value>(&call.body).ok());
    let mut checked = 0;
    for body in bodies {
        if body["blocks"].as_array().is_some_and(|blocks| !blocks.is_empty()) {
            valid(&schemas.blocks, &body["blocks"]);
            checked += 1;
        }
        if body["view"]["type"] == "modal" {
            valid(&schemas.modal, &body["view"]);
            checked += 1;
        }
    }
    checked
}

fn valid(schema: &Validator, value: &Value) {
    let faults: Vec<String> = schema.iter_errors(value).map(|fault| fault.to_string()).collect();
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
}
