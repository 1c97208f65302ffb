//! The settings as the program uses them: typed, checked, complete.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use secrecy::SecretString;
use url::Url;

use super::Manifest;
use crate::domain::{
    catalogue::{Catalogue, Offer, Who},
    duration::BusinessDay,
    id::{ApproversName, SlackChannelId},
    time::AccessDuration,
};

/// A whole configuration, without fault.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How Slack is reached.
    pub slack: Slack,
    /// Who may see and revoke every grant, and is told what needs a human. Never empty.
    pub admins: Vec<Who>,
    /// How Okta is reached.
    pub okta: Okta,
    /// Where the journal and its index lie.
    pub store: Store,
    /// How the journal is sealed.
    pub audit: Audit,
    /// Where health is answered.
    pub server: Server,
    /// How logs are written.
    pub log: Log,
    /// Who may be served.
    pub identity: Identity,
    /// Limits of requests.
    pub requests: Requests,
    /// What can be asked for.
    pub catalogue: Catalogue,
    /// Where tickets are kept, if they are.
    pub jira: Option<Jira>,
    /// How Okta is compared with what is held.
    pub reconcile: Reconcile,
    /// All keys that are written, for the record.
    pub written: Manifest,
}

/// What whoever reads the record needs, and nothing else.
#[derive(Clone, Debug)]
pub struct Record {
    /// Where the journal and its index lie.
    pub store: Store,
    /// How the journal is sealed.
    pub audit: Audit,
}

/// What removals need, and nothing else: enough to end access while the rest of the configuration is unusable.
#[derive(Clone, Debug)]
pub struct Essentials {
    /// How Okta is reached.
    pub okta: Okta,
    /// Where the journal and its index lie.
    pub store: Store,
    /// How the journal is sealed.
    pub audit: Audit,
    /// Where health is answered; the default where that part is faulty.
    pub server: Server,
    /// How logs are written; the default where that part is faulty.
    pub log: Log,
    /// How Slack is reached, if that can be read, to say there what is the matter.
    pub slack: Option<Slack>,
    /// Who is to be told; empty where that cannot be read.
    pub admins: Vec<Who>,
}

/// How Slack is reached.
#[derive(Clone, Debug)]
pub struct Slack {
    /// The base of the Web API.
    pub api_url: Url,
    /// The bot's token, `xoxb-…`.
    pub bot_token: SecretString,
    /// The token of Socket Mode, `xapp-…`.
    pub app_token: SecretString,
    /// The slash command, with its slash.
    pub command: String,
    /// The channel that is told of every decision, grant and ending.
    pub audit_channel: Option<SlackChannelId>,
}

/// How Okta is reached.
#[derive(Clone, Debug)]
pub struct Okta {
    /// The organisation's base URL.
    pub org_url: Url,
    /// The API token (SSWS).
    pub token: SecretString,
}

/// Where tickets are kept.
#[derive(Clone, Debug)]
pub struct Jira {
    /// The site, or the gateway to it.
    pub base_url: Url,
    /// The account's address.
    pub email: String,
    /// Its API token.
    pub token: SecretString,
    /// The project's key.
    pub project: String,
    /// The name of the issue type.
    pub issue_type: String,
    /// The name of the status in which a ticket stands while access is open.
    pub granted: String,
    /// The name of the status in which it ends.
    pub closed: String,
}

/// Where the journal and its index lie.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Store {
    /// The directory, relative to the working directory if it is not absolute.
    pub directory: PathBuf,
    /// In bytes: with less free disk than this only what ends access is accepted. Above zero.
    pub low_mark: u64,
}

/// How the journal is sealed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Audit {
    /// The key's file, never inside the store.
    pub key_file: PathBuf,
}

/// Where health is answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Server {
    /// The address; none turns it off.
    pub listen: Option<SocketAddr>,
}

/// How logs are written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Log {
    /// In which form.
    pub format: LogFormat,
}

/// The form of a log line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines, an object a line.
    Json,
}

/// How Okta is compared with what is held.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reconcile {
    /// So often whoever holds something is looked up.
    pub every: AccessDuration,
}

/// Who may be served.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Identity {
    /// What becomes of Slack guests.
    pub guests: Guests,
}

/// What becomes of Slack guests.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Guests {
    /// They are not served.
    Refused,
    /// Those with an Okta user may ask. They never decide.
    MayAsk,
}

/// Limits of requests.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Requests {
    /// Offered where an entitlement names none; already filled into the catalogue. Never empty.
    pub durations: Vec<Offer>,
    /// A request that nobody decided ends after this.
    pub unanswered_after: Duration,
    /// Whoever is asked is reminded after this, then at growing intervals.
    pub remind_after: AccessDuration,
    /// The fallback is asked too, or told, after this.
    pub escalate_after: AccessDuration,
    /// Who is asked where a step has nobody else; already in the catalogue.
    pub fallback: Option<ApproversName>,
    /// So long before its end a holder is told that it ends.
    pub warn_before_expiry: AccessDuration,
    /// Access through one group, with less than this in between, counts as one stretch.
    pub gap: AccessDuration,
    /// How many requests one person may have open. At least 1.
    pub max_open: u32,
    /// The shortest length that may be asked for.
    pub min_duration: AccessDuration,
    /// When business days end, and in whose zone.
    pub business_day: BusinessDay,
}
