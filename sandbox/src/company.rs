//! The bot's configuration for the company of the sandbox.

use std::fs;

use tempfile::TempDir;
use world::World;

/// What can be asked for at Acme.
const CATALOGUE: &str = include_str!("catalogue.toml");

/// Writes the bot's configuration into a directory of its own, which lives as long as the answer.
pub fn settle(world: &World) -> std::io::Result<TempDir> {
    let directory = tempfile::Builder::new().prefix("jitney-sandbox-").tempdir()?;
    let path = directory.path();
    let settings = format!(
        r#"[slack]
api_url   = "{slack}"
bot_token = "{bot}"
app_token = "{app}"
admins    = ["carol@acme.example"]

[okta]
org_url = "{okta}"
token   = "{token}"

[store]
url      = "sled:{store}"
low_mark = "64MiB"

[audit]
key_file = "{key}"

[server]
listen = ""

[requests]
business_day = {{ ends = "18:00", days = ["Mon", "Tue", "Wed", "Thu", "Fri"], timezone = "Europe/Paris", zone = "person" }}
"#,
        slack = world.slack_api_url(),
        bot = world::bot_token(),
        app = world::app_token(),
        okta = world.okta_org_url(),
        token = world::okta_token(),
        store = path.join("store").display(),
        key = path.join("audit.key").display(),
    );
    fs::write(path.join("jitney.toml"), settings)?;
    fs::write(path.join("catalogue.toml"), CATALOGUE)?;
    Ok(directory)
}
