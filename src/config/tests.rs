//! Every fault in its own words, and what is left when something is broken.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use insta::assert_snapshot;
use secrecy::ExposeSecret;
use tempfile::TempDir;

use super::{
    check::{Verdict, report},
    sound::SOUND,
    *,
};
use crate::domain::{
    catalogue::{Offer, Requesters, Sensitivity, StepRule, Who},
    duration::ZoneOf,
    id::{Email, EntitlementId},
    time::AccessDuration,
};

mod broken;
mod catalogue_faults;
mod faults;
mod manifest;
mod shipped;

/// A folder with a configuration.
struct Folder(TempDir);

impl Folder {
    fn of(files: &[(&str, &str)]) -> Self {
        let folder = Self(TempDir::new().unwrap());
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        folder
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn load(&self, environment: &[(&str, &str)]) -> Loaded {
        load(&[self.path().to_owned()], &variables(environment))
    }

    /// What `check` prints of it, with the folder called `config`.
    fn check(&self, environment: &[(&str, &str)]) -> String {
        self.named(&report(&self.load(environment)).0)
    }

    fn named(&self, text: &str) -> String {
        text.replace(self.path().to_str().unwrap(), "config")
    }
}

fn variables(environment: &[(&str, &str)]) -> Environment {
    let pairs = environment.iter();
    pairs.map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
}

/// The sound configuration with some texts replaced, each of which stands in it.
fn sound_but(edits: &[(&str, &str)]) -> String {
    let mut text = SOUND.to_owned();
    for (from, to) in edits {
        assert!(text.contains(from), "{from:?} stands in the text");
        text = text.replacen(from, to, 1);
    }
    text
}

fn loaded(text: &str) -> Settings {
    let folder = Folder::of(&[("jitney.toml", text)]);
    folder.load(&[]).settings.unwrap()
}

fn only(settings: &Settings) -> &crate::domain::catalogue::Entitlement {
    let mut all = settings.catalogue.entitlements();
    let (_, only) = all.next().unwrap();
    assert!(all.next().is_none());
    only
}

fn hours(hours: u64) -> AccessDuration {
    AccessDuration::from_secs(hours * 3600).unwrap()
}

#[test]
fn what_is_not_said_has_its_default() {
    let settings = loaded(SOUND);
    assert_eq!(settings.slack.api_url.as_str(), "https://slack.com/api");
    assert_eq!(settings.slack.command, "/jit");
    assert_eq!(settings.store.directory, PathBuf::from("data/jitney"));
    assert_eq!(settings.store.low_mark, 1 << 30);
    assert_eq!(settings.audit.key_file, PathBuf::from("jitney.key"));
    assert_eq!(settings.server.listen, Some(DEFAULT_LISTEN));
    assert_eq!(settings.log.format, LogFormat::Text);
    assert_eq!(settings.identity.guests, Guests::Refused);
    assert_eq!(settings.requests.unanswered_after.as_secs(), 24 * 3600);
    assert_eq!(settings.requests.max_open, 20);
    assert_eq!(settings.requests.min_duration.secs(), 60);
    assert_eq!(settings.requests.business_day.ends.to_string(), "18:00");
    assert_eq!(settings.requests.business_day.days.len(), 5);
    assert_eq!(settings.requests.business_day.zone.iana_name(), Some("UTC"));
    assert_eq!(settings.requests.business_day.follows, ZoneOf::Organisation);
    let level = only(&settings);
    let offers = [Offer::For(AccessDuration::from_secs(45 * 60).unwrap()), Offer::For(hours(2)), Offer::EndOfDay];
    assert_eq!(level.durations, offers);
    assert!(!level.allow_admin_group && level.escalates);
    assert_eq!(settings.requests.escalate_after, hours(2));
    assert_eq!(settings.requests.warn_before_expiry.secs(), 600);
    assert_eq!(settings.requests.gap, hours(8));
    assert_eq!(settings.catalogue.fallback, None);
}

#[test]
fn groups_decide_where_they_are_named() {
    let settings = loaded(&sound_but(&[
        ("[slack]", "[slack]\ngroups_decide = true"),
        ("\"bob@acme.example\"", "\"okta:00gDBA\", \"bob@acme.example\", \"okta:00gDBA\", \"slack:S0DBA\""),
        ("\"carol@acme.example\"", "\"slack:S0SOC\""),
        (r#"["owner"]"#, r#"["manager", "owner", "soc"]"#),
        (
            "[approvers]",
            "[requests]\nfallback = \"soc\"\nescalate_after = \"1h\"\nwarn_before_expiry = \"5m\"\ngap = \"1h\"\n[approvers]",
        ),
    ]));
    let named = |who: &[Who]| who.iter().map(ToString::to_string).collect::<Vec<_>>();
    let catalogue = &settings.catalogue;
    let (application, level) = catalogue.entitlements().next().unwrap();
    assert_eq!(named(&application.owners), ["okta:00gDBA", "bob@acme.example", "slack:S0DBA"]);
    let soc = catalogue.fallback.as_ref().unwrap();
    assert_eq!(named(&catalogue.approvers[soc]), ["slack:S0SOC"]);
    assert_eq!(level.approval, [StepRule::Manager, StepRule::Owner, StepRule::Approvers(soc.clone())]);
    assert_eq!(catalogue.slack_groups().iter().map(|id| id.as_str()).collect::<Vec<_>>(), ["S0DBA", "S0SOC"]);
    let of = |length: AccessDuration| length.secs() / 60;
    let requests = &settings.requests;
    assert_eq!([requests.escalate_after, requests.warn_before_expiry, requests.gap].map(of), [60, 5, 60]);
}

#[test]
fn what_is_critical_does_not_escalate_unless_it_says_so() {
    let critical = loaded(&sound_but(&[("\"high\"", "\"critical\"")]));
    assert!(!only(&critical).escalates);
    let said = loaded(&sound_but(&[("\"high\"", "\"critical\""), ("max_duration", "escalates = true\nmax_duration")]));
    assert!(only(&said).escalates);
    let quiet = loaded(&sound_but(&[("max_duration", "escalates = false\nmax_duration")]));
    assert!(!only(&quiet).escalates);
}

#[test]
fn what_is_said_is_read() {
    let settings = loaded(&sound_but(&[
        ("[slack]", "[slack]\napi_url = \"http://127.0.0.1:1/api\"\ncommand = \"/access\""),
        (
            "[approvers]",
            r#"[store]
url = "sled:/srv/jitney"
low_mark = "20 MiB"
[audit]
key_file = "/etc/jitney.key"
[server]
listen = ""
[log]
format = "json"
[identity]
guests = true
[reconcile]
every = "90s"
[requests]
durations = ["1h", "12h", "eod"]
unanswered_after = "1d"
max_open = 3
min_duration = "30s"
business_day = { ends = "17:00", days = ["Sun"], timezone = "Asia/Riyadh", zone = "person" }
[approvers]"#,
        ),
        ("carol@", "Carol@"),
        (r#"["owner"]"#, r#"["soc"]"#),
        ("max_duration", "allow_admin_group = true\nmax_duration"),
        (r#"["okta:00gENG"]"#, r#"["everyone"]"#),
    ]));
    assert_eq!(settings.slack.api_url.as_str(), "http://127.0.0.1:1/api");
    assert_eq!(settings.slack.bot_token.expose_secret(), "xoxb-1");
    assert_eq!(settings.slack.app_token.expose_secret(), "xapp-1");
    assert_eq!(settings.okta.token.expose_secret(), "00token");
    assert_eq!(settings.slack.command, "/access");
    assert_eq!(settings.store.directory, PathBuf::from("/srv/jitney"));
    assert_eq!(settings.store.low_mark, 20 << 20);
    assert_eq!(settings.server.listen, None);
    assert_eq!(settings.log.format, LogFormat::Json);
    assert_eq!(settings.identity.guests, Guests::MayAsk);
    assert_eq!(settings.reconcile.every, AccessDuration::from_secs(90).unwrap());
    assert_eq!(settings.requests.max_open, 3);
    assert_eq!(settings.requests.business_day.follows, ZoneOf::Person);
    let level = only(&settings);
    assert_eq!(level.id, EntitlementId::parse("prod-db/rw").unwrap());
    assert_eq!(level.sensitivity, Sensitivity::High);
    assert_eq!(level.max_duration, hours(8));
    assert_eq!(level.requesters, Requesters::Everyone);
    assert!(level.allow_admin_group);
    // Twelve hours are more than the level can be had for.
    assert_eq!(level.durations, [Offer::For(hours(1)), Offer::EndOfDay]);
    let (_, level) = settings.catalogue.find(&level.id).unwrap();
    let [StepRule::Approvers(name)] = level.approval.as_slice() else {
        panic!("{:?}", level.approval);
    };
    // The directory compares addresses without regard to case.
    let carol = Email::parse("carol@acme.example").unwrap();
    assert_eq!(settings.catalogue.approvers.get(name).unwrap(), &[Who::Person(carol)]);
}

#[test]
fn a_level_whose_limit_is_below_all_offers_offers_its_limit() {
    let settings =
        loaded(&sound_but(&[("[approvers]", "[requests]\ndurations = [\"2h\"]\n[approvers]"), ("\"8h\"", "\"1h\"")]));
    assert_eq!(only(&settings).durations, [Offer::For(hours(1))]);
}

#[test]
fn levels_that_share_a_group_have_its_strictest_limit() {
    let second = r#"
[[application.entitlement]]
id = "ro"
name = "Read-Only"
okta_group = "00gPRODRW"
sensitivity = "low"
approval = ["owner"]
durations = ["1h", "2h"]
max_duration = "2h"
requesters = ["everyone"]
shares_group = true
"#;
    let first = sound_but(&[("max_duration", "durations = [\"2h\", \"4h\"]\nshares_group = true\nmax_duration")]);
    let settings = loaded(&(first + second));
    for (_, level) in settings.catalogue.entitlements() {
        assert_eq!(level.max_duration, hours(2), "{}", level.id);
    }
    let first = EntitlementId::parse("prod-db/rw").unwrap();
    let (_, level) = settings.catalogue.find(&first).unwrap();
    assert_eq!(level.durations, [Offer::For(hours(2))]);
}

#[test]
fn files_are_layered_in_the_order_of_their_names_and_the_environment_wins() {
    let folder = Folder::of(&[
        ("10.toml", SOUND),
        ("20.toml", "[slack]\ncommand = \"/two\"\n[log]\nformat = \"json\""),
        ("30.toml", "[slack]\ncommand = \"/three\""),
        ("ignored.txt", "not toml"),
    ]);
    let settings = folder.load(&[]).settings.unwrap();
    assert_eq!(settings.slack.command, "/three");
    assert_eq!(settings.log.format, LogFormat::Json);
    let environment = [
        ("JITNEY__SLACK__COMMAND", "/env"),
        ("JITNEY__SLACK__ADMINS", "a@acme.example, okta:00gSEC"),
        ("JITNEY__REQUESTS__MAX_OPEN", "7"),
        ("JITNEY__REQUESTS__BUSINESS_DAY__ENDS", "16:30"),
        ("JITNEY__IDENTITY__GUESTS", "true"),
        ("JITNEY__SERVER__LISTEN", ""),
        ("JITNEY_CONTRACTS", "not ours"),
        ("PATH", "/bin"),
    ];
    let settings = folder.load(&environment).settings.unwrap();
    assert_eq!(settings.slack.command, "/env");
    let admins: Vec<String> = settings.admins.iter().map(ToString::to_string).collect();
    assert_eq!(admins, ["a@acme.example", "okta:00gSEC"]);
    assert_eq!(settings.requests.max_open, 7);
    assert_eq!(settings.requests.business_day.ends.to_string(), "16:30");
    assert_eq!(settings.identity.guests, Guests::MayAsk);
    assert_eq!(settings.server.listen, None);
}

#[test]
fn files_that_are_named_are_layered_in_the_order_given() {
    let folder = Folder::of(&[("b.toml", SOUND), ("a.toml", "[slack]\ncommand = \"/a\"")]);
    let paths = ["a.toml", "b.toml"].map(|name| folder.path().join(name));
    let one_way = load(&paths, &Environment::new()).settings.unwrap();
    assert_eq!(one_way.slack.command, "/a");
    let (first, second) = (sound_but(&[("[slack]", "[slack]\ncommand = \"/b\"")]), &paths[0]);
    fs::write(&paths[1], first).unwrap();
    let other = load(&[paths[1].clone(), second.clone()], &Environment::new());
    assert_eq!(other.settings.unwrap().slack.command, "/a");
    let back = load(&paths, &Environment::new()).settings.unwrap();
    assert_eq!(back.slack.command, "/b");
}

#[test]
fn applications_are_joined_over_files() {
    let second = SOUND[SOUND.find("[[application]]").unwrap()..]
        .replace("prod-db", "staging")
        .replace("00gPRODRW", "00gSTAGING");
    let folder = Folder::of(&[("a.toml", SOUND), ("b.toml", &second)]);
    let settings = folder.load(&[]).settings.unwrap();
    let ids: Vec<String> = settings.catalogue.entitlements().map(|(_, e)| e.id.to_string()).collect();
    assert_eq!(ids, ["prod-db/rw", "staging/rw"]);
}

#[test]
fn secrets_come_from_files_too_and_are_never_printed() {
    let folder = Folder::of(&[("token", "xoxb-from-file\n"), ("okta", " 00from-file ")]);
    let name = |file: &str| folder.path().join(file).display().to_string();
    let text = sound_but(&[
        ("bot_token = \"xoxb-1\"", &format!("bot_token_file = {:?}", name("token"))),
        ("token = \"00token\"", &format!("token_file = {:?}", name("okta"))),
    ]);
    fs::write(folder.path().join("jitney.toml"), text).unwrap();
    let loaded = folder.load(&[]);
    let printed = format!("{loaded:?}");
    for secret in ["from-file", "xapp-1"] {
        assert!(!printed.contains(secret), "{secret} in {printed}");
    }
    let settings = loaded.settings.unwrap();
    assert_eq!(settings.slack.bot_token.expose_secret(), "xoxb-from-file");
    assert_eq!(settings.okta.token.expose_secret(), "00from-file");
}

#[test]
fn a_sound_configuration_is_summed_up() {
    let folder = Folder::of(&[("jitney.toml", SOUND)]);
    let (text, verdict) = report(&folder.load(&[]));
    assert_eq!(verdict, Verdict::Sound);
    assert_snapshot!(text, @r#"
No fault in 1 file: 1 application, 1 level of access, 0 rules.
The store is data/jitney, its key jitney.key.
"#);
}
