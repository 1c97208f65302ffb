//! The bot's directory: a configuration that fits the company, and room for store and key.
//!
//! Law: it is private (0700), it is kept while the sandbox runs, and removed at its end.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use tempfile::TempDir;
use world::World;

/// What can be asked for.
const CATALOGUE: &str = include_str!("static/catalogue.toml");

/// The directory.
#[derive(Debug)]
pub struct Home(TempDir);

impl Home {
    /// Makes the directory, and writes the configuration.
    pub fn new(world: &World) -> Result<Self> {
        let directory = tempfile::Builder::new().prefix("jitney-sandbox-").tempdir();
        let home = Self(directory.context("no directory for the bot")?);
        home.write("jitney.toml", &home.configuration(world))?;
        home.write("catalogue.toml", CATALOGUE)?;
        Ok(home)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// The configuration files.
    pub fn files(&self) -> Vec<PathBuf> {
        vec![self.path().join("jitney.toml"), self.path().join("catalogue.toml")]
    }

    /// Where the bot keeps its journal.
    pub fn journal(&self) -> PathBuf {
        self.store().join("journal")
    }

    fn store(&self) -> PathBuf {
        self.path().join("store")
    }

    fn write(&self, name: &str, text: &str) -> Result<()> {
        fs::write(self.path().join(name), text).with_context(|| format!("{name} cannot be written"))
    }

    fn configuration(&self, world: &World) -> String {
        format!(
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
            store = self.store().display(),
            key = self.path().join("audit.key").display(),
        )
    }
}
