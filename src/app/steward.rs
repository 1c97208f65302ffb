//! The configuration while the program runs: put on record, and in force as far as that goes without a start.
//!
//! Owns which parts of it change at once and which wait. Refuses to know what they mean.
//!
//! Law: all or nothing. A faulty configuration, or one that cannot be put on record, leaves the one before as it is.

use std::sync::Arc;

use futures_util::{Stream, StreamExt as _};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::oneshot;
use tracing::{error, info, warn};

use super::{
    limits, post,
    post::{Post, Ready},
    record::Record,
};
use crate::{
    config::{Essentials, Faults, Jira, Loaded, Settings, Slack},
    domain::{
        configuration::{FaultCounts, FaultKind},
        decide::Mode,
    },
    engine::{Door, Helm},
    ledger::Keys,
    outside::Tickets,
};

/// How the start went, as far as the configuration goes.
pub(super) enum Begun {
    /// It is served.
    Served(Arc<Settings>),
    /// It has faults: custody, until it is mended.
    Faulty(FaultCounts),
    /// Something else than the configuration is not as it should be: custody until the next start.
    Unfit,
}

impl Begun {
    /// What is served, if anything is.
    pub(super) const fn settings(&self) -> Option<&Arc<Settings>> {
        match self {
            Self::Served(settings) => Some(settings),
            Self::Faulty(_) | Self::Unfit => None,
        }
    }
}

/// Reads the configuration's changes into the running parts.
pub(super) struct Steward {
    begun: Begun,
    fixed: Fixed,
    record: Record,
    helm: Helm,
    post: Arc<Post>,
}

impl Steward {
    /// Over the parts as they began; `record` is the audit key, and the digest that is on record.
    pub(super) fn new(
        essentials: Essentials,
        begun: Begun,
        record: (Keys, Option<String>),
        door: Door,
        helm: Helm,
        post: Arc<Post>,
    ) -> Self {
        let (keys, last) = record;
        let record = Record::new(&essentials.store.directory, keys, last, door);
        let jira = begun.settings().and_then(|settings| settings.jira.clone());
        Self { begun, fixed: Fixed { essentials, jira }, record, helm, post }
    }

    /// Puts on record what the start found, then whatever is read.
    pub(super) async fn run(mut self, again: impl Stream<Item = Loaded> + Send) {
        match &self.begun {
            // Where it cannot be put on record now it is at the next occasion: what is in force is in force.
            Begun::Served(settings) => drop(self.record.configure(&settings.written, Vec::new()).await),
            Begun::Faulty(faults) => self.record.refuse(faults.clone()).await,
            Begun::Unfit => {}
        }
        let mut again = Box::pin(again);
        while let Some(loaded) = again.next().await {
            match (&self.begun, loaded.settings) {
                (_, Err(faults)) => self.refuse(&faults).await,
                (Begun::Unfit, Ok(_)) => too_late(),
                (Begun::Served(_) | Begun::Faulty(_), Ok(settings)) => self.adopt(settings).await,
            }
        }
    }

    async fn refuse(&self, faults: &Faults) {
        error!("the configuration was read again and has faults: the one before stays in force\n{faults}");
        if !matches!(self.begun, Begun::Unfit) {
            self.record.refuse(faults.counts()).await;
        }
    }

    async fn adopt(&mut self, read: Settings) {
        let waits = self.fixed.waits(&read);
        let Some(settings) = self.fixed.keep(read) else {
            error!(keys = ?waits, "the configuration is sound again, and takes effect at the next start");
            return;
        };
        let settings = Arc::new(settings);
        // Before anything changes: Slack may take its time.
        let ready = match self.post.prepare(&settings).await {
            Ok(ready) => ready,
            Err(fault) => {
                error!(%fault, "the configuration was read again and takes a right that the bot has not: the one before stays in force");
                return self.record.refuse([(FaultKind::Right, 1)].into()).await;
            }
        };
        if !self.record.configure(&settings.written, waits.clone()).await {
            error!("the configuration was read again and cannot be put on record: the one before stays in force");
            return;
        }
        if let Err(fault) = self.keep_tickets(&settings) {
            error!(%fault, "tickets are not kept");
        }
        self.put_in_force(settings, ready).await;
        if waits.is_empty() {
            info!("the configuration was read again and is in force");
        } else {
            warn!(keys = ?waits, "the configuration was read again and is in force, but for keys that need a new start");
        }
    }

    /// Tickets can begin to be kept at any time. They never cease to be told what was promised.
    fn keep_tickets(&mut self, settings: &Settings) -> Result<(), crate::http::BaseError> {
        if self.fixed.jira.is_none()
            && let Some(tickets) = Tickets::new(settings)?
        {
            let outside = self.post.outside();
            outside.keep_tickets(tickets);
            self.fixed.jira.clone_from(&settings.jira);
            tokio::spawn(async move { post::look_over_tickets(&outside).await });
        }
        Ok(())
    }

    /// All at once, between two decisions.
    async fn put_in_force(&mut self, settings: Arc<Settings>, ready: Ready) {
        let limits = limits(Some(&settings), Some(&settings.slack));
        let (told, taken) = oneshot::channel();
        let beside = move || {
            let _ = told.send(ready.put_in_force());
        };
        self.helm.adopt(Arc::new(settings.catalogue.clone()), limits, beside).await;
        // An engine that is gone serves nobody.
        let taken = taken.await.unwrap_or_default();
        if taken && matches!(self.begun, Begun::Faulty(_)) {
            self.helm.mode(Mode::Serving).await;
            info!("the configuration is mended: serving");
        }
        self.begun = Begun::Served(settings);
    }
}

/// A configuration is read that nothing can be done with before the next start.
pub(super) fn too_late() {
    warn!("the configuration was read again; this custody is not about it, and it takes effect at the next start");
}

/// What is as it was at the start until the next one.
struct Fixed {
    essentials: Essentials,
    /// Of the start, or of when tickets began to be kept.
    jira: Option<Jira>,
}

impl Fixed {
    /// The keys of which something else was read.
    fn waits(&self, read: &Settings) -> Vec<String> {
        let now = &self.essentials;
        let same = [
            ("okta.org_url", now.okta.org_url == read.okta.org_url),
            ("okta.token", is_same(&now.okta.token, &read.okta.token)),
            ("store.url", now.store.directory == read.store.directory),
            ("store.low_mark", now.store.low_mark == read.store.low_mark),
            ("audit.key_file", now.audit == read.audit),
            ("server.listen", now.server == read.server),
            ("log.format", now.log == read.log),
        ];
        let slack = match &now.slack {
            Some(slack) => vec![
                ("slack.api_url", slack.api_url == read.slack.api_url),
                ("slack.bot_token", is_same(&slack.bot_token, &read.slack.bot_token)),
                ("slack.app_token", is_same(&slack.app_token, &read.slack.app_token)),
            ],
            None => vec![("slack", false)],
        };
        let jira = match (&self.jira, &read.jira) {
            (Some(now), Some(read)) => vec![
                ("jira.base_url", now.base_url == read.base_url),
                ("jira.email", now.email == read.email),
                ("jira.token", is_same(&now.token, &read.token)),
                ("jira.project", now.project == read.project),
                ("jira.issue_type", now.issue_type == read.issue_type),
                ("jira.status", (&now.granted, &now.closed) == (&read.granted, &read.closed)),
            ],
            _ => Vec::new(),
        };
        let all = same.into_iter().chain(slack).chain(jira);
        all.filter(|(_, same)| !same).map(|(key, _)| key.to_owned()).collect()
    }

    /// What was read, with what stays as it is; nothing where there is no way to Slack before the next start.
    fn keep(&self, read: Settings) -> Option<Settings> {
        let Essentials { okta, store, audit, server, log, slack, .. } = self.essentials.clone();
        let slack = Slack { command: read.slack.command, audit_channel: read.slack.audit_channel, ..slack? };
        let jira = read.jira.map(|read| self.jira.clone().unwrap_or(read));
        Some(Settings { slack, okta, store, audit, server, log, jira, ..read })
    }
}

fn is_same(one: &SecretString, other: &SecretString) -> bool {
    one.expose_secret() == other.expose_secret()
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, fs};

    use super::*;
    use crate::config::sound::SOUND;

    /// What waits for a start, beside what the tests of all rooms begin with.
    const KEPT: &str = r#"
[store]
url = "sled:data/one"

[jira]
base_url = "https://acme.atlassian.net"
email = "bot@acme.example"
token = "00jira"
project = "ACCESS"
issue_type = "Task"
status = { granted = "In Progress", closed = "Done" }

[approvers]"#;

    fn sound() -> String {
        SOUND.replacen("[approvers]", KEPT.trim_start(), 1)
    }

    fn loaded(text: &str) -> Loaded {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("jitney.toml"), text).unwrap();
        crate::config::load(&[folder.path().to_owned()], &BTreeMap::new())
    }

    fn settings(text: &str) -> Settings {
        loaded(text).settings.unwrap_or_else(|faults| panic!("{faults}"))
    }

    fn fixed() -> Fixed {
        Fixed { essentials: loaded(&sound()).essentials.unwrap(), jira: settings(&sound()).jira }
    }

    /// What waits where the first text is replaced by the second.
    fn waits(from: &str, to: &str) -> Vec<String> {
        assert!(sound().contains(from), "{from}");
        fixed().waits(&settings(&sound().replacen(from, to, 1)))
    }

    #[test]
    fn what_was_opened_at_the_start_waits_for_the_next_one_and_is_named() {
        assert!(fixed().waits(&settings(&sound())).is_empty());
        for (from, to, key) in [
            ("xoxb-1", "xoxb-2", "slack.bot_token"),
            ("xapp-1", "xapp-2", "slack.app_token"),
            ("[slack]", "[slack]\napi_url = \"https://slack.example/api\"", "slack.api_url"),
            ("https://acme.okta.com", "https://other.okta.com", "okta.org_url"),
            ("00token", "00other", "okta.token"),
            ("data/one", "data/two", "store.url"),
            ("[store]", "[store]\nlow_mark = \"2GiB\"", "store.low_mark"),
            ("[jira]", "[audit]\nkey_file = \"other.key\"\n[jira]", "audit.key_file"),
            ("[jira]", "[server]\nlisten = \"\"\n[jira]", "server.listen"),
            ("[jira]", "[log]\nformat = \"json\"\n[jira]", "log.format"),
            ("acme.atlassian.net", "other.atlassian.net", "jira.base_url"),
            ("bot@acme.example", "robot@acme.example", "jira.email"),
            ("00jira", "00other", "jira.token"),
            ("ACCESS", "OTHER", "jira.project"),
            ("Task", "Story", "jira.issue_type"),
            ("Done", "Closed", "jira.status"),
        ] {
            assert_eq!(waits(from, to), [key]);
        }
    }

    #[test]
    fn what_people_ask_by_does_not_wait() {
        for (from, to) in [
            ("security@acme.example", "carol@acme.example"),
            ("[slack]", "[slack]\ncommand = \"/access\"\naudit_channel = \"C0123456789\""),
            ("8h", "4h"),
            ("[jira]", "[requests]\nmax_open = 3\n[identity]\nguests = true\n[jira]"),
            ("[jira]", "[reconcile]\nevery = \"1m\"\n[jira]"),
        ] {
            assert!(waits(from, to).is_empty(), "{to}");
        }
    }

    #[test]
    fn what_waits_is_kept_as_it_was_and_tickets_can_end_and_begin_again() {
        let read = settings(&sound().replace("00token", "00other").replace("ACCESS", "OTHER").replace("8h", "4h"));
        let kept = fixed().keep(read).unwrap();
        assert_eq!(kept.okta.token.expose_secret(), "00token");
        assert_eq!(kept.jira.unwrap().project, "ACCESS");
        let most = kept.catalogue.entitlements().next().unwrap().1.max_duration;
        assert_eq!(most.secs(), 4 * 3_600);
        let text = sound();
        let (head, rest) = text.split_once("[jira]").unwrap();
        let without = format!("{head}[[application]]{}", rest.split_once("[[application]]").unwrap().1);
        assert!(fixed().waits(&settings(&without)).is_empty());
        assert!(fixed().keep(settings(&without)).unwrap().jira.is_none());
        let none = Fixed { jira: None, ..fixed() };
        assert!(none.waits(&settings(&sound())).is_empty());
        assert_eq!(none.keep(settings(&sound())).unwrap().jira.unwrap().project, "ACCESS");
    }

    #[test]
    fn without_a_way_to_slack_nothing_is_served_before_the_next_start() {
        let unheard = Fixed { essentials: Essentials { slack: None, ..fixed().essentials }, ..fixed() };
        assert_eq!(unheard.waits(&settings(&sound())), ["slack"]);
        assert!(unheard.keep(settings(&sound())).is_none());
    }
}
