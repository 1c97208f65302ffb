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

/// What can be asked for, and the rules that fit it.
#[derive(Debug, Clone)]
pub struct Offer {
    /// The tables `[[application]]` and what they name.
    pub catalogue: String,
    /// The rules, in Cedar.
    pub rules: &'static str,
}

impl Offer {
    /// The company's own.
    pub fn own() -> Self {
        Self { catalogue: include_str!("static/catalogue.toml").into(), rules: include_str!("static/policy.cedar") }
    }

    /// Another catalogue. The company's rules name applications that it may not have, so that it goes without.
    pub fn of(catalogue: String) -> Self {
        Self { catalogue, rules: "" }
    }

    /// The groups that it gives, each once, in its order.
    pub fn groups(&self) -> Vec<String> {
        let values = self
            .catalogue
            .lines()
            .filter_map(|line| line.split_once('='))
            .filter(|(key, _)| key.trim() == "okta_group");
        let mut groups: Vec<String> = Vec::new();
        for (_, value) in values {
            let group = value.split('"').nth(1).unwrap_or_default().to_owned();
            if !groups.contains(&group) {
                groups.push(group);
            }
        }
        groups
    }
}

/// The directory.
#[derive(Debug)]
pub struct Home(TempDir);

impl Home {
    /// Makes the directory, and writes the configuration.
    pub fn new(world: &World, offer: &Offer) -> Result<Self> {
        let directory = tempfile::Builder::new().prefix("jitney-sandbox-").tempdir();
        let home = Self(directory.context("no directory for the bot")?);
        home.write("jitney.toml", &home.configuration(world))?;
        home.write("catalogue.toml", &offer.catalogue)?;
        home.write("policy.cedar", offer.rules)?;
        Ok(home)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Its name, which no other run has.
    pub fn name(&self) -> String {
        self.path().file_name().unwrap_or_default().to_string_lossy().into_owned()
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
audit_channel = "C0AUDIT"

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

[jira]
base_url = "{jira}"
email    = "{jira_email}"
token    = "{jira_token}"
project  = "ACCESS"
issue_type = "Task"
status   = {{ granted = "In Progress", closed = "Done" }}

[requests]
warn_before_expiry = "30m"
business_day = {{ ends = "18:00", days = ["Mon", "Tue", "Wed", "Thu", "Fri"], timezone = "Europe/Paris", zone = "person" }}
"#,
            slack = world.slack_api_url(),
            bot = world::bot_token(),
            app = world::app_token(),
            okta = world.okta_org_url(),
            token = world::okta_token(),
            jira = world.jira_base_url(),
            jira_email = world::jira_email(),
            jira_token = world::jira_token(),
            store = self.store().display(),
            key = self.path().join("audit.key").display(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::Offer;

    #[test]
    fn each_group_of_the_catalogue_is_named_once() {
        assert_eq!(Offer::own().groups(), ["00gPRODRO", "00gPRODRW", "00gPRODADMIN", "00gSTAGING"]);
    }
}
