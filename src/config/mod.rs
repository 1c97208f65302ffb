//! The configuration: found, layered, read into typed values, with every fault in one run.
//!
//! Owns files, keys and their sentences; refuses to know what the settings are used for, and reads no environment of
//! its own accord. Law: whatever is wrong elsewhere, what removals need is still read.

use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
};

mod authority;
mod catalogue;
pub mod check;
mod fault;
mod level;
mod manifest;
mod raw;
mod reader;
mod salvage;
mod sections;
mod settings;
#[cfg(test)]
pub(crate) mod sound;
mod sources;
#[cfg(test)]
mod tests;
mod values;

pub use fault::{Fault, Faults};
pub use manifest::{Manifest, Marked};
pub use settings::{
    Audit, Essentials, Guests, Identity, Jira, Log, LogFormat, Okta, Reconcile, Record, Requests, Server, Settings,
    Slack, Store,
};

use crate::domain::{
    catalogue::{Catalogue, Who},
    id::RuleId,
    rules::{Rules, Unjudged},
};
use authority::Authority;
use fault::ENVIRONMENT;
use reader::{Section, Walk};
use sources::{Gathered, Lost, gather};

/// The environment variables, as the caller has them. Those that begin with `JITNEY__` count.
pub type Environment = BTreeMap<String, String>;

/// What came of reading the configuration.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// Where the record is and under which key, if that much can be read.
    pub record: Result<Record, Faults>,
    /// Enough to end access, if that much can be read.
    pub essentials: Result<Essentials, Faults>,
    /// The whole of it, if there is no fault anywhere.
    ///
    /// Rules that are written somewhere and not read yet let nothing through.
    pub settings: Result<Settings, Faults>,
    /// What can be asked for, if that much can be read: what rules are about.
    pub catalogue: Result<Catalogue, Faults>,
    /// The files that hold rules, in order.
    pub rule_files: Vec<PathBuf>,
    /// How many rules are in force.
    pub rules: usize,
    /// The files that were looked at, in order.
    pub files: Vec<String>,
}

/// Where configuration is looked for when nobody says.
const DEFAULT_FOLDER: &str = "config";

/// Where health is answered when nobody says, or what is said cannot be read.
const DEFAULT_LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 9464);

/// The tables that whoever reads the record needs.
const RECORD: [&str; 2] = ["store", "audit"];

/// The tables that removals need.
const ESSENTIAL: [&str; 3] = ["okta", "store", "audit"];

/// The tables that say what can be asked for.
const CATALOGUE: [&str; 4] = ["application", "approvers", "groups", "requests"];

/// Keys of them whose defaults must not stand in for what may have been written in a source that cannot be read: a
/// second, empty store would know of no access that is due.
const TELLING: [(&str, &str); 2] = [("store", "url"), ("audit", "key_file")];

/// Reads the configuration: the files named, or all `*.toml` of each folder named but `*-tests.toml`, then the environment. Without any
/// path the folder `config/`.
#[must_use]
pub fn load(paths: &[PathBuf], environment: &Environment) -> Loaded {
    let walk = Walk::default();
    load_in(paths, environment, &walk)
}

fn load_in(paths: &[PathBuf], environment: &Environment, walk: &Walk) -> Loaded {
    let Gathered { tree, files, rules, lost } = gather(paths, environment, walk);
    let first = files.first().map_or(DEFAULT_FOLDER, String::as_str);
    let origin = first.to_owned();
    let mut root = Section::root(walk, tree.clone(), origin);
    let told = Told::by(&root);
    let parts = Parts::read(&mut root, rules);
    root.finish();
    let written = || Manifest::of(&tree).hide(walk.secrets.take());
    let faults = ordered(walk.faults.take(), &files);
    let sources = Sources { faults: &faults, lost: &lost, told };
    Loaded {
        record: sources.whole(parts.record(), &RECORD),
        essentials: sources.whole(parts.clone().essentials(), &ESSENTIAL),
        catalogue: sources.unlost(parts.catalogue.clone(), &CATALOGUE),
        rule_files: parts.rule_files.clone().unwrap_or_default(),
        rules: 0,
        settings: settings(parts, written, faults, &lost),
        files,
    }
}

impl Loaded {
    /// Another file that belongs to the configuration: it goes on record with it.
    #[must_use]
    pub fn with_file(mut self, name: &str, contents: &[u8]) -> Self {
        if let Ok(settings) = &mut self.settings {
            settings.written = std::mem::take(&mut settings.written).with_file(name, contents);
        }
        self
    }

    /// With the rules that were read of its files, so many of them, or with what is wrong with them.
    #[must_use]
    pub fn judged_by(mut self, read: Result<(Rules, usize), Vec<Fault>>) -> Self {
        match (read, &mut self.settings) {
            (Ok((rules, count)), settings) => {
                self.rules = count;
                let catalogues = [settings.as_mut().ok().map(|s| &mut s.catalogue), self.catalogue.as_mut().ok()];
                catalogues.into_iter().flatten().for_each(|catalogue| catalogue.rules = rules.clone());
            }
            (Err(found), settings) => {
                add(settings, &found);
                add(&mut self.catalogue, &found);
            }
        }
        self
    }
}

fn add<T>(read: &mut Result<T, Faults>, found: &[Fault]) {
    match read {
        Ok(_) => *read = Err(Faults(found.to_vec())),
        Err(faults) => faults.0.extend_from_slice(found),
    }
}

/// What rules that nobody has read are called.
const UNREAD: &str = "unread-rules";

/// The rules of some files before anybody has read these: nothing passes them.
fn unread(files: &[PathBuf]) -> Rules {
    if files.is_empty() {
        return Rules::default();
    }
    let unjudged = || Unjudged(RuleId::parse(UNREAD).into_iter().collect());
    Rules::new(move |_| Err(unjudged()), move |_, _| Err(unjudged()))
}

/// Whether the telling keys are written, or left to their defaults.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Told {
    Fully,
    Partly,
}

impl Told {
    fn by(root: &Section<'_>) -> Self {
        let fully = TELLING.iter().all(|(table, key)| root.tells(table, key));
        if fully { Self::Fully } else { Self::Partly }
    }
}

/// Each part, or nothing where it is faulty.
#[derive(Clone)]
struct Parts {
    slack: Option<Slack>,
    admins: Option<Vec<Who>>,
    okta: Option<Okta>,
    store: Option<Store>,
    audit: Option<Audit>,
    server: Option<Server>,
    log: Option<Log>,
    identity: Option<Identity>,
    requests: Option<Requests>,
    catalogue: Option<Catalogue>,
    jira: Option<Option<Jira>>,
    reconcile: Option<Reconcile>,
    rule_files: Option<Vec<PathBuf>>,
}

impl Parts {
    /// Rules lie in the files `beside`, unless it is said where.
    fn read(root: &mut Section<'_>, beside: Vec<PathBuf>) -> Self {
        let (slack, admins, deciding) = within(root, "slack", |section| {
            (sections::slack(section), sections::admins(section), sections::groups_decide(section))
        });
        let mut authority = Authority::new(deciding);
        for admin in admins.iter().flatten() {
            authority.note(admin, "slack.admins");
        }
        let okta = within(root, "okta", sections::okta);
        let store = within(root, "store", sections::store);
        let audit = within(root, "audit", |section| sections::audit(section, store.as_ref()));
        let approvers = root.keys_of("approvers");
        let requests = within(root, "requests", |section| sections::requests(section, &approvers));
        let catalogue = catalogue::read(root, requests.as_ref(), &mut authority);
        let rule_files = within(root, "policy", |section| sections::rule_files(section, beside));
        let rules = unread(rule_files.as_deref().unwrap_or_default());
        let catalogue = catalogue.map(|catalogue| Catalogue { rules, ..catalogue });
        Self {
            slack,
            admins,
            okta,
            store,
            audit,
            server: within(root, "server", sections::server),
            log: within(root, "log", sections::log),
            identity: within(root, "identity", sections::identity),
            requests,
            catalogue,
            jira: within(root, "jira", sections::jira),
            reconcile: within(root, "reconcile", sections::reconcile),
            rule_files,
        }
    }

    fn record(&self) -> Option<Record> {
        Some(Record { store: self.store.clone()?, audit: self.audit.clone()? })
    }

    fn essentials(self) -> Option<Essentials> {
        let default_server = Server { listen: Some(DEFAULT_LISTEN) };
        let default_log = Log { format: LogFormat::Text };
        Some(Essentials {
            okta: self.okta?,
            store: self.store?,
            audit: self.audit?,
            server: self.server.unwrap_or(default_server),
            log: self.log.unwrap_or(default_log),
            slack: self.slack,
            admins: self.admins.unwrap_or_default(),
        })
    }

    fn settings(self, written: Manifest) -> Option<Settings> {
        let (admins, _) = (self.admins?, self.rule_files?);
        Some(Settings {
            slack: self.slack?,
            catalogue: Catalogue { admins: admins.clone(), ..self.catalogue? },
            admins,
            okta: self.okta?,
            store: self.store?,
            audit: self.audit?,
            server: self.server?,
            log: self.log?,
            identity: self.identity?,
            requests: self.requests?,
            jira: self.jira?,
            reconcile: self.reconcile?,
            written,
        })
    }
}

fn within<T>(root: &mut Section<'_>, key: &'static str, read: impl FnOnce(&mut Section<'_>) -> T) -> T {
    let mut section = root.section(key);
    let value = read(&mut section);
    section.finish();
    value
}

/// By source, in the order in which they are layered, then as they were found.
fn ordered(mut faults: Vec<Fault>, files: &[String]) -> Vec<Fault> {
    let rank = |fault: &Fault| match files.iter().position(|file| *file == fault.origin) {
        Some(index) => (1, index),
        None if fault.origin == ENVIRONMENT => (2, 0),
        None => (0, 0),
    };
    faults.sort_by_key(rank);
    faults
}

/// How whole the sources are.
struct Sources<'a> {
    faults: &'a [Fault],
    lost: &'a Lost,
    told: Told,
}

impl Sources<'_> {
    /// What was read of some tables, if nothing that matters for it is faulty, lost, or assumed.
    fn whole<T>(&self, read: Option<T>, tables: &[&str]) -> Result<T, Faults> {
        let matters = |fault: &&Fault| match fault.section.as_str() {
            "" => self.lost.something,
            section => tables.contains(&section) && !fault.wrong.is_only_unsupported(),
        };
        let in_tables = |fault: &Fault| !fault.section.is_empty() && matters(&fault);
        let unknown = self.lost.anywhere && self.told == Told::Partly;
        let faulty = self.faults.iter().any(in_tables);
        match read {
            Some(read) if !faulty && !unknown && !self.lost.tables.iter().any(|table| tables.contains(table)) => {
                Ok(read)
            }
            _ => Err(Faults(self.faults.iter().filter(matters).cloned().collect())),
        }
    }

    /// The same, of what may be spread over all sources: nothing of them may be lost.
    fn unlost<T>(&self, read: Option<T>, tables: &[&str]) -> Result<T, Faults> {
        let read = read.filter(|_| !self.lost.something);
        self.whole(read, tables)
    }
}

/// All of it, or all that is wrong with it. What may only be missing because a source was lost is not held against it.
///
/// Only what is sound is written out: there names are short and nothing nests far.
fn settings(
    parts: Parts,
    written: impl FnOnce() -> Manifest,
    mut faults: Vec<Fault>,
    lost: &Lost,
) -> Result<Settings, Faults> {
    if lost.something {
        faults.retain(|fault| !fault.wrong.may_be_elsewhere());
    }
    let sound = faults.is_empty().then_some(parts);
    sound.and_then(|parts| parts.settings(written())).ok_or(Faults(faults))
}
