//! The example configuration is what it says it is.

use super::*;

const SHIPPED: &str = include_str!("../../../config/jitney.toml");

const TOKENS: [(&str, &str); 3] = [
    ("JITNEY__SLACK__BOT_TOKEN", "xoxb-1"),
    ("JITNEY__SLACK__APP_TOKEN", "xapp-1"),
    ("JITNEY__OKTA__TOKEN", "00token"),
];

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("config")
}

/// The example with all that is commented out put in force: keys follow the `#` at once, prose after a space.
fn uncommented() -> String {
    let line = |line: &str| match line.strip_prefix('#') {
        Some(rest) if !rest.is_empty() && !rest.starts_with(' ') => rest.to_owned(),
        _ => line.to_owned(),
    };
    let lines: Vec<String> = SHIPPED.lines().map(line).collect();
    lines.join("\n")
}

#[test]
fn the_example_is_sound_once_the_tokens_are_given() {
    let loaded = load(&[folder()], &variables(&TOKENS));
    let (text, verdict) = report(&loaded);
    assert_eq!(verdict, Verdict::Sound, "{text}");
}

#[test]
fn without_the_tokens_the_example_says_which_are_missing() {
    let (text, _) = report(&load(&[folder()], &Environment::new()));
    let text = text.replace(folder().to_str().unwrap(), "config");
    assert_snapshot!(text, @r#"
config/jitney.toml: slack.bot_token: is missing. Write bot_token_file = "a file that holds it", or set JITNEY__SLACK__BOT_TOKEN.
config/jitney.toml: slack.app_token: is missing. Write app_token_file = "a file that holds it", or set JITNEY__SLACK__APP_TOKEN.
config/jitney.toml: okta.token: is missing. Write token_file = "a file that holds it", or set JITNEY__OKTA__TOKEN.
3 faults: `jitney run` would not start.
"#);
}

#[test]
fn each_key_in_the_example_is_known_and_what_is_not_in_this_release_is_refused_by_name() {
    let folder = Folder::of(&[("jitney.toml", &uncommented())]);
    assert_snapshot!(folder.check(&[]), @r#"
    config/jitney.toml: slack.bot_token: is given twice, as bot_token and as bot_token_file. Keep one of them.
    config/jitney.toml: slack.bot_token_file: the file "/run/secrets/slack-bot-token" cannot be read (entity not found). Make it readable for this user, or name another.
    config/jitney.toml: slack.app_token: is given twice, as app_token and as app_token_file. Keep one of them.
    config/jitney.toml: slack.app_token_file: the file "/run/secrets/slack-app-token" cannot be read (entity not found). Make it readable for this user, or name another.
    config/jitney.toml: okta.client_id: not supported yet. Take it out.
    config/jitney.toml: okta.key_id: not supported yet. Take it out.
    config/jitney.toml: okta.private_key_file: not supported yet. Take it out.
    config/jitney.toml: okta.token: is given twice, as token and as token_file. Keep one of them.
    config/jitney.toml: okta.token_file: the file "/run/secrets/okta-token" cannot be read (entity not found). Make it readable for this user, or name another.
    config/jitney.toml: audit.checkpoint_every: not supported yet. Take it out.
    config/jitney.toml: jira.token: is given twice, as token and as token_file. Keep one of them.
    config/jitney.toml: jira.token_file: the file "/run/secrets/jira-token" cannot be read (entity not found). Make it readable for this user, or name another.
    12 faults: `jitney run` would not start.
    "#);
}

#[test]
fn each_key_that_is_known_stands_in_the_example() {
    let folder = Folder::of(&[("jitney.toml", &uncommented())]);
    let walk = Walk::default();
    load_in(&[folder.path().to_owned()], &Environment::new(), &walk);
    let known = walk.known.borrow();
    assert!(known.contains("application.entitlement.requesters"));
    let tree: toml_keys::Keys = toml_keys::of(&uncommented());
    let missing: Vec<&String> = known.iter().filter(|key| !key.ends_with('*') && !tree.contains(*key)).collect();
    assert!(missing.is_empty(), "not in config/jitney.toml: {missing:?}");
}

/// The key paths of a text, without places.
mod toml_keys {
    use super::*;
    use ::config::{FileFormat, Format, Value, ValueKind};

    pub(super) type Keys = BTreeSet<String>;

    pub(super) fn of(text: &str) -> Keys {
        let mut keys = Keys::new();
        for (key, value) in FileFormat::Toml.parse(None, text).unwrap() {
            walk(key, &value, &mut keys);
        }
        keys
    }

    fn walk(path: String, value: &Value, keys: &mut Keys) {
        match &value.kind {
            ValueKind::Table(table) => {
                for (key, value) in table {
                    walk(format!("{path}.{key}"), value, keys);
                }
            }
            ValueKind::Array(items) => {
                for item in items {
                    walk(path.clone(), item, keys);
                }
            }
            _ => {}
        }
        keys.insert(path);
    }
}
