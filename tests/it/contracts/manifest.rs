//! The app's manifest against Slack's schema for manifests, and against what the program does.

use serde_json::{Map, Value, json};

/// The manifest, as YAML says it.
fn manifest() -> Value {
    let text = include_str!("../../../manifest/slack.yaml");
    let lines: Vec<(usize, &str)> = text.lines().map(without_comment).filter_map(indented).collect();
    let (value, rest) = block(&lines, 0);
    assert!(rest.is_empty(), "not read: {rest:?}");
    value
}

fn without_comment(line: &str) -> &str {
    let comment = line.char_indices().find(|(at, c)| {
        let before = &line[..*at];
        *c == '#' && (before.is_empty() || before.ends_with(' ')) && before.matches('"').count().is_multiple_of(2)
    });
    comment.map_or(line, |(at, _)| &line[..at]).trim_end()
}

fn indented(line: &str) -> Option<(usize, &str)> {
    let words = line.trim_start();
    (!words.is_empty()).then(|| (line.len() - words.len(), words))
}

/// Maps, lists and plain scalars: all of YAML that the manifest needs. Anything else is no manifest of ours.
fn block<'a>(lines: &'a [(usize, &'a str)], depth: usize) -> (Value, &'a [(usize, &'a str)]) {
    match lines.first() {
        Some((_, words)) if words.starts_with("- ") => list(lines, depth),
        _ => map(lines, depth),
    }
}

fn list<'a>(mut lines: &'a [(usize, &'a str)], depth: usize) -> (Value, &'a [(usize, &'a str)]) {
    let mut items = Vec::new();
    while let Some((_, words)) = lines.first().filter(|(at, words)| *at == depth && words.starts_with("- ")) {
        let item = &words[2..];
        if item.contains(": ") && !item.starts_with('"') {
            // A map whose first key stands beside the dash.
            let length = 1 + lines[1..].iter().take_while(|(at, _)| *at > depth).count();
            let inner: Vec<(usize, &str)> =
                std::iter::once((depth + 2, item)).chain(lines[1..length].iter().copied()).collect();
            let (value, rest) = map(&inner, depth + 2);
            assert!(rest.is_empty(), "not read: {rest:?}");
            items.push(value);
            lines = &lines[length..];
        } else {
            items.push(scalar(item));
            lines = &lines[1..];
        }
    }
    (Value::Array(items), lines)
}

fn map<'a>(mut lines: &'a [(usize, &'a str)], depth: usize) -> (Value, &'a [(usize, &'a str)]) {
    let mut fields = Map::new();
    while let Some((_, words)) = lines.first().filter(|(at, _)| *at == depth) {
        let (key, value) = words.split_once(':').unwrap_or_else(|| panic!("no key: {words}"));
        lines = &lines[1..];
        let value = match (value.trim(), lines.first()) {
            ("", Some((deeper, _))) if *deeper > depth => {
                let (value, rest) = block(lines, *deeper);
                lines = rest;
                value
            }
            (value, _) => scalar(value),
        };
        assert!(fields.insert(key.to_owned(), value).is_none(), "{key} twice");
    }
    (Value::Object(fields), lines)
}

fn scalar(text: &str) -> Value {
    let text = text.trim();
    match text.strip_prefix('"') {
        Some(quoted) => json!(quoted.strip_suffix('"').unwrap()),
        None => text
            .parse::<bool>()
            .map(Value::from)
            .or_else(|_| text.parse::<u64>().map(Value::from))
            .unwrap_or(json!(text)),
    }
}

#[test]
fn the_manifest_is_one() {
    let Some(folder) = super::folder() else {
        println!("skipped: JITNEY_CONTRACTS is not set");
        return;
    };
    for version in ["1", "2"] {
        let schema = super::read(&folder, &format!("slack/manifest/manifest.schema.{version}.0.0.json"));
        let schema = jsonschema::validator_for(&schema).unwrap();
        let faults = super::faults(&schema, &manifest());
        assert_eq!(faults, Vec::<String>::new(), "version {version}");
        let mut wrong = manifest();
        wrong["features"]["slash_commands"][0].as_object_mut().unwrap().remove("description");
        assert!(!schema.is_valid(&wrong), "version {version} bites");
    }
}

/// What the program needs of its app. Each is a line whose absence would be silent.
#[test]
fn the_manifest_says_what_the_program_needs() {
    let manifest = manifest();
    for (pointer, wanted) in [
        ("/settings/socket_mode_enabled", json!(true)),
        ("/settings/interactivity/is_enabled", json!(true)),
        ("/features/app_home/messages_tab_enabled", json!(true)),
        ("/features/slash_commands/0/command", json!("/jit")),
        // Mentions would be rewritten in what people type.
        ("/features/slash_commands/0/should_escape", json!(false)),
    ] {
        assert_eq!(manifest.pointer(pointer), Some(&wanted), "{pointer}");
    }
    let mut scopes: Vec<&str> =
        manifest["oauth_config"]["scopes"]["bot"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let mut needed = jitney::slack::preflight::NEEDED_SCOPES.to_vec();
    needed.push(jitney::slack::preflight::GROUPS_SCOPE);
    scopes.sort_unstable();
    needed.sort_unstable();
    assert_eq!(scopes, needed);
}
